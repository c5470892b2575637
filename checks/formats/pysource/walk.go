package pysource

import (
	"slices"

	"github.com/modelgate/gate/internal/pysyntax"
)

// walker states what the nodes of a module do.
type walker struct {
	*analysis
	m *module
}

func (w walker) visit(n pysyntax.Node, s *scope, typed bool) {
	switch n := n.(type) {
	case *pysyntax.FunctionDef:
		w.function(n, s)
		return
	case *pysyntax.ClassDef:
		w.classDef(n, s)
		return
	case *pysyntax.If:
		if len(n.Clauses) > 0 && isMain(n.Clauses[0].Test) {
			w.mainBlock(n, s)
			return
		}
	case *pysyntax.ExceptHandler:
		if n.Type != nil {
			w.visit(n.Type, s, true)
		}
		w.each(n.Body, s)
		return
	case *pysyntax.AnnAssign:
		w.visit(n.Annotation, s, true)
		if n.Value != nil {
			w.visit(n.Value, s, false)
		}
		w.patches(n, s)
		return
	case *pysyntax.Exec:
		w.execute("exec", n, n.Code, s)
	case *pysyntax.Call:
		w.call(n, s, typed)
		return
	case *pysyntax.Name:
		w.reference(n, s, typed)
	case *pysyntax.Attribute:
		w.attribute(n, s, typed)
		return
	case *pysyntax.BinOp:
		w.constant(n, s)
	case *pysyntax.Subscript:
		w.constant(n, s)
	}
	w.patches(n, s)
	bound := targetsOf(n)
	pysyntax.Children(n, func(c pysyntax.Node) {
		w.visit(c, s, typed || slices.Contains(bound, c))
	})
}

// targetsOf are the children of a node to which it assigns.
func targetsOf(n pysyntax.Node) []pysyntax.Node {
	switch n := n.(type) {
	case *pysyntax.Assign:
		var list []pysyntax.Node
		for _, t := range n.Targets {
			list = append(list, t)
		}
		return list
	case *pysyntax.AugAssign:
		return []pysyntax.Node{n.Target}
	case *pysyntax.For:
		return []pysyntax.Node{n.Target}
	case *pysyntax.Generator:
		return []pysyntax.Node{n.Target}
	case *pysyntax.NamedExpr:
		return []pysyntax.Node{n.Target}
	case *pysyntax.WithItem:
		return []pysyntax.Node{n.Vars}
	case *pysyntax.Delete:
		var list []pysyntax.Node
		for _, t := range n.Targets {
			list = append(list, t)
		}
		return list
	}
	return nil
}

func (w walker) each(body []pysyntax.Stmt, s *scope) {
	for _, st := range body {
		w.visit(st, s, false)
	}
}

func (w walker) exprs(list []pysyntax.Expr, s *scope, typed bool) {
	for _, e := range list {
		w.visit(e, s, typed)
	}
}

// function reads what runs where the function is defined, and then its body.
func (w walker) function(n *pysyntax.FunctionDef, s *scope) {
	for _, d := range n.Decorators {
		w.visit(d, s, false)
		w.decorator(d, n.Name, s)
	}
	for i := range n.Params {
		p := &n.Params[i]
		if p.Annotation != nil {
			w.visit(p.Annotation, s, true)
		}
		if p.Default != nil {
			w.visit(p.Default, s, false)
		}
	}
	if n.Returns != nil {
		w.visit(n.Returns, s, true)
	}
	w.each(n.Body, w.m.scopes[n])
}

// decorator notes that a decorator of the file, or one that runs things, may call what
// it decorates.
func (w walker) decorator(d pysyntax.Expr, name string, s *scope) {
	e := d
	if c, ok := d.(*pysyntax.Call); ok {
		e = c.Func
	}
	if n, ok := e.(*pysyntax.Name); ok && len(w.m.functions[n.ID]) > 0 {
		s.uses = append(s.uses, use{n.ID, false}, use{name, true})
	}
	if w.resolve(e, s, 0) == "atexit.register" {
		s.uses = append(s.uses, use{name, true})
	}
}

func (w walker) classDef(n *pysyntax.ClassDef, s *scope) {
	w.exprs(n.Decorators, s, false)
	w.exprs(n.Args, s, true)
	for i := range n.Keywords {
		w.visit(n.Keywords[i].Value, s, false)
	}
	c := w.m.scopes[n]
	for _, d := range n.Decorators {
		w.decorator(d, n.Name, s)
	}
	for _, base := range append(slices.Clone(n.Args), values(n.Keywords)...) {
		if b, ok := base.(*pysyntax.Name); ok { // __init_subclass__ or a metaclass
			c.uses = append(c.uses, use{b.ID, false})
		}
	}
	w.each(n.Body, c)
}

func values(list []pysyntax.Keyword) []pysyntax.Expr {
	var out []pysyntax.Expr
	for _, k := range list {
		out = append(out, k.Value)
	}
	return out
}

// isMain recognises the test of what runs only when the file is the program.
func isMain(e pysyntax.Expr) bool {
	c, ok := e.(*pysyntax.Compare)
	if !ok || len(c.Ops) != 1 || c.Ops[0] != pysyntax.Eq {
		return false
	}
	name, ok1 := c.Left.(*pysyntax.Name)
	str, ok2 := c.Comparators[0].(*pysyntax.Str)
	if !ok1 {
		name, ok1 = c.Comparators[0].(*pysyntax.Name)
		str, ok2 = c.Left.(*pysyntax.Str)
	}
	return ok1 && ok2 && name.ID == "__name__" && str.Value() == "__main__"
}

// mainBlock reads the body as a function, unless the file gives itself that name.
func (w walker) mainBlock(n *pysyntax.If, s *scope) {
	program := s
	if len(s.names["__name__"]) == 0 && s == &w.m.scope {
		program = &scope{parent: s, name: "__main__", function: true, names: map[string][]binding{}, sure: map[string]uint32{}, module: w.m}
		w.m.all = append(w.m.all, program)
	}
	w.each(n.Clauses[0].Body, program)
	for i := range n.Clauses[1:] {
		w.visit(&n.Clauses[i+1], s, false)
	}
	w.each(n.Else, s)
}

func (w walker) use(e pysyntax.Expr, s *scope) {
	switch e := e.(type) {
	case *pysyntax.Name:
		if len(w.m.functions[e.ID]) > 0 {
			s.uses = append(s.uses, use{e.ID, false})
		} else if list, _ := s.lookup(e.ID, e.Start); len(list) > 0 {
			if n, ok := list[0].value.(*pysyntax.Name); ok && len(w.m.functions[n.ID]) > 0 {
				s.uses = append(s.uses, use{n.ID, false})
			}
		}
	case *pysyntax.Attribute:
		if len(w.m.functions[e.Attr]) > 0 {
			s.uses = append(s.uses, use{e.Attr, true})
		}
	}
}

// local notes the functions and classes of the file that a call runs, or is given.
func (w walker) local(c *pysyntax.Call, s *scope) {
	w.use(c.Func, s)
	for _, e := range c.Args {
		w.use(e, s)
	}
	for _, k := range c.Keywords {
		w.use(k.Value, s)
	}
}
