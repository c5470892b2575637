package pickle

import (
	"math"
	"math/bits"
)

// wrapped follows a BUILD in the dialect of joblib: the bytes of an array, or the pickle
// of an array of objects, stand in the file right behind its wrapper. See
// https://github.com/joblib/joblib/blob/main/joblib/numpy_pickle.py.
func (m *machine) wrapped() {
	target := m.top()
	if target.kind != kInstance || target.a < 0 {
		return
	}
	g := &m.globals[target.a]
	if g.module != "joblib.numpy_pickle" && g.module != "joblib.numpy_pickle_compat" {
		return
	}
	o := m.object(*target)
	switch {
	case g.name != "NumpyArrayWrapper" && g.name != "NDArrayWrapper" && g.name != "ZNDArrayWrapper":
	case o == nil:
		m.unknownArray("more values than are kept")
	case g.name == "NumpyArrayWrapper":
		m.array(o)
	default:
		m.sibling(o)
	}
}

func (m *machine) array(o *object) {
	if m.offset() == m.frameEnd {
		m.frameEnd = math.MaxInt64 // joblib ends its frame in front of the array
	}
	if kind, ok := m.item(o, "subclass"); ok && (kind.kind != kGlobal || m.product(kind) != "arrayclass" && m.globals[kind.x].String() != "numpy.memmap") {
		m.argument("joblib.numpy_pickle.NumpyArrayWrapper", "an array class", m.describe(kind), m.show(kind))
	}
	dt, _ := m.item(o, "dtype")
	d, known := m.dtypeOf(dt, 0)
	shape, _ := m.item(o, "shape")
	sizes := m.numbers(shape, true)
	n := elements(sizes)
	if !known || sizes == nil || n < 0 {
		m.unknownArray("the size of an array is not known")
		return
	}
	if d.objects {
		m.objectArray()
		return
	}
	if align, ok := m.item(o, "numpy_array_alignment_bytes"); ok && align.kind != kNone {
		m.skip(m.length1())
	}
	hi, size := bits.Mul64(uint64(n), uint64(d.itemsize))
	if hi != 0 || size > 1<<62 {
		m.unknownArray("the size of an array overflows")
		return
	}
	from := m.offset()
	if m.skip(int64(size)) && len(m.res.Arrays) < mostTensors {
		m.res.Arrays = append(m.res.Arrays, Array{from, int64(size), d.code})
	}
}

// unknownArray gives up: what stands behind cannot be told from the array.
func (m *machine) unknownArray(reason string) {
	m.giveUp("layout", 0, "joblib: "+reason)
}

// objectArray runs the stream that stands in place of the bytes.
func (m *machine) objectArray() {
	if m.opts.depth >= m.opts.Limits.Nesting {
		m.giveUp("nested", int64(m.opts.Limits.Nesting), "arrays of objects are nested deeper than is read")
		return
	}
	here := m.offset()
	if err := m.cur.SeekTo(here); err != nil {
		m.fail("an array of objects is missing")
		return
	}
	opts := m.opts
	opts.depth++
	opts.Joblib = false
	sub := Run(m.ctx, m.cur, opts)
	m.win, m.pos, m.base = nil, 0, sub.End
	m.res.Arrays = append(m.res.Arrays, Array{here, sub.End - here, "O"})
	stopped, broken := sub.Stopped, sub.Malformed
	m.absorb(sub)
	switch {
	case broken != "":
		m.fail("an array of objects: %s", broken)
	case !stopped:
		m.done = true
	}
}

// sibling is a wrapper of old joblib: the array is a file beside this one.
func (m *machine) sibling(o *object) {
	name, ok := m.item(o, "filename")
	text := "?"
	if ok && name.kind == kStr {
		text = m.str(name)
	}
	m.unproven("an array in another file", m.at)
	if len(m.res.Siblings) < m.opts.Limits.Facts && m.take(int64(len(text))) {
		m.res.Siblings = append(m.res.Siblings, Sibling{text, m.at})
	}
}

// item is the value of a key in the state of an instance.
func (m *machine) item(o *object, key string) (value, bool) {
	if len(o.kids) < 3 {
		return value{}, false
	}
	state := m.object(o.kids[2])
	if state == nil || o.kids[2].kind != kDict {
		return value{}, false
	}
	for i := len(state.kids) - 2; i >= 0; i -= 2 {
		if m.oneOf(state.kids[i], key) {
			return state.kids[i+1], true
		}
	}
	return value{}, false
}
