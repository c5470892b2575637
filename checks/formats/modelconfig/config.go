package modelconfig

import (
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
)

// config is a file that is being judged.
type config struct {
	out gate.Recorder
	src *gate.Source
}

// walk looks at every object, however deep: a part of a model has its own configuration.
func (c *config) walk(root *jsontree.Value) {
	c.index(root)
	c.modules(root)
	root.Walk(func(_ string, v *jsontree.Value) {
		if v.Kind != jsontree.Object {
			return
		}
		for _, name := range v.Duplicates() {
			if decisive[name] {
				c.out.Emit("config.duplicate", c.at(v), Duplicate{name})
			}
		}
		for _, m := range v.Members {
			c.member(m)
		}
	})
}

// decisive are the keys whose repetition matters.
var decisive = map[string]bool{
	"auto_map": true, "chat_template": true, "weight_map": true, "trust_remote_code": true,
	"_class_name": true, "custom_pipelines": true, "model_type": true, "architectures": true,
}

func (c *config) at(v *jsontree.Value) gate.Location { return c.src.At(v.Start, v.End) }

func (c *config) code(v *jsontree.Value, field, class, repository string) {
	c.out.Emit("config.remote-code", c.at(v), RemoteCode{Class: class, Repository: repository, Field: field})
}

// member judges a key by its name alone.
func (c *config) member(m jsontree.Member) {
	switch m.Name {
	case "auto_map":
		m.Value.Walk(func(_ string, v *jsontree.Value) { c.mapped(m.Name, v) })
	case "custom_pipelines":
		m.Value.Walk(func(name string, v *jsontree.Value) {
			if name == "impl" {
				c.mapped(m.Name, v)
			}
		})
	case "auto_mapping":
		c.adapter(m.Value)
	case "trust_remote_code":
		if truthy(m.Value) {
			c.code(m.Value, m.Name, "", "")
		}
	case "custom_ops_library":
		if path := m.Value.String(); path != "" {
			c.code(m.Value, m.Name, path, "")
		}
	default:
		if strings.HasSuffix(m.Name, "chat_template") || strings.HasSuffix(m.Name, "chat_templates") {
			c.template(m.Value)
		}
		c.implementation(m)
	}
}

// truthy tells whether Python takes a value for true.
func truthy(v *jsontree.Value) bool {
	switch v.Kind {
	case jsontree.True:
		return true
	case jsontree.String:
		return v.Text != ""
	case '0':
		return strings.Trim(v.Text, "-0.") != ""
	}
	return len(v.Items)+len(v.Members) > 0
}

// mapped states a class as auto_map writes it: module.Class, or repository--module.Class.
func (c *config) mapped(field string, v *jsontree.Value) {
	class := v.String()
	if class == "" {
		return
	}
	repository, after, other := strings.Cut(class, "--")
	if !other {
		repository, after = "", class
	}
	c.code(v, field, after, repository)
}

// adapter judges the class of a base model that PEFT imports from a library.
func (c *config) adapter(v *jsontree.Value) {
	class, library := v.Get("base_model_class").String(), v.Get("parent_library").String()
	root, _, _ := strings.Cut(library, ".")
	if class+library == "" || root == "transformers" || root == "peft" || root == "diffusers" || root == "timm" {
		return
	}
	c.code(v, "auto_mapping", class, library)
}

// implementation judges the attention and expert kernels that are loaded from the hub
// where their name is that of a repository.
func (c *config) implementation(m jsontree.Member) {
	if !strings.HasPrefix(m.Name, "_attn_implementation") && !strings.HasPrefix(m.Name, "attn_implementation") &&
		!strings.HasPrefix(strings.TrimPrefix(m.Name, "_"), "experts_implementation") {
		return
	}
	m.Value.Walk(func(_ string, v *jsontree.Value) {
		if strings.Contains(v.String(), "/") {
			c.code(v, m.Name, "", v.String())
		}
	})
}

// template hands the text of templates back, whether one, a list with names or a map.
func (c *config) template(v *jsontree.Value) {
	v.Walk(func(name string, v *jsontree.Value) {
		if v.Kind == jsontree.String && name != "name" {
			c.out.Child("chat_template.jinja", int64(len(v.Text)), strings.NewReader(v.Text))
		}
	})
}

// index judges the files that the tensors of a sharded model are in.
func (c *config) index(root *jsontree.Value) {
	seen := map[string]bool{}
	if root == nil {
		return
	}
	for _, m := range root.Members {
		if m.Name != "weight_map" {
			continue
		}
		for _, tensor := range m.Value.Members {
			file := tensor.Value.String()
			if !seen[file] && (strings.ContainsAny(file, `/\:`) || strings.Contains(file, "..") || strings.ContainsRune(file, 0)) {
				c.out.Emit(gate.KindExternal, c.at(tensor.Value), gate.External{Location: file, Field: m.Name})
			}
			seen[file] = true
		}
	}
}
