package scan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
)

// fileResult is what the checks stated about one file and all that is inside it.
type fileResult struct {
	references []gate.Reference
	bindings   []gate.Binding
	evidence   []gate.Evidence
	files      []gate.File
	inspected  int
	searched   bool
}

// file looks at one file of the tree: as a source, and as an artifact.
func (s *scanner) file(ctx context.Context, e entry) (out fileResult) {
	timed, cancel := context.WithTimeout(ctx, s.opt.Limits.FileTime)
	defer cancel()
	w := &worker{s: s, out: &out, outer: e}
	f, blob, err := s.open(e)
	if err != nil {
		w.incomplete(e.path, "cannot be read: "+reason(err), "", 0)
		return out
	}
	defer f.Close()
	if !e.foreign && !s.opt.Models {
		w.search(timed, blob)
	}
	if s.artifact(e, blob) {
		w.inspect(timed, blob, 0, len(out.evidence))
	}
	if timed.Err() != nil && ctx.Err() == nil {
		w.incomplete(e.path, "took longer than the limit", "time", int64(s.opt.Limits.FileTime.Seconds()))
		for i := range out.files {
			out.files[i].State, out.files[i].Reason = gate.Unread, "took longer than the limit"
		}
	}
	return out
}

func (s *scanner) open(e entry) (fs.File, *gate.Blob, error) {
	f, err := s.fsys.Open(e.path)
	if err != nil {
		return nil, nil, err
	}
	at, ok := f.(io.ReaderAt)
	if !ok {
		f.Close()
		return nil, nil, fmt.Errorf("a %T cannot be read at an offset", f)
	}
	return f, gate.NewBlob(local(e.path), e.size, counting{at, &s.bytes}), nil
}

// artifact tells whether a file is looked at as a part of a model. In a repository that
// uses models, its own Python and text files are not, unless they lie with a model.
func (s *scanner) artifact(e entry, b *gate.Blob) bool {
	return s.shipped(e.path) || !isText(b.Head())
}

// shipped tells whether a file of the tree belongs to a model by its place or name.
func (s *scanner) shipped(p string) bool {
	return s.opt.Models || s.models[path.Dir(p)] || modelName(p)
}

// named is the path of a file as locations have it: "!" parts the entries of containers,
// and a file's own must not pass for one.
func named(p string) string { return strings.ReplaceAll(p, "!", "%21") }

// local is the same for a file of the tree: a colon in the first part of the path is that
// of a registry.
func local(p string) string {
	first, rest, _ := strings.Cut(p, "/")
	if !strings.Contains(first, ":") {
		return named(p)
	}
	return named(path.Join(strings.ReplaceAll(first, ":", "%3A"), rest))
}

// search runs the finders over a file of the repository.
func (w *worker) search(ctx context.Context, b *gate.Blob) {
	var wanting []checks.Finder
	for _, f := range w.s.opt.Finders {
		if f.Wants(b.Path, b.Head()) {
			wanting = append(wanting, f)
		}
	}
	if len(wanting) == 0 {
		return
	}
	if limit := w.s.opt.Limits.SourceSize; b.Size > limit {
		w.incomplete(b.Path, "is larger than the limit for sources", "bytes", limit)
		return
	}
	text := make([]byte, b.Size)
	if n, err := b.ReadAt(text, 0); int64(n) < b.Size {
		w.incomplete(b.Path, "cannot be read to its end: "+reason(err), "", 0)
		text = text[:n]
	}
	w.out.searched = true
	w.find(ctx, gate.NewSource(b.Path, text), wanting, 0)
}

func (w *worker) find(ctx context.Context, src *gate.Source, finders []checks.Finder, depth int) {
	for _, f := range finders {
		r := &recorder{w: w, ctx: ctx, check: f.Spec().Name, src: src, depth: depth}
		r.guarded(src.Path, func() { f.Find(ctx, src, r) })
	}
}

// inspect runs the inspectors over a blob and states what it is. What was stated of it
// before, while it was unpacked, is the evidence from an index on.
func (w *worker) inspect(ctx context.Context, b *gate.Blob, depth, before int) gate.State {
	var claims []claim
	w.out.inspected++
	at := len(w.out.files)
	w.out.files = append(w.out.files, gate.File{Path: b.Path, Size: b.Size})
	worst := gate.Verified
	pointer := plainFormat(b.Head(), b.Size) == lfsPointer
	for _, i := range w.s.opt.Inspectors {
		if ctx.Err() != nil || pointer || !i.Wants(b) {
			continue
		}
		r := &recorder{w: w, ctx: ctx, check: i.Spec().Name, blob: b, depth: depth, worst: gate.Verified}
		r.guarded(b.Path, func() { i.Inspect(ctx, b, r) })
		if r.claim.format != "" {
			claims = append(claims, r.claim)
		}
		worst = worse(worst, r.worst)
	}
	if len(claims) == 0 && depth == 0 && !w.s.shipped(b.Path) {
		w.out.files = w.out.files[:at] // a picture, say: no part of a model
		w.out.inspected--
		return gate.Unproven
	}
	f := &w.out.files[at]
	f.Format, f.State, f.Reason = judge(claims, b)
	f.State = worse(f.State, worst)
	if f.State == gate.Verified && troubled(w.out.evidence[before:]) {
		f.State = gate.Unproven
	}
	if why := unfinished(w.out.evidence[before:], b.Path); why != "" {
		f.State, f.Reason = gate.Unread, why
	}
	if f.Format == lfsPointer {
		f.State, f.Reason = gate.Unread, "is a Git LFS pointer: the file itself was not checked out"
		w.incomplete(b.Path, f.Reason, "", 0)
	}
	switch {
	case w.stated != "" && depth == 0:
		f.SHA256 = w.stated
	case w.s.opt.Digests || b.Size <= smallFile:
		f.SHA256 = w.digest(ctx, b)
	}
	w.identify(f, claims, b, depth)
	return f.State
}

// smallFile is how large a file may be that gets a digest without anybody asking.
const smallFile = 16 << 20

// digest is the SHA-256 of a blob, or nothing where it cannot be read to its end.
func (w *worker) digest(ctx context.Context, b *gate.Blob) string {
	h := sha256.New()
	section, buf := b.Section(), make([]byte, min(b.Size+1, 1<<20))
	for ctx.Err() == nil {
		n, err := section.Read(buf)
		h.Write(buf[:n])
		if err == io.EOF {
			return hex.EncodeToString(h.Sum(nil))
		}
		if err != nil {
			w.incomplete(b.Path, "cannot be read to its end: "+reason(err), "", 0)
			break
		}
	}
	return ""
}

// claim is what one inspector says a blob is.
type claim struct {
	format string
	state  gate.State
	reason string
}

// judge names a blob by the claim that understood it best; the state is the worst of
// those formats that share a blob, such as a pickle with a zip behind it.
func judge(claims []claim, b *gate.Blob) (format string, state gate.State, why string) {
	if len(claims) == 0 {
		return plainFormat(b.Head(), b.Size), gate.Unproven, ""
	}
	best := slices.MinFunc(understood(claims), func(x, y claim) int { return rank(x.format) - rank(y.format) })
	state = gate.Verified
	for _, c := range claims {
		if worse(state, c.state) != state {
			state, why = c.state, c.reason
		}
	}
	return best.format, state, why
}

// understood leaves out the claims that could not read the blob as their format, where
// others could.
func understood(claims []claim) []claim {
	var out []claim
	for _, c := range claims {
		if c.state != gate.Unread {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return claims
	}
	return out
}

func worse(a, b gate.State) gate.State {
	order := []gate.State{gate.Verified, gate.Unproven, gate.Unread}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// troubled tells whether something was stated that keeps a file from being proven.
func troubled(facts []gate.Evidence) bool {
	return slices.ContainsFunc(facts, func(e gate.Evidence) bool {
		return e.Kind == gate.KindIncomplete || strings.HasSuffix(string(e.Kind), ".malformed")
	})
}

// unfinished is the reason why the blob itself, not an entry of it, was not read.
func unfinished(facts []gate.Evidence, path string) string {
	for _, e := range facts {
		if d, ok := e.Data.(gate.Incomplete); ok && e.At.Path == path {
			return d.Reason
		}
	}
	return ""
}

// identify states the blob as a file of a model.
func (w *worker) identify(f *gate.File, claims []claim, b *gate.Blob, depth int) {
	if ext, content, ok := mismatch(f, claims, b); ok {
		w.emit(gate.KindMismatch, gate.Location{Path: b.Path}, Mismatch{Name: ext, Content: content})
	}
	w.emit(gate.KindFile, gate.Location{Path: b.Path}, gate.FileFact{
		Format: f.Format, Role: roleOf(f.Format), Dir: path.Dir(w.outer.path), Size: f.Size,
		State: f.State, Reason: f.Reason, Nested: depth > 0, SHA256: f.SHA256,
	})
}

// counting counts the bytes that are read.
type counting struct {
	io.ReaderAt
	n *atomic.Int64
}

func (c counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	c.n.Add(int64(n))
	return n, err
}
