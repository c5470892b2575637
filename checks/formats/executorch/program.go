package executorch

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/flatbuffer"
)

const (
	maxName    = 256
	maxHeld    = 16 << 20 // of a program, which is then read once
	maxRegions = 4096     // that are handed back
)

// inspection is that of one file.
type inspection struct {
	frame
	blob *gate.Blob
	out  gate.Recorder

	segments []segment
	doubt    string // the first reason why the file is not verified
	given    int
}

// segment is a segment of the file, the extents that tensors account for, and whether it
// is anything but tensors.
type segment struct {
	flatbuffer.Extent
	tensors []flatbuffer.Extent
	opaque  bool
}

func (i *inspection) unsure(format string, args ...any) {
	if i.doubt == "" {
		i.doubt = fmt.Sprintf(format, args...)
	}
}

// give hands a region of the file back.
func (i *inspection) give(what string, from, to int64) {
	if from >= to {
		return
	}
	if i.given++; i.given > maxRegions {
		if i.given == maxRegions+1 {
			i.unsure("more regions than are handed back")
			i.out.Emit(gate.KindIncomplete, gate.Location{Offset: from}, gate.Incomplete{
				Reason: "more regions than are handed back", Budget: "entries", Limit: maxRegions,
			})
		}
		return
	}
	i.out.Child(fmt.Sprintf("%s@%d", what, from), to-from, io.NewSectionReader(i.blob, from, to-from))
}

// stray hands back bytes that belong to nothing, unless they only fill a place up.
func (i *inspection) stray(what string, from, to int64) {
	if from < to && !i.zeros(from, to) {
		i.unsure("%d bytes at %d belong to nothing", to-from, from)
		i.give(what, from, to)
	}
}

// maxPadding is the longest run of zeros that aligns what follows.
const maxPadding = gate.HeadSize

func (i *inspection) zeros(from, to int64) bool {
	b := make([]byte, min(to-from, maxPadding+1))
	n, _ := i.blob.ReadAt(b, from)
	return int64(n) == to-from && n <= maxPadding && len(bytes.Trim(b, "\x00")) == 0
}

// read reads the program and holds its parts to the file.
func (i *inspection) read(ctx context.Context) error {
	var src io.ReaderAt = i.blob
	if i.program <= maxHeld {
		held := make([]byte, i.program)
		if n, err := i.blob.ReadAt(held, 0); int64(n) < i.program {
			return fmt.Errorf("the program ends at byte %d: %w", n, err)
		}
		src = bytes.NewReader(held)
	}
	p, layout, err := flatbuffer.Walk(ctx, src, i.program, schema, "Program")
	if err != nil {
		return err
	}
	if layout.Newer {
		i.unsure("the program has fields of another version")
	}
	if layout.Overlap {
		i.unsure("parts of the program overlap")
	}
	if err := i.readSegments(p); err != nil {
		return err
	}
	i.operators(p)
	if err := i.delegates(p); err != nil {
		return err
	}
	if err := i.constants(ctx, p); err != nil {
		return err
	}
	i.rest(layout)
	return nil
}

// readSegments reads where the segments lie, and hands back what is between them.
func (i *inspection) readSegments(p flatbuffer.Table) error {
	at := i.base
	for n, s := range p.Tables(programSegments) {
		offset, size := s.Uint(segmentOffset, 8), s.Uint(segmentSize, 8)
		if length := uint64(i.length); offset > length || size > length-offset {
			return fmt.Errorf("segment %d of %d bytes at %d, of %d in all", n, size, offset, length)
		}
		from := i.base + int64(offset)
		if from < at {
			i.unsure("segment %d overlaps another", n)
		}
		i.stray("gap", at, from)
		at = max(at, from+int64(size))
		i.segments = append(i.segments, segment{Extent: flatbuffer.Extent{From: from, To: from + int64(size)}})
	}
	i.stray("gap", at, i.base+i.length)
	return nil
}

// operators states which operators ExecuTorch has no kernel for.
func (i *inspection) operators(p flatbuffer.Table) {
	foreign := map[string]int64{}
	for _, plan := range p.Tables(programPlans) {
		for _, op := range plan.Tables(planOperators) {
			if name := op.Text(operatorName, maxName); !own(name) && foreign[name] == 0 {
				foreign[name] = op.At()
			}
		}
	}
	i.state(kindOperator, foreign)
}

func (i *inspection) state(kind gate.Kind, names map[string]int64) {
	type needed struct {
		name string
		at   int64
	}
	var all []needed
	for name, at := range names {
		all = append(all, needed{name, at})
	}
	slices.SortFunc(all, func(a, b needed) int { return cmp.Compare(a.name, b.name) })
	for _, n := range all {
		i.out.Emit(kind, gate.Location{Offset: n.at}, Needed{n.name})
	}
}

// delegates hands back what is for the backends, in the program or in segments, and
// states which backends are not of ExecuTorch.
func (i *inspection) delegates(p flatbuffer.Table) error {
	foreign := map[string]int64{}
	inline := p.Tables(programInline)
	for _, plan := range p.Tables(programPlans) {
		for _, d := range plan.Tables(planDelegates) {
			id := d.Text(delegateID, maxName)
			if !backends[id] && foreign[id] == 0 {
				foreign[id] = d.At()
			}
			i.unsure("what the backend %q reads is not read", id)
			data := d.Table(delegateData)
			switch n := data.Uint(dataIndex, 4); {
			case data.Uint(dataLocation, 1) == inSegment && n < uint64(len(i.segments)):
				i.segments[n].opaque = true
			case data.Uint(dataLocation, 1) == inSegment || n >= uint64(len(inline)):
				return fmt.Errorf("the data of the backend %q has number %d", id, n)
			}
		}
	}
	for _, d := range inline {
		from, n := d.Vector(0)
		i.give("delegate", from, from+n)
	}
	for _, named := range p.Tables(programNamed) {
		if n := named.Uint(namedSegment, 4); n < uint64(len(i.segments)) {
			i.segments[n].opaque = true
		} else {
			return fmt.Errorf("the data %q has number %d", named.Text(namedKey, maxName), n)
		}
	}
	i.state(kindDelegate, foreign)
	return nil
}

// rest hands back what neither the schema nor a tensor accounts for.
func (i *inspection) rest(l *flatbuffer.Layout) {
	at := int64(8 + i.header) // the offset of the root and the identifier stand before
	for _, e := range append(l.Used, flatbuffer.Extent{From: i.program, To: i.program}) {
		i.stray("program", at, e.From)
		at = max(at, e.To)
	}
	for _, s := range i.segments {
		if s.opaque || len(s.tensors) == 0 && s.From < s.To {
			i.unsure("the segment at %d is not read", s.From)
			i.give("segment", s.From, s.To)
			continue
		}
		slices.SortFunc(s.tensors, func(a, b flatbuffer.Extent) int { return cmp.Compare(a.From, b.From) })
		at := s.From
		for _, e := range s.tensors {
			i.stray("segment", at, e.From)
			at = max(at, e.To)
		}
		i.stray("segment", at, s.To)
	}
}
