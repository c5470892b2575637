// Package modelfile finds the models that an Ollama Modelfile builds on. The grammar is
// that of github.com/ollama/ollama/blob/main/docs/modelfile.md.
package modelfile

import (
	"context"
	"path"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/sourcefile"
)

// Finder finds models in Modelfiles.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name: "modelfile",
		Doc:  "Finds the base models and adapters of Ollama Modelfiles.",
	}
}

// Wants takes files by their names.
func (Finder) Wants(p string, head []byte) bool {
	base := strings.ToLower(path.Base(p))
	return base == "modelfile" || strings.HasPrefix(base, "modelfile.") || strings.HasPrefix(base, "modelfile-") ||
		strings.HasSuffix(base, ".modelfile")
}

// Find reads the instructions FROM, ADAPTER and DRAFT outside quoted texts.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	f := sourcefile.File{Finder: "modelfile", Src: src, Out: out}
	quoted := false
	for start, line := range sourcefile.Lines(string(src.Text)) {
		inside := quoted
		if strings.Count(line, `"""`)%2 == 1 {
			quoted = !quoted
		}
		if inside || ctx.Err() != nil {
			continue
		}
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		name := strings.ToUpper(words[0])
		if name != "FROM" && name != "ADAPTER" && name != "DRAFT" {
			continue
		}
		value := strings.Trim(words[1], `"'`)
		m, ok := read(value)
		if !ok {
			continue
		}
		from := start + strings.Index(line, value)
		f.State(gate.Reference{Model: m, Loader: "ollama " + name, At: src.At(from, from+len(value)), Resolution: gate.Literal})
	}
}

// read reads what Ollama takes for a model; a path is a file that is inspected itself.
func read(value string) (gate.ModelID, bool) {
	if m, ok := modelid.URI(value); ok {
		return m, true
	}
	if strings.HasPrefix(value, ".") || strings.HasPrefix(value, "/") || strings.HasPrefix(value, "~") || strings.Contains(value, "$") ||
		strings.Contains(value, "://") || modelid.WeightsFile(value) {
		return gate.ModelID{}, false
	}
	return modelid.Ollama(value)
}
