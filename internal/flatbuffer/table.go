package flatbuffer

import (
	"cmp"
	"maps"
	"slices"
)

// Table is a table of a buffer that was walked by the schema of which the numbers and
// types of its fields are. What is not there is zero.
type Table struct {
	b  *buffer
	at int64
}

// At is the offset of the table.
func (t Table) At() int64 { return t.at }

// field is the place of a field, or 0.
func (t Table) field(i int) int64 {
	if t.b == nil {
		return 0
	}
	vtable, length, err := t.b.vtable(t.at)
	entry := 4 + 2*int64(i)
	if err != nil || i < 0 || entry+2 > length {
		return 0
	}
	if offset, err := t.b.uint(vtable+entry, 2); err == nil && offset != 0 {
		return t.at + int64(offset)
	}
	return 0
}

// target is where the offset of a field leads, or 0.
func (t Table) target(i int) int64 {
	field := t.field(i)
	if field == 0 {
		return 0
	}
	to, err := t.b.follow(field)
	if err != nil {
		return 0
	}
	return to
}

// Has tells whether the table has a field.
func (t Table) Has(i int) bool { return t.field(i) != 0 }

// Uint is a number of size bytes.
func (t Table) Uint(i, size int) uint64 {
	field := t.field(i)
	if field == 0 {
		return 0
	}
	v, _ := t.b.uint(field, size)
	return v
}

// Vector is where the first item of a vector stands, and how many there are.
func (t Table) Vector(i int) (first, n int64) {
	to := t.target(i)
	if to == 0 {
		return 0, 0
	}
	count, _ := t.b.uint(to, 4)
	return to + 4, int64(count)
}

// Uints are up to limit numbers of a vector, of size bytes each.
func (t Table) Uints(i, size, limit int) []uint64 {
	first, n := t.Vector(i)
	out := make([]uint64, 0, min(n, int64(limit)))
	for k := range int64(cap(out)) {
		v, _ := t.b.uint(first+k*int64(size), size)
		out = append(out, v)
	}
	return out
}

// Text is a string, of which at most limit bytes are read.
func (t Table) Text(i, limit int) string {
	first, n := t.Vector(i)
	if n == 0 {
		return ""
	}
	out := make([]byte, min(n, int64(limit)))
	got, _ := t.b.src.ReadAt(out, first)
	return string(out[:got])
}

// Table is another table.
func (t Table) Table(i int) Table {
	if to := t.target(i); to != 0 {
		return Table{t.b, to}
	}
	return Table{}
}

// Tables are the tables of a vector.
func (t Table) Tables(i int) []Table {
	first, n := t.Vector(i)
	var out []Table
	for k := range n {
		if to, err := t.b.follow(first + 4*k); err == nil {
			out = append(out, Table{t.b, to})
		}
	}
	return out
}

// merged sorts extents and joins those that touch.
func merged(used map[Extent]bool) (out []Extent, overlap bool) {
	all := slices.SortedFunc(maps.Keys(used), func(a, b Extent) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	for _, e := range all {
		switch last := len(out) - 1; {
		case e.From == e.To:
		case last >= 0 && e.From <= out[last].To:
			overlap = overlap || e.From < out[last].To
			out[last].To = max(out[last].To, e.To)
		default:
			out = append(out, e)
		}
	}
	return out, overlap
}
