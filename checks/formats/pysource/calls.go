package pysource

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// call states a call if its callee matters, and reads its parts.
func (w walker) call(c *pysyntax.Call, s *scope, typed bool) {
	callee := w.resolve(c.Func, s, 0)
	stated := w.callee(callee, c, s)
	if stated != "" {
		w.state(stated, c, s)
	}
	w.constant(c, s)
	switch callee {
	case "exec", "eval", "compile":
		if len(c.Args) > 0 {
			w.evaluate(c, c.Args[0], s)
		}
	case "pickle.loads", "_pickle.loads", "cPickle.loads", "dill.loads", "marshal.loads":
		w.handBack(c, s)
	}
	w.setattr(callee, c, s)
	w.local(c, s)
	if stated == "" {
		w.visit(c.Func, s, true) // the callee by itself is not handed on
	} else if a, ok := c.Func.(*pysyntax.Attribute); ok {
		w.visit(a.Value, s, true)
	} else if _, ok := c.Func.(*pysyntax.Name); !ok {
		w.visit(c.Func, s, true)
	}
	asType := typed || callee == "isinstance" || callee == "issubclass" || callee == "hasattr"
	w.exprs(c.Args, s, asType)
	w.exprs(values(c.Keywords), s, asType)
}

// callee is the name under which a call is stated, or "".
func (w walker) callee(name string, c *pysyntax.Call, s *scope) string {
	switch {
	case name == "":
		if f, ok := c.Func.(*pysyntax.Attribute); ok && f.Attr == "__subclasses__" && climbs(f.Value) {
			return "object.__subclasses__"
		}
		return ""
	case isSink(name):
		return name
	case w.special(name):
		return w.conditional(name, c, s)
	}
	if module, ok := strings.CutSuffix(name, ".?"); ok && guarded[module] {
		return "getattr"
	}
	return ""
}

// climbs tells whether an expression goes up from a value to the base of all classes.
func climbs(e pysyntax.Expr) bool {
	for range maxFollow {
		switch x := e.(type) {
		case *pysyntax.Attribute:
			if x.Attr == "__base__" || x.Attr == "__bases__" || x.Attr == "__mro__" {
				return true
			}
			e = x.Value
		case *pysyntax.Subscript:
			e = x.Value
		case *pysyntax.Call:
			e = x.Func
		case *pysyntax.Name:
			return x.ID == "object"
		default:
			return false
		}
	}
	return false
}

// special tells whether the arguments decide if a call of the function is stated.
func (a *analysis) special(name string) bool {
	switch name {
	case "importlib.import_module", "torch.load", "numpy.load", "yaml.load", "yaml.load_all":
		return true
	}
	return false
}

func (w walker) conditional(name string, c *pysyntax.Call, s *scope) string {
	unsafe := false
	switch name {
	case "importlib.import_module":
		module := keyword(c, "name")
		if len(c.Args) > 0 {
			module = c.Args[0]
		}
		unsafe = module != nil && len(c.Args) < 2 && keyword(c, "package") == nil && w.unknownModule(module, s)
	case "torch.load":
		unsafe = !isConstant(keyword(c, "weights_only"), pysyntax.True)
	case "numpy.load":
		allow := keyword(c, "allow_pickle")
		unsafe = allow != nil && !isConstant(allow, pysyntax.False)
	default:
		loader := keyword(c, "Loader")
		if loader == nil && len(c.Args) > 1 {
			loader = c.Args[1]
		}
		unsafe = loader == nil || !strings.HasSuffix(w.resolve(loader, s, 0), "SafeLoader")
	}
	if unsafe {
		return name
	}
	return ""
}

// unknownModule tells whether a module is imported by a name that is computed, or that
// stands for what the package should not need.
func (w walker) unknownModule(e pysyntax.Expr, s *scope) bool {
	name, ok := w.fold(e, s, 0)
	return !ok || name.Decoded || guarded[root(name.S)]
}

func keyword(c *pysyntax.Call, name string) pysyntax.Expr {
	for i := range c.Keywords {
		if c.Keywords[i].Name == name {
			return c.Keywords[i].Value
		}
	}
	return nil
}

func isConstant(e pysyntax.Expr, k pysyntax.ConstantKind) bool {
	c, ok := e.(*pysyntax.Constant)
	return ok && c.Kind == k
}

// reference states a function that matters where it is not called but handed on.
func (w walker) reference(e pysyntax.Expr, s *scope, typed bool) {
	if typed {
		return
	}
	name := w.resolve(e, s, 0)
	if isSink(name) && !typeLike[name] {
		w.state(name, e, s)
	}
}

func (w walker) attribute(n *pysyntax.Attribute, s *scope, typed bool) {
	w.reference(n, s, typed)
	w.use(n, s)
	if _, ok := n.Value.(*pysyntax.Name); !ok {
		w.visit(n.Value, s, true)
	}
}

// state notes a call of a function that matters.
func (w walker) state(callee string, n pysyntax.Node, s *scope) {
	if w.facts++; w.facts > maxFacts {
		return
	}
	start, end := n.Range()
	f := fact{start: uint32(start), end: uint32(end), call: Call{Callee: callee, Text: short(w.m.src[start:end])}}
	if w.m.decoded {
		f.start, f.end, f.call.Decoded = w.m.at.Start, w.m.at.End, true
	}
	s.facts = append(s.facts, f)
}

// short is source in one line of at most maxText bytes.
func short(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s[:min(len(s), 4*maxText)], "?")), " ")
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText-3], "") + "..."
}

// execute states an exec statement of Python 2.
func (w walker) execute(callee string, n pysyntax.Node, source pysyntax.Expr, s *scope) {
	w.state(callee, n, s)
	w.evaluate(n, source, s)
}

// evaluate reads code that a call evaluates, where it is a known constant.
func (w walker) evaluate(n pysyntax.Node, source pysyntax.Expr, s *scope) {
	if c, ok := w.fold(source, s, 0); ok && c.IsString() {
		w.decoded(n, c.S, s)
	}
}

// constant reads what an expression decodes to, if that is code.
func (w walker) constant(e pysyntax.Expr, s *scope) {
	if c, ok := w.fold(e, s, 0); ok && c.IsString() && c.Decoded && len(c.S) > len("f()") {
		w.decoded(e, c.S, s)
	}
}

// decoded reads text as code. What is no Python states nothing.
func (w walker) decoded(n pysyntax.Node, source string, s *scope) {
	if w.read[code{s, source}] {
		return
	}
	w.read[code{s, source}] = true
	if w.m.depth >= maxDecodes {
		w.unfinished, w.budget = "code that decodes code is nested too deeply", "depth"
		return
	}
	if !strings.ContainsAny(source, "(=") || !w.spend(len(source)) {
		return
	}
	m := pysyntax.Parse([]byte(source))
	if len(m.Errors) > 0 {
		return
	}
	start, end := n.Range()
	at := pysyntax.Span{Start: uint32(start), End: uint32(end)}
	if w.m.decoded {
		at = w.m.at
	}
	mod := newModule(m, w.m.depth+1)
	mod.decoded, mod.at = true, at
	walker{w.analysis, mod}.each(m.Body, &mod.scope)
	mod.mark(&mod.scope)
	for _, sc := range mod.all {
		if sc.runs {
			s.facts = append(s.facts, sc.facts...)
			continue
		}
		w.m.later(sc.facts)
	}
}

// later keeps facts of functions that nobody is seen to call.
func (m *module) later(facts []fact) {
	if len(facts) > 0 {
		m.all = append(m.all, &scope{function: true, module: m, facts: facts})
	}
}

// handBack hands a pickle that stands in the source to whoever reads pickles.
func (w walker) handBack(c *pysyntax.Call, s *scope) {
	if len(c.Args) == 0 || w.handed[c.Start] {
		return
	}
	if v, ok := w.fold(c.Args[0], s, 0); ok && v.IsString() && len(v.S) > 1 {
		w.handed[c.Start] = true
		w.out.Child(fmt.Sprintf("constant-%d", c.Start), int64(len(v.S)), bytes.NewReader([]byte(v.S)))
	}
}
