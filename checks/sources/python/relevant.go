package python

import (
	"slices"
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
	"github.com/modelgate/gate/internal/pyversion"
)

// filter tells which nodes of a module may have to do with anything that is reported: a
// name of a table together with its library, an argument that matters, a string that may
// name a model or begin a command. To follow values through the rest would be work for
// nothing.
type filter struct {
	text  string
	file  string // whose folders relative imports name
	parts []seen // of each of tellingParts, whether the text has it
	stars bool   // whether names may come from star imports
}

type seen uint8

const (
	notLooked seen = iota
	present
	missing
)

func newFilter(text, file string) *filter {
	return &filter{text: text, file: file, parts: make([]seen, len(tellingParts)), stars: strings.Contains(text, "import *")}
}

// fits tells whether one of the rows of a name may be meant. A bare name of a library is
// told by its import.
func (f *filter) fits(w *word, bare bool) bool {
	if w == nil {
		return false
	}
	for _, r := range w.rows {
		if (!bare || r.lib == 0) && f.has(r.lib) && f.has(r.flag) {
			return true
		}
	}
	return false
}

func (f *filter) has(part int) bool {
	if f.parts[part] == notLooked {
		s := strings.Trim(tellingParts[part], "*")
		f.parts[part] = missing
		if strings.Contains(f.text, s) || strings.Contains(f.file, s) {
			f.parts[part] = present
		}
	}
	return f.parts[part] == present
}

// word is what a name tells of the code that uses it.
type word struct {
	rows []row
	// acts says that a call sets what other functions see, or reports by itself.
	acts bool
	// tells says that the name alone makes a file worth to be run, and catalogue that its
	// models are names of functions.
	tells, catalogue bool
}

// row is what must be in a file for a name to matter, as indices of tellingParts: its
// library, and the flag of a load that is safe without it.
type row struct{ lib, flag int }

// words has the last names of all calls of the tables, and other names that tell
// something. What matters only for something that was downloaded is told by the download.
var words, tellingParts = func() (map[string]*word, []string) {
	out, parts := map[string]*word{}, []string{""}
	at := func(name string) *word {
		if out[name] == nil {
			out[name] = &word{}
		}
		return out[name]
	}
	part := func(s string) int {
		i := slices.Index(parts, s)
		if i < 0 {
			i, parts = len(parts), append(parts, s)
		}
		return i
	}
	for name, rows := range byName {
		for _, s := range rows {
			at(name).rows = append(at(name).rows, row{lib: part(s.lib)})
		}
	}
	for _, l := range loads {
		w := at(lastName(l.call))
		switch {
		case l.optional && !versioned(l.lib):
			w.rows = append(w.rows, row{part(l.lib), part(l.flag)})
		case !l.downloaded:
			w.rows = append(w.rows, row{lib: part(l.lib)})
		case l.call != "path.append" && l.call != "path.insert":
			w.acts = true
		}
	}
	for name := range actingNames {
		at(name).acts = true
	}
	for name := range catalogues {
		at(name).tells, at(name).catalogue = true, true
	}
	for _, name := range []string{"environ", "putenv", "get_ipython"} {
		at(name).tells = true
	}
	return out, parts
}()

// versioned tells whether the versions of a library decide what its loads permit that leave
// everything out.
func versioned(lib string) bool {
	_, ok := pyversion.Package(lib)
	return ok
}

var actingNames = wordSet(`environ putenv add_argument add_option set_defaults DEFINE_string DEFINE_bool DEFINE_boolean
	DEFINE_enum DEFINE_list subprocess system popen Popen execvp check_call check_output getoutput getstatusoutput
	create_subprocess_shell create_subprocess_exec get_ipython pexpect spawn executable`)

var catalogues = wordSet("applications torchvision torchaudio")

// tellingString tells whether a string may name a model or be a command or an option that
// names one.
func tellingString(s *pysyntax.Str) bool {
	return tellingRaw(s.Raw) || strings.Contains(s.Raw, "/") && tellingValue(s.Value())
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
