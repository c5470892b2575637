// Package pyversion tells which versions of a Python package a project allows, and whether
// all of them have a default that makes loading safe. Versions and specifiers are those of
// https://packaging.python.org/en/latest/specifications/version-specifiers, with the
// carets and tildes of Poetry besides; requirements are those of
// https://packaging.python.org/en/latest/specifications/dependency-specifiers.
package pyversion

import (
	"regexp"
	"strings"
)

// Default is an argument of a package's loader whose default became safe with a version.
type Default struct {
	Package string // as PyPI names it
	Unsafe  string // what the loader permits before
	Flag    string
	Since   string
	// Loaders are the functions that are unsafe unless the version tells otherwise. Where
	// there are none, leaving the argument out is taken to be safe unless it does.
	Loaders []string
}

// Defaults are the defaults that changed. A project that allows older versions relies on
// one that is not safe.
var Defaults = []Default{
	{"torch", "torch-pickle", "weights_only", "2.6", []string{"torch.load", "torch.serialization.load"}},
	{"numpy", "numpy-pickle", "allow_pickle", "1.16.3", nil},
	{"keras", "keras-code", "safe_mode", "2.13", nil},
	{"tensorflow", "keras-code", "safe_mode", "2.13", nil},
}

// aliases are the names under which the packages are installed otherwise.
var aliases = map[string]string{
	"torch": "torch", "pytorch": "torch", "pytorch-gpu": "torch", "pytorch-cpu": "torch", "numpy": "numpy", "keras": "keras",
	"tensorflow": "tensorflow", "tensorflow-cpu": "tensorflow", "tensorflow-gpu": "tensorflow", "tensorflow-base": "tensorflow",
}

// Package is the package that a name installs, if it is one of those whose versions
// matter here.
func Package(name string) (string, bool) {
	name = strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(name))
	p, ok := aliases[name]
	return p, ok
}

// Any is the specifier of a requirement that allows every version.
const Any = "*"

var (
	requirement = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(.*)$`)
	wheel       = regexp.MustCompile(`/(?:[A-Za-z0-9_]+)-([0-9][A-Za-z0-9.!_]*(?:(?:\+|%2[Bb])[A-Za-z0-9.]+)?)-[^/]*\.whl`)
	// interpreter matches a marker that is about nothing but the version of Python.
	interpreter = regexp.MustCompile(`^[\s()]*(?:python_(?:full_)?version\s*[<>=!~]+\s*["'][0-9.]+["'][\s()]*(?:and|or)?[\s()]*)+$`)
)

// Requirement reads "name[extras] specifier ; marker" of a package whose versions matter.
// A requirement that holds on some machines only allows any version, since on others
// something else may be installed.
func Requirement(text string) (pkg, specifier string, ok bool) {
	text, marker, _ := strings.Cut(text, ";")
	m := requirement.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return "", "", false
	}
	if pkg, ok = Package(m[1]); !ok {
		return "", "", false
	}
	specifier = strings.TrimSpace(strings.Trim(strings.TrimSpace(m[2]), "()"))
	if link, found := strings.CutPrefix(specifier, "@"); found {
		w := wheel.FindStringSubmatch(link)
		if w == nil {
			return pkg, Any, true
		}
		specifier = "==" + strings.NewReplacer("%2B", "+", "%2b", "+").Replace(w[1])
	}
	specifier, _, _ = strings.Cut(specifier, " --") // options of pip
	specifier = strings.TrimRight(specifier, "\\ \t")
	switch {
	case specifier == "" || marker != "" && !interpreter.MatchString(strings.TrimRight(strings.SplitN(marker, " --", 2)[0], "\\ \t")):
		specifier = Any
	case strings.IndexByte("=<>~!", specifier[0]) < 0:
		return "", "", false
	}
	return pkg, specifier, true
}
