package modeltest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// Sparse is a large file that is zeros but for some pieces, in ascending order.
type Sparse struct {
	Size   int64
	pieces []piece
}

type piece struct {
	at   int64
	data []byte
}

func (s *Sparse) add(data []byte) {
	s.pieces = append(s.pieces, piece{s.Size, data})
	s.Size += int64(len(data))
}

// ReadAt implements io.ReaderAt.
func (s *Sparse) ReadAt(p []byte, off int64) (int, error) {
	n := int(min(int64(len(p)), max(0, s.Size-off)))
	clear(p[:n])
	for _, piece := range s.pieces {
		from, to := max(off, piece.at), min(off+int64(n), piece.at+int64(len(piece.data)))
		if from < to {
			copy(p[from-off:to-off], piece.data[from-piece.at:])
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// SparseTorch is a zip64 archive as torch.save writes them: records stored and aligned, the
// pickle first, and so many records of zeros.
func SparseTorch(pickle []byte, tensors int, each uint64) *Sparse {
	s := &Sparse{}
	var directory []byte
	le := binary.LittleEndian
	record := func(name string, data []byte, size uint64) {
		at := uint64(s.Size)
		pad := 64 - (int(at)+30+len(name)+24)%64
		head := append([]byte("PK\x03\x04\x2d\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"), 0, 0, 0, 0)
		le.PutUint16(head[26:], uint16(len(name)))
		le.PutUint16(head[28:], uint16(20+4+pad))
		head = append(head, name...)
		head = le.AppendUint64(le.AppendUint64(append(head, 1, 0, 16, 0), size), size)
		head = append(append(head, 'F', 'B', byte(pad), 0), bytes.Repeat([]byte("Z"), pad)...)
		s.add(head)
		s.add(data)
		s.Size += int64(size) - int64(len(data))
		entry := make([]byte, 46)
		copy(entry, "PK\x01\x02\x2d\x00\x2d\x00")
		copy(entry[20:], "\xff\xff\xff\xff\xff\xff\xff\xff")
		le.PutUint16(entry[28:], uint16(len(name)))
		le.PutUint16(entry[30:], 28)
		copy(entry[42:], "\xff\xff\xff\xff")
		directory = append(append(directory, entry...), name...)
		directory = append(directory, 1, 0, 24, 0)
		for _, v := range []uint64{size, size, at} {
			directory = le.AppendUint64(directory, v)
		}
	}
	record("archive/data.pkl", pickle, uint64(len(pickle)))
	for i := range tensors {
		record(fmt.Sprintf("archive/data/%d", i), nil, each)
	}
	start, entries := uint64(s.Size), uint64(tensors+1)
	s.add(directory)
	end := append([]byte("PK\x06\x06"), make([]byte, 52)...)
	le.PutUint64(end[4:], 44)
	for i, v := range []uint64{entries, entries, uint64(len(directory)), start} {
		le.PutUint64(end[24+8*i:], v)
	}
	locator := append([]byte("PK\x06\x07"), make([]byte, 16)...)
	le.PutUint64(locator[8:], uint64(s.Size))
	le.PutUint32(locator[16:], 1)
	last := append([]byte("PK\x05\x06\x00\x00\x00\x00"), bytes.Repeat([]byte{0xff}, 12)...)
	s.add(slices.Concat(end, locator, append(last, 0, 0)))
	return s
}

// SparseSafetensors is a safetensors file of so many float16 tensors of one size.
func SparseSafetensors(tensors int, each int64) *Sparse {
	var header bytes.Buffer
	header.WriteString(`{"__metadata__":{"format":"pt"}`)
	for i := range int64(tensors) {
		fmt.Fprintf(&header, `,"model.layers.%d.self_attn.q_proj.weight":{"dtype":"F16","shape":[%d],"data_offsets":[%d,%d]}`, i, each/2, i*each, (i+1)*each)
	}
	header.WriteString("}")
	for header.Len()%8 != 0 {
		header.WriteByte(' ')
	}
	s := &Sparse{}
	s.add(append(binary.LittleEndian.AppendUint64(nil, uint64(header.Len())), header.Bytes()...))
	s.Size += int64(tensors) * each
	return s
}
