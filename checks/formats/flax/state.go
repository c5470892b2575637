package flax

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/modelgate/gate"
	cursor "github.com/modelgate/gate/internal/binary"
	"github.com/modelgate/gate/internal/cmdline"
)

const (
	maxDepth = 128
	maxText  = 64 << 10
)

var errDepth = errors.New("a state beyond the limit of depth")

// state is a tree that is being read.
type state struct {
	ctx   context.Context
	out   gate.Recorder
	cur   *cursor.Cursor
	depth int
	odd   bool // there is more than data of Flax
}

// fixed are the sizes of the values of fixed size from 0xc0 on.
var fixed = map[byte]int64{
	0xc0: 0, 0xc2: 0, 0xc3: 0, 0xca: 4, 0xcb: 8, 0xcc: 1, 0xcd: 2, 0xce: 4, 0xcf: 8, 0xd0: 1, 0xd1: 2, 0xd2: 4, 0xd3: 8,
}

// value reads a value that stands under a key, and returns its text where it is a string.
func (s *state) value(key string) (string, error) {
	if s.depth++; s.depth > maxDepth {
		return "", errDepth
	}
	defer func() { s.depth-- }()
	if err := s.ctx.Err(); err != nil {
		return "", err
	}
	at := s.cur.Offset()
	c, err := s.cur.Byte()
	if err != nil {
		return "", err
	}
	if size, ok := fixed[c]; ok {
		return "", s.cur.Skip(size)
	}
	switch {
	case c < 0x80 || c >= 0xe0: // a small number
		return "", nil
	case c < 0x90:
		return "", s.members(int64(c&15), key)
	case c < 0xa0:
		return "", s.items(int64(c&15), key)
	case c < 0xc0:
		return s.text(key, int64(c&31), at)
	case c >= 0xd4 && c <= 0xd8:
		return "", s.extension(1<<(c-0xd4), at)
	}
	return s.long(c, key, at)
}

// long reads what has its length before it.
func (s *state) long(c byte, key string, at int64) (string, error) {
	width, ok := map[byte]int64{
		0xc4: 1, 0xc5: 2, 0xc6: 4, 0xc7: 1, 0xc8: 2, 0xc9: 4, 0xd9: 1, 0xda: 2, 0xdb: 4, 0xdc: 2, 0xdd: 4, 0xde: 2, 0xdf: 4,
	}[c]
	if !ok {
		return "", fmt.Errorf("0x%x begins no value", c)
	}
	b, err := s.cur.Bytes(width)
	if err != nil {
		return "", err
	}
	n := int64(binary.BigEndian.Uint32(append(make([]byte, 4-width, 4), b...)))
	switch {
	case c <= 0xc6:
		return "", s.cur.Skip(n)
	case c <= 0xc9:
		return "", s.extension(n, at)
	case c <= 0xdb:
		return s.text(key, n, at)
	case c <= 0xdd:
		return "", s.items(n, key)
	default:
		return "", s.members(n, key)
	}
}

func (s *state) text(key string, n, at int64) (string, error) {
	if n > maxText {
		return "", s.cur.Skip(n)
	}
	b, err := s.cur.Bytes(n)
	if err != nil {
		return "", err
	}
	if c, ok := cmdline.Of(key, string(b), false); ok {
		s.odd = true
		s.out.Emit(cmdline.Kind, gate.Location{Offset: at}, c)
	}
	return string(b), nil
}

func (s *state) items(n int64, key string) error {
	if n > s.cur.Remaining() {
		return cursor.ErrTruncated
	}
	for range n {
		if _, err := s.value(key); err != nil {
			return err
		}
	}
	return nil
}

func (s *state) members(n int64, outer string) error {
	if n > s.cur.Remaining()/2 {
		return cursor.ErrTruncated
	}
	for range n {
		key, err := s.value(outer)
		if err != nil {
			return err
		}
		if _, err := s.value(key); err != nil {
			return err
		}
	}
	return nil
}

// extension reads the type and n bytes: an array is a tuple of shape, type and bytes.
func (s *state) extension(n, at int64) error {
	kind, err := s.cur.Byte()
	if err != nil {
		return err
	}
	if kind < 1 || kind > 3 {
		s.odd = true
		s.out.Emit("flax.extension", gate.Location{Offset: at}, Extension{int8(kind)})
		return s.cur.Skip(n)
	}
	end := s.cur.Offset() + n
	if n > s.cur.Remaining() {
		return cursor.ErrTruncated
	}
	if _, err := s.value(""); err != nil {
		return fmt.Errorf("extension %d: %w", kind, err)
	}
	if s.cur.Offset() != end {
		return fmt.Errorf("extension %d of %d bytes ends %d bytes off", kind, n, s.cur.Offset()-end)
	}
	return nil
}
