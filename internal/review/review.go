// Package review tells what a change does to the models that a repository uses and holds:
// which come, go or move, and what that means.
package review

import (
	"cmp"
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/scan"
)

// reviewTime bounds what is read of registries for a review.
const reviewTime = 30 * time.Second

// State is one state of the repository.
type State struct {
	Files fs.FS
	Found *run.Findings // of the files
	Asked *run.Findings // of the registries
}

// Change is a change of a repository.
type Change struct {
	Base          string // the commit that it departs from
	Before, After State
	Touched       map[string]bool // files that it adds, edits or removes
	Registries    map[string]gate.Registry
	Judged        []gate.Violation // of the state after it
}

// Review tells what the change does to the models that the repository uses and holds.
func (c Change) Review(ctx context.Context) *gate.Review {
	timed, cancel := context.WithTimeout(ctx, reviewTime)
	defer cancel()
	v := &reviewing{Change: c, before: artifactsOf(c.Before.Asked), after: artifactsOf(c.After.Asked)}
	models := slices.Concat(v.referenced(timed), v.held())
	slices.SortStableFunc(models, func(a, b gate.ModelChange) int {
		return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.Model, b.Model), strings.Compare(a.Change, b.Change))
	})
	if models == nil {
		models = []gate.ModelChange{} // the JSON report has no null lists
	}
	return &gate.Review{Base: c.Base, Models: models}
}

// reviewing is the work on a review.
type reviewing struct {
	Change
	before, after map[string]*gate.Artifact // of registries, by their names in locations
}

func artifactsOf(f *run.Findings) map[string]*gate.Artifact {
	out := map[string]*gate.Artifact{}
	for i, a := range f.Artifacts {
		out[scan.Remote(a.Model, "")] = &f.Artifacts[i]
	}
	return out
}

// used are the revisions of a model that one state of the repository asks for.
type used struct {
	source, model string
	names         []string // in locations
	refs          map[string]gate.Reference
}

func uses(refs []gate.Reference) map[string]*used {
	out := map[string]*used{}
	for _, r := range refs {
		if !run.Lockable(r) {
			continue
		}
		key, name := r.Model.Source+":"+r.Model.Key(), scan.Remote(r.Model, "")
		u := out[key]
		if u == nil {
			u = &used{source: r.Model.Source, model: r.Model.Key(), refs: map[string]gate.Reference{}}
			out[key] = u
		}
		if _, ok := u.refs[name]; !ok {
			u.refs[name] = r
			u.names = append(u.names, name)
		}
	}
	return out
}

// without are the names that another state does not have.
func (u *used) without(o *used) []string {
	if u == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(u.names), func(name string) bool {
		if o == nil {
			return false
		}
		_, ok := o.refs[name]
		return ok
	})
}

// referenced are the changes of the models of registries.
func (v *reviewing) referenced(ctx context.Context) []gate.ModelChange {
	was, is := uses(v.Before.Found.References), uses(v.After.Found.References)
	keys := map[string]bool{}
	for _, side := range []map[string]*used{was, is} {
		for key := range side {
			keys[key] = true
		}
	}
	var out []gate.ModelChange
	for key := range keys {
		gone, come := was[key].without(is[key]), is[key].without(was[key])
		for i := range max(len(gone), len(come)) {
			c := gate.ModelChange{Change: "removed"}
			if i < len(gone) {
				c.Source, c.Model = was[key].source, was[key].model
				ref := was[key].refs[gone[i]]
				c.At, c.Before = ref.At, v.remote(ref, v.before[gone[i]], nil)
			}
			if i < len(come) {
				c.Change = "added"
				if i < len(gone) {
					c.Change = "moved"
				}
				c.Source, c.Model = is[key].source, is[key].model
				ref := is[key].refs[come[i]]
				c.At, c.After = ref.At, v.remote(ref, v.after[come[i]], v.findings(func(o gate.Violation) bool { return about(o, come[i], ref) }))
			}
			if c.Change == "moved" {
				c.Meaning = v.remoteMeaning(ctx, v.before[gone[i]], v.after[come[i]])
			}
			out = append(out, c)
		}
	}
	return out
}

// about tells whether a violation is about the model of a reference.
func about(o gate.Violation, name string, ref gate.Reference) bool {
	if o.At.Remote() {
		return o.At.Path == name || strings.HasPrefix(o.At.Path, name+"/")
	}
	return o.Model == ref.Model.Key()
}

func (v *reviewing) findings(about func(gate.Violation) bool) *gate.Findings {
	n := &gate.Findings{}
	for _, o := range v.Judged {
		switch {
		case o.Waived != nil || !about(o):
		case o.Level == gate.Deny:
			n.Denied++
		case o.Level == gate.Warn:
			n.Warned++
		}
	}
	return n
}

// remote is what is known of a model of a registry: nothing but its revision where the
// registry was not asked.
func (v *reviewing) remote(ref gate.Reference, a *gate.Artifact, n *gate.Findings) *gate.ModelState {
	s := &gate.ModelState{Revision: ref.Model.Revision, Formats: []string{}, Findings: n}
	if a == nil {
		return s
	}
	if a.Publisher != nil {
		s.Publisher, s.Verified = a.Publisher.Name, &a.Publisher.Verified
	}
	if a.Repository != nil {
		s.Commit, s.License = a.Repository.Commit, a.Repository.License
		for _, f := range a.Repository.Files {
			s.Size += f.Size
		}
	}
	weigh(s, a.Files, rolesOf(slices.Concat(v.After.Asked.Evidence, v.Before.Asked.Evidence)))
	return s
}

// rolesOf are the roles of files by their paths.
func rolesOf(evidence []gate.Evidence) map[string]string {
	out := map[string]string{}
	for _, e := range evidence {
		if f, ok := e.Data.(gate.FileFact); ok && !f.Nested {
			out[e.At.Path] = f.Role
		}
	}
	return out
}

// weigh completes a state by the weights among its files.
func weigh(s *gate.ModelState, files []gate.File, roles map[string]string) {
	rank := map[gate.State]int{gate.Verified: 1, gate.Unproven: 2, gate.Unread: 3}
	for _, f := range files {
		if roles[f.Path] != "weights" {
			continue
		}
		if f.Format != "" && !slices.Contains(s.Formats, f.Format) {
			s.Formats = append(s.Formats, f.Format)
		}
		if rank[f.State] > rank[s.State] {
			s.State = f.State
		}
	}
	slices.Sort(s.Formats)
}

// held are the changes of the models in folders of the repository.
func (v *reviewing) held() []gate.ModelChange {
	before, after := rolesOf(v.Before.Found.Evidence), rolesOf(v.After.Found.Evidence)
	edited := map[string]bool{}
	for p := range v.Touched {
		if role := cmp.Or(after[p], before[p]); role == "weights" || role == "config" || role == "code" {
			edited[path.Dir(p)] = true
		}
	}
	was, is := folders(v.Before.Found), folders(v.After.Found)
	var out []gate.ModelChange
	for dir := range edited {
		c := gate.ModelChange{Model: dir, Source: "local", At: gate.Location{Path: dir}, Before: was[dir], After: is[dir]}
		switch {
		case c.Before == nil && c.After == nil:
			continue
		case c.Before == nil:
			c.Change = "added"
		case c.After == nil:
			c.Change = "removed"
		default:
			c.Change = "edited"
			c.Meaning = meanings(func(name string) (before, after []byte) {
				return place.Text(v.Before.Files, path.Join(dir, name)), place.Text(v.After.Files, path.Join(dir, name))
			})
		}
		if c.After != nil {
			c.After.Findings = v.findings(func(o gate.Violation) bool { return path.Dir(place.Outermost(o.At.Path)) == dir })
		}
		out = append(out, c)
	}
	return out
}

// folders are the folders that hold a model.
func folders(f *run.Findings) map[string]*gate.ModelState {
	roles := rolesOf(f.Evidence)
	out := map[string]*gate.ModelState{}
	for _, a := range f.Artifacts {
		s, model := &gate.ModelState{Formats: []string{}}, false
		for _, file := range a.Files {
			if role := roles[file.Path]; role != "" {
				s.Size += file.Size
				model = model || role == "weights" || role == "config"
			}
		}
		if a.Model.Source == "local" && model {
			weigh(s, a.Files, roles)
			out[a.Model.Name] = s
		}
	}
	return out
}
