package keras

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/modelgate/gate/internal/jsontree"
	yaml3 "go.yaml.in/yaml/v3"
)

// yaml reads a configuration as YAML. Its tags may name Python objects, which an unsafe
// loader builds.
func (c *config) yaml(text []byte) error {
	t := &tree{config: c, lines: []int{0}}
	for i, b := range text {
		if b == '\n' {
			t.lines = append(t.lines, i+1)
		}
	}
	dec := yaml3.NewDecoder(bytes.NewReader(text))
	for {
		var n yaml3.Node
		err := dec.Decode(&n)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		root, err := t.value(&n, 0)
		c.walk(root)
		if err != nil {
			return err
		}
	}
}

// tree turns nodes of YAML into those of JSON. An alias becomes null: what it names is
// read where it stands.
type tree struct {
	*config
	lines  []int
	values int
}

func (t *tree) value(n *yaml3.Node, depth int) (*jsontree.Value, error) {
	if t.values++; depth > jsontree.MaxDepth || t.values > jsontree.MaxValues {
		return nil, jsontree.ErrTooLarge
	}
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	v := &jsontree.Value{Kind: jsontree.Null, Text: n.Value, Start: t.offset(n)}
	v.End = v.Start + len(n.Value)
	if tag := strings.TrimPrefix(strings.TrimPrefix(n.Tag, "tag:yaml.org,2002:"), "!!"); builds(tag) {
		t.out.Emit("keras.code", t.at(v), Code{"!!" + tag})
	}
	switch n.Kind {
	case yaml3.DocumentNode, yaml3.SequenceNode:
		v.Kind = jsontree.Array
		for _, kid := range n.Content {
			item, err := t.value(kid, depth+1)
			if err != nil {
				return v, err
			}
			v.Items = append(v.Items, item)
		}
	case yaml3.MappingNode:
		return t.object(v, n, depth)
	case yaml3.ScalarNode:
		if n.ShortTag() == "!!str" {
			v.Kind = jsontree.String
		}
	}
	return v, nil
}

func (t *tree) object(v *jsontree.Value, n *yaml3.Node, depth int) (*jsontree.Value, error) {
	v.Kind = jsontree.Object
	for i := 0; i+1 < len(n.Content); i += 2 {
		if _, err := t.value(n.Content[i], depth+1); err != nil {
			return v, err
		}
		value, err := t.value(n.Content[i+1], depth+1)
		if err != nil {
			return v, err
		}
		v.Members = append(v.Members, jsontree.Member{
			Name: n.Content[i].Value, Start: t.offset(n.Content[i]), Value: value})
	}
	return v, nil
}

func (t *tree) offset(n *yaml3.Node) int {
	if n.Line < 1 || n.Line > len(t.lines) {
		return 0
	}
	return t.lines[n.Line-1] + max(0, n.Column-1)
}

// builds tells whether a tag makes a loader call or import something.
func builds(tag string) bool {
	for _, prefix := range []string{"python/object", "python/name:", "python/module:"} {
		if strings.HasPrefix(tag, prefix) {
			return true
		}
	}
	return false
}
