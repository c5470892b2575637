// Package modelcard reads the metadata before a README: of a model on the Hub, whose base
// models it names, and of a Space, which preloads models. The keys are documented at
// huggingface.co/docs/hub/model-cards and huggingface.co/docs/hub/spaces-config-reference.
package modelcard

import (
	"bytes"
	"context"
	"path"
	"strings"

	"github.com/modelgate/gate"
)

// maxFront is the longest metadata that is read.
const maxFront = 256 << 10

// Finder finds the metadata of model cards.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name: "modelcard",
		Doc:  "Finds the models that the metadata of a model card or a Space names.",
	}
}

// Wants takes a README or a model card that begins with metadata.
func (Finder) Wants(p string, head []byte) bool {
	base := strings.ToLower(path.Base(p))
	return (base == "readme.md" || base == "modelcard.md" || base == "model_card.md") && delimiter(head) > 0
}

// Find hands back the lines between "---" and "---".
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	start := delimiter(src.Text)
	if start == 0 {
		return
	}
	rest := src.Text[start:]
	at := 0
	for line := range bytes.Lines(rest) {
		if string(bytes.TrimRight(line, " \t\r\n")) == "---" {
			out.Embed("frontmatter", rest[:at], gate.Shifted(start))
			return
		}
		if at += len(line); at > maxFront {
			return
		}
	}
}

// delimiter is the length of the line "---" with which a text begins.
func delimiter(text []byte) int {
	line, _, found := bytes.Cut(text, []byte("\n"))
	if !found || string(bytes.TrimRight(line, " \t\r")) != "---" {
		return 0
	}
	return len(line) + 1
}
