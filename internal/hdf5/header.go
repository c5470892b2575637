package hdf5

import "fmt"

// span is a part of an object header.
type span struct {
	address int64
	size    uint64
}

// messages reads the header of an object with its continuations.
func (f *file) messages(address int64) ([]message, error) {
	head, err := f.read(address, 16)
	if err != nil {
		return nil, err
	}
	if string(head[:4]) == "OHDR" {
		return f.messages2(address)
	}
	if head[0] != 1 {
		return nil, fmt.Errorf("object header of version %d: %w", head[0], ErrMalformed)
	}
	d := f.decoder(head[8:])
	h := &header{file: f, parts: []span{{address + 16, d.uint(4)}}}
	err = h.read(func(d *decoder) message {
		kind, n, flags := int(d.uint(2)), int(d.uint(2)), d.uint(1)
		d.skip(3)
		return message{kind, flags&2 != 0, d.take(n)}
	}, 8, 0)
	return h.messages, err
}

// messages2 reads an object header of version 2.
func (f *file) messages2(address int64) ([]message, error) {
	prefix, err := f.read(address, int(min(64, f.size-f.base-address)))
	if err != nil {
		return nil, err
	}
	d := f.decoder(prefix)
	d.skip(5)
	flags := d.uint(1)
	if flags&0x20 != 0 {
		d.skip(16)
	}
	if flags&0x10 != 0 {
		d.skip(4)
	}
	n := d.uint(1 << (flags & 3))
	if d.err != nil {
		return nil, d.err
	}
	h := &header{file: f, parts: []span{{address + int64(len(prefix)-len(d.b)), n}}}
	err = h.read(func(d *decoder) message {
		kind, n, own := int(d.uint(1)), int(d.uint(2)), d.uint(1)
		if flags&4 != 0 {
			d.skip(2)
		}
		return message{kind, own&2 != 0, d.take(n)}
	}, 4, 4)
	return h.messages, err
}

// header is an object header that is being read, part by part.
type header struct {
	*file
	parts    []span
	messages []message
}

// read reads all parts. The first part of a header has no signature and no checksum in
// its size; continuations of version 2 have both.
func (h *header) read(next func(*decoder) message, least, checksum int) error {
	total := uint64(0)
	for i := 0; i < len(h.parts); i++ {
		part := h.parts[i]
		if total += part.size; total > maxMessage*16 || i > 4096 {
			return ErrTooLarge
		}
		b, err := h.file.read(part.address, size(part.size))
		if err != nil {
			return err
		}
		d := h.decoder(b)
		if i > 0 && checksum > 0 {
			if string(d.take(4)) != "OCHK" {
				return fmt.Errorf("no OCHK at address %d: %w", part.address, ErrMalformed)
			}
			d.b = d.b[:max(0, len(d.b)-checksum)]
		}
		for len(d.b) >= least && d.err == nil {
			m := next(d)
			if m.kind == msgContinuation {
				c := h.decoder(m.data)
				h.parts = append(h.parts, span{c.address(), c.length()})
				continue
			}
			if d.err == nil {
				h.messages = append(h.messages, m)
			}
		}
		if d.err != nil {
			return d.err
		}
	}
	return nil
}
