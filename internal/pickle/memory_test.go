package pickle

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	cursor "github.com/modelgate/gate/internal/binary"
)

// series is a file of a head, the same or a numbered text n times, and a tail. The texts
// have one length.
type series struct {
	head, tail string
	n          int
	unit       func(i int) string
}

func (s series) size() int64 {
	return int64(len(s.head) + s.n*len(s.unit(0)) + len(s.tail))
}

// ReadAt makes the bytes that are asked for, so that the file itself takes no memory.
func (s series) ReadAt(p []byte, off int64) (int, error) {
	size, n := int64(len(s.unit(0))), 0
	for n < len(p) {
		at := off + int64(n)
		if at < int64(len(s.head)) {
			n += copy(p[n:], s.head[at:])
			continue
		}
		at -= int64(len(s.head))
		if i := at / size; i < int64(s.n) {
			n += copy(p[n:], s.unit(int(i))[at%size:])
			continue
		}
		at -= int64(s.n) * size
		if at >= int64(len(s.tail)) {
			return n, io.EOF
		}
		n += copy(p[n:], s.tail[at:])
	}
	return n, nil
}

func same(s string) func(int) string { return func(int) string { return s } }

func numbered(format string) func(int) string {
	return func(i int) string { return fmt.Sprintf(format, i) }
}

// far stores at an index that no page of the memo covers.
func far(i int) string {
	i = (i + 1) * 3000
	return "r" + string([]byte{byte(i), byte(i >> 8), byte(i >> 16), byte(i >> 24)})
}

var (
	ints  = strings.Repeat("K\x01", 1000)
	lists = strings.Repeat("]", 1000)
)

// shapes are those that make an unpickler grow. Budget is what is spent, "" where the
// stream is read to its end; nothing of it is broken.
var shapes = []struct {
	name   string
	file   series
	budget string
}{
	{"nesting", series{"\x80\x04", ".", 5_000, same(lists)}, "stack"},
	{"stack", series{"\x80\x04", ".", 50_000, same(ints)}, "stack"},
	{"nested tuples", series{"\x80\x04N", ".", 5_000, same(strings.Repeat("\x85", 1000))}, ""},
	{"marks", series{"\x80\x04", ".", 5_000, same(strings.Repeat("(", 1000))}, "marks"},
	{"marks and values", series{"\x80\x04", ".", 5_000, same(strings.Repeat("(]", 1000))}, "marks"},
	{"memo of 2 million", series{"\x80\x04N", ".", 2_000, same(strings.Repeat("\x94", 1000))}, ""},
	{"memo of lists", series{"\x80\x04", "N.", 2_000, same(strings.Repeat("]\x940", 1000))}, ""},
	{"memo", series{"\x80\x04N", ".", 50_000, same(strings.Repeat("\x94", 1000))}, "memo"},
	{"memo with holes", series{"\x80\x04N", ".", 1_200_000, far}, "memory"},
	{"list of 10 million", series{"\x80\x04]\x94", ".", 10_000, same("(" + ints + "e")}, ""},
	{"dict of 10 million", series{"\x80\x04}\x94", ".", 20_000, same("(" + ints + "u")}, ""},
	{"list of lists", series{"\x80\x04]\x94", ".", 5_000, same("(" + lists + "e")}, ""},
	{"long tuples", series{"\x80\x04", "N.", 5_000, same("(" + ints + "t0")}, ""},
	{"everything", series{"\x80\x04", ".", 1_000_000, same("](" + strings.Repeat("]\x94", 10) + "e(")}, "memory"},
	{"numbers", series{"\x80\x04", "N.", 2_000_000, same("\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x000")}, ""},
	{"names", series{"\x80\x04", "N.", 300_000, numbered("cm\nf%07d\n0")}, "facts"},
	{"long names", series{"\x80\x04", "N.", 10_000, numbered("cm\nf%07d" + strings.Repeat("x", 50_000) + "\n0")}, "facts"},
	{"ids", series{"", "N.", 300_000, numbered("P%07d\n0")}, "facts"},
	{"empty ids", series{"", "N.", 5_000_000, same("P\n0")}, "memory"},
	{"calls", series{"\x80\x04", "N.", 200_000, numbered("cm\nf\nX\x07\x00\x00\x00%07d\x85R0")}, "facts"},
}

// TestMemory bounds what one stream holds at any time, so that two of them stay small.
func TestMemory(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	for _, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			runtime.GC()
			before := inUse()
			var r *Result
			peak := peakOf(func() {
				r = Run(context.Background(), cursor.NewCursor(s.file, 0, s.file.size()), Options{})
			})
			mib := (float64(peak) - float64(before)) / (1 << 20)
			t.Logf("%.0f MiB, %d opcodes, %v", mib, r.Opcodes, r.Incomplete)
			if mib > 96 {
				t.Errorf("%.0f MiB", mib)
			}
			checkShape(t, r, s.budget)
		})
	}
}

// peakOf is the most memory that objects take while f runs, garbage among them.
func peakOf(f func()) uint64 {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	var peak uint64
	for {
		select {
		case <-done:
			return max(peak, inUse())
		case <-time.After(time.Millisecond):
			peak = max(peak, inUse())
		}
	}
}

func inUse() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func checkShape(t *testing.T, r *Result, budget string) {
	t.Helper()
	if r.Malformed != "" {
		t.Errorf("malformed: %s", r.Malformed)
	}
	if budget == "" && (!r.Stopped || len(r.Incomplete) > 0) || budget != "" && (len(r.Incomplete) != 1 || r.Incomplete[0].Budget != budget) {
		t.Errorf("incomplete %+v, stopped %v; want %q", r.Incomplete, r.Stopped, budget)
	}
}
