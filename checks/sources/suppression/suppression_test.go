package suppression

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/modelgate/gate/checks/sources/notebook"
	"github.com/modelgate/gate/internal/checktest"
)

func TestComments(t *testing.T) {
	for name, test := range map[string]struct {
		path, text string
		want       []ignore
	}{
		"same line":    {"a.py", "x = 1\nload(y)  # gate: ignore[unpinned-revision] the vendor pins it\n", []ignore{{[]string{"unpinned-revision"}, "the vendor pins it", false, 2}}},
		"next line":    {"a.py", "  # gate: ignore[a-b, c-d] why: because\nload(y)\n", []ignore{{[]string{"a-b", "c-d"}, "why: because", true, 2}}},
		"no next line": {"a.py", "# gate: ignore[a-b] why", []ignore{{[]string{"a-b"}, "why", true, 0}}},
		"no reason":    {"a.sh", "run # gate: ignore[a-b]  \r\n", []ignore{{[]string{"a-b"}, "", false, 1}}},
		"no rule":      {"a.sh", "run # gate: ignore[ ] why", []ignore{{[]string{}, "why", false, 1}}},
		"not closed":   {"a.sh", "run # gate: ignore[a-b why", []ignore{{[]string{}, "", false, 1}}},
		"dash":         {"Dockerfile.gpu", "RUN x #gate: ignore[a-b] -- why", []ignore{{[]string{"a-b"}, "why", false, 1}}},
		"slashes":      {"a.ts", "f() /" + "/ gate: ignore[a-b] why", []ignore{{[]string{"a-b"}, "why", false, 1}}},
		"semicolon":    {"setup.cfg", "; gate: ignore[a-b] why\nx=1\n", []ignore{{[]string{"a-b"}, "why", true, 2}}},
		"page":         {"a.html", "<!-- gate: ignore[a-b] why -->\n<x>", []ignore{{[]string{"a-b"}, "why", true, 2}}},
		"shebang":      {"serve", "#!/bin/sh\nrun # gate: ignore[a-b] why", []ignore{{[]string{"a-b"}, "why", false, 2}}},
		"requirements": {"requirements-dev.txt", "x # gate: ignore[a-b] why", []ignore{{[]string{"a-b"}, "why", false, 1}}},
		"other mark":   {"a.go", "x := 1 # gate: ignore[a-b] why", nil},
		"no comment":   {"a.py", "print('gate: ignore[a-b] why')", nil},
		"no opening":   {"a.py", "x # gate: ignore all", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if !(Finder{}).Wants(test.path, []byte(test.text)) {
				t.Fatal("is not wanted")
			}
			r := checktest.Find(t, Finder{}, test.path, "", test.text)
			if got := checktest.Of[ignore](r, kindIgnore); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestWants(t *testing.T) {
	for _, p := range []string{"README.md", "notes.txt", "data.csv", "config.json", "m.bin", "requirements.md"} {
		if (Finder{}).Wants(p, []byte("# gate: ignore[a-b] why")) {
			t.Errorf("%s is wanted", p)
		}
	}
}

// TestCells reads the comments of a notebook in its cells, and not those in its JSON.
func TestCells(t *testing.T) {
	lines := "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\n\"# gate: ignore[a-b] why\\n\",\n\"load(x)\"\n]}], \"nbformat\": 4}"
	for text, want := range map[string]int{lines: 3, strings.ReplaceAll(lines, "\n", ""): 0} {
		if r := checktest.Find(t, Finder{}, "a.ipynb", "", text); len(r.Evidence) > 0 {
			t.Errorf("the file itself states %+v", r.Evidence)
		}
		cells := checktest.Find(t, notebook.Finder{}, "a.ipynb", "", text)
		out := &checktest.Record{}
		for _, e := range cells.Embeds {
			Finder{}.Find(context.Background(), e.Source, out)
		}
		want := []ignore{{[]string{"a-b"}, "why", true, want}}
		if got := checktest.Of[ignore](out, kindIgnore); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestEmbeddedTextIsReadWithItsFile(t *testing.T) {
	if r := checktest.Find(t, Finder{}, "ci.yml", "shell", "run # gate: ignore[a-b] why"); len(r.Evidence) > 0 {
		t.Errorf("states %+v", r.Evidence)
	}
}

func TestBounds(t *testing.T) {
	text := "x # gate: ignore[" + strings.Repeat("a-b,", 1000) + "c] " + strings.Repeat("é", 1000)
	got := checktest.Of[ignore](checktest.Find(t, Finder{}, "a.py", "", text), kindIgnore)
	if len(got) != 1 || len(got[0].Rules) != maxRules || len(got[0].Reason) > maxReason {
		t.Errorf("got %+v", got)
	}
}

func FuzzFind(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, "a.py", "", "x # gate: ignore[a-b] why\n", "# gate: ignore[")
}
