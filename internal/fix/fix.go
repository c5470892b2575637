// Package fix rewrites source with the smallest edit that removes a violation: it pins a
// model to its commit, or takes away the argument that lets a load run code. An edit is
// proposed only where it is understood, and only after the finders have read the edited
// file: what they state of it must differ by nothing but what was to be fixed.
package fix

import (
	"cmp"
	"context"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/modelgate/gate"
)

// Commits tells the full commit that a model's revision names today, from a lock or from
// the registry. It is called from several goroutines.
type Commits func(gate.ModelID) (commit string, ok bool)

// Limits on the work for one file.
const (
	maxFile  = 4 << 20 // the longest file that is edited
	maxTrial = 200     // readings of edited versions of one file
)

// Attach sets the fix of every violation of a report that has one.
func Attach(ctx context.Context, r *gate.Report, fsys fs.FS, commits Commits) error {
	fixes, err := Plan(ctx, fsys, r, commits)
	for i, f := range fixes {
		r.Violations[i].Fix = f
	}
	return err
}

// Plan gives the fix of each violation of a report, nil where there is none. All of them
// can be applied together, and each alone. Its error is that of the context.
func Plan(ctx context.Context, fsys fs.FS, r *gate.Report, commits Commits) ([]*gate.Fix, error) {
	out := make([]*gate.Fix, len(r.Violations))
	byPath := map[string][]int{}
	for i, v := range r.Violations {
		if v.Waived == nil && fixable(v, commits) {
			byPath[v.At.Path] = append(byPath[v.At.Path], i)
		}
	}
	refs := map[string][]gate.Reference{}
	for _, ref := range r.References {
		refs[ref.At.Path] = append(refs[ref.At.Path], ref)
	}
	paths := slices.Sorted(maps.Keys(byPath))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(paths)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(paths)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				list := byPath[paths[i]]
				p := &planner{ctx: ctx, commits: commits, refs: refs[paths[i]]}
				for k, f := range p.file(fsys, paths[i], r.Violations, list) {
					out[list[k]] = f
				}
			}
		})
	}
	workers.Wait()
	return out, ctx.Err()
}

// file plans the fixes of one file.
func (p *planner) file(fsys fs.FS, path string, violations []gate.Violation, list []int) []*gate.Fix {
	text, ok := load(fsys, path)
	if !ok {
		return nil
	}
	p.old = read(p.ctx, path, text)
	return p.plan(violations, list)
}

// fixable tells whether a violation is of a rule that fixes are known for.
func fixable(v gate.Violation, commits Commits) bool {
	if v.At.Line == 0 || strings.Contains(v.At.Path, "!") {
		return false
	}
	return v.Rule == pinning && commits != nil || dangers[v.Rule] != ""
}

// load reads the file that a location names.
func load(fsys fs.FS, path string) ([]byte, bool) {
	name := strings.ReplaceAll(path, "%21", "!")
	info, err := fs.Stat(fsys, name)
	if err != nil && name != path {
		name = path
		info, err = fs.Stat(fsys, name)
	}
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, false
	}
	text, err := fs.ReadFile(fsys, name)
	return text, err == nil && len(text) <= maxFile
}

// candidate is one way to fix a violation.
type candidate struct {
	description string
	edits       []edit // of the file
	inner       *inner // what they are of the text inside of the file, where that is another
	target      target
}

// inner are edits of a text of a file.
type inner struct {
	text  int
	edits []edit
}

// target is the fact that a fix is about.
type target struct {
	at     int    // its offset in the file
	unsafe string // of a load
	model  string // of a reference
	commit string
}

// planner finds the fixes of one file.
type planner struct {
	ctx     context.Context
	commits Commits
	refs    []gate.Reference
	old     *reading
	trials  int
}

// plan gives the fixes of the violations that a list names.
func (p *planner) plan(violations []gate.Violation, list []int) []*gate.Fix {
	ways := make([][]candidate, len(list))
	var open []int
	for i, v := range list {
		if ways[i] = p.candidates(violations[v]); len(ways[i]) > 0 {
			open = append(open, i)
		}
	}
	fixes := make([]*gate.Fix, len(list))
	p.accept(ways, open, fixes, nil)
	return fixes
}

// accept finds the ways that can go together with those that were accepted: all at once,
// or else, since one of them may not work, one half after the other.
func (p *planner) accept(ways [][]candidate, open []int, fixes []*gate.Fix, accepted []candidate) []candidate {
	if len(open) == 0 {
		return accepted
	}
	with := accepted[:len(accepted):len(accepted)]
	for _, i := range open {
		with = append(with, ways[i][0])
	}
	if p.proven(with) {
		for _, i := range open {
			fixes[i] = p.fix(&ways[i][0])
		}
		return with
	}
	if half := len(open) / 2; half > 0 {
		return p.accept(ways, open[half:], fixes, p.accept(ways, open[:half], fixes, accepted))
	}
	only := open[0]
	if ways[only] = ways[only][1:]; len(ways[only]) == 0 {
		return accepted
	}
	return p.accept(ways, open, fixes, accepted)
}

func (p *planner) fix(c *candidate) *gate.Fix {
	f := &gate.Fix{Description: c.description}
	for _, e := range c.edits {
		f.Edits = append(f.Edits, gate.Edit{At: p.old.location(e.start, e.end), Text: e.text})
	}
	slices.SortFunc(f.Edits, func(a, b gate.Edit) int { return cmp.Compare(a.At.Offset, b.At.Offset) })
	return f
}
