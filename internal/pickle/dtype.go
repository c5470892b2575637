package pickle

import "strings"

// The flags of a dtype that say how its elements lie in memory, see NPY_ITEM_REFCOUNT and
// those that follow in
// https://github.com/numpy/numpy/blob/main/numpy/_core/include/numpy/ndarraytypes.h
const (
	flagRefcount   = 0x01
	flagListPickle = 0x02
	flagPointer    = 0x04
	flagNeedsInit  = 0x08
	flagNeedsAPI   = 0x10
	flagAligned    = 0x80
	flagsOfObject  = 0x3f
	flagsOfFields  = 0x1b // that a dtype has of its fields, where one is an object
)

// setDType holds the state of a dtype to what numpy writes. Numpy itself believes most of
// it: flags that make pointers of numbers, fields behind the end of an element and tuples
// of another length corrupt the memory of whoever loads them.
func (m *machine) setDType(target, state value) {
	o, s := m.object(target), m.object(state)
	problem := ""
	switch {
	case state.kind != kTuple:
		problem = "no tuple but " + kindNames[state.kind]
	case o == nil || s == nil || len(o.kids) == 0:
		m.unproven("a dtype that was not kept", m.at)
		return
	default:
		problem = m.dtypeProblem(m.object(o.kids[0]), s)
	}
	if problem != "" {
		m.argument("numpy.dtype", "the state that numpy writes", problem, m.show(target)+".__setstate__("+m.show(state)+")")
	}
}

// dtypeProblem says how a state (version, order, subarray, names, fields, size,
// alignment, flags[, metadata]) is none of numpy's for the arguments of a dtype.
func (m *machine) dtypeProblem(args, s *object) string {
	if args == nil || len(args.kids) == 0 {
		return "a dtype without a code"
	}
	k := s.kids
	if version, ok := whole(k, 0); !ok || s.count != int64(len(k)) || !(version == 3 && len(k) == 8 || version == 4 && len(k) == 9) {
		return "a state of another version or length"
	}
	if k[1].kind != kStr || m.length(k[1]) != 1 || !strings.Contains("<>|=", m.str(k[1])) {
		return "the order of bytes " + m.describe(k[1])
	}
	size, sized := whole(k, 5)
	alignment, aligned := whole(k, 6)
	flags, flagged := whole(k, 7)
	if !sized || !aligned || !flagged || flags < -128 || flags > 255 {
		return "a size, an alignment or flags that are no numbers"
	}
	d := dtype{code: "?"} // of a class, which tells its size in the state
	if code := args.kids[0]; code.kind == kStr {
		d = parseDType(m.str(code))
	} else if code.kind == kGlobal && m.product(code) == "npscalar" && m.globals[code.x].name == "record" {
		d.code = "V"
	}
	letter := strings.TrimLeft(d.code, "<>|=")
	if letter == "" {
		return "a code that is none"
	}
	parts := [3]bool{k[2].kind != kNone, k[3].kind != kNone, k[4].kind != kNone}
	switch letter[0] {
	case 'S', 'U', 'a':
		if parts != [3]bool{} || size != d.itemsize {
			return "parts or another size of a text"
		}
	case 'V':
		if problem := m.partsProblem(&d, k, size); problem != "" {
			return problem
		}
	case '?':
		if parts != [3]bool{} || size < 1 {
			return "parts of a class"
		}
	default:
		if parts != [3]bool{} || size != -1 || alignment != -1 {
			return "parts or a size of a number"
		}
		return flagsProblem(letter[0] == 'O', flags&0xff, 0)
	}
	if size < 0 || alignment < 1 || alignment > 64 || alignment&(alignment-1) != 0 {
		return "a size or an alignment that is none"
	}
	return flagsProblem(d.objects, flags&0xff, flagAligned|0x60)
}

// flagsProblem compares flags with what the elements are. More are those that may be set
// besides.
func flagsProblem(objects bool, flags, more int64) string {
	const unsafe = flagRefcount | flagListPickle | flagPointer
	switch {
	case objects && flags != flagsOfObject && (more == 0 || flags&^(flagAligned|0x60) != flagsOfFields),
		!objects && flags&unsafe != 0,
		!objects && flags&^(more|flagNeedsInit|flagNeedsAPI) != 0:
		return "flags that the elements do not have"
	}
	return ""
}

// partsProblem looks at the subarray or the fields of a dtype of size bytes.
func (m *machine) partsProblem(d *dtype, k []value, size int64) string {
	if d.itemsize != size && d.code != "V" {
		return "another size than that of its code"
	}
	if k[2].kind != kNone {
		return m.subarrayProblem(d, k, size)
	}
	if k[3].kind == kNone && k[4].kind == kNone {
		return ""
	}
	names, fields := m.object(k[3]), m.object(k[4])
	if k[3].kind != kTuple || k[4].kind != kDict || names == nil || fields == nil || fields.count != int64(len(fields.kids)) || names.count != int64(len(names.kids)) {
		return "fields or names that are none"
	}
	have := map[string]bool{}
	for i := 0; i+1 < len(fields.kids); i += 2 {
		name, field := fields.kids[i], m.object(fields.kids[i+1])
		if name.kind != kStr || field == nil || fields.kids[i+1].kind != kTuple || len(field.kids) < 2 || len(field.kids) > 3 {
			return "a field that is none"
		}
		inner, known := m.dtypeOf(field.kids[0], 0)
		offset, ok := whole(field.kids, 1)
		if !known || !ok || offset < 0 || inner.itemsize > size || offset > size-inner.itemsize {
			return "a field outside of the element"
		}
		d.objects = d.objects || inner.objects
		have[m.str(name)] = true
	}
	for _, n := range names.kids {
		if n.kind != kStr || !have[m.str(n)] {
			return "the name of no field"
		}
	}
	return ""
}

func (m *machine) subarrayProblem(d *dtype, k []value, size int64) string {
	sub := m.object(k[2])
	if k[3].kind != kNone || k[4].kind != kNone || k[2].kind != kTuple || sub == nil || len(sub.kids) != 2 {
		return "a subarray that is none"
	}
	inner, known := m.dtypeOf(sub.kids[0], 0)
	n := int64(-1)
	if one, ok := whole(sub.kids, 1); ok {
		n = one
	} else if shape := m.numbers(sub.kids[1], true); shape != nil {
		n = elements(shape)
	}
	if !known || n < 0 || inner.itemsize > 0 && n > size/inner.itemsize || n*inner.itemsize != size {
		return "a subarray of another size"
	}
	d.objects = inner.objects
	return ""
}

// whole is a number among values.
func whole(k []value, i int) (int64, bool) {
	return k[i].a, k[i].kind == kInt && !k[i].long
}
