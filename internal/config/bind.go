package config

import (
	"cmp"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/option"
	"github.com/modelgate/gate/internal/sentence"
)

// demand is what one clause asks of one rule.
type demand struct {
	rule    string
	source  string // the source whose models it holds for; empty is everywhere
	levels  Levels // empty where the clause states none
	options map[string]any
	verb    bool // the level comes from a word of the clause
	added   bool // brought along by another rule
	remark  string
	aside   string
	node    *yaml.Node
	line    *Line
}

// bind binds a line of the policy that stands in a place.
func (l *loader) bind(n *yaml.Node, in sentence.Place, what, source string) []*demand {
	if n == nil || l.Full() {
		return nil
	}
	if n.Kind == yaml.MappingNode {
		return l.structured(n, in, what, source)
	}
	text, ok := l.Scalar(n, what)
	if !ok {
		return nil
	}
	if demands := l.named(n, in, text, source); demands != nil {
		return demands
	}
	names := make([]string, len(l.policy.Sources))
	for i, s := range l.policy.Sources {
		names[i] = s.Name
	}
	clauses, miss := sentence.Parse(text, in, source, names)
	if miss != nil {
		l.unbound(n, text, miss)
		return nil
	}
	line := l.line(n, source, text)
	var demands []*demand
	for _, c := range clauses {
		demands = append(demands, l.demand(c, n, line, source)...)
	}
	return l.merged(demands, n)
}

// unbound reports a sentence that no form takes.
func (l *loader) unbound(n *yaml.Node, text string, miss *sentence.Miss) {
	if miss.Format != "" {
		l.Add(n, miss.Near, "unknown format %q in %q", miss.Format, text)
		return
	}
	l.Add(n, miss.Near, "no rule enforces %q", text)
}

// named binds a line that is nothing but the name of a structured form or of a rule.
func (l *loader) named(n *yaml.Node, in sentence.Place, text, source string) []*demand {
	if in&(sentence.Requirement|sentence.BlockedSource) == 0 {
		return nil
	}
	f := l.formOf(text, in)
	if f == nil {
		return nil
	}
	return l.demand(f.Bare(), n, l.line(n, source, text), source)
}

// formOf is the form with a structured name, or one made for the id of a rule.
func (l *loader) formOf(name string, in sentence.Place) *sentence.Form {
	for _, f := range sentence.Forms(in) {
		if f.Key == name {
			return f
		}
	}
	if _, ok := l.policy.known[name]; ok && !slices.Contains(uncovered, name) {
		return &sentence.Form{In: in, Rule: name}
	}
	return nil
}

// uncovered are rules about the policy itself: no source can have them as a requirement.
var uncovered = []string{"policy-changed", "waiver-expired", "waiver-expiring"}

// demand is what a clause asks, with the rules that its form brings along.
func (l *loader) demand(c sentence.Clause, n *yaml.Node, line *Line, source string) []*demand {
	d := &demand{
		rule: c.Rule, source: source, node: n, line: line, remark: c.Remark, verb: c.Worded(),
		levels: inEnvironment(c.Environment(), c.Level()), options: c.Options(),
	}
	if c.Rule == "" {
		return []*demand{d}
	}
	if _, ok := l.policy.known[c.Rule]; !ok {
		l.Add(n, nil, "rule %q, which enforces this, is not built in", c.Rule)
		return nil
	}
	return append([]*demand{d}, l.companions(c.Form, d)...)
}

// companions are the demands on the rules that come along with d. They never lower those
// rules.
func (l *loader) companions(f *sentence.Form, d *demand) []*demand {
	var out []*demand
	for _, w := range f.With {
		rule, ok := l.policy.known[w.Rule]
		if !ok {
			continue
		}
		levels := d.levels
		for _, env := range environments {
			if level := levels.of(env); level != "" {
				levels.set(env, stricter(w.AtMost(level), rule.Level))
			}
		}
		out = append(out, &demand{rule: w.Rule, source: d.source, levels: levels, added: true, aside: "added", node: d.node, line: d.line})
	}
	return out
}

func inEnvironment(env string, level gate.Level) Levels {
	if env == "" {
		return both(level)
	}
	var levels Levels
	levels.set(env, level)
	return levels
}

// merged joins the demands of one line on one rule: "never in production, review for
// research" is one demand with two levels.
func (l *loader) merged(demands []*demand, n *yaml.Node) []*demand {
	var out []*demand
	for _, d := range demands {
		i := slices.IndexFunc(out, func(o *demand) bool { return o.rule == d.rule && o.added == d.added })
		if i < 0 {
			out = append(out, d)
			continue
		}
		o := out[i]
		if env := conflict(o.levels, d.levels); env != "" {
			l.Add(n, nil, "two levels for %s in %s: %s and %s", ruleName(d.rule), env, o.levels.of(env), d.levels.of(env))
			continue
		}
		o.levels = o.levels.or(d.levels)
		o.verb = o.verb || d.verb
		o.remark = joined(o.remark, d.remark)
		l.addOptions(o, d)
	}
	return out
}

func ruleName(id string) string { return cmp.Or(id, "the section") }

func joined(a, b string) string {
	if a == "" || a == b {
		return b
	}
	if b == "" {
		return a
	}
	return a + "; " + b
}

// conflict is an environment for which both state a level and differ.
func conflict(a, b Levels) string {
	for _, env := range environments {
		if a.of(env) != "" && b.of(env) != "" && a.of(env) != b.of(env) {
			return env
		}
	}
	return ""
}

// or fills what a does not state.
func (a Levels) or(b Levels) Levels {
	for _, env := range environments {
		if a.of(env) == "" {
			a.set(env, b.of(env))
		}
	}
	return a
}

// accumulates are the options that several lines build up together.
var accumulates = map[string][]string{
	"unapproved-source":   {"sources"},
	"blocked-format":      {"formats", "unless_sibling"},
	"format-not-allowed":  {"formats"},
	"remote-code-enabled": {"review"},
	"enforcement-missing": {"stages"},
}

// addOptions puts the options of d, a demand on the same rule, to those of o.
func (l *loader) addOptions(o, d *demand) {
	if len(d.options) == 0 {
		return
	}
	options := maps.Clone(o.options)
	if options == nil {
		options = map[string]any{}
	}
	for name, value := range d.options {
		old, had := options[name]
		switch {
		case !had || option.Equal(old, value):
			options[name] = value
		case slices.Contains(accumulates[d.rule], name):
			options[name] = option.Union(old, value)
		case d.rule == "unapproved-source":
			options[name] = "any" // of two classes the wider
		default:
			better, ok := option.Stricter(l.policy.known[d.rule].Stricter[name], old, value)
			if !ok {
				l.Add(d.node, nil, "two values for %s of %s: %s in line %d, %s here", name, d.rule,
					option.Show(old), o.node.Line, option.Show(value))
				continue
			}
			options[name] = better
		}
	}
	o.options = options
}
