// Package coreml reads Core ML models (https://apple.github.io/coremltools/mlmodel/):
// protocol buffers in which custom layers and models name classes of the application,
// and linked models name files.
package coreml

import (
	"context"
	"errors"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/cmdline"
	"github.com/modelgate/gate/internal/outcome"
	"github.com/modelgate/gate/internal/protobuf"
)

// Layer is the data of coreml.layer: a layer or model that a class of the application
// computes.
type Layer struct {
	Type string `json:"type"` // the class
	Name string `json:"name"`
}

// Inspector reads Core ML models.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "coreml",
		Doc:  "Core ML: custom layers and models, linked models, commands in their parameters.",
		Emits: map[gate.Kind]any{
			"coreml.layer":      Layer{},
			cmdline.Kind:        cmdline.Command{},
			"coreml.malformed":  gate.Malformed{},
			gate.KindExternal:   gate.External{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// The fields of a Model message. The kinds of models have numbers from 200 on.
const (
	specification = 1
	description   = 2
	firstKind     = 200

	pipelineClassifier, pipelineRegressor, pipeline = 200, 201, 202
	networkRegressor, networkClassifier, network    = 303, 403, 500
	customModel, linkedModel                        = 555, 556
)

// Wants implements checks.Inspector: by the name, or by the shape of the outer message,
// which has a version, a description and one of the kinds of models.
func (Inspector) Wants(b *gate.Blob) bool {
	if strings.HasSuffix(strings.ToLower(b.Path), ".mlmodel") {
		return true
	}
	head := b.Head()
	if len(head) < 4 || head[0] != specification<<3 || head[1] == 0 || head[1] > 32 || head[2] != description<<3|protobuf.Bytes {
		return false
	}
	fields, kind := 0, false
	err := protobuf.Walk(b, 0, b.Size, func(f protobuf.Field) error {
		if fields++; fields > 16 {
			return errStop
		}
		kind = kind || f.Number >= firstKind && f.Type == protobuf.Bytes
		return nil
	})
	return err == nil && kind
}

var errStop = errors.New("stop")

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	m := &model{ctx: ctx, out: out}
	err := protobuf.Walk(b, 0, b.Size, func(f protobuf.Field) error { return m.field(f) })
	if err == nil && !m.kind {
		err = errors.New("no model is in the message")
	}
	file := outcome.File{Out: out, Format: "coreml", Malformed: "coreml.malformed", Name: "the model"}
	if !file.Failed(ctx, gate.Location{}, err, outcome.Limit{Err: errDepth, Budget: "depth", Max: maxDepth}) {
		out.Format("coreml", gate.Unproven, "")
	}
}
