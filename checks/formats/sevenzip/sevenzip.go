// Package sevenzip hands back what is inside a 7z archive. Attackers pack pickles so
// because loaders and scanners do not unpack it alike.
//
// The format: https://py7zr.readthedocs.io/en/latest/archive_format.html
package sevenzip

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"strings"

	bodgit "github.com/bodgit/sevenzip"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/archive"
	stream "github.com/modelgate/gate/internal/binary"
)

// Inspector reads 7z archives.
type Inspector struct{}

const (
	magic     = "7z\xbc\xaf\x27\x1c"
	startSize = 32
)

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name:  "sevenzip",
		Doc:   "7z archives: their entries, and those that leave their folder.",
		Emits: archive.Emits(),
	}
}

// Wants implements checks.Inspector.
func (Inspector) Wants(b *gate.Blob) bool { return strings.HasPrefix(string(b.Head()), magic) }

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	i := &inspection{ctx: ctx, b: b, out: out}
	if err := i.entries(); err != nil {
		i.fail("reading the archive", 0, err)
	}
	switch {
	case i.broken != "":
		out.Format("sevenzip", gate.Unread, i.broken)
	case i.odd:
		out.Format("sevenzip", gate.Unproven, "")
	default:
		out.Format("sevenzip", gate.Verified, "")
	}
}

type inspection struct {
	ctx    context.Context
	b      *gate.Blob
	out    gate.Recorder
	broken string
	odd    bool
}

// fail states why something was not read.
func (i *inspection) fail(what string, at int64, err error) {
	reason := fmt.Sprintf("%s: %v", what, err)
	if i.broken == "" {
		i.broken = reason
	}
	where := gate.Location{Offset: at}
	var read bodgit.ReadError
	var readPointer *bodgit.ReadError
	encrypted := errors.As(err, &read) && read.Encrypted || errors.As(err, &readPointer) && readPointer.Encrypted
	switch {
	case encrypted:
		i.out.Emit(gate.KindIncomplete, where, gate.Incomplete{Reason: what + ": is encrypted"})
	case errors.Is(err, errUnread) || strings.Contains(err.Error(), "unsupported compression algorithm"):
		i.out.Emit(gate.KindIncomplete, where, gate.Incomplete{Reason: reason})
	case i.ctx.Err() != nil:
		i.out.Emit(gate.KindIncomplete, where, gate.Incomplete{Reason: reason, Budget: "time"})
	default:
		i.out.Emit(archive.KindMalformed, where, gate.Malformed{Reason: reason})
	}
}

// entries opens the archive, once its header was found to ask for nothing
// unreasonable, and hands back its entries.
func (i *inspection) entries() error {
	end, err := vet(i.b, i.b.Size)
	if err != nil {
		return err
	}
	r, err := open(i.b, end)
	if err != nil {
		return err
	}
	for _, f := range r.File {
		if err := i.ctx.Err(); err != nil {
			return err
		}
		i.entry(f)
	}
	if rest := i.b.Size - end; rest > 0 {
		i.odd = true
		i.out.Emit(archive.KindAnomaly, gate.Location{Offset: end}, archive.Anomaly{Problem: "suffix", Detail: fmt.Sprintf("%d bytes", rest)})
		i.out.Child("[suffix]", rest, io.NewSectionReader(i.b, end, rest))
	}
	return nil
}

// open calls the decoder, which may panic on a header that nobody foresaw.
func open(r io.ReaderAt, size int64) (z *bodgit.Reader, err error) {
	defer func() {
		if p := recover(); p != nil {
			z, err = nil, fmt.Errorf("decoder: %v", p)
		}
	}()
	return bodgit.NewReader(io.NewSectionReader(r, 0, size), size)
}

func openEntry(f *bodgit.File) (r io.ReadCloser, err error) {
	defer func() {
		if p := recover(); p != nil {
			r, err = nil, fmt.Errorf("decoder: %v", p)
		}
	}()
	return f.Open()
}

// entry hands an entry back.
func (i *inspection) entry(f *bodgit.File) {
	i.odd = !archive.Name(i.out, f.Name, 0) || i.odd
	if strings.HasSuffix(f.Name, "/") && f.UncompressedSize == 0 {
		return
	}
	what := fmt.Sprintf("entry %q", f.Name)
	r, err := openEntry(f)
	if err != nil {
		i.fail(what, 0, err)
		return
	}
	sum := crc32.NewIEEE()
	s := &stream.Stream{R: io.TeeReader(r, sum)}
	switch mode := f.Mode(); {
	case mode&fs.ModeSymlink != 0:
		i.odd = true
		target, _ := io.ReadAll(io.LimitReader(s, 4096))
		archive.Link(i.out, f.Name, string(target), false, 0)
	case mode&(fs.ModeDevice|fs.ModeNamedPipe|fs.ModeSocket) != 0:
		i.odd = true
		archive.Device(i.out, f.Name, 0)
		fallthrough
	default:
		i.out.Child(f.Name, -1, s)
	}
	i.after(what, f, s, sum.Sum32())
	if err := closeEntry(r); err != nil && s.Err == nil {
		i.fail(what, 0, err)
	}
}

func closeEntry(r io.Closer) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decoder: %v", p)
		}
	}()
	return r.Close()
}

// after states how the reading of an entry ended.
func (i *inspection) after(what string, f *bodgit.File, s *stream.Stream, sum uint32) {
	switch {
	case s.Err != nil:
		i.fail(what, 0, s.Err)
	case !s.Done:
	case uint64(s.N) != f.UncompressedSize:
		i.fail(what, 0, fmt.Errorf("%d bytes of %d", s.N, f.UncompressedSize))
	case f.CRC32 != 0 && sum != f.CRC32:
		i.odd = true
		i.out.Emit(archive.KindAnomaly, gate.Location{}, archive.Anomaly{Name: f.Name, Problem: "crc"})
	}
}

// start is the record at the start of the file: where the header is.
type start struct {
	offset, size int64
	sum          uint32
}

func readStart(b []byte, size int64) (start, error) {
	le := binary.LittleEndian
	if len(b) < startSize || string(b[:6]) != magic {
		return start{}, errors.New("no start record")
	}
	if crc32.ChecksumIEEE(b[12:startSize]) != le.Uint32(b[8:]) {
		return start{}, errors.New("the checksum of the start record is wrong")
	}
	offset, length := le.Uint64(b[12:]), le.Uint64(b[20:])
	if offset > uint64(size) || length > uint64(size) || startSize+offset+length > uint64(size) {
		return start{}, fmt.Errorf("a header of %d bytes at %d in %d bytes", length, offset, size)
	}
	return start{startSize + int64(offset), int64(length), le.Uint32(b[28:])}, nil
}
