// Package keras reads the configuration of Keras models
// (https://keras.io/guides/serialization_and_saving/) as JSON or YAML, wherever it comes
// from: a .keras archive, a legacy HDF5 attribute, a SavedModel, a file of its own. It
// walks every object in it, since loaders build also those that no layer uses.
package keras

import (
	"bytes"
	"context"
	"regexp"
	"strconv"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
	"github.com/modelgate/gate/internal/outcome"
)

const (
	maxJSON = 32 << 20
	maxYAML = 4 << 20
)

// Code is the data of keras.code: code in the configuration, such as a Lambda layer.
type Code struct {
	// Layer is the layer's name, or its class where it has none.
	Layer string `json:"layer"`
}

// Object is the data of keras.object: an object that is no ordinary part of Keras.
type Object struct {
	Module     string `json:"module"`
	Class      string `json:"class"` // or the function
	Registered string `json:"registered"`
	// Problem is foreign-module (imported from outside of Keras), unsafe-function and
	// unsafe-class (of Keras, with effects beyond the model), function (any other function
	// of Keras that is no activation, loss and the like), custom (a registered class of
	// the user).
	Problem string `json:"problem"`
}

// Duplicate is the data of keras.duplicate: a decisive key that an object has twice.
type Duplicate struct {
	Name string `json:"name"`
}

// Inspector reads Keras configurations.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "keras",
		Doc:  "Keras configurations: code in them, and the modules, functions and files that they name.",
		Emits: map[gate.Kind]any{
			"keras.code":        Code{},
			"keras.object":      Object{},
			"keras.duplicate":   Duplicate{},
			"keras.malformed":   gate.Malformed{},
			gate.KindExternal:   gate.External{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: JSON or YAML that has the key of every Keras object,
// in whichever encoding.
func (Inspector) Wants(b *gate.Blob) bool {
	path := strings.ToLower(b.Path)
	name := path[strings.LastIndexAny(path, "/!")+1:]
	switch {
	case strings.HasSuffix(path, ".keras!config.json"), handed[name] && strings.Contains(path, "!"):
		return true
	case strings.HasSuffix(name, ".json"):
		return len(bytes.TrimSpace(b.Head())) == 0 && b.Size > 0 || has(b.Head(), `"class_name"`) ||
			has(b.Tail(), `"class_name"`) || has(b.Head(), `"fn_module"`)
	case name == "mkdocs.yml" || name == "mkdocs.yaml": // names Python functions of its own
		return false
	case strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml"):
		return has(b.Head(), "class_name") || has(b.Head(), "!!python/") || has(b.Head(), "tag:yaml.org,2002:python")
	}
	return false
}

// handed are the names under which the readers of other formats hand configurations back.
var handed = map[string]bool{"model_config.json": true, "training_config.json": true, "keras_metadata.json": true}

// has tells whether text holds key, also as UTF-16 or UTF-32, and with escaped letters.
func has(text []byte, key string) bool {
	if bytes.IndexByte(text, 0) >= 0 {
		text = bytes.ReplaceAll(text, []byte{0}, nil)
	}
	if bytes.Contains(text, []byte(`\u00`)) {
		text = escape.ReplaceAllFunc(text, func(e []byte) []byte {
			c, _ := strconv.ParseUint(string(e[4:]), 16, 8)
			return []byte{byte(c)}
		})
	}
	return bytes.Contains(text, []byte(key))
}

var escape = regexp.MustCompile(`\\u00[0-9a-fA-F]{2}`)

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	lower := strings.ToLower(b.Path)
	yaml := strings.HasSuffix(lower, ".yaml") || strings.HasSuffix(lower, ".yml")
	limit := int64(maxJSON)
	if yaml {
		limit = maxYAML
	}
	file := outcome.File{Out: out, Format: "keras", Malformed: "keras.malformed", Name: "the file"}
	text, ok := file.Read(b, limit)
	if !ok {
		return
	}
	c := &config{ctx: ctx, out: out}
	var err error
	if yaml {
		c.src = gate.NewSource("", text)
		err = c.yaml(text)
	} else {
		text = jsontree.Decode(text)
		c.src = gate.NewSource("", text)
		var root *jsontree.Value
		root, err = jsontree.Parse(text)
		c.walk(root)
	}
	if !file.Failed(ctx, gate.Location{}, err, outcome.Limit{Err: jsontree.ErrTooLarge, Budget: "depth", Max: jsontree.MaxDepth}) {
		out.Format("keras", gate.Unproven, "")
	}
}
