package compressed

import (
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// maxMemory bounds the window that a stream may ask for.
const maxMemory = 128 << 20

var errMemory = errors.New("the stream asks for more memory than the limit")

// codec is a way of compressing. Sniff tells by the first bytes whether a member begins;
// open reads one member and leaves the source behind it.
type codec struct {
	name    string
	endings string
	sniff   func(head []byte) bool
	open    func(*source) (io.Reader, error)
}

var codecs = []codec{
	{"gzip", ".gz .gzip", magic("\x1f\x8b\x08"), openGzip},
	{"bzip2", ".bz2", sniffBzip2, openBzip2},
	{"xz", ".xz", magic("\xfd7zXZ\x00"), openXZ},
	{"zstd", ".zst .zstd", sniffZstd, openZstd},
	{"lz4", ".lz4", sniffLZ4, openLZ4},
	{"joblib ZF", ".z", sniffZF, openZF},
	{"lzma", ".lzma", sniffLZMA, openLZMA},
	{"zlib", ".z .zlib", sniffZlib, openZlib},
}

func codecOf(head []byte) *codec {
	for i := range codecs {
		if codecs[i].sniff(head) {
			return &codecs[i]
		}
	}
	return nil
}

func magic(m string) func([]byte) bool {
	return func(head []byte) bool { return bytes.HasPrefix(head, []byte(m)) }
}

func openGzip(s *source) (io.Reader, error) {
	r, err := gzip.NewReader(s)
	if err != nil {
		return nil, err
	}
	r.Multistream(false)
	return r, nil
}

func sniffBzip2(head []byte) bool {
	return len(head) >= 10 && string(head[:3]) == "BZh" && head[3] >= '1' && head[3] <= '9' &&
		(string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17rE8P\x90")
}

// openBzip2 reads all members at once, since the decoder does.
func openBzip2(s *source) (io.Reader, error) { return &bzip2Members{s, bzip2.NewReader(s)}, nil }

type bzip2Members struct {
	s *source
	r io.Reader
}

// Read implements io.Reader. The decoder looks for the magic of a next member behind
// each; where there is none, what it looked at is given back, since Python's reader
// ignores it.
func (b *bzip2Members) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	var bad bzip2.StructuralError
	if errors.As(err, &bad) && strings.Contains(string(bad), "continuation") && b.s.SeekTo(b.s.Offset()-2) == nil {
		return n, io.EOF
	}
	return n, err
}

// openXZ reads one stream, once the header of its first block has been looked at: the
// decoder makes as large a dictionary as that asks for.
// https://tukaani.org/xz/xz-file-format.txt
func openXZ(s *source) (io.Reader, error) {
	head, _ := s.Peek(int(min(s.Remaining(), 12+1024)))
	if len(head) > 12 && head[12] != 0 {
		block := head[12:min(len(head), 12+(int(head[12])+1)*4)]
		if i := bytes.Index(block, []byte{0x21, 1}); i >= 2 && i+2 < len(block) {
			if size, err := lzma.DecodeDictCap(block[i+2]); err == nil && size > maxMemory {
				return nil, errMemory
			}
		}
	}
	r, err := xz.ReaderConfig{SingleStream: true, DictCap: 1 << 16}.NewReader(s)
	if err != nil {
		return nil, err
	}
	return &xzStream{s, r}, nil
}

type xzStream struct {
	s *source
	r io.Reader
}

// Read implements io.Reader. The decoder of a single stream reads one byte behind it, to
// complain of it; that byte is given back.
func (x *xzStream) Read(p []byte) (int, error) {
	n, err := x.r.Read(p)
	if err != nil && strings.Contains(err.Error(), "unexpected data after stream") && x.s.SeekTo(x.s.Offset()-1) == nil {
		return n, io.EOF
	}
	return n, err
}

// sniffLZMA knows the old format, which has no magic, by plausible properties, a
// dictionary of a size that encoders use, and a size below 2^40 or unknown.
func sniffLZMA(head []byte) bool {
	if len(head) < 14 || head[0] != 0x5d || head[13] != 0 {
		return false
	}
	dict, size := binary.LittleEndian.Uint32(head[1:]), binary.LittleEndian.Uint64(head[5:])
	round := bits.OnesCount32(dict) == 1 || bits.OnesCount32(dict) == 2 && dict>>bits.TrailingZeros32(dict) == 3 || dict == 1<<32-1
	return round && dict >= 1<<12 && (size < 1<<40 || size == 1<<64-1)
}

func openLZMA(s *source) (io.Reader, error) {
	r, err := lzma.ReaderConfig{DictCap: maxMemory}.NewReader(s)
	var large *lzma.ErrDictSize
	if errors.As(err, &large) {
		return nil, errMemory
	}
	return r, err
}

// sniffZlib knows zlib by its checked two bytes and by data that can be inflated, since
// ordinary text begins with such two bytes now and then.
func sniffZlib(head []byte) bool {
	if len(head) < 8 || head[0] != 0x78 || (int(head[0])<<8|int(head[1]))%31 != 0 || head[1]&0x20 != 0 {
		return false
	}
	r, err := zlib.NewReader(bytes.NewReader(head))
	if err != nil {
		return false
	}
	n, err := io.CopyN(io.Discard, r, 256)
	return n > 0 && (err == nil || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)) || errors.Is(err, io.EOF)
}

func openZlib(s *source) (io.Reader, error) { return zlib.NewReader(s) }

// sniffZF knows what joblib wrote before 0.10: ZF, the length as nineteen characters of
// hexadecimal, sometimes a blank, then zlib.
func sniffZF(head []byte) bool { return len(head) > 21 && string(head[:4]) == "ZF0x" }

func openZF(s *source) (io.Reader, error) {
	head, err := s.Bytes(21)
	if err != nil {
		return nil, err
	}
	length, err := strconv.ParseUint(strings.TrimPrefix(strings.TrimRight(string(head[2:]), " "), "0x"), 16, 64)
	if err != nil {
		return nil, fmt.Errorf("length %q is no number", head[2:])
	}
	if b, err := s.Peek(1); err == nil && b[0] == ' ' {
		_ = s.Skip(1)
	}
	r, err := zlib.NewReader(s)
	if err != nil {
		return nil, err
	}
	return &exactly{r, length}, nil
}

// exactly is a reader whose length is known beforehand.
type exactly struct {
	r    io.Reader
	left uint64
}

// Read implements io.Reader.
func (e *exactly) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if uint64(n) > e.left {
		return n, fmt.Errorf("more data than the header says")
	}
	if e.left -= uint64(n); errors.Is(err, io.EOF) && e.left > 0 {
		return n, fmt.Errorf("%d bytes less than the header says", e.left)
	}
	return n, err
}

func openZstdFrames(r io.Reader) (io.Reader, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxMemory), zstd.WithDecoderMaxWindow(maxMemory), zstd.WithDecoderLowmem(true))
}

func openLZ4Frame(r io.Reader) (io.Reader, error) { return lz4.NewReader(r), nil }
