package python

import (
	"path"
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

func (m *machine) importModules(s *pysyntax.Import) {
	for _, a := range s.Names {
		name, full := a.AsName, a.Name
		if name == "" {
			name, _, _ = strings.Cut(a.Name, ".")
			full = name
		}
		start, end := a.Range()
		m.imported(full, false)
		m.set(name, one(&value{kind: symbol, text: full, start: start, end: end}))
	}
}

func (m *machine) importFrom(s *pysyntax.ImportFrom) {
	module := s.Module
	if s.Level > 0 {
		module = relative(m.path, s.Level, module)
	}
	for _, a := range s.Names {
		if a.Name == "*" {
			m.stars = append(m.stars, module)
			m.imported(module, s.Level > 0)
			continue
		}
		name := a.AsName
		if name == "" {
			name = a.Name
		}
		start, end := a.Range()
		m.imported(module+"."+a.Name, s.Level > 0)
		m.set(name, one(&value{kind: symbol, text: module + "." + a.Name, start: start, end: end}))
	}
}

// relative is the module that a relative import names, as far as the path of the file
// tells: the folders above it, of which only the last ones may be packages.
func relative(file string, level int, module string) string {
	dir := path.Dir(file)
	for range level - 1 {
		dir = path.Dir(dir)
	}
	dir = strings.Trim(strings.ReplaceAll(dir, "/", "."), ".")
	if module == "" {
		return dir
	}
	return strings.TrimPrefix(dir+"."+module, ".")
}

func (m *machine) define(s *pysyntax.FunctionDef) {
	f := &callable{name: s.Name, node: s, params: s.Params, scope: m.scope}
	if c := m.currentClass(); c != nil {
		f.class, f.kind = c, instanceMethod
		c.methods[s.Name] = f
	}
	m.decorate(f, s.Decorators)
	for _, p := range s.Params {
		m.discard(p.Default)
	}
	m.functions = append(m.functions, f)
	start, end := s.Range()
	v := one(&value{kind: function, fn: f, text: s.Name, start: start, end: end})
	if f.class == nil {
		m.set(s.Name, v)
	} else {
		m.scope.vars.put(s.Name, v)
	}
}

// decorate reads decorators that change what a function is, and those of click, which
// give its parameters their defaults.
func (m *machine) decorate(f *callable, decorators []pysyntax.Expr) {
	for _, d := range decorators {
		switch pysyntax.Dotted(d) {
		case "classmethod":
			f.kind = classMethod
		case "staticmethod":
			f.kind = staticMethod
		case "property", "cached_property", "functools.cached_property":
			f.kind = property
		}
		call, ok := d.(*pysyntax.Call)
		if !ok {
			continue
		}
		name := pysyntax.Dotted(call.Func)
		m.eval(d)
		if strings.HasSuffix(name, "option") || strings.HasSuffix(name, "argument") {
			dest, v := m.option(m.arguments(call), call)
			if dest != "" && len(v) > 0 {
				if f.defaults == nil {
					f.defaults = map[string]set{}
				}
				f.defaults[dest] = v
			}
		}
	}
}

func (m *machine) currentClass() *classInfo {
	s := m.scope.home()
	if s.body != classScope {
		return nil
	}
	v, ok := s.vars.get(classKey)
	if !ok {
		return nil
	}
	return v[0].class
}

// classKey is where the scope of a class keeps the class: no name of Python.
const classKey = "class"

func (m *machine) defineClass(s *pysyntax.ClassDef) {
	c := m.classes[s]
	if c == nil {
		c = &classInfo{name: s.Name, attrs: map[string]set{}}
		m.classes[s] = c
	}
	c.methods, c.fields, c.bases = map[string]*callable{}, nil, nil
	for _, a := range s.Args {
		c.bases = append(c.bases, m.eval(a))
	}
	for _, d := range s.Decorators {
		m.eval(d)
	}
	start, end := s.Range()
	v := one(&value{kind: class, class: c, text: s.Name, start: start, end: end})
	outer, globals := m.scope, m.globals
	body := newScope(classScope, outer)
	body.vars.put(classKey, v)
	m.scope = body
	m.block(s.Body)
	m.scope, m.globals = outer, globals
	for _, a := range body.vars.list {
		if a.name != classKey && c.methods[a.name] == nil {
			m.addAttr(c.attrs, a.name, a.value)
		}
	}
	m.plainFields(c, s)
	m.set(s.Name, v)
}

// plainFields lists the names that a class assigns without annotating them: the members
// of an enumeration, the settings of an old-style configuration.
func (m *machine) plainFields(c *classInfo, s *pysyntax.ClassDef) {
	for _, st := range s.Body {
		a, ok := st.(*pysyntax.Assign)
		if !ok {
			continue
		}
		for _, t := range a.Targets {
			if n, ok := t.(*pysyntax.Name); ok {
				c.fields = append(c.fields, n.ID)
				m.kept.reads(keptAttr, n.ID)
				m.declare(declaration{name: n.ID, value: c.attrs[n.ID], loader: "attribute " + n.ID})
			}
		}
	}
}

// field notes a field that a class annotates: by its name it may be found again in an
// object of which nothing else is known.
func (m *machine) field(name string, v set, s *pysyntax.AnnAssign) {
	if c := m.currentClass(); c != nil {
		c.fields = append(c.fields, name)
	}
	if s.Value == nil {
		return
	}
	m.addField(name, v)
	m.declare(declaration{name: name, value: v, loader: "field " + name})
}
