// Package npy reads NumPy's array files: whether header and data fill the file, and
// whether what follows is a pickle because the type has objects.
//
// The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
package npy

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/bits"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/archive"
)

// Inspector reads arrays.
type Inspector struct{}

// The kinds of facts about arrays.
const (
	KindHeader    gate.Kind = "npy.header"
	KindMalformed gate.Kind = "npy.malformed"
)

// Header is the data of npy.header. Field, Claims and Limit are set where a number of
// the header is more than the file, or a reader, allows.
type Header struct {
	Descr   string  `json:"descr"`
	Shape   []int64 `json:"shape"`
	Objects bool    `json:"objects"` // the data is a pickle
	Field   string  `json:"field,omitempty"`
	Claims  string  `json:"claims,omitempty"`
	Limit   string  `json:"limit,omitempty"`
}

const (
	magic      = "\x93NUMPY"
	maxHeader  = 64 << 10
	safeHeader = 10_000 // numpy reads no longer one unless it may unpickle
	maxArrays  = 1024
	maxDims    = 64 // of numpy 2, 32 before
)

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "npy",
		Doc:  "NumPy arrays: headers that claim too much, and arrays of objects, which are pickles.",
		Emits: map[gate.Kind]any{
			KindHeader:          Header{},
			KindMalformed:       gate.Malformed{},
			archive.KindAnomaly: archive.Anomaly{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector.
func (Inspector) Wants(b *gate.Blob) bool { return bytes.HasPrefix(b.Head(), []byte(magic)) }

// Inspect implements checks.Inspector. Several arrays may stand one behind the other.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	i := &inspection{b: b, out: out, state: gate.Verified}
	at := int64(0)
	for n := 0; i.state == gate.Verified; n++ {
		if n == maxArrays || ctx.Err() != nil {
			i.incomplete("the file has more arrays than were read")
			break
		}
		if at = i.array(at); at == b.Size || i.state != gate.Verified {
			break
		}
		if !bytes.Equal(i.read(at, int64(len(magic))), []byte(magic)) {
			i.behind(at)
			break
		}
	}
	out.Format("npy", i.state, i.reason)
}

type inspection struct {
	b      *gate.Blob
	out    gate.Recorder
	state  gate.State
	reason string
}

func (i *inspection) read(at, n int64) []byte {
	buf := make([]byte, max(0, min(n, i.b.Size-at)))
	got, _ := i.b.ReadAt(buf, at)
	return buf[:got]
}

func (i *inspection) unread(reason string) { i.state, i.reason = gate.Unread, reason }

func (i *inspection) incomplete(reason string) {
	i.out.Emit(gate.KindIncomplete, gate.Location{}, gate.Incomplete{Reason: reason, Budget: "entries", Limit: maxArrays})
	i.unread(reason)
}

func (i *inspection) malformed(at int64, format string, args ...any) {
	reason := fmt.Sprintf(format, args...)
	i.out.Emit(KindMalformed, gate.Location{Offset: at}, gate.Malformed{Reason: reason})
	i.unread(reason)
}

// array reads the array at an offset and returns where it ends.
func (i *inspection) array(at int64) int64 {
	text, data, ok := i.header(at)
	if !ok {
		return at
	}
	v, err := parseLiteral(text)
	if err != nil {
		i.malformed(at, "the header is no literal: %v", err)
		i.behind(data)
		return data
	}
	a, err := arrayOf(v)
	if err != nil {
		i.malformed(at, "the header is none of an array: %v", err)
		i.behind(data)
		return data
	}
	return i.data(at, data, a, int64(len(text)))
}

// header reads the text of a header and returns where the data begins.
func (i *inspection) header(at int64) (text string, data int64, ok bool) {
	h := i.read(at, 12)
	if len(h) < 10 {
		i.malformed(at, "the file ends in its header")
		return "", 0, false
	}
	length, from := int64(binary.LittleEndian.Uint16(h[8:])), at+10
	switch major := h[6]; {
	case major == 2 || major == 3:
		if len(h) < 12 {
			i.malformed(at, "the file ends in its header")
			return "", 0, false
		}
		length, from = int64(binary.LittleEndian.Uint32(h[8:])), at+12
	case major != 1:
		i.malformed(at, "version %d.%d is unknown", major, h[7])
		return "", 0, false
	}
	if left := i.b.Size - from; length > left || length > maxHeader {
		i.outOfBounds(at, Header{Field: "header", Claims: fmt.Sprint(length), Limit: fmt.Sprint(min(left, maxHeader))})
		return "", 0, false
	}
	b := i.read(from, length)
	if int64(len(b)) < length {
		i.malformed(at, "the header cannot be read")
		return "", 0, false
	}
	return string(b), from + length, true
}

func (i *inspection) outOfBounds(at int64, h Header) {
	i.out.Emit(KindHeader, gate.Location{Offset: at}, h)
	i.unread(fmt.Sprintf("%s claims %s of %s", h.Field, h.Claims, h.Limit))
}

// data compares the data with what the header says of it, hands back the pickle that it
// is for a type with objects, and returns where it ends.
func (i *inspection) data(at, from int64, a array, header int64) int64 {
	h := Header{Descr: a.descr, Shape: a.shape, Objects: a.dtype.objects}
	left := i.b.Size - from
	size, fits := a.bytes()
	switch {
	case header > safeHeader:
		h.Field, h.Claims, h.Limit = "header", fmt.Sprint(header), fmt.Sprint(safeHeader)
	case len(a.shape) > maxDims:
		h.Field, h.Claims, h.Limit = "dimensions", fmt.Sprint(len(a.shape)), fmt.Sprint(maxDims)
	case !fits:
		h.Field, h.Claims, h.Limit = "shape", fmt.Sprint(a.shape), fmt.Sprint(int64(math.MaxInt64))
	case !a.dtype.objects && size > left:
		h.Field, h.Claims, h.Limit = "data", fmt.Sprint(size), fmt.Sprint(left)
	}
	if h.Field != "" {
		i.outOfBounds(at, h)
		i.behind(from)
		return from
	}
	i.out.Emit(KindHeader, gate.Location{Offset: at}, h)
	if a.dtype.objects {
		i.out.Child("data.pkl", left, io.NewSectionReader(i.b, from, left))
		return i.b.Size
	}
	return from + size
}

// behind hands back bytes that belong to no array.
func (i *inspection) behind(at int64) {
	size := i.b.Size - at
	if size <= 0 {
		return
	}
	if i.state == gate.Verified {
		i.state = gate.Unproven
	}
	i.out.Emit(archive.KindAnomaly, gate.Location{Offset: at}, archive.Anomaly{Problem: "suffix", Detail: fmt.Sprintf("%d bytes", size)})
	i.out.Child("[suffix]", size, io.NewSectionReader(i.b, at, size))
}

// bytes is the size of the data, unless it does not fit in 63 bits.
func (a *array) bytes() (int64, bool) {
	total := uint64(a.dtype.size)
	for _, n := range a.shape {
		hi, lo := bits.Mul64(total, uint64(n))
		if hi != 0 || lo > math.MaxInt64 {
			return 0, false
		}
		total = lo
	}
	return int64(total), true
}
