// Package unparsed finds sources in languages that no other finder reads and that load or
// fetch models all the same, by the calls that the libraries have in every language: those
// of https://huggingface.co/docs/huggingface_hub, of transformers and of torch.
package unparsed

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
)

// Finder finds sources that nobody reads.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name:  "unparsed",
		Doc:   "Finds sources that load models in languages that no other finder reads.",
		Emits: map[gate.Kind]any{gate.KindUnparsed: gate.Unparsed{}},
	}
}

// languages are those that have bindings of the libraries, or embed Python, by the endings
// of names.
var languages = map[string]string{
	".r": "R", ".rmd": "R", ".qmd": "R", ".jl": "Julia", ".lua": "Lua", ".pl": "Perl", ".pm": "Perl", ".rb": "Ruby", ".php": "PHP",
	".cs": "C#", ".fs": "F#", ".fsx": "F#", ".vb": "Visual Basic", ".swift": "Swift", ".m": "Objective-C or MATLAB", ".mm": "Objective-C",
	".c": "C", ".h": "C", ".cc": "C++", ".cpp": "C++", ".cxx": "C++", ".hpp": "C++", ".hh": "C++", ".cu": "CUDA", ".zig": "Zig", ".nim": "Nim",
	".dart": "Dart", ".ex": "Elixir", ".exs": "Elixir", ".livemd": "Elixir", ".clj": "Clojure", ".hs": "Haskell", ".ml": "OCaml", ".mojo": "Mojo",
	".ps1": "PowerShell", ".psm1": "PowerShell", ".bat": "a batch file", ".cmd": "a batch file", ".fish": "fish", ".nu": "Nushell",
}

// triggers are calls that load or fetch a model, and addresses of files of the Hub.
var triggers = regexp.MustCompile(`(?i)\b(from_pretrained|fromPretrained|hf_hub_download|snapshot_download|torch\.load|torch::jit::load|pickle\.loads?|joblib\.load)\s*\(` +
	`|\b(?:huggingface\.co|hf\.co)/[\w.-]+/[\w.-]+/(?:resolve|raw)/|\b(?:hf|huggingface-cli)\s+download\s|\bBumblebee\.load_model\b|\btrust[_-]remote[_-]code\b`)

// Wants takes sources by the endings of their names, but for tests and documents, which no
// rule judges.
func (Finder) Wants(p string, _ []byte) bool {
	c := modelid.ContextOf(p)
	return languages[strings.ToLower(path.Ext(p))] != "" && c != gate.InTest && c != gate.InDoc
}

// Find states the first trigger: where it is, the reader looks at the file.
func (Finder) Find(_ context.Context, src *gate.Source, out gate.Recorder) {
	m := triggers.FindIndex(src.Text)
	if m == nil {
		return
	}
	word := strings.TrimRight(string(src.Text[m[0]:min(m[1], m[0]+100)]), " \t\r\n(/")
	out.Emit(gate.KindUnparsed, src.At(m[0], m[0]+len(word)), gate.Unparsed{
		Language: languages[strings.ToLower(path.Ext(src.Path))], Reason: fmt.Sprintf("nothing reads this language, and it has %q", word),
	})
}
