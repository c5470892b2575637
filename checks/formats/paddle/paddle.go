// Package paddle reads the programs of PaddlePaddle
// (https://github.com/PaddlePaddle/Paddle/blob/develop/paddle/fluid/framework/framework.proto):
// blocks of operators, of which some run Python and some read or write files.
package paddle

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/cmdline"
	"github.com/modelgate/gate/internal/outcome"
	"github.com/modelgate/gate/internal/protobuf"
)

// Operator is the data of paddle.operator: an operator that does more than compute.
type Operator struct {
	Type    string `json:"type"`
	Problem string `json:"problem"` // python or file
}

// Inspector reads programs of PaddlePaddle.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "paddle",
		Doc:  "PaddlePaddle programs: operators that run Python or use files.",
		Emits: map[gate.Kind]any{
			"paddle.operator":   Operator{},
			cmdline.Kind:        cmdline.Command{},
			"paddle.malformed":  gate.Malformed{},
			gate.KindExternal:   gate.External{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// root is how the first block begins: its index 0, and -1 for that of its parent.
var root = []byte("\x08\x00\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")

// Wants implements checks.Inspector: by the first block, or by the name.
func (Inspector) Wants(b *gate.Blob) bool {
	head := b.Head()
	i := bytes.Index(head[:min(len(head), 32)], root)
	return i >= 2 && i <= 12 && head[0] == 1<<3|protobuf.Bytes || strings.HasSuffix(strings.ToLower(b.Path), ".pdmodel")
}

// effects are the operators that do more than compute.
var effects = map[string]string{
	"py_func": "python", "py_layer": "python",
	"save": "file", "save_combine": "file", "load": "file", "load_combine": "file",
	"create_recordio_file_reader": "file", "open_files": "file",
}

const maxText = 64 << 10

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	p := &program{ctx: ctx, out: out}
	err := protobuf.Walk(b, 0, b.Size, func(f protobuf.Field) error {
		if f.Number != 1 {
			return nil
		}
		p.blocks++
		return f.Walk(func(f protobuf.Field) error {
			if f.Number != 4 {
				return nil
			}
			return p.operator(f)
		})
	})
	if err == nil && p.blocks == 0 {
		err = errors.New("the program has no block")
	}
	file := outcome.File{Out: out, Format: "paddle", Malformed: "paddle.malformed", Name: "the program"}
	if !file.Failed(ctx, gate.Location{}, err, outcome.Limit{}) {
		out.Format("paddle", gate.Unproven, "")
	}
}

type program struct {
	ctx    context.Context
	out    gate.Recorder
	blocks int
}

// operator judges the type of an operator and the strings among its attributes.
func (p *program) operator(f protobuf.Field) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	kind, at := "", f.Start
	var attributes []protobuf.Field
	err := f.Walk(func(f protobuf.Field) (err error) {
		switch f.Number {
		case 3:
			kind, err = f.Text(maxText)
		case 4:
			if len(attributes) < 1000 {
				attributes = append(attributes, f)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	problem := effects[kind]
	if problem != "" {
		p.out.Emit("paddle.operator", gate.Location{Offset: at}, Operator{kind, problem})
	}
	for _, a := range attributes {
		if err := p.attribute(a, problem != ""); err != nil {
			return err
		}
	}
	return nil
}

// attribute judges a string of an operator. The stack in which it was made is kept too,
// and is no matter here.
func (p *program) attribute(f protobuf.Field, effect bool) error {
	name, text := "", ""
	err := f.Walk(func(f protobuf.Field) (err error) {
		switch f.Number {
		case 1:
			name, err = f.Text(maxText)
		case 5:
			text, err = f.Text(maxText)
		}
		return err
	})
	if err != nil || text == "" || name == "op_callstack" {
		return err
	}
	if c, ok := cmdline.Of(name, text, effect); ok {
		p.out.Emit(cmdline.Kind, gate.Location{Offset: f.Start}, c)
	}
	if effect && name == "file_path" {
		p.out.Emit(gate.KindExternal, gate.Location{Offset: f.Start}, gate.External{Location: text, Field: name})
	}
	return nil
}
