package pysource

import (
	"slices"

	"github.com/modelgate/gate/internal/pyconst"
	"github.com/modelgate/gate/internal/pysyntax"
)

// maxDecoded bounds the constants of a file that are computed.
const maxDecoded = 8 << 20

// fold finds the value of an expression, if it is known.
func (a *analysis) fold(e pysyntax.Expr, s *scope, depth int) (pyconst.Value, bool) {
	if depth > 4*maxFollow || a.folded > maxDecoded || !a.step() {
		return pyconst.Value{}, false
	}
	switch e := e.(type) {
	case *pysyntax.Str:
		if len(e.Raw) > pyconst.MaxBytes || !a.cost(len(e.Raw)) {
			return pyconst.Value{}, false
		}
		c := pyconst.Value{Kind: pyconst.Text, S: e.Value()}
		if e.Bytes {
			c.Kind = pyconst.Bytes
		}
		return c, true
	case *pysyntax.Number:
		n, ok := e.Int()
		return pyconst.Value{Kind: pyconst.Int, N: n}, ok
	case *pysyntax.Name:
		return a.foldName(e, s, depth)
	case *pysyntax.Tuple:
		return a.foldList(e.Elts, s, depth)
	case *pysyntax.List:
		return a.foldList(e.Elts, s, depth)
	case *pysyntax.UnaryOp:
		c, ok := a.fold(e.Operand, s, depth+1)
		c.N = -c.N
		return c, ok && c.Kind == pyconst.Int && e.Op == pysyntax.Sub
	case *pysyntax.BinOp:
		return a.foldBinary(e, s, depth)
	case *pysyntax.JoinedStr:
		return a.foldJoined(e, s, depth)
	case *pysyntax.Subscript:
		return a.foldSubscript(e, s, depth)
	case *pysyntax.Comp:
		return a.foldComp(e, s, depth)
	case *pysyntax.NamedExpr:
		return a.fold(e.Value, s, depth+1)
	case *pysyntax.Call:
		return a.foldCall(e, s, depth)
	}
	return pyconst.Value{}, false
}

// kept counts a value that was computed.
func (a *analysis) kept(v pyconst.Value, ok bool) (pyconst.Value, bool) {
	return v, ok && a.spend(len(v.S))
}

// foldAll finds the values of several expressions, if all are known.
func (a *analysis) foldAll(list []pysyntax.Expr, s *scope, depth int) ([]pyconst.Value, bool) {
	out := make([]pyconst.Value, 0, len(list))
	for _, e := range list {
		v, ok := a.fold(e, s, depth+1)
		if !ok {
			return nil, false
		}
		out = append(out, v)
	}
	return out, true
}

func (a *analysis) foldName(n *pysyntax.Name, s *scope, depth int) (pyconst.Value, bool) {
	if c, ok := a.locals[n.ID]; ok {
		return c, true
	}
	found, _ := s.lookup(n.ID, n.Start)
	if len(found) == 0 || found[0].value == nil {
		return pyconst.Value{}, false
	}
	c, ok := a.fold(found[0].value, s, depth+1)
	if !ok {
		return c, false
	}
	if i := found[0].index; i >= 0 {
		if c.Kind != pyconst.List || i >= len(c.List) {
			return pyconst.Value{}, false
		}
		return c.List[i], true
	}
	if found[0].adds {
		before := *n
		before.Start = found[0].at
		old, ok := a.foldName(&before, s, depth+1)
		if !ok {
			return old, false
		}
		return a.kept(pyconst.Binary(pysyntax.Add, old, c))
	}
	return c, true
}

func (a *analysis) foldList(elts []pysyntax.Expr, s *scope, depth int) (pyconst.Value, bool) {
	if len(elts) > pyconst.MaxElements {
		return pyconst.Value{}, false
	}
	list, ok := a.foldAll(elts, s, depth)
	decoded := slices.ContainsFunc(list, func(v pyconst.Value) bool { return v.Decoded })
	return pyconst.Value{Kind: pyconst.List, List: list, Decoded: decoded}, ok
}

func (a *analysis) foldBinary(e *pysyntax.BinOp, s *scope, depth int) (pyconst.Value, bool) {
	l, ok := a.fold(e.Left, s, depth+1)
	if !ok {
		return l, false
	}
	r, ok := a.fold(e.Right, s, depth+1)
	if !ok {
		return r, false
	}
	return a.kept(pyconst.Binary(e.Op, l, r))
}

func (a *analysis) foldJoined(e *pysyntax.JoinedStr, s *scope, depth int) (pyconst.Value, bool) {
	var parts []pyconst.Value
	size := 0
	for _, v := range e.Values {
		if f, ok := v.(*pysyntax.FormattedValue); ok {
			if f.Conversion != 0 || len(f.Format) > 0 {
				return pyconst.Value{}, false
			}
			v = f.Value
		}
		part, ok := a.fold(v, s, depth+1)
		if size += len(part.S); !ok || size > 2*pyconst.MaxBytes {
			return pyconst.Value{}, false
		}
		parts = append(parts, part)
	}
	return a.kept(pyconst.Concat(parts))
}

func (a *analysis) foldSubscript(e *pysyntax.Subscript, s *scope, depth int) (pyconst.Value, bool) {
	c, ok := a.fold(e.Value, s, depth+1)
	if !ok || !a.cost(len(c.S)+len(c.List)) {
		return c, false
	}
	if sl, ok := e.Index.(*pysyntax.Slice); ok {
		return a.foldSlice(c, sl, s, depth)
	}
	i, ok := a.fold(e.Index, s, depth+1)
	if !ok {
		return c, false
	}
	return c.Index(i)
}

func (a *analysis) foldSlice(c pyconst.Value, sl *pysyntax.Slice, s *scope, depth int) (pyconst.Value, bool) {
	var bounds [3]*pyconst.Value
	for i, e := range []pysyntax.Expr{sl.Lower, sl.Upper, sl.Step} {
		if e == nil {
			continue
		}
		v, ok := a.fold(e, s, depth+1)
		if !ok {
			return c, false
		}
		bounds[i] = &v
	}
	return a.kept(c.Slice(bounds[0], bounds[1], bounds[2]))
}

// foldCall finds the value of a call of a function or method that only computes.
func (a *analysis) foldCall(c *pysyntax.Call, s *scope, depth int) (pyconst.Value, bool) {
	if len(c.Args) > 3 {
		return pyconst.Value{}, false
	}
	if attr, ok := c.Func.(*pysyntax.Attribute); ok {
		if on, ok := a.fold(attr.Value, s, depth+1); ok && on.IsString() {
			args, ok := a.foldAll(c.Args, s, depth)
			if !ok {
				return on, false
			}
			return a.kept(on.Method(attr.Attr, args))
		}
	}
	callee := a.resolve(c.Func, s, depth+1)
	if callee == "" || len(c.Args) == 0 {
		return pyconst.Value{}, false
	}
	if callee == "map" && len(c.Args) == 2 {
		return a.foldMap(c, s, depth)
	}
	args, ok := a.foldAll(c.Args, s, depth)
	if !ok {
		return pyconst.Value{}, false
	}
	return a.compute(callee, args)
}

// compute calls a function that only computes.
func (a *analysis) compute(callee string, args []pyconst.Value) (pyconst.Value, bool) {
	if !a.step() {
		return pyconst.Value{}, false
	}
	return a.kept(pyconst.Call(callee, args))
}

func (a *analysis) foldMap(c *pysyntax.Call, s *scope, depth int) (pyconst.Value, bool) {
	over, ok := a.fold(c.Args[1], s, depth+1)
	if !ok || over.Kind == pyconst.Int {
		return over, false
	}
	out := pyconst.Value{Kind: pyconst.List}
	if l, ok := c.Args[0].(*pysyntax.Lambda); ok && len(l.Params) == 1 {
		return a.foldComp(&pysyntax.Comp{Elt: l.Body, Generators: []pysyntax.Generator{
			{Target: &pysyntax.Name{ID: l.Params[0].Name}, Iter: c.Args[1]},
		}}, s, depth)
	}
	f := a.resolve(c.Args[0], s, depth+1)
	for _, v := range over.Elements() {
		r, ok := a.compute(f, []pyconst.Value{v})
		if !ok {
			return out, false
		}
		out.List = append(out.List, r)
		out.Decoded = out.Decoded || r.Decoded
	}
	return out, true
}

// foldComp runs a comprehension over one known list.
func (a *analysis) foldComp(e *pysyntax.Comp, s *scope, depth int) (pyconst.Value, bool) {
	if len(e.Generators) != 1 || e.Value != nil || len(e.Generators[0].Ifs) > 0 {
		return pyconst.Value{}, false
	}
	name, ok := e.Generators[0].Target.(*pysyntax.Name)
	if !ok {
		return pyconst.Value{}, false
	}
	over, ok := a.fold(e.Generators[0].Iter, s, depth+1)
	if !ok || over.Kind == pyconst.Int || !a.cost(len(over.S)*16) {
		return over, false
	}
	old, had := a.locals[name.ID]
	defer func() {
		delete(a.locals, name.ID)
		if had {
			a.locals[name.ID] = old
		}
	}()
	out := pyconst.Value{Kind: pyconst.List, Decoded: over.Decoded}
	for _, v := range over.Elements() {
		a.locals[name.ID] = v
		c, ok := a.fold(e.Elt, s, depth+1)
		if !ok {
			return out, false
		}
		out.List = append(out.List, c)
	}
	return out, true
}
