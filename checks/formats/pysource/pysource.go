// Package pysource reads Python files that come with a model and states the calls in
// them that start processes, evaluate text, open connections, load native code or
// unpickle, and what they change under the feet of an unpickler. Names are followed
// through imports, aliases and getattr, and constants through their decoding
// (https://docs.python.org/3/reference/import.html tells what runs on import).
package pysource

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/outcome"
	"github.com/modelgate/gate/internal/pysyntax"
)

const maxSize = 32 << 20

// File is the data of python.file: code that comes with a model.
type File struct {
	SHA256 string `json:"sha256"`
}

// Call is the data of python.call: a call, or a function that is handed on to be called.
type Call struct {
	// Callee is the function by its own name, whatever the file calls it: "os.system".
	Callee string `json:"callee"`
	// Scope is "import" for what runs when the file is imported, else "function".
	Scope string `json:"scope"`
	// Decoded says that the call stands in text that the file decodes or evaluates.
	Decoded bool `json:"decoded"`
	// Text is the call as written, shortened.
	Text string `json:"text"`
}

// Patch is the data of python.patch: something that unpickling uses is replaced.
type Patch struct {
	Target string `json:"target"`
}

// The scopes of a call.
const (
	onImport   = "import"
	inFunction = "function"
)

// Inspector reads Python files.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "pysource",
		Doc:  "Python files of a model: processes, evaluated or decoded code, network, native code, unpickling, patched modules.",
		Emits: map[gate.Kind]any{
			"python.file":       File{},
			"python.call":       Call{},
			"python.patch":      Patch{},
			"python.malformed":  gate.Malformed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector.
func (Inspector) Wants(b *gate.Blob) bool {
	path := strings.ToLower(b.Path)
	if strings.HasSuffix(path, ".py") || strings.HasSuffix(path, ".pyw") {
		return true
	}
	line, _, _ := bytes.Cut(b.Head(), []byte("\n"))
	return bytes.HasPrefix(line, []byte("#!")) && bytes.Contains(line, []byte("python"))
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	file := outcome.File{Out: out, Format: "pysource", Name: "the file"}
	text, ok := file.Read(b, maxSize)
	if !ok {
		return
	}
	sum := sha256.Sum256(text)
	out.Emit("python.file", gate.Location{}, File{hex.EncodeToString(sum[:])})
	if name := pysyntax.Encoding(text); !pysyntax.Transparent(name) {
		file.Unread(gate.Location{}, gate.Incomplete{Reason: fmt.Sprintf("source in the encoding %q is not read", name)})
		return
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		out.Emit("python.malformed", gate.Location{Offset: int64(i)}, gate.Malformed{Reason: "zero byte in the source"})
	}
	src := gate.NewSource("", text)
	m := pysyntax.Parse(text)
	if len(m.Errors) > 0 {
		first := m.Errors[0]
		out.Emit("python.malformed", src.At(int(first.Offset), int(first.Offset)+1), gate.Malformed{Reason: first.Message})
	}
	a := &analysis{ctx: ctx, out: out, src: src, steps: minSteps + len(text)*stepsPerByte}
	a.module(m)
	a.emit()
	if a.unfinished != "" {
		file.Unread(gate.Location{}, gate.Incomplete{Reason: a.unfinished, Budget: a.budget})
		return
	}
	out.Format("pysource", gate.Unproven, "")
}
