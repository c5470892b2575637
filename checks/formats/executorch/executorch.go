// Package executorch reads the frame of ExecuTorch programs: where the program ends and
// where the segments lie, which hold weights and what delegates run. The program itself
// is not read.
//
// The format: https://github.com/pytorch/executorch/blob/main/docs/source/pte-file-format.md
package executorch

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/modelgate/gate"
)

const (
	name = "executorch"

	kindMalformed gate.Kind = "executorch.malformed"

	// The identifier stands behind the offset of the root table, the extended header
	// behind the identifier.
	identifier = "ET12"
	extended   = "eh00"
	shortest   = 24 // the length of an extended header without the size of the segments
	headSize   = 40 // all of it
)

// Inspector reads ExecuTorch programs.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name:  name,
		Doc:   "ExecuTorch programs: where their segments lie, and what else stands in the file.",
		Emits: map[gate.Kind]any{kindMalformed: gate.Malformed{}},
	}
}

// Wants implements checks.Inspector.
func (Inspector) Wants(b *gate.Blob) bool {
	head := b.Head()
	return len(head) >= 8 && string(head[4:8]) == identifier
}

// Inspect implements checks.Inspector: what stands behind the program is handed back.
func (Inspector) Inspect(_ context.Context, b *gate.Blob, out gate.Recorder) {
	head := b.Head()
	if len(head) < 12 || string(head[8:12]) != extended {
		out.Format(name, gate.Unproven, "the end of the program is not told")
		return
	}
	if problem := inspect(b, head, out); problem != "" {
		out.Emit(kindMalformed, gate.Location{Offset: 8}, gate.Malformed{Reason: problem})
		out.Format(name, gate.Unread, problem)
		return
	}
	out.Format(name, gate.Unproven, "programs are not read")
}

// inspect returns what is wrong with the extended header.
func inspect(b *gate.Blob, head []byte, out gate.Recorder) string {
	if len(head) < headSize {
		return "the extended header is cut off"
	}
	le := binary.LittleEndian
	length, program, base, segments := le.Uint32(head[12:]), le.Uint64(head[16:]), le.Uint64(head[24:]), uint64(0)
	size := uint64(b.Size)
	switch {
	case length < shortest:
		return fmt.Sprintf("an extended header of %d bytes", length)
	case program < headSize || program > size:
		return fmt.Sprintf("a program of %d bytes in a file of %d", program, size)
	case base != 0 && (base < program || base > size):
		return fmt.Sprintf("segments at %d, behind a program of %d bytes, in a file of %d", base, program, size)
	}
	if base == 0 {
		base = program
	}
	segments = size - base
	if length >= shortest+8 {
		if segments = le.Uint64(head[32:]); segments > size-base {
			return fmt.Sprintf("segments of %d bytes at %d in a file of %d", segments, base, size)
		}
	}
	for _, part := range []struct {
		name     string
		from, to uint64
	}{{"gap", program, base}, {"segments", base, base + segments}, {"suffix", base + segments, size}} {
		if part.from < part.to {
			n := int64(part.to - part.from)
			out.Child(fmt.Sprintf("%s@%d", part.name, part.from), n, io.NewSectionReader(b, int64(part.from), n))
		}
	}
	return ""
}
