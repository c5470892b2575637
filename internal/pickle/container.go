package pickle

import "math"

// container returns a new container that holds a copy of items.
func (m *machine) container(k kind, items []value) value {
	v := value{kind: k, x: m.heap.alloc(m.at), a: int64(len(items))}
	if v.x == 0 {
		v.impure = m.anyImpure(items)
		return v
	}
	m.store(m.heap.object(v.x), items)
	return v
}

// store appends items to what an object holds, up to the limits.
func (m *machine) store(o *object, items []value) {
	o.count += int64(len(items))
	in := m.enter(items)
	impure := in.impure
	if in.depth >= o.depth {
		if o.depth = in.depth + 1; o.depth == deepest {
			m.unusual("deep")
		}
	}
	// What hashes, compares, copies or prints a value comes by a part that is shared as
	// often as something names it. A key is hashed while it is loaded.
	if o.weight = plus(o.weight, in.weight); o.weight == math.MaxUint32 {
		m.unusual("expanding")
	}
	if impure && !o.impure {
		o.impure = true
		m.late = m.late || o.inside
	}
	room := min(len(items), m.opts.Limits.Children-len(o.kids))
	if room > 0 {
		if kids := m.heap.hold(o.kids, room); kids != nil {
			o.kids = append(kids, items[:room]...)
		} else {
			room = 0
		}
	}
	if impure && room < len(items) {
		m.lossy(items[max(room, 0):])
	}
}

// deepest is a nesting at which Python's own recursion ends.
const deepest = 1000

// inner is what is told of values that another takes.
type inner struct {
	impure        bool   // one of them is
	depth, weight uint32 // the deepest of them, the sum of what they weigh
}

// enter marks the objects of items as held by another, and tells what they are.
func (m *machine) enter(items []value) (in inner) {
	in.weight = uint32(min(len(items), math.MaxUint32))
	for i := range items {
		v := &items[i]
		in.impure = in.impure || v.impure
		if v.kind >= kList && v.x != 0 && (v.kind.container() || v.kind == kInstance) {
			o := m.heap.object(v.x)
			o.inside = true
			in.impure = in.impure || o.impure
			in.depth = max(in.depth, o.depth)
			in.weight = plus(in.weight, o.weight)
		}
	}
	return in
}

// plus adds without an overflow.
func plus(a, b uint32) uint32 {
	if a > math.MaxUint32-b {
		return math.MaxUint32
	}
	return a + b
}

func (m *machine) anyImpure(items []value) bool {
	for _, v := range items {
		if m.impure(v) {
			return true
		}
	}
	return false
}

func (m *machine) impure(v value) bool {
	if o := m.object(v); o != nil && o.impure {
		return true
	}
	return v.impure
}

// object is what a container or call result holds, nil where it has or keeps nothing.
func (m *machine) object(v value) *object {
	if v.x != 0 && (v.kind.container() || v.kind == kInstance) {
		return m.heap.object(v.x)
	}
	return nil
}

// lossy says that values which matter are no longer known to the container that has
// them. Their imports and calls were judged, so only the proof is lost, and what a
// listed call gets: an argument that was not kept is unknown.
func (m *machine) lossy(items []value) {
	for _, v := range items {
		if m.impure(v) && m.unlisted(v) != "" {
			m.spent("values", int64(m.opts.Limits.Values), "a container holds more unlisted values than are kept")
			return
		}
	}
	m.unproven("a container holds more values than are kept", m.at)
}

func (m *machine) tuple(at int) {
	if at < m.fence {
		m.fail("stack underflow at %s", m.name())
		return
	}
	v := m.container(kTuple, m.stack[at:])
	m.stack = m.stack[:at]
	m.push(v)
}

// collect makes a container of what is behind the mark, or adds it to a set.
func (m *machine) collect(op byte) {
	at, ok := m.popMark()
	if !ok {
		return
	}
	kinds := map[byte]kind{opList: kList, opDict: kDict, opFrozenSet: kFrozenSet}
	k, made := kinds[op]
	switch {
	case !made:
		m.extend(at, "ADDITEMS")
	case k == kDict && (len(m.stack)-at)%2 != 0:
		m.fail("an odd number of items for DICT")
	default:
		v := m.container(k, m.stack[at:])
		m.stack = m.stack[:at]
		m.push(v)
	}
}

// takers are the kinds and the products that an opcode may add items to.
var takers = map[string]struct {
	kind    kind
	product string
}{
	"APPEND": {kList, "list"}, "APPENDS": {kList, "list"},
	"SETITEM": {kDict, "dict"}, "SETITEMS": {kDict, "dict"}, "ADDITEMS": {kSet, "set"},
}

// extend adds the items from at on to the container below them.
func (m *machine) extend(at int, op string) {
	if at-1 < m.fence || at > len(m.stack) {
		m.fail("stack underflow at %s", op)
		return
	}
	items := m.stack[at:]
	target := &m.stack[at-1]
	if target.kind.container() || target.kind == kInstance {
		m.addItems(target, items, op)
	} else if len(items) > 0 || target.kind == kGlobal || target.kind == kUnknown || target.kind == kPersistent {
		m.change(*target, items, op)
	}
	if (op == "SETITEMS" || op == "SETITEM") && len(items)%2 != 0 {
		// The unpickler in Python has set the others by now.
		m.fail("an odd number of items for %s", op)
		return
	}
	m.stack = m.stack[:at]
}

func (m *machine) addItems(target *value, items []value, op string) {
	t := takers[op]
	if target.kind == kInstance {
		m.fill(target, items, op, t.product)
		return
	}
	if target.kind != t.kind {
		m.change(*target, items, op)
		return
	}
	if target.x == 0 {
		target.a += int64(len(items))
		if m.anyImpure(items) {
			target.impure = true
			m.lossy(items)
		}
		return
	}
	o := m.heap.object(target.x)
	if o.frozen && len(items) > 0 {
		m.argument("", "nothing added to an argument after the call", m.show(*target), m.show(*target))
	}
	m.store(o, items)
}

// fill adds items to the result of a call, by its append, __setitem__ or add.
func (m *machine) fill(target *value, items []value, op, product string) {
	if len(items) == 0 {
		return
	}
	p := m.product(*target)
	if target.a < 0 || p != product && p != "object" {
		m.change(*target, items, op)
	}
	o := m.object(*target)
	if o == nil {
		if m.anyImpure(items) {
			target.impure = true
			m.lossy(items)
		}
		return
	}
	if o.frozen {
		m.argument("", "nothing added to an argument after the call", m.show(*target), m.show(*target))
	}
	if o.overridden {
		m.change(*target, items, op)
	}
	o.count += int64(len(items))
	for _, v := range items {
		if m.impure(v) {
			o.count--
			m.store(o, []value{v})
		}
	}
}
