package baseline

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/gitrepo"
	"github.com/modelgate/gate/internal/run"
)

// TestUnlike: what the checkout has not as the commit has it cannot be read.
func TestUnlike(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	folder := &fstest.MapFile{Mode: fs.ModeDir}
	pointer := file("version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("0", 64) + "\nsize 1\n")
	base := fstest.MapFS{".gitattributes": file("*.ps1 working-tree-encoding=UTF-16\n"), "w/.gitattributes": file("* working-tree-encoding=UTF-7\n")}
	head := fstest.MapFS{
		".gitattributes": file("*.ps1 working-tree-encoding=UTF-16\n*.py text\n"), "module": folder, "there": folder, "app.py": pointer, "m.bin": pointer,
		"docs/a.py": pointer, "sparse.png": file("x"), "same.py": file("a\nb\n"), "other.py": file("a"), "big.py": pointer, "x/link.py": {Data: []byte("a"), Mode: fs.ModeSymlink},
	}
	disk := fstest.MapFS{
		".gitattributes": file("*.py text\n"), "there/a.py": file("1"), "module": folder, "app.py": pointer, "m.bin": pointer, "docs/a.py": pointer,
		"same.py": file("a\r\nb\r\n"), "other.py": file("b"), "big.py": file("print(1)"), "x/link.py": file("a"),
	}
	kinds := map[string]gitrepo.ChangeKind{"gone.py": gitrepo.Removed, "w/.gitattributes": gitrepo.Removed}
	for name := range head {
		kinds[name] = gitrepo.Modified
	}
	b := &Baseline{Files: base, repo: &run.Repository{Files: disk}}
	var got []string
	for _, e := range b.unlike(t.Context(), Options{Commit: head, Whole: head, Prefix: ".", Kinds: kinds}) {
		if fact, ok := e.Data.(gate.Unparsed); !ok || !fact.Added || e.Kind != gate.KindUnparsed {
			t.Errorf("%+v", e)
		}
		got = append(got, e.At.Path)
	}
	if want := []string{"app.py", "module", "other.py", "sparse.png", "w/.gitattributes", "x/link.py"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	head[".gitattributes"] = file("*.py text\n")
	if got := b.unlike(t.Context(), Options{Commit: head, Whole: head, Prefix: ".", Kinds: map[string]gitrepo.ChangeKind{"other.py": gitrepo.Modified}}); len(got) > 0 {
		t.Errorf("an edit that is not committed is stated: %+v", got)
	}
}
