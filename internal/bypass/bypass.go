// Package bypass builds, in code, one inert file for every known way of hiding what a
// model file does when it is loaded, and for every ordinary file that looks like one.
// What the gate says of them is pinned by a test, hits and misses alike. Nothing is ever
// loaded, and what a load would run is the command "true".
package bypass

import (
	"slices"

	"github.com/modelgate/gate/internal/modeltest"
)

// Verdict is how loudly the gate speaks of a file, whatever it says of formats as such.
type Verdict string

// The verdicts, from loud to silent.
const (
	Denied Verdict = "denied"
	Warned Verdict = "warned"
	Clean  Verdict = "clean"
)

// Recipe is one file, or a folder of several, and what the gate is to say of it.
type Recipe struct {
	// Technique is the class of evasion, Name tells the recipes of one apart.
	Technique, Name string
	Files           []modeltest.Entry
	// Want is the verdict that the file deserves: for Denied and Warned at least that, for
	// Clean not more.
	Want Verdict
	// Why explains a verdict that is not the wanted one.
	Why string
}

// ID names the recipe.
func (r *Recipe) ID() string { return r.Technique + "/" + r.Name }

// Recipes are all recipes, in the order of the table.
func Recipes() []Recipe {
	all := slices.Concat(
		machine(), operands(), streams(), gadgets(), names(), zips(), archives(),
		numeric(), torch(), frameworks(), graphs(), headers(), templates(), repositories(),
		grammar(), paths(), benign(),
	)
	for i := range all {
		all[i].Why = misses[all[i].ID()]
	}
	return all
}

// one is a recipe of one file.
func one(technique, name, path string, data []byte, want Verdict) Recipe {
	return Recipe{Technique: technique, Name: name, Files: []modeltest.Entry{{Name: path, Data: data}}, Want: want}
}

// pickles are recipes of one technique whose files are pickles, by name.
func pickles(technique string, want Verdict, rows ...[2]string) []Recipe {
	var out []Recipe
	for _, r := range rows {
		out = append(out, one(technique, r[0], "model.pkl", []byte(r[1]), want))
	}
	return out
}
