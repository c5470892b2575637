package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Error is a place of the policy that does not bind, with what comes nearest to it.
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

// maxProblems bounds the report on a file that is not a policy at all.
const maxProblems = 50

// problems collects the errors of one file, so that all are told in one run.
type problems struct {
	path  string
	found []*Error
}

func (p *problems) add(n *yaml.Node, near []string, format string, args ...any) {
	p.at(n.Line, n.Column, near, format, args...)
}

func (p *problems) at(line, column int, near []string, format string, args ...any) {
	if p.full() {
		return
	}
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = clip(text)
		}
	}
	p.found = append(p.found, &Error{p.path, line, column, printable(fmt.Sprintf(format, args...)), near})
}

// full tells that no further error will be told, so that none need be looked for.
func (p *problems) full() bool { return len(p.found) >= maxProblems }

func (p *problems) err() error {
	slices.SortStableFunc(p.found, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	joined := make([]error, len(p.found))
	for i, e := range p.found {
		joined[i] = e
	}
	return errors.Join(joined...)
}

// nearest are the names that word may have been meant to be.
func nearest(word string, names []string) []string {
	var near []string
	bound := max(1, len(word)/3)
	for distance := 1; distance <= bound && len(near) == 0; distance++ {
		for _, name := range names {
			if edits(strings.ToLower(word), name, bound) == distance {
				near = append(near, name)
			}
		}
	}
	if len(near) == 0 && len(word) >= 4 {
		for _, name := range names {
			if strings.Contains(name, word) || strings.Contains(word, name) {
				near = append(near, name)
			}
		}
	}
	slices.Sort(near)
	return near[:min(3, len(near))]
}

// edits counts the insertions, deletions, substitutions and swaps that turn a into b;
// words that differ in length by more than bound are not compared.
func edits(a, b string, bound int) int {
	if len(a)-len(b) > bound || len(b)-len(a) > bound || len(a) > 64 {
		return bound + 1
	}
	var before, above []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, row = above, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
