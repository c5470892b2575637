package zipfile

import "strings"

// The kinds of an archive. An archive of kind TorchKind is handed back by the inspector
// of torch checkpoints, all others by that of zip archives, so that each entry is
// looked at once.
const (
	TorchKind = "torch"
	KerasKind = "keras"
	NpzKind   = "npz"
	PlainKind = "plain"
)

// Kind tells what an archive is by the names of its entries. Packages of torch have
// their own list of modules instead of a pickle of a known name.
func (a *Archive) Kind() string {
	var config, metadata bool
	arrays, files := 0, 0
	for i := range a.Entries {
		e := &a.Entries[i]
		name := Fold(e.Name)
		if strings.HasSuffix("/"+name, "/data.pkl") || strings.HasSuffix(name, "/.data/extern_modules") {
			return TorchKind
		}
		config = config || name == "config.json"
		metadata = metadata || name == "metadata.json"
		if !e.Dir() {
			files++
		}
		if strings.HasSuffix(name, ".npy") {
			arrays++
		}
	}
	switch {
	case config && metadata:
		return KerasKind
	case files > 0 && arrays == files:
		return NpzKind
	default:
		return PlainKind
	}
}

// Fold is a name as the most lenient reader compares it: without regard to case, up to
// the first NUL, with slashes only.
func Fold(name string) string {
	name, _, _ = strings.Cut(name, "\x00")
	return strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
}
