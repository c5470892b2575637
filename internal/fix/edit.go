package fix

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/modelgate/gate"
)

// edit replaces the bytes [start, end) of a text.
type edit struct {
	start, end int
	text       string
}

// Apply makes the edits of a file. Edits that are the same are made once; those that
// overlap, or lie outside of the text, are an error.
func Apply(text []byte, edits []gate.Edit) ([]byte, error) {
	l := newLines(text)
	var list []edit
	for _, e := range edits {
		start, ok := l.offset(e.At.Line, e.At.Column)
		end, also := l.offset(e.At.EndLine, e.At.EndColumn)
		if !ok || !also || end < start {
			return nil, fmt.Errorf("the place %d:%d-%d:%d is not in %q", e.At.Line, e.At.Column, e.At.EndLine, e.At.EndColumn, e.At.Path)
		}
		list = append(list, edit{start, end, e.Text})
	}
	return apply(text, list)
}

var errOverlap = errors.New("edits overlap")

func apply(text []byte, edits []edit) ([]byte, error) {
	edits, err := ordered(edits)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	from := 0
	for _, e := range edits {
		if e.end > len(text) {
			return nil, errors.New("an edit lies outside of the text")
		}
		out.Write(text[from:e.start])
		out.WriteString(e.text)
		from = e.end
	}
	out.Write(text[from:])
	return out.Bytes(), nil
}

// ordered sorts edits by place and drops those that say the same twice.
func ordered(edits []edit) ([]edit, error) {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end), cmp.Compare(a.text, b.text))
	})
	edits = slices.Compact(edits)
	for i := 1; i < len(edits); i++ {
		if edits[i].start < edits[i-1].end || edits[i].start == edits[i-1].start && edits[i].end > edits[i].start && edits[i-1].end > edits[i-1].start {
			return nil, errOverlap
		}
	}
	return edits, nil
}

// shifted is where the byte at an offset stands after edits that are in order.
func shifted(offset int, edits []edit) int {
	delta := 0
	for _, e := range edits {
		if e.end > offset || e.start == offset && e.end > e.start {
			break
		}
		delta += len(e.text) - (e.end - e.start)
	}
	return offset + delta
}

// lines finds the offsets of lines and columns.
type lines struct {
	size   int
	starts []int
}

func newLines(text []byte) lines {
	l := lines{len(text), []int{0}}
	for i, c := range text {
		if c == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

func (l lines) offset(line, column int) (int, bool) {
	if line < 1 || line > len(l.starts) || column < 1 {
		return 0, false
	}
	end := l.size
	if line < len(l.starts) {
		end = l.starts[line]
	}
	offset := l.starts[line-1] + column - 1
	return offset, offset <= end
}

func (l lines) position(offset int) (line, column int) {
	line, found := slices.BinarySearch(l.starts, offset)
	if found {
		line++
	}
	return line, offset - l.starts[line-1] + 1
}

// lift turns edits of a text that stands inside of another into edits of that one.
func lift(edits []edit, size int, places gate.PositionMap, quote func(string) string) []edit {
	out := make([]edit, len(edits))
	for i, e := range edits {
		start := behind(places, e.start, size)
		if e.start < size {
			start = places.Outer(e.start)
		}
		end := start
		if e.end > e.start {
			end = max(start, behind(places, e.end, size))
		}
		out[i] = edit{start, end, quote(e.text)}
	}
	return out
}

// behind is the place behind the byte before an offset. What stands for that byte may be
// longer, such as an escape; it then ends where the next byte begins.
func behind(places gate.PositionMap, offset, size int) int {
	if offset == 0 {
		return places.Outer(0)
	}
	i, _ := slices.BinarySearchFunc(places, offset, func(s gate.Segment, o int) int { return cmp.Compare(s.From, o) })
	if i > 0 && places[i-1].Fixed && offset < size {
		return places.Outer(offset)
	}
	return places.Outer(offset-1) + 1
}

// asWritten is text that needs no quoting.
func asWritten(s string) string { return s }

// inJSON is text as it stands in a string of JSON.
func inJSON(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return s
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}

// File is a file that fixes change.
type File struct {
	Path     string
	Old, New []byte
	Fixed    int // violations
	edits    []edit
}

// Files applies the fixes that violations carry, and gives the files that they change in
// the order of their paths.
func Files(fsys fs.FS, violations []gate.Violation) ([]File, error) {
	edits, fixed := map[string][]gate.Edit{}, map[string]int{}
	for _, v := range violations {
		if v.Fix == nil {
			continue
		}
		fixed[v.At.Path]++
		for _, e := range v.Fix.Edits {
			edits[e.At.Path] = append(edits[e.At.Path], e)
		}
	}
	var out []File
	for path, list := range edits {
		text, ok := load(fsys, path)
		if !ok {
			return nil, fmt.Errorf("reading %q again, to fix it: it is not there any more, or no file", path)
		}
		changed, err := Apply(text, list)
		if err != nil {
			return nil, fmt.Errorf("fixing %q: %w", path, err)
		}
		f := File{Path: strings.ReplaceAll(path, "%21", "!"), Old: text, New: changed, Fixed: fixed[path]}
		l := newLines(text)
		for _, e := range list {
			start, _ := l.offset(e.At.Line, e.At.Column)
			end, _ := l.offset(e.At.EndLine, e.At.EndColumn)
			f.edits = append(f.edits, edit{start, end, e.Text})
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return out, nil
}
