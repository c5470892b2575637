package baseline

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/modeltest"
	"github.com/modelgate/gate/internal/proposal"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/scan"
)

// commit writes files, removes those without text, and commits.
func commit(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	r, err := git.PlainOpen(dir)
	if err != nil {
		if r, err = git.PlainInit(dir, false); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		os.Remove(path)
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			err = os.Symlink(target, path)
		} else if text != "" {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w, err := r.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.AddWithOptions(&git.AddOptions{All: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit("c", &git.CommitOptions{AllowEmptyCommits: true, Author: &object.Signature{Name: "a", Email: "a@b"}}); err != nil {
		t.Fatal(err)
	}
}

func model(t *testing.T, name string) string {
	t.Helper()
	data, err := modeltest.Build(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestReuse: a base of which only the folders are scanned that the change touches is what
// a scan of all of it finds.
func TestReuse(t *testing.T) {
	dir := t.TempDir()
	commit(t, dir, map[string]string{
		"app.py":                   "import torch\nm = torch.load('a.pt', weights_only=False)\n",
		"src/a.py":                 "from transformers import AutoModel\nAutoModel.from_pretrained('a/b')\n",
		"src/deep/b.py":            "from transformers import AutoModel\nAutoModel.from_pretrained('c/d')\n",
		"models/one/m.safetensors": model(t, "safetensors"),
		"models/one/config.json":   `{"auto_map": {"AutoModel": "x.Y"}}`,
		"models/two/m.pkl":         model(t, "pickle-system"),
		"models/two/m.bin":         model(t, "pickle-import"),
		"models/three/m.pkl":       model(t, "pickle-import"),
		"links/a.pkl":              "-> ../models/three/m.pkl",
		"odd!name/x%21y.pkl":       model(t, "pickle-import"),
		"gone/m.pkl":               model(t, "pickle-system"),
	})
	commit(t, dir, map[string]string{
		"src/a.py":               "print(1)\n",
		"models/one/config.json": `{}`,
		"models/two/m.pkl":       "",
		"models/three/m.pkl":     "",
		"new/m.pkl":              model(t, "pickle-system"),
		"odd!name/z.pkl":         model(t, "pickle-system"),
		"gone/m.pkl":             "",
	})
	quiet := func(string) (func(done, all int), func()) { return func(int, int) {}, func() {} }
	s := &run.Session{Now: time.Now, Getenv: func(string) string { return "" }, Progress: quiet}
	p, err := proposal.Open(dir, "HEAD~1", "", s.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	rules, err := run.DefaultRules()
	if err != nil {
		t.Fatal(err)
	}
	repo := &run.Repository{Dir: dir, Files: os.DirFS(dir), Policy: config.Default(rules)}
	b := &Baseline{session: s, repo: repo, Files: p.Files(p.Fork), Head: &run.Gathered{}}
	if b.Head.Scanned, err = s.Look(t.Context(), repo, repo.Files); err != nil {
		t.Fatal(err)
	}
	b.Head.Found = s.Findings(repo.Files, b.Head.Scanned)
	kinds, err := p.Changed()
	if err != nil {
		t.Fatal(err)
	}
	b.touch(kinds, false)
	got, err := b.scan(t.Context(), kinds)
	if err != nil {
		t.Fatal(err)
	}
	want, err := s.Look(t.Context(), repo, b.Files)
	if err != nil {
		t.Fatal(err)
	}
	if g, w := facts(t, got), facts(t, want); !slices.Equal(g, w) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(g, "\n"), strings.Join(w, "\n"))
	}
}

// facts are all that a scan found, as sorted text.
func facts(t *testing.T, r *scan.Result) []string {
	t.Helper()
	var out []string
	add := func(v any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	for _, x := range r.References {
		add(x)
	}
	for _, x := range r.Bindings {
		add(x)
	}
	for _, x := range r.Evidence {
		add(x)
	}
	for _, x := range r.Files {
		add(x)
	}
	slices.Sort(out)
	return out
}
