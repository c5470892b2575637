package proposal

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/usage"
)

// trustLock is what the base and the head together say is locked. It states each entry.
func (p *Proposal) trustLock(files fs.FS, checkout *lock.File, named string) (*Locks, error) {
	name, base, fork := lock.Name, p.Files(p.Base), p.Files(p.Fork)
	if named != "" {
		in, ok := p.inTree(named)
		tracked := false
		if ok {
			var err error
			if tracked, err = p.tracked(in); err != nil {
				return nil, err
			}
		}
		if !tracked {
			return &Locks{Head: checkout}, nil
		}
		name, base, fork = in, p.Base.FS(), p.Fork.FS()
	}
	was, err := lockIn(base, name)
	if err != nil {
		return nil, fmt.Errorf("the lock of the base: %w", err)
	}
	is := checkout
	if p.Objects {
		head := files
		if named != "" {
			head = p.Head.FS()
		}
		if is, err = lockIn(head, name); err != nil {
			return nil, usage.Error{Err: err}
		}
	}
	from, err := lockIn(fork, name)
	if err != nil {
		from = was
	}
	if p.Compared {
		p.Changes = append(p.Changes, lockChanges(from, is)...)
	}
	return &Locks{Base: was, Head: is, Compared: p.Compared}, nil
}

func lockIn(fsys fs.FS, name string) (*lock.File, error) {
	text, err := place.Read(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return lock.New(name), nil
	}
	if err != nil {
		return nil, err
	}
	return lock.Parse(name, text)
}

// lockChange is the data of lock.change: a model of the lock before and after the change.
// What is the same in both is stated too.
type lockChange struct {
	Model    string `json:"model"`
	Registry string `json:"registry"`
	Revision string `json:"revision"`
	Before   string `json:"before"`
	After    string `json:"after"`
}

// lockChanges states each model of two locks, before and after.
func lockChanges(before, after *lock.File) []gate.Evidence {
	keys := slices.Concat(before.Keys(), after.Keys())
	slices.Sort(keys)
	var out []gate.Evidence
	for _, key := range slices.Compact(keys) {
		id, err := lock.ParseKey(key)
		if err != nil {
			continue // the lock was parsed: it has no such keys
		}
		was, inBase := before.Lookup(id)
		is, inHead := after.Lookup(id)
		at := is.At
		if !inHead {
			at = gate.Location{Path: was.At.Path}
		}
		fact := lockChange{Model: id.Key(), Registry: id.Source, Revision: id.Revision, Before: was.Commit, After: is.Commit}
		if inBase && inHead && was.Commit == is.Commit && entryDigest(was) != entryDigest(is) {
			fact.Before += " with the entry " + entryDigest(was)
			fact.After += " with the entry " + entryDigest(is)
		}
		out = append(out, gate.Evidence{Kind: kindLockChange, At: at, Model: id.Key(), Data: fact})
	}
	return out
}

// entryDigest names in short all that an entry pins.
func entryDigest(l gate.Locked) string {
	l.At, l.Scan = gate.Location{}, nil
	text, err := json.Marshal(l)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%.8x", sha256.Sum256(text))
}
