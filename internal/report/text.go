package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/modelgate/gate"
)

// maxPlaces is how many places of one rule are shown to a person.
const maxPlaces = 8

// Text writes for a person at a terminal: the verdict, what was found grouped by rule
// with places and the way out, and what was not looked at.
func Text(w io.Writer, r *gate.Report, opt Options) error {
	b := bufio.NewWriter(w)
	t := &text{b, palette(opt.Color)}
	t.headline(r)
	for _, g := range groups(fresh(r)) {
		t.group(g)
	}
	t.old(r)
	t.waived(r)
	t.review(r)
	t.footer(r)
	return b.Flush()
}

type text struct {
	*bufio.Writer
	paint func(style, s string) string
}

func palette(color bool) func(style, s string) string {
	if !color {
		return func(_, s string) string { return s }
	}
	codes := map[string]string{"deny": "1;31", "warn": "1;33", "pass": "1;32", "dim": "2", "bold": "1"}
	return func(style, s string) string { return "\x1b[" + codes[style] + "m" + s + "\x1b[0m" }
}

func (t *text) headline(r *gate.Report) {
	style := map[gate.Verdict]string{gate.Pass: "pass", gate.Fail: "deny"}[r.Verdict]
	if style == "" {
		style = "warn"
	}
	fmt.Fprintf(t, "%s  %s  %s\n", t.paint(style, strings.ToUpper(string(r.Verdict))), plain(r.Root), t.paint("dim", summary(r)))
}

// summary is the verdict in figures, in one line.
func summary(r *gate.Report) string {
	denied, warned, waived := count(r)
	parts := []string{fmt.Sprintf("%d denied, %s", denied, Plural(warned, "warning"))}
	if n := len(old(r)); n > 0 {
		parts = append(parts, fmt.Sprintf("%d old", n))
	}
	if waived > 0 {
		parts = append(parts, fmt.Sprintf("%d waived", waived))
	}
	if n := len(r.References); n > 0 || r.Stats.Sources > 0 {
		parts = append(parts, Plural(n, "model reference"))
	}
	if n := r.Stats.Inspected; n > 0 {
		s := states(r)
		parts = append(parts, fmt.Sprintf("%s inspected (%d verified, %d unproven, %d unread)",
			Plural(n, "file"), s[gate.Verified], s[gate.Unproven], s[gate.Unread]))
	}
	return strings.Join(append(parts, fmt.Sprintf("%d ms", r.Stats.Millis)), " · ")
}

func (t *text) group(g group) {
	title := g.rule.Title
	if title != "" {
		title = "  " + title
	}
	fmt.Fprintf(t, "\n%s  %s%s\n", t.paint(string(g.level), strings.ToUpper(string(g.level))), t.paint("bold", plain(g.rule.ID)), plain(title))
	for i, v := range g.found {
		if i == maxPlaces && len(g.found) > maxPlaces+1 {
			fmt.Fprintf(t, "  %s\n", t.paint("dim", fmt.Sprintf("… and %d more", len(g.found)-maxPlaces)))
			break
		}
		fmt.Fprintf(t, "  %s\n      %s\n", place(v.At), plain(v.Message))
		if n := len(v.Related); n > 0 {
			fmt.Fprintf(t, "      %s\n", t.paint("dim", "also at "+places(v.Related)))
		}
	}
	if g.rule.Remediation != "" {
		fmt.Fprintf(t, "  %s %s\n", t.paint("bold", "do:"), plain(g.rule.Remediation))
	}
	if n := fixable(g.found); n > 0 {
		fmt.Fprintf(t, "  %s `gate fix` edits %d of %d.\n", t.paint("bold", "or:"), n, len(g.found))
	}
}

// place is where a person or an editor finds it.
func place(l gate.Location) string {
	s := plain(l.Path)
	switch {
	case l.Line > 0 && l.Column > 0:
		return fmt.Sprintf("%s:%d:%d", s, l.Line, l.Column)
	case l.Line > 0:
		return fmt.Sprintf("%s:%d", s, l.Line)
	case l.Offset > 0:
		return fmt.Sprintf("%s (byte %d)", s, l.Offset)
	default:
		return s
	}
}

func places(ls []gate.Location) string {
	var parts []string
	for i, l := range ls {
		if i == 3 && len(ls) > 4 {
			parts = append(parts, fmt.Sprintf("%d more", len(ls)-i))
			break
		}
		parts = append(parts, place(l))
	}
	return strings.Join(parts, ", ")
}

func (t *text) waived(r *gate.Report) {
	first := true
	for _, v := range r.Violations {
		if v.Waived == nil {
			continue
		}
		if first {
			fmt.Fprintf(t, "\n%s\n", t.paint("bold", "WAIVED"))
			first = false
		}
		until := ""
		if day := v.Waived.Expires; day != "" {
			until = " until " + plain(day)
		}
		fmt.Fprintf(t, "  %s %s%s: %s (approved by %s)\n", place(v.At), plain(v.Rule), until,
			plain(v.Waived.Reason), plain(v.Waived.ApprovedBy))
	}
}

func (t *text) footer(r *gate.Report) {
	policy := "the built-in policy"
	if r.Policy.Path != "" {
		policy = plain(r.Policy.Path)
	}
	fmt.Fprintf(t, "\n%s\n", t.paint("dim", fmt.Sprintf("judged by %s (%s), gate %s", policy, plain(r.Policy.Environment), r.Engine.Version)))
	for _, u := range r.Unjudged {
		fmt.Fprintf(t, "%s\n", t.paint("dim", "not looked at: "+plain(u)))
	}
}
