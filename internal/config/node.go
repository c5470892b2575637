package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// maxText bounds a policy; the longest in use are a few hundred lines.
const maxText = 1 << 20

// loader walks the YAML of one policy. What it reads it claims, so that a scalar that
// nothing read is found.
type loader struct {
	problems
	policy  *Policy
	now     time.Time
	claimed map[*yaml.Node]bool
	demands []*demand
	rules   map[string]setting
}

// document is the only document of text, or nil after an error.
func (l *loader) document(text []byte) *yaml.Node {
	if len(text) > maxText {
		l.at(1, 1, nil, "the policy has %d bytes, more than %d", len(text), maxText)
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF):
		l.at(1, 1, nil, "the policy is empty")
		return nil
	case err != nil:
		l.at(syntaxLine(err), 1, nil, "not valid YAML: %q", err.Error())
		return nil
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		l.at(max(1, more.Line), max(1, more.Column), nil, "a policy is one YAML document, this file has more")
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

// mapping reads the known keys of a mapping; every other key is an error.
func (l *loader) mapping(n *yaml.Node, what string, keys ...string) map[string]*yaml.Node {
	fields := map[string]*yaml.Node{}
	l.entries(n, what, func(key, value *yaml.Node) {
		known := false
		for _, k := range keys {
			known = known || k == key.Value
		}
		if !known {
			l.add(key, nearest(key.Value, keys), "%s has no key %q", what, key.Value)
			return
		}
		fields[key.Value] = value
	})
	return fields
}

// entries visits the keys of a mapping, each once.
func (l *loader) entries(n *yaml.Node, what string, visit func(key, value *yaml.Node)) {
	if n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		l.wrong(n, what, "a mapping")
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content) && !l.full(); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			l.wrong(key, "a key of "+what, "a name")
			continue
		}
		if first, twice := seen[key.Value]; twice {
			l.add(key, nil, "%s has %q twice, first in line %d", what, key.Value, first)
			continue
		}
		seen[key.Value] = key.Line
		visit(key, value)
	}
}

func (l *loader) list(n *yaml.Node, what string) []*yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		l.wrong(n, what, "a list")
		return nil
	}
	if l.full() {
		return nil
	}
	return n.Content
}

// scalar is the text of a scalar that is not null.
func (l *loader) scalar(n *yaml.Node, what string) (string, bool) {
	if n == nil {
		return "", false
	}
	if n.Kind == yaml.ScalarNode && n.Value != "" {
		switch n.ShortTag() {
		case "!!str", "!!int", "!!float", "!!bool", "!!timestamp":
			return n.Value, true
		}
	}
	l.wrong(n, what, "text")
	return "", false
}

// wrong says that a node is not what is wanted there.
func (l *loader) wrong(n *yaml.Node, what, want string) {
	got := "text"
	switch {
	case n.Kind == yaml.AliasNode:
		got = "an alias, which a policy cannot have"
	case n.Kind == yaml.MappingNode:
		got = "a mapping"
	case n.Kind == yaml.SequenceNode:
		got = "a list"
	case n.ShortTag() == "!!null" || n.Value == "":
		got = "nothing"
	case n.ShortTag() != "!!str":
		got = n.ShortTag()
	}
	l.add(n, nil, "%s must be %s, not %s", what, want, got)
}

// metadata reads a scalar that no rule enforces.
func (l *loader) metadata(n *yaml.Node, what, source string) string {
	text, ok := l.scalar(n, what)
	if ok {
		line := l.line(n, source, what+": "+text)
		line.Metadata = true
	}
	return text
}

// line claims a node for a line of the explanation.
func (l *loader) line(n *yaml.Node, source, text string) *Line {
	line := &Line{Number: n.Line, Column: n.Column, Text: text, Source: source}
	l.claimed[n] = true
	l.policy.lines = append(l.policy.lines, line)
	return line
}

// unclaimed finds scalars that nothing read: a line must never stay unenforced.
func (l *loader) unclaimed(n *yaml.Node) {
	switch n.Kind {
	case yaml.ScalarNode:
		if !l.claimed[n] {
			l.add(n, nil, "nothing enforces %q", n.Value)
		}
	case yaml.MappingNode:
		for i := 1; i < len(n.Content); i += 2 {
			l.unclaimed(n.Content[i])
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			l.unclaimed(item)
		}
	}
}
