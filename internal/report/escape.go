package report

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// plain makes untrusted text safe for a terminal and a log: control, format and
// private-use characters, which move cursors and reverse lines, are written as escapes.
//
// So are the commands that runners of pipelines obey wherever they stand in a line of a
// log: "##[error]", Azure's "##vso[task.setvariable]", TeamCity's "##teamcity[...]".
func plain(s string) string {
	s = logCommands.ReplaceAllString(s, `\u0023#$1`)
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

var logCommands = regexp.MustCompile(`##([\w.-]*\[)`)

// Log makes text of several lines safe for the log of a pipeline's runner, as the text
// report is: no line of it is a command.
func Log(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		words := strings.Split(line, "\t")
		for j := range words {
			words[j] = plain(words[j])
		}
		line = strings.Join(words, "\t")
		if rest := strings.TrimLeftFunc(line, unicode.IsSpace); strings.HasPrefix(rest, "::") {
			line = line[:len(line)-len(rest)] + `\u003a` + rest[1:]
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}

func hostile(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar
}

// An entity or a backslash does not keep GitHub from a mention or a link to an issue,
// since it looks for them in what was rendered. An empty comment does.
var markdownMarks = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;",
	"\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "|", "\\|", "#", "#<!-- -->",
	"~", "\\~", "!", "\\!", "@", "@<!-- -->", "://", "&#58;//", "www.", "www&#46;",
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
