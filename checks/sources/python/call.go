package python

import (
	"slices"

	"github.com/modelgate/gate/internal/pysyntax"
)

// arguments are those of a call, with what is known of starred ones put in their places.
type arguments struct {
	pos  []set
	kw   []keyword
	open bool // there are further keywords that are not known
	rest bool // there are further positional arguments that are not known
	node *pysyntax.Call
}

// keyword is name=value, or an item of a **mapping.
type keyword struct {
	name       string
	value      set
	start, end int
}

// named finds a keyword argument.
func (a *arguments) named(name string) (keyword, bool) {
	for _, k := range a.kw {
		if k.name == name {
			return k, true
		}
	}
	return keyword{}, false
}

// at finds an argument by its position, -1 for none, or by one of its names.
func (a *arguments) at(pos int, names ...string) (set, bool) {
	for _, n := range names {
		if k, ok := a.named(n); ok {
			return k.value, true
		}
	}
	if pos >= 0 && pos < len(a.pos) {
		return a.pos[pos], true
	}
	return nil, false
}

// after are the arguments with those before them that functools.partial gave.
func (a *arguments) after(bound *arguments) *arguments {
	if bound == nil {
		return a
	}
	return &arguments{pos: slices.Concat(bound.pos, a.pos), kw: slices.Concat(a.kw, bound.kw),
		open: a.open || bound.open, rest: a.rest || bound.rest, node: a.node}
}

func (m *machine) arguments(c *pysyntax.Call) *arguments {
	a := &arguments{node: c}
	if len(c.Args) > 0 {
		a.pos = make([]set, 0, len(c.Args))
	}
	if len(c.Keywords) > 0 {
		a.kw = make([]keyword, 0, len(c.Keywords))
	}
	for _, arg := range c.Args {
		s, ok := arg.(*pysyntax.Starred)
		if !ok {
			a.pos = append(a.pos, m.eval(arg))
			continue
		}
		items, known := m.items(m.eval(s.Value))
		a.pos = append(a.pos, items...)
		a.rest = a.rest || !known
	}
	for i := range c.Keywords {
		k := &c.Keywords[i]
		v := m.eval(k.Value)
		start, end := k.Range()
		if k.Name != "" {
			a.kw = append(a.kw, keyword{k.Name, v, start, end})
			continue
		}
		a.spread(m, v)
	}
	return a
}

// spread adds the items of a **mapping. Of several mappings each may be the one.
func (a *arguments) spread(m *machine, mappings set) {
	if len(mappings) == 0 {
		a.open = true
	}
	seen, dicts := map[string]int{}, 0
	for _, d := range mappings {
		if d.kind != dict {
			a.open = true
			continue
		}
		dicts++
		a.open = a.open || d.partial
		for _, p := range d.pairs {
			seen[p.key]++
			if i := slices.IndexFunc(a.kw, func(k keyword) bool { return k.name == p.key }); i >= 0 {
				a.kw[i].value = m.union(a.kw[i].value, p.value)
			} else if p.key != "" {
				a.kw = append(a.kw, keyword{p.key, p.value, p.start, p.end})
			}
		}
	}
	for i, k := range a.kw {
		if n := seen[k.name]; n > 0 && n < dicts {
			a.kw[i].value = m.union(k.value, absent)
		}
	}
}

// absent is what an argument may be that is not always given.
var absent = set{{kind: constant, text: "None"}}

// call is what a call returns. It looks up the callee among the sinks on the way.
func (m *machine) call(c *pysyntax.Call) set {
	callees, base := m.callee(c.Func)
	a := m.arguments(c)
	var out set
	asked := false
	for _, f := range callees {
		a := a.after(f.bound)
		switch f.kind {
		case function:
			m.local(f.text, a)
			var self *value
			if len(f.elts) > 0 {
				self = f.elts[0][0]
			}
			out = m.union(out, m.follow(f.fn, a, self))
		case class:
			out = m.union(out, m.construct(f, a))
		default:
			path := f.callee()
			if path == "" {
				path = methodPath(c)
			}
			m.sink(path, f, a)
			asked = true
			out = m.union(out, m.known(path, c, a, base))
		}
	}
	if !asked && len(callees) == 0 {
		path := methodPath(c)
		m.sink(path, nil, a)
		out = m.known(path, c, a, base)
	}
	return out
}

// callee is what is called, and of a method the value that it is called on.
func (m *machine) callee(e pysyntax.Expr) (callees, base set) {
	if a, ok := e.(*pysyntax.Attribute); ok && m.step() && m.depth < maxDepth {
		m.depth++
		defer func() { m.depth-- }()
		return m.attributeOf(a)
	}
	return m.eval(e), nil
}

// methodPath is the callee of a method of something unknown.
func methodPath(c *pysyntax.Call) string {
	if f, ok := c.Func.(*pysyntax.Attribute); ok {
		return "?." + f.Attr
	}
	return "?"
}

// result is what a call of something outside the file returns.
func (m *machine) result(path string, c *pysyntax.Call, a *arguments) set {
	if len(path)+2 > maxPath {
		path = "?"
	}
	start, end := c.Range()
	return one(m.keep(value{kind: symbol, text: path + "()", start: start, end: end, args: a}))
}

// construct makes an instance of a class of this file.
func (m *machine) construct(f *value, a *arguments) set {
	start, end := a.node.Range()
	self := &value{kind: instance, class: f.class, text: f.class.name, start: start, end: end, attrs: map[string]set{}}
	m.local(f.class.name, a)
	if init := f.class.method("__init__", 0); init != nil {
		m.follow(init, a, self)
		return one(self)
	}
	if base := f.class.base(0); base != "" {
		m.sink(base, f, a)
	}
	for _, k := range a.kw {
		self.attrs[k.name] = k.value
	}
	for i, v := range a.pos {
		if i < len(f.class.fields) {
			self.attrs[f.class.fields[i]] = v
		}
	}
	return one(self)
}

// follow runs the body of a function of this file with the arguments of a call.
func (m *machine) follow(f *callable, a *arguments, self *value) set {
	if def, ok := f.node.(*pysyntax.FunctionDef); ok && !m.bodies[def].worth {
		return nil
	}
	if len(m.calls) >= maxCalls || m.inlined > maxInline || slices.Contains(m.calls, f) {
		m.report.unfollowed[f] = true
		return nil
	}
	m.report.followed[f] = true
	outer, globals := m.scope, m.globals
	frame := m.frame(f)
	m.bind(f, a, self, frame)
	m.calls = append(m.calls, f)
	m.enter(frame)
	m.returned = append(m.returned, nil)
	switch n := f.node.(type) {
	case *pysyntax.FunctionDef:
		m.block(n.Body)
	case *pysyntax.Lambda:
		m.returned[len(m.returned)-1] = m.eval(n.Body)
	}
	out := m.returned[len(m.returned)-1]
	m.returned = m.returned[:len(m.returned)-1]
	m.calls = m.calls[:len(m.calls)-1]
	m.scope, m.globals = outer, globals
	return out
}

// bind gives the parameters of a function the arguments of a call.
func (m *machine) bind(f *callable, a *arguments, self *value, frame *scope) {
	params := f.params
	if f.class != nil && f.kind != staticMethod && len(params) > 0 && self != nil {
		r := one(self)
		if f.kind == classMethod {
			r = m.receiver(f, nil)
		}
		frame.vars.put(params[0].Name, r)
		params = params[1:]
	}
	used := map[string]bool{}
	next := 0
	for _, p := range params {
		var v set
		switch p.Kind {
		case pysyntax.VarPositional:
			l := a.list()
			l.elts, l.partial = slices.Clone(a.pos[min(next, len(a.pos)):]), a.rest
			v = one(l.nested())
			next = len(a.pos)
		case pysyntax.VarKeyword:
			v = one(rest(a, used))
		default:
			if k, ok := a.named(p.Name); ok {
				v, used[p.Name] = k.value, true
			} else if next < len(a.pos) && p.Kind != pysyntax.KeywordOnly {
				v = a.pos[next]
				next++
			} else {
				v = m.ownDefault(f, p)
			}
		}
		if len(v) == 0 {
			v = one(&value{kind: unknown, text: p.Name})
		}
		frame.vars.put(p.Name, v)
	}
}

// rest is the dict of the keywords that no parameter takes.
func rest(a *arguments, used map[string]bool) *value {
	d := a.list()
	d.kind, d.partial = dict, a.open
	for _, k := range a.kw {
		if !used[k.name] {
			d.pairs = append(d.pairs, pair{k.name, k.value, k.start, k.end})
		}
	}
	return d.nested()
}
