package admission

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/fetch"
	"github.com/modelgate/gate/internal/scan"
)

// sift takes the files that the user and the lock ask for.
func (w *admission) sift() {
	matches := func(l []string, name string) bool {
		return slices.ContainsFunc(l, func(pattern string) bool { return fetch.Match(pattern, name) })
	}
	for _, f := range w.repo.Files {
		if len(w.Include) > 0 && !matches(w.Include, f.Path) || matches(w.Exclude, f.Path) {
			continue
		}
		if why := w.unlocked(f.Path); why != "" {
			w.leave(f.Path, why)
			continue
		}
		w.chosen = append(w.chosen, f)
	}
}

// unlocked says why the lock keeps a file from being fetched.
func (w *admission) unlocked(name string) string {
	if w.Locked == nil {
		return ""
	}
	i := slices.IndexFunc(w.Locked.Files, func(f gate.LockedFile) bool { return f.Path == name })
	switch {
	case i < 0:
		return "it is not in the lock"
	case w.Locked.Files[i].Excluded != "":
		return "the lock excludes it: " + w.Locked.Files[i].Excluded
	}
	return ""
}

func (w *admission) leave(name, why string) {
	w.left = append(w.left, fmt.Sprintf("%q was not fetched: %s", name, why))
}

// promised are the facts about the weights that their names promise. Each stands as if it
// were alone, so that no rule excuses it for the sake of another.
func (w *admission) promised() []gate.Evidence {
	var out []gate.Evidence
	for _, f := range w.chosen {
		format := fetch.Format(f.Path)
		if format == "" {
			continue
		}
		at := scan.Remote(w.Model, f.Path)
		out = append(out, gate.Evidence{Kind: gate.KindFile, At: gate.Location{Path: at}, Model: w.Model.Key(), Data: gate.FileFact{
			Format: format, Role: "weights", Dir: at, Size: f.Size, State: gate.Verified, SHA256: f.SHA256, Model: w.Model.Key(),
		}})
	}
	return out
}

// drop leaves the files that a policy denies by their names, and those of which it warns
// where others hold the weights, unless somebody asked for them or locked them. It tells
// whether the model may be downloaded.
func (w *admission) drop(r *gate.Report) bool {
	denied, warned := map[string]string{}, map[string]string{}
	for _, v := range r.Violations {
		switch here := strings.HasPrefix(v.At.Path, scan.Remote(w.Model, "")+"/"); {
		case v.Waived != nil:
		case v.Level == gate.Deny && !here:
			return false
		case v.Level == gate.Deny:
			denied[v.At.Path] = v.Rule
		case here:
			warned[v.At.Path] = v.Rule
		}
	}
	named := func(f gate.RemoteFile, rules map[string]string) string { return rules[scan.Remote(w.Model, f.Path)] }
	good := map[string]bool{} // folders with weights that are beyond reproach
	before, after := 0, 0
	for _, f := range w.chosen {
		if fetch.Format(f.Path) == "" {
			continue
		}
		before++
		if named(f, denied) == "" {
			after++
			good[path.Dir(f.Path)] = good[path.Dir(f.Path)] || named(f, warned) == ""
		}
	}
	if before > 0 && after == 0 {
		return false
	}
	w.chosen = slices.DeleteFunc(w.chosen, func(f gate.RemoteFile) bool {
		switch {
		case named(f, denied) != "":
			w.leave(f.Path, "the rule "+named(f, denied)+" denies it")
		case named(f, warned) != "" && good[path.Dir(f.Path)] && len(w.Include) == 0 && w.Locked == nil:
			w.leave(f.Path, "the rule "+named(f, warned)+" warns of it, and there are better weights; --include gets it")
		default:
			return false
		}
		return true
	})
	return true
}
