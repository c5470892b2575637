// Package requirements finds models that are installed as Python packages: trained
// pipelines of spaCy, and wheels on a model hub; and the versions that a project allows
// of the libraries whose loading became safe by default. Lines are those of pip
// (pip.pypa.io/en/stable/reference/requirements-file-format), and the strings of
// pyproject.toml and conda files that hold the same.
package requirements

import (
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/sourcefile"
)

// Finder finds models among the requirements of Python projects.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name: "requirements",
		Doc:  "Finds models that are installed as Python packages, and the versions of the libraries that load.",
	}
}

// Wants takes files by their names.
func (Finder) Wants(p string, head []byte) bool {
	base := strings.ToLower(path.Base(p))
	switch base {
	case "pyproject.toml", "setup.cfg", "setup.py", "pipfile", "environment.yml", "environment.yaml", "conda.yaml", "conda.yml":
		return true
	}
	if locks[base] {
		return true
	}
	ext := path.Ext(base)
	return (ext == ".txt" || ext == ".in") && (strings.Contains(base, "requirements") || strings.Contains(base, "constraints") ||
		path.Base(path.Dir(p)) == "requirements")
}

var (
	url     = regexp.MustCompile(`(?:git\+)?https?://[^\s"'<>;,\]]+`)
	trained = regexp.MustCompile(`(?:^|[\s"'\[,-])([a-z]{2,3}[_-](?:core|dep|ent|sent)[_-][a-z]+[_-](?:sm|md|lg|trf))\s*((?:==|~=|>=|=)\s*"?([0-9][0-9a-z.]*))?`)
	hash    = regexp.MustCompile(`--hash[= ]sha256:([0-9a-f]{64})|#sha256=([0-9a-f]{64})`)
)

// Find looks at each line without its comment.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	f := finding{sourcefile.File{Finder: "requirements", Src: src, Out: out}}
	if f.versions(); locks[strings.ToLower(path.Base(src.Path))] {
		return
	}
	for start, line := range sourcefile.Lines(string(src.Text)) {
		if ctx.Err() != nil {
			return
		}
		if len(line) < 4096 {
			f.line(uncommented(line), start)
		}
	}
}

type finding struct{ sourcefile.File }

func (f finding) line(line string, start int) {
	args := map[string]string{}
	if m := hash.FindStringSubmatch(line); m != nil {
		args["sha256"] = m[1] + m[2]
	}
	found := false
	for _, span := range url.FindAllStringIndex(line, 16) {
		m, ok := modelid.URI(strings.TrimPrefix(line[span[0]:span[1]], "git+"))
		if ok && (m.Source == "spacy" || m.Source == "hf" && strings.HasSuffix(m.File, ".whl")) {
			f.state(m, args, start+span[0], start+span[1])
			found = true
		}
	}
	if found {
		return
	}
	for _, m := range trained.FindAllStringSubmatchIndex(line, 16) {
		id, ok := modelid.Alias("spacy", strings.ReplaceAll(line[m[2]:m[3]], "-", "_"))
		if !ok || strings.HasPrefix(line[m[1]:], "/") {
			continue
		}
		if m[6] >= 0 && strings.HasPrefix(strings.TrimSpace(line[m[4]:m[5]]), "=") {
			id.Revision = line[m[6]:m[7]]
		}
		f.state(id, args, start+m[2], start+m[3])
	}
}

func (f finding) state(m gate.ModelID, args map[string]string, start, end int) {
	f.State(gate.Reference{Model: m, Loader: "pip install", Args: args, At: f.Src.At(start, end), Resolution: gate.Literal})
}

// uncommented cuts a comment, which begins a line or follows a blank.
func uncommented(line string) string {
	if strings.HasPrefix(strings.TrimSpace(line), "#") {
		return ""
	}
	if i := strings.Index(line, " #"); i >= 0 {
		return line[:i]
	}
	return line
}
