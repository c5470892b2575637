// Package python finds references to models, and loads, in Python source. It begins at
// the calls that load and follows their arguments backwards through the file: through
// constants, attributes, defaults, tables, loops and local functions, as
// https://docs.python.org/3/reference/executionmodel.html binds names. What a library's
// call means is a row of a table.
package python

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/pysyntax"
)

// Finder is the finder of Python source.
type Finder struct{}

// Spec implements checks.Finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name:      "python",
		Doc:       "Models that Python code loads, and how safely it loads them.",
		Languages: []string{"py", "python3"},
		Emits: map[gate.Kind]any{
			gate.KindLoad:       gate.Load{},
			gate.KindUnparsed:   gate.Unparsed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Finder.
func (Finder) Wants(path string, head []byte) bool {
	path = strings.ToLower(path)
	for _, ext := range []string{".py", ".pyw", ".pyi", ".pyx", ".py.in", ".py.tmpl", ".py.j2"} {
		if strings.HasSuffix(path, ext) {
			return true
		}
	}
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	return bytes.HasPrefix(line, []byte("#!")) && bytes.Contains(line, []byte("python"))
}

// Find implements checks.Finder.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	encoded(src, out)
	text := newlines(src.Text)
	exports(src, text, out)
	sinks := triggered(text)
	if !sinks && (src.Language != "" || !assignsModel(text)) {
		return
	}
	if !skim(string(text), src.Path) {
		return
	}
	mod := pysyntax.Parse(text)
	if !sinks && len(mod.Errors) > 0 {
		return
	}
	known, relevant := look(mod, src.Path)
	if !relevant && len(mod.Errors) == 0 {
		return
	}
	r := newReport(src)
	m := newMachine(ctx, mod, src.Path, known, r)
	m.run()
	if len(mod.Errors) > 0 && r.context != gate.InDoc { // documents show pieces of programs
		e := mod.Errors[0]
		out.Emit(gate.KindUnparsed, src.At(int(e.Offset), int(e.Offset)), gate.Unparsed{Language: "python", Reason: e.Message})
	}
	m.stateLimits(out)
	r.flush(out)
}

// encoded states a file that Python decodes to other text than what is read here.
func encoded(src *gate.Source, out gate.Recorder) {
	name := pysyntax.Encoding(src.Text)
	if pysyntax.Transparent(name) || src.Language != "" && modelid.ContextOf(src.Path) == gate.InDoc {
		return
	}
	reason := fmt.Sprintf("source in the encoding %q is not read", name[:min(len(name), 40)])
	out.Emit(gate.KindUnparsed, src.At(0, 0), gate.Unparsed{Language: "python", Reason: reason})
}

// newlines is a text whose lone carriage returns, which end lines in Python too, are
// newlines.
func newlines(text []byte) []byte {
	own := false
	for i := 0; ; i++ {
		n := bytes.IndexByte(text[i:], '\r')
		if n < 0 {
			return text
		}
		if i += n; i+1 < len(text) && text[i+1] == '\n' {
			continue
		}
		if !own {
			text, own = bytes.Clone(text), true
		}
		text[i] = '\n'
	}
}
