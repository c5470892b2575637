package pysource

import (
	"sort"

	"github.com/modelgate/gate/internal/pysyntax"
)

// scope is a module, a class or a function with the names that it binds. Comprehensions
// and lambdas belong to the scope around them.
type scope struct {
	parent   *scope
	class    bool
	function bool
	name     string
	names    map[string][]binding
	sure     map[string]uint32 // where a name is first bound under no condition
	stars    []string          // modules of which all names are imported
	classes  []*scope          // whose bodies run where they stand
	methods  []*scope          // of a class
	bases    []pysyntax.Expr
	module   *module
	uses     []use // of functions of the file, which the scope calls or hands on
	facts    []fact
	runs     bool // on import
}

// use is a name under which a scope may call a function or class of the file.
type use struct {
	name   string
	method bool // it is an attribute of some object
}

// binding is something that a name stands for.
type binding struct {
	at    uint32        // where
	sure  bool          // not under a condition
	path  string        // an imported module or an attribute of one
	value pysyntax.Expr // what is assigned
	adds  bool          // value is added to what there was
	index int           // the name gets this element of value, if 0 or more
	local *scope        // a function or class of the file
}

// module is a parsed text: the file, or something that it decodes.
type module struct {
	scope
	depth     int  // of decoding
	decoded   bool // it is not the file itself
	src       string
	at        pysyntax.Span // the place in the file, where decoded
	functions map[string][]*scope
	scopes    map[pysyntax.Node]*scope
	all       []*scope
	deleted   map[string]bool
}

func newModule(m *pysyntax.Module, depth int) *module {
	mod := &module{depth: depth, src: m.Source, functions: map[string][]*scope{}, scopes: map[pysyntax.Node]*scope{}, deleted: map[string]bool{}}
	mod.names, mod.sure, mod.module = map[string][]binding{}, map[string]uint32{}, mod
	mod.all = []*scope{&mod.scope}
	b := binder{mod}
	for _, s := range m.Body {
		b.bind(s, &mod.scope, true)
	}
	return mod
}

// binder collects the names that each scope binds.
type binder struct{ m *module }

func (b binder) open(n pysyntax.Node, name string, at *scope) *scope {
	s := &scope{parent: at, name: name, names: map[string][]binding{}, sure: map[string]uint32{}, module: b.m}
	b.m.scopes[n] = s
	b.m.all = append(b.m.all, s)
	b.m.functions[name] = append(b.m.functions[name], s)
	if at.class {
		at.methods = append(at.methods, s)
	}
	return s
}

func (s *scope) bind(name string, b binding) {
	s.names[name] = append(s.names[name], b)
	if _, ok := s.sure[name]; !ok && b.sure {
		s.sure[name] = b.at
	}
}

func (b binder) bind(n pysyntax.Node, s *scope, sure bool) {
	at, _ := n.Range()
	here := binding{at: uint32(at), sure: sure, index: -1}
	switch n := n.(type) {
	case *pysyntax.FunctionDef:
		f := b.open(n, n.Name, s)
		f.function, here.local = true, f
		s.bind(n.Name, here)
		b.params(n.Params, f)
		b.list(n.Body, f)
		b.exprs(n.Decorators, s)
		return
	case *pysyntax.ClassDef:
		c := b.open(n, n.Name, s)
		c.class, c.bases, here.local = true, n.Args, c
		s.classes = append(s.classes, c)
		s.bind(n.Name, here)
		b.list(n.Body, c)
		b.exprs(n.Decorators, s)
		return
	case *pysyntax.Import:
		for _, a := range n.Names {
			here.path = a.Name
			if a.AsName != "" {
				s.bind(a.AsName, here)
				continue
			}
			here.path = root(a.Name)
			s.bind(here.path, here)
		}
	case *pysyntax.ImportFrom:
		b.importFrom(n, s, here)
	case *pysyntax.Global:
		for _, name := range n.Names {
			s.names[name] = nil // what the module binds holds
		}
	case *pysyntax.Delete:
		for _, t := range n.Targets {
			if name, ok := t.(*pysyntax.Name); ok {
				b.m.deleted[name.ID] = true
			}
		}
	}
	b.assignments(n, s, here)
	pysyntax.Children(n, func(c pysyntax.Node) { b.bind(c, s, false) })
}

func (b binder) list(body []pysyntax.Stmt, s *scope) {
	for _, st := range body {
		b.bind(st, s, true)
	}
}

func (b binder) exprs(list []pysyntax.Expr, s *scope) {
	for _, e := range list {
		b.bind(e, s, false)
	}
}

func (b binder) params(list []pysyntax.Param, f *scope) {
	for i := range list {
		p := &list[i]
		f.bind(p.Name, binding{at: p.Start, sure: true, value: p.Default, index: -1})
	}
}

func (b binder) importFrom(n *pysyntax.ImportFrom, s *scope, here binding) {
	module := n.Module
	for range n.Level {
		module = "." + module
	}
	for _, a := range n.Names {
		name := a.Name
		if name == "*" {
			s.stars = append(s.stars, module)
			continue
		}
		here.path = module + "." + name
		if a.AsName != "" {
			name = a.AsName
		}
		s.bind(name, here)
	}
}

// assignments binds what a statement or expression assigns to names.
func (b binder) assignments(n pysyntax.Node, s *scope, here binding) {
	switch n := n.(type) {
	case *pysyntax.Assign:
		for _, t := range n.Targets {
			target(t, n.Value, s, here)
		}
	case *pysyntax.AnnAssign:
		if n.Value != nil {
			target(n.Target, n.Value, s, here)
		}
	case *pysyntax.AugAssign:
		here.adds = n.Op == pysyntax.Add
		target(n.Target, n.Value, s, here)
	case *pysyntax.NamedExpr:
		target(n.Target, n.Value, s, here)
	case *pysyntax.For:
		target(n.Target, nil, s, here)
	case *pysyntax.Generator:
		target(n.Target, nil, s, here)
	case *pysyntax.WithItem:
		if n.Vars != nil {
			target(n.Vars, n.Context, s, here)
		}
	case *pysyntax.ExceptHandler:
		if n.Target != nil {
			target(n.Target, nil, s, here)
		}
	case *pysyntax.Pattern:
		if n.Name != "" {
			s.bind(n.Name, here)
		}
	}
}

// target binds a name, or each name of a tuple to its element of the value.
func target(t, value pysyntax.Expr, s *scope, here binding) {
	here.value = value
	switch t := t.(type) {
	case *pysyntax.Name:
		s.bind(t.ID, here)
	case *pysyntax.Tuple:
		targets(t.Elts, value, s, here)
	case *pysyntax.List:
		targets(t.Elts, value, s, here)
	case *pysyntax.Starred:
		target(t.Value, nil, s, here)
	}
}

func targets(list []pysyntax.Expr, value pysyntax.Expr, s *scope, here binding) {
	for i, e := range list {
		here.index = i
		if elts := elements(value); i < len(elts) {
			here.index = -1
			target(e, elts[i], s, here)
			continue
		}
		target(e, value, s, here)
	}
}

// elements are those of a written list or tuple.
func elements(e pysyntax.Expr) []pysyntax.Expr {
	switch e := e.(type) {
	case *pysyntax.Tuple:
		return e.Elts
	case *pysyntax.List:
		return e.Elts
	}
	return nil
}

// lookup finds what a name stands for at a place, the last binding first. It reports
// whether Python itself can be meant, since the file does not bind the name for sure.
func (s *scope) lookup(name string, at uint32) (found []binding, python bool) {
	for from := s; s != nil; s = s.parent {
		list := s.names[name]
		if len(list) == 0 || s.class && s != from {
			continue
		}
		end := len(list)
		if from == s {
			end = sort.Search(end, func(i int) bool { return list[i].at >= at })
		}
		if end == 0 {
			end = len(list)
		}
		for i := end - 1; i >= max(0, end-maxBindings); i-- {
			found = append(found, list[i])
		}
		first, sure := s.sure[name]
		sure = sure && (first < at || !from.runsNow()) && !s.module.deleted[name]
		return found, !s.function && !sure
	}
	return nil, true
}

// runsNow tells whether the scope runs where it stands.
func (s *scope) runsNow() bool { return !s.function && (s.parent == nil || s.parent.runsNow()) }

// maxBindings bounds how many values of a name are followed.
const maxBindings = 4

func root(path string) string {
	for i := range len(path) {
		if path[i] == '.' {
			return path[:i]
		}
	}
	return path
}
