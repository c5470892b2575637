package baseline

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/gitrepo"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/scan"
)

// scan is what a scan of the base finds. Checks look at a file and at the folder that it is
// in, so that only the folders of which the change touches a file are scanned; in all others
// the base has what the head has.
func (b *Baseline) scan(ctx context.Context, kinds map[string]gitrepo.ChangeKind) (*scan.Result, error) {
	if _, err := fs.Stat(b.Files, "."); errors.Is(err, fs.ErrNotExist) {
		return &scan.Result{}, nil
	}
	folders, environments := map[string]bool{}, false
	for _, paths := range []map[string]bool{keysOf(kinds), b.Touched} {
		for p := range paths {
			folders[path.Dir(p)] = true
			environments = environments || path.Base(p) == "pyvenv.cfg" // makes a folder one of installed packages
		}
	}
	for _, e := range b.Head.Scanned.Evidence {
		if e.Kind == gate.KindSymlink { // where it leads may be anywhere
			folders[path.Dir(e.At.Path)] = true
		}
	}
	if environments {
		return b.session.Look(ctx, b.repo, b.Files)
	}
	res, err := b.session.Look(ctx, b.repo, newWithin(b.Files, folders))
	if err != nil {
		return nil, err
	}
	b.reuse(res, folders)
	return res, nil
}

func keysOf(kinds map[string]gitrepo.ChangeKind) map[string]bool {
	out := map[string]bool{}
	for p := range kinds {
		out[p] = true
	}
	return out
}

// reuse adds what the head has in folders that were not scanned.
func (b *Baseline) reuse(res *scan.Result, scanned map[string]bool) {
	models := map[string]bool{} // auditors state facts about a folder at the folder itself
	for _, f := range b.Head.Scanned.Files {
		models[path.Dir(place.Outermost(f.Path))] = true
	}
	kept := func(at string) bool {
		p := place.Outermost(at)
		return !scanned[path.Dir(p)] && !scanned[p] || !scanned[p] && models[p]
	}
	res.References = slices.Concat(res.References, kepts(b.Head.Scanned.References, kept, func(r gate.Reference) string { return r.At.Path }))
	res.Bindings = slices.Concat(res.Bindings, kepts(b.Head.Scanned.Bindings, kept, func(x gate.Binding) string { return x.At.Path }))
	res.Evidence = slices.Concat(res.Evidence, kepts(b.Head.Scanned.Evidence, kept, func(e gate.Evidence) string { return e.At.Path }))
	res.Files = slices.Concat(res.Files, kepts(b.Head.Scanned.Files, kept, func(f gate.File) string { return f.Path }))
}

func kepts[T any](list []T, kept func(string) bool, at func(T) string) []T {
	return slices.DeleteFunc(slices.Clone(list), func(x T) bool { return !kept(at(x)) })
}

// within is a tree in which the files of some folders are seen.
type within struct {
	fs.FS
	folders, above map[string]bool
}

func newWithin(fsys fs.FS, folders map[string]bool) *within {
	w := &within{fsys, folders, map[string]bool{}}
	for dir := range folders {
		for ; dir != "." && !w.above[dir]; dir = path.Dir(dir) {
			w.above[dir] = true
		}
	}
	return w
}

// ReadDir implements fs.ReadDirFS.
func (w *within) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		if e.IsDir() {
			return !w.above[path.Join(name, e.Name())]
		}
		return !w.folders[name]
	}), err
}

// Stat implements fs.StatFS.
func (w *within) Stat(name string) (fs.FileInfo, error) { return fs.Stat(w.FS, name) }

// Lstat implements fs.ReadLinkFS.
func (w *within) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(w.FS, name) }

// ReadLink implements fs.ReadLinkFS.
func (w *within) ReadLink(name string) (string, error) { return fs.ReadLink(w.FS, name) }
