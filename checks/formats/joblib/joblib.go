// Package joblib inspects the oldest files of joblib, "ZF" with a length and a zlib
// stream, as https://github.com/joblib/joblib/blob/main/joblib/numpy_pickle_compat.py
// reads them. Other files of joblib are pickles, which package pickle reads with the
// arrays between the opcodes, or such pickles in a compressed stream.
package joblib

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/modelgate/gate"
)

const (
	name = "joblib"

	kindMalformed gate.Kind = "joblib.malformed"
	kindTrailing  gate.Kind = "joblib.trailing"

	prefix = "ZF"
	// header is the prefix and a length of 19 characters: the hexadecimal digits of
	// 2**64 with their 0x.
	header = len(prefix) + 19
)

// Trailing is the data of joblib.trailing: bytes behind the compressed stream.
type Trailing struct {
	Size   int64 `json:"size"`
	Offset int64 `json:"offset"`
}

// Inspector inspects ZF files.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: name,
		Doc:  "joblib files of before 0.10: a pickle in a zlib stream",
		Emits: map[gate.Kind]any{
			kindMalformed: gate.Malformed{},
			kindTrailing:  Trailing{},
		},
	}
}

// Wants implements checks.Inspector.
func (Inspector) Wants(b *gate.Blob) bool {
	_, ok := length(b.Head())
	return ok
}

// length reads the claimed length of what is inside.
func length(head []byte) (int64, bool) {
	if len(head) < header || !bytes.HasPrefix(head, []byte(prefix)) {
		return 0, false
	}
	text := strings.TrimSpace(string(head[len(prefix):header]))
	digits, hex := strings.CutPrefix(text, "0x")
	n, err := strconv.ParseUint(digits, 16, 64)
	return int64(n), hex && err == nil && n < 1<<62
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(_ context.Context, b *gate.Blob, out gate.Recorder) {
	claimed, ok := length(b.Head())
	if !ok {
		out.Emit(kindMalformed, gate.Location{}, gate.Malformed{Reason: "no length behind ZF"})
		out.Format(name, gate.Unread, "no length behind ZF")
		return
	}
	from := int64(header)
	if head := b.Head(); len(head) > header && head[header] == ' ' {
		from++ // some versions wrote one blank more
	}
	in := bufio.NewReader(io.NewSectionReader(b, from, b.Size-from))
	z, err := zlib.NewReader(in)
	if err != nil {
		out.Emit(kindMalformed, gate.Location{Offset: from}, gate.Malformed{Reason: err.Error()})
		out.Format(name, gate.Unread, "malformed: "+err.Error())
		return
	}
	content := &counted{r: z}
	out.Child("data", -1, content)
	finish(b, in, content, claimed, out)
}

// finish says how the stream ended: a reader that stopped before is the engine's to say.
func finish(b *gate.Blob, in *bufio.Reader, content *counted, claimed int64, out gate.Recorder) {
	switch {
	case content.err == nil:
		out.Format(name, gate.Unproven, "not read to its end")
		return
	case content.err != io.EOF:
		out.Emit(kindMalformed, gate.Location{Offset: int64(header)}, gate.Malformed{Reason: content.err.Error()})
		out.Format(name, gate.Unread, "malformed: "+content.err.Error())
		return
	}
	rest, err := io.Copy(io.Discard, in)
	switch {
	case err != nil:
		out.Format(name, gate.Unread, "unreadable: "+err.Error())
	case rest > 0:
		out.Emit(kindTrailing, gate.Location{Offset: b.Size - rest}, Trailing{rest, b.Size - rest})
		out.Format(name, gate.Unproven, "bytes behind the compressed stream")
	case content.n != claimed:
		out.Format(name, gate.Unproven, fmt.Sprintf("%d bytes inside, of %d that it claims", content.n, claimed))
	default:
		out.Format(name, gate.Verified, "")
	}
}

// counted counts what is read, and keeps how it ended.
type counted struct {
	r   io.Reader
	n   int64
	err error
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil {
		c.err = err
	}
	return n, err
}
