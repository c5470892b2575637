// Package yamltree reads YAML (https://yaml.org/spec/1.2.2/) into the tree of jsontree,
// so that what configurations say is judged alike in both languages.
package yamltree

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/modelgate/gate/internal/jsontree"
	"go.yaml.in/yaml/v3"
)

// MaxSize is the longest text that is parsed: the parser keeps a node a value.
const MaxSize = 4 << 20

// Parse reads the documents of a text. Those that are returned with an error were read
// before it. An alias of a scalar is its value; any other becomes null, since what it
// names is read where it stands.
func Parse(ctx context.Context, text []byte) (docs []*jsontree.Value, err error) {
	if len(text) > MaxSize {
		return nil, jsontree.ErrTooLarge
	}
	defer func() {
		// Past versions of the parser panicked on some broken input.
		if r := recover(); r != nil {
			err = fmt.Errorf("YAML: %v", r)
		}
	}()
	p := &parser{ctx: ctx, lines: []int{0}}
	for i, b := range text {
		if b == '\n' {
			p.lines = append(p.lines, i+1)
		}
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var n yaml.Node
		switch err := dec.Decode(&n); {
		case errors.Is(err, io.EOF):
			return docs, nil
		case err != nil:
			return docs, err
		}
		doc, err := p.value(&n, 0)
		if doc != nil && len(doc.Items) == 1 {
			docs = append(docs, doc.Items[0])
		}
		if err != nil {
			return docs, err
		}
	}
}

type parser struct {
	ctx    context.Context
	lines  []int // offsets at which they start
	values int
}

func (p *parser) value(n *yaml.Node, depth int) (*jsontree.Value, error) {
	if p.values++; depth > jsontree.MaxDepth || p.values > jsontree.MaxValues {
		return nil, jsontree.ErrTooLarge
	}
	if err := p.ctx.Err(); err != nil {
		return nil, err
	}
	start := p.offset(n)
	if n.Kind == yaml.AliasNode && n.Alias != nil && n.Alias.Kind == yaml.ScalarNode {
		n = n.Alias
	}
	v := &jsontree.Value{Kind: jsontree.Null, Text: n.Value, Start: start, End: start + len(n.Value)}
	switch n.Kind {
	case yaml.DocumentNode, yaml.SequenceNode:
		return v, p.array(v, n, depth)
	case yaml.MappingNode:
		return v, p.object(v, n, depth)
	case yaml.ScalarNode:
		v.Kind = scalar(n)
	}
	return v, nil
}

func scalar(n *yaml.Node) jsontree.Kind {
	switch n.ShortTag() {
	case "!!null":
		return jsontree.Null
	case "!!bool":
		if n.Value[0] == 't' || n.Value[0] == 'T' {
			return jsontree.True
		}
		return 'f'
	case "!!int", "!!float":
		return '0'
	default:
		return jsontree.String
	}
}

func (p *parser) array(v *jsontree.Value, n *yaml.Node, depth int) error {
	v.Kind = jsontree.Array
	for _, kid := range n.Content {
		item, err := p.value(kid, depth+1)
		if item != nil {
			v.Items = append(v.Items, item)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) object(v *jsontree.Value, n *yaml.Node, depth int) error {
	v.Kind = jsontree.Object
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, err := p.value(n.Content[i], depth+1)
		if err != nil {
			return err
		}
		value, err := p.value(n.Content[i+1], depth+1)
		if value != nil {
			v.Members = append(v.Members, jsontree.Member{Name: name.Text, Start: name.Start, Value: value})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) offset(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(p.lines) {
		return 0
	}
	return p.lines[n.Line-1] + max(0, n.Column-1)
}
