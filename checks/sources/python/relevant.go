package python

import (
	"path"
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// relevant tells whether a module has anything that could be reported: a name of a table
// together with its library, an argument that matters, a string that may name a model or
// begin a command. To follow values through the others would be work for nothing.
func relevant(mod *pysyntax.Module, file string) bool {
	f := filter{text: mod.Source, file: file, libs: map[string]bool{}}
	for _, w := range []string{"environ", "putenv", "keras.applications", "import applications", "torchvision", "torchaudio", "get_ipython"} {
		if strings.Contains(f.text, w) {
			return true
		}
	}
	pysyntax.Inspect(mod, func(n pysyntax.Node) bool {
		f.found = f.found || f.node(n)
		return !f.found
	})
	return f.found
}

type filter struct {
	text  string
	file  string          // whose folders relative imports name
	libs  map[string]bool // whether the text has the name of a library
	found bool
}

func (f *filter) node(n pysyntax.Node) bool {
	switch n := n.(type) {
	case *pysyntax.Name:
		return f.name(n.ID)
	case *pysyntax.Attribute:
		return f.name(n.Attr)
	case *pysyntax.Alias:
		return f.name(lastName(n.Name))
	case *pysyntax.Keyword:
		return flagNames[n.Name] || genericKeywords[n.Name]
	case *pysyntax.Str:
		return tellingString(n)
	}
	return false
}

func (f *filter) name(name string) bool {
	for i := range byName[name] {
		if f.has(byName[name][i].lib) {
			return true
		}
	}
	for i := range loadsByName[name] {
		l := &loadsByName[name][i]
		if !l.downloaded && f.has(l.lib) && (!l.optional || strings.Contains(f.text, l.flag)) {
			return true
		}
	}
	return false
}

func (f *filter) has(lib string) bool {
	if lib == "" {
		return true
	}
	known, ok := f.libs[lib]
	if !ok {
		lib = strings.Trim(lib, "*")
		known = strings.Contains(f.text, lib) || strings.Contains(f.file, lib)
		f.libs[lib] = known
	}
	return known
}

// tellingString tells whether a string may name a model or be a command or an option that
// names one.
func tellingString(s *pysyntax.Str) bool {
	raw := s.Raw
	if len(raw) > maxText {
		return true
	}
	if flagNames[strings.Trim(raw, `-"'`)] || strings.Contains(raw, "trust_remote_code") || strings.Contains(raw, "trust-remote-code") {
		return true
	}
	slash := strings.Contains(raw, "/")
	first := strings.TrimLeft(raw, "rRbBuUfF\"'")
	if i := strings.IndexAny(first, " \t\n\"'\\"); i >= 0 {
		first = first[:i]
	}
	if programs[path.Base(first)] || strings.Contains(raw, " --") || strings.HasPrefix(first, "--") {
		return true
	}
	if !slash {
		return false
	}
	v := s.Value()
	_, ok := hub(v)
	return ok || scheme(v) || !strings.Contains(v, " ") && strings.HasSuffix(v, "/")
}

var flagNames = func() map[string]bool {
	out := map[string]bool{}
	for _, f := range unsafeFlags {
		out[f.flag] = true
	}
	for _, k := range environmentKeys {
		out[k.id] = true
	}
	return out
}()
