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
	"github.com/modelgate/gate/internal/outcome"
)

const (
	maxOperators = 100_000
	maxName      = 4 << 10
	custom       = 32 // BuiltinOperator_CUSTOM
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

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	found, err := operators(ctx, &buffer{b, b.Size})
	slices.SortFunc(found, func(a, b operator) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.at, b.at))
	})
	for i, op := range found {
		if i == 0 || op.name != found[i-1].name {
			out.Emit("tflite.operator", gate.Location{Offset: op.at}, Operator{op.name})
		}
	}
	file := outcome.File{Out: out, Format: "tflite", Malformed: "tflite.malformed", Name: "the model"}
	if !file.Failed(ctx, gate.Location{}, err, outcome.Limit{}) {
		out.Format("tflite", gate.Unproven, "")
	}
}

// operator is a custom operator and where its code stands.
type operator struct {
	name string
	at   int64
}

// operators reads the operator codes of the model: field 1 of the root table.
func operators(ctx context.Context, b *buffer) (found []operator, err error) {
	root, err := b.follow(0)
	if err != nil {
		return nil, err
	}
	field, err := b.field(root, 1)
	if err != nil || field == 0 {
		return nil, err
	}
	codes, n, err := b.vector(field)
	if err != nil {
		return nil, err
	}
	for i := range min(n, maxOperators) {
		if ctx.Err() != nil {
			return found, nil
		}
		code, err := b.follow(codes + 4*i)
		if err != nil {
			return found, err
		}
		op, err := b.operator(code)
		if err != nil {
			return found, err
		}
		if op.name != "" {
			found = append(found, op)
		}
	}
	if n > maxOperators {
		err = errTooMany
	}
	return found, err
}

// operator reads an operator code. The name is empty where it is one of the runtime's.
func (b *buffer) operator(code int64) (op operator, err error) {
	op.at = code
	var builtin uint32
	if at, err := b.field(code, 0); err != nil {
		return op, err
	} else if at > 0 {
		v, err := b.uint(at, 1)
		if err != nil {
			return op, err
		}
		builtin = v
	}
	if at, err := b.field(code, 3); err != nil {
		return op, err
	} else if at > 0 {
		v, err := b.uint(at, 4)
		if err != nil {
			return op, err
		}
		builtin = max(builtin, v)
	}
	name, err := b.field(code, 1)
	if err != nil {
		return op, err
	}
	if name > 0 {
		if op.name, err = b.text(name); err != nil {
			return op, err
		}
	}
	if op.name == "" && builtin == custom {
		op.name = "?"
	}
	return op, nil
}
