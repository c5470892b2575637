package pickle

import (
	"bytes"
	"math/bits"
	"strconv"
	"strings"

	"github.com/modelgate/gate/internal/binary"
)

// dtype is a numpy dtype as far as the size of its arrays goes.
type dtype struct {
	code     string
	itemsize int64
	objects  bool // an element, or a field of one, is a Python object
	names    int  // of fields
	deep     bool // a part of an element has parts that are objects
}

// dtypeOf reads numpy.dtype(code, …) with its state: version, order, subarray, names,
// fields, itemsize, alignment, flags.
func (m *machine) dtypeOf(v value, depth int) (dtype, bool) {
	o := m.object(v)
	if o == nil || v.kind != kInstance || m.product(v) != "npdtype" || len(o.kids) < 3 || depth > 8 {
		return dtype{}, false
	}
	args := m.object(o.kids[0])
	if args == nil || len(args.kids) == 0 {
		return dtype{}, false
	}
	var d dtype
	switch code := args.kids[0]; {
	case code.kind == kStr:
		d = parseDType(m.str(code))
	case code.kind == kGlobal:
		d.code = m.globals[code.x].String() // its size is in the state
	default:
		return dtype{}, false
	}
	state := m.object(o.kids[2])
	if state == nil || len(state.kids) < 6 {
		return d, d.itemsize > 0
	}
	if n := state.kids[5]; n.kind == kInt && n.a >= 0 {
		d.itemsize = n.a // of what has no fixed size: else it is -1
	}
	if sub := m.object(state.kids[2]); sub != nil && len(sub.kids) == 2 {
		inner, _ := m.dtypeOf(sub.kids[0], depth+1)
		d.objects = d.objects || inner.objects
		d.deep = d.deep || inner.objects
	}
	if names := m.object(state.kids[3]); names != nil {
		d.names = len(names.kids)
	}
	if fields := m.object(state.kids[4]); fields != nil {
		for i := 1; i < len(fields.kids); i += 2 {
			if f := m.object(fields.kids[i]); f != nil && len(f.kids) > 0 {
				inner, _ := m.dtypeOf(f.kids[0], depth+1)
				d.objects = d.objects || inner.objects
				d.deep = d.deep || inner.objects && inner.code[0] != 'O'
			}
		}
	}
	return d, d.itemsize > 0 || args.kids[0].kind == kStr && d.code != ""
}

func parseDType(code string) dtype {
	d := dtype{code: code}
	code = strings.TrimLeft(code, "<>|=")
	if code == "" {
		return dtype{}
	}
	n, err := strconv.ParseInt(code[1:], 10, 64)
	switch {
	case code[0] == 'O':
		d.itemsize, d.objects = 8, true
	case code == "?":
		d.itemsize = 1
	case err != nil || n < 0:
	case code[0] == 'U':
		d.itemsize = 4 * n
	default:
		d.itemsize = n
	}
	return d
}

// product is the number of elements of a shape, -1 where it overflows.
func elements(shape []int64) int64 {
	n := uint64(1)
	for _, s := range shape {
		hi, lo := bits.Mul64(n, uint64(s))
		if s < 0 || hi != 0 || lo > 1<<62 {
			return -1
		}
		n = lo
	}
	return int64(n)
}

// checkArray compares the data of an array with its shape and dtype: (version, shape,
// dtype, fortran, data), and for a masked array (…, mask, fill value). The version is
// missing in old ones. Numpy itself compares bytes with the shape, and lists not.
func (m *machine) checkArray(state value) {
	s := m.object(state)
	if s == nil || state.kind != kTuple {
		m.unproven("the state of an array that is none", m.at)
		return
	}
	k := s.kids
	if len(k) == 4 {
		k = append([]value{{kind: kInt, a: 1}}, k...)
	}
	if len(k) != 5 && len(k) != 7 || s.count != int64(len(s.kids)) || k[0].kind != kInt || k[0].a != 1 || k[1].kind != kTuple || k[3].kind != kBool && k[3].kind != kInt {
		m.unproven("the state of an array that is none", m.at)
		return
	}
	d, known := m.dtypeOf(k[2], 0)
	n := elements(m.numbers(k[1], true))
	data := k[4]
	if !known || n < 0 {
		m.unproven("an array of unknown size", m.at)
		return
	}
	problem := ""
	switch {
	case data.kind == kList && !d.objects, data.kind != kList && d.objects:
		problem = "a list of objects, or bytes of numbers"
	case data.kind == kList:
		count := data.a
		if o := m.object(data); o != nil {
			count = o.count
		}
		if count > n {
			m.unproven("an array whose list is not as long as its shape says", m.at)
		} else if count < n { // numpy reads on behind the end of the list
			problem = "a list as long as the shape says"
		} else if problem = m.records(d, data); problem == "" && d.deep {
			m.unproven("an array of records with objects inside of parts", m.at)
		}
	case data.kind == kBytes || data.kind == kByteArray:
		if hi, size := bits.Mul64(uint64(n), uint64(d.itemsize)); hi != 0 || uint64(m.length(data)) != size {
			m.unproven("an array whose bytes are not as many as its shape says", m.at)
		}
	}
	if problem != "" {
		m.argument("numpy.ndarray", problem, m.describe(data), "numpy.ndarray.__setstate__("+m.show(state)+")")
	}
}

// records says what the items of a list are to be for an array whose elements have
// fields: numpy frees what it did not set where one is no tuple.
func (m *machine) records(d dtype, list value) string {
	o := m.object(list)
	if d.names == 0 || o == nil {
		return ""
	}
	for _, k := range o.kids {
		if r := m.object(k); k.kind != kTuple || r != nil && r.count != int64(d.names) {
			return "a list of records"
		}
	}
	return ""
}

// checkBuffer does the same for _frombuffer(buffer, dtype, shape, order).
func (m *machine) checkBuffer(k []value) {
	if len(k) < 3 || k[0].kind != kBytes && k[0].kind != kByteArray {
		return
	}
	d, known := m.dtypeOf(k[1], 0)
	n := elements(m.numbers(k[2], true))
	hi, size := bits.Mul64(uint64(max(n, 0)), uint64(d.itemsize))
	if !known || n < 0 || hi != 0 || d.objects || uint64(m.length(k[0])) != size {
		m.unproven("an array whose bytes are not as many as its shape says", m.at)
	}
}

// scalar is numpy's scalar(dtype, data): where the dtype has objects, numpy unpickles
// the data.
func (m *machine) scalar(g *global, k []value) {
	d, known := m.dtypeOf(k[0], 0)
	if known && !d.objects || len(k) < 2 {
		return
	}
	data, ok := []byte(nil), false
	switch k[1].kind {
	case kBytes, kByteArray, kStr:
		if n := m.length(k[1]); m.afford(n) {
			data = m.readAt(k[1].a, n)
			ok = data != nil
		}
	case kInstance:
		if m.product(k[1]) == "bytes" {
			data, ok = m.encoded(k[1])
		}
	default:
		return
	}
	if !ok || m.opts.depth >= m.opts.Limits.Nesting {
		m.spent("nested", m.opts.Limits.Inflate, "a nested pickle is larger or deeper than is read")
		return
	}
	if !known && !Sniff(data) {
		return
	}
	sub := m.runNested(data)
	if sub.Malformed != "" {
		m.argument(g.String(), "a pickle of an object", sub.Malformed, g.String()+"(…)")
	}
	sub.moveTo(m.at)
	m.absorb(sub)
}

// runNested runs a stream in memory.
func (m *machine) runNested(data []byte) *Result {
	opts := m.opts
	opts.depth++
	opts.Joblib = false
	return Run(m.ctx, binary.NewCursor(bytes.NewReader(data), 0, int64(len(data))), opts)
}
