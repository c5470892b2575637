// Package zip states what is odd about the structure of a zip archive, above all where
// two of its readers see different files, and hands back what is inside.
//
// The format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
package zip

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/archive"
	"github.com/modelgate/gate/internal/binary"
	"github.com/modelgate/gate/internal/zipfile"
)

// Inspector reads zip archives.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name:  "zip",
		Doc:   "Zip archives: entries that leave their folder, and files that readers disagree on.",
		Emits: archive.Emits(),
	}
}

// Wants implements checks.Inspector.
func (Inspector) Wants(b *gate.Blob) bool { return zipfile.Sniff(b.Head(), b.Tail(), b.Size) }

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	if starts := zipfile.Stacked(b.Path, b, b.Size); starts != nil {
		stacked(b, starts, out)
		return
	}
	a, err := zipfile.ReadBlob(ctx, b)
	if err != nil {
		if ctx.Err() != nil {
			out.Emit(gate.KindIncomplete, gate.Location{}, gate.Incomplete{Reason: "reading the archive: " + err.Error(), Budget: "time"})
		} else {
			out.Emit(archive.KindMalformed, gate.Location{}, gate.Malformed{Reason: err.Error()})
		}
		out.Format("zip", gate.Unread, err.Error())
		return
	}
	i := &inspection{ctx: ctx, a: a, out: out, clean: len(a.Facts)+len(a.Spans) == 0}
	i.facts(b)
	kind := a.Kind()
	i.entries(kind)
	i.spans(b)
	switch format := formats[kind]; {
	case kind == zipfile.TorchKind:
		// Its inspector says how far the file was understood.
	case i.broken != "":
		out.Format(format, gate.Unread, i.broken)
	case i.clean:
		out.Format(format, gate.Verified, "")
	default:
		out.Format(format, gate.Unproven, "")
	}
}

// stacked hands back the archives that fill a file one behind the other.
func stacked(b *gate.Blob, starts []int64, out gate.Recorder) {
	for i, from := range starts {
		to := b.Size
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		out.Child(fmt.Sprintf("part@%d", from), to-from, io.NewSectionReader(b, from, to-from))
	}
	out.Format("zip", gate.Verified, "")
}

// formats name the archives that no other inspector sees as a whole: that of Keras sees
// the configuration only, that of NumPy single arrays.
var formats = map[string]string{zipfile.PlainKind: "zip", zipfile.NpzKind: "npz", zipfile.KerasKind: "keras"}

type inspection struct {
	ctx    context.Context
	a      *zipfile.Archive
	out    gate.Recorder
	clean  bool
	broken string // what was not read
}

// conflicts are the facts by which two readers see different files.
var conflicts = map[string]bool{
	zipfile.Duplicate: true, zipfile.Mismatch: true, zipfile.Hidden: true, zipfile.Directory: true,
}

// facts states what the reader of the structure found.
func (i *inspection) facts(b *gate.Blob) {
	torch := i.a.Kind() == zipfile.TorchKind
	for _, f := range i.a.Facts {
		at := gate.Location{Offset: f.Offset}
		switch {
		case conflicts[f.What] || f.What == zipfile.Case && torch:
			i.out.Emit(archive.KindConflict, at, archive.Conflict{Name: f.Name, A: f.A, B: f.B, What: f.What})
		case f.What == zipfile.Truncated:
			i.malformed(f.Offset, missing(f))
		default:
			i.out.Emit(archive.KindAnomaly, at, archive.Anomaly{Name: f.Name, Problem: f.What, Detail: detail(f)})
		}
	}
	if i.a.Unfinished != "" {
		i.incomplete("", i.a.Unfinished, "entries")
	}
	ends := !slices.ContainsFunc(i.a.Spans, func(s zipfile.Span) bool { return s.Where == "suffix" })
	if ends && pickled(b.Head()) {
		i.out.Emit(archive.KindConflict, gate.Location{}, archive.Conflict{A: "a pickle", B: "a zip archive", What: "polyglot"})
	}
}

func missing(f zipfile.Fact) string {
	if f.Name == "" {
		return f.A + " is missing"
	}
	return fmt.Sprintf("%s of entry %q is missing", f.A, f.Name)
}

func detail(f zipfile.Fact) string {
	if f.B == "" {
		return f.A
	}
	return f.A + ", " + f.B
}

// pickled tells whether a file begins as a pickle of protocol 2 or later does.
func pickled(head []byte) bool {
	return len(head) > 2 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5 && strings.IndexByte("}])(cKM\x89\x88NX\x8c\x95G", head[2]) >= 0
}

func (i *inspection) malformed(offset int64, reason string) {
	i.broken = reason
	i.out.Emit(archive.KindMalformed, gate.Location{Offset: offset}, gate.Malformed{Reason: reason})
}

func (i *inspection) incomplete(name, reason, budget string) {
	i.clean = false
	if name != "" {
		reason = fmt.Sprintf("entry %q: %s", name, reason)
	}
	i.broken = reason
	i.out.Emit(gate.KindIncomplete, gate.Location{}, gate.Incomplete{Reason: reason, Budget: budget})
}

// entries states what is wrong with single entries and hands them back, but for a torch
// checkpoint, whose inspector matches records to storages.
func (i *inspection) entries(kind string) {
	for n := range i.a.Entries {
		if err := i.ctx.Err(); err != nil {
			i.incomplete("", "handing back entries: "+err.Error(), "time")
			return
		}
		e := &i.a.Entries[n]
		i.clean = archive.Name(i.out, e.Name, e.Header) && i.clean
		switch e.Mode & 0o170000 { // as Unix has it
		case 0o120000:
			i.clean = false
			i.link(e)
		case 0o020000, 0o060000, 0o010000, 0o140000:
			i.clean = false
			archive.Device(i.out, e.Name, e.Header)
		}
		if kind != zipfile.TorchKind && !e.Dir() && !e.Missing {
			i.child(e)
		}
	}
}

// link reads the target of a symbolic link, which is the data of its entry.
func (i *inspection) link(e *zipfile.Entry) {
	r, err := i.a.Open(e)
	if err != nil {
		return // stated where the entry is handed back
	}
	target, _ := io.ReadAll(io.LimitReader(&binary.Stream{R: r}, 4096))
	archive.Link(i.out, e.Name, string(target), false, e.Header)
}

// child hands an entry back, and says where it is not what the archive says.
func (i *inspection) child(e *zipfile.Entry) {
	name, at := e.Name, gate.Location{Offset: e.Header}
	p := i.a.Hand(e, i.out.Child)
	if p.Rest != nil {
		i.out.Child(name+"[suffix]", p.Rest.Size(), p.Rest)
	}
	switch {
	case p.Err == nil && p.Anomaly == "":
	case p.Err == nil:
		i.clean = false
		i.out.Emit(archive.KindAnomaly, at, archive.Anomaly{Name: name, Problem: p.Anomaly})
	case errors.Is(p.Err, zipfile.ErrMethod):
		i.incomplete(name, p.Err.Error(), "")
	case e.Flags&zipfile.FlagEncrypted != 0:
		i.incomplete(name, "is encrypted", "")
	default:
		i.clean = false
		i.malformed(e.Header, fmt.Sprintf("entry %q: %v", name, p.Err))
	}
}

// spans states the bytes that belong to no entry and hands them back. A pickle at the
// start is read by its own inspector, which has all of it.
func (i *inspection) spans(b *gate.Blob) {
	for n, s := range i.a.Spans {
		hollow := archive.Hollow(b, s.Offset, s.Offset+s.Size)
		note := fmt.Sprintf("%d bytes", s.Size)
		if hollow {
			note += " of zero"
		}
		i.out.Emit(archive.KindAnomaly, gate.Location{Offset: s.Offset}, archive.Anomaly{Problem: s.Where, Detail: note})
		if !hollow && !(s.Offset == 0 && pickled(b.Head())) {
			i.out.Child(fmt.Sprintf("[%s %d]", s.Where, n), s.Size, i.a.Section(s))
		}
	}
}
