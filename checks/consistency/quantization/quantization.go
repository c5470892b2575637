// Package quantization compares how a model says that its numbers are stored with how they
// are: the quantisation in the name of a GGUF file, and that of a configuration. See
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md#file-naming.
package quantization

import (
	"context"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelfolder"
)

const kind gate.Kind = "quantization.contradiction"

// Auditor compares quantisations.
type Auditor struct{}

// Spec describes the auditor.
func (Auditor) Spec() gate.Spec {
	return gate.Spec{
		Name:  "quantization",
		Doc:   "Compares the quantisation that a name or a configuration states with the types of the tensors.",
		Emits: map[gate.Kind]any{kind: modelfolder.Contradiction{}, gate.KindIncomplete: gate.Incomplete{}},
	}
}

// Audit compares the files of each folder.
func (Auditor) Audit(ctx context.Context, s *gate.Subject, out gate.Recorder) {
	for _, f := range modelfolder.Split(s.Blobs) {
		for _, name := range f.Names() {
			if strings.EqualFold(path.Ext(name), ".gguf") {
				named(ctx, name, f.File(name), out)
			}
		}
		configured(ctx, f, out)
	}
}

// named compares the name of a GGUF file with its tensors.
func named(ctx context.Context, name string, b *gate.Blob, out gate.Recorder) {
	want := quantOf(name)
	if want == "" || modelfolder.Pointer(b) {
		return
	}
	h, err := readHeader(ctx, b)
	if err != nil || len(h.types) == 0 || h.purpose != "" && h.purpose != "model" {
		return // broken, which its inspector states, or no model of its own
	}
	if fits(want, h.types) {
		return
	}
	out.Emit(kind, gate.Location{Path: b.Path}, modelfolder.Contradiction{
		Field: "the quantisation in its name", Says: want, File: name, Other: "tensors of " + list(h.types),
	})
}

func list(types map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(types)), ", ")
}

// methods have the types of tensors without which nothing is quantised by a method.
var methods = map[string]func(modelfolder.Tensor) bool{
	"gptq": func(t modelfolder.Tensor) bool { return slices.Contains([]string{"I32", "I8", "U8"}, t.DType) },
	"awq":  func(t modelfolder.Tensor) bool { return slices.Contains([]string{"I32", "I8", "U8"}, t.DType) },
	"fp8":  func(t modelfolder.Tensor) bool { return strings.HasPrefix(t.DType, "F8_") },
}

// configured compares the method of a configuration with the tensors of the model.
func configured(ctx context.Context, f *modelfolder.Folder, out gate.Recorder) {
	doc := f.JSON("config.json")
	v := doc.Get("quantization_config").Get("quant_method")
	packed, ok := methods[v.String()]
	if !ok {
		return
	}
	tensors, source, complete, err := f.Model(ctx)
	if errors.Is(err, modelfolder.ErrBudget) {
		out.Emit(gate.KindIncomplete, gate.Location{Path: f.Path}, gate.Incomplete{Reason: err.Error(), Budget: "bytes"})
	}
	if !complete || err != nil {
		return
	}
	types := map[string]bool{}
	for t := range maps.Values(tensors) {
		if packed(t) {
			return
		}
		types[t.DType] = true
	}
	out.Emit(kind, doc.At(v), modelfolder.Contradiction{
		Field: "quant_method", Says: v.String(), File: source, Other: "tensors of " + list(types) + " only",
	})
}
