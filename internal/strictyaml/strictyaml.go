// Package strictyaml reads a file of YAML 1.2 (https://yaml.org/spec/1.2.2/, without
// aliases) of which no line may be passed over: a key that is not known, a value of
// another kind and a scalar that nobody claims are errors at their places, all told in
// one run.
package strictyaml

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate/internal/spelling"
)

// MaxSize bounds a file; the longest in use are a few hundred lines.
const MaxSize = 1 << 20

// Reader reads one file and collects its errors. What its user reads he claims, so that a
// scalar that nothing read is found.
type Reader struct {
	path, sort string
	found      []*Error
	claimed    map[*yaml.Node]bool
}

// New is a reader of the file at path, which is of a sort such as "policy".
func New(path, sort string) *Reader {
	return &Reader{path: path, sort: sort, claimed: map[*yaml.Node]bool{}}
}

// Document is the only document of text, or nil after an error.
func (r *Reader) Document(text []byte) *yaml.Node { return r.DocumentUpTo(text, MaxSize) }

// DocumentUpTo is Document for a sort of file that may have most bytes.
func (r *Reader) DocumentUpTo(text []byte, most int) *yaml.Node {
	if len(text) > most {
		r.At(1, 1, nil, "the %s has %d bytes, more than %d", r.sort, len(text), most)
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF):
		r.At(1, 1, nil, "the %s is empty", r.sort)
		return nil
	case err != nil:
		r.At(syntaxLine(err), 1, nil, "not valid YAML: %q", err.Error())
		return nil
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		r.At(max(1, more.Line), max(1, more.Column), nil, "a %s is one YAML document, this file has more", r.sort)
		return nil
	}
	return doc.Content[0]
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// syntaxLine takes the line out of the message: the library has no other place for it.
func syntaxLine(err error) int {
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			return n
		}
	}
	return 1
}

// Mapping reads the known keys of a mapping; every other key is an error.
func (r *Reader) Mapping(n *yaml.Node, what string, keys ...string) map[string]*yaml.Node {
	fields := map[string]*yaml.Node{}
	r.Entries(n, what, func(key, value *yaml.Node) {
		if !slices.Contains(keys, key.Value) {
			r.Add(key, spelling.Nearest(key.Value, keys), "%s has no key %q", what, key.Value)
			return
		}
		fields[key.Value] = value
	})
	return fields
}

// Entries visits the keys of a mapping, each once.
func (r *Reader) Entries(n *yaml.Node, what string, visit func(key, value *yaml.Node)) {
	if n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.Wrong(n, what, "a mapping")
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content) && !r.Full(); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			r.Wrong(key, "a key of "+what, "a name")
			continue
		}
		if first, twice := seen[key.Value]; twice {
			r.Add(key, nil, "%s has %q twice, first in line %d", what, key.Value, first)
			continue
		}
		seen[key.Value] = key.Line
		visit(key, value)
	}
}

// List is the items of a list.
func (r *Reader) List(n *yaml.Node, what string) []*yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.Wrong(n, what, "a list")
		return nil
	}
	if r.Full() {
		return nil
	}
	return n.Content
}

// Scalar is the text of a scalar that is not null.
func (r *Reader) Scalar(n *yaml.Node, what string) (string, bool) {
	if n == nil {
		return "", false
	}
	if n.Kind == yaml.ScalarNode && n.Value != "" {
		switch n.ShortTag() {
		case "!!str", "!!int", "!!float", "!!bool", "!!timestamp":
			return n.Value, true
		}
	}
	r.Wrong(n, what, "text")
	return "", false
}

// Wrong says that a node is not what is wanted there.
func (r *Reader) Wrong(n *yaml.Node, what, want string) {
	got := "text"
	switch {
	case n.Kind == yaml.AliasNode:
		got = "an alias, which a " + r.sort + " cannot have"
	case n.Kind == yaml.MappingNode:
		got = "a mapping"
	case n.Kind == yaml.SequenceNode:
		got = "a list"
	case n.ShortTag() == "!!null" || n.Value == "":
		got = "nothing"
	case n.ShortTag() != "!!str":
		got = n.ShortTag()
	}
	r.Add(n, nil, "%s must be %s, not %s", what, want, got)
}

// Claim notes that a scalar was read.
func (r *Reader) Claim(n *yaml.Node) { r.claimed[n] = true }

// Unclaimed are the scalars below n that nothing read.
func (r *Reader) Unclaimed(n *yaml.Node) (out []*yaml.Node) {
	switch n.Kind {
	case yaml.ScalarNode:
		if !r.claimed[n] {
			out = append(out, n)
		}
	case yaml.MappingNode:
		for i := 1; i < len(n.Content); i += 2 {
			out = append(out, r.Unclaimed(n.Content[i])...)
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			out = append(out, r.Unclaimed(item)...)
		}
	}
	return out
}
