package report

import (
	"fmt"
	"strings"
	"unicode"
)

// plain makes untrusted text safe for a terminal and a log: control, format and
// private-use characters, which move cursors and reverse lines, are written as escapes.
//
// So are the commands that runners of pipelines obey wherever they stand in a line of a
// log: "##[error]" and Azure's "##vso[task.setvariable]".
func plain(s string) string {
	s = logCommands.Replace(s)
	if strings.IndexFunc(s, hostile) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hostile(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

var logCommands = strings.NewReplacer("##[", `\u0023#[`, "##vso[", `\u0023#vso[`, "##VSO[", `\u0023#VSO[`)

func hostile(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar
}

var markdownMarks = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;",
	"\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "|", "\\|", "#", "\\#",
	"~", "\\~", "!", "\\!", "@", "&#64;", "://", "&#58;//", "www.", "www&#46;",
)

// markdown makes text safe between Markdown and HTML: no markup, links or mentions.
func markdown(s string) string { return markdownMarks.Replace(plain(s)) }

// cut shortens text to at most n bytes at a rune's border.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}
