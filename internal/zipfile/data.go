package zipfile

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// ErrMethod says that the method of compression is not read.
var ErrMethod = errors.New("unknown method")

// maxDictionary bounds the memory that a stream may ask for.
const maxDictionary = 64 << 20

// Open returns the data of an entry. Stored data is read in place: the reader is then an
// *io.SectionReader. What is compressed comes as a stream that ends where its method
// says, whatever the entry claims; the caller bounds it.
func (a *Archive) Open(e *Entry) (io.Reader, error) {
	raw := a.Raw(e)
	switch e.Method {
	case Stored:
		return raw, nil
	case Deflate:
		buf := bufio.NewReader(raw)
		return &inflater{flate.NewReader(buf), raw, buf}, nil
	case Bzip2:
		return bzip2.NewReader(raw), nil
	case LZMA:
		return openLZMA(raw, e)
	case Zstd:
		d, err := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxDictionary), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, fmt.Errorf("opening zstd data: %w", err)
		}
		return d, nil
	case XZ:
		return xz.ReaderConfig{DictCap: 1 << 20}.NewReader(raw)
	default:
		return nil, fmt.Errorf("method %d: %w", e.Method, ErrMethod)
	}
}

// inflater reads deflated data, which may end before the data of its entry does.
type inflater struct {
	io.Reader
	raw *io.SectionReader
	buf *bufio.Reader
}

// left is what stands behind the end of the deflated data.
func (i *inflater) left() *io.SectionReader {
	at, err := i.raw.Seek(0, io.SeekCurrent)
	if err != nil {
		at = i.raw.Size()
	}
	at -= int64(i.buf.Buffered())
	return io.NewSectionReader(i.raw, at, i.raw.Size()-at)
}

// openLZMA makes of the header of method 14 (version, length of properties, properties)
// that of a file: properties, then the size or −1 where an end marker follows.
func openLZMA(raw io.Reader, e *Entry) (io.Reader, error) {
	var h [9]byte
	if _, err := io.ReadFull(raw, h[:]); err != nil {
		return nil, fmt.Errorf("reading lzma properties: %w", err)
	}
	if h[2] != 5 || h[3] != 0 {
		return nil, fmt.Errorf("%d bytes of lzma properties: %w", h[2], ErrMethod)
	}
	head := append(make([]byte, 0, 13), h[4:9]...)
	size := uint64(e.Size)
	if e.Flags&0x2 != 0 {
		size = 1<<64 - 1
	}
	for range 8 {
		head = append(head, byte(size))
		size >>= 8
	}
	return lzma.ReaderConfig{DictCap: maxDictionary}.NewReader(io.MultiReader(bytes.NewReader(head), raw))
}
