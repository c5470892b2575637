package proposal

import (
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/lock"
)

// Locks is what is locked where a change may edit the lock: the head says what it
// wants, and the base whose it must be.
type Locks struct {
	Base, Head *lock.File
	Compared   bool // there is a base
}

// Lookup is the trusted entry of a model. The head may lock a model at another commit, and
// what it removes is locked all the same; but the files of a commit that the base knows,
// and who owns the model, are not for the head to say.
func (t *Locks) Lookup(id gate.ModelID) (gate.Locked, bool) {
	is, proposed := t.Head.Lookup(id)
	if !t.Compared {
		return is, proposed
	}
	was, known := t.Base.Lookup(id)
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
func (t *Locks) relative(id gate.ModelID) (gate.Locked, bool) {
	for _, key := range t.Base.Keys() {
		other, err := lock.ParseKey(key)
		if err == nil && other.Source == id.Source && strings.EqualFold(other.Key(), id.Key()) {
			return t.Base.Lookup(other)
		}
	}
	return gate.Locked{}, false
}

// File is all that is trusted, as one lock.
func (t *Locks) File() (*lock.File, error) {
	if !t.Compared {
		return t.Head, nil
	}
	out := lock.New(lock.Name)
	for _, key := range slices.Concat(t.Base.Keys(), t.Head.Keys()) {
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
