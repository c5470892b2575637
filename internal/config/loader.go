package config

import (
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate/internal/strictyaml"
)

// loader walks the YAML of one policy and collects what its lines demand.
type loader struct {
	*strictyaml.Reader
	policy  *Policy
	now     time.Time
	demands []*demand
	rules   map[string]setting
}

func newLoader(path string, p *Policy, now time.Time) *loader {
	return &loader{Reader: strictyaml.New(path, "policy"), policy: p, now: now, rules: map[string]setting{}}
}

// metadata reads a scalar that no rule enforces.
func (l *loader) metadata(n *yaml.Node, what, source string) string {
	text, ok := l.Scalar(n, what)
	if ok {
		line := l.line(n, source, what+": "+text)
		line.Metadata = true
	}
	return text
}

// line claims a node for a line of the explanation.
func (l *loader) line(n *yaml.Node, source, text string) *Line {
	line := &Line{Number: n.Line, Column: n.Column, Text: text, Source: source}
	l.Claim(n)
	l.policy.lines = append(l.policy.lines, line)
	return line
}

// leaves makes a line of each scalar below n, all bound by what the first one binds.
func (l *loader) leaves(n *yaml.Node, what, source string) *Line {
	var first *Line
	var walk func(n *yaml.Node, path string, depth int)
	walk = func(n *yaml.Node, path string, depth int) {
		switch {
		case n.Kind == yaml.ScalarNode:
			line := l.line(n, source, path+": "+strictyaml.Clip(n.Value))
			if n.ShortTag() == "!!null" {
				line.Text = path
			}
			if first == nil {
				first = line
			} else {
				line.with = first
			}
		case depth > 4:
		case n.Kind == yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				walk(n.Content[i+1], path+"."+n.Content[i].Value, depth+1)
			}
		case n.Kind == yaml.SequenceNode:
			for _, item := range n.Content {
				walk(item, path, depth+1)
			}
		}
	}
	walk(n, what, 0)
	if first == nil { // an empty mapping still states its form
		first = l.line(n, source, what)
	}
	return first
}
