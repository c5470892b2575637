// Package report writes a gate.Report for its readers: a person at a terminal or with a
// page, a job summary, code scanning, annotations, an inventory, and the gate itself.
package report

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/modelgate/gate"
)

// Options say what a writer may use beside the report.
type Options struct {
	// Color permits terminal colours in text.
	Color bool
	// Files has the files that were judged, for fingerprints. It may be nil.
	Files fs.FS
	// Prefix is the folder that was judged, from the root of the checkout as code scanning
	// and annotations name files. It is empty or ends in a slash.
	Prefix string
	// Category parts the alerts of several runs over one commit; empty means "gate".
	Category string
	// Annotated says that findings reach the reader as alerts, so that annotations are
	// left out.
	Annotated bool
}

// Writer writes a report in one format.
type Writer func(io.Writer, *gate.Report, Options) error

var writers = map[string]Writer{
	"text":               Text,
	"json":               JSON,
	"sarif":              SARIF,
	"markdown":           Markdown,
	"github":             GitHub,
	"gitlab-codequality": GitLab,
	"junit":              JUnit,
	"comment":            Comment,
	"html":               HTML,
	"mlbom":              MLBOM,
}

// For returns the writer of a format.
func For(format string) (Writer, error) {
	w, ok := writers[format]
	if !ok {
		return nil, fmt.Errorf("unknown report format %q: use one of %s", format, strings.Join(Formats(), ", "))
	}
	return w, nil
}

// Formats lists the names of the formats.
func Formats() []string { return slices.Sorted(maps.Keys(writers)) }

// group is what one rule found.
type group struct {
	rule  gate.Rule
	level gate.Level
	found []gate.Violation
}

// groups puts the violations that are not waived together by rule and level: denials
// first, the most severe rules first.
func groups(r *gate.Report) []group {
	rules := map[string]gate.Rule{}
	for _, rule := range r.Rules {
		rules[rule.ID] = rule
	}
	var out []group
	at := map[string]int{}
	for _, v := range r.Violations {
		if v.Waived != nil {
			continue
		}
		key := string(v.Level) + v.Rule
		i, ok := at[key]
		if !ok {
			i, at[key] = len(out), len(out)
			rule := rules[v.Rule]
			rule.ID = v.Rule
			out = append(out, group{rule: rule, level: v.Level})
		}
		out[i].found = append(out[i].found, v)
	}
	slices.SortStableFunc(out, func(a, b group) int {
		if a.level != b.level {
			return weight(b.level) - weight(a.level)
		}
		return strings.Compare(severity(b.rule), severity(a.rule))
	})
	return out
}

// anchored is a violation as a reader of the checkout sees it: one in a file of a registry
// stands where the model is asked for, and its message names the file.
func anchored(v gate.Violation) gate.Violation {
	if !v.At.Remote() || len(v.Related) == 0 {
		return v
	}
	v.Message += " (in " + v.At.Path + ")"
	v.At, v.Related = v.Related[0], v.Related[1:]
	return v
}

func weight(l gate.Level) int {
	return slices.Index([]gate.Level{gate.Ignore, gate.Warn, gate.Deny}, l)
}

// severity is comparable as text: "10.0" sorts behind "9.8".
func severity(r gate.Rule) string { return fmt.Sprintf("%4s", r.Severity) }

// count is the number of violations of a level that are neither waived nor old, and of all
// waived.
func count(r *gate.Report) (denied, warned, waived int) {
	for _, v := range r.Violations {
		switch {
		case v.Waived != nil:
			waived++
		case v.Old:
		case v.Level == gate.Deny:
			denied++
		case v.Level == gate.Warn:
			warned++
		}
	}
	return denied, warned, waived
}

// fixable is the number of violations that carry an edit.
func fixable(found []gate.Violation) (n int) {
	for _, v := range found {
		if v.Fix != nil {
			n++
		}
	}
	return n
}

// states counts the inspected files by how far they were understood.
func states(r *gate.Report) map[gate.State]int {
	n := map[gate.State]int{}
	for _, a := range r.Artifacts {
		for _, f := range a.Files {
			n[f.State]++
		}
	}
	return n
}

// Plural is a number with its noun.
func Plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
