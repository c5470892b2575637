package torch7

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/binary"
	"github.com/modelgate/gate/internal/cmdline"
)

// file is what is being read, little-endian or as text.
type file struct {
	ctx   context.Context
	out   gate.Recorder
	cur   *binary.Cursor
	text  bool
	seen  map[int64]bool
	depth int
}

func (f *file) int() (int64, error) {
	if f.text {
		return f.number()
	}
	n, err := f.cur.Uint32()
	return int64(int32(n)), err
}

func (f *file) long() (int64, error) {
	if f.text {
		return f.number()
	}
	n, err := f.cur.Uint64()
	return int64(n), err
}

func (f *file) number() (int64, error) {
	word, err := f.word()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%.40q where a number belongs", word)
	}
	return n, nil
}

// word reads text up to a blank or the end of a line, which it takes as well.
func (f *file) word() (string, error) {
	var word []byte
	for {
		c, err := f.cur.Byte()
		if errors.Is(err, binary.ErrTruncated) && len(word) > 0 {
			return string(word), nil
		}
		if err != nil {
			return "", err
		}
		if c == ' ' || c == '\n' || c == '\r' || c == '\t' {
			if len(word) > 0 {
				return string(word), nil
			}
			continue
		}
		if word = append(word, c); len(word) > 64 {
			return "", fmt.Errorf("%.40q where a number belongs", word)
		}
	}
}

// skip moves over n numbers.
func (f *file) skip(n, width int64) error {
	if !f.text {
		if n > f.cur.Remaining()/width {
			return binary.ErrTruncated
		}
		return f.cur.Skip(n * width)
	}
	if n > f.cur.Remaining() {
		return binary.ErrTruncated
	}
	for i := range n {
		if i&1023 == 0 && f.ctx.Err() != nil {
			return f.ctx.Err()
		}
		if _, err := f.word(); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) length() (int64, error) {
	n, err := f.int()
	if err == nil && (n < 0 || n > f.cur.Remaining()) {
		err = fmt.Errorf("claims %d bytes of %d: %w", n, f.cur.Remaining(), binary.ErrTruncated)
	}
	return n, err
}

func (f *file) bytes(n int64) error {
	if err := f.cur.Skip(n); err != nil {
		return err
	}
	return f.line()
}

// line takes the end of the line that stands behind characters in text.
func (f *file) line() error {
	if !f.text {
		return nil
	}
	if b, err := f.cur.Peek(1); err == nil && b[0] == '\n' {
		return f.cur.Skip(1)
	}
	return nil
}

// str reads a string, which may be a command.
func (f *file) str(key string) (string, error) {
	at := f.cur.Offset()
	n, err := f.length()
	if err != nil {
		return "", err
	}
	if n > maxText {
		return "", f.bytes(n)
	}
	b, err := f.cur.Bytes(n)
	if err != nil {
		return "", err
	}
	if c, ok := cmdline.Of(key, string(b), false); ok {
		f.out.Emit(cmdline.Kind, gate.Location{Offset: at}, c)
	}
	return string(b), f.line()
}
