package main

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/modelgate/gate"
)

// TestPagesAreCurrent holds what is committed to what would be generated.
func TestPagesAreCurrent(t *testing.T) {
	root := os.DirFS("../../..")
	pages, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range pages {
		got, err := fs.ReadFile(root, name)
		if err != nil || string(got) != want {
			t.Errorf("%s is stale: run `go generate ./...`", name)
		}
	}
	committed, err := written(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range committed {
		if _, ok := pages[name]; !ok {
			t.Errorf("%s is of no rule: run `go generate ./...`", name)
		}
	}
}

// TestLinksLead holds the links between the pages, hand-written ones too, to files and
// headings that exist.
func TestLinksLead(t *testing.T) {
	root := os.DirFS("../../..")
	files, err := fs.Glob(root, "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	more, err := written(root)
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, file := range append(files, more...) {
		for _, m := range links.FindAllStringSubmatch(read(t, root, file), -1) {
			target, heading, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			name := file
			if target != "" {
				name = path.Join(path.Dir(file), target)
			}
			if _, err := fs.Stat(root, name); err != nil {
				t.Errorf("%s links to %q: %v", file, m[1], err)
			} else if heading != "" && !headings(read(t, root, name))[heading] {
				t.Errorf("%s links to %q, a heading that is not there", file, m[1])
			}
		}
	}
}

func TestExample(t *testing.T) {
	const script = "# It fires.\nmodel pickle bad/a.pkl\nmodel pickle good/a.pkl\n! gate check bad --only r\n" +
		"cmp stdout want.txt\ngate check good --only r\n\n" +
		"-- bad/x.md --\n```\ncode\n```\n-- good/x.md --\nfine\n-- want.txt --\nFAIL  bad\n"
	b := &book{root: fstest.MapFS{"testdata/rules/r.txtar": {Data: []byte(script)}}}
	var w strings.Builder
	if err := b.example(&w, gate.Rule{ID: "r"}); err != nil {
		t.Fatal(err)
	}
	const want = "\n## Example\n\nIt fires.\n\nThe test builds `bad/a.pkl` as a tiny file of no other use.\n" +
		"\n`bad/x.md`\n\n````\n```\ncode\n```\n````\n\n```\n$ gate check bad --only r\nFAIL  bad\n```\n"
	if w.String() != want {
		t.Errorf("got %s\nwant %s", w.String(), want)
	}
}

func TestFlow(t *testing.T) {
	got := flow(map[string]any{"b": []any{"x", 1}, "a": true, "c": map[string]any{"d": "e"}})
	if want := "{a: true, b: [x, 1], c: {d: e}}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func read(t *testing.T, root fs.FS, name string) string {
	t.Helper()
	text, err := fs.ReadFile(root, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// headings are the anchors of a page, as GitHub makes them.
func headings(text string) map[string]bool {
	out := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		out[strings.ReplaceAll(regexp.MustCompile(`[^\w\- ]`).ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")] = true
	}
	return out
}
