// Package flax reads the checkpoints of Flax
// (https://flax.readthedocs.io/en/latest/api_reference/flax.serialization.html):
// MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) in which arrays,
// complex numbers and scalars are the extensions 1 to 3.
package flax

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/binary"
	"github.com/modelgate/gate/internal/cmdline"
	"github.com/modelgate/gate/internal/outcome"
)

// Extension is the data of flax.extension: a value of a type that Flax does not have, so
// that something else must read it.
type Extension struct {
	Type int8 `json:"type"`
}

// Inspector reads checkpoints of Flax.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "flax",
		Doc:  "Flax checkpoints, read to their end: foreign extensions, commands in strings.",
		Emits: map[gate.Kind]any{
			"flax.extension":    Extension{},
			cmdline.Kind:        cmdline.Command{},
			"flax.malformed":    gate.Malformed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: a map whose first key is a string that states have,
// or any map where the name says so.
func (Inspector) Wants(b *gate.Blob) bool {
	head, name := b.Head(), strings.ToLower(b.Path)
	if len(head) < 2 || !isMap(head[0]) {
		return false
	}
	if strings.HasSuffix(name, ".msgpack") || strings.HasSuffix(name, ".flax") {
		return true
	}
	for _, key := range []string{"\xa6params", "\xa5state", "\xa9opt_state", "\xa4step", "\xacmodel_params", "\xb2__orbax_metadata__"} {
		if i := bytes.Index(head[:min(len(head), 24)], []byte(key)); i > 0 && i <= 5 {
			return true
		}
	}
	return false
}

func isMap(c byte) bool { return c>>4 == 8 || c == 0xde || c == 0xdf }

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	s := &state{ctx: ctx, out: out, cur: binary.NewCursor(b, 0, b.Size)}
	_, err := s.value("")
	if err == nil && s.cur.Remaining() > 0 {
		err = errors.New("data behind the state")
	}
	at := gate.Location{Offset: s.cur.Offset()}
	file := outcome.File{Out: out, Format: "flax", Malformed: "flax.malformed", Name: "the state"}
	switch {
	case file.Failed(ctx, at, err, outcome.Limit{Err: errDepth, Budget: "depth", Max: maxDepth}):
	case s.odd:
		out.Format("flax", gate.Unproven, "")
	default:
		out.Format("flax", gate.Verified, "")
	}
}
