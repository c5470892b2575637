// Package tflite reads TensorFlow Lite models, which are flatbuffers
// (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs),
// for the operators that the runtime does not bring itself.
package tflite

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/flatbuffer"
	"github.com/modelgate/gate/internal/outcome"
)

const (
	maxName = 4 << 10
	custom  = 32 // BuiltinOperator_CUSTOM
)

// Operator is the data of tflite.operator: an operator that an application or the Flex
// delegate, which runs TensorFlow's own, registers.
type Operator struct {
	Type string `json:"type"`
}

// Inspector reads TensorFlow Lite models.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "tflite",
		Doc:  "TensorFlow Lite: custom operators and those of the Flex delegate.",
		Emits: map[gate.Kind]any{
			"tflite.operator":   Operator{},
			"tflite.malformed":  gate.Malformed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: by name or by the identifier of the schema.
func (Inspector) Wants(b *gate.Blob) bool {
	head := b.Head()
	return strings.HasSuffix(strings.ToLower(b.Path), ".tflite") || len(head) >= 8 && string(head[4:8]) == "TFL3"
}

// schema has what is read of a model: the codes of its operators.
var schema = flatbuffer.Schema{
	"Model":        {flatbuffer.Number(4), flatbuffer.Refs("OperatorCode")},
	"OperatorCode": {flatbuffer.Number(1), flatbuffer.Text(), flatbuffer.Number(4), flatbuffer.Number(4)},
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	model, _, err := flatbuffer.Walk(ctx, b, b.Size, schema, "Model")
	file := outcome.File{Out: out, Format: "tflite", Malformed: "tflite.malformed", Name: "the model"}
	if file.Failed(ctx, gate.Location{}, err, outcome.Limit{Err: flatbuffer.ErrTooMany, Budget: "entries", Max: flatbuffer.MaxObjects}) {
		return
	}
	var found []operator
	for _, code := range model.Tables(1) {
		if name := name(code); name != "" {
			found = append(found, operator{name, code.At()})
		}
	}
	slices.SortFunc(found, func(a, b operator) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.at, b.at))
	})
	for i, op := range found {
		if i == 0 || op.name != found[i-1].name {
			out.Emit("tflite.operator", gate.Location{Offset: op.at}, Operator{op.name})
		}
	}
	out.Format("tflite", gate.Unproven, "")
}

// operator is a custom operator and where its code stands.
type operator struct {
	name string
	at   int64
}

// name is the name of an operator, which is empty where it is one of the runtime's. The
// number of the operator stands in one byte, and where it needs more in four.
func name(code flatbuffer.Table) string {
	name := code.Text(1, maxName)
	if name == "" && max(code.Uint(0, 1), code.Uint(3, 4)) == custom {
		return "?"
	}
	return name
}
