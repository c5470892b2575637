package gguf

import (
	"fmt"
	"io"
	"math/bits"

	"github.com/modelgate/gate"
)

// tensor is an entry of the tensor table; size is -1 where its type is unknown.
type tensor struct {
	name   string
	at     int64 // of the entry
	offset uint64
	size   int64
}

// block is the number of elements that are stored together, and their bytes.
type block struct{ elements, bytes uint64 }

// blocks are the tensor types of ggml by number.
var blocks = map[uint32]block{
	0: {1, 4}, 1: {1, 2}, 2: {32, 18}, 3: {32, 20}, 6: {32, 22}, 7: {32, 24},
	8: {32, 34}, 9: {32, 36}, 10: {256, 84}, 11: {256, 110}, 12: {256, 144},
	13: {256, 176}, 14: {256, 210}, 15: {256, 292}, 16: {256, 66}, 17: {256, 74},
	18: {256, 98}, 19: {256, 50}, 20: {32, 18}, 21: {256, 110}, 22: {256, 82},
	23: {256, 136}, 24: {1, 1}, 25: {1, 2}, 26: {1, 4}, 27: {1, 8}, 28: {1, 8},
	29: {256, 56}, 30: {1, 2}, 34: {256, 54}, 35: {256, 66}, 39: {32, 17},
}

// tensor reads an entry of the tensor table.
func (f *file) tensor() error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	t := tensor{at: f.c.Offset()}
	var err error
	if t.name, err = f.text(64 << 10); err != nil {
		return fmt.Errorf("tensor name: %w", err)
	}
	switch {
	case len(t.name) >= 64:
		f.breach("a tensor name is %d bytes long", len(t.name))
	case f.names[t.name]:
		f.breach("the tensor %q occurs twice", t.name)
	}
	f.names[t.name] = true
	dims, err := f.dims()
	if err != nil {
		return fmt.Errorf("tensor %q: %w", t.name, err)
	}
	kind, err := f.uint32()
	if err == nil {
		t.offset, err = f.uint64()
	}
	if err != nil {
		return fmt.Errorf("tensor %q: %w", t.name, err)
	}
	if t.size, err = f.size(t, kind, dims); err != nil {
		return err
	}
	f.tensors = append(f.tensors, t)
	return nil
}

func (f *file) dims() ([]uint64, error) {
	n, err := f.uint32()
	if err != nil {
		return nil, err
	}
	if n > 4 {
		f.out.Emit("gguf.tensor", gate.Location{Offset: f.c.Offset()},
			Tensor{Field: "dimensions", Claims: fmt.Sprint(n), Limit: "4"})
		return nil, fmt.Errorf("has %d dimensions", n)
	}
	dims := make([]uint64, n)
	for i := range dims {
		if dims[i], err = f.length(); err != nil {
			return nil, err
		}
	}
	return dims, nil
}

// size is the number of bytes of a tensor, or -1 where its type is unknown. It fails
// where a loader's arithmetic would overflow or its memory end.
func (f *file) size(t tensor, kind uint32, dims []uint64) (int64, error) {
	b, known := blocks[kind]
	if !known {
		f.state = worse(f.state, gate.Unproven)
		b = block{1, 1}
	}
	total, fits := b.bytes, true
	for i, n := range dims {
		if i == 0 {
			fits = n%b.elements == 0
			n /= b.elements
		}
		hi, lo := bits.Mul64(total, n)
		fits = fits && hi == 0 && lo>>62 == 0 && n>>62 == 0
		total = lo
	}
	if len(dims) == 0 && b.elements > 1 {
		fits = false
	}
	if !fits || known && total > uint64(f.blob.Size) {
		f.out.Emit("gguf.tensor", gate.Location{Offset: t.at}, Tensor{
			Name: t.name, Field: "shape", Claims: fmt.Sprint(dims), Limit: fmt.Sprintf("%d bytes", f.blob.Size)})
		return 0, fmt.Errorf("tensor %q of shape %d does not fit the file or its blocks of %d", t.name, dims, b.elements)
	}
	if !known {
		return -1, nil
	}
	return int64(total), nil
}

// worse keeps a state that was lowered before.
func worse(a, b gate.State) gate.State {
	if a == gate.Verified {
		return b
	}
	return a
}

// layout compares the offsets of the tensors with the sums of their padded sizes.
func (f *file) layout() error {
	table := f.c.Offset()
	start := f.pad(table)
	end := table // of what is accounted for
	lost := false
	for i, t := range f.tensors {
		if lost = lost || t.size < 0; lost {
			if err := f.inside(start, t); err != nil {
				return err
			}
			continue
		}
		want := f.pad(end) - start
		if i == 0 {
			want = 0
		}
		if t.offset != uint64(want) {
			f.problem("offset", t, int64(min(t.offset, 1<<62)), want)
			return fmt.Errorf("tensor %q is at offset %d, not %d", t.name, t.offset, want)
		}
		if start+want+t.size > f.blob.Size {
			f.problem("truncated", t, f.blob.Size, start+want+t.size)
			return fmt.Errorf("tensor %q ends at %d of %d bytes", t.name, start+want+t.size, f.blob.Size)
		}
		if !f.zero(end, start+want) {
			f.problem("padding", t, end, start+want)
		}
		end = start + want + t.size
	}
	if !lost {
		f.tail(end)
	}
	return nil
}

// inside checks what can be checked from the first tensor of unknown size on.
func (f *file) inside(start int64, t tensor) error {
	if t.offset > uint64(max(0, f.blob.Size-start)) {
		f.problem("offset", t, int64(min(t.offset, 1<<62)), f.blob.Size-start)
		return fmt.Errorf("tensor %q is outside the file", t.name)
	}
	return nil
}

// tail looks at what follows the last tensor: padding, or something that is handed back.
func (f *file) tail(end int64) {
	size := f.blob.Size
	if end >= size || size <= f.pad(end) && f.zero(end, size) {
		return
	}
	f.problem("tail", tensor{at: end}, size, end)
	f.out.Child(fmt.Sprintf("tail@%d", end), size-end, io.NewSectionReader(f.blob, end, size-end))
}

func (f *file) problem(what string, t tensor, got, want int64) {
	f.state = worse(f.state, gate.Unproven)
	f.out.Emit("gguf.layout", gate.Location{Offset: t.at}, Layout{what, t.name, got, want})
}

func (f *file) pad(n int64) int64 { return (n + f.alignment - 1) / f.alignment * f.alignment }
