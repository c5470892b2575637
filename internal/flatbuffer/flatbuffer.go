// Package flatbuffer reads flatbuffers (https://flatbuffers.dev/internals/) that may lie:
// Walk holds each offset to the file by a schema, and tells which bytes it accounts for;
// behind it, a Table gives values.
package flatbuffer

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Schema has the fields of each table by its name, in the order of their numbers. A union
// takes two fields, the first of which is the number of its type.
type Schema map[string][]Field

// Field is the type of a field.
type Field struct {
	kind  kind
	size  int64    // of a number
	table string   // that the field, or an item of a vector, refers to
	union []string // the tables of a union, from number 1 on
}

type kind uint8

const (
	number kind = iota
	text
	numbers
	table
	tables
	union
)

// Number is a number, a truth value or an enumeration of so many bytes.
func Number(size int64) Field { return Field{kind: number, size: size} }

// Text is a string.
func Text() Field { return Field{kind: text} }

// Numbers is a vector of numbers of so many bytes each.
func Numbers(size int64) Field { return Field{kind: numbers, size: size} }

// Ref is another table.
func Ref(name string) Field { return Field{kind: table, table: name} }

// Refs is a vector of tables.
func Refs(name string) Field { return Field{kind: tables, table: name} }

// Union is one of several tables; the field before it says which.
func Union(names ...string) Field { return Field{kind: union, union: names} }

// ErrTooMany says that there are more objects than are read.
var ErrTooMany = errors.New("more objects than are read")

// MaxObjects bounds the objects and offsets that are followed.
const MaxObjects = 1 << 20

// Extent are the bytes [From, To).
type Extent struct{ From, To int64 }

// Layout says which bytes a schema accounts for.
type Layout struct {
	Used []Extent // in ascending order, merged
	// Overlap says that two objects share bytes, Newer that a table has fields which the
	// schema does not know.
	Overlap, Newer bool
}

// Walk follows every offset from the root, which is a table of the given name, and fails
// at the first that leads nowhere.
func Walk(ctx context.Context, r io.ReaderAt, size int64, s Schema, root string) (Table, *Layout, error) {
	w := &walker{b: &buffer{src: r, size: size}, schema: s, seen: map[object]bool{}, used: map[Extent]bool{{0, 4}: true}}
	at, err := w.b.follow(0)
	if err != nil {
		return Table{}, nil, err
	}
	w.push(at, root)
	for n := 0; len(w.queue) > 0; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return Table{}, nil, ctx.Err()
		}
		o := w.queue[len(w.queue)-1]
		w.queue = w.queue[:len(w.queue)-1]
		if err := w.table(o); err != nil {
			return Table{}, nil, fmt.Errorf("%s at byte %d: %w", o.name, o.at, err)
		}
	}
	w.layout.Used, w.layout.Overlap = merged(w.used)
	return Table{w.b, at}, &w.layout, nil
}

// object is a table, or a vector by the name of its items.
type object struct {
	at   int64
	name string
}

type walker struct {
	b      *buffer
	schema Schema
	layout Layout
	queue  []object
	seen   map[object]bool
	used   map[Extent]bool
	count  int
}

// meet tells whether an object was met before, which is then read no second time.
func (w *walker) meet(o object) bool {
	if w.seen[o] {
		return true
	}
	w.seen[o] = true
	return false
}

func (w *walker) push(at int64, name string) {
	if o := (object{at, name}); !w.meet(o) {
		w.queue = append(w.queue, o)
	}
}

// take accounts for bytes, all of which must be there.
func (w *walker) take(at, n int64) error {
	if w.count++; w.count > MaxObjects {
		return ErrTooMany
	}
	if at < 0 || n < 0 || at > w.b.size-n {
		return fmt.Errorf("%d bytes at byte %d of %d", n, at, w.b.size)
	}
	w.used[Extent{at, at + n}] = true
	return nil
}

func (w *walker) table(o object) error {
	vtable, length, err := w.b.vtable(o.at)
	if err != nil {
		return err
	}
	// The length of the table, which the list has too, is not to be relied on: some
	// writers let tables of different lengths share a list. No reader looks at it.
	if err := errors.Join(w.take(vtable, length), w.take(o.at, 4)); err != nil {
		return err
	}
	fields := w.schema[o.name]
	for i := range (length - 4) / 2 {
		offset, err := w.b.uint(vtable+4+2*i, 2)
		switch {
		case err != nil:
			return err
		case offset == 0:
		case i >= int64(len(fields)):
			w.layout.Newer = true
		default:
			if err := w.field(o, i, fields[i], int64(offset)); err != nil {
				return fmt.Errorf("field %d: %w", i, err)
			}
		}
	}
	return nil
}

// field accounts for a field that stands at an offset of a table.
func (w *walker) field(o object, i int64, f Field, offset int64) error {
	size := f.size
	if f.kind != number {
		size = 4
	}
	if err := w.take(o.at+offset, size); err != nil || f.kind == number {
		return err
	}
	to, err := w.b.follow(o.at + offset)
	if err != nil {
		return err
	}
	switch f.kind {
	case text:
		return w.vector(to, 1, 1)
	case numbers:
		return w.vector(to, f.size, 0)
	case tables:
		return w.tables(to, f.table)
	case union:
		which := Table{w.b, o.at}.Uint(int(i)-1, 1)
		if which == 0 || which > uint64(len(f.union)) {
			w.layout.Newer = true
			return nil
		}
		w.push(to, f.union[which-1])
	default:
		w.push(to, f.table)
	}
	return nil
}

// vector accounts for a vector of numbers with bytes behind it.
func (w *walker) vector(at, size, behind int64) error {
	n, err := w.b.uint(at, 4)
	if err != nil {
		return err
	}
	return w.take(at, 4+int64(n)*size+behind)
}

// tables accounts for a vector of tables.
func (w *walker) tables(at int64, name string) error {
	if w.meet(object{at, "[" + name + "]"}) {
		return nil
	}
	if err := w.vector(at, 4, 0); err != nil {
		return err
	}
	n, err := w.b.uint(at, 4)
	for i := int64(1); err == nil && i <= int64(n); i++ {
		var to int64
		if to, err = w.b.follow(at + 4*i); err == nil {
			w.push(to, name)
		}
		if w.count++; w.count > MaxObjects {
			return ErrTooMany
		}
	}
	return err
}

// buffer reads numbers and trusts none of the offsets.
type buffer struct {
	src  io.ReaderAt
	size int64
}

// uint reads a little-endian number of n bytes, at most 8.
func (b *buffer) uint(at int64, n int) (uint64, error) {
	if at < 0 || at > b.size-int64(n) {
		return 0, fmt.Errorf("an offset leads to byte %d of %d", at, b.size)
	}
	var buf [8]byte
	if got, err := b.src.ReadAt(buf[:n], at); got < n {
		return 0, fmt.Errorf("byte %d: %w", at, err)
	}
	return binary.LittleEndian.Uint64(buf[:]), nil
}

// follow reads the offset at a place and returns where it leads.
func (b *buffer) follow(at int64) (int64, error) {
	v, err := b.uint(at, 4)
	if err == nil && v == 0 {
		err = fmt.Errorf("the offset at byte %d leads nowhere", at)
	}
	return at + int64(v), err
}

// vtable is where the list of the offsets of a table's fields stands, and its length.
func (b *buffer) vtable(table int64) (at, length int64, err error) {
	v, err := b.uint(table, 4)
	if err != nil {
		return 0, 0, err
	}
	at = table - int64(int32(uint32(v)))
	n, err := b.uint(at, 2)
	if err == nil && (n < 4 || n%2 != 0) {
		err = fmt.Errorf("a list of fields of %d bytes at byte %d", n, at)
	}
	return at, int64(n), err
}
