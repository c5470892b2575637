// Package link joins what single files say: a reference whose id is a name that another
// file gives a value (an environment variable, a configuration key) gets that value, ids
// that are folders of the repository become local, and references to one model at one
// place become one.
package link

import (
	"cmp"
	"maps"
	"slices"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
)

// maxValues bounds how many values one name may have before it tells nothing.
const maxValues = 20

// Join returns the references of a repository in the order of their places. exists tells
// whether a slash-separated path is a file or folder of the repository.
func Join(refs []gate.Reference, bindings []gate.Binding, exists func(string) bool) []gate.Reference {
	values := byName(bindings)
	var out []gate.Reference
	for _, ref := range refs {
		out = append(out, resolve(ref, values[ref.Variable])...)
	}
	for i := range out {
		finish(&out[i], exists)
	}
	return merge(out)
}

func byName(bindings []gate.Binding) map[string][]gate.Binding {
	m := map[string][]gate.Binding{}
	for _, b := range bindings {
		m[b.Name] = append(m[b.Name], b)
	}
	return m
}

// resolve gives a dynamic reference the values of its name. It stays dynamic where no
// file gives one, or one that is no model.
func resolve(ref gate.Reference, values []gate.Binding) []gate.Reference {
	if ref.Variable == "" || ref.Resolution != gate.Dynamic || len(values) > maxValues {
		return []gate.Reference{ref}
	}
	var out []gate.Reference
	for _, b := range values {
		id, ok := modelid.Any(b.Value)
		if !ok {
			continue
		}
		r := ref
		r.Model, r.At = id, b.At
		if id.Revision == "" {
			r.Model.Revision = ref.Model.Revision
		}
		r.LoadedAt = append([]gate.Location{ref.At}, ref.LoadedAt...)
		r.Resolution = gate.Resolved
		r.Immutable = modelid.Immutable(r.Model, r.Args)
		out = append(out, r)
	}
	switch len(out) {
	case 0:
		return []gate.Reference{ref}
	case 1:
		return out
	}
	for i := range out {
		out[i].Resolution = gate.Alternative
	}
	return out
}

func finish(r *gate.Reference, exists func(string) bool) {
	if r.Context == "" {
		r.Context = modelid.ContextOf(r.At.Path)
	}
	if r.Model.Source == "hf" && r.Model.Namespace != "" && exists(r.Model.Key()) {
		r.Model = gate.ModelID{Source: "local", Name: r.Model.Key()}
	}
}

// merge makes one reference of those that name one model at one place.
func merge(refs []gate.Reference) []gate.Reference {
	slices.SortStableFunc(refs, compare)
	out := refs[:0]
	for _, r := range refs {
		if n := len(out); n > 0 && same(out[n-1], r) {
			join(&out[n-1], r)
			continue
		}
		out = append(out, r)
	}
	return out
}

func same(a, b gate.Reference) bool {
	return a.At.Path == b.At.Path && a.At.Line == b.At.Line && a.At.Column == b.At.Column &&
		a.Model.Key() == b.Model.Key() && a.Model.Source == b.Model.Source && a.Model.File == b.Model.File &&
		(a.Model.Revision == b.Model.Revision || a.Model.Revision == "" || b.Model.Revision == "")
}

// join adds what b knows to a. A model that one use pins and another does not is not
// pinned.
func join(a *gate.Reference, b gate.Reference) {
	for _, at := range b.LoadedAt {
		if !slices.Contains(a.LoadedAt, at) {
			a.LoadedAt = append(a.LoadedAt, at)
		}
	}
	if len(b.Args) > 0 {
		args := maps.Clone(b.Args)
		maps.Copy(args, a.Args)
		a.Args = args
	}
	a.Immutable = a.Immutable && b.Immutable
	if !a.Immutable && (a.Model.Revision == "" || b.Model.Revision == "") {
		a.Model.Revision = ""
	}
}

func compare(a, b gate.Reference) int {
	return cmp.Or(
		cmp.Compare(a.At.Path, b.At.Path), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column),
		cmp.Compare(a.Model.Source, b.Model.Source), cmp.Compare(a.Model.Key(), b.Model.Key()),
		cmp.Compare(a.Model.File, b.Model.File), cmp.Compare(a.Model.Revision, b.Model.Revision), cmp.Compare(a.Loader, b.Loader),
	)
}
