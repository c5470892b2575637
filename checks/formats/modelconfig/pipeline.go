package modelconfig

import (
	"strings"

	"github.com/modelgate/gate/internal/jsontree"
)

// libraries are what a pipeline of diffusers imports its components from: libraries, and
// modules of diffusers itself, whose names are the pipelines'.
var libraries = map[string]bool{
	"diffusers": true, "transformers": true, "onnxruntime": true, "optimum": true, "flax": true, "peft": true,
	"stable_diffusion": true, "stable_diffusion_xl": true, "stable_diffusion_safe": true, "stable_diffusion_k_diffusion": true,
	"latent_diffusion": true, "paint_by_example": true, "deepfloyd_if": true, "kandinsky": true, "kandinsky2_2": true,
	"unclip": true, "wuerstchen": true, "shap_e": true, "audioldm": true, "audioldm2": true, "alt_diffusion": true,
	"versatile_diffusion": true, "unidiffuser": true, "blip_diffusion": true, "spectrogram_diffusion": true,
	"stable_cascade": true, "semantic_stable_diffusion": true, "stable_audio": true, "ltx": true, "ltx2": true,
	"hunyuan_image": true, "kandinsky5": true, "cosmos": true, "bria": true, "onnx_utils": true,
}

// modules judges what names a module to import in the two files of whole pipelines:
// model_index.json of diffusers and modules.json of sentence-transformers.
func (c *config) modules(root *jsontree.Value) {
	if root == nil {
		return
	}
	if root.Get("_class_name") != nil {
		for _, m := range root.Members {
			c.component(m)
		}
	}
	for _, item := range root.Items {
		if item.Get("path") != nil {
			c.sentence("type", item.Get("type"))
		}
	}
	if types := root.Get("types"); types != nil && root.Get("structure") != nil {
		for _, m := range types.Members {
			c.sentence("types", m.Value)
		}
	}
}

// sentence judges the class of a module of sentence-transformers, which may be anybody's.
func (c *config) sentence(field string, class *jsontree.Value) {
	if name := class.String(); name != "" && !strings.HasPrefix(name, "sentence_transformers.") {
		c.code(class, field, name, "")
	}
}

// component judges a pair of module and class. That of the pipeline itself is a pair
// only where it is not one of diffusers.
func (c *config) component(m jsontree.Member) {
	items := m.Value.Items
	if len(items) != 2 || items[0].Kind != jsontree.String || items[1].Kind != jsontree.String {
		return
	}
	library, _, _ := strings.Cut(items[0].Text, ".")
	if m.Name == "_class_name" || !libraries[library] {
		c.code(m.Value, m.Name, items[0].Text+"."+items[1].Text, "")
	}
}
