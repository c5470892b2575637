package scan

import (
	"context"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
)

func TestAliases(t *testing.T) {
	text := &fstest.MapFile{Data: []byte("use x")}
	for name, c := range map[string]struct {
		link, target string
		stated       bool
	}{
		"text":                       {"a.src", "notes.txt", true},
		"a source":                   {"a.src", "real.src", false},
		"a test":                     {"a.src", "tests/t.src", true},
		"another environment":        {"a.src", "research/r.src", true},
		"a package":                  {"a.src", "node_modules/p/p.src", true},
		"a file of git":              {"a.src", ".git/g.src", true},
		"no file":                    {"a.src", "lost.src", true},
		"out of the tree":            {"a.src", "../a.src", true},
		"from a test":                {"tests/a.src", "../notes.txt", false},
		"no source":                  {"a.txt", "notes.txt", false},
		"a folder":                   {"pkg", "lib", false},
		"a folder of documents":      {"pkg", "docs", true},
		"a folder of packages":       {"pkg", "node_modules/p", true},
		"a folder of an environment": {"pkg", "research", true},
		"the tree":                   {"lib/top", "..", false},
		"behind another link":        {"a.src", "other/t.src", true},
		"a model":                    {"m.pkl", "notes.txt", true},
		"a model that is one":        {"m.pkl", "n.pkl", false},
	} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{
				"notes.txt": text, "real.src": text, "tests/t.src": text, "docs/d.src": text, "lib/l.src": text, "research/r.src": text,
				"node_modules/p/p.src": text, ".git/g.src": text, "n.pkl": text,
				"other": {Data: []byte("tests"), Mode: fs.ModeSymlink},
			}
			files[c.link] = &fstest.MapFile{Data: []byte(c.target), Mode: fs.ModeSymlink}
			r, err := Tree(context.Background(), files, Options{Finders: []checks.Finder{words{}}, Places: []string{"research/**"}})
			if err != nil {
				t.Fatal(err)
			}
			stated := slices.ContainsFunc(r.Evidence, func(e gate.Evidence) bool {
				return e.Kind == gate.KindUnparsed && e.At.Path == c.link
			})
			if stated != c.stated {
				t.Errorf("stated %v, want %v: %+v", stated, c.stated, r.Evidence)
			}
		})
	}
}
