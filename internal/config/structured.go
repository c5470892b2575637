package config

import (
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate"
)

// structured binds a line that says in keys what others say in a sentence.
func (l *loader) structured(n *yaml.Node, in place, what, source string) []*demand {
	switch in {
	case requirement, blockedSource:
		return l.keyed(n, in, what, source)
	case allowedFormat, blockedFormat:
		return l.structuredFormat(n, in, what)
	case enforcement:
		return l.structuredEnforcement(n, what)
	}
	for i := range forms {
		if forms[i].in == in || in == vulnerabilities && forms[i].rule == "hub-scan-unsafe" {
			f := forms[i]
			f.options = nil
			return l.parameters(n, &f, what, source)
		}
	}
	return nil
}

// keyed binds a mapping of one key, which names a form or a rule.
func (l *loader) keyed(n *yaml.Node, in place, what, source string) []*demand {
	if len(n.Content) != 2 || n.Content[0].Kind != yaml.ScalarNode {
		l.add(n, nil, "%s must be a sentence or one key with its values", what)
		return nil
	}
	key, value := n.Content[0], n.Content[1]
	f := l.formOf(key.Value, in)
	if f == nil {
		l.add(key, nearestForms(key.Value, in), "no rule enforces %q", key.Value)
		return nil
	}
	return l.parameters(value, f, key.Value, source)
}

// parameters reads level, environments and options of a form. A scalar or a list is its
// main option; null states the form alone.
func (l *loader) parameters(n *yaml.Node, f *form, what, source string) []*demand {
	fields := map[string]*yaml.Node{}
	switch {
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null":
	case n.Kind == yaml.MappingNode:
		l.entries(n, what, func(key, value *yaml.Node) { fields[key.Value] = value })
	case f.value != "":
		fields["value"] = n
	default:
		l.wrong(n, what, "a mapping")
		return nil
	}
	line := l.leaves(n, what, source)
	demands := l.demand(clause{f, captures{}}, n, line, source)
	if len(demands) == 0 {
		return nil
	}
	d := demands[0]
	d.options = map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		l.parameter(d, f, name, fields[name], what)
	}
	l.limit(d, fields["environments"], what)
	for i, w := range f.with {
		if i+1 < len(demands) {
			demands[i+1] = l.companion(w, d)
		}
	}
	return demands
}

// parameter reads one field of a structured form into its demand.
func (l *loader) parameter(d *demand, f *form, name string, n *yaml.Node, what string) {
	what += "." + name
	switch name {
	case "environments":
	case "level", production, research, "review":
		level, reviewed, ok := l.demandedLevel(n, what)
		if !ok {
			return
		}
		level, d.verb = f.atMost(level), true
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
		if reviewed && !has(list, env) {
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
	text, ok := l.scalar(n, what)
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
	l.add(n, nearest(text, []string{"deny", "warn", "ignore", "review"}), "%s has no level %q", what, text)
	return "", false, false
}

func (l *loader) structuredOption(d *demand, f *form, name string, n *yaml.Node, what string) {
	option := name
	if name == f.flag && name != "" {
		if text, ok := l.scalar(n, what); ok && text != "true" {
			l.add(n, nil, "%s can only be true", what)
		}
		return
	}
	if f.value != "" && (name == "value" || name == f.alias) {
		option = f.value
	}
	defaults := l.policy.known[d.rule].Options
	byDefault, ok := defaults[option]
	if !ok {
		known := append(slices.Collect(maps.Keys(defaults)), "level", "environments", production, research)
		l.add(n, nearest(name, known), "%s is no option of %s", what, d.rule)
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
		family, ok := formatNames[strings.ToLower(text)]
		if !ok {
			l.add(n, nearest(text, slices.Sorted(maps.Keys(formatNames))), "unknown format %q", text)
			return nil, false
		}
		out = append(out, family)
	}
	return out, true
}

// limit keeps the levels of the named environments only.
func (l *loader) limit(d *demand, n *yaml.Node, what string) {
	if n == nil {
		return
	}
	value, ok := l.words(n, what+".environments")
	list, _ := value.([]any)
	if !ok || len(list) == 0 {
		return
	}
	levels := d.levels
	d.levels = Levels{}
	for _, env := range list {
		name, _ := env.(string)
		if !slices.Contains(environments, name) {
			l.add(n, nearest(name, environments), "no environment %q", name)
			return
		}
		d.levels.set(name, levels.of(name))
	}
}

// structuredFormat binds {format: torch, unless: safetensors}.
func (l *loader) structuredFormat(n *yaml.Node, in place, what string) []*demand {
	keys := []string{"format"}
	if in == blockedFormat {
		keys = append(keys, "unless")
	}
	fields := l.mapping(n, what, keys...)
	got := captures{}
	for _, name := range keys {
		if fields[name] == nil {
			continue
		}
		text, ok := l.scalar(fields[name], what+"."+name)
		if !ok {
			return nil
		}
		family, known := formatNames[strings.ToLower(text)]
		if !known {
			l.add(fields[name], nearest(text, slices.Sorted(maps.Keys(formatNames))), "unknown format %q", text)
			return nil
		}
		got[name] = family
	}
	if got["format"] == "" {
		l.add(n, nil, "%s names no format", what)
		return nil
	}
	f := l.formOf("format", in)
	f.options = blocked
	if in == allowedFormat {
		f.options = func(c captures) map[string]any { return map[string]any{"formats": []any{c["fmt"]}} }
	}
	return l.demand(clause{f, captures{"fmt": got["format"], "without": got["unless"]}}, n, l.leaves(n, what, ""), "")
}

// structuredEnforcement binds {stages: [ci, pre-commit], builds: fail}.
func (l *loader) structuredEnforcement(n *yaml.Node, what string) []*demand {
	fields := l.mapping(n, what, "stages", "builds")
	line := l.leaves(n, what, "")
	var out []*demand
	if stages := fields["stages"]; stages != nil {
		value, ok := l.words(stages, what+".stages")
		list, _ := value.([]any)
		for _, stage := range list {
			ok = ok && (stage == "ci" || stage == "pre-commit")
		}
		if !ok {
			l.add(stages, []string{"ci", "pre-commit"}, "stages are ci and pre-commit")
			return nil
		}
		f := &form{rule: "enforcement-missing", level: gate.Warn}
		f.options = func(captures) map[string]any { return map[string]any{"stages": list} }
		out = l.demand(clause{f, captures{}}, n, line, "")
	}
	if builds := fields["builds"]; builds != nil {
		text, ok := l.scalar(builds, what+".builds")
		level := map[string]gate.Level{"fail": gate.Deny, "report": gate.Warn}[text]
		if !ok || level == "" {
			l.add(builds, []string{"fail", "report"}, "builds is fail or report, not %q", text)
			return nil
		}
		out = append(out, &demand{levels: both(level), node: n, line: line})
	}
	return out
}

// clip keeps a certificate from filling the explanation, or a line its error.
func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// leaves makes a line of each scalar below n, all bound by what the first one binds.
func (l *loader) leaves(n *yaml.Node, what, source string) *Line {
	var first *Line
	var walk func(n *yaml.Node, path string, depth int)
	walk = func(n *yaml.Node, path string, depth int) {
		switch {
		case n.Kind == yaml.ScalarNode:
			line := l.line(n, source, path+": "+clip(n.Value))
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
