package requirements

import (
	"path"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/pyversion"
	"github.com/modelgate/gate/internal/sourcefile"
)

// locks are files that state the one version of each package that is installed.
var locks = map[string]bool{"poetry.lock": true, "uv.lock": true, "pdm.lock": true, "pipfile.lock": true, "pylock.toml": true}

// loaders are words of which a file that is worth reading for versions has one.
var loaders = []string{"torch", "numpy", "keras", "tensorflow"}

// versions binds what the file says of the versions of libraries that load.
func (f finding) versions() {
	if !sourcefile.Mentions(f.Src.Text, loaders...) {
		return
	}
	switch base := strings.ToLower(path.Base(f.Src.Path)); {
	case base == "pipfile.lock":
		f.pairs(lockedJSON, lockedVersion)
	case locks[base]:
		f.pairs(lockedName, lockedVersion)
	case base == "pyproject.toml" || base == "pipfile":
		f.project()
	case base == "setup.py":
		f.strings()
	default:
		f.lines(strings.HasSuffix(base, ".yml") || strings.HasSuffix(base, ".yaml"))
	}
}

// bind states what a requirement allows.
func (f finding) bind(pkg, specifier string, start, end int) {
	f.Out.Bind(gate.Binding{Name: "version:" + pkg, Value: specifier, At: f.Src.At(start, end)})
}

// require binds a requirement that stands at an offset.
func (f finding) require(text string, start int) {
	if pkg, specifier, ok := pyversion.Requirement(text); ok {
		f.bind(pkg, specifier, start, start+len(text))
	}
}

// maxLine is how long a line may be that is looked at.
const maxLine = 4096

// lines reads one requirement a line; an item of a list in YAML has a dash before it.
func (f finding) lines(yaml bool) {
	for start, line := range sourcefile.Lines(string(f.Src.Text)) {
		if len(line) > maxLine {
			continue
		}
		text := strings.TrimRight(uncommented(line), " \t\r\n")
		trimmed := strings.TrimLeft(text, " \t")
		if yaml {
			item, ok := strings.CutPrefix(trimmed, "- ")
			if !ok {
				continue
			}
			trimmed = strings.Trim(item, `"' `)
			if i := strings.LastIndex(trimmed, "::"); i >= 0 {
				trimmed = trimmed[i+2:] // the channel of Conda
			}
		}
		f.require(trimmed, start+max(0, strings.Index(line, trimmed)))
	}
}

// quotedText matches a string without escapes.
var quotedText = regexp.MustCompile(`"([^"\\\n]{1,300})"|'([^'\\\n]{1,300})'`)

// strings reads the requirements in the strings of a program; a bare name may be anything.
func (f finding) strings() {
	for _, m := range quotedText.FindAllSubmatchIndex(f.Src.Text, -1) {
		from, to := m[2], m[3]
		if from < 0 {
			from, to = m[4], m[5]
		}
		if pkg, specifier, ok := pyversion.Requirement(string(f.Src.Text[from:to])); ok && specifier != pyversion.Any {
			f.bind(pkg, specifier, from, to)
		}
	}
}

var (
	// assigned matches name = "specifier" and name = {version = "specifier"} of Poetry and Pipenv.
	assigned = regexp.MustCompile(`(?m)^["']?([A-Za-z0-9][A-Za-z0-9._-]*)["']?\s*=\s*(?:["']([^"'\n]*)["']|\{[^}\n]*?\bversion\s*=\s*["']([^"'\n]*)["']|(\{))`)
	section  = regexp.MustCompile(`(?m)^\[+([^\]\n]+)\]`)
	required = regexp.MustCompile(`(?ms)^dependencies\s*=\s*\[(.*?)\]\s*(?:#[^\n]*)?$`)
	// dependencies are the tables of a project that hold its requirements.
	dependencies = regexp.MustCompile(`^(?:tool\.poetry\.(?:.*\.)?(?:dev-)?dependencies|packages|dev-packages|tool\.pixi\.(?:.*\.)?(?:pypi-)?dependencies)$`)
	listed       = regexp.MustCompile(`^(?:project\.optional-dependencies|dependency-groups|tool\.uv|tool\.pdm\.dev-dependencies)$`)
)

// project reads the tables of pyproject.toml and of a Pipfile.
func (f finding) project() {
	text := string(f.Src.Text)
	heads := section.FindAllStringSubmatchIndex(text, -1)
	for i, h := range heads {
		name, from, to := strings.TrimSpace(text[h[2]:h[3]]), h[1], len(text)
		if i+1 < len(heads) {
			to = heads[i+1][0]
		}
		switch {
		case dependencies.MatchString(name):
			f.table(text[from:to], from)
		case name == "project":
			if m := required.FindStringSubmatchIndex(text[from:to]); m != nil {
				f.list(text[from+m[2]:from+m[3]], from+m[2])
			}
		case listed.MatchString(name):
			f.list(text[from:to], from)
		}
	}
}

// list reads the requirements in a list of strings.
func (f finding) list(text string, base int) {
	for _, m := range quotedText.FindAllStringSubmatchIndex(text, -1) {
		from, to := m[2], m[3]
		if from < 0 {
			from, to = m[4], m[5]
		}
		f.require(text[from:to], base+from)
	}
}

func (f finding) table(text string, base int) {
	for _, m := range assigned.FindAllStringSubmatchIndex(text, -1) {
		pkg, ok := pyversion.Package(text[m[2]:m[3]])
		if !ok {
			continue
		}
		specifier := pyversion.Any
		for _, k := range []int{4, 6} {
			if m[k] >= 0 && text[m[k]:m[k+1]] != "" {
				specifier = text[m[k]:m[k+1]]
			}
		}
		f.bind(pkg, specifier, base+m[0], base+m[1])
	}
}

var (
	lockedName    = regexp.MustCompile(`^name\s*=\s*"([^"]*)"`)
	lockedJSON    = regexp.MustCompile(`^\s*"([^"]*)":\s*\{`)
	lockedVersion = regexp.MustCompile(`^\s*"?version"?\s*[:=]\s*"([^"]*)"`)
)

// pairs reads a lock, in which the version of a package stands some lines behind its name.
func (f finding) pairs(name, version *regexp.Regexp) {
	pkg := ""
	for start, line := range sourcefile.Lines(string(f.Src.Text)) {
		if len(line) > maxLine {
			continue
		}
		if m := version.FindStringSubmatchIndex(line); m != nil {
			if pkg != "" {
				f.bind(pkg, "=="+strings.TrimLeft(line[m[2]:m[3]], "="), start+m[2], start+m[3])
				pkg = ""
			}
		} else if m := name.FindStringSubmatch(line); m != nil {
			pkg, _ = pyversion.Package(m[1])
		}
	}
}
