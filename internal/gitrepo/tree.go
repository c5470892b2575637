package gitrepo

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// Bounds of trees.
const (
	maxTree   = 64 << 20 // bytes of one folder
	maxHeld   = 500_000  // entries of folders that are kept
	treeEntry = 20       // bytes of a hash
)

// entry is a name in a tree.
type entry struct {
	name   string
	mode   fs.FileMode
	module bool // a submodule: a folder of which the repository has nothing
	hash   plumbing.Hash
}

func (e entry) isFile() bool { return e.mode.IsRegular() }

// tree is a folder, sorted by name.
func (r *Repo) tree(h plumbing.Hash) ([]entry, error) {
	r.mu.Lock()
	entries, ok := r.trees[h]
	r.mu.Unlock()
	if ok {
		return entries, nil
	}
	o, err := r.store.read(h, plumbing.TreeObject, maxTree)
	if err != nil {
		return nil, r.explain(err)
	}
	text, err := o.bytes()
	if err != nil {
		return nil, err
	}
	if entries, err = parseTree(text); err != nil {
		return nil, fmt.Errorf("tree %s: %w", h, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held += len(entries) + 1; r.held > maxHeld {
		clear(r.trees)
		r.held = len(entries) + 1
	}
	r.trees[h] = entries
	return entries, nil
}

// parseTree reads "mode name\0hash" again and again. Git lets nobody push the names that
// are refused here: they would hide files from who looks at the tree.
func parseTree(text []byte) ([]entry, error) {
	entries := make([]entry, 0, len(text)/40)
	for len(text) > 0 {
		head, rest, ok := bytes.Cut(text, []byte{0})
		mode, name, both := strings.Cut(string(head), " ")
		if !ok || !both || len(rest) < treeEntry {
			return nil, fmt.Errorf("entry %d is cut", len(entries))
		}
		if name == "" || name == "." || name == ".." || name == ".git" || strings.Contains(name, "/") {
			return nil, fmt.Errorf("%q is not a name for a file", name)
		}
		e := entry{name: name, hash: plumbing.Hash(rest[:treeEntry])}
		bits, err := strconv.ParseUint(mode, 8, 32)
		if err != nil {
			return nil, fmt.Errorf("%q has the mode %q", name, mode)
		}
		e.mode, e.module = canonical(bits)
		entries = append(entries, e)
		text = rest[treeEntry:]
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	for i := 1; i < len(entries); i++ {
		if entries[i].name == entries[i-1].name {
			return nil, fmt.Errorf("%q is there twice", entries[i].name)
		}
	}
	return entries, nil
}

// canonical is a mode as git takes it: old repositories have others than it writes now.
func canonical(bits uint64) (mode fs.FileMode, module bool) {
	switch bits & 0o170000 {
	case 0o040000:
		return fs.ModeDir | 0o755, false
	case 0o100000:
		if bits&0o100 != 0 {
			return 0o755, false
		}
		return 0o644, false
	case 0o120000:
		return fs.ModeSymlink | 0o777, false
	default:
		return fs.ModeDir | 0o755, true
	}
}

// child is the entry of a folder by its name.
func (r *Repo) child(dir entry, name string) (entry, error) {
	if !dir.mode.IsDir() || dir.module {
		return entry{}, fs.ErrNotExist
	}
	entries, err := r.tree(dir.hash)
	if err != nil {
		return entry{}, err
	}
	i, ok := slices.BinarySearchFunc(entries, name, func(e entry, name string) int { return cmp.Compare(e.name, name) })
	if !ok {
		return entry{}, fs.ErrNotExist
	}
	return entries[i], nil
}

// at is the entry at a path below a tree, links not followed.
func (r *Repo) at(tree plumbing.Hash, path string) (entry, error) {
	e := root(tree)
	var err error
	for name := range strings.SplitSeq(path, "/") {
		if e, err = r.child(e, name); err != nil {
			return e, err
		}
	}
	return e, nil
}

func root(tree plumbing.Hash) entry {
	return entry{name: ".", mode: fs.ModeDir | 0o755, hash: tree}
}
