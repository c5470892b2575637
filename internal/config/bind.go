package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate"
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

// clause is one clause with the form that it matched.
type clause struct {
	form *form
	got  captures
}

// sentence binds a line of the policy that stands in a place.
func (l *loader) sentence(n *yaml.Node, in place, what, source string) []*demand {
	if n == nil || l.full() {
		return nil
	}
	if n.Kind == yaml.MappingNode {
		return l.structured(n, in, what, source)
	}
	text, ok := l.scalar(n, what)
	if !ok {
		return nil
	}
	if demands := l.named(n, in, text, source); demands != nil {
		return demands
	}
	m := matcher{sources: l.sourceNames()}
	var bound []clause
	words := tokens(text)
	for _, words := range clauses(words, in.splits()) {
		c, ok := m.clause(words, in)
		if !ok || !l.about(c, source) {
			l.unbound(n, text, in, m.wrongFormat, words)
			return nil
		}
		bound = append(bound, c)
	}
	line := l.line(n, source, text)
	var demands []*demand
	for _, c := range bound {
		demands = append(demands, l.demand(c, n, line, source)...)
	}
	return l.merged(demands, n)
}

// clause finds the form of a clause.
func (m *matcher) clause(words []token, in place) (clause, bool) {
	for i, patterns := range compiled() {
		if forms[i].in&in == 0 {
			continue
		}
		for _, p := range patterns {
			if got, ok := m.match(p, words); ok {
				return clause{&forms[i], got}, true
			}
		}
	}
	return clause{}, false
}

// about tells whether a clause that names a source stands under that source, or holds
// everywhere and names the Hub.
func (l *loader) about(c clause, source string) bool {
	named := c.got["src"]
	switch {
	case named == "":
		return true
	case source != "":
		return named == phrase(source)
	}
	return named == "hugging_face"
}

// phrase is the normal form of a name of several words.
func phrase(s string) string { return strings.Join(norms(tokens(s)), " ") }

func norms(words []token) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.norm
	}
	return out
}

func (l *loader) sourceNames() [][]string {
	var out [][]string
	for _, s := range l.policy.Sources {
		if words := norms(tokens(s.Name)); len(words) > 0 {
			out = append(out, words)
		}
	}
	return out
}

// named binds a line that is nothing but the name of a structured form or of a rule.
func (l *loader) named(n *yaml.Node, in place, text, source string) []*demand {
	if in&(requirement|blockedSource) == 0 {
		return nil
	}
	f := l.formOf(text, in)
	if f == nil {
		return nil
	}
	return l.demand(clause{f, captures{}}, n, l.line(n, source, text), source)
}

// formOf is the form with a structured name, or one made for the id of a rule.
func (l *loader) formOf(name string, in place) *form {
	for i := range forms {
		if forms[i].in&in != 0 && forms[i].key == name {
			f := forms[i]
			if f.value != "" {
				f.options = nil
			}
			return &f
		}
	}
	if _, ok := l.policy.known[name]; ok && !slices.Contains(uncovered, name) {
		return &form{in: in, rule: name}
	}
	return nil
}

// uncovered are rules about the policy itself: no source can have them as a requirement.
var uncovered = []string{"policy-changed", "waiver-expired", "waiver-expiring"}

// demand is what a clause asks, with the rules that its form brings along.
func (l *loader) demand(c clause, n *yaml.Node, line *Line, source string) []*demand {
	f := c.form
	d := &demand{
		rule: f.rule, source: source, node: n, line: line, remark: f.remark,
		levels: inEnvironment(c.got["env"], f.stated(c.got)),
		verb:   c.got["must"] != "" || c.got["need"] != "" || f.in&(remoteCode|customCode) != 0,
	}
	if f.options != nil {
		d.options = f.options(c.got)
	}
	if f.rule == "" {
		return []*demand{d}
	}
	if _, ok := l.policy.known[f.rule]; !ok {
		l.add(n, nil, "rule %q, which enforces this, is not built in", f.rule)
		return nil
	}
	out := []*demand{d}
	for _, w := range f.with {
		if _, ok := l.policy.known[w.rule]; ok {
			out = append(out, l.companion(w, d))
		}
	}
	return out
}

// companion is the demand on a rule that d brings along. It never lowers that rule.
func (l *loader) companion(w companion, d *demand) *demand {
	levels := d.levels
	for _, env := range environments {
		level := levels.of(env)
		if level == "" {
			continue
		}
		if w.most != "" && rank(level) > rank(w.most) {
			level = w.most
		}
		levels.set(env, stricter(level, l.policy.known[w.rule].Level))
	}
	return &demand{rule: w.rule, source: d.source, levels: levels, added: true, aside: "added", node: d.node, line: d.line}
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
			l.add(n, nil, "two levels for %s in %s: %s and %s", ruleName(d.rule), env, o.levels.of(env), d.levels.of(env))
			continue
		}
		o.levels = o.levels.or(d.levels)
		o.verb = o.verb || d.verb
		o.remark = joined(o.remark, d.remark)
		l.addOptions(o, d)
	}
	return out
}

func ruleName(id string) string {
	if id == "" {
		return "the section"
	}
	return id
}

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
		case !had || equal(old, value):
			options[name] = value
		case slices.Contains(accumulates[d.rule], name):
			options[name] = union(old, value)
		case d.rule == "unapproved-source":
			options[name] = "any" // of two classes the wider
		default:
			better, ok := stricterOf(l.policy.known[d.rule].Stricter[name], old, value)
			if !ok {
				l.add(d.node, nil, "two values for %s of %s: %s in line %d, %s here", name, d.rule,
					show(old), o.node.Line, show(value))
				continue
			}
			options[name] = better
		}
	}
	o.options = options
}

// unbound reports a sentence that no form takes.
func (l *loader) unbound(n *yaml.Node, text string, in place, format string, words []token) {
	if format != "" {
		near := nearest(format, slices.Sorted(maps.Keys(formatNames)))
		list := in&(allowedFormat|blockedFormat) != 0
		if len(near) > 0 || list && len(words) == 1 || mentionsFormat(words) {
			l.add(n, near, "unknown format %q in %q", format, text)
			return
		}
	}
	l.add(n, nearestForms(text, in), "no rule enforces %q", text)
}

func mentionsFormat(words []token) bool {
	return slices.ContainsFunc(words, func(w token) bool { return w.norm == "format" || w.norm == "weight" })
}

// show writes an option value as the explanation does.
func show(v any) string {
	switch v := v.(type) {
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = show(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, k+": "+show(v[k]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v)
}
