// Package savedmodel reads TensorFlow graphs as protocol buffers: SavedModel, frozen
// GraphDef, MetaGraphDef and the Keras metadata beside them
// (https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core/protobuf). It
// states the operators that reach beyond the graph, in functions too.
package savedmodel

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/protobuf"
)

const (
	maxFields   = 50_000_000
	maxDistinct = 10_000
	maxName     = 4 << 10
	maxMetadata = 16 << 20
)

// Operator is the data of tf.operator: an operator that is no plain computation.
type Operator struct {
	Type string `json:"type"`
	// Group is code (runs Python or a library), file (reads or writes files), output
	// (prints or writes debug files), or unknown (none of TensorFlow's).
	Group string `json:"group"`
}

// Inspector reads TensorFlow graphs.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "savedmodel",
		Doc:  "TensorFlow graphs: operators that run code or touch files, in functions too.",
		Emits: map[gate.Kind]any{
			"tf.operator":          Operator{},
			"savedmodel.malformed": gate.Malformed{},
			gate.KindExternal:      gate.External{},
			gate.KindIncomplete:    gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: by the two names, or by shape under any other.
func (Inspector) Wants(b *gate.Blob) bool { return shape(b) != "" }

// shape is the message that a file holds: saved_model, keras_metadata, meta_graph, graph,
// text for one of them in the text form, or "" for none of them.
func shape(b *gate.Blob) string {
	name := strings.ToLower(b.Path[strings.LastIndexAny(b.Path, "/!")+1:])
	switch name {
	case "saved_model.pb":
		return "saved_model"
	case "keras_metadata.pb":
		return "keras_metadata"
	case "saved_model.pbtxt":
		return "text"
	}
	head := b.Head()
	switch {
	case strings.HasSuffix(name, ".pbtxt") && (bytes.Contains(head, []byte("node")) || bytes.Contains(head, []byte("meta_graph"))):
		return "text"
	case saved(head):
		return "saved_model"
	case graph(head, 0, math.MaxInt64):
		return "graph"
	case strings.HasSuffix(name, ".meta") && metaGraph(head, 0, math.MaxInt64):
		return "meta_graph"
	}
	return ""
}

var errStop = errors.New("stop")

// fields are the first fields of the message in [from, to) of a head, which may cut it.
func fields(head []byte, from, to int64) (list []protobuf.Field) {
	_ = protobuf.Walk(bytes.NewReader(head), from, to, func(f protobuf.Field) error {
		list = append(list, f)
		if len(list) == 16 || f.Start >= int64(len(head)) {
			return errStop
		}
		return nil
	})
	return list
}

// saved tells whether a head is that of a SavedModel: its version and a MetaGraphDef.
func saved(head []byte) bool {
	f := fields(head, 0, math.MaxInt64)
	return len(f) > 1 && f[0].Number == 1 && f[0].Type == protobuf.Varint && f[0].Value == 1 &&
		f[1].Number == 2 && f[1].Type == protobuf.Bytes && metaGraph(head, f[1].Start, f[1].End)
}

// metaGraph tells whether a message is a MetaGraphDef: its information, which begins with
// its own fields, or its graph.
func metaGraph(head []byte, from, to int64) bool {
	f := fields(head, from, to)
	if len(f) == 0 || f[0].Type != protobuf.Bytes {
		return false
	}
	if f[0].Number == 2 {
		return graph(head, f[0].Start, f[0].End)
	}
	if f[0].Number != 1 {
		return false
	}
	infos := fields(head, f[0].Start, f[0].End)
	for _, info := range infos {
		if info.Number > 8 || (info.Type == protobuf.Varint) != (info.Number == 7) {
			return false
		}
	}
	return len(infos) > 0 || f[0].Start == f[0].End
}

// graph tells whether a message is a GraphDef: one of its first fields is an operator.
func graph(head []byte, from, to int64) bool {
	for _, f := range fields(head, from, to) {
		if f.Number > 5 || f.Number == 1 && f.Type != protobuf.Bytes {
			return false
		}
		if f.Number == 1 {
			return node(head, f.Start, f.End)
		}
	}
	return false
}

// node tells whether a message is a NodeDef: it has a name, and an operator's.
func node(head []byte, from, to int64) bool {
	var name, op string
	for _, f := range fields(head, from, to) {
		switch f.Number {
		case 1:
			name, _ = f.Text(maxName)
		case 2:
			op, _ = f.Text(maxName)
		}
	}
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) &&
		op != "" && (capital(op[0]) || op[0] == '_') &&
		!strings.ContainsFunc(op, func(r rune) bool { return !strings.ContainsRune("_>.", r) && !letter(r) })
}

func letter(r rune) bool {
	return r < 0x80 && (capital(byte(r)) || digit(byte(r)) || r >= 'a' && r <= 'z')
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	message := shape(b)
	if message == "" {
		out.Emit("savedmodel.malformed", gate.Location{}, gate.Malformed{Reason: "no graph of TensorFlow"})
		out.Format("savedmodel", gate.Unread, "no graph of TensorFlow")
		return
	}
	r := &reader{ctx: ctx, out: out, operators: map[string]int64{}}
	if message == "text" {
		inspectText(r, b)
		return
	}
	err := protobuf.Walk(b, 0, b.Size, func(f protobuf.Field) error { return r.field(message, f) })
	r.report()
	switch {
	case err == nil && b.Size > 0:
		out.Format("savedmodel", gate.Unproven, "")
	case errors.Is(err, errBudget) || ctx.Err() != nil:
		r.unread(gate.Incomplete{Reason: err.Error(), Budget: "entries", Limit: maxFields})
	default:
		reason := "empty"
		if err != nil {
			reason = err.Error()
		}
		out.Emit("savedmodel.malformed", gate.Location{}, gate.Malformed{Reason: reason})
		out.Format("savedmodel", gate.Unread, reason)
	}
}
