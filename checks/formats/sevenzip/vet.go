package sevenzip

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/ulikunitz/xz/lzma"
)

// The bounds of what a header may ask for.
const (
	maxHeader     = 64 << 20
	maxCount      = 1 << 18 // entries, folders, streams
	maxCoders     = 16
	maxStreams    = 8 // in or out of a coder
	maxProperties = 1 << 10
	maxMemory     = 128 << 20 // of a dictionary
)

// errUnread says that something is more than is read, and not that it is broken.
var errUnread = errors.New("not read")

// The property ids of a header.
const (
	idEnd = iota
	idHeader
	idArchiveProperties
	idAdditionalStreams
	idMainStreams
	idFiles
	idPack
	idUnpack
	idSubStreams
	idSize
	idCRC
	idFolder
	idUnpackSize
	idUnpackStreams

	idEncodedHeader = 0x17
)

// vet walks the header, packed or not, before the decoder does: that makes as much room
// as the header says. It returns where the archive ends.
func vet(r io.ReaderAt, size int64) (int64, error) {
	b := make([]byte, startSize)
	n, _ := r.ReadAt(b, 0)
	s, err := readStart(b[:n], size)
	if err != nil {
		return 0, err
	}
	if s.size == 0 {
		return s.offset, nil
	}
	if s.size > maxHeader {
		return 0, fmt.Errorf("a header of %d bytes: %w", s.size, errUnread)
	}
	header := make([]byte, s.size)
	if _, err := r.ReadAt(header, s.offset); err != nil && !errors.Is(err, io.EOF) {
		return 0, fmt.Errorf("reading the header: %w", err)
	}
	w := &walker{b: header, size: size}
	switch id := w.byte(); id {
	case idHeader:
		w.header()
	case idEncodedHeader:
		w.streams()
		if w.err == nil {
			w = w.decoded(r)
		}
	default:
		w.fail("the header begins with %d", id)
	}
	if w.err != nil {
		return 0, fmt.Errorf("header: %w", w.err)
	}
	return s.offset + s.size, nil
}

// walker reads a header in order. The first error ends it: what follows reads zeros.
type walker struct {
	b    []byte
	err  error
	size int64 // of the file

	folders []folder
	packAt  uint64
	packed  []uint64
}

// folder is what matters of a folder: its coders and the size of each output.
type folder struct {
	ids, properties [][]byte
	in, out         uint64
	sizes           []uint64
	digest          bool
}

func (w *walker) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
		w.b = nil
	}
}

func (w *walker) byte() byte {
	if len(w.b) == 0 {
		w.fail("it ends early")
		return 0
	}
	c := w.b[0]
	w.b = w.b[1:]
	return c
}

func (w *walker) bytes(n uint64) []byte {
	if n > uint64(len(w.b)) {
		w.fail("it ends early")
		return nil
	}
	b := w.b[:n]
	w.b = w.b[n:]
	return b
}

// number reads an integer whose first byte says how many follow.
func (w *walker) number() uint64 {
	first := w.byte()
	n := bits.LeadingZeros8(^first)
	var v uint64
	for i := range n {
		v |= uint64(w.byte()) << (8 * i)
	}
	if n < 7 {
		v |= uint64(first&(1<<(7-n)-1)) << (8 * n)
	}
	return v
}

// count reads a number of things that the decoder makes room for.
func (w *walker) count(what string, limit uint64) uint64 {
	n := w.number()
	if n > limit {
		w.fail("%d %s: %w", n, what, errUnread)
		return 0
	}
	return n
}

// numbers reads n integers.
func (w *walker) numbers(n uint64) []uint64 {
	var v []uint64
	for ; n > 0 && w.err == nil; n-- {
		v = append(v, w.number())
	}
	return v
}

// digests skips n checksums and tells which of them there are.
func (w *walker) digests(n uint64) []bool {
	have := make([]bool, n)
	all := w.byte() != 0
	var mask []byte
	if !all {
		mask = w.bytes((n + 7) / 8)
	}
	for i := range have {
		have[i] = all || i/8 < len(mask) && mask[i/8]&(0x80>>(i%8)) != 0
		if have[i] {
			w.bytes(4)
		}
	}
	return have
}

func (w *walker) header() {
	id := w.byte()
	if id == idArchiveProperties {
		for w.err == nil && w.byte() != idEnd {
			w.bytes(w.number())
		}
		id = w.byte()
	}
	if id == idAdditionalStreams {
		w.fail("additional streams: %w", errUnread)
	}
	if id == idMainStreams {
		w.streams()
		id = w.byte()
	}
	if id == idFiles {
		w.count("entries", maxCount)
		for w.err == nil && w.byte() != idEnd {
			w.bytes(w.number())
		}
	}
}

func (w *walker) streams() {
	id := w.byte()
	if id == idPack {
		w.pack()
		id = w.byte()
	}
	if id == idUnpack {
		w.unpack()
		id = w.byte()
	}
	if id == idSubStreams {
		w.subStreams()
		id = w.byte()
	}
	if id != idEnd {
		w.fail("streams with %d", id)
	}
}

func (w *walker) pack() {
	w.packAt = w.number()
	n := w.count("packed streams", maxCount)
	for w.err == nil {
		switch id := w.byte(); id {
		case idEnd:
			return
		case idSize:
			w.packed = w.numbers(n)
		case idCRC:
			w.digests(n)
		default:
			w.fail("packed streams with %d", id)
		}
	}
}

func (w *walker) unpack() {
	if id := w.byte(); id != idFolder {
		w.fail("folders with %d", id)
	}
	n := w.count("folders", maxCount)
	if w.byte() != 0 {
		w.fail("folders elsewhere: %w", errUnread)
	}
	for ; n > 0 && w.err == nil; n-- {
		w.folder()
	}
	if id := w.byte(); id != idUnpackSize {
		w.fail("folders without sizes")
	}
	for i := range w.folders {
		w.folders[i].sizes = w.numbers(w.folders[i].out)
	}
	id := w.byte()
	if id == idCRC {
		for i, have := range w.digests(uint64(len(w.folders))) {
			w.folders[i].digest = have
		}
		id = w.byte()
	}
	if id != idEnd {
		w.fail("folders with %d", id)
	}
}

func (w *walker) folder() {
	var f folder
	for n := w.count("coders", maxCoders); n > 0 && w.err == nil; n-- {
		flags := w.byte()
		id := w.bytes(uint64(flags & 0xf))
		in, out := uint64(1), uint64(1)
		if flags&0x10 != 0 {
			in, out = w.count("inputs", maxStreams), w.count("outputs", maxStreams)
		}
		var properties []byte
		if flags&0x20 != 0 {
			properties = w.bytes(w.count("bytes of properties", maxProperties))
		}
		f.ids, f.properties = append(f.ids, id), append(f.properties, properties)
		f.in, f.out = f.in+in, f.out+out
		w.memory(id, properties)
	}
	if f.out == 0 || f.in+1 < f.out {
		w.fail("a folder without an output")
		return
	}
	w.numbers(2 * (f.out - 1))
	if packed := f.in - (f.out - 1); packed > 1 {
		w.numbers(packed)
	}
	w.folders = append(w.folders, f)
}

// memory bounds the dictionary that a coder asks for.
func (w *walker) memory(id, properties []byte) {
	var size int64
	switch string(id) {
	case "\x03\x01\x01", "\x03\x04\x01": // LZMA, PPMd
		if len(properties) >= 5 {
			size = int64(binary.LittleEndian.Uint32(properties[1:]))
		}
	case "\x21": // LZMA2
		if len(properties) >= 1 {
			if size, _ = lzma.DecodeDictCap(properties[0]); properties[0] > 40 {
				w.fail("a dictionary of size code %d", properties[0])
			}
		}
	}
	if size > maxMemory {
		w.fail("a dictionary of %d bytes: %w", size, errUnread)
	}
}

func (w *walker) subStreams() {
	streams := make([]uint64, len(w.folders))
	for i := range streams {
		streams[i] = 1
	}
	for w.err == nil {
		switch id := w.byte(); id {
		case idEnd:
			return
		case idUnpackStreams:
			total := uint64(0)
			for i := range streams {
				streams[i] = w.count("streams of a folder", maxCount)
				if total += streams[i]; total > maxCount {
					w.fail("%d streams: %w", total, errUnread)
					return
				}
			}
		case idSize:
			for _, n := range streams {
				w.numbers(max(n, 1) - 1)
			}
		case idCRC:
			// A folder with one stream and a checksum has it already.
			missing := uint64(0)
			for i, n := range streams {
				if n != 1 || !w.folders[i].digest {
					missing += n
				}
			}
			w.digests(missing)
		default:
			w.fail("streams of a folder with %d", id)
		}
	}
}

// decoded unpacks the header and walks it.
func (w *walker) decoded(r io.ReaderAt) *walker {
	if len(w.folders) != 1 || len(w.folders[0].ids) != 1 || len(w.packed) != 1 || len(w.folders[0].sizes) != 1 {
		w.fail("a header that is packed more than once: %w", errUnread)
		return w
	}
	f := &w.folders[0]
	if f.sizes[0] > maxHeader || w.packAt > uint64(w.size) || w.packed[0] > uint64(w.size) {
		w.fail("a header of %d bytes: %w", f.sizes[0], errUnread)
		return w
	}
	src := io.NewSectionReader(r, startSize+int64(w.packAt), int64(w.packed[0]))
	b, err := unpackHeader(src, f)
	if err != nil {
		w.fail("unpacking it: %w", err)
		return w
	}
	inner := &walker{b: b, size: w.size}
	if id := inner.byte(); id != idHeader {
		inner.fail("the packed header begins with %d: %w", id, errUnread)
		return inner
	}
	inner.header()
	return inner
}

func unpackHeader(src io.Reader, f *folder) ([]byte, error) {
	var r io.Reader
	var err error
	switch properties := f.properties[0]; string(f.ids[0]) {
	case "\x00":
		r = src
	case "\x03\x01\x01":
		if len(properties) != 5 {
			return nil, errors.New("no properties")
		}
		head := binary.LittleEndian.AppendUint64(bytes.Clone(properties), f.sizes[0])
		r, err = lzma.ReaderConfig{DictCap: maxMemory}.NewReader(io.MultiReader(bytes.NewReader(head), src))
	case "\x21":
		r, err = lzma.Reader2Config{DictCap: 1 << 20}.NewReader2(src)
	default:
		return nil, fmt.Errorf("method %x: %w", f.ids[0], errUnread)
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, int64(f.sizes[0])))
}
