// Package binary reads untrusted bytes in order from anything that can be read at an
// offset, a local file or a remote one, through one small window. It never allocates
// what a length claims before it knows that the bytes are there.
package binary

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrTruncated says that the input ends before what was to be read.
var ErrTruncated = errors.New("truncated")

// ErrTooLong says that a value is longer than the caller allows.
var ErrTooLong = errors.New("too long")

const window = 64 << 10

// Cursor reads forward from an io.ReaderAt. It is not safe for concurrent use.
type Cursor struct {
	src  io.ReaderAt
	end  int64 // offset behind the last byte
	off  int64 // of the next byte
	buf  []byte
	base int64 // offset of buf[0]
}

// NewCursor returns a cursor over the bytes [from, to) of r.
func NewCursor(r io.ReaderAt, from, to int64) *Cursor {
	return &Cursor{src: r, off: from, end: max(from, to)}
}

// Offset is the offset of the next byte in the underlying reader.
func (c *Cursor) Offset() int64 { return c.off }

// Remaining counts the bytes that are left.
func (c *Cursor) Remaining() int64 { return c.end - c.off }

// SeekTo moves to an offset of the underlying reader.
func (c *Cursor) SeekTo(offset int64) error {
	if offset < 0 || offset > c.end {
		return fmt.Errorf("seek to %d of %d: %w", offset, c.end, ErrTruncated)
	}
	c.off = offset
	return nil
}

// Skip moves n bytes on.
func (c *Cursor) Skip(n int64) error {
	if n < 0 || n > c.Remaining() {
		return ErrTruncated
	}
	c.off += n
	return nil
}

// Peek returns the next n bytes without moving. They are valid until the next call and
// n may not exceed 64 KiB. At the end of the input it returns what there is and
// ErrTruncated.
func (c *Cursor) Peek(n int) ([]byte, error) {
	if n > window {
		return nil, ErrTooLong
	}
	if have := c.base + int64(len(c.buf)) - c.off; c.off < c.base || have < int64(n) {
		if err := c.fill(); err != nil {
			return nil, err
		}
	}
	at := c.buf[c.off-c.base:]
	if len(at) < n {
		return at, ErrTruncated
	}
	return at[:n], nil
}

func (c *Cursor) fill() error {
	if c.buf == nil {
		c.buf = make([]byte, 0, min(window, max(c.Remaining(), 0)))
	}
	size := min(int64(window), c.Remaining())
	if int64(cap(c.buf)) < size {
		c.buf = make([]byte, 0, size)
	}
	n, err := c.src.ReadAt(c.buf[:size], c.off)
	c.buf, c.base = c.buf[:n], c.off
	if int64(n) == size || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// Byte reads one byte.
func (c *Cursor) Byte() (byte, error) {
	if i := c.off - c.base; i >= 0 && i < int64(len(c.buf)) && c.off < c.end {
		c.off++
		return c.buf[i], nil
	}
	b, err := c.Peek(1)
	if err != nil {
		return 0, err
	}
	c.off++
	return b[0], nil
}

// Bytes reads n bytes into new memory. It fails before allocating where fewer are left.
func (c *Cursor) Bytes(n int64) ([]byte, error) {
	if n < 0 || n > c.Remaining() {
		return nil, ErrTruncated
	}
	out := make([]byte, n)
	if n <= window {
		b, err := c.Peek(int(n))
		if err != nil {
			return nil, err
		}
		copy(out, b)
	} else if got, err := c.src.ReadAt(out, c.off); int64(got) < n {
		if err == nil || errors.Is(err, io.EOF) {
			err = ErrTruncated
		}
		return nil, err
	}
	c.off += n
	return out, nil
}

// Line reads up to and including the next newline and returns it without. A line
// longer than limit is ErrTooLong; one that ends with the input is ErrTruncated.
func (c *Cursor) Line(limit int) ([]byte, error) {
	var line []byte
	for {
		b, err := c.Peek(int(min(window, max(1, c.Remaining()))))
		if err != nil {
			return nil, err
		}
		i := bytes.IndexByte(b, '\n')
		part := b
		if i >= 0 {
			part = b[:i]
		}
		if len(line)+len(part) > limit {
			return nil, ErrTooLong
		}
		line = append(line, part...)
		if i >= 0 {
			c.off += int64(i) + 1
			return line, nil
		}
		c.off += int64(len(b))
	}
}

// Uint16 reads a little-endian number of 2 bytes.
func (c *Cursor) Uint16() (uint16, error) {
	b, err := c.Peek(2)
	if err != nil {
		return 0, err
	}
	c.off += 2
	return binary.LittleEndian.Uint16(b), nil
}

// Uint32 reads a little-endian number of 4 bytes.
func (c *Cursor) Uint32() (uint32, error) {
	b, err := c.Peek(4)
	if err != nil {
		return 0, err
	}
	c.off += 4
	return binary.LittleEndian.Uint32(b), nil
}

// Uint64 reads a little-endian number of 8 bytes.
func (c *Cursor) Uint64() (uint64, error) {
	b, err := c.Peek(8)
	if err != nil {
		return 0, err
	}
	c.off += 8
	return binary.LittleEndian.Uint64(b), nil
}

// Read implements io.Reader.
func (c *Cursor) Read(p []byte) (int, error) {
	if c.Remaining() == 0 {
		return 0, io.EOF
	}
	b, err := c.Peek(int(min(int64(len(p)), window, c.Remaining())))
	if err != nil {
		return 0, err
	}
	n := copy(p, b)
	c.off += int64(n)
	return n, nil
}
