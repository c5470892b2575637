// Package protobuf walks the wire format of protocol buffers
// (https://protobuf.dev/programming-guides/encoding/) without a schema and without
// reading what its caller skips, so that gigabytes of tensors cost nothing.
package protobuf

import (
	"errors"
	"fmt"
	"io"

	"github.com/modelgate/gate/internal/binary"
)

// ErrMalformed says that the bytes are no protocol buffer.
var ErrMalformed = errors.New("not a protocol buffer")

// The wire types.
const (
	Varint  = 0
	Fixed64 = 1
	Bytes   = 2
	Fixed32 = 5
)

// Field is one field of a message. Start and End bound the content of a field of type
// Bytes; Value is that of the others.
type Field struct {
	Number     int32
	Type       int
	Value      uint64
	Start, End int64

	src io.ReaderAt
}

// Walk calls visit for each field of the message in the bytes [from, to) of r, in
// order, until visit or the format fails.
func Walk(r io.ReaderAt, from, to int64, visit func(Field) error) error {
	c := binary.NewCursor(r, from, to)
	for c.Remaining() > 0 {
		f, err := next(c)
		if err != nil {
			return err
		}
		f.src = r
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// Walk walks the message that f holds.
func (f Field) Walk(visit func(Field) error) error {
	if f.Type != Bytes {
		return fmt.Errorf("field %d at byte %d holds no message: %w", f.Number, f.Start, ErrMalformed)
	}
	return Walk(f.src, f.Start, f.End, visit)
}

// Text reads a field of type Bytes, at most limit bytes of it.
func (f Field) Text(limit int64) (string, error) {
	if f.Type != Bytes {
		return "", fmt.Errorf("field %d at byte %d holds no string: %w", f.Number, f.Start, ErrMalformed)
	}
	b, err := binary.NewCursor(f.src, f.Start, f.End).Bytes(min(limit, f.End-f.Start))
	return string(b), err
}

func next(c *binary.Cursor) (Field, error) {
	at := c.Offset()
	key, err := varint(c)
	if err != nil {
		return Field{}, fmt.Errorf("key at byte %d: %w", at, err)
	}
	f := Field{Number: int32(key >> 3 & 0x7fffffff), Type: int(key & 7), Start: c.Offset()}
	if key>>3 == 0 || key>>3 > 1<<29-1 {
		return f, fmt.Errorf("field number %d at byte %d: %w", key>>3, at, ErrMalformed)
	}
	switch f.Type {
	case Varint:
		f.Value, err = varint(c)
	case Fixed64:
		f.Value, err = c.Uint64()
	case Fixed32:
		var v uint32
		v, err = c.Uint32()
		f.Value = uint64(v)
	case Bytes:
		err = f.skip(c)
	default:
		err = fmt.Errorf("wire type %d: %w", f.Type, ErrMalformed)
	}
	if err != nil {
		return f, fmt.Errorf("field %d at byte %d: %w", f.Number, at, err)
	}
	return f, nil
}

func (f *Field) skip(c *binary.Cursor) error {
	n, err := varint(c)
	if err != nil {
		return err
	}
	f.Start = c.Offset()
	if n > uint64(c.Remaining()) {
		return fmt.Errorf("claims %d bytes of %d: %w", n, c.Remaining(), binary.ErrTruncated)
	}
	f.End = f.Start + int64(n)
	return c.Skip(int64(n))
}

func varint(c *binary.Cursor) (uint64, error) {
	var v uint64
	for shift := 0; shift < 70; shift += 7 {
		b, err := c.Byte()
		if err != nil {
			return 0, err
		}
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v, nil
		}
	}
	return 0, ErrMalformed
}
