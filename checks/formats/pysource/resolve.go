package pysource

import (
	"strings"

	"github.com/modelgate/gate/internal/pyconst"
	"github.com/modelgate/gate/internal/pysyntax"
)

// maxFollow bounds how far a name is followed through assignments.
const maxFollow = 16

// resolve is the function, module or attribute that an expression stands for, by the
// name that its module gives it, or "". What a call returns is the callee with "()".
func (a *analysis) resolve(e pysyntax.Expr, s *scope, depth int) string {
	if depth > maxFollow || !a.step() {
		return ""
	}
	switch e := e.(type) {
	case *pysyntax.Name:
		return a.resolveName(e, s, depth)
	case *pysyntax.Attribute:
		if base := a.resolve(e.Value, s, depth+1); base != "" {
			return attribute(base, e.Attr)
		}
		if e.Attr == "__globals__" {
			return "globals()"
		}
	case *pysyntax.Call:
		return a.resolveCall(e, s, depth)
	case *pysyntax.Subscript:
		return a.resolveItem(e, s, depth)
	case *pysyntax.NamedExpr:
		return a.resolve(e.Value, s, depth+1)
	case *pysyntax.Await:
		return a.resolve(e.Value, s, depth+1)
	case *pysyntax.IfExp:
		return a.first(s, depth, e.Body, e.Else)
	case *pysyntax.BoolOp:
		return a.first(s, depth, e.Values...)
	}
	return ""
}

// first is what the first of several values that is known stands for.
func (a *analysis) first(s *scope, depth int, list ...pysyntax.Expr) string {
	for _, e := range list {
		if e == nil {
			continue
		}
		if name := a.resolve(e, s, depth+1); name != "" {
			return name
		}
	}
	return ""
}

// attribute is the name of an attribute of what has a name.
func attribute(base, attr string) string {
	base = borrowed(base)
	switch {
	case attr == "__call__":
		return base
	case base == "builtins" && attr != "?" && attr != "__dict__":
		return attr
	case base == "globals()" && attr == "get", strings.HasSuffix(base, ".__dict__") && attr == "get":
		return base + ".__getitem__"
	}
	return base + "." + attr
}

// borrowed is the module that another module, which imports it, gives away: the os of
// random._os is os.
func borrowed(path string) string {
	if path == "__builtins__" || path == "__builtin__" {
		return "builtins"
	}
	outer, name, _ := cutLast(path)
	name = strings.TrimLeft(name, "_")
	if outer == "" || outer[0] == '.' || outer == "asyncio" || !guarded[name] && name != "sys" {
		return path
	}
	return name
}

func (a *analysis) resolveName(n *pysyntax.Name, s *scope, depth int) string {
	list, python := s.lookup(n.ID, n.Start)
	for _, b := range list {
		if name := a.resolveBinding(b, s, depth); name != "" {
			return name
		}
	}
	if !python {
		return ""
	}
	for up := s; up != nil; up = up.parent {
		for _, module := range up.stars {
			if name := attribute(module, n.ID); isSink(name) || a.special(name) {
				return name
			}
		}
	}
	if builtin[n.ID] {
		return n.ID
	}
	return ""
}

func (a *analysis) resolveBinding(b binding, s *scope, depth int) string {
	switch {
	case b.path != "":
		return strings.TrimPrefix(strings.TrimPrefix(b.path, "builtins."), "__builtin__.")
	case b.local != nil:
		for _, base := range b.local.bases { // an heir of Popen is one
			if name := a.resolve(base, s, depth+1); isSink(name) {
				return name
			}
		}
	case b.value != nil && b.index < 0 && !b.adds:
		return a.resolve(b.value, s, depth+1)
	}
	return ""
}

// resolveItem resolves sys.modules["os"], module.__dict__["name"] and their like.
func (a *analysis) resolveItem(e *pysyntax.Subscript, s *scope, depth int) string {
	if list := elements(e.Value); list != nil {
		if i, ok := a.fold(e.Index, s, depth+1); ok && i.Kind == pyconst.Int && i.N >= 0 && i.N < int64(len(list)) {
			return a.resolve(list[i.N], s, depth+1)
		}
		return a.first(s, depth, list...)
	}
	if d, ok := e.Value.(*pysyntax.Dict); ok {
		for _, it := range d.Items {
			if name := a.resolve(it.Value, s, depth+1); name != "" {
				return name
			}
		}
	}
	return a.item(a.resolve(e.Value, s, depth+1), e.Index, s, depth)
}

// item is what the key of a mapping of names stands for.
func (a *analysis) item(mapping string, key pysyntax.Expr, s *scope, depth int) string {
	if mapping == "" {
		return ""
	}
	k, ok := a.fold(key, s, depth+1)
	if !ok || k.Kind != pyconst.Text {
		k.S = "?"
	}
	switch {
	case mapping == "sys.modules":
		if !ok {
			return ""
		}
		return k.S
	case mapping == "__builtins__":
		return attribute(mapping, k.S)
	case mapping == "globals()" || mapping == "locals()" || mapping == "vars()":
		if k.S == "__builtins__" {
			return "builtins"
		}
		if list, _ := s.lookup(k.S, ^uint32(0)); len(list) > 0 {
			return a.resolveBinding(list[0], s, depth+1)
		}
		return k.S
	}
	if module, ok := strings.CutSuffix(mapping, ".__dict__"); ok {
		return attribute(module, k.S)
	}
	return ""
}

// resolveCall resolves the calls that give modules and functions by their names.
func (a *analysis) resolveCall(c *pysyntax.Call, s *scope, depth int) string {
	callee := a.resolve(c.Func, s, depth+1)
	if callee == "" || len(callee) > maxName {
		return ""
	}
	switch callee {
	case "getattr", "inspect.getattr_static", "object.__getattribute__":
		return a.attributeOf(c, a.word(c, 1, s, depth), s, depth)
	case "__import__", "importlib.__import__":
		if name := a.word(c, 0, s, depth); name != "?" {
			if len(c.Args) < 4 && keyword(c, "fromlist") == nil {
				return root(name)
			}
			return name
		}
	case "importlib.import_module", "importlib._bootstrap._gcd_import":
		if name := a.word(c, 0, s, depth); name != "?" {
			return name
		}
	case "pkgutil.resolve_name":
		return strings.ReplaceAll(a.word(c, 0, s, depth), ":", ".")
	case "vars":
		if len(c.Args) > 0 {
			return a.attributeOf(c, "__dict__", s, depth)
		}
	case "functools.partial", "functools.wraps", "staticmethod", "copy.copy":
		return a.argument(c, s, depth)
	case "operator.attrgetter()", "operator.methodcaller()":
		if inner, ok := c.Func.(*pysyntax.Call); ok {
			return a.attributeOf(c, a.word(inner, 0, s, depth), s, depth)
		}
	}
	if mapping, ok := strings.CutSuffix(callee, ".__getitem__"); ok && len(c.Args) > 0 {
		return a.item(mapping, c.Args[0], s, depth)
	}
	if base, ok := strings.CutSuffix(callee, ".__getattribute__"); ok && len(c.Args) == 1 {
		return attribute(base, a.word(c, 0, s, depth))
	}
	if callee == "sys.modules.get" && len(c.Args) > 0 {
		return a.item("sys.modules", c.Args[0], s, depth)
	}
	return callee + "()"
}

// argument is what the first argument of a call stands for.
func (a *analysis) argument(c *pysyntax.Call, s *scope, depth int) string {
	if len(c.Args) == 0 {
		return ""
	}
	return a.resolve(c.Args[0], s, depth+1)
}

// attributeOf is an attribute of what the first argument stands for.
func (a *analysis) attributeOf(c *pysyntax.Call, attr string, s *scope, depth int) string {
	if base := a.argument(c, s, depth); base != "" {
		return attribute(base, attr)
	}
	return ""
}

// word is the text of an argument, or "?" where it is not known.
func (a *analysis) word(c *pysyntax.Call, i int, s *scope, depth int) string {
	e := keyword(c, "name")
	if i < len(c.Args) {
		e = c.Args[i]
	}
	if e == nil {
		return "?"
	}
	if v, ok := a.fold(e, s, depth+1); ok && v.Kind == pyconst.Text {
		return v.S
	}
	return "?"
}

// maxName bounds names that are put together.
const maxName = 256
