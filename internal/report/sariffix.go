package report

import (
	"bytes"
	"io/fs"
	"unicode/utf16"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/modelgate/gate"
)

// fixer writes the edits that remove violations, as editors that read SARIF offer them;
// code scanning ignores them.
type fixer struct {
	files  fs.FS
	prefix string
	lines  map[string][][]byte // of the files that are edited
}

func (f *fixer) fixes(found []gate.Violation) []*sarif.Fix {
	var out []*sarif.Fix
	for _, v := range found {
		if v.Fix == nil || f.files == nil {
			continue
		}
		fix := sarif.NewFix().WithDescriptionText(cut(plain(v.Fix.Description), 1000))
		at := map[string]*sarif.ArtifactChange{}
		for _, e := range v.Fix.Edits {
			change := at[e.At.Path]
			if change == nil {
				change = sarif.NewArtifactChange(sarif.NewSimpleArtifactLocation(uri(f.prefix + outer(e.At.Path))))
				at[e.At.Path] = change
				fix.AddArtifactChanges(change)
			}
			text := e.Text
			change.WithReplacement(sarif.NewReplacement(f.region(e.At)).WithInsertedContent(&sarif.ArtifactContent{Text: &text}))
		}
		if len(fix.ArtifactChanges) > 0 {
			out = append(out, fix)
		}
	}
	return out
}

func (f *fixer) region(l gate.Location) *sarif.Region {
	return sarif.NewRegion().WithStartLine(l.Line).WithStartColumn(f.column(l.Path, l.Line, l.Column)).
		WithEndLine(l.EndLine).WithEndColumn(f.column(l.Path, l.EndLine, l.EndColumn))
}

// column counts UTF-16 units, as SARIF does, where the gate counts bytes.
func (f *fixer) column(path string, line, column int) int {
	lines, ok := f.lines[path]
	if !ok {
		text, err := fs.ReadFile(f.files, path)
		if err == nil {
			lines = bytes.Split(text, []byte("\n"))
		}
		if f.lines == nil {
			f.lines = map[string][][]byte{}
		}
		f.lines[path] = lines
	}
	if line < 1 || line > len(lines) || column < 1 || column-1 > len(lines[line-1]) {
		return column
	}
	return len(utf16.Encode([]rune(string(lines[line-1][:column-1])))) + 1
}
