package report

import (
	"fmt"
	"slices"

	"github.com/modelgate/gate"
)

// maxOld is how many old violations are listed one by one.
const maxOld = 50

// fresh is a report without the violations that the base has as well.
func fresh(r *gate.Report) *gate.Report {
	out := *r
	out.Violations = slices.DeleteFunc(slices.Clone(r.Violations), func(v gate.Violation) bool { return v.Old && v.Waived == nil })
	return &out
}

// old are the violations that the base has as well.
func old(r *gate.Report) []gate.Violation {
	return slices.DeleteFunc(slices.Clone(r.Violations), func(v gate.Violation) bool { return !v.Old || v.Waived != nil })
}

func (t *text) old(r *gate.Report) {
	list := old(r)
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s  in the base too, and not counted\n", t.paint("bold", "OLD"))
	for i, v := range list {
		if i == maxOld {
			fmt.Fprintf(t, "  %s\n", t.paint("dim", fmt.Sprintf("… and %d more", len(list)-i)))
			break
		}
		fmt.Fprintf(t, "  %s %s\n", place(v.At), plain(v.Rule))
	}
}

func (m *summaryWriter) old(r *gate.Report) {
	list := old(r)
	if len(list) == 0 {
		return
	}
	m.block("\n<details><summary>%s in the base too, and not counted</summary>\n\n| where | rule | what |\n|---|---|---|\n", Plural(len(list), "old finding"))
	for _, v := range list {
		m.block("| %s | %s | %s |\n", markdown(place(v.At)), markdown(v.Rule), markdown(cut(v.Message, 300)))
	}
	m.block("\n</details>\n")
}
