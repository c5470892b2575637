package binary

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

func TestCursorReadsLikeAStream(t *testing.T) {
	data := make([]byte, 3*window+17)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range data {
		data[i] = byte(rng.UintN(256))
	}
	if err := iotest.TestReader(io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data))), data); err != nil {
		t.Fatal(err)
	}
	c := NewCursor(bytes.NewReader(data), 0, int64(len(data)))
	var got []byte
	for c.Remaining() > 0 {
		n := min(int64(rng.UintN(100_000)), c.Remaining())
		if n%3 == 0 {
			b, err := c.Byte()
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, b)
			continue
		}
		b, err := c.Bytes(n)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b...)
	}
	if !bytes.Equal(got, data) {
		t.Error("the parts that were read do not make up the input")
	}
}

func TestCursorRefusesLyingLengths(t *testing.T) {
	c := NewCursor(strings.NewReader("abc"), 0, 3)
	if _, err := c.Bytes(1 << 60); !errors.Is(err, ErrTruncated) {
		t.Errorf("Bytes(1<<60) = %v", err)
	}
	if err := c.Skip(4); !errors.Is(err, ErrTruncated) {
		t.Errorf("Skip(4) = %v", err)
	}
	if _, err := c.Uint64(); !errors.Is(err, ErrTruncated) {
		t.Errorf("Uint64 = %v", err)
	}
	if b, err := c.Byte(); b != 'a' || err != nil {
		t.Errorf("Byte = %q, %v after the refusals", b, err)
	}
	lying := NewCursor(strings.NewReader("abc"), 0, 1<<40)
	if _, err := lying.Bytes(1 << 20); !errors.Is(err, ErrTruncated) {
		t.Errorf("Bytes of a source that claims more than it has = %v", err)
	}
}

func TestLine(t *testing.T) {
	c := NewCursor(strings.NewReader("one\ntwo\nthree"), 0, 13)
	for _, want := range []string{"one", "two"} {
		if got, err := c.Line(10); string(got) != want || err != nil {
			t.Errorf("Line = %q, %v; want %q", got, err, want)
		}
	}
	if _, err := c.Line(10); !errors.Is(err, ErrTruncated) {
		t.Errorf("last line without newline = %v", err)
	}
	long := NewCursor(strings.NewReader(strings.Repeat("x", 100)+"\n"), 0, 101)
	if _, err := long.Line(10); !errors.Is(err, ErrTooLong) {
		t.Errorf("long line = %v", err)
	}
}
