package python

import (
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// eval is what an expression may be. It follows the calls in it on the way.
func (m *machine) eval(e pysyntax.Expr) set {
	if e == nil || !m.step() {
		return nil
	}
	if m.depth > maxDepth {
		m.stopped = "depth"
		return nil
	}
	m.depth++
	defer func() { m.depth-- }()
	switch e := e.(type) {
	case *pysyntax.Name:
		return m.name(e)
	case *pysyntax.Attribute:
		v, _ := m.attributeOf(e)
		return v
	case *pysyntax.Call:
		return m.call(e)
	case *pysyntax.Str:
		return one(m.str(e))
	case *pysyntax.JoinedStr:
		return m.joined(e)
	case *pysyntax.Number:
		return m.constant(e.Raw, e)
	case *pysyntax.Constant:
		return m.constant([...]string{"None", "True", "False", "..."}[e.Kind], e)
	case *pysyntax.List:
		return m.sequence(e.Elts, e)
	case *pysyntax.Tuple:
		return m.sequence(e.Elts, e)
	case *pysyntax.Set:
		return m.sequence(e.Elts, e)
	case *pysyntax.Dict:
		return m.dict(e)
	case *pysyntax.Subscript:
		return m.subscript(e)
	}
	return m.evalOperator(e)
}

func (m *machine) evalOperator(e pysyntax.Expr) set {
	switch e := e.(type) {
	case *pysyntax.BinOp:
		return m.binary(e)
	case *pysyntax.BoolOp:
		return m.boolean(e)
	case *pysyntax.IfExp:
		m.eval(e.Test)
		return m.union(m.eval(e.Body), m.eval(e.Else))
	case *pysyntax.Compare:
		m.eval(e.Left)
		m.discard(e.Comparators...)
	case *pysyntax.UnaryOp:
		return m.not(e)
	case *pysyntax.NamedExpr:
		v := m.eval(e.Value)
		m.assign(e.Target, v)
		return v
	case *pysyntax.Starred:
		return m.eval(e.Value)
	case *pysyntax.Await:
		return m.eval(e.Value)
	case *pysyntax.Yield:
		m.ret(e.Value)
	case *pysyntax.Comp:
		return m.comprehension(e)
	case *pysyntax.Lambda:
		f := &callable{name: "lambda", node: e, params: e.Params, scope: m.scope}
		m.lambdaBody(e)
		return one(&value{kind: function, fn: f, text: "lambda"})
	case *pysyntax.Repr:
		m.eval(e.Value)
	case *pysyntax.Bad:
		m.discard(e.Parts...)
	}
	return nil
}

func (m *machine) lambdaBody(e *pysyntax.Lambda) {
	m.branch(func() bool {
		for _, p := range e.Params {
			v := m.eval(p.Default)
			if len(v) == 0 {
				v = one(&value{kind: unknown, text: p.Name})
			}
			m.scope.vars.put(p.Name, v)
		}
		m.eval(e.Body)
		return true
	})
}

func (m *machine) constant(s string, n pysyntax.Node) set {
	start, end := n.Range()
	return one(m.keep(value{kind: constant, text: s, start: start, end: end}))
}

func (m *machine) str(s *pysyntax.Str) *value {
	if v := m.strings[s]; v != nil {
		return v
	}
	start, end := s.Range()
	v := m.keep(value{kind: text, text: s.Value(), start: start, end: end, literal: s})
	m.strings[s] = v
	return v
}

func (m *machine) name(e *pysyntax.Name) set {
	if v, ok := m.scope.lookup(e.ID); ok {
		return v
	}
	start, end := e.Range()
	if full := conventional[e.ID]; full != "" {
		return one(&value{kind: symbol, text: full, start: start, end: end})
	}
	for _, module := range m.stars {
		if p := module + "." + e.ID; knownName(p) {
			return one(&value{kind: symbol, text: p, start: start, end: end})
		}
	}
	return one(m.keep(value{kind: symbol, text: e.ID, start: start, end: end}))
}

func (m *machine) sequence(elts []pysyntax.Expr, n pysyntax.Node) set {
	start, end := n.Range()
	v := &value{kind: list, start: start, end: end}
	for _, e := range elts {
		if s, ok := e.(*pysyntax.Starred); ok {
			items, known := m.items(m.eval(s.Value))
			v.elts = append(v.elts, items...)
			v.partial = v.partial || !known
			continue
		}
		if !m.store() {
			v.partial = true
			m.eval(e)
			continue
		}
		if _, ok := e.(*pysyntax.Number); ok {
			v.elts = append(v.elts, nil) // tables of numbers are long
		} else {
			v.elts = append(v.elts, m.eval(e))
		}
	}
	return one(v.nested())
}

func (m *machine) dict(e *pysyntax.Dict) set {
	start, end := e.Range()
	v := &value{kind: dict, start: start, end: end}
	for i := range e.Items {
		it := &e.Items[i]
		val := m.eval(it.Value)
		if it.Key == nil {
			v = m.merged(v, val)
			continue
		}
		if !m.store() {
			v.partial = true
			continue
		}
		vs, ve := it.Value.Range()
		keys := m.eval(it.Key)
		if len(keys) != 1 || keys[0].partial {
			v.partial = true
		}
		key := ""
		if len(keys) > 0 {
			key = keys[0].text
		}
		v.pairs = append(v.pairs, pair{key, val, vs, ve})
	}
	m.shapes(v, nil)
	return one(v.nested())
}

// store counts the items that are kept of the lists and dicts of the file, and says whether
// there may be more.
func (m *machine) store() bool {
	if len(m.calls) > 0 || m.unrolled > 1 {
		return true // counted where it was first seen, or will be
	}
	m.stored++
	m.cut = m.cut || m.stored > maxStored
	return m.stored <= maxStored
}

// merged is the dict with the items of another: of the first alternative that is one.
func (m *machine) merged(v *value, other set) *value {
	w := *v
	for _, o := range other {
		if o.kind == dict {
			m.steps += len(w.pairs) + len(o.pairs)
			if len(w.pairs)+len(o.pairs) > maxItems {
				m.cut = true
				break
			}
			w.pairs = append(w.pairs[:len(w.pairs):len(w.pairs)], o.pairs...)
			w.partial = w.partial || o.partial
			return w.nested()
		}
	}
	w.partial = true
	return &w
}

func (m *machine) subscript(e *pysyntax.Subscript) set {
	base := m.eval(e.Value)
	if sl, ok := e.Index.(*pysyntax.Slice); ok {
		m.discard(sl.Lower, sl.Upper, sl.Step)
		return m.unknownOf(e, base)
	}
	key := m.eval(e.Index)
	var out set
	for _, b := range base {
		out = m.union(out, m.index(b, key))
	}
	if len(out) == 0 {
		return m.unknownOf(e, base)
	}
	return out
}

// index is what a value has under any of the keys, or under all where no key is known.
func (m *machine) index(b *value, keys set) set {
	key, single := "", len(keys) == 1 && !keys[0].partial && (keys[0].kind == text || keys[0].kind == constant)
	if single {
		key = keys[0].text
	}
	switch b.kind {
	case dict:
		return m.indexDict(b, keys)
	case list:
		if n := number(key); single && n >= 0 {
			if n < len(b.elts) {
				return b.elts[n]
			}
			return nil
		}
		return m.union(b.elts...)
	case namespace:
		if single {
			return m.fieldOf(key)
		}
	case class:
		if single {
			v, _ := m.attrOf(b.class, key)
			return v
		}
	case symbol:
		if b.text == "os.environ" && single {
			return m.getenv(key)
		}
		if module, ok := strings.CutSuffix(b.text, ".__dict__"); ok {
			return m.namesOf(module, keys)
		}
	}
	return nil
}

// namesOf are the names of a module under keys.
func (m *machine) namesOf(module string, keys set) set {
	var out set
	for _, k := range keys.known() {
		if len(module)+len(k.text) < maxPath && k.text != "" && !strings.ContainsAny(k.text, ".() ") {
			out = m.union(out, one(&value{kind: symbol, text: module + "." + k.text, start: k.start, end: k.end}))
		}
	}
	return out
}

func (m *machine) indexDict(b *value, keys set) set {
	var out []set
	for _, k := range keys {
		m.steps += len(b.pairs) / 8
		if (k.kind == text || k.kind == constant) && !k.partial {
			if p, ok := b.item(k.text); ok {
				out = append(out, p.value)
			} else if len(keys) == 1 && !b.partial {
				return nil
			}
		}
	}
	if len(out) == 0 {
		for _, p := range b.pairs {
			out = append(out, p.value)
		}
	}
	return m.union(out...)
}

func number(s string) int {
	if s == "" || len(s) > 6 {
		return -1
	}
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return -1
		}
		n = 10*n + int(c-'0')
	}
	return n
}

func (m *machine) boolean(e *pysyntax.BoolOp) set {
	var out set
	for _, v := range e.Values {
		out = m.union(out, m.eval(v))
	}
	if e.Op == pysyntax.Or || len(e.Values) == 0 {
		return out
	}
	return m.eval(e.Values[len(e.Values)-1])
}

func (m *machine) not(e *pysyntax.UnaryOp) set {
	v := m.eval(e.Operand)
	if e.Op != pysyntax.Not || len(v) != 1 || v[0].kind != constant {
		return nil
	}
	if flag, _ := v.flag(); flag == "true" {
		return m.constant("False", e)
	}
	return m.constant("True", e)
}

func (m *machine) comprehension(e *pysyntax.Comp) set {
	outer := m.scope
	m.scope = newScope(branchScope, outer)
	defer func() { m.scope = outer }()
	for i := range e.Generators {
		g := &e.Generators[i]
		items, _ := m.items(m.eval(g.Iter))
		m.assign(g.Target, m.union(items...))
		m.discard(g.Ifs...)
	}
	start, end := e.Range()
	elt := m.eval(e.Elt)
	if e.Kind == pysyntax.DictComp {
		val := m.eval(e.Value)
		d := &value{kind: dict, partial: true, start: start, end: end, pairs: []pair{{"", val, start, end}}}
		return one(d.nested())
	}
	v := &value{kind: list, start: start, end: end, partial: true}
	for _, w := range elt {
		v.elts = append(v.elts, one(w))
	}
	return one(v.nested())
}

// conventional are the names under which modules are imported in the part of a program that
// is not here, as in an example of a document.
var conventional = map[string]string{"np": "numpy", "pd": "pandas", "tf": "tensorflow"}
