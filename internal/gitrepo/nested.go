package gitrepo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Link is the first link on the way to a folder that is inside a work tree, or nothing. A
// commit can make such a link, so that the folder is another than its name says. Links on
// the way to the work tree itself are whoever's who made the work tree.
func Link(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := dir; ; at = filepath.Dir(at) {
		gitDir, err := gitDirOf(at)
		if err != nil {
			return "", err
		}
		if gitDir != "" {
			if link, err := linkBelow(at, dir); link != "" || err != nil {
				return link, err
			}
		}
		if at == filepath.Dir(at) {
			return "", nil
		}
	}
}

// linkBelow is the first link among the folders below root on the way to dir.
func linkBelow(root, dir string) (string, error) {
	rel, err := filepath.Rel(root, dir)
	if err != nil || rel == "." {
		return "", err
	}
	at := root
	for name := range strings.SplitSeq(rel, string(filepath.Separator)) {
		at = filepath.Join(at, name)
		info, err := os.Lstat(at)
		if err != nil {
			return "", err
		}
		if info.Mode()&(fs.ModeSymlink|fs.ModeIrregular) != 0 { // a junction is irregular
			return at, nil
		}
	}
	return "", nil
}

// Submodule is the path at which the checked out commit of a repository around this one
// has this one as a submodule, or nothing. That commit chose the commit that is here.
func (r *Repo) Submodule() (string, error) {
	if r.root == "" || r.root == filepath.Dir(r.root) {
		return "", nil
	}
	outer, err := Open(filepath.Dir(r.root))
	if errors.Is(err, ErrNotRepository) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	defer outer.Close()
	head, err := outer.Resolve("HEAD")
	if errors.Is(err, ErrNotFound) {
		return "", nil // it has no commits
	} else if err != nil {
		return "", err
	}
	path := filepath.Base(r.root)
	if outer.Prefix != "." {
		path = outer.Prefix + "/" + path
	}
	return head.Submodule(path)
}

// Submodule is the submodule of the commit that a path leads to or into, or nothing.
func (c Commit) Submodule(path string) (string, error) {
	e := root(c.tree)
	for end := 0; end < len(path); end++ {
		name, _, _ := strings.Cut(path[end:], "/")
		end += len(name)
		var err error
		if e, err = c.repo.child(e, name); errors.Is(err, fs.ErrNotExist) {
			return "", nil
		} else if err != nil {
			return "", err
		}
		if e.module {
			return path[:end], nil
		}
	}
	return "", nil
}
