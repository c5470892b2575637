// Package lock reads and writes models.lock, which pins each model that a repository
// refers to: the commit, the identities of repository and owner, and the digest of every
// file. It is YAML with a block per model, so that git merges it by lines; what is read is
// strict, what is written is canonical.
package lock

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/modelgate/gate"
)

// Name is the name of the lock file.
const Name = "models.lock"

// Version is the version of the format.
const Version = 1

// MaxSize bounds a lock file, maxModels and maxFiles what it may hold.
const (
	MaxSize   = 16 << 20
	maxModels = 10_000
	maxFiles  = 100_000 // of one model
)

// File is a lock file. It is made by New or Parse.
type File struct {
	path   string
	models map[string]gate.Locked
}

// New is an empty lock file that is to stand at path.
func New(path string) *File { return &File{path, map[string]gate.Locked{}} }

// Keys are the keys of all models, sorted.
func (f *File) Keys() []string { return slices.Sorted(maps.Keys(f.models)) }

// Lookup is what the lock says of a model at the revision that the code asks for. Code that
// asks for the very commit at which another entry locks the model means that entry.
func (f *File) Lookup(model gate.ModelID) (gate.Locked, bool) {
	l, ok := f.models[Key(model)]
	if !ok && model.Revision != "" {
		l, ok = f.at(model)
	}
	l.Files, l.Reviewed = slices.Clone(l.Files), slices.Clone(l.Reviewed)
	return l, ok
}

// at is an entry of the model whose commit is the revision.
func (f *File) at(model gate.ModelID) (gate.Locked, bool) {
	for _, key := range f.Keys() {
		l := f.models[key]
		id, err := ParseKey(key)
		if err == nil && strings.EqualFold(l.Commit, model.Revision) && id.Source == model.Source && id.Key() == model.Key() {
			return l, true
		}
	}
	return gate.Locked{}, false
}

// Put adds or replaces the entry with the key of l. It keeps what a lock file holds: dates
// lose their time of day, lists are sorted. An error says what cannot be written.
func (f *File) Put(l gate.Locked) error {
	if _, err := ParseKey(l.Key); err != nil {
		return err
	}
	if _, there := f.models[l.Key]; !there && len(f.models) >= maxModels {
		return fmt.Errorf("a lock file can hold %d models, not more", maxModels)
	}
	l = normal(l)
	l.At = gate.Location{Path: f.path}
	if err := valid(&l); err != nil {
		return fmt.Errorf("locking %q: %w", l.Key, err)
	}
	f.models[l.Key] = l
	return nil
}

// Delete removes the entry with a key and tells whether there was one.
func (f *File) Delete(key string) bool {
	_, ok := f.models[key]
	delete(f.models, key)
	return ok
}

// Merge has the models of both files. Those on which they differ are left out, since
// neither side can be taken for the right one without asking the registry: they are
// returned as keys to lock again.
func Merge(ours, theirs *File) (*File, []string) {
	merged, differ := New(ours.path), []string(nil)
	for key, l := range ours.models {
		if other, both := theirs.models[key]; both && !bytes.Equal(block(&l), block(&other)) {
			differ = append(differ, key)
			continue
		}
		merged.models[key] = l
	}
	for key, l := range theirs.models {
		if _, both := ours.models[key]; !both {
			l.At = gate.Location{Path: ours.path}
			merged.models[key] = l
		}
	}
	slices.Sort(differ)
	return merged, differ
}

// normal is an entry as it can be read back.
func normal(l gate.Locked) gate.Locked {
	l.Created = day(l.Created)
	l.Owner.Created, l.Owner.Members = time.Time{}, nil
	l.Reviewed = slices.Compact(slices.Sorted(slices.Values(l.Reviewed)))
	l.Files = slices.SortedFunc(slices.Values(l.Files), byPath)
	return l
}

func byPath(a, b gate.LockedFile) int { return strings.Compare(a.Path, b.Path) }

func day(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(24 * time.Hour)
}
