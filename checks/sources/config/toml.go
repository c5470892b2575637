package config

import (
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/modelgate/gate/internal/splice"
)

// maxNesting bounds the brackets of a text whose parser recurses on them, and maxKeys the
// keys of a language whose tables may be added to from anywhere in the file.
const (
	maxNesting = 1000
	maxKeys    = 20_000
)

// readTOML reads a TOML document, and what came before an error.
func readTOML(text string, b *budget) ([]*node, error) {
	root := &node{kind: object}
	if nesting(text) > maxNesting {
		b.spent = "depth"
		return []*node{root}, nil
	}
	b.left = min(b.left, maxKeys)
	var parser unstable.Parser
	parser.Reset([]byte(text))
	r := &tomlReader{&parser, b}
	table := root
	for parser.NextExpression() {
		e := parser.Expression()
		if !b.take(1) {
			break
		}
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			keys, at := r.keys(e.Key())
			table = &node{kind: object}
			if e.Kind == unstable.ArrayTable {
				appendTable(root, keys, at, table)
			} else {
				root.insert(keys, at, table)
			}
		case unstable.KeyValue:
			keys, at := r.keys(e.Key())
			if val := r.value(e.Value(), 1); val != nil {
				table.insert(keys, at, val)
			}
		}
	}
	return []*node{root}, parser.Error()
}

// appendTable adds a table to the list under a path of keys.
func appendTable(root *node, keys []string, at int, table *node) {
	n := root
	for i, key := range keys {
		next := n.get(key)
		if i == len(keys)-1 {
			if next == nil || next.kind != list {
				next = &node{kind: list}
				n.fields = append(n.fields, field{key, at, next})
			}
			next.items = append(next.items, table)
			return
		}
		if next == nil {
			next = &node{kind: object}
			n.fields = append(n.fields, field{key, at, next})
		}
		if next.kind == list && len(next.items) > 0 {
			next = next.items[len(next.items)-1]
		}
		n = next
	}
}

type tomlReader struct {
	parser *unstable.Parser
	budget *budget
}

func (r *tomlReader) keys(it unstable.Iterator) ([]string, int) {
	var keys []string
	at := -1
	for it.Next() && len(keys) < maxDepth {
		if at < 0 {
			at = int(it.Node().Raw.Offset)
		}
		keys = append(keys, string(it.Node().Data))
	}
	return keys, max(at, 0)
}

func (r *tomlReader) value(n *unstable.Node, depth int) *node {
	if n == nil || !n.Valid() || !r.budget.take(depth) {
		return nil
	}
	switch n.Kind {
	case unstable.Array:
		out := &node{kind: list}
		for it := n.Children(); it.Next(); {
			if item := r.value(it.Node(), depth+1); item != nil {
				out.items = append(out.items, item)
			}
		}
		return out
	case unstable.InlineTable:
		out := &node{kind: object}
		for it := n.Children(); it.Next(); {
			keys, at := r.keys(it.Node().Key())
			if val := r.value(it.Node().Value(), depth+1); val != nil {
				out.insert(keys, at, val)
			}
		}
		return out
	case unstable.Comment:
		return nil
	}
	at := int(n.Raw.Offset)
	raw := string(r.parser.Raw(n.Raw))
	return &node{val: splice.Align(string(n.Data), raw, at), quoted: n.Kind == unstable.String}
}

// nesting bounds how deep brackets nest, since the parser recurses on them.
func nesting(s string) int {
	now, deepest := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '[', '{':
			now++
			deepest = max(deepest, now)
		case ']', '}':
			now = max(0, now-1)
		}
	}
	return deepest
}
