// Package link joins what single files say: a reference whose id is a name that another
// file gives a value (an environment variable, a configuration key, a constant of a Python
// module) gets that value, ids
// that are folders of the repository become local, and references to one model at one
// place become one.
package link

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
)

// maxValues bounds how many values one name may have before it tells nothing.
const maxValues = 20

// Join returns the references of a repository in the order of their places. exists tells
// whether a slash-separated path is a file or folder of the repository.
func Join(refs []gate.Reference, bindings []gate.Binding, exists func(string) bool) []gate.Reference {
	n := byName(bindings)
	var out []gate.Reference
	for _, ref := range refs {
		var doubt bool
		ref.Variable, doubt = strings.CutPrefix(ref.Variable, "?")
		if ref.Variable == "" || ref.Resolution != gate.Dynamic {
			out = append(out, ref)
			continue
		}
		values, vague := n.values(ref, exists)
		if doubt && len(values) == 0 && !vague {
			continue // an object, and no name of a model
		}
		out = append(out, resolve(ref, values)...)
	}
	for i := range out {
		finish(&out[i], exists)
	}
	return merge(out)
}

// names are bindings by their names.
type names struct {
	plain     map[string][]gate.Binding
	constants constants
	exports   constants // names that packages take from their modules; the value is "module:NAME"
}

func byName(bindings []gate.Binding) names {
	n := names{map[string][]gate.Binding{}, constants{}, constants{}}
	for _, b := range bindings {
		switch kind, rest, _ := strings.Cut(b.Name, ":"); kind {
		case "py":
			n.constants.add(rest, b)
		case "export":
			n.exports.add(rest, b)
		default:
			n.plain[b.Name] = append(n.plain[b.Name], b)
		}
	}
	return n
}

// values are what the names of a reference may be. A key of some configuration tells less
// than a name of the program, and is asked where those have no value. They are vague where
// a name may be a constant of too many files.
func (n names) values(ref gate.Reference, exists func(string) bool) (out []gate.Binding, vague bool) {
	var keys []gate.Binding
	for name := range strings.FieldsSeq(ref.Variable) {
		if dotted, ok := strings.CutPrefix(name, "py:"); ok {
			left := maxExported
			found, many := n.constant(dotted, ref.At.Path, exists, &left)
			out, vague = append(out, found...), vague || many
		} else if strings.HasPrefix(name, "key:") {
			keys = append(keys, n.plain[name]...)
		} else {
			out = append(out, n.plain[name]...)
		}
	}
	if len(out) == 0 {
		return keys, vague
	}
	return out, vague
}

// maxExported bounds how many packages may hand a name on, one after the other or as
// alternatives.
const maxExported = 32

// constant gives what a dotted path may be in a file: a constant, or one that a package
// takes from one of its modules.
func (n names) constant(dotted, file string, exists func(string) bool, left *int) (found []gate.Binding, vague bool) {
	found, vague = n.constants.find(dotted, file, exists)
	if len(found) > 0 || vague {
		return found, vague
	}
	for at := len(dotted); at > 0; at = strings.LastIndexByte(dotted[:at], '.') {
		module, name := dotted[:at], ""
		if i := strings.LastIndexByte(module, '.'); i > 0 {
			module, name = module[:i], module[i+1:]
		}
		for _, as := range []string{name, "*"} {
			if name == "" {
				continue
			}
			exports, _ := n.exports.find(module+"."+as, file, exists)
			for _, e := range exports {
				if *left--; *left < 0 {
					return found, vague
				}
				target := "." + strings.TrimSuffix(strings.Replace(e.Value, ":", ".", 1), ".*")
				if as == "*" {
					target += "." + name
				}
				more, many := n.constant(target+dotted[at:], file, exists, left)
				found, vague = append(found, more...), vague || many
			}
		}
		if len(found) > 0 {
			break
		}
	}
	return found, vague
}

// modelOf reads the value of a binding: of a constant, also a file of weights.
func modelOf(b gate.Binding) (gate.ModelID, bool) {
	id, ok := modelid.Any(b.Value)
	if !ok && strings.HasPrefix(b.Name, "py:") && modelid.WeightsFile(b.Value) {
		return gate.ModelID{Source: "local", Name: b.Value}, true
	}
	return id, ok
}

// resolve gives a dynamic reference the values of its name. It stays dynamic where no
// file gives one, or one that is no model.
func resolve(ref gate.Reference, values []gate.Binding) []gate.Reference {
	if len(values) > maxValues {
		return []gate.Reference{ref}
	}
	var out []gate.Reference
	for _, b := range values {
		id, ok := modelOf(b)
		if !ok {
			continue
		}
		r := ref
		r.Model, r.At = id, b.At
		rev := ref.Args["revision"]
		if id.Revision == "" {
			r.Model.Revision = ref.Model.Revision
			if r.Model.Revision == "" && rev != "?" {
				r.Model.Revision = rev
			}
		}
		r.LoadedAt = append([]gate.Location{ref.At}, ref.LoadedAt...)
		r.Resolution = gate.Resolved
		r.Immutable = rev != "?" && modelid.Immutable(r.Model, r.Args)
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
	slices.SortStableFunc(a.LoadedAt, comparePlaces)
	if len(b.Args) > 0 {
		args := maps.Clone(b.Args)
		for k, v := range a.Args {
			if args[k] != permissive[k] || args[k] == "" {
				args[k] = v
			}
		}
		a.Args = args
	}
	a.Immutable = a.Immutable && b.Immutable
	if !a.Immutable && (a.Model.Revision == "" || b.Model.Revision == "") {
		a.Model.Revision = ""
	}
}

// permissive are the values of arguments that permit more than any other.
var permissive = map[string]string{"trust_remote_code": "true", "use_safetensors": "false", "weights_only": "false", "safe_mode": "false"}

func compare(a, b gate.Reference) int {
	return cmp.Or(
		comparePlaces(a.At, b.At),
		cmp.Compare(a.Model.Source, b.Model.Source), cmp.Compare(a.Model.Key(), b.Model.Key()),
		cmp.Compare(a.Model.File, b.Model.File), cmp.Compare(a.Model.Revision, b.Model.Revision), cmp.Compare(a.Loader, b.Loader),
	)
}

func comparePlaces(a, b gate.Location) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}
