package python

import (
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// method is what a method of a string, list, dict or namespace returns.
func (m *machine) method(base set, name string, c *pysyntax.Call, a *arguments) (set, bool) {
	switch name {
	case "get", "pop", "setdefault":
		return m.get(base, a)
	case "keys", "values", "items":
		return m.views(base, name, a)
	case "copy", "strip", "rstrip", "lstrip", "lower", "resolve", "expanduser", "as_posix", "absolute":
		return base, true
	case "format":
		if f := textOf(base); f != nil && !f.partial {
			return m.template(f, a.pos, namedSets(a), splitBraces, c), true
		}
	case "join":
		return m.joinText(base, a, c)
	case "append", "extend", "insert":
		m.grow(base, c, name, a)
		return nil, true
	case "update":
		m.update(base, c, a)
		return nil, true
	}
	return nil, false
}

func namedSets(a *arguments) map[string]set {
	out := map[string]set{}
	for _, k := range a.kw {
		out[k.name] = k.value
	}
	return out
}

func (m *machine) get(base set, a *arguments) (set, bool) {
	var out set
	found, partial := false, false
	for _, b := range base {
		if b.kind == dict || b.kind == namespace {
			found, partial = true, partial || b.partial
			out = m.union(out, m.index(b, first(a.pos)))
		}
	}
	def, hasDefault := a.at(1, "default")
	if !found && !(hasDefault && textOf(def) != nil) {
		return nil, false
	}
	name := textOf(first(a.pos))
	if (!found || partial) && name != nil {
		asked := &value{kind: unknown, text: name.text, variable: "key:" + name.text}
		def = m.union(m.withVariable(def, asked.variable), one(asked))
	}
	return m.union(out, def), true
}

func (m *machine) views(base set, name string, a *arguments) (set, bool) {
	v := a.list()
	found := false
	for _, b := range base {
		if b.kind != dict {
			continue
		}
		found = true
		v.partial = v.partial || b.partial
		for _, p := range b.pairs {
			key := one(&value{kind: text, text: p.key, start: p.start, end: p.end})
			switch name {
			case "keys":
				v.elts = append(v.elts, key)
			case "values":
				v.elts = append(v.elts, p.value)
			default:
				item := &value{kind: list, start: p.start, end: p.end, elts: []set{key, p.value}}
				v.elts = append(v.elts, one(item.nested()))
			}
		}
	}
	return one(v.nested()), found
}

// joinText puts the items of a list together: a command that is written as one.
func (m *machine) joinText(base set, a *arguments, c *pysyntax.Call) (set, bool) {
	sep := textOf(base)
	items, _ := m.items(first(a.pos))
	if sep == nil || len(items) == 0 {
		return nil, false
	}
	var parts []set
	for i, it := range items {
		if i > 0 {
			parts = append(parts, one(sep))
		}
		parts = append(parts, m.stringOr(it, sep.start))
	}
	start, end := c.Range()
	return m.concat(parts, start, end), true
}

// grow adds to a list that has a name.
func (m *machine) grow(base set, c *pysyntax.Call, name string, a *arguments) {
	f := c.Func.(*pysyntax.Attribute)
	d := pysyntax.Dotted(f.Value)
	l := longest(base)
	if d == "" || l == nil || l.kind != list || len(a.pos) == 0 {
		return
	}
	items, known := []set{a.pos[len(a.pos)-1]}, true
	if name == "extend" {
		items, known = m.items(a.pos[0])
	}
	m.rename(f.Value, d, one(m.extended(l, items, !known)))
}

// update merges into a dict that has a name.
func (m *machine) update(base set, c *pysyntax.Call, a *arguments) {
	f := c.Func.(*pysyntax.Attribute)
	d := pysyntax.Dotted(f.Value)
	l := longest(base)
	if d == "" || l == nil || l.kind != dict {
		return
	}
	m.rename(f.Value, d, one(m.merged(l, m.newDict(a))))
}

// rename gives a variable or an attribute a changed value.
func (m *machine) rename(target pysyntax.Expr, dotted string, v set) {
	if _, ok := target.(*pysyntax.Name); ok {
		m.set(dotted, v)
		return
	}
	m.assign(target, v)
}

// parser reads the definition of command lines and their results.
func (m *machine) parser(path, last string, c *pysyntax.Call, a *arguments) (set, bool) {
	switch last {
	case "add_argument", "add_option":
		dest, v := m.option(a, c)
		if dest != "" {
			m.addField(dest, v)
			m.declare(declaration{name: dest, value: v, loader: "option " + dest})
		}
		return nil, true
	case "DEFINE_string", "DEFINE_bool", "DEFINE_boolean", "DEFINE_enum", "DEFINE_list":
		if name := textOf(first(a.pos)); name != nil {
			v, _ := a.at(1, "default")
			m.addField(name.text, v)
			m.declare(declaration{name: name.text, value: v, loader: "option " + name.text})
		}
		return nil, true
	case "set_defaults":
		for _, k := range a.kw {
			m.addField(k.name, k.value)
			m.declare(declaration{name: k.name, value: k.value, loader: "option " + k.name})
		}
		return nil, true
	case "parse_args":
		start, end := c.Range()
		return one(&value{kind: namespace, start: start, end: end}), true
	case "parse_args_into_dataclasses", "parse_json_file", "parse_yaml_file", "parse_dict":
		v := &value{kind: list}
		for range 8 {
			v.elts = append(v.elts, one(&value{kind: namespace}))
		}
		return one(v), true
	case "parse_known_args":
		ns := one(&value{kind: namespace})
		return one(&value{kind: list, elts: []set{ns, nil}}), true
	}
	return nil, false
}

// option reads one option: its name as an attribute, and its default with the choices
// that are there.
func (m *machine) option(a *arguments, c *pysyntax.Call) (string, set) {
	dest := ""
	for _, p := range a.pos {
		if t := textOf(p); t != nil {
			name := strings.TrimLeft(t.text, "-")
			if dest == "" || strings.HasPrefix(t.text, "--") && len(dest) < 2 {
				dest = name
			}
		}
	}
	if k, ok := a.named("dest"); ok && textOf(k.value) != nil {
		dest = textOf(k.value).text
	}
	dest, _, _ = strings.Cut(dest, "/") // click: "--flag/--no-flag"
	dest = strings.ReplaceAll(dest, "-", "_")
	v, given := a.at(-1, "default")
	if k, ok := a.named("choices"); ok {
		items, _ := m.items(k.value)
		v = m.union(append(items, v)...)
	}
	if k, ok := a.named("action"); ok && !given {
		switch t := textOf(k.value); {
		case t == nil:
		case t.text == "store_true":
			v = m.constant("False", c)
		case t.text == "store_false":
			v = m.constant("True", c)
		}
	}
	return dest, v
}
