package proposal

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/gha"
	"github.com/modelgate/gate/internal/gitrepo"
	"github.com/modelgate/gate/internal/usage"
)

// git runs git in a folder.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "commit.gpgsign=false", "-c", "user.name=a", "-c", "user.email=a@b"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// change is a repository with a base and a head on the branch main.
func change(t *testing.T) (dir, base, head string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	dir = t.TempDir()
	git(t, dir, "init", "-q", "-b", "main")
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "base")
	base = git(t, dir, "rev-parse", "HEAD")
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "head")
	return dir, base, git(t, dir, "rev-parse", "HEAD")
}

func TestNamedBase(t *testing.T) {
	dir, base, head := change(t)
	git(t, dir, "branch", "later")
	git(t, dir, "update-ref", "refs/heads/later", git(t, dir, "commit-tree", "-p", head, "-m", "later", head+"^{tree}"))
	open := func(name string) (string, error) {
		r, err := gitrepo.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		event := &gha.Event{Name: "pull_request", Commit: head, Base: base, Head: head}
		p := &Proposal{Repo: r, dir: dir, event: event}
		if err = p.resolve(event, name, ""); err != nil {
			return "", err
		}
		return p.Base.Hash(), nil
	}
	for _, name := range []string{"main", "HEAD", head, "later", "refs/heads/main"} {
		var mistake usage.Error
		if _, err := open(name); !errors.As(err, &mistake) || !strings.Contains(err.Error(), "has the proposed commit") {
			t.Errorf("the base %s: %v", name, err)
		}
	}
	git(t, dir, "update-ref", "refs/remotes/origin/main", base)
	for _, name := range []string{"main", "origin/main", "refs/remotes/origin/main", base, "HEAD^"} {
		if got, err := open(name); got != base || err != nil {
			t.Errorf("the base %s is %s, %v", name, got, err)
		}
	}
}

func TestOtherCheckout(t *testing.T) {
	dir, base, head := change(t)
	r, err := gitrepo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	event := &gha.Event{Name: "pull_request", Commit: base, Base: base, Head: base}
	p := &Proposal{Repo: r, dir: dir, event: event}
	var mistake usage.Error
	if err := p.resolve(event, "", ""); !errors.As(err, &mistake) || !strings.Contains(err.Error(), "the checkout is of "+head[:12]) {
		t.Errorf("got %v", err)
	}
}

func TestSubmodules(t *testing.T) {
	dir, base, head := change(t)
	git(t, dir, "init", "-q", "module")
	git(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+head+",module")
	git(t, dir, "commit", "-q", "-m", "module")
	none := func(string) string { return "" }
	if _, err := Open(filepath.Join(dir, "module"), base, "", none); err == nil || !strings.Contains(err.Error(), `in the submodule "module"`) {
		t.Errorf("a submodule: %v", err)
	}
	p, err := Open(dir, base, "", none)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var mistake usage.Error
	if ok, err := p.tracked("module/p.yaml"); ok || !errors.As(err, &mistake) {
		t.Errorf("a file of a submodule: %v, %v", ok, err)
	}
	if ok, err := p.tracked("p.yaml"); ok || err != nil {
		t.Errorf("a file of nobody: %v, %v", ok, err)
	}
}

func TestInTree(t *testing.T) {
	dir, base, _ := change(t)
	outside := t.TempDir()
	for link, target := range map[string]string{
		outside + "/work": dir, outside + "/policies": dir + "/service", outside + "/p.yaml": dir + "/q.yaml",
		dir + "/p.yaml": "q.yaml", dir + "/moved": "service", dir + "/loop": ".",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Mkdir(dir+"/service", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{dir + "/q.yaml", dir + "/service/p.yaml", outside + "/own.yaml"} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{dir, dir + "/service", outside + "/work/service"} {
		p, err := Open(folder, base, "", func(string) string { return "" })
		if err != nil {
			t.Fatal(err)
		}
		for file, want := range map[string]string{
			dir + "/p.yaml": "p.yaml", outside + "/work/p.yaml": "p.yaml", outside + "/work/moved/p.yaml": "moved/p.yaml",
			outside + "/work/loop/p.yaml": "loop/p.yaml", outside + "/work/gone/p.yaml": "gone/p.yaml",
			outside + "/policies/p.yaml": "service/p.yaml", outside + "/p.yaml": "q.yaml", outside + "/own.yaml": "", outside + "/none.yaml": "",
		} {
			if got, ok := p.inTree(file); got != want || ok != (want != "") {
				t.Errorf("%s of %s is %q, %v", file, folder, got, ok)
			}
		}
		p.Close()
	}
}
