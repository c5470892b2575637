// Package gguf reads GGUF models (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md)
// of all versions and both byte orders, and recognises the GGML containers before it.
// Chat templates are handed back; a file that its tensors tile is verified.
package gguf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/binary"
	"github.com/modelgate/gate/internal/outcome"
)

// The limits of what is read.
const (
	maxEntries = 1_000_000
	maxString  = 16 << 20
	maxNesting = 8
)

// Metadata is the data of gguf.metadata: an entry that carries more than text, such as
// an executable, an archive or a script.
type Metadata struct {
	Key     string `json:"key"`
	Payload string `json:"payload"`
}

// Tensor is the data of gguf.tensor: a field that claims more than it may.
type Tensor struct {
	Name   string `json:"name"`
	Field  string `json:"field"`
	Claims string `json:"claims"`
	Limit  string `json:"limit"`
}

// Layout is the data of gguf.layout: bytes that do not lie where the sizes of the
// tensors put them. Problem is one of offset, padding, tail and truncated.
type Layout struct {
	Problem string `json:"problem"`
	Name    string `json:"name,omitempty"` // of the tensor
	Got     int64  `json:"got"`
	Want    int64  `json:"want"`
}

// Inspector reads GGUF files.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "gguf",
		Doc:  "GGUF: metadata, chat templates and tensors, which must tile the file exactly.",
		Emits: map[gate.Kind]any{
			"gguf.metadata":     Metadata{},
			"gguf.tensor":       Tensor{},
			"gguf.layout":       Layout{},
			"gguf.malformed":    gate.Malformed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: by name or by magic.
func (Inspector) Wants(b *gate.Blob) bool {
	head := b.Head()
	return strings.HasSuffix(strings.ToLower(b.Path), ".gguf") ||
		len(head) >= 8 && string(head[:4]) == "GGUF" || legacy(head)
}

// legacy knows the magics of the containers before GGUF: numbers that spell ggml, ggjt,
// ggmf and ggla, mostly little-endian. A version follows, which is no text.
func legacy(head []byte) bool {
	if len(head) < 8 {
		return false
	}
	switch string(head[:4]) {
	case "lmgg", "tjgg", "fmgg", "algg", "ggml", "ggjt", "ggmf", "ggla", "GGML":
		return strings.ContainsFunc(string(head[4:8]), func(r rune) bool { return r < ' ' })
	}
	return false
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	if legacy(b.Head()) {
		malformed(out, 0, "a GGML container of before GGUF, which no current loader reads")
		out.Format("ggml", gate.Unread, "obsolete container")
		return
	}
	f := &file{ctx: ctx, blob: b, out: out, c: binary.NewCursor(b, 0, b.Size),
		keys: map[string]bool{}, names: map[string]bool{}, alignment: 32, state: gate.Verified}
	err := f.read()
	end := outcome.File{Out: out, Format: "gguf", Malformed: "gguf.malformed", Name: "the header"}
	if !end.Failed(ctx, gate.Location{Offset: f.c.Offset()}, err, outcome.Limit{Err: errBudget, Budget: "entries", Max: maxEntries}) {
		out.Format("gguf", f.state, f.reason)
	}
}

func malformed(out gate.Recorder, at int64, reason string) {
	out.Emit("gguf.malformed", gate.Location{Offset: at}, gate.Malformed{Reason: reason})
}

var errBudget = errors.New("more entries than are read")

// file is a file that is being read.
type file struct {
	ctx       context.Context
	blob      *gate.Blob
	out       gate.Recorder
	c         *binary.Cursor
	big       bool
	version   uint32
	keys      map[string]bool
	names     map[string]bool
	tensors   []tensor
	alignment int64
	state     gate.State
	reason    string
}

// breach states what the reference loader refuses and a laxer one accepts, and reads on.
func (f *file) breach(format string, args ...any) {
	f.state, f.reason = gate.Unread, fmt.Sprintf(format, args...)
	malformed(f.out, f.c.Offset(), f.reason)
}

func (f *file) read() error {
	if magic, err := f.c.Bytes(4); err != nil || string(magic) != "GGUF" {
		return fmt.Errorf("begins with %q, not with GGUF", magic)
	}
	if err := f.order(); err != nil {
		return err
	}
	tensors, err := f.count(24)
	if err != nil {
		return fmt.Errorf("number of tensors: %w", err)
	}
	pairs, err := f.count(13)
	if err != nil {
		return fmt.Errorf("number of metadata entries: %w", err)
	}
	for range pairs {
		if err := f.pair(); err != nil {
			return err
		}
	}
	for range tensors {
		if err := f.tensor(); err != nil {
			return err
		}
	}
	return f.layout()
}

// order reads the version, whose zero half tells the byte order.
func (f *file) order() error {
	v, err := f.uint32()
	if err != nil {
		return fmt.Errorf("version: %w", err)
	}
	if v&0xffff == 0 {
		f.big = true
		v = v>>24 | v>>8&0xff00
		f.breach("the byte order is big-endian, which loaders of most machines refuse")
	}
	f.version = v
	if v < 1 || v > 3 {
		return fmt.Errorf("version %d is none of 1 to 3", v)
	}
	if v == 1 {
		f.breach("version 1 is refused by current loaders")
	}
	return nil
}

// count reads a number of entries, each of which takes at least size bytes.
func (f *file) count(size int64) (int64, error) {
	n, err := f.length()
	if err != nil {
		return 0, err
	}
	left := f.c.Remaining()
	if f.version == 1 {
		size /= 2
	}
	if n > uint64(left/size) {
		f.out.Emit("gguf.tensor", gate.Location{Offset: f.c.Offset()}, Tensor{
			Field: "count", Claims: fmt.Sprint(n), Limit: fmt.Sprint(left / size)})
		return 0, fmt.Errorf("%d entries in %d bytes", n, left)
	}
	if n > maxEntries {
		return 0, errBudget
	}
	return int64(n), nil
}

// length reads a number as wide as the version has it.
func (f *file) length() (uint64, error) {
	if f.version == 1 {
		n, err := f.uint32()
		return uint64(n), err
	}
	return f.uint64()
}

func (f *file) uint32() (uint32, error) {
	v, err := f.c.Uint32()
	if f.big {
		v = v>>24 | v>>8&0xff00 | v<<8&0xff0000 | v<<24
	}
	return v, err
}

func (f *file) uint64() (uint64, error) {
	if !f.big {
		return f.c.Uint64()
	}
	high, err := f.uint32()
	if err != nil {
		return 0, err
	}
	low, err := f.uint32()
	return uint64(high)<<32 | uint64(low), err
}

// text reads a string, or skips it and says so where it is longer than limit.
func (f *file) text(limit int64) (string, error) {
	n, err := f.length()
	if err != nil {
		return "", err
	}
	if n > uint64(f.c.Remaining()) {
		return "", fmt.Errorf("a string claims %d bytes of %d", n, f.c.Remaining())
	}
	if int64(n) > limit {
		f.out.Emit(gate.KindIncomplete, gate.Location{Offset: f.c.Offset()}, gate.Incomplete{
			Reason: "a string of the metadata is longer than is read", Budget: "bytes", Limit: limit})
		f.state, f.reason = gate.Unread, "a string of the metadata is longer than is read"
		return "", f.c.Skip(int64(n))
	}
	b, err := f.c.Bytes(int64(n))
	return string(b), err
}

// zero tells whether the bytes [from, to) of the file are all zero. The caller bounds
// their number.
func (f *file) zero(from, to int64) bool {
	b := make([]byte, to-from)
	if n, err := f.blob.ReadAt(b, from); n < len(b) && err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	return strings.Trim(string(b), "\x00") == ""
}
