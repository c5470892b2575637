package report

import (
	"strings"
	"testing"
)

// TestLogCommands: no runner finds a command in a text, whatever the tool is called.
func TestLogCommands(t *testing.T) {
	for text, want := range map[string]string{
		"##[error]x":                        `\u0023#[error]x`,
		"a ##vso[task.complete]x":           `a \u0023#vso[task.complete]x`,
		"##VsO[x] ##teamcity[buildStatus]":  `\u0023#VsO[x] \u0023#teamcity[buildStatus]`,
		"###[group]":                        `#\u0023#[group]`,
		"##a##b-c.d[x":                      `##a\u0023#b-c.d[x`,
		"## a heading, an [index] and #1":   "## a heading, an [index] and #1",
		"one\n\ttwo\n::error::x\n \t::x::y": "one\n\ttwo\n\\u003a:error::x\n \t\\u003a:x::y",
		"a::b\r::c\x1b[31m":                 `a::b\u000d::c\u001b[31m`,
	} {
		if got := Log(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestMarkdownNames: GitHub sees neither a mention nor an issue, which it looks for in what
// entities and backslashes stand for.
func TestMarkdownNames(t *testing.T) {
	got := markdown("@org.pkl #1 acme/app#2 a@b # h")
	if want := "@<!-- -->org.pkl #<!-- -->1 acme/app#<!-- -->2 a@<!-- -->b #<!-- --> h"; got != want {
		t.Errorf("got %q", got)
	}
	if strings.ContainsAny(strings.ReplaceAll(markdown("<@#>"), "<!-- -->", ""), "<>") {
		t.Error("markup is left")
	}
}
