package pickle

import (
	_ "embed" // the lists are data
	"fmt"
	"path"
	"strings"
	"sync"
)

// Entry is a global that is known. Module and Name are exact or patterns of path.Match,
// whose * also crosses dots.
type Entry struct {
	Module, Name string
	// Shape has the uses the entry is listed for: R called by REDUCE, INST or OBJ, N
	// constructed by NEWOBJ or copyreg._reconstructor, = only referenced. R implies N.
	Shape string
	// Signature types the arguments; empty are any number of listed values. See signature.
	Signature string
	// Product is what a call yields, or what a referenced name stands for.
	Product string
	Source  string

	params []param
}

// Lists are the globals that are known to be safe, and those known to harm.
type Lists struct {
	safe         map[[2]string]*Entry
	safePatterns []*Entry
	harmful      map[[2]string]string // harm by exact pair
	harmModules  map[string]string    // harm by dotted prefix
	harmPatterns []harm
	python2      map[[2]string][2]string
}

type harm struct{ module, name, harm string }

//go:embed safe.tsv
var safeTSV string

//go:embed dangerous.tsv
var dangerousTSV string

//go:embed python2.tsv
var python2TSV string

// DefaultLists are the lists that the gate is built with.
var DefaultLists = sync.OnceValue(func() *Lists {
	l := &Lists{
		safe: map[[2]string]*Entry{}, harmful: map[[2]string]string{},
		harmModules: map[string]string{}, python2: map[[2]string][2]string{},
	}
	for _, f := range rows(safeTSV, 6) {
		for _, module := range strings.Fields(f[0]) {
			for _, name := range strings.Fields(f[1]) {
				l.add(&Entry{Module: module, Name: name, Shape: f[2], Signature: f[3], Product: f[4], Source: f[5]})
			}
		}
	}
	for _, f := range rows(dangerousTSV, 4) {
		for _, module := range strings.Fields(f[0]) {
			for _, name := range strings.Fields(f[1]) {
				l.forbid(module, name, f[2])
			}
		}
	}
	for _, f := range rows(python2TSV, 4) {
		l.python2[[2]string{f[0], f[1]}] = [2]string{f[2], f[3]}
	}
	return l
})

// rows splits a table into rows of n columns. Empty columns at the end may be missing.
func rows(table string, n int) [][]string {
	var out [][]string
	for line := range strings.Lines(table) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "\t")
		for len(fields) < n {
			fields = append(fields, "")
		}
		out = append(out, fields)
	}
	return out
}

// With returns the lists with further safe entries, those of an organisation. An entry
// cannot lift a harmful name by a pattern, only by its exact pair.
func (l *Lists) With(entries ...Entry) (*Lists, error) {
	out := *l
	out.safe = make(map[[2]string]*Entry, len(l.safe)+len(entries))
	for k, e := range l.safe {
		out.safe[k] = e
	}
	out.safePatterns = append([]*Entry(nil), l.safePatterns...)
	for _, e := range entries {
		if e.Module == "" || e.Name == "" || strings.Trim(e.Shape, "RN=") != "" || e.Shape == "" {
			return nil, fmt.Errorf("global %q %q with shape %q: want a module, a name and some of R, N, =", e.Module, e.Name, e.Shape)
		}
		if _, err := path.Match(e.Module, ""); err != nil {
			return nil, fmt.Errorf("module %q: %w", e.Module, err)
		}
		if _, err := path.Match(e.Name, ""); err != nil {
			return nil, fmt.Errorf("name %q: %w", e.Name, err)
		}
		if _, err := parseSignature(e.Signature); err != nil {
			return nil, fmt.Errorf("global %s.%s: %w", e.Module, e.Name, err)
		}
		out.add(&e)
	}
	return &out, nil
}

func (l *Lists) add(e *Entry) {
	// The signatures of the built-in table are checked by a test, the others by With.
	e.params, _ = parseSignature(e.Signature)
	if strings.ContainsAny(e.Module+e.Name, "*?[") {
		l.safePatterns = append(l.safePatterns, e)
		return
	}
	l.safe[[2]string{e.Module, e.Name}] = e
}

func (l *Lists) forbid(module, name, what string) {
	switch {
	case name == "*" && !strings.Contains(module, "*"):
		l.harmModules[module] = what
	case strings.Contains(module+name, "*"):
		l.harmPatterns = append(l.harmPatterns, harm{module, name, what})
	default:
		l.harmful[[2]string{module, name}] = what
	}
}

// Classify says how far a global is known. The entry is set where it is safe, the harm
// where it is dangerous.
func (l *Lists) Classify(module, name string) (Class, *Entry, string) {
	if e := l.safe[[2]string{module, name}]; e != nil {
		return Safe, e, ""
	}
	if what := l.harm(module, name); what != "" {
		return Dangerous, nil, what
	}
	for _, e := range l.safePatterns {
		if matches(e.Module, module) && matches(e.Name, name) {
			return Safe, e, ""
		}
	}
	return Unknown, nil, ""
}

func matches(pattern, s string) bool {
	ok, err := path.Match(pattern, s)
	return ok && err == nil
}

func (l *Lists) harm(module, name string) string {
	if what := l.harmful[[2]string{module, name}]; what != "" {
		return what
	}
	if strings.Contains(name, ".") {
		return "indirect"
	}
	for prefix := module; ; {
		if what := l.harmModules[prefix]; what != "" {
			return what
		}
		i := strings.LastIndexByte(prefix, '.')
		if i < 0 {
			break
		}
		prefix = prefix[:i]
	}
	for _, h := range l.harmPatterns {
		if matches(h.module, module) && matches(h.name, name) {
			return h.harm
		}
	}
	if strings.HasPrefix(module, "_") && !strings.HasPrefix(module, "__") {
		return "private"
	}
	return ""
}

// python3 is the name that Python 3 gives a name of Python 2, as _compat_pickle has it.
func (l *Lists) python3(module, name string) (string, string) {
	if to, ok := l.python2[[2]string{module, name}]; ok {
		return to[0], to[1]
	}
	if to, ok := l.python2[[2]string{module, ""}]; ok {
		return to[0], name
	}
	return module, name
}
