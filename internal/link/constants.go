package link

import (
	"path"
	"strings"

	"github.com/modelgate/gate"
)

// maxFiles bounds how many files elsewhere in the repository a module without a package may
// be: many have a file of a name such as config.
const maxFiles = 3

// maxConstants bounds how many constants of one name in modules of one name are looked at.
const maxConstants = 512

// constants are the bindings of Python modules by the last part of the module, a colon and
// the name.
type constants map[string][]constant

// constant is a binding "py:module:name", where the module is the dotted path of its file
// from the root.
type constant struct {
	module string
	gate.Binding
}

// add adds a binding of "module:name".
func (c constants) add(named string, b gate.Binding) {
	module, name, ok := strings.Cut(named, ":")
	if ok && module != "" && name != "" {
		key := last(module) + ":" + name
		c[key] = append(c[key], constant{module, b})
	}
}

func last(dotted string) string { return dotted[strings.LastIndexByte(dotted, '.')+1:] }

// candidate is a constant, and the module as the import names it.
type candidate struct {
	constant
	as string
}

// find gives the constants that a dotted path may be in a file: of an import that begins at
// the root those of that module, else those that are nearest, as Python looks into the
// folder of a script and into the folders above it that its path may have, and at last any
// module whose path ends in that of the import. It is vague where there are too many.
func (c constants) find(dotted, file string, exists func(string) bool) (found []gate.Binding, vague bool) {
	dotted, whole := strings.CutPrefix(dotted, ".")
	var all []candidate
	for i := range len(dotted) {
		if dotted[i] != '.' {
			continue
		}
		as := dotted[:i]
		same := c[last(as)+":"+dotted[i+1:]]
		if len(same) > maxConstants {
			return nil, true
		}
		for _, k := range same {
			if k.module == as || !whole && strings.HasSuffix(k.module, "."+as) {
				all = append(all, candidate{k, as})
			}
		}
	}
	if whole || len(all) == 0 {
		return bindingsOf(all), false
	}
	first, _, _ := strings.Cut(dotted, ".")
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		here := inFolder(all, dir)
		if len(here) > 0 || exists(path.Join(dir, first+".py")) || exists(path.Join(dir, first, "__init__.py")) {
			return bindingsOf(here), false
		}
		if dir == "." || dir == "/" {
			break
		}
	}
	if common(all) {
		return nil, true
	}
	return bindingsOf(all), false
}

func inFolder(all []candidate, dir string) []candidate {
	prefix := strings.Trim(strings.ReplaceAll(dir, "/", "."), ".")
	if prefix != "" {
		prefix += "."
	}
	var out []candidate
	for _, k := range all {
		if k.module == prefix+k.as {
			out = append(out, k)
		}
	}
	return out
}

// common tells that a module without a package may be any of many files.
func common(all []candidate) bool {
	files := map[string]bool{}
	for _, k := range all {
		if !strings.Contains(k.as, ".") {
			files[k.At.Path] = true
		}
	}
	return len(files) > maxFiles
}

func bindingsOf(all []candidate) []gate.Binding {
	var out []gate.Binding
	for _, k := range all {
		out = append(out, k.Binding)
	}
	return out
}
