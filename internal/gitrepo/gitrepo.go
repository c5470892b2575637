// Package gitrepo reads the commits of a git repository from its object store
// (https://git-scm.com/docs/gitrepository-layout), without a git binary and without a
// checkout: a commit's files as an fs.FS, what changed between two commits, and when the
// history first named something. It writes nothing, and nothing that the repository
// configures is ever run.
package gitrepo

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
)

// Repo is a repository. Its methods may be used concurrently.
type Repo struct {
	// Prefix is the folder that was opened, as a path in the trees of the commits: "."
	// for the root of the repository.
	Prefix string

	root           string // of the work tree, empty for a bare repository
	gitDir, common string // they differ for a linked worktree
	shallow        map[plumbing.Hash]bool
	partial        bool // some objects are only at the remote
	store          *store

	mu    sync.Mutex
	trees map[plumbing.Hash][]entry
	held  int // entries in trees
}

// Open opens the repository that dir is in: a work tree or a folder of one, a linked
// worktree, a submodule, or a bare repository. What merely looks like a bare repository
// inside a work tree is a part of that tree.
func Open(dir string) (*Repo, error) {
	l, err := find(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the git repository of %q: %w", dir, err)
	}
	r := &Repo{Prefix: l.prefix, root: l.root, gitDir: l.gitDir, common: l.common, partial: l.partial, trees: map[plumbing.Hash][]entry{}}
	if r.shallow, err = readShallow(l.common); err != nil {
		return nil, fmt.Errorf("opening the git repository of %q: %w", dir, err)
	}
	if r.store, err = openStore(l.common); err != nil {
		return nil, fmt.Errorf("opening the git repository of %q: %w", dir, err)
	}
	return r, nil
}

// Close closes the files that are open.
func (r *Repo) Close() { r.store.close() }

// Shallow tells that the history was cut when the repository was cloned.
func (r *Repo) Shallow() bool { return len(r.shallow) > 0 }

var (
	// ErrNotRepository says that a folder is in no git repository.
	ErrNotRepository = errors.New("not a git repository")
	// ErrNotFound says that the repository has no such commit, branch, tag or object.
	ErrNotFound = errors.New("not in this repository")
	// ErrShallow says that it is missing since the repository is a shallow clone.
	ErrShallow = errors.New("not in this shallow clone")
)

// missing is an object or a name that is not there. It is ErrNotFound, and ErrShallow in
// a shallow clone.
type missing struct {
	what             string // as the user named it
	shallow, partial bool
}

func (m *missing) Error() string {
	switch {
	case m.shallow:
		return fmt.Sprintf("%q is not in this shallow clone: set `fetch-depth: 0` for actions/checkout, or run `git fetch --depth=1 origin %s`", m.what, m.remote())
	case m.partial:
		return fmt.Sprintf("%q is not in this partial clone: set no `filter` for actions/checkout, or run `git fetch --refetch --no-filter`", m.what)
	}
	return fmt.Sprintf("%q is not in this repository: run `git fetch origin %s`", m.what, m.remote())
}

// Is implements the comparison of errors.Is.
func (m *missing) Is(target error) bool {
	return target == ErrNotFound || target == ErrShallow && m.shallow
}

var plainRevision = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)

// remote is what to fetch to get what is missing.
func (m *missing) remote() string {
	name := strings.TrimPrefix(strings.TrimPrefix(m.what, "refs/remotes/"), "origin/")
	if !plainRevision.MatchString(name) {
		return "<base>"
	}
	return name
}

func (r *Repo) missing(what string) error {
	return &missing{what, r.Shallow(), r.partial}
}

// recovered turns a panic over a damaged repository into an error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("the repository is damaged: %v", p)
	}
}
