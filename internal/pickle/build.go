package pickle

// overriding are the methods that the unpickler looks up on an instance itself.
var overriding = map[string]bool{
	"__setstate__": true, "append": true, "extend": true, "add": true, "update": true,
	"__class__": true, "__dict__": true,
}

// evaluated are the keys of a state that a __setstate__ evaluates as code: statsmodels
// builds the design of a formula again, which patsy evaluates.
var evaluated = map[string]bool{"restore_design_info": true}

func (m *machine) build() {
	state := m.pop()
	target := m.top()
	if m.done {
		return
	}
	o := m.object(*target)
	switch p := m.product(*target); {
	case target.kind.container():
		// A container has neither __setstate__ nor __dict__; the unpickler in Python does
		// not look for them where the state is empty.
		m.change(*target, []value{state}, "BUILD")
	case target.kind != kInstance || target.a < 0:
		m.change(*target, []value{state}, "BUILD")
	case p == "tensor" || p == "storage":
		m.change(*target, []value{state}, "BUILD")
	case o == nil:
		if m.impure(state) {
			m.spent("values", int64(m.opts.Limits.Values), "a state that was not kept")
		}
	case o.frozen || o.overridden:
		m.change(*target, []value{state}, "BUILD")
	default:
		m.setState(target, o, state)
	}
	if m.opts.Joblib && !m.done {
		m.wrapped()
	}
}

func (m *machine) setState(target *value, o *object, state value) {
	if o.built {
		m.unusual("built-twice")
	}
	o.built = true
	in := m.enter([]value{state})
	o.weight = plus(o.weight, in.weight)
	if in.impure && !o.impure {
		o.impure = true
		m.late = m.late || o.inside
	}
	if len(o.kids) == 3 {
		o.kids[2] = state
	}
	if m.overrides(state) {
		o.overridden = true
		m.change(*target, []value{state}, "BUILD")
	}
	switch m.product(*target) {
	case "npdtype":
		m.setDType(*target, state)
	case "ndarray":
		m.checkArray(state)
		m.shrink(target, o, state)
	}
}

// shrink gives back what an array of numbers was made from, so that a dictionary of a
// million vectors stays small.
func (m *machine) shrink(target *value, o *object, state value) {
	if o.shared || o.inside || m.impure(state) || m.late || len(o.kids) != 3 {
		return
	}
	args := o.kids[0]
	o.kids[2] = value{kind: kNone}
	m.forget(state, 0)
	o.kids[0] = value{kind: kNone}
	if m.forget(*target, 0) {
		target.x = 0
		m.forget(args, 0)
	}
}

// overrides tells whether a state gives an instance one of the methods that later
// opcodes call on it, or makes its class evaluate text. It is a dict, or a tuple of two
// whose second is set attribute by attribute.
func (m *machine) overrides(state value) bool {
	o := m.object(state)
	if o == nil {
		return false
	}
	if state.kind == kTuple && len(o.kids) == 2 {
		return m.overriddenBy(o.kids[0]) || m.overriddenBy(o.kids[1])
	}
	return m.overriddenBy(state)
}

func (m *machine) overriddenBy(state value) bool {
	o := m.object(state)
	if o == nil || state.kind != kDict {
		return false
	}
	for i := 0; i+1 < len(o.kids); i += 2 {
		k := o.kids[i]
		if k.kind != kStr || m.length(k) > 24 || !overridingLength(m.length(k)) {
			continue
		}
		if s := m.str(k); evaluated[s] || overriding[s] && (m.impure(o.kids[i+1]) || o.kids[i+1].kind == kInstance) {
			return true
		}
	}
	return false
}

// overridingLength tells whether a key may be one of those below, before it is read.
func overridingLength(n int64) bool {
	return n == 3 || n == 6 || n == 8 || n == 9 || n == 12 || n == 19
}

// change records that something is changed that no pickler changes.
func (m *machine) change(target value, items []value, op string) {
	class := Mistyped
	switch {
	case target.kind == kGlobal:
		class = Module
	case target.kind == kInstance && target.a < 0, target.kind == kPersistent, target.kind == kUnknown, target.kind == kBuffer:
		class = Computed
	}
	m.unproven(op+" on "+m.show(target), m.at)
	if len(m.res.Builds) >= m.opts.Limits.Facts {
		m.spent("facts", int64(m.opts.Limits.Facts), "more changes than are reported")
		return
	}
	m.res.Builds = append(m.res.Builds, Build{
		Text: m.showChange(target, items, op), Target: m.show(target), Opcode: op, Class: class, Offset: m.at,
	})
}
