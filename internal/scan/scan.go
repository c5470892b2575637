// Package scan runs the checks over a tree of files: it hands each file to the checks
// that want it, and what they hand back to the checks again, within one set of budgets.
// Files are worked on in parallel; the result does not depend on the order.
package scan

import (
	"context"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
)

// Options choose what a scan does. The zero value searches nothing.
type Options struct {
	Finders    []checks.Finder
	Inspectors []checks.Inspector
	Auditors   []checks.Auditor
	Limits     Limits
	// Models says that the tree is a model and not a repository that uses some: Python
	// files are then code that the model ships, and every file belongs to the artifact.
	Models bool
	// Digests says that the policy needs the digest of every file that belongs to a model;
	// else only files that are small get one.
	Digests bool
	// Own tells which files are the repository's own even where packages are installed: those
	// that a change brings in. Nil for none.
	Own func(path string) bool
	// Places are the patterns of paths that are judged in another way than the rest.
	Places []string
	// Progress is called now and then with the number of files done and of all, from
	// several goroutines. It may be nil.
	Progress func(done, all int)
}

// Result is what a scan found, in the order of the paths.
type Result struct {
	References []gate.Reference
	Bindings   []gate.Binding
	Evidence   []gate.Evidence
	Files      []gate.File
	Stats      gate.Stats
	// Foreign are the folders of installed packages, which were not searched for
	// references.
	Foreign []string
	// Skipped are the folders that were not looked at.
	Skipped []string
}

// Tree scans the files of fsys. Its error says that the tree cannot be read or that the
// context ended; all that is wrong with single files is evidence.
func Tree(ctx context.Context, fsys fs.FS, opt Options) (*Result, error) {
	opt.Limits = opt.Limits.withDefaults()
	if opt.Own == nil {
		opt.Own = func(string) bool { return false }
	}
	w, err := walk(ctx, fsys, opt.Limits, opt.Own)
	if err != nil {
		return nil, fmt.Errorf("reading the tree: %w", err)
	}
	s := &scanner{fsys: fsys, opt: opt, finders: byLanguage(opt.Finders), models: modelFolders(w.files)}
	results := make([]fileResult, len(w.files))
	if err := s.each(ctx, w.files, results); err != nil {
		return nil, err
	}
	r := &Result{Evidence: slices.Concat(w.evidence, s.aliases(ctx, w.links)), Foreign: w.foreign, Skipped: w.skipped}
	for i := range results {
		r.add(&results[i])
	}
	s.audit(ctx, w.files, r)
	r.Stats.Files = len(w.files)
	r.Stats.Bytes = s.bytes.Load()
	return r, nil
}

func (r *Result) add(f *fileResult) {
	r.References = append(r.References, f.references...)
	r.Bindings = append(r.Bindings, f.bindings...)
	r.Evidence = append(r.Evidence, f.evidence...)
	r.Files = append(r.Files, f.files...)
	r.Stats.Inspected += f.inspected
	if f.searched {
		r.Stats.Sources++
	}
}

// scanner is the state that the files of one scan share.
type scanner struct {
	fsys    fs.FS
	opt     Options
	finders map[string][]checks.Finder
	models  map[string]bool // folders that hold a model
	bytes   atomic.Int64
}

// each works on all files with one worker a core.
func (s *scanner) each(ctx context.Context, files []entry, results []fileResult) error {
	var wg sync.WaitGroup
	var next, done atomic.Int64
	for range min(runtime.GOMAXPROCS(0), max(1, len(files))) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(files) {
					return
				}
				results[i] = s.file(ctx, files[i])
				if n := done.Add(1); s.opt.Progress != nil {
					s.opt.Progress(int(n), len(files))
				}
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

func byLanguage(finders []checks.Finder) map[string][]checks.Finder {
	m := map[string][]checks.Finder{}
	for _, f := range finders {
		spec := f.Spec()
		for _, l := range append([]string{spec.Name}, spec.Languages...) {
			if !slices.Contains(m[l], f) {
				m[l] = append(m[l], f)
			}
		}
	}
	return m
}
