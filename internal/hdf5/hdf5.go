// Package hdf5 reads the structure of HDF5 files
// (https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html): groups, links,
// string attributes and where datasets keep their bytes. It reads no data, follows every
// object once, and bounds what a hostile file can make it do.
package hdf5

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The limits of a file.
const (
	MaxObjects = 1_000_000
	MaxDepth   = 64
	maxBlock   = 64 << 20
	maxMessage = 1 << 20
	maxSteps   = 5_000_000
)

// ErrTooLarge says that a file is beyond the limits.
var ErrTooLarge = errors.New("HDF5 file beyond the limits")

// ErrMalformed says that a file contradicts the format.
var ErrMalformed = errors.New("malformed HDF5")

const signature = "\x89HDF\r\n\x1a\n"

// Object is a group or a dataset.
type Object struct {
	Path       string // the first path that leads to it
	Address    int64
	Attributes []Attribute
	Links      []Link
	// External are the files that hold a dataset's bytes.
	External []string
	// Virtual says that a dataset is composed of others, perhaps of other files.
	Virtual bool
	// Declared is the number of bytes that a dataset has by its shape, Stored the number
	// that its layout has in the file, or -1 where it is chunked. A group has zeros.
	Declared uint64
	Stored   int64
}

// Attribute is an attribute of the type string.
type Attribute struct {
	Name  string
	Value string
}

// Link is a link that is not a plain part of its group.
type Link struct {
	Name string
	File string // of an external link
	Path string // that it leads to
}

// Signature is the offset of a file's signature, which may follow a block of the user, or
// -1 for none. It looks only at the head that it is given.
func Signature(head []byte) int64 {
	for at := 0; at+8 <= len(head); at = max(512, at*2) {
		if string(head[at:at+8]) == signature {
			return int64(at)
		}
	}
	return -1
}

// Walk reads a file whose signature is at start and calls visit for each object. What is
// not followed, and why, is in the error; everything else was visited.
func Walk(ctx context.Context, r io.ReaderAt, start, size int64, visit func(*Object)) error {
	f := &file{ctx: ctx, src: r, size: size, visit: visit, seen: map[int64]bool{}}
	root, err := f.superblock(start)
	if err != nil {
		return fmt.Errorf("superblock: %w", err)
	}
	f.object(root, "", 0)
	return f.err
}

// file is a file that is being read.
type file struct {
	ctx     context.Context
	src     io.ReaderAt
	size    int64
	base    int64
	offsets int // bytes of an address
	lengths int // bytes of a length
	visit   func(*Object)
	seen    map[int64]bool
	steps   int
	err     error // the first
}

// fault keeps the first error; reading goes on beside it.
func (f *file) fault(err error) {
	if f.err == nil {
		f.err = err
	}
}

// read reads n bytes at an address.
func (f *file) read(address int64, n int) ([]byte, error) {
	if f.steps++; f.steps > maxSteps || n > maxBlock {
		return nil, ErrTooLarge
	}
	if err := f.ctx.Err(); err != nil {
		return nil, err
	}
	at := f.base + address
	if address < 0 || n < 0 || at > f.size || int64(n) > f.size-at {
		return nil, fmt.Errorf("%d bytes at address %d of %d: %w", n, address, f.size-f.base, ErrMalformed)
	}
	out := make([]byte, n)
	if got, err := f.src.ReadAt(out, at); got < n {
		return nil, fmt.Errorf("address %d: %w", address, err)
	}
	return out, nil
}

// block reads n bytes that begin with a signature, which it takes off.
func (f *file) block(address int64, magic string, n int) (*decoder, error) {
	b, err := f.read(address, n)
	if err != nil {
		return nil, err
	}
	if len(b) < 4 || string(b[:4]) != magic {
		return nil, fmt.Errorf("no %s at address %d: %w", magic, address, ErrMalformed)
	}
	return f.decoder(b[4:]), nil
}

func (f *file) decoder(b []byte) *decoder { return &decoder{b: b, file: f} }

// superblock reads the superblock and returns the address of the root group.
func (f *file) superblock(start int64) (int64, error) {
	f.base = start
	b, err := f.read(0, int(min(128, f.size-start)))
	if err != nil {
		return 0, err
	}
	d := f.decoder(b)
	d.skip(8)
	switch version := d.uint(1); version {
	case 0, 1:
		d.skip(4)
		f.offsets, f.lengths = int(d.uint(1)), int(d.uint(1))
		d.skip(1 + 4 + 4)
		if version == 1 {
			d.skip(4)
		}
		if err := f.widths(); err != nil {
			return 0, err
		}
		d.skip(4*f.offsets + f.offsets) // the addresses, and the name of the root entry
	case 2, 3:
		f.offsets, f.lengths = int(d.uint(1)), int(d.uint(1))
		d.skip(1)
		if err := f.widths(); err != nil {
			return 0, err
		}
		d.skip(3 * f.offsets)
	default:
		return 0, fmt.Errorf("version %d: %w", version, ErrMalformed)
	}
	return d.address(), d.err
}

func (f *file) widths() error {
	for _, n := range []int{f.offsets, f.lengths} {
		if n != 2 && n != 4 && n != 8 {
			return fmt.Errorf("numbers of %d bytes: %w", n, ErrMalformed)
		}
	}
	return nil
}

// undefined is the address of nothing.
const undefined = -1

// decoder takes numbers off a block. After its end everything is zero and err is set.
type decoder struct {
	b []byte
	*file
	err error
}

func (d *decoder) skip(n int) { d.take(n) }

func (d *decoder) take(n int) []byte {
	if n < 0 || n > len(d.b) {
		if d.err == nil {
			d.err = fmt.Errorf("%d bytes of %d: %w", n, len(d.b), ErrMalformed)
		}
		d.b = nil
		return nil
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

// uint takes a little-endian number of n bytes, at most 8.
func (d *decoder) uint(n int) uint64 {
	var buf [8]byte
	copy(buf[:], d.take(n))
	return binary.LittleEndian.Uint64(buf[:])
}

// address takes an address; all bits set mean none.
func (d *decoder) address() int64 {
	v := d.uint(d.offsets)
	if v == 1<<(8*d.offsets-1)<<1-1 || v>>62 != 0 {
		return undefined
	}
	return int64(v)
}

func (d *decoder) length() uint64 { return d.uint(d.lengths) }

// text takes what stands before a zero.
func (d *decoder) text() string {
	for i, c := range d.b {
		if c == 0 {
			s := string(d.b[:i])
			d.b = d.b[i+1:]
			return s
		}
	}
	s := string(d.b)
	d.b = nil
	return s
}
