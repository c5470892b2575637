package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	gitobject "github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// builder makes a repository in a folder, a commit a day.
type builder struct {
	t    *testing.T
	dir  string
	repo *git.Repository
	day  int
}

func build(t *testing.T) *builder {
	t.Helper()
	dir := t.TempDir()
	r, err := git.PlainInit(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	return &builder{t: t, dir: dir, repo: r}
}

var epoch = time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)

// commit writes files, removes those whose text is empty, and commits.
func (b *builder) commit(files map[string]string, parents ...string) string {
	b.t.Helper()
	w, err := b.repo.Worktree()
	if err != nil {
		b.t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(b.dir, filepath.FromSlash(name))
		if text == "" {
			_, err = w.Remove(name)
		} else if target, ok := strings.CutPrefix(text, "-> "); ok {
			err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.Symlink(target, path))
		} else {
			err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644))
		}
		if err == nil && text != "" {
			_, err = w.Add(name)
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
	opt := &git.CommitOptions{AllowEmptyCommits: true,
		Author: &gitobject.Signature{Name: "a <b>", Email: "a@b", When: epoch.AddDate(0, 0, b.day)}}
	b.day++
	for _, p := range parents {
		opt.Parents = append(opt.Parents, plumbing.NewHash(p))
	}
	h, err := w.Commit(fmt.Sprint("day ", b.day), opt)
	if err != nil {
		b.t.Fatal(err)
	}
	return h.String()
}

// pack moves all objects into a pack, as deltas where they are alike.
func (b *builder) pack() {
	b.t.Helper()
	s := b.repo.Storer.(*filesystem.Storage)
	var all []plumbing.Hash
	if err := s.ForEachObjectHash(func(h plumbing.Hash) error { all = append(all, h); return nil }); err != nil {
		b.t.Fatal(err)
	}
	w, err := s.PackfileWriter()
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := packfile.NewEncoder(w, s, false).Encode(all, 10); err != nil {
		b.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.t.Fatal(err)
	}
	for _, h := range all {
		if err := s.DeleteLooseObject(h); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b *builder) ref(name, hash string) {
	b.t.Helper()
	if err := b.repo.Storer.SetReference(plumbing.NewHashReference(plumbing.ReferenceName(name), plumbing.NewHash(hash))); err != nil {
		b.t.Fatal(err)
	}
}

func (b *builder) open() *Repo { return opened(b.t, b.dir) }

func opened(t *testing.T, dir string) *Repo {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func resolved(t *testing.T, r *Repo, rev string) Commit {
	t.Helper()
	c, err := r.Resolve(rev)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestResolve(t *testing.T) {
	b := build(t)
	first := b.commit(map[string]string{"a": "1"})
	second := b.commit(map[string]string{"a": "2"})
	side := b.commit(map[string]string{"a": "3"}, first)
	merge := b.commit(nil, second, side)
	b.ref("refs/remotes/origin/main", second)
	b.ref("refs/remotes/pull/7/merge", merge)
	b.ref("refs/heads/both", first)
	b.ref("refs/tags/both", second)
	if _, err := b.repo.CreateTag("v1", plumbing.NewHash(first), &git.CreateTagOptions{Message: "m", Tagger: &gitobject.Signature{Name: "a", Email: "b", When: epoch}}); err != nil {
		t.Fatal(err)
	}
	r := b.open()
	for rev, want := range map[string]string{
		first: first, strings.ToUpper(second): second, first[:8]: first, first[:7]: first, "HEAD": merge,
		"master": merge, "main": second, "origin/main": second, "refs/remotes/origin/main": second, "pull/7/merge": merge,
		"v1": first, "refs/tags/v1": first, "HEAD^1": second, "HEAD^2": side, "HEAD~2": first, "HEAD^2^": first,
		"HEAD^0": merge, "refs/heads/both": first,
	} {
		if c, err := r.Resolve(rev); err != nil || c.Hash() != want {
			t.Errorf("%s is %v, %v, want %s", rev, c.hash, err, want)
		}
	}
	for rev, want := range map[string]string{
		"": "not in this repository", "nothing": "run `git fetch origin nothing`", "both": "is a branch and a tag",
		"../../HEAD": "not in this repository", "refs/../HEAD": "not in this repository", "refs/heads": "not in this repository",
		"HEAD^3": "has 2 parents", "HEAD~9": "has 0 parents", strings.Repeat("ab", 20): "not in this repository",
		"a; rm -rf /": "git fetch origin <base>", "HEAD~99999999999999999999": "out of range", "0000000": "not in this repository",
	} {
		if _, err := r.Resolve(rev); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", rev, err, want)
		}
	}
	if _, err := r.Resolve("nothing"); !errors.Is(err, ErrNotFound) || errors.Is(err, ErrShallow) {
		t.Errorf("%v", err)
	}
	if c := resolved(t, r, "v1"); !c.Time().Equal(epoch) {
		t.Errorf("made at %v", c.Time())
	}
}

func TestOpen(t *testing.T) {
	b := build(t)
	b.commit(map[string]string{"a/b/c": "1"})
	if r := opened(t, filepath.Join(b.dir, "a", "b")); r.Prefix != "a/b" {
		t.Errorf("prefix %q", r.Prefix)
	}
	if r := opened(t, filepath.Join(b.dir, ".git")); r.Prefix != ".git" {
		t.Errorf("prefix %q", r.Prefix)
	}
	// A bare repository within a work tree is a part of it.
	inner := filepath.Join(b.dir, "inner")
	if _, err := git.PlainInit(inner, true); err != nil {
		t.Fatal(err)
	}
	if r := opened(t, inner); r.Prefix != "inner" || r.gitDir != filepath.Join(mustEval(t, b.dir), ".git") {
		t.Errorf("opened %q", r.gitDir)
	}
	bare := t.TempDir()
	if _, err := git.PlainInit(bare, true); err != nil {
		t.Fatal(err)
	}
	if r := opened(t, bare); r.Prefix != "." || r.gitDir != mustEval(t, bare) {
		t.Errorf("opened %q", r.gitDir)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNotRepository) {
		t.Error(err)
	}
	if _, err := Open(filepath.Join(b.dir, "none")); err == nil {
		t.Error("opened nothing")
	}
}

func mustEval(t *testing.T, dir string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestFS(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	large := strings.Repeat("large and dull ", maxMemory/15+100)
	b := build(t)
	b.commit(map[string]string{
		"a.txt": "hello", "dir/b.py": "print()", "dir.x": "sorted before the folder by git", "dir/sub/c": "c", "large.bin": large,
		"link": "-> dir/b.py", "dir/up": "-> sub/c", "up": "-> dir/../a.txt", "loop": "-> loop", "out": "-> ../etc/passwd", "abs": "-> /etc/passwd", "folder": "-> dir",
	})
	for _, packed := range []bool{false, true} {
		t.Run(fmt.Sprint("packed=", packed), func(t *testing.T) {
			if packed {
				b.pack()
			}
			fsys := resolved(t, b.open(), "HEAD").FS()
			testFS(t, fsys, large)
		})
	}
}

func testFS(t *testing.T, fsys fs.FS, large string) {
	for name, want := range map[string]string{"a.txt": "hello", "link": "print()", "dir/up": "c", "up": "hello", "folder/sub/c": "c", "large.bin": large} {
		if got, err := fs.ReadFile(fsys, name); err != nil || string(got) != want {
			t.Errorf("%s is %.20q, %v", name, got, err)
		}
		f, err := fsys.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		tail := make([]byte, 3)
		info, _ := f.Stat()
		if n, err := f.(io.ReaderAt).ReadAt(tail, int64(len(want)-min(3, len(want)))); n != min(3, len(want)) || err != nil && err != io.EOF || string(tail[:n]) != want[len(want)-n:] {
			t.Errorf("the end of %s is %q, %v", name, tail, err)
		}
		if info.Size() != int64(len(want)) || info.Name() != filepath.Base(name) || !info.ModTime().Equal(epoch) {
			t.Errorf("%s is %v", name, fs.FormatFileInfo(info))
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if _, err := f.Read(tail); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("read after closing: %v", err)
		}
	}
	for name, want := range map[string]string{"loop": "links on the way", "out": "out of the tree", "abs": "out of the tree", "none": "not exist", "a.txt/x": "not exist", "../a": "invalid"} {
		if _, err := fs.Stat(fsys, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if target, err := fs.ReadLink(fsys, "dir/up"); err != nil || target != "sub/c" {
		t.Errorf("%q, %v", target, err)
	}
	if info, err := fs.Lstat(fsys, "link"); err != nil || info.Mode().Type() != fs.ModeSymlink {
		t.Errorf("%v, %v", info, err)
	}
	sub, err := fs.Sub(fsys, "dir")
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(sub, "b.py", "sub/c"); err != nil {
		t.Error(err)
	}
	list, err := fs.ReadDir(sub, ".")
	if err != nil || len(list) != 3 || list[0].Name() != "b.py" || !list[1].IsDir() || list[2].Type() != fs.ModeSymlink {
		t.Errorf("%v, %v", list, err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
				if err == nil && d.Type().IsRegular() {
					if _, err := fs.ReadFile(fsys, p); err != nil {
						t.Error(err)
					}
				}
				return nil
			})
		})
	}
	wg.Wait()
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "gate-blob-*")); len(left) > 0 {
		t.Errorf("temporary files are left: %q", left)
	}
}

func TestMergeBase(t *testing.T) {
	b := build(t)
	root := b.commit(map[string]string{"a": "1"})
	fork := b.commit(map[string]string{"a": "2"})
	main1 := b.commit(map[string]string{"a": "3"})
	b.day = -100 // the clock of the other was wrong
	side1 := b.commit(map[string]string{"b": "1"}, fork)
	b.day = 50
	merged := b.commit(map[string]string{"b": "2"}, main1, side1)
	side2 := b.commit(map[string]string{"b": "3"}, side1)
	main2 := b.commit(map[string]string{"c": "1"}, merged)
	alone := b.commit(map[string]string{"c": "2"}, main2)
	r := b.open()
	for _, c := range [][3]string{{main1, side1, fork}, {main2, side2, side1}, {main2, main1, main1}, {root, side2, root}, {main2, main2, main2}, {alone, side2, side1}} {
		got, err := r.MergeBase(resolved(t, r, c[0]), resolved(t, r, c[1]))
		if err != nil || got.Hash() != c[2] {
			t.Errorf("%v: %v, %v", c, got.hash, err)
		}
	}
	w, _ := b.repo.Worktree()
	if err := b.repo.Storer.SetReference(plumbing.NewSymbolicReference(plumbing.HEAD, "refs/heads/orphan")); err != nil {
		t.Fatal(err)
	}
	orphan, err := w.Commit("orphan", &git.CommitOptions{AllowEmptyCommits: true, Author: &gitobject.Signature{When: epoch}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.MergeBase(resolved(t, r, orphan.String()), resolved(t, r, root)); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestChanged(t *testing.T) {
	b := build(t)
	one := b.commit(map[string]string{"same/deep/x": "1", "mod": "1", "gone/a": "1", "gone/b": "1", "kind": "file", "was/dir": "1"})
	two := b.commit(map[string]string{"mod": "2", "gone/a": "", "gone/b": "", "new/deep/y": "1", "was/dir": ""})
	if err := os.RemoveAll(filepath.Join(b.dir, "was")); err != nil {
		t.Fatal(err)
	}
	three := b.commit(map[string]string{"was": "a file"})
	r := b.open()
	a, c := resolved(t, r, one), resolved(t, r, three)
	got, err := r.Changed(a, c)
	want := []Change{{"gone/a", Removed}, {"gone/b", Removed}, {"mod", Modified}, {"new/deep/y", Added}, {"was", Added}, {"was/dir", Removed}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := r.Changed(resolved(t, r, two), resolved(t, r, two)); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestFirstSeen(t *testing.T) {
	b := build(t)
	b.commit(map[string]string{"a.py": "nothing", "b.py": "load('acme/tiny-v2')"})
	b.commit(map[string]string{"a.py": "load('acme/tiny')"})                                              // 1
	b.commit(map[string]string{"a.py": "load('acme/tiny') # more", "b.py": "load('acme/tiny')"})          // 2
	b.commit(map[string]string{"a.py": "", "src/moved.py": "load('acme/tiny')\nload('acme/moved-late')"}) // 3
	b.commit(map[string]string{"c.md": "see https://hf.co/acme/big/tree/main."})                          // 4
	b.commit(map[string]string{"c.md": "see nothing", "d.md": "other"})                                   // 5
	b.commit(map[string]string{"c.md": "see acme/big."})                                                  // 6
	base := b.commit(map[string]string{"root": "x"})                                                      // 7
	head := b.commit(map[string]string{"e.py": "load('acme/fresh')"})                                     // 8
	r := b.open()
	day := func(n int) time.Time { return epoch.AddDate(0, 0, n) }
	needles := []Needle{
		{"src/moved.py", "acme/tiny"}, {"b.py", "acme/tiny"}, {"src/moved.py", "acme/moved-late"}, {"c.md", "acme/big"},
		{"e.py", "acme/fresh"}, {"none", "acme/none"}, {"src", "acme/folder"}, {"b.py", ""},
	}
	got := r.FirstSeen(context.Background(), resolved(t, r, base), needles)
	for text, want := range map[string]time.Time{
		"acme/tiny": day(1), "acme/moved-late": day(3), "acme/big": day(6), "acme/fresh": {}, "acme/none": {}, "acme/folder": {}, "": {},
	} {
		if when, ok := got[text]; !ok || !when.Equal(want) {
			t.Errorf("%q was seen at %v, want %v", text, when, want)
		}
	}
	if got := r.FirstSeen(context.Background(), resolved(t, r, head), needles[4:5]); !got["acme/fresh"].Equal(day(8)) {
		t.Errorf("at the head: %v", got)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if got := r.FirstSeen(ended, resolved(t, r, base), needles[:1]); !got["acme/tiny"].IsZero() {
		t.Errorf("without time: %v", got)
	}
}

func TestMentions(t *testing.T) {
	for text, want := range map[string]bool{
		"acme/tiny": true, "'acme/tiny'": true, "hf.co/acme/tiny/raw": true, "acme/tiny.": true, "acme/tiny@main": true, "acme/tiny...": true,
		"acme/tiny-v2": false, "acme/tiny2": false, "acme/tiny.gguf": false, "xacme/tiny": false, "x-acme/tiny acme/tiny": true, "": false,
	} {
		if mentions([]byte(text), "acme/tiny") != want {
			t.Errorf("%q: not %v", text, want)
		}
	}
}
