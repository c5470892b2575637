package python

import (
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// stmt runs a statement and says whether it ends its block.
func (m *machine) stmt(s pysyntax.Stmt) bool {
	switch s := s.(type) {
	case *pysyntax.ExprStmt:
		if _, doc := s.Value.(*pysyntax.Str); !doc {
			m.eval(s.Value)
		}
	case *pysyntax.Assign:
		v := m.eval(s.Value)
		for _, t := range s.Targets {
			m.assign(t, v)
		}
	case *pysyntax.AnnAssign:
		m.annotated(s)
	case *pysyntax.AugAssign:
		if s.Op == pysyntax.Add || s.Op == pysyntax.BitOr {
			m.assign(s.Target, m.add(m.eval(s.Target), m.eval(s.Value), s))
		} else {
			m.eval(s.Value)
			m.assign(s.Target, nil)
		}
	case *pysyntax.Import:
		m.importModules(s)
	case *pysyntax.ImportFrom:
		m.importFrom(s)
	case *pysyntax.FunctionDef:
		m.define(s)
	case *pysyntax.ClassDef:
		m.defineClass(s)
	case *pysyntax.Return:
		m.ret(s.Value)
		return true
	case *pysyntax.Raise:
		m.discard(s.Exc, s.Cause)
		m.discard(s.Args...)
		return true
	case *pysyntax.Simple:
		return s.Kind != pysyntax.Pass
	case *pysyntax.Global:
		if !s.Nonlocal {
			m.declareGlobal(s.Names)
		}
	default:
		return m.compound(s)
	}
	return false
}

// compound runs a statement that has blocks, or that only uses values.
func (m *machine) compound(s pysyntax.Stmt) bool {
	switch s := s.(type) {
	case *pysyntax.If:
		return m.ifs(s)
	case *pysyntax.For:
		m.loop(s)
	case *pysyntax.While:
		m.eval(s.Test)
		m.branch(func() bool { m.block(s.Body); return false }, func() bool { return m.block(s.Else) })
	case *pysyntax.With:
		if m.refused(s) {
			return m.unreported(s)
		}
		for _, item := range s.Items {
			v := m.eval(item.Context)
			if item.Vars != nil {
				m.assign(item.Vars, v)
			}
		}
		return m.block(s.Body)
	case *pysyntax.Try:
		return m.try(s)
	case *pysyntax.Match:
		return m.match(s)
	case *pysyntax.Assert:
		m.discard(s.Test, s.Msg)
	case *pysyntax.Print:
		m.discard(s.Dest)
		m.discard(s.Values...)
	case *pysyntax.Exec:
		m.discard(s.Code, s.Globals, s.Locals)
	}
	return false
}

// refused tells that a test expects the block to fail: what it loads is not loaded.
func (m *machine) refused(s *pysyntax.With) bool {
	for _, item := range s.Items {
		if c, ok := item.Context.(*pysyntax.Call); ok {
			name := lastName(pysyntax.Dotted(c.Func))
			if name == "raises" || strings.HasPrefix(name, "assertRaises") {
				return true
			}
		}
	}
	return false
}

func (m *machine) unreported(s *pysyntax.With) bool {
	was := m.reporting
	m.reporting = false
	ended := m.block(s.Body)
	m.reporting = was
	return ended
}

func (m *machine) discard(exprs ...pysyntax.Expr) {
	for _, e := range exprs {
		if e != nil {
			m.eval(e)
		}
	}
}

func (m *machine) ret(e pysyntax.Expr) {
	var v set
	if e != nil {
		v = m.eval(e)
	}
	if n := len(m.returned); n > 0 {
		m.returned[n-1] = m.union(m.returned[n-1], v)
	}
}

func (m *machine) ifs(s *pysyntax.If) bool {
	runs := make([]func() bool, 0, len(s.Clauses)+1)
	for _, c := range s.Clauses {
		v := m.eval(c.Test)
		runs = append(runs, func() bool { return m.guarded(c, v) })
	}
	return m.branch(append(runs, func() bool { return m.block(s.Else) })...)
}

// trustFlag is the argument that options of its name are passed on to.
const trustFlag = "trust_remote_code"

// guarded runs the block of a clause. "if args.trust_remote_code: f(trust_remote_code=True)"
// passes the option on, as "f(trust_remote_code=args.trust_remote_code)" does.
func (m *machine) guarded(c pysyntax.IfClause, test set) bool {
	if lastName(pysyntax.Dotted(c.Test)) != trustFlag {
		return m.block(c.Body)
	}
	outer := m.trust
	if m.trust = test; len(test) == 0 {
		m.trust = one(&value{kind: unknown, text: trustFlag})
	}
	ended := m.block(c.Body)
	m.trust = outer
	return ended
}

func (m *machine) try(s *pysyntax.Try) bool {
	runs := []func() bool{func() bool {
		ended := m.block(s.Body)
		return m.block(s.Else) || ended
	}}
	for _, h := range s.Handlers {
		runs = append(runs, func() bool {
			if h.Target != nil {
				m.assign(h.Target, nil)
			}
			return m.block(h.Body)
		})
	}
	ended := m.branch(runs...)
	return m.block(s.Finally) || ended
}

func (m *machine) match(s *pysyntax.Match) bool {
	subject := m.eval(s.Subject)
	runs := []func() bool{func() bool { return false }}
	for _, c := range s.Cases {
		runs = append(runs, func() bool {
			if c.Pattern != nil && c.Pattern.Name != "" {
				m.scope.vars.put(c.Pattern.Name, subject)
			}
			m.discard(c.Guard)
			return m.block(c.Body)
		})
	}
	return m.branch(runs...)
}

// loop runs the body for each item where the items are known and few, so that what
// stands together in an item stays together, and else once for all of them.
func (m *machine) loop(s *pysyntax.For) {
	iter := m.eval(s.Iter)
	items, known := m.items(iter)
	if n := m.unrolled * len(items); known && n <= maxUnroll && n > 0 && m.composite(items) {
		outer := m.unrolled
		m.unrolled = n
		for _, it := range items {
			m.branch(func() bool { m.assign(s.Target, it); m.block(s.Body); return false }, func() bool { return false })
		}
		m.unrolled = outer
	} else {
		all := m.union(items...)
		m.branch(func() bool { m.assign(s.Target, all); m.block(s.Body); return false }, func() bool { return false })
	}
	m.block(s.Else)
}

func (m *machine) composite(items []set) bool {
	for _, it := range items {
		for _, v := range it {
			if v.kind == list || v.kind == dict || v.kind == instance {
				return true
			}
		}
	}
	return false
}

// items are what an iteration over a set of values yields.
func (m *machine) items(s set) (items []set, known bool) {
	known = len(s) == 1
	for _, v := range s {
		m.steps += (len(v.elts) + len(v.pairs)) / 4
		switch v.kind {
		case list:
			items = append(items, v.elts...)
			known = known && !v.partial
		case dict:
			for _, p := range v.pairs {
				items = append(items, one(&value{kind: text, text: p.key, start: p.start, end: p.end}))
			}
		case class:
			for _, name := range v.class.fields {
				m.kept.reads(keptAttr, name)
				members := v.class.attrs[name]
				member := &value{kind: instance, class: v.class, text: v.class.name, attrs: map[string]set{"value": members}}
				if len(members) > 0 {
					member.start, member.end = members[0].start, members[0].end
				}
				items = append(items, one(member))
			}
		default:
			known = false
		}
	}
	return items, known
}

func (m *machine) annotated(s *pysyntax.AnnAssign) {
	var v set
	if s.Value != nil {
		v = m.eval(s.Value)
	}
	if m.scope.body == classScope {
		if n, ok := s.Target.(*pysyntax.Name); ok {
			m.field(n.ID, v, s)
		}
	}
	if s.Value != nil {
		m.assign(s.Target, v)
	}
}

// assign gives a target a value.
func (m *machine) assign(target pysyntax.Expr, v set) {
	switch t := target.(type) {
	case *pysyntax.Name:
		m.set(t.ID, v)
	case *pysyntax.Attribute:
		m.assignAttribute(t, v)
	case *pysyntax.Subscript:
		m.assignItem(t, v)
	case *pysyntax.Tuple:
		m.unpack(t.Elts, v)
	case *pysyntax.List:
		m.unpack(t.Elts, v)
	case *pysyntax.Starred:
		m.assign(t.Value, nil)
	}
}

func (m *machine) set(name string, v set) {
	if len(v) == 0 {
		v = one(&value{kind: unknown, text: name})
	}
	if m.scope.home().shared[name] {
		top := m.globals.home()
		old, _ := top.vars.get(name)
		top.vars.put(name, m.union(old, v))
		return
	}
	m.scope.vars.put(name, v)
}

func (m *machine) declareGlobal(names []string) {
	home := m.scope.home()
	if home.body != functionScope {
		return
	}
	if home.shared == nil {
		home.shared = map[string]bool{}
	}
	for _, n := range names {
		home.shared[n] = true
	}
}

// unpack assigns the parts of what is known to be a list, each to its target.
func (m *machine) unpack(targets []pysyntax.Expr, v set) {
	for i, t := range targets {
		var part set
		for _, w := range v {
			if w.kind == list && i < len(w.elts) && !w.partial {
				part = m.union(part, w.elts[i])
			} else if w.kind == symbol && i == 0 {
				part = m.union(part, one(w)) // a call that returns several things: the first is the main one
			}
		}
		m.assign(t, part)
	}
}

func (m *machine) assignAttribute(t *pysyntax.Attribute, v set) {
	base := m.eval(t.Value)
	if len(v) == 0 {
		v = one(&value{kind: unknown, text: t.Attr})
	}
	for _, b := range base {
		switch b.kind {
		case instance, class:
			if b.attrs != nil {
				m.addAttr(b.attrs, t.Attr, v)
			}
			m.addAttr(b.class.attrs, t.Attr, v)
		case namespace:
			m.addField(t.Attr, v)
		}
	}
	m.putAttribute(t, v)
}

// putAttribute gives what is written as a dotted name a value in this scope.
func (m *machine) putAttribute(t *pysyntax.Attribute, v set) {
	if d := pysyntax.Dotted(t); d != "" {
		m.scope.vars.put(d, v)
		m.dotted[t.Attr] = true
	}
}

func (m *machine) assignItem(t *pysyntax.Subscript, v set) {
	base := m.eval(t.Value)
	key := m.eval(t.Index).known()
	if len(key) != 1 {
		return
	}
	if key[0].text == trustFlag && m.trust != nil && v.has("True") {
		v = m.trust
	}
	start, end := t.Index.Range()
	if len(v) > 0 {
		start, end = v[0].start, v[0].end
	}
	var changed set
	for _, b := range base {
		if b.kind == symbol && b.text == "os.environ" {
			m.setenv(key[0].text, v)
		}
		if b.kind == dict && len(b.pairs) < maxSet {
			b = b.with(pair{key[0].text, v, start, end})
		}
		changed = append(changed, b)
	}
	if len(changed) == 0 {
		return
	}
	switch b := t.Value.(type) {
	case *pysyntax.Name:
		m.scope.vars.put(b.ID, changed)
	case *pysyntax.Attribute:
		m.putAttribute(b, changed)
	}
}
