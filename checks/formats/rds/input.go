package rds

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	cursor "github.com/modelgate/gate/internal/binary"
)

// input reads numbers and strings in one of the three encodings: X is big-endian, B the
// machine's, which is little-endian, and A is text.
type input struct {
	cur    *cursor.Cursor
	format byte
}

var errNumber = errors.New("no number where one belongs")

// missing is how R writes NA as an integer.
const missing = -1 << 31

func (in *input) int() (int32, error) {
	if in.format == 'A' {
		word, err := in.word()
		if err != nil {
			return 0, err
		}
		if word == "NA" {
			return missing, nil
		}
		n, err := strconv.ParseInt(word, 10, 32)
		if err != nil {
			return 0, fmt.Errorf("%.40q: %w", word, errNumber)
		}
		return int32(n), nil
	}
	b, err := in.cur.Peek(4)
	if err != nil {
		return 0, err
	}
	var n uint32
	if in.format == 'X' {
		n = binary.BigEndian.Uint32(b)
	} else {
		n = binary.LittleEndian.Uint32(b)
	}
	return int32(n), in.cur.Skip(4)
}

// length reads the length of a vector, of which long ones have two parts.
func (in *input) length() (int64, error) {
	n, err := in.int()
	if err != nil || n >= 0 {
		return int64(n), err
	}
	if n != -1 {
		return 0, fmt.Errorf("a vector of length %d", n)
	}
	high, err := in.int()
	if err != nil {
		return 0, err
	}
	low, err := in.int()
	if err != nil {
		return 0, err
	}
	if high < 0 || high > 1<<16 {
		return 0, fmt.Errorf("a vector of length %d·2^32", high)
	}
	return int64(high)<<32 | int64(uint32(low)), nil
}

// skip moves over count values of a size.
func (in *input) skip(count, size int64) error {
	if in.format != 'A' {
		if count > in.cur.Remaining()/size {
			return cursor.ErrTruncated
		}
		return in.cur.Skip(count * size)
	}
	words := count
	if size == 16 {
		words *= 2 // a complex number is two
	}
	if words > in.cur.Remaining() {
		return cursor.ErrTruncated
	}
	for range words {
		if _, err := in.word(); err != nil {
			return err
		}
	}
	return nil
}

// text reads n bytes and returns at most maxText of them.
func (in *input) text(n int64) (string, error) {
	if n > in.cur.Remaining() {
		return "", cursor.ErrTruncated
	}
	if in.format == 'A' {
		return in.escaped(n)
	}
	b, err := in.cur.Bytes(min(n, maxText))
	if err != nil {
		return "", err
	}
	return string(b), in.cur.Skip(n - int64(len(b)))
}

func space(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// blank skips white space.
func (in *input) blank() error {
	for {
		b, err := in.cur.Peek(1)
		if err != nil {
			return err
		}
		if !space(b[0]) {
			return nil
		}
		if err := in.cur.Skip(1); err != nil {
			return err
		}
	}
}

// word reads what is between white space.
func (in *input) word() (string, error) {
	if err := in.blank(); err != nil {
		return "", err
	}
	var word []byte
	for in.cur.Remaining() > 0 {
		c, err := in.cur.Byte()
		if err != nil {
			return "", err
		}
		if space(c) {
			break
		}
		if word = append(word, c); len(word) > 64 {
			return "", fmt.Errorf("%.40q: %w", word, errNumber)
		}
	}
	return string(word), nil
}

// escaped reads n characters, some of which are written as escapes.
func (in *input) escaped(n int64) (string, error) {
	if n == 0 {
		return "", nil
	}
	if err := in.blank(); err != nil {
		return "", err
	}
	var out []byte
	for range n {
		c, err := in.cur.Byte()
		if err == nil && c == '\\' {
			c, err = in.escape()
		}
		if err != nil {
			return "", err
		}
		if len(out) < maxText {
			out = append(out, c)
		}
	}
	return string(out), nil
}

var escapes = map[byte]byte{'n': '\n', 't': '\t', 'v': '\v', 'b': '\b', 'r': '\r', 'f': '\f', 'a': '\a'}

// escape reads what follows a backslash: up to three octal digits or a letter.
func (in *input) escape() (byte, error) {
	c, err := in.cur.Byte()
	if err != nil {
		return 0, err
	}
	if c < '0' || c > '7' {
		if e, ok := escapes[c]; ok {
			return e, nil
		}
		return c, nil
	}
	n := c - '0'
	for range 2 {
		b, err := in.cur.Peek(1)
		if err != nil || b[0] < '0' || b[0] > '7' {
			break
		}
		n = n<<3 | (b[0] - '0')
		if err := in.cur.Skip(1); err != nil {
			return 0, err
		}
	}
	return n, nil
}
