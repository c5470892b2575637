package zipfile

import (
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
		return flate.NewReader(raw), nil
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
