package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate/internal/cli"
)

var update = flag.Bool("update", false, "write what the commands print into the pages")

// block is a fenced block, after a line that has nothing but the name of a file in code
// if it is that file.
var block = regexp.MustCompile("(?m)(?:^`([^`\n]+)`\n\n)?^```[a-z]*\n((?s:.*?))^```\n")

// TestTranscripts runs the commands that the hand-written pages show, in a folder with the
// files that the same section shows, and compares what they print.
func TestTranscripts(t *testing.T) {
	for _, page := range []string{"policy.md", "threat-model.md"} {
		name := filepath.Join("../../../docs", page)
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sections := strings.SplitAfter(string(text), "\n## ")
		for i, section := range sections {
			dir := t.TempDir()
			sections[i] = block.ReplaceAllStringFunc(section, func(found string) string {
				m := block.FindStringSubmatch(found)
				file, body := m[1], m[2]
				command, shown, _ := strings.Cut(body, "\n")
				switch {
				case file != "":
					place(t, filepath.Join(dir, file), body)
				case strings.HasPrefix(body, "$ gate "):
					got := output(dir, strings.Fields(command)[2:])
					if got != shown && !*update {
						t.Errorf("%s shows for %q\n%s\nand it prints\n%s\nrun `go generate ./...`", page, command, shown, got)
					}
					return strings.Replace(found, body, command+"\n"+got, 1)
				}
				return found
			})
		}
		if *update {
			if err := os.WriteFile(name, []byte(strings.Join(sections, "")), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func place(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// output is what a command prints, with its errors, on a fixed day.
func output(dir string, args []string) string {
	var out bytes.Buffer
	day := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	c := cli.Command{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Dir: dir, Version: "1.0",
		Getenv: func(string) string { return "" }, Now: func() time.Time { return day },
	}
	c.Main(context.Background(), args)
	return out.String()
}
