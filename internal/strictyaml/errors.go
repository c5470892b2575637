package strictyaml

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Error is a place of the file that cannot stand, with what comes nearest to it.
type Error struct {
	Path         string
	Line, Column int
	Message      string
	Near         []string
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s", e.Path, e.Line, e.Column, e.Message)
	for i, near := range e.Near {
		if i == 0 {
			b.WriteString("\n  near: ")
		} else {
			b.WriteString("\n        ")
		}
		b.WriteString(near)
	}
	return b.String()
}

// MaxErrors bounds the report on a file that is of another sort altogether.
const MaxErrors = 50

// Add states an error at a node, with the names that may have been meant there.
func (r *Reader) Add(n *yaml.Node, near []string, format string, args ...any) {
	r.At(n.Line, n.Column, near, format, args...)
}

// At states an error at a place. Long arguments are cut.
func (r *Reader) At(line, column int, near []string, format string, args ...any) {
	if r.Full() {
		return
	}
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = Clip(text)
		}
	}
	r.found = append(r.found, &Error{r.path, line, column, Printable(fmt.Sprintf(format, args...)), near})
}

// Full tells that no further error will be told, so that none need be looked for.
func (r *Reader) Full() bool { return len(r.found) >= MaxErrors }

// Found is the number of errors so far.
func (r *Reader) Found() int { return len(r.found) }

// Err is all the errors in the order of the file, or nil.
func (r *Reader) Err() error {
	slices.SortStableFunc(r.found, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	joined := make([]error, len(r.found))
	for i, e := range r.found {
		joined[i] = e
	}
	return errors.Join(joined...)
}

// Printable keeps text of the file on its line: what a terminal would obey is escaped.
func Printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x200e && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Clip keeps a long text, such as a certificate, from filling its line.
func Clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
