// Package lightgbm reads the models of LightGBM
// (https://lightgbm.readthedocs.io/en/stable/Python-Intro.html#training), text of keys
// and values. Nothing in them is run, so that it knows the format and states values that
// are commands.
package lightgbm

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

// maxLine bounds what is looked at of a line: those of numbers are longer.
const maxLine = 64 << 10

// Inspector reads models of LightGBM.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "lightgbm",
		Doc:  "LightGBM models: commands among their values.",
		Emits: map[gate.Kind]any{
			cmdline.Kind:         cmdline.Command{},
			"lightgbm.malformed": gate.Malformed{},
			gate.KindIncomplete:  gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector.
func (Inspector) Wants(b *gate.Blob) bool {
	return bytes.HasPrefix(b.Head(), []byte("tree\nversion=")) || bytes.HasPrefix(b.Head(), []byte("tree\r\nversion="))
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	cur := binary.NewCursor(b, 0, b.Size)
	err := read(ctx, cur, out)
	file := outcome.File{Out: out, Format: "lightgbm", Malformed: "lightgbm.malformed", Name: "the model"}
	if !file.Failed(ctx, gate.Location{Offset: cur.Offset()}, err, outcome.Limit{}) {
		out.Format("lightgbm", gate.Unproven, "")
	}
}

// read reads the lines of a model: key=value, and [key: value] among the parameters.
func read(ctx context.Context, cur *binary.Cursor, out gate.Recorder) error {
	var line []byte
	start, long := cur.Offset(), false
	for cur.Remaining() > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		part, err := cur.Peek(int(min(4096, cur.Remaining())))
		if err != nil {
			return err
		}
		n := bytes.IndexByte(part, '\n')
		end := n >= 0 || int64(len(part)) == cur.Remaining()
		if n < 0 {
			n = len(part) - 1
		}
		if bytes.IndexByte(part[:n+1], 0) >= 0 {
			return errors.New("a zero byte in the text")
		}
		if long = long || len(line)+n >= maxLine; !long {
			line = append(line, part[:n+1]...)
		}
		if err := cur.Skip(int64(n) + 1); err != nil {
			return err
		}
		if end {
			if !long {
				judge(strings.TrimSpace(string(line)), start, out)
			}
			line, start, long = line[:0], cur.Offset(), false
		}
	}
	return nil
}

func judge(line string, at int64, out gate.Recorder) {
	key, value, ok := strings.Cut(line, "=")
	if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
		key, value, ok = strings.Cut(line[1:len(line)-1], ":")
	}
	if !ok {
		return
	}
	if c, found := cmdline.Of(key, strings.TrimSpace(value), false); found {
		out.Emit(cmdline.Kind, gate.Location{Offset: at}, c)
	}
}
