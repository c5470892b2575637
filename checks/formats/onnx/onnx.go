// Package onnx reads ONNX models
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto): the operators of every graph,
// subgraph, function and training step, and the files that tensors are read from. The
// bytes of tensors are skipped.
package onnx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/outcome"
	"github.com/modelgate/gate/internal/protobuf"
)

const (
	maxDepth    = 200
	maxFields   = 50_000_000
	maxDistinct = 10_000
	maxName     = 4 << 10
)

// Operator is the data of onnx.operator: an operator that the standard does not define
// and no function of the model does.
type Operator struct {
	Domain string `json:"domain"`
	Type   string `json:"type"`
}

// External is the data of onnx.external: a file that tensors are read from, with the
// range of the first of them. A length of -1 is not given.
type External struct {
	Location string `json:"location"`
	Offset   int64  `json:"offset"`
	Length   int64  `json:"length"`
	// Problem is absolute, parent, backslash or url where the location leaves the model's
	// folder on some system, unclean where it does so only on the way, or "".
	Problem string `json:"problem"`
}

// Metadata is the data of onnx.metadata: an entry that carries more than text, such as
// an executable, an archive or a script.
type Metadata struct {
	Key     string `json:"key"`
	Payload string `json:"payload"`
}

// Inspector reads ONNX models.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "onnx",
		Doc:  "ONNX: operators outside of the standard, external data, metadata.",
		Emits: map[gate.Kind]any{
			"onnx.operator":     Operator{},
			"onnx.external":     External{},
			"onnx.metadata":     Metadata{},
			"onnx.malformed":    gate.Malformed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: by name, or by the fields of a model, since the
// format has no magic.
func (Inspector) Wants(b *gate.Blob) bool {
	return strings.HasSuffix(strings.ToLower(b.Path), ".onnx") || model(b.Head())
}

var errStop = errors.New("stop")

// model tells whether a head has the fields of a ModelProto and no other: a version, and
// a graph or an operator set.
func model(head []byte) bool {
	var version, graph, wrong bool
	// The walk ends at the field that the head cuts, or at what is no field.
	_ = protobuf.Walk(bytes.NewReader(head), 0, math.MaxInt64, func(f protobuf.Field) error {
		switch {
		case f.Number == 1 && f.Type == protobuf.Varint && f.Value > 0 && f.Value < 64:
			version = true
		case (f.Number == 7 || f.Number == 8) && f.Type == protobuf.Bytes:
			graph = true
		case f.Number == 5 && f.Type == protobuf.Varint:
		case (f.Number >= 2 && f.Number <= 6 || f.Number == 14 || f.Number == 20 || f.Number == 25) && f.Type == protobuf.Bytes:
		default:
			wrong = true
			return errStop
		}
		if f.Start >= int64(len(head)) || f.End > int64(len(head)) {
			return errStop
		}
		return nil
	})
	return version && graph && !wrong
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	r := &reader{ctx: ctx, out: out, operators: map[Operator]int64{}, functions: map[Operator]bool{}, files: map[string]bool{}}
	err := protobuf.Walk(b, 0, b.Size, func(f protobuf.Field) error { return r.field("model", f, 0) })
	if err == nil && !r.graph {
		err = fmt.Errorf("no graph in it: %w", protobuf.ErrMalformed)
	}
	r.report()
	file := outcome.File{Out: out, Format: "onnx", Malformed: "onnx.malformed", Name: "the model"}
	switch {
	case file.Failed(ctx, gate.Location{}, err, outcome.Limit{Err: errBudget, Budget: "entries", Max: maxFields}):
	case r.broken != "":
		out.Format("onnx", gate.Unread, r.broken)
	default:
		out.Format("onnx", gate.Unproven, "")
	}
}
