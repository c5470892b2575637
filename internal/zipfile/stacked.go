package zipfile

import (
	"encoding/binary"
	"io"
	"path"
	"slices"
	"strings"
)

const (
	maxStacked   = 1 << 16
	zip64EndSize = 56
)

// Stacked are the offsets at which archives begin that stand one behind the other and
// fill a file without a gap: torch writes the parts of a distributed checkpoint so, one
// archive for each tensor, and keeps the offsets elsewhere. It is nil for any other file,
// and for files of another name, which a reader takes for one archive. See
// https://github.com/pytorch/pytorch/blob/main/torch/distributed/checkpoint/filesystem.py
func Stacked(name string, r io.ReaderAt, size int64) []int64 {
	if !strings.EqualFold(path.Ext(name), ".distcp") {
		return nil
	}
	var starts []int64
	for to := size; to > 0; {
		from := begins(r, to)
		if from < 0 || from >= to || len(starts) == maxStacked {
			return nil
		}
		starts = append(starts, from)
		to = from
	}
	if len(starts) < 2 {
		return nil
	}
	slices.Reverse(starts)
	return starts
}

// begins is where the archive begins whose end record, without a comment, ends at an
// offset; -1 where there is none.
func begins(r io.ReaderAt, to int64) int64 {
	var b [locatorSize + endSize]byte
	n, _ := r.ReadAt(b[:], max(0, to-int64(len(b))))
	if int64(n) < min(to, int64(len(b))) || n < len(b) {
		return -1
	}
	e := b[locatorSize:]
	directory, offset := binary.LittleEndian.Uint32(e[12:]), binary.LittleEndian.Uint32(e[16:])
	if string(e[:4]) != signEnd || e[20]|e[21] != 0 {
		return -1
	}
	from := to - endSize - int64(directory) - int64(offset)
	if string(b[:4]) == signLocator {
		from -= zip64EndSize + locatorSize
	}
	if from < 0 || !signed(r, from, signLocal) || !signed(r, from+int64(offset), signCentral) {
		return -1
	}
	return from
}

func signed(r io.ReaderAt, at int64, sign string) bool {
	var b [4]byte
	n, _ := r.ReadAt(b[:], at)
	return string(b[:n]) == sign
}
