package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/modelgate/gate"
)

// The comment of a pull request is found again by its marker. GitHub takes 65,536
// characters.
const (
	marker     = "<!-- gate: model review -->"
	maxComment = 65_000
)

// Comment writes the body of the comment that a pull request gets: the verdict, what the
// change does to the models, and what it brings in that breaks the policy.
func Comment(w io.Writer, r *gate.Report, _ Options) error {
	m := &summaryWriter{limit: maxComment}
	m.block("%s\n", marker)
	m.verdict(r)
	m.review(r)
	for _, g := range groups(fresh(r)) {
		m.group(g)
	}
	if n := len(old(r)); n > 0 {
		m.block("\n%s in the base too, and not counted.\n", Plural(n, "old finding"))
	}
	_, err := w.Write(m.bytes())
	return err
}

// review tells what the change does to the models, for a job summary.
func (m *summaryWriter) review(r *gate.Report) {
	if r.Review == nil {
		return
	}
	if len(r.Review.Models) == 0 {
		m.block("\n### Models\n\nThe change adds, moves and removes no model.\n")
		return
	}
	m.block("\n### Models\n\n| | model | revision | publisher | license | size | formats | state | findings |\n|---|---|---|---|---|--:|---|---|---|\n")
	for _, c := range r.Review.Models {
		row := make([]string, 0, 7)
		for _, field := range stateFields {
			row = append(row, markdown(both(c, field.of)))
		}
		m.block("| %s | %s<br>%s | %s |\n", markdown(c.Change), markdown(c.Model), markdown(place(c.At)), strings.Join(row, " | "))
	}
	for _, c := range r.Review.Models {
		m.meaning(c)
	}
}

func (m *summaryWriter) meaning(c gate.ModelChange) {
	if len(c.Meaning) == 0 {
		return
	}
	m.block("\n<details><summary>What %s means: %s</summary>\n\n| file | setting | before | after |\n|---|---|---|---|\n",
		markdown(c.Model), Plural(len(c.Meaning), "change"))
	for _, ch := range c.Meaning {
		m.block("| %s | %s | %s | %s |\n", markdown(ch.File), markdown(ch.Key), cell(ch.Before), cell(ch.After))
	}
	m.block("\n</details>\n")
}

// cell is text of several lines in one cell.
func cell(s string) string {
	lines := strings.Split(cut(s, 2000), "\n")
	for i := range lines {
		lines[i] = markdown(lines[i])
	}
	return strings.Join(lines, "<br>")
}

// stateFields are what a reader sees of a model in one state.
var stateFields = []struct {
	name string
	of   func(*gate.ModelState) string
}{
	{"revision", revision},
	{"publisher", publisher},
	{"license", license},
	{"size", func(s *gate.ModelState) string { return amount(s.Size) }},
	{"formats", func(s *gate.ModelState) string { return strings.Join(s.Formats, ", ") }},
	{"state", func(s *gate.ModelState) string { return string(s.State) }},
	{"findings", findings},
}

func revision(s *gate.ModelState) string {
	if len(s.Revision) == 40 {
		return s.Revision[:12]
	}
	if s.Commit == "" {
		return s.Revision
	}
	return fmt.Sprintf("%s (%.12s)", cmp.Or(s.Revision, "no revision"), s.Commit)
}

func publisher(s *gate.ModelState) string {
	switch {
	case s.Publisher == "" || s.Verified == nil:
		return s.Publisher
	case *s.Verified:
		return s.Publisher + ", verified"
	default:
		return s.Publisher + ", not verified"
	}
}

// license is what the publisher claims; a registry that was not asked says nothing.
func license(s *gate.ModelState) string {
	if s.License == "" && s.Commit != "" {
		return "not stated"
	}
	return s.License
}

func findings(s *gate.ModelState) string {
	switch {
	case s.Findings == nil:
		return ""
	case *s.Findings == (gate.Findings{}):
		return "none"
	}
	return fmt.Sprintf("%d denied, %s", s.Findings.Denied, Plural(s.Findings.Warned, "warning"))
}

// amount is a number of bytes for a person, or nothing where it is not known.
func amount(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB"}
	f, i := float64(n), 0
	for ; f >= 1000 && i < len(units)-1; i++ {
		f /= 1000
	}
	switch {
	case n <= 0:
		return ""
	case i == 0:
		return fmt.Sprintf("%d B", n)
	default:
		return fmt.Sprintf("%.1f %s", f, units[i])
	}
}

// both is a field before and after a change, once where it is the same or was not known.
func both(c gate.ModelChange, of func(*gate.ModelState) string) string {
	var before, after string
	if c.Before != nil {
		before = of(c.Before)
	}
	if c.After != nil {
		after = of(c.After)
	}
	switch {
	case before == "" || before == after:
		return after
	case after == "":
		return before
	default:
		return before + " → " + after
	}
}

// review tells what the change does to the models, for a terminal.
func (t *text) review(r *gate.Report) {
	if r.Review == nil || len(r.Review.Models) == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s\n", t.paint("bold", "MODELS"))
	for _, c := range r.Review.Models {
		fmt.Fprintf(t, "  %s  %s  %s\n", plain(c.Change), plain(c.Model), t.paint("dim", place(c.At)))
		for _, field := range stateFields {
			if value := both(c, field.of); value != "" && (field.name != "findings" || value != "none") {
				fmt.Fprintf(t, "      %-9s  %s\n", field.name, plain(value))
			}
		}
		for _, ch := range c.Meaning {
			fmt.Fprintf(t, "      %s %s: %s\n", plain(ch.File), plain(ch.Key), plain(meaning(ch)))
		}
	}
}

// meaning is a change of a setting in one line.
func meaning(ch gate.MeaningChange) string {
	short := func(s string) string { return cut(strings.Join(strings.Fields(s), " "), 200) }
	switch {
	case ch.Before == "":
		return "adds " + short(ch.After)
	case ch.After == "":
		return "removes " + short(ch.Before)
	default:
		return short(ch.Before) + " → " + short(ch.After)
	}
}
