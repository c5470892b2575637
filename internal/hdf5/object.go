package hdf5

import (
	"fmt"
	"math/bits"
)

// The header messages that matter.
const (
	msgDataspace    = 0x01
	msgLinkInfo     = 0x02
	msgDatatype     = 0x03
	msgLink         = 0x06
	msgExternal     = 0x07
	msgLayout       = 0x08
	msgAttribute    = 0x0c
	msgContinuation = 0x10
	msgSymbolTable  = 0x11
	msgAttributes   = 0x15
)

// message is a message of an object header.
type message struct {
	kind   int
	shared bool
	data   []byte
}

// object reads an object and, below it, those that its group links to.
func (f *file) object(address int64, path string, depth int) {
	if f.seen[address] || address == undefined {
		return
	}
	if depth > MaxDepth || len(f.seen) >= MaxObjects {
		f.fault(ErrTooLarge)
		return
	}
	f.seen[address] = true
	messages, err := f.messages(address)
	if err != nil {
		f.fault(fmt.Errorf("object %.100q: %w", path, err))
	}
	o := &Object{Path: path, Address: f.base + address}
	var children []child
	for _, m := range messages {
		kids, err := f.message(o, m, messages)
		if err != nil {
			f.fault(fmt.Errorf("object %.100q, message %d: %w", path, m.kind, err))
		}
		children = append(children, kids...)
	}
	f.visit(o)
	for _, c := range children {
		f.object(c.address, path+"/"+c.name, depth+1)
	}
}

// child is an object that a group links to.
type child struct {
	name    string
	address int64
}

// message adds what a message says to its object.
func (f *file) message(o *Object, m message, all []message) ([]child, error) {
	if m.shared && m.kind == msgAttribute {
		return nil, fmt.Errorf("a message in a shared heap is not followed: %w", ErrTooLarge)
	}
	d := f.decoder(m.data)
	switch m.kind {
	case msgSymbolTable:
		tree, heap := d.address(), d.address()
		if d.err != nil {
			return nil, d.err
		}
		return f.symbols(o, tree, heap)
	case msgLink:
		return f.link(o, d)
	case msgLinkInfo:
		return f.linkInfo(o, d)
	case msgAttribute:
		return nil, f.attribute(o, d)
	case msgAttributes:
		return nil, f.attributes(o, d)
	case msgExternal:
		return nil, f.external(o, d)
	case msgLayout:
		return nil, f.layout(o, d, all)
	}
	return nil, nil
}

// link reads a link of a new group: hard, soft or external.
func (f *file) link(o *Object, d *decoder) ([]child, error) {
	d.skip(1)
	flags := d.uint(1)
	kind := uint64(0)
	if flags&8 != 0 {
		kind = d.uint(1)
	}
	if flags&4 != 0 {
		d.skip(8)
	}
	if flags&16 != 0 {
		d.skip(1)
	}
	name := string(d.take(size(d.uint(1 << (flags & 3)))))
	switch kind {
	case 0:
		return []child{{name, d.address()}}, d.err
	case 1:
		o.Links = append(o.Links, Link{Name: name, Path: string(d.take(int(d.uint(2))))})
	default:
		value := f.decoder(d.take(int(d.uint(2))))
		value.skip(1)
		o.Links = append(o.Links, Link{Name: name, File: value.text(), Path: value.text()})
	}
	return nil, d.err
}

// size turns a length of the file into one that a block may be compared with.
func size(n uint64) int { return int(min(n, 1<<40)) }

// external reads the list of the files that hold a dataset.
func (f *file) external(o *Object, d *decoder) error {
	d.skip(4 + 2)
	used := int(d.uint(2))
	heap, err := f.heap(d.address())
	if err != nil {
		return err
	}
	for range used {
		name := d.length()
		d.skip(2 * f.lengths)
		if d.err != nil {
			return d.err
		}
		o.External = append(o.External, heap.at(name))
	}
	return nil
}

// layout compares how many bytes a dataset declares with how many it stores.
func (f *file) layout(o *Object, d *decoder, all []message) error {
	o.Stored = -1
	switch version := d.uint(1); version {
	case 1, 2:
		rank, class := int(d.uint(1)), d.uint(1)
		d.skip(5)
		if class != 0 {
			d.skip(f.offsets)
		}
		if class == 1 {
			o.Stored = 1
			for range rank {
				o.Stored = int64(min(uint64(o.Stored)*d.uint(4), 1<<62))
			}
		}
	case 3, 4, 5:
		switch class := d.uint(1); class {
		case 0:
			o.Stored = int64(d.uint(2))
		case 1:
			address, n := d.address(), d.length()
			o.Stored = int64(min(n, 1<<62))
			if address == undefined {
				o.Stored = 0 // nothing was written, or it is elsewhere
			}
		case 3:
			o.Virtual = true
		}
	default:
		return fmt.Errorf("layout of version %d: %w", version, ErrMalformed)
	}
	o.Declared = f.declared(all)
	return d.err
}

// declared is the number of bytes of a dataset by its shape and type.
func (f *file) declared(all []message) uint64 {
	total, element := uint64(1), uint64(0)
	for _, m := range all {
		d := f.decoder(m.data)
		switch {
		case m.kind == msgDataspace && !m.shared:
			total = f.elements(d)
		case m.kind == msgDatatype && !m.shared:
			d.skip(4)
			element = d.uint(4)
		}
	}
	hi, lo := bits.Mul64(total, element)
	if hi != 0 {
		return 1<<64 - 1
	}
	return lo
}

// elements is the number of elements of a dataspace.
func (f *file) elements(d *decoder) uint64 {
	version, rank := d.uint(1), int(d.uint(1))
	if version == 1 {
		d.skip(1 + 1 + 4)
	} else {
		d.skip(1)
		if d.uint(1) == 2 {
			return 0 // no elements at all
		}
	}
	total := uint64(1)
	for range rank {
		hi, lo := bits.Mul64(total, d.length())
		if total = lo; hi != 0 {
			return 1<<64 - 1
		}
	}
	return total
}
