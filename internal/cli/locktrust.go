package cli

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/lock"
)

// lockTrust is what is locked where a change may edit the lock: the head says what it
// wants, and the base whose it must be.
type lockTrust struct {
	base, head *lock.File
	compared   bool
}

// Lookup is the trusted entry of a model. The head may lock a model at another commit, and
// what it removes is locked all the same; but the files of a commit that the base knows,
// and who owns the model, are not for the head to say.
func (t *lockTrust) Lookup(id gate.ModelID) (gate.Locked, bool) {
	is, proposed := t.head.Lookup(id)
	if !t.compared {
		return is, proposed
	}
	was, known := t.base.Lookup(id)
	if known && (!proposed || was.Commit == is.Commit) {
		return was, true
	}
	if !proposed {
		return is, false
	}
	if !known {
		was, known = t.relative(id)
	}
	is.Reviewed = nil
	if known {
		is.ID, is.Created, is.Name, is.Owner, is.Reviewed = was.ID, was.Created, was.Name, was.Owner, was.Reviewed
	}
	return is, true
}

// relative is an entry of the base for the same model at another revision.
func (t *lockTrust) relative(id gate.ModelID) (gate.Locked, bool) {
	for _, key := range t.base.Keys() {
		other, err := lock.ParseKey(key)
		if err == nil && other.Source == id.Source && other.Key() == id.Key() {
			return t.base.Lookup(other)
		}
	}
	return gate.Locked{}, false
}

// file is all that is trusted, as one lock.
func (t *lockTrust) file() (*lock.File, error) {
	if !t.compared {
		return t.head, nil
	}
	out := lock.New(lock.Name)
	for _, key := range slices.Concat(t.base.Keys(), t.head.Keys()) {
		id, err := lock.ParseKey(key)
		if err != nil {
			return nil, err
		}
		if entry, ok := t.Lookup(id); ok {
			if err := out.Put(entry); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
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
