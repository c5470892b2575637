package fix

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// around is how many lines a diff shows on each side of a change.
const around = 3

// Diff is the change as a unified diff that git and patch take
// (https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html).
func (f File) Diff() string {
	changes := f.changes()
	if len(changes) == 0 {
		return ""
	}
	old := bytes.SplitAfter(f.Old, []byte("\n"))
	if n := len(old); len(old[n-1]) == 0 {
		old = old[:n-1]
	}
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", header("a/"+f.Path), header("b/"+f.Path))
	delta := 0
	for i := 0; i < len(changes); {
		j := i + 1
		for j < len(changes) && changes[j].from-changes[j-1].to <= 2*around {
			j++
		}
		delta = hunk(&b, old, changes[i:j], delta)
		i = j
	}
	return b.String()
}

// change replaces the lines [from, to) of a file.
type change struct {
	from, to int
	lines    [][]byte
}

// changes are the edits as changes of whole lines, which share none.
func (f File) changes() []change {
	edits, err := ordered(f.edits)
	if err != nil {
		return nil
	}
	l := newLines(f.Old)
	var out []change
	for i := 0; i < len(edits); {
		from := l.line(edits[i].start)
		to, j := l.line(edits[i].end)+1, i+1
		for j < len(edits) && l.line(edits[j].start) < to {
			to = max(to, l.line(edits[j].end)+1)
			j++
		}
		start, end := l.starts[from], l.size
		if to < len(l.starts) {
			end = l.starts[to]
		}
		text := replaced(f.Old[start:end], edits[i:j], start)
		if c := trimmed(change{from, to, split(text)}, split(f.Old[start:end])); c.to > c.from || len(c.lines) > 0 {
			out = append(out, c)
		}
		i = j
	}
	return out
}

func (l lines) line(offset int) int {
	line, _ := l.position(offset)
	return line - 1
}

func replaced(text []byte, edits []edit, base int) []byte {
	var out []byte
	from := 0
	for _, e := range edits {
		out = append(append(out, text[from:e.start-base]...), e.text...)
		from = e.end - base
	}
	return append(out, text[from:]...)
}

func split(text []byte) [][]byte {
	list := bytes.SplitAfter(text, []byte("\n"))
	if n := len(list); len(list[n-1]) == 0 {
		list = list[:n-1]
	}
	return list
}

// trimmed leaves out of a change the lines at its start and end that stay as they are.
func trimmed(c change, old [][]byte) change {
	c.to = c.from + len(old)
	for len(old) > 0 && len(c.lines) > 0 && bytes.Equal(old[0], c.lines[0]) {
		old, c.lines, c.from = old[1:], c.lines[1:], c.from+1
	}
	for n, m := len(old), len(c.lines); n > 0 && m > 0 && bytes.Equal(old[n-1], c.lines[m-1]); n, m = n-1, m-1 {
		old, c.lines, c.to = old[:n-1], c.lines[:m-1], c.to-1
	}
	return c
}

// hunk writes changes that are near each other, and gives how many lines the file has
// grown by after them.
func hunk(b *strings.Builder, old [][]byte, changes []change, delta int) int {
	from, to := max(0, changes[0].from-around), min(len(old), changes[len(changes)-1].to+around)
	grown := 0
	for _, c := range changes {
		grown += len(c.lines) - (c.to - c.from)
	}
	fmt.Fprintf(b, "@@ -%s +%s @@\n", span(from, to-from), span(from+delta, to-from+grown))
	at := from
	for _, c := range changes {
		write(b, ' ', old[at:c.from])
		write(b, '-', old[c.from:c.to])
		write(b, '+', c.lines)
		at = c.to
	}
	write(b, ' ', old[at:to])
	return delta + grown
}

// span is a start and a length; an empty one stands behind the line that it names.
func span(from, n int) string {
	if n > 0 {
		from++
	}
	return strconv.Itoa(from) + "," + strconv.Itoa(n)
}

func write(b *strings.Builder, mark byte, list [][]byte) {
	for _, line := range list {
		b.WriteByte(mark)
		b.Write(line)
		if !bytes.HasSuffix(line, []byte("\n")) {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// header is the name of a file as git writes it in the head of a diff.
func header(name string) string {
	for i := range len(name) {
		if c := name[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return quoted(name)
		}
	}
	if strings.Contains(name, " ") {
		return name + "\t"
	}
	return name
}

func quoted(name string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(name) {
		switch c := name[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + `"`
}
