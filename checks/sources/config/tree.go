package config

import (
	"strings"

	"github.com/modelgate/gate/internal/splice"
)

// Bounds of a document: a tree larger or deeper is not walked to its end.
const (
	maxNodes = 400_000
	maxDepth = 64
)

type kind byte

const (
	scalar kind = iota
	list
	object
)

// node is a value of any configuration language, with where it stands.
type node struct {
	kind   kind
	val    splice.Text // of a scalar: decoded
	quoted bool        // a scalar that cannot be a boolean, a number or null
	fields []field     // of an object
	items  []*node     // of a list
}

type field struct {
	key string
	at  int
	val *node
}

// maxSearched bounds the fields among which a key is looked for, so that an object of many
// fields does not take quadratic time.
const maxSearched = 1024

func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, f := range n.fields[:min(len(n.fields), maxSearched)] {
		if f.key == key {
			return f.val
		}
	}
	return nil
}

// path follows keys joined by dots.
func (n *node) path(p string) *node {
	for key := range strings.SplitSeq(p, ".") {
		if n = n.get(key); n == nil {
			return nil
		}
	}
	return n
}

// text is the value of a scalar, "" for anything else.
func (n *node) text() string {
	if n == nil || n.kind != scalar {
		return ""
	}
	return n.val.S
}

// scalars are the node itself or the scalars of a list.
func (n *node) scalars() []*node {
	switch n.kind {
	case scalar:
		return []*node{n}
	case list:
		var out []*node
		for _, item := range n.items {
			if item.kind == scalar {
				out = append(out, item)
			}
		}
		return out
	}
	return nil
}

// budget counts the nodes of a document while its tree is built.
type budget struct {
	left  int
	spent string // the limit that was reached: entries or depth
}

// take tells whether another node may be built at a depth.
func (b *budget) take(depth int) bool {
	if depth > maxDepth {
		b.spent = "depth"
		return false
	}
	if b.left--; b.left < 0 {
		b.spent = "entries"
		return false
	}
	return true
}

// insert sets a value under a path of keys, making the objects on the way.
func (n *node) insert(keys []string, at int, val *node) {
	for i, key := range keys {
		if i == len(keys)-1 {
			n.fields = append(n.fields, field{key, at, val})
			return
		}
		next := n.get(key)
		if next != nil && next.kind == list && len(next.items) > 0 {
			next = next.items[len(next.items)-1]
		}
		if next == nil || next.kind != object {
			next = &node{kind: object}
			n.fields = append(n.fields, field{key, at, next})
		}
		n = next
	}
}
