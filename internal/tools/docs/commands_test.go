package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/cli"
	"github.com/modelgate/gate/internal/report"
)

var (
	fences = regexp.MustCompile("(?ms)^[ ]*```[a-z]*\n(.*?)^[ ]*```$")
	spans  = regexp.MustCompile("`([^`]+)`")
	// commandLine is a line of a script or a configuration that runs the gate.
	commandLine = regexp.MustCompile(`(?m)^[ \t]*(?:\$ |- |[\w-]+: |sh ['"]|exec )*(?:go run \./cmd/)?gate (\S.*)$`)
	commandSpan = regexp.MustCompile(`(?s)^(?:\$ |go run \./cmd/)?gate (\S.*)$`)
	continued   = regexp.MustCompile(`\\\n\s*`)
)

// TestCommandsParse holds each command that the pages, the templates and the rules show to
// the commands, the flags and the formats of reports that there are.
func TestCommandsParse(t *testing.T) {
	root := os.DirFS("../../..")
	files := []string{"README.md", "ARCHITECTURE.md", "SECURITY.md", "CONTRIBUTING.md", ".pre-commit-hooks.yaml", "rego/catalogue.json"}
	for _, pattern := range []string{"docs/*.md", "docs/rules/*.md", "templates/*"} {
		found, err := fs.Glob(root, pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("got the files %q of %s, %v", found, pattern, err)
		}
		files = append(files, found...)
	}
	seen := 0
	for _, file := range files {
		for _, command := range commandsIn(path.Ext(file), read(t, root, file)) {
			seen++
			if wrong := mistake(command); wrong != "" {
				t.Errorf("%s has `gate %s`: %s", file, command, wrong)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d commands were found", seen)
	}
}

func TestCommandsIn(t *testing.T) {
	const page = "Run `gate lock\n--upgrade KEY`, not the gate itself, or `go run ./cmd/gate scan a`.\n\n" +
		"```yaml\nentry: gate check\n- script: gate check \\\n    --offline\n```\n\n" +
		"```\n$ gate explain x\njudged by gate dev\n```\n"
	want := []string{"check", "check --offline", "explain x", "lock\n--upgrade KEY", "scan a"}
	if got := commandsIn(".md", page); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := commandsIn(".yaml", "a: # `gate b`\n  - gate check\n"); !slices.Equal(got, []string{"check"}) {
		t.Errorf("got %q of YAML", got)
	}
}

func TestMistake(t *testing.T) {
	for command, want := range map[string]string{
		"check":       "",
		"-h":          "",
		"--offline .": "",
		"check --report sarif=a --report=text -q": "no flag -q",
		"check . --offline --policy --strange":    "",
		"check --strange":                         "no flag --strange",
		"check --report pdf=a":                    `no report "pdf"`,
		"check --report FORMAT[=PATH]":            "",
		"check --offline | tee --append log":      "",
		`check --base "$BASE"`:                    "",
		"watch [DIR] --state FILE [--issue FILE]": "",
		"watch --cache=x":                         "no flag --cache=x",
		"frobnicate --quiet":                      `no command "frobnicate"`,
		"policy explain|init --all":               "no flag --all",
		`policy explain\|test [FILE]`:             "",
		"policy frobnicate":                       `no command "policy frobnicate"`,
	} {
		if got := mistake(command); got != want {
			t.Errorf("gate %s: got %q, want %q", command, got, want)
		}
	}
}

// commandsIn are the commands in a text, without the name of the program.
func commandsIn(extension, text string) []string {
	var out []string
	text = continued.ReplaceAllString(text, "")
	lines := func(block string) {
		for _, m := range commandLine.FindAllStringSubmatch(block, -1) {
			out = append(out, m[1])
		}
	}
	if extension != ".md" && extension != ".json" {
		lines(text)
		return out
	}
	for _, m := range fences.FindAllStringSubmatch(text, -1) {
		lines(m[1])
	}
	for _, m := range spans.FindAllStringSubmatch(fences.ReplaceAllString(text, ""), -1) {
		if c := commandSpan.FindStringSubmatch(m[1]); c != nil {
			out = append(out, c[1])
		}
	}
	return out
}

// mistake is what the gate would not take of a command, or nothing.
func mistake(command string) string {
	words := strings.Fields(strings.ReplaceAll(command, `\|`, "|"))
	if i := slices.IndexFunc(words, operator); i >= 0 {
		words = words[:i]
	}
	name := "check"
	if len(words) > 0 && !strings.HasPrefix(words[0], "-") {
		name, words = bare(words[0]), words[1:]
	}
	if name != "policy" || len(words) == 0 {
		return wrongFlag(name, words)
	}
	for _, verb := range strings.Split(words[0], "|") {
		if wrong := wrongFlag(name+" "+bare(verb), words[1:]); wrong != "" {
			return wrong
		}
	}
	return ""
}

func wrongFlag(command string, words []string) string {
	flags, ok := flagsOf(command)
	if !ok {
		return fmt.Sprintf("no command %q", command)
	}
	for i := 0; i < len(words); i++ {
		word := bare(words[i])
		if !strings.HasPrefix(word, "-") || strings.Trim(word, "-") == "" || word == "-h" {
			continue
		}
		name, value, given := strings.Cut(strings.TrimLeft(word, "-"), "=")
		takesValue, ok := flags[name]
		if !ok {
			return "no flag " + word
		}
		if takesValue && !given && i+1 < len(words) {
			i++
			value = bare(words[i])
		}
		format, _, _ := strings.Cut(value, "=")
		if name == "report" && !slices.Contains(report.Formats(), format) && !strings.HasPrefix(format, "FORMAT") {
			return fmt.Sprintf("no report %q", format)
		}
	}
	return ""
}

// flagsOf are the flags of a command, from its help, each with whether it takes a value.
func flagsOf(command string) (flags map[string]bool, ok bool) {
	if command == "help" || command == "version" {
		return nil, true
	}
	var help bytes.Buffer
	c := cli.Command{Stdin: strings.NewReader(""), Stdout: &help, Stderr: &help, Getenv: func(string) string { return "" }}
	c.Main(context.Background(), append(strings.Fields(command), "-h"))
	if !strings.HasPrefix(help.String(), "usage: gate "+command+" [flags]") {
		return nil, false
	}
	flags = map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^  -([\w-]+)( \S+)?`).FindAllStringSubmatch(help.String(), -1) {
		flags[m[1]] = m[2] != ""
	}
	return flags, true
}

// operator tells whether a word of a shell command ends the gate's part of it.
func operator(word string) bool {
	return slices.Contains([]string{"|", "||", "&&", ";", ">", ">>", "2>", "<", "#"}, word)
}

// bare is a word without quotes and without the brackets of what is optional.
func bare(word string) string { return strings.Trim(word, `'"[];`) }
