package gitrepo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// ChangeKind tells what became of a file.
type ChangeKind string

// The kinds of changes. A file that moved is removed and added.
const (
	Added    ChangeKind = "added"
	Removed  ChangeKind = "removed"
	Modified ChangeKind = "modified" // its content or its mode
)

// Change is a file in which two commits differ.
type Change struct {
	Path string
	Kind ChangeKind
}

// maxChanges bounds the files and the folders of a difference.
const maxChanges = 1_000_000

// Changed are the files in which head differs from base, sorted. Folders that are equal
// are not read.
func (r *Repo) Changed(base, head Commit) (changes []Change, err error) {
	defer recovered(&err)
	err = r.differ(base.tree, head.tree, maxChanges, func(path string, old, new *entry) {
		kind := Modified
		if old == nil {
			kind = Added
		} else if new == nil {
			kind = Removed
		}
		changes = append(changes, Change{path, kind})
	})
	if err != nil {
		return nil, fmt.Errorf("comparing %s with %s: %w", base.hash, head.hash, err)
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return changes, nil
}

// pair is a folder in two trees, the zero hash where there is none.
type pair struct {
	path     string
	old, new plumbing.Hash
}

// differ visits the files in which two trees differ.
func (r *Repo) differ(old, new plumbing.Hash, most int, visit func(path string, old, new *entry)) error {
	seen := 0
	for todo := []pair{{"", old, new}}; len(todo) > 0; {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if p.old == p.new {
			continue
		}
		was, err := r.folder(p.old)
		if err != nil {
			return err
		}
		is, err := r.folder(p.new)
		if err != nil {
			return err
		}
		for len(was) > 0 || len(is) > 0 {
			var o, n *entry
			switch {
			case len(is) == 0 || len(was) > 0 && was[0].name < is[0].name:
				o, was = &was[0], was[1:]
			case len(was) == 0 || is[0].name < was[0].name:
				n, is = &is[0], is[1:]
			default:
				o, n, was, is = &was[0], &is[0], was[1:], is[1:]
			}
			if o != nil && n != nil && *o == *n {
				continue
			}
			if seen++; seen > most {
				return fmt.Errorf("more than %d differences", most)
			}
			todo = compare(p.path, o, n, todo, visit)
		}
	}
	return nil
}

// compare visits what is a file on a side and keeps what is a folder for later.
func compare(dir string, old, new *entry, todo []pair, visit func(string, *entry, *entry)) []pair {
	name := dir
	if old != nil {
		name += old.name
	} else {
		name += new.name
	}
	sub := pair{path: name + "/"}
	if old != nil && old.mode.IsDir() && !old.module {
		sub.old, old = old.hash, nil
	}
	if new != nil && new.mode.IsDir() && !new.module {
		sub.new, new = new.hash, nil
	}
	if old != nil || new != nil {
		visit(name, old, new)
	}
	if sub.old != sub.new {
		todo = append(todo, sub)
	}
	return todo
}

// folder is a tree, or nothing for none.
func (r *Repo) folder(h plumbing.Hash) ([]entry, error) {
	if h.IsZero() {
		return nil, nil
	}
	return r.tree(h)
}
