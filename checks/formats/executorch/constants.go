package executorch

import (
	"context"
	"fmt"
	"math"

	"github.com/modelgate/gate/internal/flatbuffer"
	"github.com/modelgate/gate/internal/magic"
	"github.com/modelgate/gate/internal/pickle"
	"github.com/modelgate/gate/internal/zipfile"
)

const (
	maxTensors = 1 << 20
	maxDims    = 64
	sniffed    = 256
)

// region is a part of a segment in which tensors lie at offsets.
type region struct {
	segment   uint64
	positions []uint64
}

func readRegion(t flatbuffer.Table) region {
	return region{t.Uint(subsegmentSegment, 4), t.Uints(subsegmentPositions, 8, maxTensors)}
}

// constants finds the data of every tensor that has some, in a segment or in the program,
// and holds its size to the shape and the type.
func (i *inspection) constants(ctx context.Context, p flatbuffer.Table) error {
	constant := readRegion(p.Table(programConstants))
	var mutable []region
	for _, t := range p.Tables(programMutable) {
		mutable = append(mutable, readRegion(t))
	}
	buffers := p.Tables(programBuffers)
	seen := map[int64]bool{} // plans may share their values
	for _, plan := range p.Tables(programPlans) {
		first, _ := plan.Vector(planValues)
		if seen[first] {
			continue
		}
		seen[first] = true
		for _, v := range plan.Tables(planValues) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			t := v.Table(value)
			number := t.Uint(tensorBuffer, 4)
			extra := t.Table(tensorExtraInfo)
			if v.Uint(valueType, 1) != typeTensor || number == 0 || extra.Uint(extraLocation, 1) == external {
				continue
			}
			size, err := i.size(t)
			switch {
			case err != nil:
			case t.Has(tensorAllocation):
				if k := extra.Uint(extraSegment, 8); k < uint64(len(mutable)) {
					err = i.place(mutable[k], number, size)
				} else {
					err = fmt.Errorf("mutable segment %d of %d", k, len(mutable))
				}
			case len(constant.positions) > 1:
				err = i.place(constant, number, size)
			default:
				err = i.placeInline(buffers, number, size)
			}
			if err != nil {
				return fmt.Errorf("the tensor at byte %d: %w", t.At(), err)
			}
		}
	}
	for _, b := range buffers {
		from, n := b.Vector(0)
		i.sniff(from, from+n)
	}
	return nil
}

// size is how many bytes a tensor takes, or -1 where that is not known.
func (i *inspection) size(t flatbuffer.Table) (int64, error) {
	size, known := itemsizes[t.Uint(tensorType, 1)]
	if !known {
		i.unsure("the size of type %d is not known", t.Uint(tensorType, 1))
		return -1, nil
	}
	sizes := t.Uints(tensorSizes, 4, maxDims)
	if _, n := t.Vector(tensorSizes); n > maxDims {
		return 0, fmt.Errorf("%d dimensions", n)
	}
	for _, n := range sizes {
		switch {
		case n > math.MaxInt32:
			return 0, fmt.Errorf("a dimension of %d", int32(uint32(n)))
		case n > 0 && size > math.MaxInt64/int64(n):
			return 0, fmt.Errorf("a shape of %v", sizes)
		}
		size *= int64(n)
	}
	return size, nil
}

// place notes the place of a tensor in a segment.
func (i *inspection) place(r region, number uint64, size int64) error {
	if number >= uint64(len(r.positions)) || r.segment >= uint64(len(i.segments)) {
		return fmt.Errorf("buffer %d of %d in segment %d of %d", number, len(r.positions), r.segment, len(i.segments))
	}
	s := &i.segments[r.segment]
	position, length := r.positions[number], uint64(s.To-s.From)
	if size < 0 {
		size = 0 // the rest of the segment is handed back
	}
	if position > length || uint64(size) > length-position {
		return fmt.Errorf("%d bytes at %d in a segment of %d", size, position, length)
	}
	from := s.From + int64(position)
	s.tensors = append(s.tensors, flatbuffer.Extent{From: from, To: from + size})
	i.sniff(from, from+size)
	return nil
}

// placeInline compares the size of a tensor with the buffer that has its data.
func (i *inspection) placeInline(buffers []flatbuffer.Table, number uint64, size int64) error {
	if number >= uint64(len(buffers)) {
		return fmt.Errorf("buffer %d of %d", number, len(buffers))
	}
	_, n := buffers[number].Vector(0)
	if size >= 0 && n != size {
		if n > size {
			return fmt.Errorf("a buffer of %d bytes for %d", n, size)
		}
		i.unsure("a buffer of %d bytes for %d", n, size)
	}
	return nil
}

// sniff hands back data that begins as no tensor does.
func (i *inspection) sniff(from, to int64) {
	var head [sniffed]byte
	n, _ := i.blob.ReadAt(head[:min(to-from, sniffed)], from)
	if b := head[:n]; pickle.Sniff(b) || zipfile.Sniff(b, nil, to-from) || magic.Executable(b) != "" {
		i.unsure("the tensor at %d begins as another format does", from)
		i.give("tensor", from, to)
	}
}
