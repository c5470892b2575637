package report

import (
	"cmp"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/modelgate/gate"
)

// use is a model that the judged repository uses: what asks for it, and what was read.
type use struct {
	model gate.ModelID // as it is first asked for
	// commit is the immutable revision that was read, or that the references name.
	commit     string
	references []gate.Reference
	artifact   *gate.Artifact // nil: it was not read
	licenses   []licensed
	weights    gate.State // the worst state of its weights; empty where none were read
	reason     string     // why its registry did not answer
}

// licensed is the data of license.found as far as a report shows it.
type licensed struct {
	Model    string `json:"model"`
	Registry string `json:"registry"`
	ID       string `json:"id"`
	SPDX     string `json:"spdx"`
}

// inventory lists the models of a report, each at a revision once: those that references
// name in their order, then those that lie in the repository itself. References that are
// known only at run time name no model.
func inventory(r *gate.Report) []*use {
	v := &inventoried{at: map[string]*use{}, files: map[string]*use{}}
	facts := fileFacts(r)
	for i := range r.Artifacts {
		v.artifact(&r.Artifacts[i], facts)
	}
	for _, ref := range r.References {
		if ref.Resolution != gate.Dynamic && ref.Model.Key() != "" {
			v.reference(ref)
		}
	}
	v.license(r)
	v.unavailable(r)
	slices.SortStableFunc(v.uses, func(a, b *use) int { return rank(a) - rank(b) })
	return slices.DeleteFunc(v.uses, func(u *use) bool {
		return len(u.references) == 0 && u.weights == "" && u.model.Source == "local"
	})
}

// rank puts models of registries before those of the repository, and these before paths
// that nothing lies at.
func rank(u *use) int {
	switch {
	case u.model.Source != "local":
		return 0
	case u.artifact != nil:
		return 1
	default:
		return 2
	}
}

type inventoried struct {
	uses  []*use
	at    map[string]*use // by source, id and revision
	files map[string]*use // local ones, by file and by folder
}

// artifact takes what was read. Two revisions that are one commit are one model.
func (v *inventoried) artifact(a *gate.Artifact, facts map[string]gate.FileFact) {
	u := &use{model: a.Model, artifact: a, commit: pinned(a.Model)}
	if a.Repository != nil {
		u.commit = a.Repository.Commit
	}
	same := a.Model.Source + "\x00" + a.Model.Key() + "\x00" + u.commit
	if known := v.at[same]; known != nil && u.commit != "" {
		v.at[asked(a.Model)] = known
		return
	}
	for _, f := range a.Files {
		if facts[f.Path].Role == "weights" && worse(f.State, u.weights) {
			u.weights = f.State
		}
		if a.Model.Source == "local" {
			v.files[f.Path] = u
		}
	}
	if a.Model.Source == "local" {
		v.files[a.Model.Name] = u
	}
	v.at[same], v.at[asked(a.Model)] = u, u
	v.uses = append(v.uses, u)
}

func (v *inventoried) reference(ref gate.Reference) {
	u := v.at[asked(ref.Model)]
	if u == nil && ref.Model.Source == "local" {
		u = v.files[path.Clean(ref.Model.Key())]
	}
	if u == nil {
		u = &use{model: ref.Model, commit: pinned(ref.Model)}
		v.at[asked(ref.Model)] = u
		v.uses = append(v.uses, u)
	}
	u.references = append(u.references, ref)
}

// license adds what is stated of licences, each once.
func (v *inventoried) license(r *gate.Report) {
	by := map[string][]*use{}
	for _, u := range v.uses {
		key := u.model.Source + "\x00" + u.model.Key()
		by[key] = append(by[key], u)
	}
	for _, e := range r.Evidence {
		if e.Kind != "license.found" {
			continue
		}
		l, ok := fact[licensed](e)
		if !ok {
			continue
		}
		key := l.Registry + "\x00" + l.Model
		if l.Model == "" {
			key = "local\x00" + path.Dir(outer(e.At.Path))
		}
		for _, u := range by[key] {
			if !slices.ContainsFunc(u.licenses, func(o licensed) bool { return o.SPDX == l.SPDX }) {
				u.licenses = append(u.licenses, l)
			}
		}
	}
}

// unavailable adds why a model was not read.
func (v *inventoried) unavailable(r *gate.Report) {
	why := map[string]string{}
	for _, e := range r.Evidence {
		if e.Kind == gate.KindUnavailable {
			if u, ok := fact[gate.Unavailable](e); ok {
				why[u.ID] = u.Detail
			}
		}
	}
	for _, u := range v.uses {
		if u.artifact == nil && u.model.Source != "local" {
			u.reason = cmp.Or(why[u.model.String()], why[u.model.Key()])
		}
	}
}

func asked(m gate.ModelID) string { return m.Source + "\x00" + m.String() }

// pinned is the revision of an id where it cannot be another tomorrow.
func pinned(m gate.ModelID) string {
	hex := strings.TrimPrefix(m.Revision, "sha256:")
	if len(hex) != 40 && len(hex) != 64 || strings.Trim(hex, "0123456789abcdef") != "" {
		return ""
	}
	return m.Revision
}

// immutable tells whether nothing that is loaded can change under the references.
func (u *use) immutable() bool {
	return !slices.ContainsFunc(u.references, func(r gate.Reference) bool { return !r.Immutable })
}

// only tells whether the references all stand in files of these contexts.
func (u *use) only(contexts ...gate.Context) bool {
	return len(u.references) > 0 && !slices.ContainsFunc(u.references, func(r gate.Reference) bool {
		return !slices.Contains(contexts, r.Context)
	})
}

// outerFiles are the files of the model, the entries of containers left out.
func (u *use) outerFiles() []gate.File {
	if u.artifact == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(u.artifact.Files), func(f gate.File) bool { return strings.Contains(f.Path, "!") })
}

// inside is the path of a file of the model below the model's own root.
func (u *use) inside(file string) string {
	if u.model.Source == "local" {
		return strings.TrimPrefix(file, u.model.Name+"/")
	}
	root := u.model.Source + ":" + strings.TrimPrefix(u.model.String(), u.model.Source+":") + "/"
	return strings.TrimPrefix(file, root)
}

// worse tells whether a file in state a was understood less far than one in state b.
func worse(a, b gate.State) bool {
	order := []gate.State{"", gate.Verified, gate.Unproven, gate.Unread}
	return slices.Index(order, a) > slices.Index(order, b)
}

// fileFacts are the facts about inspected files by path.
func fileFacts(r *gate.Report) map[string]gate.FileFact {
	out := map[string]gate.FileFact{}
	for _, e := range r.Evidence {
		if e.Kind == gate.KindFile {
			if f, ok := fact[gate.FileFact](e); ok {
				out[e.At.Path] = f
			}
		}
	}
	return out
}

// fact is the data of evidence, which is of the check's own type in the run that states
// it and plain JSON where the report was read again.
func fact[T any](e gate.Evidence) (T, bool) {
	data, ok := e.Data.(T)
	if ok {
		return data, true
	}
	text, err := json.Marshal(e.Data)
	if err != nil {
		return data, false
	}
	return data, json.Unmarshal(text, &data) == nil
}
