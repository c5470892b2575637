package savedmodel

import (
	"context"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/protobuf"
)

var errBudget = errors.New("more fields than are read")

// schema tells which fields of which messages hold what matters. The messages do not
// nest in themselves, so the depth is that of the schema.
var schema = map[string]map[int32]string{
	"saved_model":    {2: "meta_graph"},
	"meta_graph":     {2: "graph", 6: "asset", 7: "objects"},
	"graph":          {1: "node", 2: "library"},
	"library":        {1: "function"},
	"function":       {3: "node"},
	"node":           {2: "op"},
	"asset":          {2: "filename"},
	"objects":        {1: "object"},
	"object":         {4: "user_object"},
	"user_object":    {3: "metadata"},
	"keras_metadata": {1: "keras_object"},
	"keras_object":   {5: "metadata"},
}

// reader walks a graph.
type reader struct {
	ctx       context.Context
	out       gate.Recorder
	fields    int
	operators map[string]int64 // by type, and where each stands first
}

// field reads a field of a message.
func (r *reader) field(message string, f protobuf.Field) error {
	if r.fields++; r.fields > maxFields {
		return errBudget
	}
	kind := schema[message][f.Number]
	switch kind {
	case "":
		return nil
	case "op":
		name, err := f.Text(maxName)
		r.operator(name, f.Start)
		return err
	case "filename":
		name, err := f.Text(maxName)
		r.asset(name, f.Start)
		return err
	case "metadata":
		text, err := f.Text(maxMetadata)
		r.metadata(text)
		return err
	}
	if err := r.ctx.Err(); err != nil {
		return err
	}
	return f.Walk(func(inner protobuf.Field) error { return r.field(kind, inner) })
}

func (r *reader) operator(name string, at int64) {
	if _, seen := r.operators[name]; !seen && len(r.operators) < maxDistinct {
		r.operators[name] = at
	}
}

// asset states a file of the assets that is not in their folder.
func (r *reader) asset(name string, at int64) {
	clean := path.Clean(strings.ReplaceAll(name, `\`, "/"))
	if strings.HasPrefix(clean, "/") || clean == ".." || strings.HasPrefix(clean, "../") || strings.Contains(name, ":") {
		r.out.Emit(gate.KindExternal, gate.Location{Offset: at}, gate.External{Location: name, Field: "asset_file_def"})
	}
}

// metadata hands back the configuration of a Keras layer.
func (r *reader) metadata(text string) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		r.out.Child("keras_metadata.json", int64(len(text)), strings.NewReader(text))
	}
}

// report states each type of operator once.
func (r *reader) report() {
	for _, op := range slices.Sorted(maps.Keys(r.operators)) {
		if group := group(op); group != "" {
			r.out.Emit("tf.operator", gate.Location{Offset: r.operators[op]}, Operator{op, group})
		}
	}
}
