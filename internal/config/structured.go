package config

import (
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/option"
	"github.com/modelgate/gate/internal/sentence"
	"github.com/modelgate/gate/internal/spelling"
)

// structured binds a line that says in keys what others say in a sentence.
func (l *loader) structured(n *yaml.Node, in sentence.Place, what, source string) []*demand {
	switch in {
	case sentence.Requirement, sentence.BlockedSource:
		return l.keyed(n, in, what, source)
	case sentence.AllowedFormat, sentence.BlockedFormat:
		return l.structuredFormat(n, in, what)
	case sentence.Enforcement:
		return l.structuredEnforcement(n, what)
	}
	for _, f := range sentence.Forms(in) {
		if f.In == in {
			return l.parameters(n, f, what, source)
		}
	}
	return nil
}

// keyed binds a mapping of one key, which names a form or a rule.
func (l *loader) keyed(n *yaml.Node, in sentence.Place, what, source string) []*demand {
	if len(n.Content) != 2 || n.Content[0].Kind != yaml.ScalarNode {
		l.Add(n, nil, "%s must be a sentence or one key with its values", what)
		return nil
	}
	key, value := n.Content[0], n.Content[1]
	f := l.formOf(key.Value, in)
	if f == nil {
		l.Add(key, sentence.Near(key.Value, in), "no rule enforces %q", key.Value)
		return nil
	}
	return l.parameters(value, f, key.Value, source)
}

// parameters reads level, environments and options of a form. A scalar or a list is its
// main option; null states the form alone.
func (l *loader) parameters(n *yaml.Node, f *sentence.Form, what, source string) []*demand {
	fields := map[string]*yaml.Node{}
	switch {
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null":
	case n.Kind == yaml.MappingNode:
		l.Entries(n, what, func(key, value *yaml.Node) { fields[key.Value] = value })
	case f.Value != "":
		fields["value"] = n
	default:
		l.Wrong(n, what, "a mapping")
		return nil
	}
	line := l.leaves(n, what, source)
	demands := l.demand(f.Bare(), n, line, source)
	if len(demands) == 0 {
		return nil
	}
	d := demands[0]
	d.options = map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		l.parameter(d, f, name, fields[name], what)
	}
	l.limit(d, fields["environments"], what)
	return append(demands[:1], l.companions(f, d)...)
}

// parameter reads one field of a structured form into its demand.
func (l *loader) parameter(d *demand, f *sentence.Form, name string, n *yaml.Node, what string) {
	what += "." + name
	switch name {
	case "environments":
	case "level", production, research, "review":
		level, reviewed, ok := l.demandedLevel(n, what)
		if !ok {
			return
		}
		level, d.verb = f.AtMost(level), true
		envs := environments
		if name == production || name == research {
			envs = []string{name}
		}
		for _, env := range envs {
			d.levels.set(env, level)
		}
		if d.rule == "remote-code-enabled" {
			l.reviewedIn(d, envs, reviewed)
		}
	default:
		l.structuredOption(d, f, name, n, what)
	}
}

// reviewedIn notes where a review by hash is enough.
func (l *loader) reviewedIn(d *demand, envs []string, reviewed bool) {
	list, _ := d.options["review"].([]any)
	for _, env := range envs {
		if reviewed && !option.Has(list, env) {
			list = append(list, env)
		}
	}
	if list == nil {
		list = []any{}
	}
	d.options["review"] = list
}

// demandedLevel reads a level by its name or by the words of a sentence.
func (l *loader) demandedLevel(n *yaml.Node, what string) (level gate.Level, reviewed, ok bool) {
	text, ok := l.Scalar(n, what)
	if !ok {
		return "", false, false
	}
	switch text {
	case "deny", "required", "never":
		return gate.Deny, false, true
	case "warn", "recommended":
		return gate.Warn, false, true
	case "ignore", "optional", "allowed":
		return gate.Ignore, false, true
	case "review":
		return gate.Deny, true, true
	}
	l.Add(n, spelling.Nearest(text, []string{"deny", "warn", "ignore", "review"}), "%s has no level %q", what, text)
	return "", false, false
}

func (l *loader) structuredOption(d *demand, f *sentence.Form, name string, n *yaml.Node, what string) {
	option := name
	if name == f.Flag && name != "" {
		if text, ok := l.Scalar(n, what); ok && text != "true" {
			l.Add(n, nil, "%s can only be true", what)
		}
		return
	}
	if f.Value != "" && (name == "value" || name == f.Alias) {
		option = f.Value
	}
	defaults := l.policy.known[d.rule].Options
	byDefault, ok := defaults[option]
	if !ok {
		known := append(slices.Collect(maps.Keys(defaults)), "level", "environments", production, research)
		l.Add(n, spelling.Nearest(name, known), "%s is no option of %s", what, d.rule)
		return
	}
	value, ok := l.option(n, what, byDefault)
	if ok && option == "formats" {
		value, ok = l.formats(n, value)
	}
	if ok {
		d.options[option] = value
	}
}

// formats replaces names of formats by their families.
func (l *loader) formats(n *yaml.Node, value any) (any, bool) {
	list, _ := value.([]any)
	out := make([]any, 0, len(list))
	for _, name := range list {
		text, _ := name.(string)
		family, ok := l.format(n, text)
		if !ok {
			return nil, false
		}
		out = append(out, family)
	}
	return out, true
}

func (l *loader) format(n *yaml.Node, text string) (string, bool) {
	family, near := sentence.Format(text)
	if family == "" {
		l.Add(n, near, "unknown format %q", text)
	}
	return family, family != ""
}

// limit keeps the levels of the named environments only.
func (l *loader) limit(d *demand, n *yaml.Node, what string) {
	if n == nil {
		return
	}
	list, ok := l.Words(n, what+".environments")
	if !ok || len(list) == 0 {
		return
	}
	levels := d.levels
	d.levels = Levels{}
	for _, env := range list {
		name, _ := env.(string)
		if !slices.Contains(environments, name) {
			l.Add(n, spelling.Nearest(name, environments), "no environment %q", name)
			return
		}
		d.levels.set(name, levels.of(name))
	}
}

// structuredFormat binds {format: torch, unless: safetensors}.
func (l *loader) structuredFormat(n *yaml.Node, in sentence.Place, what string) []*demand {
	keys := []string{"format"}
	if in == sentence.BlockedFormat {
		keys = append(keys, "unless")
	}
	fields := l.Mapping(n, what, keys...)
	got := map[string]string{}
	for _, name := range keys {
		if fields[name] == nil {
			continue
		}
		text, ok := l.Scalar(fields[name], what+"."+name)
		if ok {
			got[name], ok = l.format(fields[name], text)
		}
		if !ok {
			return nil
		}
	}
	if got["format"] == "" {
		l.Add(n, nil, "%s names no format", what)
		return nil
	}
	return l.demand(l.formOf("format", in).Of(got["format"], got["unless"]), n, l.leaves(n, what, ""), "")
}

// structuredEnforcement binds {stages: [ci, pre-commit], builds: fail}.
func (l *loader) structuredEnforcement(n *yaml.Node, what string) []*demand {
	fields := l.Mapping(n, what, "stages", "builds")
	line := l.leaves(n, what, "")
	var out []*demand
	if stages := fields["stages"]; stages != nil {
		list, ok := l.Words(stages, what+".stages")
		if !ok || slices.ContainsFunc(list, func(s any) bool { return s != "ci" && s != "pre-commit" }) {
			l.Add(stages, []string{"ci", "pre-commit"}, "stages are ci and pre-commit")
			return nil
		}
		out = l.demand(l.formOf("stages", sentence.Enforcement).Bare(), n, line, "")
		for _, d := range out {
			d.options = map[string]any{"stages": list}
		}
	}
	if builds := fields["builds"]; builds != nil {
		text, ok := l.Scalar(builds, what+".builds")
		level := map[string]gate.Level{"fail": gate.Deny, "report": gate.Warn}[text]
		if !ok || level == "" {
			l.Add(builds, []string{"fail", "report"}, "builds is fail or report, not %q", text)
			return nil
		}
		out = append(out, &demand{levels: both(level), node: n, line: line})
	}
	return out
}
