package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"time"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/rogpeppe/go-internal/testscript"
)

// repoCommand makes a git repository, without the git program:
//
//	repo commit DIR NAME [PARENT...]  commits all files of DIR; $NAME is the commit
//	repo shallow DIR TO               copies the last commit to TO, as a clone of depth 1 has it
//
// The first commit makes the repository. Parents are commits; without any the last one is.
// The day of a commit is $day, or today.
func repoCommand(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case neg:
		ts.Fatalf("repo never fails")
	case len(args) >= 3 && args[0] == "commit":
		repoCommit(ts, ts.MkAbs(args[1]), args[2], args[3:])
	case len(args) == 3 && args[0] == "shallow":
		repoShallow(ts, ts.MkAbs(args[1]), ts.MkAbs(args[2]))
	default:
		ts.Fatalf("usage: repo commit DIR NAME [PARENT...] | repo shallow DIR TO")
	}
}

func repoCommit(ts *testscript.TestScript, dir, name string, parents []string) {
	r, err := git.PlainOpen(dir)
	if errors.Is(err, git.ErrRepositoryNotExists) {
		r, err = git.PlainInit(dir, false)
	}
	ts.Check(err)
	w, err := r.Worktree()
	ts.Check(err)
	ts.Check(w.AddWithOptions(&git.AddOptions{All: true}))
	when := today.Add(-time.Hour)
	if text := ts.Getenv("day"); text != "" {
		when = day(ts, text)
	}
	opt := &git.CommitOptions{AllowEmptyCommits: true, Author: &object.Signature{Name: "a", Email: "a@b", When: when}}
	for _, p := range parents {
		opt.Parents = append(opt.Parents, plumbing.NewHash(p))
	}
	h, err := w.Commit(name, opt)
	ts.Check(err)
	ts.Setenv(name, h.String())
}

func repoShallow(ts *testscript.TestScript, from, to string) {
	src, err := git.PlainOpen(from)
	ts.Check(err)
	head, err := src.Head()
	ts.Check(err)
	dst, err := git.PlainInit(to, false)
	ts.Check(err)
	commit, err := src.CommitObject(head.Hash())
	ts.Check(err)
	tree, err := commit.Tree()
	ts.Check(err)
	copied := []plumbing.Hash{commit.Hash, tree.Hash}
	walker := object.NewTreeWalker(tree, true, nil)
	defer walker.Close()
	for {
		_, entry, err := walker.Next()
		if err != nil {
			break
		}
		copied = append(copied, entry.Hash)
	}
	for _, h := range copied {
		copyObject(ts, src.Storer, dst.Storer, h)
	}
	ts.Check(dst.Storer.SetShallow([]plumbing.Hash{commit.Hash}))
	ts.Check(dst.Storer.SetReference(plumbing.NewHashReference("refs/heads/master", commit.Hash)))
	w, err := dst.Worktree()
	ts.Check(err)
	ts.Check(w.Reset(&git.ResetOptions{Mode: git.HardReset, Commit: commit.Hash}))
}

func copyObject(ts *testscript.TestScript, from, to storer.EncodedObjectStorer, h plumbing.Hash) {
	o, err := from.EncodedObject(plumbing.AnyObject, h)
	ts.Check(err)
	_, err = to.SetEncodedObject(o)
	ts.Check(err)
}

// eventCommand makes the script a run of a workflow: event NAME [FILE]. The payload is that
// of testdata/events, with $base and $head of the script; GITHUB_SHA is $sha, or else $head.
func eventCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: event NAME [FILE]")
	}
	name := args[0]
	text, err := os.ReadFile(filepath.Join(events, args[len(args)-1]+".json"))
	ts.Check(err)
	path := ts.MkAbs("event.json")
	ts.Check(os.WriteFile(path, []byte(os.Expand(string(text), ts.Getenv)), 0o644))
	sha := ts.Getenv("sha")
	if sha == "" {
		sha = ts.Getenv("head")
	}
	for key, value := range map[string]string{
		"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": path, "GITHUB_SHA": sha,
		"GITHUB_OUTPUT": "", "GITHUB_STEP_SUMMARY": "", "GATE_ANNOTATIONS": "false",
	} {
		ts.Setenv(key, value)
	}
}

// events is where the payloads are; scripts run in folders of their own.
var events = func() string {
	dir, err := filepath.Abs(filepath.Join("testdata", "events"))
	if err != nil {
		panic(err)
	}
	return dir
}()

// editCommand replaces what matches in a file: edit FILE PATTERN TEXT.
func editCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE PATTERN TEXT")
	}
	before := ts.ReadFile(args[0])
	after := regexp.MustCompile(args[1]).ReplaceAllString(before, args[2])
	if before == after {
		ts.Fatalf("nothing in %s matches %q:\n%s", args[0], args[1], before)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(after), 0o644))
}
