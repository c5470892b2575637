package gitrepo

import (
	"os"
	"path/filepath"
	"testing"
)

func TestLink(t *testing.T) {
	b := build(t)
	b.commit(map[string]string{"service/a.py": "1", "link": "-> service"})
	outside := filepath.Join(t.TempDir(), "work")
	if err := os.Symlink(b.dir, outside); err != nil {
		t.Skip(err)
	}
	other := build(t)
	if err := os.Symlink(other.dir, filepath.Join(b.dir, "other")); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		".": "", "service": "", "link": "link", "link/../link": "link", "other": "other", "other/.git": "other",
	} {
		for _, root := range []string{b.dir, outside} {
			if want != "" {
				want = filepath.Join(root, filepath.Base(want))
			}
			if got, err := Link(filepath.Join(root, dir)); got != want || err != nil {
				t.Errorf("%s of %s is reached by %q, %v", dir, root, got, err)
			}
		}
	}
}

func TestNested(t *testing.T) {
	b := build(t)
	b.commit(map[string]string{"a.py": "1"})
	gitBinary(t, b.dir, "init", "-q", "parts/module")
	gitBinary(t, b.dir, "init", "-q", "parts/other")
	inner := filepath.Join(b.dir, "parts", "module")
	gitBinary(t, inner, "commit", "-q", "--allow-empty", "-m", "x")
	gitBinary(t, b.dir, "update-index", "--add", "--cacheinfo", "160000,"+gitBinary(t, inner, "rev-parse", "HEAD")+",parts/module")
	gitBinary(t, b.dir, "commit", "-q", "-m", "x")
	if err := os.Mkdir(filepath.Join(inner, "deep"), 0o755); err != nil {
		t.Fatal(err)
	}

	for dir, want := range map[string]string{".": "", "parts": "", "parts/module": "parts/module", "parts/module/deep": "parts/module", "parts/other": ""} {
		r, err := Open(filepath.Join(b.dir, filepath.FromSlash(dir)))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.Submodule(); got != want || err != nil {
			t.Errorf("%s is in the submodule %q, %v", dir, got, err)
		}
		r.Close()
	}

	r := b.open()
	head := resolved(t, r, "HEAD")
	for path, want := range map[string]string{
		"a.py": "", "none": "", "a.py/b": "", "parts": "", "parts/other": "", "parts/module": "parts/module", "parts/module/p.yaml": "parts/module",
	} {
		if got, err := head.Submodule(path); got != want || err != nil {
			t.Errorf("%s is in the submodule %q, %v", path, got, err)
		}
	}
}
