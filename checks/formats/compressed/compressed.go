// Package compressed hands back what one compressed stream holds: gzip, bzip2, xz, LZMA,
// zlib, Zstandard, LZ4 and the ZF of old joblib, each known by its first bytes and never
// by a name. All members of a file are read, and what stands behind the last.
package compressed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/archive"
	"github.com/modelgate/gate/internal/binary"
)

// Inspector reads compressed files.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "compressed",
		Doc:  "Compressed files: gzip, bzip2, xz, LZMA, zlib, Zstandard, LZ4, joblib's ZF.",
		Emits: map[gate.Kind]any{
			archive.KindAnomaly:   archive.Anomaly{},
			archive.KindMalformed: gate.Malformed{},
			gate.KindIncomplete:   gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector.
func (Inspector) Wants(b *gate.Blob) bool { return codecOf(b.Head()) != nil }

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	c := codecOf(b.Head())
	if c == nil {
		return
	}
	m := &members{ctx: ctx, codec: c, src: &source{Cursor: binary.NewCursor(b, 0, b.Size)}, blob: b}
	s := &binary.Stream{R: m}
	out.Child(inner(b.Path, c), -1, s)
	m.close()
	switch {
	case s.Err == nil && !s.Done:
		// Whoever read it stopped, and says why.
		out.Format("compressed", gate.Unproven, "")
	case s.Err == nil:
		out.Format("compressed", m.rest(out), "")
	case ctx.Err() != nil || errors.Is(s.Err, errMemory):
		out.Emit(gate.KindIncomplete, gate.Location{}, gate.Incomplete{Reason: fmt.Sprintf("reading %s data: %v", c.name, s.Err), Budget: budget(s.Err)})
		out.Format("compressed", gate.Unread, s.Err.Error())
	default:
		reason := fmt.Sprintf("%s data: %v", c.name, s.Err)
		out.Emit(archive.KindMalformed, gate.Location{Offset: min(m.src.Offset(), b.Size)}, gate.Malformed{Reason: reason})
		out.Format("compressed", gate.Unread, reason)
	}
}

func budget(err error) string {
	if errors.Is(err, errMemory) {
		return "memory"
	}
	return "time"
}

// inner is the name of what a file holds: its own, without the ending of the codec.
func inner(p string, c *codec) string {
	if i := strings.LastIndexAny(p, "/!"); i >= 0 {
		p = p[i+1:]
	}
	if ext := path.Ext(p); ext != "" && strings.Contains(" "+c.endings+" ", " "+strings.ToLower(ext)+" ") && len(ext) < len(p) {
		return strings.TrimSuffix(p, ext)
	}
	if ext := path.Ext(p); strings.EqualFold(ext, ".tgz") {
		return strings.TrimSuffix(p, ext) + ".tar"
	}
	return p
}

// members reads the members of a file one behind the other.
type members struct {
	ctx   context.Context
	codec *codec
	blob  *gate.Blob
	src   *source
	now   io.Reader
	count int
}

// Read implements io.Reader.
func (m *members) Read(p []byte) (int, error) {
	for {
		if err := m.ctx.Err(); err != nil {
			return 0, err
		}
		if m.now == nil {
			if m.count > 0 && !m.another() {
				return 0, io.EOF
			}
			r, err := m.codec.open(m.src)
			if err != nil {
				return 0, fmt.Errorf("member %d: %w", m.count+1, unexpected(err))
			}
			m.now = r
			m.count++
		}
		n, err := m.now.Read(p)
		if errors.Is(err, io.EOF) {
			m.close()
			err = nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// unexpected is an error that cannot be taken for a good end.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (m *members) close() {
	if c, ok := m.now.(interface{ Close() }); ok {
		c.Close()
	}
	m.now = nil
}

// another tells whether a further member begins, maybe behind padding.
func (m *members) another() bool {
	for {
		b, err := m.src.Peek(1)
		if err != nil || b[0] != 0 {
			break
		}
		_ = m.src.Skip(1)
	}
	head, _ := m.src.Peek(int(min(m.src.Remaining(), gate.HeadSize)))
	return len(head) > 0 && m.codec.sniff(head)
}

// rest hands back what stands behind the last member.
func (m *members) rest(out gate.Recorder) gate.State {
	from := m.src.Offset()
	size := m.blob.Size - from
	if size <= 0 {
		return gate.Verified
	}
	out.Emit(archive.KindAnomaly, gate.Location{Offset: from}, archive.Anomaly{Problem: "suffix", Detail: fmt.Sprintf("%d bytes", size)})
	out.Child("[suffix]", size, io.NewSectionReader(m.blob, from, size))
	return gate.Unproven
}

// source is a cursor that decoders read byte by byte, so that it stands exactly behind
// what they needed.
type source struct{ *binary.Cursor }

// ReadByte implements io.ByteReader.
func (s *source) ReadByte() (byte, error) {
	if s.Remaining() == 0 {
		return 0, io.EOF
	}
	return s.Byte()
}
