// Package catboost knows the models of CatBoost
// (https://github.com/catboost/catboost/blob/master/catboost/libs/model/model.cpp): a
// magic, the length of a flat buffer, the buffer and what belongs to it. Nothing in them
// is run.
package catboost

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/binary"
)

const magic = "CBM1"

// Inspector knows models of CatBoost.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name:  "catboost",
		Doc:   "CatBoost models: known by their magic and the length of their core.",
		Emits: map[gate.Kind]any{"catboost.malformed": gate.Malformed{}},
	}
}

// Wants implements checks.Inspector: by the magic, or by a name that nothing else has.
func (Inspector) Wants(b *gate.Blob) bool {
	return bytes.HasPrefix(b.Head(), []byte(magic)) || strings.HasSuffix(strings.ToLower(b.Path), ".cbm")
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(_ context.Context, b *gate.Blob, out gate.Recorder) {
	if err := check(b); err != nil {
		out.Emit("catboost.malformed", gate.Location{}, gate.Malformed{Reason: err.Error()})
		out.Format("catboost", gate.Unread, err.Error())
		return
	}
	out.Format("catboost", gate.Unproven, "")
}

func check(b *gate.Blob) error {
	cur := binary.NewCursor(b, 0, b.Size)
	head, err := cur.Bytes(int64(len(magic)))
	if err != nil || string(head) != magic {
		return fmt.Errorf("it begins with %q and not with %q", head, magic)
	}
	size, err := cur.Uint32()
	if err != nil {
		return err
	}
	if int64(size) > cur.Remaining() {
		return fmt.Errorf("the core claims %d bytes of %d", size, cur.Remaining())
	}
	return nil
}
