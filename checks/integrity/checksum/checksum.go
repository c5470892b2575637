// Package checksum compares the files of a local model with the lists of SHA-256 digests
// that lie beside them, as sha256sum writes them:
// https://www.gnu.org/software/coreutils/manual/html_node/sha2-utilities.html.
package checksum

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/modelgate/gate"
)

const kindMalformed gate.Kind = "checksum.malformed"

// Auditor compares files with the lists beside them.
type Auditor struct{}

// Spec describes the auditor.
func (Auditor) Spec() gate.Spec {
	return gate.Spec{
		Name: "checksum",
		Doc:  "Compares the files of a model with lists of SHA-256 digests that lie beside them.",
		Emits: map[gate.Kind]any{
			gate.KindChecksum: gate.Checksum{}, kindMalformed: gate.Malformed{}, gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Audit reads each list of a local folder: to hash the files of a registry would fetch all
// of them, whose digests it states itself. Names in other folders are compared where the
// subject has their files, and are not missed where it has not.
func (Auditor) Audit(ctx context.Context, s *gate.Subject, out gate.Recorder) {
	a := audit{ctx: ctx, out: out, files: map[string]*gate.Blob{}, digests: map[string]string{}}
	for _, b := range s.Blobs {
		a.files[b.Path] = b
	}
	for _, b := range s.Blobs {
		if isList(b.Path) && !b.Ranged {
			a.list(b)
		}
	}
}

// isList tells whether a file is named as a list of SHA-256 digests.
func isList(p string) bool {
	switch base := strings.ToLower(path.Base(p)); base {
	case "sha256sums", "sha256sums.txt", "sha256sum.txt", "sha256sum":
		return true
	default:
		return strings.HasSuffix(base, ".sha256") || strings.HasSuffix(base, ".sha256sum")
	}
}

// maxList is the longest list that is read.
const maxList = 4 << 20

type audit struct {
	ctx     context.Context
	out     gate.Recorder
	files   map[string]*gate.Blob
	digests map[string]string // of files that were hashed
}

func (a *audit) list(b *gate.Blob) {
	if b.Size > maxList {
		a.out.Emit(gate.KindIncomplete, gate.Location{Path: b.Path}, gate.Incomplete{
			Reason: "is larger than the limit for lists of digests", Budget: "bytes", Limit: maxList,
		})
		return
	}
	text := make([]byte, b.Size)
	if n, err := b.ReadAt(text, 0); int64(n) < b.Size {
		a.unread(b.Path, err)
		return
	}
	entries, err := parse(string(text), path.Base(b.Path))
	if err != nil {
		a.out.Emit(kindMalformed, gate.Location{Path: b.Path}, gate.Malformed{Reason: err.Error()})
	}
	for _, e := range entries {
		a.compare(b.Path, e)
	}
}

func (a *audit) compare(list string, e entry) {
	at := gate.Location{Path: list, Line: e.line}
	fact := gate.Checksum{Name: e.name, Want: e.digest, By: path.Base(list)}
	b, ok := a.files[path.Join(path.Dir(list), strings.ReplaceAll(e.name, "!", "%21"))]
	if !ok {
		if !strings.Contains(e.name, "/") {
			fact.State = "missing"
			a.out.Emit(gate.KindChecksum, at, fact)
		}
		return
	}
	got, ok := a.digest(b)
	if !ok {
		return // stated as unread
	}
	fact.Got, fact.State = got, "same"
	if got != e.digest {
		fact.State = "differs"
	}
	a.out.Emit(gate.KindChecksum, gate.Location{Path: b.Path}, fact)
}

// digest hashes a file, each once.
func (a *audit) digest(b *gate.Blob) (string, bool) {
	if known, ok := a.digests[b.Path]; ok {
		return known, known != ""
	}
	h, section, buf := sha256.New(), b.Section(), make([]byte, min(b.Size+1, 1<<20))
	for {
		if err := a.ctx.Err(); err != nil {
			a.digests[b.Path] = ""
			a.unread(b.Path, errors.New("the time was over before its digest was computed"))
			return "", false
		}
		n, err := section.Read(buf)
		h.Write(buf[:n])
		if err == io.EOF {
			break
		}
		if err != nil {
			a.digests[b.Path] = ""
			a.unread(b.Path, err)
			return "", false
		}
	}
	a.digests[b.Path] = hex.EncodeToString(h.Sum(nil))
	return a.digests[b.Path], true
}

func (a *audit) unread(p string, err error) {
	a.out.Emit(gate.KindIncomplete, gate.Location{Path: p}, gate.Incomplete{Reason: fmt.Sprintf("cannot be read to its end: %v", err)})
}
