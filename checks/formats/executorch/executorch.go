// Package executorch reads ExecuTorch programs: the flatbuffer that has the methods, the
// operators and backends that these need, and whether constants and segments account for
// each byte of the file.
//
// The format: https://github.com/pytorch/executorch/blob/main/docs/source/pte-file-format.md
// and https://github.com/pytorch/executorch/blob/main/schema/program.fbs
package executorch

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/flatbuffer"
	"github.com/modelgate/gate/internal/outcome"
)

const (
	name = "executorch"

	kindMalformed gate.Kind = "executorch.malformed"
	kindOperator  gate.Kind = "executorch.operator"
	kindDelegate  gate.Kind = "executorch.delegate"

	// The identifier stands behind the offset of the root table, the extended header
	// behind the identifier.
	identifier = "ET12"
	extended   = "eh00"
	shortest   = 24 // the length of an extended header without the size of the segments
	headSize   = 40 // all of it
)

// Needed is the data of executorch.operator and executorch.delegate: an operator or a
// backend that ExecuTorch does not bring itself, so that other code must.
type Needed struct {
	Type string `json:"type"`
}

// Inspector reads ExecuTorch programs.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: name,
		Doc:  "ExecuTorch programs: the operators and backends that they need, and what else stands in the file.",
		Emits: map[gate.Kind]any{
			kindMalformed: gate.Malformed{}, kindOperator: Needed{}, kindDelegate: Needed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector.
func (Inspector) Wants(b *gate.Blob) bool {
	head := b.Head()
	return len(head) >= 8 && string(head[4:8]) == identifier
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	f, err := readFrame(b.Head(), b.Size)
	if err != nil {
		out.Emit(kindMalformed, gate.Location{Offset: 8}, gate.Malformed{Reason: err.Error()})
		out.Format(name, gate.Unread, err.Error())
		return
	}
	i := &inspection{blob: b, out: out, frame: f}
	i.stray("gap", f.program, f.base)
	i.stray("suffix", f.base+f.length, b.Size)
	err = i.read(ctx)
	file := outcome.File{Out: out, Format: name, Malformed: kindMalformed, Name: "the program"}
	if file.Failed(ctx, gate.Location{}, err, outcome.Limit{Err: flatbuffer.ErrTooMany, Budget: "entries", Max: flatbuffer.MaxObjects}) {
		i.give("program", 0, f.program)
		i.give("segments", f.base, f.base+f.length)
		return
	}
	if i.doubt != "" {
		out.Format(name, gate.Unproven, i.doubt)
	} else {
		out.Format(name, gate.Verified, "")
	}
}

// frame says where the parts of a file lie: the program at its start, and segments of
// some length from an offset on.
type frame struct {
	program, base, length int64
	header                int64 // the length of the extended header
}

// readFrame reads the extended header. Without one all of the file is the program.
func readFrame(head []byte, size int64) (frame, error) {
	if len(head) < 12 || string(head[8:12]) != extended {
		return frame{size, size, 0, 0}, nil
	}
	if len(head) < headSize {
		return frame{}, errors.New("the extended header is cut off")
	}
	le := binary.LittleEndian
	length, program, base, segments := le.Uint32(head[12:]), le.Uint64(head[16:]), le.Uint64(head[24:]), uint64(0)
	all := uint64(size)
	switch {
	case length < shortest:
		return frame{}, fmt.Errorf("an extended header of %d bytes", length)
	case program < headSize || program > all:
		return frame{}, fmt.Errorf("a program of %d bytes in a file of %d", program, size)
	case base != 0 && (base < program || base > all):
		return frame{}, fmt.Errorf("segments at %d, behind a program of %d bytes, in a file of %d", base, program, size)
	}
	if base == 0 {
		base = program
	}
	segments = all - base
	if length >= shortest+8 {
		if segments = le.Uint64(head[32:]); segments > all-base {
			return frame{}, fmt.Errorf("segments of %d bytes at %d in a file of %d", segments, base, size)
		}
	}
	return frame{int64(program), int64(base), int64(segments), int64(min(length, headSize-8))}, nil
}
