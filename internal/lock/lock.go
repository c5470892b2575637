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
// asks for the very commit at which another entry locks the model means that entry, and a
// name at the Hub means the same in upper and lower case.
func (f *File) Lookup(model gate.ModelID) (gate.Locked, bool) {
	l, ok := f.models[Key(model)]
	if !ok {
		l, ok = f.like(model)
	}
	l.Files, l.Reviewed = slices.Clone(l.Files), slices.Clone(l.Reviewed)
	return l, ok
}

// like is the first entry of the model under another spelling of its name, or with the
// revision as its commit.
func (f *File) like(model gate.ModelID) (found gate.Locked, ok bool) {
	want := Key(model)
	for key, l := range f.models {
		asked := len(key) == len(want) && strings.EqualFold(key, want)
		pinned := model.Revision != "" && strings.EqualFold(l.Commit, model.Revision)
		if !asked && !pinned || ok && found.Key < key {
			continue
		}
		id, err := ParseKey(key)
		if err == nil && id.Source == model.Source && sameName(id, model) && (pinned || keyRevision(id) == keyRevision(model)) {
			found, ok = l, true
		}
	}
	return found, ok
}

func sameName(a, b gate.ModelID) bool {
	if a.Source == "hf" {
		return strings.EqualFold(a.Key(), b.Key())
	}
	return a.Key() == b.Key()
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
