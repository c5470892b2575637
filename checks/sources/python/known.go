package python

import (
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/pysyntax"
)

// known is what a call outside the file returns, for the calls of Python's own library
// through which names of models are passed; of the others only the path is known.
func (m *machine) known(path string, c *pysyntax.Call, a *arguments, base set) set {
	last := path[strings.LastIndexByte(path, '.')+1:]
	if s, ok := m.environment(path, last, a); ok {
		return s
	}
	if s, ok := m.parser(path, last, c, a); ok {
		return s
	}
	if s, ok := m.builtin(path, a); ok {
		return s
	}
	if f, ok := c.Func.(*pysyntax.Attribute); ok {
		if s, ok := m.method(base, f.Attr, c, a); ok {
			return s
		}
	}
	return m.result(path, c, a)
}

// environment reads and sets variables of the environment.
func (m *machine) environment(path, last string, a *arguments) (set, bool) {
	name := textOf(first(a.pos))
	switch path {
	case "os.getenv", "os.environ.get", "os.environ.pop", "environ.get", "getenv", "decouple.config", "env", "env.str":
	case "os.environ.setdefault", "os.putenv":
		if name != nil && len(a.pos) > 1 {
			m.setenv(name.text, a.pos[1])
		}
	case "os.environ.update":
		for _, d := range first(a.pos) {
			for _, p := range d.pairs {
				m.setenv(p.key, p.value)
			}
		}
		return nil, true
	default:
		return nil, false
	}
	if name == nil || name.partial {
		return nil, true
	}
	def, _ := a.at(1, "default")
	return m.union(m.withVariable(def, "env:"+name.text), m.getenv(name.text)), true
}

func first(s []set) set {
	if len(s) == 0 {
		return nil
	}
	return s[0]
}

// withVariable are the same values, known to stand in for a variable.
func (m *machine) withVariable(s set, name string) set {
	out := make(set, len(s))
	for i, v := range s {
		w := *v
		w.variable = name
		out[i] = &w
	}
	return out
}

// getenv is what the file itself puts into a variable, or an unknown value with its name.
func (m *machine) getenv(name string) set {
	m.kept.reads(keptVariable, name)
	if v := m.environ[name]; len(v) > 0 {
		return v
	}
	return one(&value{kind: unknown, text: name, variable: "env:" + name})
}

func (m *machine) setenv(name string, v set) {
	old := m.environ[name]
	m.environ[name] = m.union(old, v)
	m.kept.writes(keptVariable, name, old, m.environ[name])
	if !m.reporting {
		return
	}
	m.report.setenv(name, v)
	for _, f := range unsafeVariables {
		if flag, at := v.flag(); f.name == name && flag == "true" && at != nil {
			m.report.addLoad(gate.Load{Callee: "os.environ", Flag: name, Value: "true", Unsafe: f.unsafe, Origin: f.origin}, at.start, at.end)
		}
	}
}

// builtin is for functions that hand their argument on.
func (m *machine) builtin(path string, a *arguments) (set, bool) {
	switch path {
	case "str", "list", "tuple", "set", "sorted", "reversed", "iter", "next", "copy.copy", "copy.deepcopy", "os.path.expanduser",
		"os.path.expandvars", "deepcopy", "typing.cast", "os.fspath", "random.choice", "st.selectbox", "streamlit.selectbox":
		pos := 0
		if path == "typing.cast" || strings.HasSuffix(path, "selectbox") {
			pos = 1
		}
		v, _ := a.at(pos, "options")
		if path == "next" || path == "random.choice" || strings.HasSuffix(path, "selectbox") {
			items, _ := m.items(v)
			v = m.union(items...)
		}
		return v, len(v) > 0
	case "enumerate":
		items, known := m.items(first(a.pos))
		v := a.list()
		v.partial = !known
		for i, it := range items {
			pairOf := &value{kind: list, start: v.start, end: v.end + i, elts: []set{one(&value{kind: unknown, text: "i"}), it}}
			v.elts = append(v.elts, one(pairOf.nested()))
		}
		return one(v.nested()), true
	case "zip":
		return m.zip(a), true
	case "dict", "collections.OrderedDict", "OrderedDict", "types.SimpleNamespace", "SimpleNamespace", "argparse.Namespace":
		return m.newDict(a), true
	case "vars":
		return first(a.pos), true
	case "getattr":
		return m.getattr(a), true
	case "dataclasses.field", "field", "pydantic.Field", "Field", "attr.ib", "attrs.field", "typer.Option", "typer.Argument",
		"fastapi.Query", "fastapi.Form", "fastapi.Body", "Query", "Form", "Body", "omegaconf.SI":
		v, _ := a.at(0, "default")
		if f, ok := a.named("default_factory"); ok {
			for _, fn := range f.value {
				if fn.kind == function {
					v = m.union(v, m.follow(fn.fn, &arguments{}, nil))
				}
			}
		}
		return v, true
	case "functools.partial", "partial", "funcy.partial", "toolz.partial":
		return m.partial(a), true
	}
	return nil, false
}

func (m *machine) zip(a *arguments) set {
	v := a.list()
	var columns [][]set
	for _, p := range a.pos {
		items, known := m.items(p)
		v.partial = v.partial || !known
		columns = append(columns, items)
	}
	for i := 0; len(columns) > 0 && i < len(columns[0]); i++ {
		row := &value{kind: list, start: v.start, end: v.end + i}
		for _, c := range columns {
			if i < len(c) {
				row.elts = append(row.elts, c[i])
			} else {
				row.elts = append(row.elts, nil)
			}
		}
		v.elts = append(v.elts, one(row.nested()))
	}
	return one(v.nested())
}

// list is an empty list that a call returns.
func (a *arguments) list() *value {
	v := &value{kind: list}
	if a.node != nil {
		v.start, v.end = a.node.Range()
	}
	return v
}

func (m *machine) newDict(a *arguments) set {
	d := &value{kind: dict, partial: a.open}
	if a.node != nil {
		d.start, d.end = a.node.Range()
	}
	if len(a.pos) > 0 {
		d = m.merged(d, a.pos[0])
	}
	for _, k := range a.kw {
		d.pairs = append(d.pairs, pair{k.name, k.value, k.start, k.end})
	}
	return one(d.nested())
}

func (m *machine) getattr(a *arguments) set {
	name := textOf(second(a.pos))
	var out set
	for _, b := range first(a.pos) {
		switch {
		case name == nil || name.partial:
		case b.kind == symbol && len(b.text)+len(name.text) < maxPath:
			out = append(out, &value{kind: symbol, text: b.text + "." + name.text, start: b.start, end: b.end})
		case b.kind == namespace || b.kind == unknown:
			out = m.union(out, m.fieldOf(name.text))
		case b.kind == instance || b.kind == class:
			v, _ := m.attrOf(b.class, name.text)
			out = m.union(out, v)
		}
	}
	if def, ok := a.at(2, "default"); ok {
		out = m.union(out, def)
	}
	return out
}

func second(s []set) set {
	if len(s) < 2 {
		return nil
	}
	return s[1]
}

// partial binds arguments before a function is called.
func (m *machine) partial(a *arguments) set {
	var out set
	for _, f := range first(a.pos) {
		g := *f
		g.bound = &arguments{pos: a.pos[1:], kw: a.kw, open: a.open, rest: a.rest, node: a.node}
		out = append(out, &g)
	}
	return out
}
