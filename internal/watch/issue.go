package watch

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/modelgate/gate/internal/report"
)

// IssueMarker is the comment by which a workflow finds the one issue that it updates.
const IssueMarker = "<!-- gate-watch -->"

// maxIssue stays below the 65,536 characters that GitHub takes.
const maxIssue = 60_000

// Issue is the body of one GitHub issue that lists all open alerts, worst first, in
// Markdown. Nothing that a stranger chose is markup in it. It is empty where nothing is
// open.
func Issue(open []Alert, s *Severities) string {
	if len(open) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n`gate watch` compares models.lock with the registry. Open: %s.\n", IssueMarker, report.Plural(len(open), "alert"))
	heading := ""
	for i, a := range s.bySeverity(open) {
		row := fmt.Sprintf("- **%s** %s: %s\n", a.Type, escape(a.Key), escape(a.Message))
		for _, d := range a.Details {
			row += "  - " + escape(d) + "\n"
		}
		if word := s.Of(&a); word != heading {
			heading = word
			row = fmt.Sprintf("\n### %s\n\n", heading) + row
		}
		if b.Len()+len(row) > maxIssue {
			fmt.Fprintf(&b, "\nand %s more\n", report.Plural(len(open)-i, "alert"))
			break
		}
		b.WriteString(row)
	}
	b.WriteString("\nAn alert leaves this list when its cause is gone or the model is locked anew.\n")
	return b.String()
}

// marks makes text safe between Markdown and HTML: no markup, links or mentions.
var marks = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "&#64;", "://", "&#58;//", "www.", "www&#46;",
	"\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "|", "\\|", "#", "\\#", "~", "\\~", "!", "\\!",
)

func escape(s string) string { return marks.Replace(visible(s)) }

// visible writes characters that move text or hide in it as escapes.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
