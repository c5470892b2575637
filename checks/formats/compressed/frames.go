package compressed

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

var (
	errFrame  = errors.New("a frame header that is none")
	errBlock  = errors.New("a block longer than the limit of its format")
	errLegacy = errors.New("a legacy frame")
)

const (
	magicZstd      = 0xfd2fb528
	magicLZ4       = 0x184d2204
	magicLZ4Legacy = 0x184c2102
	magicSkip      = 0x184d2a50 // the low four bits vary
)

func word(head []byte) uint32 {
	if len(head) < 4 {
		return 0
	}
	return binary.LittleEndian.Uint32(head)
}

func sniffZstd(head []byte) bool {
	return word(head) == magicZstd || skippable(head) && !lz4Behind(head)
}

func sniffLZ4(head []byte) bool {
	m := word(head)
	return m == magicLZ4 || m == magicLZ4Legacy || skippable(head)
}

func skippable(head []byte) bool { return len(head) >= 8 && word(head)&^0xf == magicSkip }

// lz4Behind tells which of the two formats a skippable frame belongs to, as far as the
// head goes.
func lz4Behind(head []byte) bool {
	for skippable(head) {
		n := uint64(binary.LittleEndian.Uint32(head[4:])) + 8
		if n >= uint64(len(head)) {
			return false
		}
		head = head[n:]
	}
	return word(head) == magicLZ4 || word(head) == magicLZ4Legacy
}

// openZstd reads one frame. Its end is found by its block headers, since the decoder
// reads ahead. https://www.rfc-editor.org/rfc/rfc8878
func openZstd(s *source) (io.Reader, error) {
	return openFrame(s, zstdEnd, openZstdFrames)
}

// openLZ4 reads one frame.
// https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
func openLZ4(s *source) (io.Reader, error) {
	return openFrame(s, lz4End, openLZ4Frame)
}

// openFrame hands the frame that begins at the source to a decoder. A frame whose blocks
// do not add up is decoded all the same, to the end of the file: what comes before the
// damage has been loaded by then.
func openFrame(s *source, end func(*source) error, open func(io.Reader) (io.Reader, error)) (io.Reader, error) {
	head, _ := s.Peek(8)
	if skippable(head) {
		n := int64(binary.LittleEndian.Uint32(head[4:])) + 8
		if n > s.Remaining() {
			return nil, io.ErrUnexpectedEOF
		}
		return &skipped{s: s, left: n}, nil
	}
	from := s.Offset()
	broken := end(s)
	to := s.Offset()
	if broken != nil {
		to += s.Remaining()
	}
	if err := s.SeekTo(from); err != nil {
		return nil, err
	}
	r, err := open(io.LimitReader(s, to-from))
	if err != nil {
		return nil, err
	}
	return &frame{Reader: r, s: s, to: to, broken: broken}, nil
}

// frame is a decoder over one frame.
type frame struct {
	io.Reader
	s      *source
	to     int64
	broken error
}

// Read implements io.Reader.
func (f *frame) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		if f.broken != nil {
			return n, f.broken
		}
		if serr := f.s.SeekTo(f.to); serr != nil {
			return n, serr
		}
	}
	return n, err
}

// Close implements the closing of the decoder, if it has any.
func (f *frame) Close() {
	if c, ok := f.Reader.(interface{ Close() }); ok {
		c.Close()
	}
}

// skipped is a skippable frame, which is nothing to every reader.
type skipped struct {
	s    *source
	left int64
}

// Read implements io.Reader.
func (k *skipped) Read([]byte) (int, error) {
	if err := k.s.Skip(k.left); err != nil {
		return 0, err
	}
	return 0, io.EOF
}

// zstdEnd moves behind a frame.
func zstdEnd(s *source) error {
	head, err := s.Bytes(5)
	if err != nil {
		return err
	}
	descriptor := head[4]
	single, checksum := descriptor>>5&1, descriptor>>2&1
	n := int64(1-single) + []int64{0, 1, 2, 4}[descriptor&3]
	switch descriptor >> 6 {
	case 0:
		n += int64(single)
	case 1:
		n += 2
	case 2:
		n += 4
	case 3:
		n += 8
	}
	if err := s.Skip(n); err != nil {
		return err
	}
	for {
		b, err := s.Bytes(3)
		if err != nil {
			return err
		}
		h := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
		size := int64(h >> 3)
		switch h >> 1 & 3 {
		case 1:
			size = 1
		case 3:
			return errFrame
		}
		if err := s.Skip(size); err != nil {
			return err
		}
		if h&1 == 1 {
			return s.Skip(int64(checksum) * 4)
		}
	}
}

// lz4End moves behind a frame.
func lz4End(s *source) error {
	head, err := s.Bytes(7)
	if err != nil {
		return err
	}
	if word(head) == magicLZ4Legacy {
		return legacyEnd(s)
	}
	flags := head[4]
	if flags>>6 != 1 {
		return errFrame
	}
	n := int64(flags>>3&1)*8 + int64(flags&1)*4
	if err := s.Skip(n); err != nil {
		return err
	}
	for {
		size, err := s.Uint32()
		if err != nil {
			return err
		}
		if size == 0 {
			return s.Skip(int64(flags>>2&1) * 4)
		}
		if size &= 1<<31 - 1; size > 4<<20 {
			return errBlock
		}
		if err := s.Skip(int64(size) + int64(flags>>4&1)*4); err != nil {
			return err
		}
	}
}

// legacyEnd moves behind a frame of the old format, which ends with the file or with a
// size that is none.
func legacyEnd(s *source) error {
	if err := s.SeekTo(s.Offset() - 3); err != nil {
		return err
	}
	for s.Remaining() > 0 {
		b, err := s.Peek(4)
		if err != nil {
			return fmt.Errorf("%w: %w", errLegacy, err)
		}
		size := int64(word(b))
		if size > 8<<20+64<<10 {
			return nil
		}
		if err := s.Skip(4 + size); err != nil {
			return err
		}
	}
	return nil
}
