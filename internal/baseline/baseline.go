// Package baseline compares a proposed change with the state that it departs from: what was
// there before it is told from what is new.
package baseline

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/gitrepo"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/scan"
)

// Options are what a state is compared with.
type Options struct {
	Session *run.Session
	Repo    *run.Repository
	Head    *run.Gathered // what the change proposes
	Files   fs.FS         // what it departs from; nothing where that is no folder yet
	Commit  fs.FS         // of the commit that is proposed, of which Head may be a checkout
	Whole   fs.FS         // all of that commit, with the folders above
	Prefix  string        // the folder of Commit in Whole
	// Kinds are the files that the commits of the change edit.
	Kinds map[string]gitrepo.ChangeKind
	// Objects says that the head is read as git objects and not from a checkout.
	Objects bool
	// Locked are the models that are locked in the base; nil for those of the head.
	Locked func(gate.ModelID) (gate.Locked, bool)
	// Changes is what the change does to what judges it.
	Changes []gate.Evidence
}

// Baseline is the state that a change departs from, beside the state that it proposes.
type Baseline struct {
	Files   fs.FS
	Was     *run.Findings   // of the files
	Touched map[string]bool // files that the change adds, edits or removes
	Head    *run.Gathered   // the state that it proposes

	session *run.Session
	repo    *run.Repository
	locked  func(gate.ModelID) (gate.Locked, bool)
	before  *run.Findings // of the registries about the models that the change moves
}

// Compare looks at the state that the change departs from, states what the change does to
// what guards the repository.
func Compare(ctx context.Context, opt Options) (*Baseline, error) {
	b := &Baseline{Files: opt.Files, session: opt.Session, repo: opt.Repo, Head: opt.Head, locked: opt.Locked}
	b.touch(opt.Kinds, opt.Objects)
	was, err := b.scan(ctx, opt.Kinds)
	if err != nil {
		return nil, err
	}
	b.Was = b.session.Findings(b.Files, was)
	b.smudge()
	b.unreviewed()
	b.added()
	unlike := b.unlike(ctx, opt)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	b.Head.Found.Evidence = slices.Concat(b.Head.Found.Evidence, opt.Changes, b.workflows(), unlike)
	return b, nil
}

// touch completes what the commits change by what was edited in the checkout since, as far
// as a file states anything at all.
func (b *Baseline) touch(kinds map[string]gitrepo.ChangeKind, objects bool) {
	b.Touched = map[string]bool{}
	for path := range kinds {
		b.Touched[place.Of(path)] = true
	}
	if objects {
		return
	}
	compared := map[string]bool{}
	for _, e := range b.Head.Found.Evidence {
		path := place.Outermost(e.At.Path)
		if compared[path] || b.Touched[path] || e.At.Remote() || path == "." {
			continue
		}
		compared[path] = true
		if slices.ContainsFunc(place.Names(path), func(p string) bool { return !same(b.Files, b.repo.Files, p) }) {
			b.Touched[path] = true
		}
	}
}

// maxCompared is the size up to which the bytes of a file in the checkout are compared with
// those of the commit: it covers all sources.
const maxCompared = 16 << 20

// same tells whether a file that no commit changed is the same in the checkout. Git may
// have written it with other ends of lines, or have put the file in the place of a pointer.
func same(base, head fs.FS, path string) bool {
	was, err := fs.Stat(base, path)
	is, failed := fs.Stat(head, path)
	switch {
	case err != nil || failed != nil:
		return errors.Is(err, fs.ErrNotExist) && errors.Is(failed, fs.ErrNotExist)
	case was.IsDir() || is.IsDir():
		return was.IsDir() == is.IsDir()
	case was.Size() > maxCompared:
		return was.Size() == is.Size()
	}
	before, err := place.Read(base, path)
	if err != nil || isPointer(before) {
		return err == nil
	}
	if is.Size() > maxCompared {
		return false
	}
	after, err := place.Read(head, path)
	return err == nil && bytes.Equal(unix(before), unix(after))
}

func unix(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

func isPointer(text []byte) bool {
	return len(text) < 1024 && bytes.HasPrefix(text, []byte("version https://git-lfs.github.com/spec/"))
}

// smudge takes for a file that is kept by Git LFS and that the change leaves alone what was
// found in the checkout, since the commits have its pointer only.
func (b *Baseline) smudge() {
	pointers := map[string]bool{}
	for _, a := range b.Was.Artifacts {
		for _, f := range a.Files {
			if f.State == gate.Unread && !b.Touched[place.Outermost(f.Path)] {
				if isPointer(place.Text(b.Files, place.Outermost(f.Path))) {
					pointers[place.Outermost(f.Path)] = true
				}
			}
		}
	}
	if len(pointers) == 0 {
		return
	}
	in := func(e gate.Evidence) bool { return pointers[place.Outermost(e.At.Path)] }
	b.Was.Evidence = slices.DeleteFunc(b.Was.Evidence, in)
	for _, e := range b.Head.Found.Evidence {
		if in(e) {
			b.Was.Evidence = append(b.Was.Evidence, e)
		}
	}
}

// added marks what the change brings in and no parser reads to its end.
func (b *Baseline) added() {
	for i, e := range b.Head.Found.Evidence {
		if !b.Touched[place.Outermost(e.At.Path)] && !b.touchedBehind(e) {
			continue
		}
		switch fact := e.Data.(type) {
		case gate.Unparsed:
			fact.Added = true
			b.Head.Found.Evidence[i].Data = fact
		case gate.Incomplete, gate.Malformed, scan.Symlink:
			if marked, err := fields(fact); err == nil {
				marked["added"] = true
				b.Head.Found.Evidence[i].Data = marked
			}
		}
	}
}
