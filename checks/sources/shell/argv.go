package shell

import (
	"path"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/pyversion"
)

// loading is what the arguments of one command say about the models it loads.
type loading struct {
	loader string
	at     gate.Location // of the command
	ids    []loaded
	args   map[string]string
	trust  gate.Location // of the flag that lets code run
	skip   bool          // the command loads a data set
}

type loaded struct {
	value
	read      reading
	tokenizer bool
	sure      bool // that it names a model, so that an unknown value is worth stating
}

// command interprets the words of a simple command.
func (w *walker) command(argv []field, at gate.Location) {
	argv = strip(argv)
	if len(argv) == 0 || w.interpreter(argv) {
		return
	}
	base := path.Base(argv[0].text())
	if talkers[base] {
		return
	}
	if base == "docker" || base == "podman" || base == "nerdctl" {
		if rest, ok := w.container(argv); ok {
			argv = rest
		}
	}
	if len(argv) == 0 {
		return
	}
	spec, rest, known := match(argv)
	if !known {
		spec, rest = command{words: base, read: plausible}, argv[1:]
	}
	if installers[spec.words] {
		w.installed(rest)
	}
	l := &loading{loader: spec.words, at: at, args: map[string]string{}}
	w.arguments(l, spec, rest, known)
	w.report(l)
}

// installed binds the versions of the libraries that a command installs.
func (w *walker) installed(argv []field) {
	for i, f := range argv {
		if i > 0 && taking[argv[i-1].text()] {
			continue
		}
		if pkg, specifier, ok := pyversion.Requirement(f.text()); ok {
			v := f.values[0]
			w.out.Bind(gate.Binding{Name: "version:" + pkg, Value: specifier, At: w.src.At(v.Span(0, len(v.S)))})
		}
	}
}

// taking are the options of installers whose value may look like a package.
var taking = map[string]bool{
	"-c": true, "--channel": true, "-n": true, "--name": true, "-p": true, "--prefix": true, "-t": true, "--target": true,
	"-G": true, "--group": true, "--extra": true, "-E": true, "--extras": true,
}

// plausible reads the options of commands that are not known.
func plausible(s string) (gate.ModelID, bool) {
	if modelid.Hosted(s) {
		return gate.ModelID{}, false
	}
	return modelid.Loaded(s)
}

// strip removes what runs another command, and turns "python -m module" into the module.
func strip(argv []field) []field {
	for len(argv) > 1 {
		switch base := path.Base(argv[0].text()); {
		case base == "sudo" || base == "nohup" || base == "exec" || base == "time" || base == "command" || base == "nice":
			argv = argv[1:]
		case base == "env":
			argv = argv[1:]
			for len(argv) > 1 && strings.Contains(argv[0].text(), "=") {
				argv = argv[1:]
			}
		case base == "timeout":
			argv = argv[min(2, len(argv)-1):]
		case python.MatchString(base) && argv[1].text() == "-m" && len(argv) > 2:
			argv = argv[2:]
		default:
			return argv
		}
	}
	return argv
}

var python = regexp.MustCompile(`^(python[0-9.]*|pypy3?|ipython)$`)

// match finds the known command with which argv begins, or that a wrapper runs.
func match(argv []field) (command, []field, bool) {
	for skip := 0; skip < min(len(argv), 24); skip++ {
		best, n := command{}, 0
		for _, c := range commands {
			if k := matches(c.words, argv[skip:]); k > n {
				best, n = c, k
			}
		}
		if n > 0 && (skip == 0 || n > 1 || best.args == none) {
			return best, argv[skip+n:], true
		}
	}
	return command{}, nil, false
}

// matches counts the words that argv begins with, or gives 0.
func matches(words string, argv []field) int {
	n := 0
	for word := range strings.SplitSeq(words, " ") {
		for n > 0 && n < len(argv) && strings.HasPrefix(argv[n].text(), "-") && len(argv[n].text()) < 4 {
			n++ // a switch between the words of a command: gsutil -m cp
		}
		if n >= len(argv) || argv[n].text() != word && path.Base(argv[n].text()) != word {
			return 0
		}
		n++
	}
	return n
}

// arguments collects the ids, and what qualifies them.
func (w *walker) arguments(l *loading, spec command, argv []field, known bool) {
	further := strings.Fields(spec.options)
	taken := false
	for i := 0; i < len(argv); i++ {
		f := argv[i]
		t := f.text()
		if t == "--" {
			continue
		}
		if !strings.HasPrefix(t, "-") || t == "-" {
			if known && (spec.args == every || spec.args == first && !taken) {
				l.add(f, spec.read, spec.args == first)
			} else if !known || taken {
				w.bare(l, spec, f)
			}
			taken = true
			continue
		}
		name, inline, val := option(f)
		var next *field
		if inline {
			next = &val
		} else if i+1 < len(argv) && !strings.HasPrefix(argv[i+1].text(), "-") {
			next = &argv[i+1]
		}
		used := w.option(l, spec, f.values[0], name, next, contains(further, name))
		if !inline && next != nil && (used || spec.args == first && !switches[strings.TrimLeft(name, "-")]) {
			i++
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// bare looks at an argument that no option names: a URI that can only be a model's, the
// address of weights on the Hub, or the filename of a download.
func (w *walker) bare(l *loading, spec command, f field) {
	switch {
	case scheme(f.text()):
		l.add(f, modelid.URI, false)
	case strings.HasPrefix(f.text(), "https://"):
		l.add(f, hubWeights, false)
	case strings.HasSuffix(spec.words, " download") && l.args["filename"] == "":
		l.args["filename"] = known(f.values[0])
	}
}

// option splits "--name=value".
func option(f field) (string, bool, field) {
	name, _, inline := strings.Cut(f.text(), "=")
	if !inline {
		return f.text(), false, field{}
	}
	var val field
	for _, v := range f.values {
		if len(name)+1 <= len(v.S) {
			part := value{Text: v.Slice(len(name)+1, len(v.S)), how: v.how, variable: v.variable}
			val.values = append(val.values, part)
		}
	}
	return name, true, val
}

// option interprets one option and tells whether it took the value.
func (w *walker) option(l *loading, spec command, flag value, name string, val *field, further bool) bool {
	if strings.HasPrefix(name, "--no-trust") {
		l.args["trust_remote_code"] = "false"
		return false
	}
	if modelid.RoleOf(name) == modelid.TrustRole {
		return w.trusted(l, flag, val)
	}
	if val == nil {
		return false
	}
	if further {
		l.add(*val, spec.read, true)
		return true
	}
	if name == "-o" || name == "--output" || name == "-O" && strings.HasPrefix(spec.words, "wget") || name == "--output-document" {
		return l.set("output", val)
	}
	if (len(name) <= 2 || name[1] != '-') && name != "-model" {
		return name == "-b" && strings.HasPrefix(spec.words, "git") && l.set("revision", val)
	}
	switch modelid.RoleOf(name) {
	case modelid.ModelRole:
		l.add(*val, spec.read, true)
	case modelid.MaybeModelRole:
		l.add(*val, spec.read, name == "--model" && spec.words != "")
	case modelid.TokenizerRole:
		l.add(*val, plausible, false)
		l.ids[len(l.ids)-1].tokenizer = true
	case modelid.RevisionRole:
		return l.set("revision", val)
	case modelid.TokenizerRevisionRole:
		return l.set("tokenizer_revision", val)
	default:
		return w.special(l, name, val)
	}
	return true
}

func (w *walker) special(l *loading, name string, val *field) bool {
	switch strings.ReplaceAll(strings.TrimLeft(name, "-"), "_", "-") {
	case "branch":
		return l.set("revision", val)
	case "include":
		return l.set("allow_patterns", val)
	case "exclude":
		return l.set("ignore_patterns", val)
	case "repo-type":
		l.skip = val.text() != "model"
		return true
	case "checksum":
		if digest, ok := strings.CutPrefix(val.text(), "sha-256="); ok {
			l.args["sha256"] = digest
		}
		return true
	case "load-format":
		return l.set("load_format", val)
	case "model-args", "lora-modules", "set", "set-string":
		return w.pairs(l, name, *val)
	}
	if scheme(val.text()) {
		l.add(*val, modelid.URI, false)
		return true
	}
	return false
}

// pairs reads "pretrained=org/name,revision=x,trust_remote_code=True".
func (w *walker) pairs(l *loading, name string, f field) bool {
	v := f.values[0]
	from := 0
	for part := range strings.SplitSeq(v.S, ",") {
		key, val, ok := strings.Cut(part, "=")
		at := from + len(key) + 1
		from += len(part) + 1
		if !ok {
			continue
		}
		key = key[strings.LastIndexByte(key, '.')+1:]
		piece := field{[]value{{Text: v.Slice(at, at+len(val)), how: v.how}}}
		switch role := modelid.RoleOf(key); {
		case role == modelid.TrustRole:
			w.trusted(l, piece.values[0], &piece)
		case role == modelid.RevisionRole:
			l.set("revision", &piece)
		case role != modelid.NoRole, scheme(val):
			l.add(piece, plausible, false)
		case name == "--lora-modules": // name=org/name
			l.add(piece, plausible, false)
		}
	}
	return true
}

func (l *loading) add(f field, read reading, sure bool) {
	for _, v := range f.values {
		l.ids = append(l.ids, loaded{value: v, read: read, sure: sure})
	}
}

func (l *loading) set(arg string, f *field) bool {
	l.args[arg] = known(f.values[0])
	return true
}

// trusted notes the flag that lets code of a model run; its value may be left out.
func (w *walker) trusted(l *loading, flag value, val *field) bool {
	l.trust = w.at(flag)
	l.args["trust_remote_code"] = "true"
	if val == nil {
		return false
	}
	switch strings.ToLower(val.text()) {
	case "true", "1", "yes", "on":
		return true
	case "false", "0", "no", "off":
		l.args["trust_remote_code"] = "false"
		return true
	}
	if !val.values[0].known() {
		l.args["trust_remote_code"] = "?"
		return true
	}
	return false // the word after a switch
}
