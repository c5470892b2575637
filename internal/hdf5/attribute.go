package hdf5

import (
	"fmt"
	"strings"
)

// The classes of types.
const (
	classString   = 3
	classVariable = 9
)

// attribute reads an attribute message and keeps it if it is a string.
func (f *file) attribute(o *Object, d *decoder) error {
	version, flags := d.uint(1), d.uint(1)
	name, kind, space := int(d.uint(2)), int(d.uint(2)), int(d.uint(2))
	pad := func(n int) int { return n }
	switch version {
	case 1:
		pad = func(n int) int { return (n + 7) &^ 7 }
		flags = 0
	case 2:
	case 3:
		d.skip(1)
	default:
		return fmt.Errorf("attribute of version %d: %w", version, ErrMalformed)
	}
	text := f.decoder(d.take(pad(name)))
	a := Attribute{Name: text.text()}
	datatype, dataspace := d.take(pad(kind)), d.take(pad(space))
	if d.err != nil {
		return d.err
	}
	if flags&1 != 0 {
		shared, err := f.committed(datatype)
		if err != nil {
			return fmt.Errorf("attribute %.100q: %w", a.Name, err)
		}
		datatype = shared
	}
	count := uint64(1)
	if flags&2 == 0 {
		count = f.elements(f.decoder(dataspace))
	}
	value, found, err := f.strings(f.decoder(datatype), d.b, count)
	if err != nil {
		return fmt.Errorf("attribute %.100q: %w", a.Name, err)
	}
	if a.Value = value; found {
		o.Attributes = append(o.Attributes, a)
	}
	return nil
}

// committed reads a type that stands in an object of its own.
func (f *file) committed(pointer []byte) ([]byte, error) {
	d := f.decoder(pointer)
	version, kind := d.uint(1), d.uint(1)
	if version == 1 {
		d.skip(6)
	}
	if version == 3 && kind != 2 {
		return nil, fmt.Errorf("a message in a shared heap is not followed: %w", ErrTooLarge)
	}
	address := d.address()
	if d.err != nil {
		return nil, d.err
	}
	messages, err := f.messages(address)
	for _, m := range messages {
		if m.kind == msgDatatype && !m.shared {
			return m.data, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("no type at address %d: %w", address, ErrMalformed)
	}
	return nil, err
}

// strings decodes the value of a type of strings, several joined by lines.
func (f *file) strings(datatype *decoder, data []byte, count uint64) (string, bool, error) {
	class := datatype.uint(1) & 0xf
	datatype.skip(3)
	width := size(datatype.uint(4))
	switch {
	case datatype.err != nil:
		return "", false, datatype.err
	case class == classString:
		// The value keeps its zeros: a string may be anything, such as a pickle.
		return strings.TrimRight(string(data[:min(len(data), width*size(min(count, 1<<20)))]), "\x00"), true, nil
	case class == classVariable:
		value, err := f.variable(f.decoder(data), min(count, 1<<16))
		return value, err == nil, err
	}
	return "", false, nil
}

// variable reads values of variable length from the global heap.
func (f *file) variable(d *decoder, count uint64) (string, error) {
	var out strings.Builder
	for i := range count {
		n := size(d.uint(4))
		collection, index := d.address(), d.uint(4)
		if d.err != nil {
			return "", d.err
		}
		if n == 0 || collection == undefined {
			continue
		}
		b, err := f.global(collection, index)
		if err != nil {
			return "", err
		}
		if out.Len()+n > maxBlock {
			return "", ErrTooLarge
		}
		if i > 0 {
			out.WriteByte('\n')
		}
		out.Write(b[:min(n, len(b))])
	}
	return out.String(), nil
}

// global reads an object of a collection of the global heap.
func (f *file) global(address int64, index uint64) ([]byte, error) {
	d, err := f.block(address, "GCOL", 8+f.lengths)
	if err != nil {
		return nil, err
	}
	d.skip(4)
	end := address + int64(min(d.length(), 1<<40))
	at := address + int64(8+f.lengths)
	for at+int64(8+f.lengths) <= end {
		b, err := f.read(at, 8+f.lengths)
		if err != nil {
			return nil, err
		}
		d := f.decoder(b)
		id := d.uint(2)
		d.skip(6)
		n := size(d.length())
		if id == index && id != 0 {
			return f.read(at+int64(8+f.lengths), n)
		}
		if id == 0 {
			break
		}
		at += int64(8+f.lengths) + int64(n+7)&^7
	}
	return nil, fmt.Errorf("no object %d in the heap at address %d: %w", index, address, ErrMalformed)
}

// attributes reads attributes that are in a heap.
func (f *file) attributes(o *Object, d *decoder) error {
	d.skip(1)
	if d.uint(1)&1 != 0 {
		d.skip(2)
	}
	heap, tree := d.address(), d.address()
	if d.err != nil || heap == undefined || tree == undefined {
		return d.err
	}
	return f.dense(heap, tree, attributeName, func(b []byte) error { return f.attribute(o, f.decoder(b)) })
}
