package scan

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/modelgate/gate"
)

// worker looks at one file of the tree; its budgets cover all that is inside.
type worker struct {
	s        *scanner
	out      *fileResult
	outer    entry
	children int
	inflated int64
	spent    map[string]bool // budgets that were stated as spent
	stated   string          // the digest of the file by its registry
	loads    map[loadAt]bool // loads that were stated: text with alternatives states them again
}

type loadAt struct {
	at   gate.Location
	load gate.Load
}

func (w *worker) emit(k gate.Kind, at gate.Location, data any) {
	if load, ok := data.(gate.Load); ok {
		if w.loads[loadAt{at, load}] {
			return
		}
		if w.loads == nil {
			w.loads = map[loadAt]bool{}
		}
		w.loads[loadAt{at, load}] = true
	}
	if limit := w.s.opt.Limits.Evidence; len(w.out.evidence) >= limit && k != gate.KindIncomplete && k != gate.KindFile {
		w.incomplete(w.outer.path, "has more facts than the limit; the rest is not shown", "evidence", int64(limit))
		return
	}
	w.out.evidence = append(w.out.evidence, gate.Evidence{Kind: k, At: at, Data: data})
}

// incomplete states unfinished work, each spent budget once for a place.
func (w *worker) incomplete(path, why, budget string, limit int64) {
	key := budget + "\x00" + path
	if budget != "" && w.spent[key] {
		return
	}
	if w.spent == nil {
		w.spent = map[string]bool{}
	}
	w.spent[key] = true
	w.emit(gate.KindIncomplete, gate.Location{Path: path}, gate.Incomplete{Reason: why, Budget: budget, Limit: limit})
}

// recorder takes what one check states about one text or blob.
type recorder struct {
	w     *worker
	ctx   context.Context
	check string
	src   *gate.Source
	blob  *gate.Blob
	depth int
	claim claim
	worst gate.State // of the children
}

func (r *recorder) path() string {
	if r.blob != nil {
		return r.blob.Path
	}
	return r.src.Path
}

// Reference implements gate.Recorder.
func (r *recorder) Reference(ref gate.Reference) {
	if len(r.w.out.references) >= r.w.s.opt.Limits.Evidence {
		r.w.incomplete(r.w.outer.path, "has more references than the limit", "references", int64(r.w.s.opt.Limits.Evidence))
		return
	}
	ref.Finder = r.check
	if ref.At.Path == "" {
		ref.At.Path = r.path()
	}
	r.w.out.references = append(r.w.out.references, ref)
}

// Bind implements gate.Recorder.
func (r *recorder) Bind(b gate.Binding) {
	if len(r.w.out.bindings) < r.w.s.opt.Limits.Evidence {
		r.w.out.bindings = append(r.w.out.bindings, b)
	}
}

// Emit implements gate.Recorder.
func (r *recorder) Emit(k gate.Kind, at gate.Location, data any) {
	if at.Path == "" {
		at.Path = r.path()
	}
	r.w.emit(k, at, data)
}

// Format implements gate.Recorder.
func (r *recorder) Format(name string, state gate.State, reason string) {
	r.claim = claim{name, state, reason}
}

// Embed implements gate.Recorder.
func (r *recorder) Embed(language string, text []byte, at gate.PositionMap) {
	if r.src == nil || !r.enter("texts in texts") {
		return
	}
	finders := r.w.s.finders[language]
	r.w.find(r.ctx, r.src.Embedded(language, text, at), finders, r.depth+1)
}

// Child implements gate.Recorder.
func (r *recorder) Child(name string, size int64, rd io.Reader) {
	if !r.enter("containers in containers") {
		r.worst = gate.Unread
		return
	}
	path, before := r.path()+"!"+named(name), len(r.w.out.evidence)
	at, ok := rd.(io.ReaderAt)
	if !ok || size < 0 {
		spool, err := r.w.spool(path, rd)
		if err != nil {
			r.w.incomplete(path, "cannot be unpacked: "+reason(err), "", 0)
			r.worst = gate.Unread
		}
		if spool == nil {
			return
		}
		defer spool.Close()
		at, size = spool, spool.size
	}
	state := r.w.inspect(r.ctx, gate.NewBlob(path, size, at), r.depth+1, before)
	r.worst = worse(r.worst, state)
}

// enter counts something inside the file and tells whether the budgets allow it.
func (r *recorder) enter(what string) bool {
	l := r.w.s.opt.Limits
	r.w.children++
	switch {
	case r.ctx.Err() != nil:
		return false // stated once for the file
	case r.depth+1 > l.Depth:
		r.w.incomplete(r.path(), fmt.Sprintf("has %s more than %d deep", what, l.Depth), "depth", int64(l.Depth))
	case r.w.children > l.Children:
		r.w.incomplete(r.w.outer.path, "has more inside than the limit", "entries", int64(l.Children))
	default:
		return true
	}
	return false
}

// guarded runs a check. A panic is a defect of the check, which must not let a file
// through: it is unfinished work.
func (r *recorder) guarded(path string, run func()) {
	defer func() {
		if p := recover(); p != nil {
			r.w.incomplete(path, fmt.Sprintf("the check %q failed: %v", r.check, p), "", 0)
		}
	}()
	run()
}

// spool is an unpacked child, in memory while it is small, else in a temporary file.
type spool struct {
	io.ReaderAt
	size int64
	file *os.File
}

// Close removes the temporary file.
func (s *spool) Close() {
	if s.file != nil {
		s.file.Close()
		os.Remove(s.file.Name())
	}
}
