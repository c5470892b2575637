// Package java finds the models that Java and Kotlin load with the Deep Java Library
// (docs.djl.ai): the URLs that a Criteria is built with.
package java

import (
	"context"
	"path"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/sourcefile"
	"github.com/modelgate/gate/internal/tokens"
)

// Finder finds models in Java, Kotlin and Scala.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name:      "java",
		Doc:       "Finds models that the Deep Java Library loads.",
		Languages: []string{"kotlin", "scala"},
		Emits:     map[gate.Kind]any{gate.KindIncomplete: gate.Incomplete{}},
	}
}

// Wants takes files by the endings of their names.
func (Finder) Wants(p string, head []byte) bool {
	switch path.Ext(p) {
	case ".java", ".kt", ".kts", ".scala", ".groovy":
		return true
	}
	return false
}

// calls are the methods whose argument is where a model is loaded from.
var calls = map[string]bool{"optModelUrls": true, "optModelUrl": true, "loadModel": true, "setModelUrl": true}

// Find scans a file that names a model's URL.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	if !sourcefile.Mentions(src.Text, "djl", "optModel") {
		return
	}
	f := sourcefile.File{Finder: "java", Src: src, Out: out}
	list, _ := f.Tokens(tokens.Java)
	for i, t := range list {
		if t.Kind != tokens.String || ctx.Err() != nil {
			continue
		}
		m, ok := modelid.URI(t.Text)
		loader := "djl"
		if call := before(list, i); calls[call] {
			loader = "djl." + call
			m, ok = modelid.Loaded(t.Text)
		} else if !strings.HasPrefix(t.Text, "djl://") || strings.HasSuffix(t.Text, "/") {
			continue
		}
		if ok {
			f.State(gate.Reference{Model: m, Loader: loader, At: src.At(t.Start, t.End), Resolution: gate.Literal})
		}
	}
}

// before is the method in whose arguments the token at index i stands first.
func before(list []tokens.Token, i int) string {
	if i < 2 || !list[i-1].Is("(") {
		return ""
	}
	return list[i-2].Text
}
