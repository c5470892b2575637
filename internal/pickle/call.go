package pickle

import (
	"math"
	"strings"
)

// The shapes of a call.
const (
	shapeCalled = "R" // f(*args)
	shapeNew    = "N" // cls.__new__(cls, *args)
)

// apply calls fn with args and pushes the result.
func (m *machine) apply(op, shape string, fn, args, kwargs value) {
	if m.done {
		return
	}
	if fn.kind == kGlobal && shape == shapeCalled {
		if g := &m.globals[fn.x]; g.module == "copyreg" && (g.name == "_reconstructor" || g.name == "__newobj__") {
			m.reconstruct(op, fn, args)
			return
		}
	}
	if attr, ok := m.attribute(fn, args); ok {
		m.called(op, Safe, fn, args, kwargs)
		m.push(attr)
		return
	}
	class := m.callClass(shape, fn, args)
	if class == Safe {
		class = m.checkCall(&m.globals[fn.x], shape, args, kwargs)
	}
	m.called(op, class, fn, args, kwargs)
	m.push(m.result(class, fn, args, kwargs))
}

// callClass is how far a call is known by what is called and how.
func (m *machine) callClass(shape string, fn, args value) Class {
	if fn.kind != kGlobal {
		return Computed
	}
	g := &m.globals[fn.x]
	switch {
	case g.class == Dangerous:
		return Dangerous
	case g.entry != nil && (strings.Contains(g.entry.Shape, "R") || shape == shapeNew && strings.Contains(g.entry.Shape, "N")):
		return Safe
	case shape == shapeNew && g.entry == nil:
		return Constructed
	}
	return Unknown
}

// checkCall holds a listed call to its signature. An attribute looked up on what is no
// listed enumeration may be anything.
func (m *machine) checkCall(g *global, shape string, args, kwargs value) Class {
	problem := m.mismatch(g, shape, args)
	if problem == "" && kwargs.kind != absent {
		if bad := m.unlisted(kwargs); bad != "" {
			problem = "keyword argument: " + bad
		}
	}
	if problem == "" {
		m.effects(g, args)
		return Safe
	}
	if g.module == "builtins" {
		switch g.name {
		case "getattr":
			return Dangerous
		}
	}
	want := g.entry.Signature
	if want == "" {
		want = "listed values"
	}
	m.argument(g.String(), want, problem, g.String()+m.showArgs(args))
	return Safe
}

// attribute follows getattr(global, "name") where the dotted name is listed: below
// protocol 4 methods of classes are written so.
func (m *machine) attribute(fn, args value) (value, bool) {
	o := m.object(args)
	if fn.kind != kGlobal || m.globals[fn.x].String() != "builtins.getattr" || o == nil || len(o.kids) != 2 ||
		o.kids[0].kind != kGlobal || o.kids[1].kind != kStr || m.length(o.kids[1]) > 256 {
		return value{}, false
	}
	g := &m.globals[o.kids[0].x]
	name := g.name + "." + m.str(o.kids[1])
	if g.entry == nil || m.lists.safe[[2]string{g.module, name}] == nil {
		return value{}, false
	}
	return m.lookup(g.module, name), true
}

// reconstruct is copyreg._reconstructor(cls, base, state) or copyreg.__newobj__(cls,
// *args): both make an object without its __init__.
func (m *machine) reconstruct(op string, fn, args value) {
	class := Computed
	made := value{kind: kUnknown, impure: true}
	if o := m.object(args); o != nil && len(o.kids) > 0 {
		made = o.kids[0]
		class = m.callClass(shapeNew, made, args)
		if m.globals[fn.x].name == "_reconstructor" && len(o.kids) > 1 && (class == Safe || class == Constructed) && !m.isBase(made, o.kids[1]) {
			class = Unknown // it calls the base's __init__
		}
		rest := m.container(kTuple, o.kids[1:])
		if bad := m.unlisted(rest); bad != "" && class == Safe {
			m.argument(m.globals[fn.x].String(), "listed values", bad, m.globals[fn.x].String()+m.showArgs(args))
		}
	}
	m.called(op, class, fn, args, value{})
	if made.kind != kGlobal {
		made = value{kind: kUnknown, impure: true}
	}
	m.push(m.result(class, made, args, value{}))
}

// isBase tells whether v may be the base that copyreg names for cls: the nearest class
// that is built in, or one of the same package written in C.
func (m *machine) isBase(cls, v value) bool {
	if v.kind != kGlobal {
		return false
	}
	base := &m.globals[v.x]
	return v.x == cls.x || base.module == "builtins" && base.entry != nil ||
		base.entry != nil && (strings.Contains(base.entry.Shape, "R") || firstPart(base.module) == firstPart(m.globals[cls.x].module))
}

// result is the value that a call yields. What is only a value needs no object, and the
// arguments that made it are given back, so that a million dates cost nothing.
func (m *machine) result(class Class, fn, args, kwargs value) value {
	v := value{kind: kInstance, a: -1, impure: class != Safe}
	if fn.kind == kGlobal {
		v.a = int64(fn.x)
	}
	if p := m.product(v); class == Safe && (p == "value" || p == "ndarray" && m.globals[v.a].name == "_frombuffer") {
		if !m.impure(args) {
			m.forget(args, 0)
		}
		return v
	}
	v.x = m.heap.alloc(m.at)
	if v.x == 0 {
		if class == Safe && m.product(v) != "object" {
			m.spent("values", int64(m.opts.Limits.Values), "more objects than are kept")
		}
		return v
	}
	o := m.heap.object(v.x)
	o.safe = class == Safe
	items := []value{args, kwargs, {kind: kNone}}
	in := m.enter(items)
	o.impure, o.depth, o.weight = in.impure || class != Safe, in.depth, in.weight
	if kids := m.heap.hold(nil, len(items)); kids != nil {
		o.kids = append(kids, items...)
	}
	return v
}

// forget gives back the newest object, and the newest of its children, where nothing but
// one entry of the memo names it: what that entry then stands for is only its kind. It
// tells whether the object is gone.
func (m *machine) forget(v value, depth int) bool {
	o := m.object(v)
	if o == nil || o.shared || v.x != m.heap.used || o.slot == math.MaxUint32 {
		return false
	}
	kids := o.kids
	if o.slot != 0 {
		if was := m.memo.get(o.slot - 1); was.x != v.x || was.kind != v.kind {
			return false
		}
		m.memo.replace(o.slot-1, value{kind: v.kind, a: v.a, impure: o.impure || v.impure})
	}
	last := [8]value{}
	kept := copy(last[:], kids[max(0, len(kids)-len(last)):])
	m.heap.release(v.x)
	for depth < 4 && kept > 0 {
		kept--
		m.forget(last[kept], depth+1)
	}
	return true
}

// called records a call.
func (m *machine) called(op string, class Class, fn, args, kwargs value) {
	callee := "?"
	if fn.kind == kGlobal {
		callee = m.globals[fn.x].String()
	}
	c := Call{Callee: callee, Opcode: op, Class: class, Count: 1, Offset: m.at}
	if class == Safe {
		if n, ok := m.res.calls[c.key()]; ok {
			m.res.Calls[n].Count++
			return
		}
	}
	c.Text = m.showCall(fn, args, kwargs)
	if !m.res.addCall(c, m.opts.Limits.Facts) {
		m.spent("facts", int64(m.opts.Limits.Facts), "more calls than are reported")
	}
	if class == Safe {
		return
	}
	m.unproven(string(class)+" call "+c.Text, m.at)
	if m.isCode(callee) && len(m.res.Code) < m.opts.Limits.Facts {
		m.res.Code = append(m.res.Code, Code{callee, m.at})
	}
}

// isCode tells whether a callee makes code objects from bytes.
func (m *machine) isCode(callee string) bool {
	i := strings.LastIndexByte(callee, '.')
	if i < 0 {
		return false
	}
	return m.lists.harm(callee[:i], callee[i+1:]) == "code"
}

// instantiate is INST or OBJ: a call, which for a class without arguments is only its
// __new__.
func (m *machine) instantiate(op byte) {
	var fn value
	if op == opInst {
		module, name := m.nameLine(), m.nameLine()
		if m.done {
			return
		}
		fn = m.lookup(module, name) // before the mark is looked for
	}
	at, ok := m.popMark()
	if !ok {
		return
	}
	if op == opObj {
		if at >= len(m.stack) {
			m.fail("OBJ without a class")
			return
		}
		fn = m.stack[at]
		m.stack = append(m.stack[:at], m.stack[at+1:]...)
	}
	args := m.container(kTuple, m.stack[at:])
	m.stack = m.stack[:at]
	shape := shapeCalled
	if args.a == 0 && fn.kind == kGlobal && m.globals[fn.x].entry != nil {
		shape = shapeNew
	}
	m.apply(opcodes[op].name, shape, fn, args, value{})
}

// argument records an argument that a listed callable is never given.
func (m *machine) argument(callee, want, got, text string) {
	m.unproven("argument of "+callee+": "+got, m.at)
	if len(m.res.Arguments) >= m.opts.Limits.Facts {
		m.spent("facts", int64(m.opts.Limits.Facts), "more arguments than are reported")
		return
	}
	m.res.Arguments = append(m.res.Arguments, Argument{callee, want, got, text, m.at})
}

// unusual records a form that no pickler writes, once for each form.
func (m *machine) unusual(form string) {
	m.unproven("a form that no pickler writes: "+form, m.at)
	if !m.res.others[form] {
		m.res.others[form] = true
		m.res.Unusual = append(m.res.Unusual, Noncanonical{form, m.at})
	}
}

func (m *machine) extension(op byte) {
	var code int64
	switch op {
	case opExt1:
		code = m.length1()
	case opExt2:
		if b := m.need(2); b != nil {
			code = int64(b[0]) | int64(b[1])<<8
		}
	default:
		code = int64(int32(m.length4()))
	}
	if m.done {
		return
	}
	m.unproven("the extension registry is used", m.at)
	if len(m.res.Extensions) < m.opts.Limits.Facts {
		m.res.Extensions = append(m.res.Extensions, Extension{code, opcodes[op].name, m.at})
	}
	if code <= 0 {
		m.fail("extension code %d", code)
		return
	}
	m.push(value{kind: kUnknown, impure: true})
}
