package link

import (
	"path"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/pyversion"
)

// forced is the variable that takes torch's safe default back.
const forced = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"

// Versions tells of the loads that rely on a default of their library whether it is safe in
// the versions that the project allows, and adds those that are known to rely on a default
// from before it was safe. Both are read from bindings: "version:package" with a specifier,
// and "load:package" with the callee.
func Versions(evidence []gate.Evidence, bindings []gate.Binding) []gate.Evidence {
	p := pins{}
	for _, b := range bindings {
		name, ok := strings.CutPrefix(b.Name, "version:")
		if c := modelid.ContextOf(b.At.Path); ok && c != gate.InDoc && c != gate.InTest {
			p[name] = append(p[name], b)
		}
	}
	if len(p) == 0 {
		return evidence
	}
	out := slices.Clone(evidence)
	unsafe := takenBack(evidence, bindings)
	for i, e := range out {
		l, ok := e.Data.(gate.Load)
		if d := defaultOf(l); ok && d != nil {
			if l.VersionSafe = string(p.answer(d, e.At.Path)); l.VersionSafe == string(pyversion.Yes) && unsafe {
				l.VersionSafe = string(pyversion.Unknown)
			}
			out[i].Data = l
		}
	}
	return append(out, p.relying(bindings)...)
}

// takenBack tells whether the environment that some file sets takes a safe default back.
func takenBack(evidence []gate.Evidence, bindings []gate.Binding) bool {
	return slices.ContainsFunc(bindings, func(b gate.Binding) bool { return b.Name == "env:"+forced }) ||
		slices.ContainsFunc(evidence, func(e gate.Evidence) bool { l, ok := e.Data.(gate.Load); return ok && l.Flag == forced })
}

// defaultOf is the default that a load relies on.
func defaultOf(l gate.Load) *pyversion.Default {
	if l.Value != "absent" {
		return nil
	}
	for i := range pyversion.Defaults {
		if d := &pyversion.Defaults[i]; d.Unsafe == l.Unsafe && d.Flag == l.Flag && slices.Contains(d.Loaders, l.Callee) {
			return d
		}
	}
	return nil
}

// relying are the loads that rely on a default which is not safe in any version that the
// project allows.
func (p pins) relying(bindings []gate.Binding) []gate.Evidence {
	var out []gate.Evidence
	for _, b := range bindings {
		name, ok := strings.CutPrefix(b.Name, "load:")
		for i := range pyversion.Defaults {
			d := &pyversion.Defaults[i]
			if !ok || d.Package != name || p.answer(d, b.At.Path) != pyversion.No {
				continue
			}
			out = append(out, gate.Evidence{Kind: gate.KindLoad, At: b.At, Data: gate.Load{Callee: b.Value, Flag: d.Flag, Value: "absent",
				Unsafe: d.Unsafe, Context: modelid.ContextOf(b.At.Path), VersionSafe: string(pyversion.No)}})
		}
	}
	return out
}

// pins are what the files of a repository say of the versions of packages.
type pins map[string][]gate.Binding

// answer tells whether the versions that are allowed for a file have a default. The
// requirements in its folder and those above hold for it, and they must all agree; so must
// every other one of the repository that names a version.
func (p pins) answer(d *pyversion.Default, file string) pyversion.Answer {
	answer := pyversion.Answer("")
	holds := false
	for _, b := range p[d.Package] {
		here := above(path.Dir(b.At.Path), file)
		if !here && b.Value == pyversion.Any || p.superseded(d.Package, b) {
			continue
		}
		holds = holds || here
		if a := pyversion.Since(b.Value, d.Since); answer == "" {
			answer = a
		} else if a != answer {
			return pyversion.Unknown
		}
	}
	if !holds {
		return ""
	}
	return answer
}

// above tells whether a file lies in a folder, at whatever depth.
func above(dir, file string) bool { return dir == "." || strings.HasPrefix(file, dir+"/") }

// lockedBy are the files of which a lock in the same folder says more.
var lockedBy = map[string][]string{
	"pyproject.toml": {"poetry.lock", "uv.lock", "pdm.lock", "pylock.toml"},
	"pipfile":        {"pipfile.lock"},
}

// superseded tells whether a lock beside the file of a requirement names the version.
func (p pins) superseded(name string, b gate.Binding) bool {
	dir, base := path.Split(b.At.Path)
	locks := lockedBy[strings.ToLower(base)]
	return len(locks) > 0 && slices.ContainsFunc(p[name], func(o gate.Binding) bool {
		other, lock := path.Split(o.At.Path)
		return other == dir && slices.Contains(locks, strings.ToLower(lock))
	})
}
