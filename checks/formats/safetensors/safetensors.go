// Package safetensors reads safetensors files (https://huggingface.co/docs/safetensors):
// a length, a JSON header and a buffer, which the tensors must tile without hole, overlap
// or tail. A file that they tile is verified.
package safetensors

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/outcome"
)

const (
	maxHeader  = 100_000_000 // of the reference reader
	maxTensors = 500_000
)

// Tensor is the data of safetensors.tensor: a tensor that claims what its file or its
// own shape does not allow.
type Tensor struct {
	Name   string `json:"name"`
	Field  string `json:"field"`
	Claims string `json:"claims"`
	Limit  string `json:"limit"`
}

// Metadata is the data of safetensors.metadata: a metadata entry that carries more than
// text, such as an executable, an archive or a script.
type Metadata struct {
	Key     string `json:"key"`
	Payload string `json:"payload"`
}

// Gap is the data of safetensors.gap: bytes [From, To) of the file that no tensor uses,
// between tensors (hole) or behind the last (tail).
type Gap struct {
	Place string `json:"place"`
	From  int64  `json:"from"`
	To    int64  `json:"to"`
}

// Duplicate is the data of safetensors.duplicate: a name that the header has twice.
type Duplicate struct {
	Name string `json:"name"`
}

// Inspector reads safetensors files.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "safetensors",
		Doc:  "safetensors: the header is checked against the bytes, which the tensors must tile exactly.",
		Emits: map[gate.Kind]any{
			"safetensors.tensor":    Tensor{},
			"safetensors.metadata":  Metadata{},
			"safetensors.gap":       Gap{},
			"safetensors.duplicate": Duplicate{},
			"safetensors.malformed": gate.Malformed{},
			gate.KindIncomplete:     gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: by name, or by a plausible length before a brace.
func (Inspector) Wants(b *gate.Blob) bool {
	if strings.HasSuffix(strings.ToLower(b.Path), ".safetensors") {
		return true
	}
	head := b.Head()
	if len(head) < 10 || head[8] != '{' {
		return false
	}
	n := binary.LittleEndian.Uint64(head)
	return n >= 2 && n <= maxHeader && n <= uint64(b.Size-8) && (head[9] == '"' || head[9] == '}')
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	f := &file{ctx: ctx, blob: b, out: out, state: gate.Verified}
	err := f.read()
	end := outcome.File{Out: out, Format: "safetensors", Malformed: "safetensors.malformed", Name: "the header"}
	if !end.Failed(ctx, gate.Location{Offset: f.at}, err, outcome.Limit{Err: errBudget, Budget: "entries", Max: maxTensors}) {
		out.Format("safetensors", f.state, "")
	}
}

var errBudget = errors.New("more tensors than are read")

// file is a file that is being read.
type file struct {
	ctx     context.Context
	blob    *gate.Blob
	out     gate.Recorder
	data    int64 // offset of the buffer behind the header
	at      int64 // where reading stands, for the location of an error
	tensors []tensor
	names   map[string]bool
	state   gate.State
}

func (f *file) read() error {
	var prefix [8]byte
	if n, err := f.blob.ReadAt(prefix[:], 0); n < 8 {
		return fmt.Errorf("length of the header: %w", truncated(err))
	}
	n := binary.LittleEndian.Uint64(prefix[:])
	if n > maxHeader || n > uint64(f.blob.Size-8) {
		return fmt.Errorf("the header claims %d bytes of %d", n, f.blob.Size-8)
	}
	f.data = 8 + int64(n)
	if err := f.header(io.NewSectionReader(f.blob, 8, int64(n))); err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	return f.tile()
}

func truncated(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// check compares what each tensor claims with its shape and with the buffer. It states
// every tensor that fails, and returns the first failure.
func (f *file) check() error {
	var failed error
	size := f.blob.Size - f.data
	for _, t := range f.tensors {
		var field, claims, limit string
		switch want, ok := t.bytes(); {
		case !ok:
			field, claims, limit = "shape", fmt.Sprint(t.shape), "a whole number of bytes below 2^63"
		case t.begin > t.end || t.end > size:
			field, claims, limit = "data_offsets", fmt.Sprintf("%d to %d", t.begin, t.end), fmt.Sprint(size)
		case t.end-t.begin != want:
			field, claims, limit = "data_offsets", fmt.Sprint(t.end-t.begin), fmt.Sprint(want)
		default:
			continue
		}
		f.out.Emit("safetensors.tensor", gate.Location{Offset: t.at},
			Tensor{Name: t.name, Field: field, Claims: claims, Limit: limit})
		if failed == nil {
			f.at = t.at
			failed = fmt.Errorf("%s of tensor %q is %s, not %s", field, t.name, claims, limit)
		}
	}
	return failed
}

// tile walks the tensors in the order of the buffer and hands back what none covers.
func (f *file) tile() error {
	slices.SortFunc(f.tensors, func(a, b tensor) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	pos := int64(0)
	for _, t := range f.tensors {
		if t.begin < pos {
			f.at = t.at
			return fmt.Errorf("tensor %q starts at %d inside another that ends at %d", t.name, t.begin, pos)
		}
		f.gap("hole", pos, t.begin)
		pos = t.end
	}
	f.gap("tail", pos, f.blob.Size-f.data)
	return nil
}

func (f *file) gap(place string, from, to int64) {
	if from >= to {
		return
	}
	f.state = gate.Unproven
	from, to = from+f.data, to+f.data
	f.out.Emit("safetensors.gap", gate.Location{Offset: from}, Gap{place, from, to})
	f.out.Child(fmt.Sprintf("%s@%d", place, from), to-from, io.NewSectionReader(f.blob, from, to-from))
}
