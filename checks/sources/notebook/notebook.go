// Package notebook hands back what stands in Jupyter notebooks: the code cells in their
// order as one Python program, so that names keep their values from cell to cell, and
// shell commands and written files in their own languages, all with places in the raw
// JSON. The format is https://nbformat.readthedocs.io/en/latest/format_description.html.
package notebook

import (
	"cmp"
	"context"
	"strings"

	"github.com/modelgate/gate"
)

// Finder is the finder of Jupyter notebooks.
type Finder struct{}

// Spec implements checks.Finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name: "notebook",
		Doc:  "The code, commands and files in the cells of Jupyter notebooks.",
		Emits: map[gate.Kind]any{
			gate.KindUnparsed:   gate.Unparsed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Finder.
func (Finder) Wants(path string, _ []byte) bool {
	return strings.HasSuffix(strings.ToLower(path), ".ipynb")
}

// Find implements checks.Finder.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	nb, offset, err := read(ctx, src.Text)
	if err != nil {
		out.Emit(gate.KindUnparsed, src.At(offset, offset), gate.Unparsed{Language: "notebook", Reason: err.Error()})
	}
	if nb.long {
		out.Emit(gate.KindIncomplete, src.At(0, 0), gate.Incomplete{Reason: "the cells of the notebook have too many escapes", Budget: "entries", Limit: maxSegments})
	}
	s := splitter{out: out}
	for _, c := range nb.cells {
		if c.code {
			s.cell(c.text, cmp.Or(c.language, nb.language))
		}
	}
	if len(s.program.bytes) > 0 {
		out.Embed("python", s.program.bytes, s.program.places)
	}
}
