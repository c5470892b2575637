package config

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/option"
	"github.com/modelgate/gate/internal/strictyaml"
)

// Explain prints the lines of the policy beside the rules that enforce them; all prints
// its metadata and the rules that are on by default too.
func Explain(w io.Writer, p *Policy, all bool) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, p.title())
	fmt.Fprintln(out, "Levels production/research")
	for _, s := range p.Sources {
		fmt.Fprintf(out, "%s  trust %s\n", strictyaml.Printable(s.Name), s.Trust)
		explainLines(out, p, all, func(l *Line) bool { return l.Source == s.Name })
	}
	if slices.ContainsFunc(p.lines, func(l *Line) bool { return l.Source == "" && (all || !l.Metadata) }) {
		fmt.Fprintln(out, "Everywhere")
	}
	explainLines(out, p, all, func(l *Line) bool { return l.Source == "" })
	p.explainDefaults(out, all)
	bound := 0
	for _, l := range p.lines {
		if !l.Metadata {
			bound++
		}
	}
	fmt.Fprintf(out, "%d lines: %d bound, %d metadata, 0 unenforced\n", len(p.lines), bound, len(p.lines)-bound)
	return out.Flush()
}

func (p *Policy) title() string {
	title := p.info.Path
	if title == "" {
		return "the built-in policy"
	}
	if p.info.Version != "" {
		title += " " + p.info.Version
	}
	if p.info.Owner != "" {
		title += ", " + p.info.Owner
	}
	if p.info.EffectiveDate != "" {
		state := "in force since "
		if !p.inForce {
			state = "lines only warn until "
		}
		title += ", " + state + p.info.EffectiveDate
	}
	return strictyaml.Printable(title)
}

func explainLines(w io.Writer, p *Policy, all bool, of func(*Line) bool) {
	for _, l := range p.lines {
		if !of(l) || l.Metadata && !all {
			continue
		}
		if l.Metadata {
			fmt.Fprintf(w, "%3d %s  (metadata)\n", l.Number, strictyaml.Printable(l.Text))
			continue
		}
		fmt.Fprintf(w, "%3d %s\n", l.Number, strictyaml.Printable(l.Text))
		if l.with != nil {
			continue // said at the first scalar of the form
		}
		l.explain(w)
	}
}

func (l *Line) explain(w io.Writer) {
	width := 0
	for _, b := range l.Bound {
		width = max(width, len(ruleName(b.Rule)))
	}
	for _, b := range l.Bound {
		row := fmt.Sprintf("%s/%s  %-*s  %s", b.Level.Production, b.Level.Research, width, ruleName(b.Rule), b.details())
		fmt.Fprintf(w, "      %s\n", strings.TrimRight(row, " "))
	}
	for _, note := range l.Notes {
		fmt.Fprintf(w, "      ! %s\n", strictyaml.Printable(note))
	}
}

// details are the options or what says more than they do.
func (b Bound) details() string {
	var parts []string
	if b.Remark == "" {
		for _, name := range slices.Sorted(maps.Keys(b.Options)) {
			if text := option.Show(b.Options[name]); text != "{}" && text != "[]" {
				parts = append(parts, name+": "+text)
			}
		}
	}
	text := strings.Join(parts, ", ") + b.Remark
	if b.Aside != "" {
		text = strings.TrimSpace(text + "  (" + b.Aside + ")")
	}
	return strictyaml.Printable(text)
}

// explainDefaults tells of the rules that are on though no line names them.
func (p *Policy) explainDefaults(w io.Writer, all bool) {
	named := map[string]bool{}
	for _, l := range p.lines {
		for _, b := range l.Bound {
			named[b.Rule] = true
		}
	}
	var on []string
	for _, id := range slices.Sorted(maps.Keys(p.demanded)) {
		if !named[id] && p.demanded[id].level != both(gate.Ignore) {
			on = append(on, id)
		}
	}
	if !all {
		fmt.Fprintf(w, "On by default: %d more (--all)\n", len(on))
		return
	}
	fmt.Fprintf(w, "On by default: %d more\n", len(on))
	for _, id := range on {
		l := p.demanded[id].level
		fmt.Fprintf(w, "      %s/%s  %s\n", l.Production, l.Research, id)
	}
}
