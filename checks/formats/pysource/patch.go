package pysource

import (
	"strings"

	"github.com/modelgate/gate/internal/pyconst"
	"github.com/modelgate/gate/internal/pysyntax"
)

// patches states assignments that replace what unpickling uses.
func (w walker) patches(n pysyntax.Node, s *scope) {
	switch n := n.(type) {
	case *pysyntax.Assign:
		for _, t := range n.Targets {
			w.assigned(n, t, s)
		}
	case *pysyntax.AnnAssign:
		if n.Value != nil {
			w.assigned(n, n.Target, s)
		}
	case *pysyntax.AugAssign:
		w.assigned(n, n.Target, s)
	case *pysyntax.For:
		w.assigned(n.Target, n.Target, s)
	case *pysyntax.WithItem:
		if n.Vars != nil {
			w.assigned(n, n.Vars, s)
		}
	}
}

// assigned states the target of an assignment, or of the targets in a tuple each.
func (w walker) assigned(n pysyntax.Node, t pysyntax.Expr, s *scope) {
	switch t := t.(type) {
	case *pysyntax.Tuple, *pysyntax.List:
		for _, e := range elements(t) {
			w.assigned(n, e, s)
		}
	case *pysyntax.Attribute:
		if base := w.resolve(t.Value, s, 0); base != "" {
			w.patch(n, fullName(base, t.Attr), s)
		}
	case *pysyntax.Subscript:
		w.item(n, w.resolve(t.Value, s, 0), t.Index, s)
	}
}

// fullName is the full name of an attribute, of builtins too.
func fullName(base, attr string) string {
	switch base {
	case "__builtins__", "__builtin__":
		base = "builtins"
	}
	return strings.ReplaceAll(base, "()", "") + "." + attr
}

// item states an assignment to an element of sys.modules or of a module's namespace.
func (w walker) item(n pysyntax.Node, mapping string, key pysyntax.Expr, s *scope) {
	k, known := w.fold(key, s, 0)
	name := "?"
	if known && k.IsString() {
		name = k.S
	}
	switch {
	case mapping == "sys.modules" && !ownName(key):
		w.replaced(n, "sys.modules["+name+"]", s)
	case mapping == "__builtins__":
		w.patch(n, "builtins."+name, s)
	case strings.HasSuffix(mapping, ".__dict__"):
		w.patch(n, strings.TrimSuffix(mapping, "__dict__")+name, s)
	case mapping == "copyreg.dispatch_table", mapping == "copyreg._inverted_registry", mapping == "copyreg._extension_cache":
		w.replaced(n, mapping, s)
	}
}

// ownName tells whether a key of sys.modules is the module's own name or one below it.
func ownName(e pysyntax.Expr) bool {
	switch e := e.(type) {
	case *pysyntax.Name:
		return e.ID == "__name__"
	case *pysyntax.BinOp:
		return e.Op == pysyntax.Add && ownName(e.Left)
	case *pysyntax.JoinedStr:
		if len(e.Values) > 0 {
			f, ok := e.Values[0].(*pysyntax.FormattedValue)
			return ok && ownName(f.Value)
		}
	}
	return false
}

// setattr states a patch that a call makes.
func (w walker) setattr(callee string, c *pysyntax.Call, s *scope) {
	if len(c.Args) == 0 {
		return
	}
	switch callee {
	case "setattr", "object.__setattr__", "type.__setattr__":
		if len(c.Args) > 1 {
			name := "?"
			if v, ok := w.fold(c.Args[1], s, 0); ok && v.Kind == pyconst.Text {
				name = v.S
			}
			if base := w.resolve(c.Args[0], s, 0); base != "" {
				w.patch(c, fullName(base, name), s)
			}
		}
	case "sys.modules.update":
		w.replaced(c, "sys.modules[?]", s)
	case "sys.modules.setdefault", "sys.modules.__setitem__":
		w.item(c, "sys.modules", c.Args[0], s)
	}
	if mapping, ok := strings.CutSuffix(callee, ".__dict__.__setitem__"); ok {
		w.item(c, mapping+".__dict__", c.Args[0], s)
	}
}

func (w walker) patch(n pysyntax.Node, name string, s *scope) {
	if isTrusted(name) || strings.HasSuffix(name, ".?") && (guarded[strings.TrimSuffix(name, ".?")] || isTrusted(strings.TrimSuffix(name, "?")+"Unpickler")) {
		w.replaced(n, name, s)
	}
}

func (w walker) replaced(n pysyntax.Node, name string, s *scope) {
	if w.facts++; w.facts > maxFacts {
		return
	}
	start, end := n.Range()
	f := fact{start: uint32(start), end: uint32(end), target: name}
	if w.m.decoded {
		f.start, f.end = w.m.at.Start, w.m.at.End
	}
	s.facts = append(s.facts, f)
}
