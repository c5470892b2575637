package keras

import (
	"bytes"
	"context"
	"encoding/base64"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
)

// config is a configuration that is being judged.
type config struct {
	ctx context.Context
	out gate.Recorder
	src *gate.Source
}

func (c *config) at(v *jsontree.Value) gate.Location { return c.src.At(v.Start, v.End) }

// walk looks at every object, whatever holds it.
func (c *config) walk(root *jsontree.Value) {
	root.Walk(func(_ string, v *jsontree.Value) {
		if v.Kind != jsontree.Object {
			return
		}
		for _, name := range v.Duplicates() {
			switch name {
			case "class_name", "module", "config", "registered_name":
				c.out.Emit("keras.duplicate", c.at(v), Duplicate{name})
			}
		}
		for _, m := range v.Members {
			switch m.Name {
			case "class_name":
				c.object(v, m.Value.String())
			case "fn_module":
				c.named(v, m.Value.String(), v.Get("fn_name").String(), "", true)
			}
		}
	})
}

// object judges an object of a class. An object with two classes is judged as both.
func (c *config) object(v *jsontree.Value, class string) {
	config := v.Get("config")
	registered := v.Get("registered_name").String()
	if registered == "" && strings.Contains(class, ">") {
		registered = class
	}
	name := config.Get("name").String()
	if strings.Contains(name, "..") {
		c.out.Emit(gate.KindExternal, c.at(v), gate.External{Location: name, Field: "name"})
	}
	switch class {
	case "":
		return
	case "Lambda", "__lambda__", "TorchModuleWrapper":
		if name == "" {
			name = class
		}
		c.out.Emit("keras.code", c.at(v), Code{name})
		c.pickled(config.Get("module").String())
	case "StringLookup", "IntegerLookup", "IndexLookup", "TextVectorization":
		if path := config.Get("vocabulary").String(); path != "" {
			c.out.Emit(gate.KindExternal, c.at(config.Get("vocabulary")), gate.External{Location: path, Field: "vocabulary"})
		}
	case "function":
		c.named(v, v.Get("module").String(), function(config), registered, true)
		return
	}
	c.named(v, v.Get("module").String(), class, registered, false)
}

// function is the name of a function, which is its configuration.
func function(config *jsontree.Value) string {
	if name := config.String(); name != "" {
		return name
	}
	return config.Get("name").String()
}

// pickled hands back the module that a TorchModuleWrapper holds: torch.save in base64.
func (c *config) pickled(text string) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err == nil && len(data) > 16 {
		c.out.Child("module.pt", int64(len(data)), bytes.NewReader(data))
	}
}

func (c *config) named(v *jsontree.Value, module, name, registered string, function bool) {
	if problem := classify(module, name, registered, function); problem != "" {
		c.out.Emit("keras.object", c.at(v), Object{module, name, registered, problem})
	}
}
