package tflite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

var errTooMany = errors.New("more operator codes than are read")

// buffer reads a flatbuffer (https://flatbuffers.dev/internals/) and trusts none of its
// offsets.
type buffer struct {
	src  io.ReaderAt
	size int64
}

// uint reads a little-endian number of n bytes, at most 4.
func (b *buffer) uint(at int64, n int) (uint32, error) {
	if at < 0 || at > b.size-int64(n) {
		return 0, fmt.Errorf("an offset leads to byte %d of %d", at, b.size)
	}
	var buf [4]byte
	if got, err := b.src.ReadAt(buf[:n], at); got < n {
		return 0, fmt.Errorf("byte %d: %w", at, err)
	}
	return binary.LittleEndian.Uint32(buf[:]), nil
}

// follow reads the offset at a place and returns where it leads.
func (b *buffer) follow(at int64) (int64, error) {
	v, err := b.uint(at, 4)
	if err == nil && v == 0 {
		err = fmt.Errorf("the offset at byte %d leads nowhere", at)
	}
	return at + int64(v), err
}

// field is the place of a field of a table, or 0 where the table has none.
func (b *buffer) field(table int64, index int64) (int64, error) {
	v, err := b.uint(table, 4)
	if err != nil {
		return 0, err
	}
	vtable := table - int64(int32(v))
	size, err := b.uint(vtable, 2)
	if err != nil {
		return 0, err
	}
	entry := 4 + 2*index
	if entry+2 > int64(size) {
		return 0, nil
	}
	offset, err := b.uint(vtable+entry, 2)
	if err != nil || offset == 0 {
		return 0, err
	}
	return table + int64(offset), nil
}

// vector follows a field to the first element of a vector of offsets, and their number.
func (b *buffer) vector(field int64) (first, n int64, err error) {
	at, err := b.follow(field)
	if err != nil {
		return 0, 0, err
	}
	v, err := b.uint(at, 4)
	if err != nil {
		return 0, 0, err
	}
	if n = int64(v); n > (b.size-at-4)/4 {
		return 0, 0, fmt.Errorf("a vector at byte %d claims %d items", at, n)
	}
	return at + 4, n, nil
}

// text follows a field to a string.
func (b *buffer) text(field int64) (string, error) {
	at, err := b.follow(field)
	if err != nil {
		return "", err
	}
	n, err := b.uint(at, 4)
	if err != nil {
		return "", err
	}
	if int64(n) > b.size-at-4 {
		return "", fmt.Errorf("a string at byte %d claims %d bytes", at, n)
	}
	out := make([]byte, min(n, maxName))
	if got, err := b.src.ReadAt(out, at+4); got < len(out) {
		return "", fmt.Errorf("byte %d: %w", at, err)
	}
	return string(out), nil
}
