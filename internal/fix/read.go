package fix

import (
	"context"
	"io"
	"slices"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/checks/sources/python"
	"github.com/modelgate/gate/internal/pysyntax"
)

// Limits on the texts inside of one file.
const (
	maxTexts = 2000
	maxDepth = 8
)

// reading is what the finders state of a file, with the texts that they found in it.
type reading struct {
	ctx  context.Context
	path string
	text []byte
	lines
	texts      []*text
	references []gate.Reference
	evidence   []gate.Evidence
	cut        bool // not all was read

	sites *sites
}

// text is a file, or a text that stands inside of it.
type text struct {
	src    *gate.Source
	parent int // in reading.texts; -1 for the file
	depth  int
	places gate.PositionMap
	python bool
	module *pysyntax.Module
}

func read(ctx context.Context, path string, content []byte) *reading {
	r := &reading{ctx: ctx, path: path, text: content, lines: newLines(content)}
	head := content[:min(len(content), gate.HeadSize)]
	var wanting []checks.Finder
	for _, f := range checks.Finders() {
		if f.Wants(path, head) {
			wanting = append(wanting, f)
		}
	}
	t := &text{src: gate.NewSource(path, content), parent: -1, python: python.Finder{}.Wants(path, head)}
	r.find(t, wanting)
	return r
}

// find runs finders over a text. A finder that fails leaves the reading incomplete.
func (r *reading) find(t *text, finders []checks.Finder) {
	if len(r.texts) >= maxTexts || t.depth > maxDepth || r.ctx.Err() != nil {
		r.cut = true
		return
	}
	r.texts = append(r.texts, t)
	rec := &recorder{reading: r, at: len(r.texts) - 1}
	defer func() {
		if recover() != nil {
			r.cut = true
		}
	}()
	for _, f := range finders {
		f.Find(r.ctx, t.src, rec)
	}
}

// parsed is the syntax of a text in Python.
func (t *text) parsed() *pysyntax.Module {
	if t.module == nil {
		t.module = pysyntax.Parse(t.src.Text)
	}
	return t.module
}

// start is the offset at which a location begins.
func (r *reading) start(at gate.Location) int {
	offset, ok := r.offset(at.Line, at.Column)
	if !ok {
		return -1
	}
	return offset
}

func (r *reading) end(at gate.Location) int {
	offset, ok := r.offset(at.EndLine, at.EndColumn)
	if !ok {
		return -1
	}
	return offset
}

// location is the place of the bytes [start, end).
func (r *reading) location(start, end int) gate.Location {
	l := gate.Location{Path: r.path, Offset: int64(start)}
	l.Line, l.Column = r.position(start)
	l.EndLine, l.EndColumn = r.position(end)
	return l
}

// recorder takes what the finders state about one text.
type recorder struct {
	*reading
	at int
}

// Reference implements gate.Recorder.
func (r *recorder) Reference(ref gate.Reference) { r.references = append(r.references, ref) }

// Bind implements gate.Recorder: names of other files change nothing here.
func (r *recorder) Bind(gate.Binding) {}

// Emit implements gate.Recorder.
func (r *recorder) Emit(k gate.Kind, at gate.Location, data any) {
	r.evidence = append(r.evidence, gate.Evidence{Kind: k, At: at, Data: data})
}

// Format implements gate.Recorder: only inspectors call it.
func (r *recorder) Format(string, gate.State, string) {}

// Child implements gate.Recorder: only inspectors call it.
func (r *recorder) Child(string, int64, io.Reader) {}

// Embed implements gate.Recorder.
func (r *recorder) Embed(language string, content []byte, at gate.PositionMap) {
	parent := r.texts[r.at]
	t := &text{src: parent.src.Embedded(language, content, at), parent: r.at, depth: parent.depth + 1, places: at}
	var finders []checks.Finder
	for _, f := range checks.Finders() {
		if s := f.Spec(); s.Name == language || slices.Contains(s.Languages, language) {
			finders = append(finders, f)
			t.python = t.python || s.Name == python.Finder{}.Spec().Name
		}
	}
	r.find(t, finders)
}
