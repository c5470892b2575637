package gitrepo

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gitBinary runs git without the configuration of whoever runs the test.
func gitBinary(t *testing.T, dir string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	args = append([]string{"-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false", "-c", "user.name=a", "-c", "user.email=a@b"}, args...)
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// changing is a repository with a file that changes a little in each of some commits.
func changing(t *testing.T) (b *builder, commits []string) {
	b = build(t)
	text := strings.Repeat("some line of a file that is long enough to be a delta\n", 100)
	for i := range 12 {
		text += strings.Repeat("x", i) + "\n"
		commits = append(commits, b.commit(map[string]string{"f.py": "load('acme/tiny')\n" + text, "sub/g.py": text + "g"}))
	}
	return b, commits
}

func TestDeltas(t *testing.T) {
	b, commits := changing(t)
	gitBinary(t, b.dir, "gc", "-q")
	r := b.open()
	packs, err := r.store.packs()
	if err != nil || len(packs) != 1 {
		t.Fatalf("%d packs, %v", len(packs), err)
	}
	for i, h := range commits {
		for _, name := range []string{"f.py", "sub/g.py"} {
			want := gitBinary(t, b.dir, "show", h+":"+name)
			got, err := fs.ReadFile(resolved(t, r, h).FS(), name)
			if err != nil || strings.TrimSpace(string(got)) != want {
				t.Errorf("%s in commit %d: %v", name, i, err)
			}
		}
	}
	if len(packs[0].sound) == 0 {
		t.Error("no chain of deltas was followed")
	}
	if got := r.FirstSeen(context.Background(), resolved(t, r, "HEAD"), []Needle{{"f.py", "acme/tiny"}}); !got["acme/tiny"].Equal(epoch) {
		t.Errorf("%v", got)
	}
}

func TestShallow(t *testing.T) {
	b, commits := changing(t)
	commits = append(commits, b.commit(map[string]string{"late.py": "load('acme/tiny')\nload('acme/late')"}))
	last := len(commits) - 1
	dir := filepath.Join(t.TempDir(), "clone")
	gitBinary(t, b.dir, "clone", "-q", "--depth=3", "file://"+b.dir, dir)
	r := opened(t, dir)
	if !r.Shallow() {
		t.Fatal("not shallow")
	}
	if c := resolved(t, r, "HEAD~2"); c.Hash() != commits[last-2] {
		t.Errorf("%s", c.hash)
	}
	for _, rev := range []string{"HEAD~3", commits[0], "refs/remotes/origin/base", "base"} {
		_, err := r.Resolve(rev)
		if !errors.Is(err, ErrShallow) || !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "`fetch-depth: 0`") {
			t.Errorf("%s: %v", rev, err)
		}
	}
	if _, err := r.Resolve("origin/base"); err == nil || !strings.Contains(err.Error(), "`git fetch --depth=1 origin base`") {
		t.Error(err)
	}
	needles := []Needle{{"f.py", "acme/tiny"}, {"late.py", "acme/tiny"}, {"late.py", "acme/late"}}
	got := r.FirstSeen(context.Background(), resolved(t, r, "HEAD"), needles)
	if !got["acme/tiny"].IsZero() || !got["acme/late"].Equal(epoch.AddDate(0, 0, last)) {
		t.Errorf("%v", got)
	}
	gitBinary(t, dir, "fetch", "-q", "--depth=1", "origin", commits[0])
	if _, err := r.MergeBase(resolved(t, opened(t, dir), commits[0]), resolved(t, r, "HEAD")); !errors.Is(err, ErrShallow) {
		t.Error(err)
	}
}

func TestPartial(t *testing.T) {
	b, _ := changing(t)
	gitBinary(t, b.dir, "config", "uploadpack.allowFilter", "true")
	dir := filepath.Join(t.TempDir(), "clone")
	gitBinary(t, b.dir, "clone", "-q", "--filter=blob:none", "--no-checkout", "file://"+b.dir, dir)
	r := opened(t, dir)
	head := resolved(t, r, "HEAD")
	if _, err := fs.ReadFile(head.FS(), "f.py"); !errors.Is(err, ErrNotFound) || errors.Is(err, ErrShallow) || !strings.Contains(err.Error(), "partial clone") {
		t.Error(err)
	}
	if changed, err := r.Changed(resolved(t, r, "HEAD^"), head); err != nil || len(changed) != 2 {
		t.Errorf("%v, %v", changed, err)
	}
	if got := r.FirstSeen(context.Background(), head, []Needle{{"f.py", "acme/tiny"}}); !got["acme/tiny"].IsZero() {
		t.Errorf("%v", got)
	}
}

func TestWorktree(t *testing.T) {
	b, commits := changing(t)
	dir := filepath.Join(t.TempDir(), "tree")
	gitBinary(t, b.dir, "worktree", "add", "-q", "-b", "topic", dir, commits[3])
	gitBinary(t, dir, "pack-refs", "--all")
	r := opened(t, filepath.Join(dir, "sub"))
	if c := resolved(t, r, "HEAD"); c.Hash() != commits[3] || r.Prefix != "sub" {
		t.Errorf("%s, %q", c.hash, r.Prefix)
	}
	if c := resolved(t, r, "master"); c.Hash() != commits[len(commits)-1] {
		t.Errorf("%s", c.hash)
	}
}

func TestSubmodule(t *testing.T) {
	inner, commits := changing(t)
	outer := build(t)
	outer.commit(map[string]string{"x": "1"})
	gitBinary(t, outer.dir, "submodule", "add", "-q", inner.dir, "lib/inner")
	gitBinary(t, outer.dir, "commit", "-qm", "with a submodule")
	r := outer.open()
	list, err := fs.ReadDir(resolved(t, r, "HEAD").FS(), "lib/inner")
	if err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := fs.Stat(resolved(t, r, "HEAD").FS(), "lib/inner/f.py"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	changed, err := r.Changed(resolved(t, r, "HEAD^"), resolved(t, r, "HEAD"))
	if err != nil || len(changed) != 2 || changed[1] != (Change{"lib/inner", Added}) {
		t.Errorf("%v, %v", changed, err)
	}
	sub := opened(t, filepath.Join(outer.dir, "lib", "inner", "sub"))
	if c := resolved(t, sub, "HEAD"); c.Hash() != commits[len(commits)-1] || sub.Prefix != "sub" {
		t.Errorf("%s, %q", c.hash, sub.Prefix)
	}
}

func TestBorrowed(t *testing.T) {
	b, commits := changing(t)
	dir := filepath.Join(t.TempDir(), "clone")
	gitBinary(t, b.dir, "clone", "-q", "--shared", b.dir, dir)
	// One that borrows from itself.
	if err := os.WriteFile(filepath.Join(b.dir, ".git", "objects", "info", "alternates"), []byte(filepath.Join(dir, ".git", "objects")+"\n../objects\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := opened(t, dir)
	if got, err := fs.ReadFile(resolved(t, r, commits[0]).FS(), "f.py"); err != nil || len(got) == 0 {
		t.Error(err)
	}
	if _, err := r.Resolve(strings.Repeat("12", 20)); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestSHA256(t *testing.T) {
	dir := t.TempDir()
	gitBinary(t, dir, "init", "-q", "--object-format=sha256", ".")
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "only SHA-1 is supported") {
		t.Error(err)
	}
}
