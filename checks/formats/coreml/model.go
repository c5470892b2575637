package coreml

import (
	"context"
	"errors"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/cmdline"
	"github.com/modelgate/gate/internal/protobuf"
)

const (
	maxDepth = 64
	maxText  = 64 << 10
)

var errDepth = errors.New("models beyond the limit of depth")

// model is a file that is being read.
type model struct {
	ctx   context.Context
	out   gate.Recorder
	depth int
	kind  bool // there is a model in the message
}

// within walks a message that may hold others of its sort.
func (m *model) within(f protobuf.Field, visit func(protobuf.Field) error) error {
	if m.depth++; m.depth > maxDepth {
		return errDepth
	}
	defer func() { m.depth-- }()
	return f.Walk(func(f protobuf.Field) error {
		if err := m.ctx.Err(); err != nil {
			return err
		}
		return visit(f)
	})
}

// field judges a field of a Model.
func (m *model) field(f protobuf.Field) error {
	m.kind = m.kind || f.Number >= firstKind && f.Type == protobuf.Bytes
	switch f.Number {
	case description:
		return m.within(f, m.description)
	case network, networkRegressor, networkClassifier:
		return m.network(f)
	case pipelineClassifier, pipelineRegressor:
		return m.within(f, func(f protobuf.Field) error {
			if f.Number == 1 {
				return m.pipeline(f)
			}
			return nil
		})
	case pipeline:
		return m.pipeline(f)
	case customModel:
		return m.custom(f, "")
	case linkedModel:
		return m.within(f, m.linked)
	}
	return nil
}

func (m *model) pipeline(f protobuf.Field) error {
	return m.within(f, func(f protobuf.Field) error {
		if f.Number == 1 {
			return m.within(f, m.field)
		}
		return nil
	})
}

// description judges the entries that its author added to the metadata of a model.
func (m *model) description(f protobuf.Field) error {
	if f.Number != 100 {
		return nil
	}
	return m.within(f, func(f protobuf.Field) error {
		if f.Number == 100 {
			return m.entry(f, false)
		}
		return nil
	})
}

// entry judges an entry of a map with text, or of the parameters of a custom layer.
func (m *model) entry(f protobuf.Field, parameter bool) error {
	key, value, at := "", "", f.Start
	err := f.Walk(func(f protobuf.Field) (err error) {
		switch {
		case f.Number == 1:
			key, err = f.Text(maxText)
		case f.Number == 2 && !parameter:
			value, err = f.Text(maxText)
		case f.Number == 2:
			return f.Walk(func(f protobuf.Field) (err error) {
				if f.Number == 20 {
					value, err = f.Text(maxText)
				}
				return err
			})
		}
		return err
	})
	if c, ok := cmdline.Of(key, value, parameter); ok {
		m.out.Emit(cmdline.Kind, gate.Location{Offset: at}, c)
	}
	return err
}

// network judges the layers of a neural network, which are its first field.
func (m *model) network(f protobuf.Field) error {
	return m.within(f, func(f protobuf.Field) error {
		if f.Number == 1 {
			return m.layer(f)
		}
		return nil
	})
}

// The layers that hold others or are not Core ML's own.
const (
	customLayer = 500
	branchLayer = 605
	loopLayer   = 615
)

func (m *model) layer(f protobuf.Field) error {
	name := ""
	return m.within(f, func(f protobuf.Field) (err error) {
		switch f.Number {
		case 1:
			name, err = f.Text(maxText)
		case customLayer:
			err = m.custom(f, name)
		case branchLayer, loopLayer:
			err = m.within(f, func(f protobuf.Field) error {
				if f.Type == protobuf.Bytes {
					return m.nested(f)
				}
				return nil
			})
		}
		return err
	})
}

// nested judges a part of a branch or loop, which is a network, or else the name of a
// variable, where it does not parse as one.
func (m *model) nested(f protobuf.Field) error {
	if err := m.network(f); err != nil && (errors.Is(err, errDepth) || m.ctx.Err() != nil) {
		return err
	}
	return nil
}

// custom judges a layer or model of a class of the application, and its parameters.
func (m *model) custom(f protobuf.Field, name string) error {
	l, at := Layer{Name: name}, f.Start
	err := m.within(f, func(f protobuf.Field) (err error) {
		switch f.Number {
		case 10:
			l.Type, err = f.Text(maxText)
		case 30:
			err = m.entry(f, true)
		}
		return err
	})
	m.out.Emit("coreml.layer", gate.Location{Offset: at}, l)
	return err
}

// linked judges the file that a linked model stands in: the name and the search path of
// a LinkedModelFile, each a parameter with a default.
func (m *model) linked(f protobuf.Field) error {
	if f.Number != 1 {
		return nil
	}
	fields := map[int32]string{1: "linkedModelFileName", 2: "linkedModelSearchPath"}
	return m.within(f, func(f protobuf.Field) error {
		field := fields[f.Number]
		if field == "" {
			return nil
		}
		return m.within(f, func(v protobuf.Field) error {
			if v.Type != protobuf.Bytes {
				return nil
			}
			path, err := v.Text(maxText)
			if path != "" {
				m.out.Emit(gate.KindExternal, gate.Location{Offset: v.Start}, gate.External{Location: path, Field: field})
			}
			return err
		})
	})
}
