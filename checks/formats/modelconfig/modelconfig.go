// Package modelconfig reads the configuration files of Hugging Face models
// (https://huggingface.co/docs/transformers/custom_models): what they make a library
// import, what they read from elsewhere, and the chat templates in them, which are
// handed back.
package modelconfig

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
	"github.com/modelgate/gate/internal/outcome"
	"github.com/modelgate/gate/internal/yamltree"
)

const maxSize = 32 << 20

// RemoteCode is the data of config.remote-code: a class or module that loading imports
// from the model's repository, or from another where Repository names one.
type RemoteCode struct {
	Class      string `json:"class"`
	Repository string `json:"repository"`
	// Field is the key that says so: auto_map, custom_pipelines, attn_implementation, ...
	Field string `json:"field"`
}

// Duplicate is the data of config.duplicate: a decisive key that stands twice in one
// object, so that two readers may see different values.
type Duplicate struct {
	Name string `json:"name"`
}

// Inspector reads model configuration files.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "modelconfig",
		Doc:  "Configuration of models: code that loading imports, files that it reads from elsewhere.",
		Emits: map[gate.Kind]any{
			"config.remote-code": RemoteCode{},
			"config.duplicate":   Duplicate{},
			"config.malformed":   gate.Malformed{},
			gate.KindExternal:    gate.External{},
			gate.KindIncomplete:  gate.Incomplete{},
		},
	}
}

// names are files that only models have.
var names = map[string]bool{
	"tokenizer_config.json": true, "model_index.json": true, "chat_template.json": true,
	"processor_config.json": true, "preprocessor_config.json": true, "video_preprocessor_config.json": true,
	"generation_config.json": true, "adapter_config.json": true, "sentence_bert_config.json": true,
	"config_sentence_transformers.json": true, "genai_config.json": true,
}

// markers are keys by which the configuration of a model is known under any name.
var markers = []string{
	"auto_map", "auto_mapping", "custom_pipelines", "trust_remote_code", "attn_implementation",
	"experts_implementation", "chat_template", "weight_map", "_class_name", "_diffusers_version",
	"transformers_version", "model_type", "architectures", "custom_ops_library", "sentence_transformers.",
}

// isYAML tells whether a file is YAML by its name. Training programs write templates so.
func isYAML(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// Wants implements checks.Inspector: by name, or JSON with a key of such a file, or YAML
// with a template.
func (Inspector) Wants(b *gate.Blob) bool {
	name := strings.ToLower(b.Path[strings.LastIndexAny(b.Path, "/!")+1:])
	if isYAML(name) {
		return bytes.Contains(b.Head(), []byte("chat_template")) || bytes.Contains(b.Tail(), []byte("chat_template"))
	}
	if names[name] || strings.HasSuffix(name, ".safetensors.index.json") || strings.HasSuffix(name, ".bin.index.json") {
		return true
	}
	head := b.Head()
	if !strings.HasSuffix(name, ".json") || !object(head) {
		return false
	}
	if name == "config.json" || name == "modules.json" || len(bytes.TrimSpace(head)) == 0 {
		return true
	}
	for _, key := range markers {
		if bytes.Contains(head, []byte(key)) {
			return true
		}
	}
	return false
}

// object tells whether a head begins as an object, or a list of such, does, or is blank,
// so that what follows is not known.
func object(head []byte) bool {
	text := bytes.TrimLeft(head, " \t\r\n[")
	return len(text) > 0 && text[0] == '{' || len(text) == 0 && len(head) > 0
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	file := outcome.File{Out: out, Format: "modelconfig", Malformed: "config.malformed", Name: "the file"}
	raw, ok := file.Read(b, maxSize)
	if !ok {
		return
	}
	if isYAML(strings.ToLower(b.Path)) {
		yaml(ctx, raw, out)
		return
	}
	text := jsontree.Decode(raw)
	root, err := jsontree.Parse(text)
	c := &config{out: out, src: gate.NewSource("", text)}
	c.walk(root)
	if !file.Failed(ctx, gate.Location{}, err, outcome.Limit{Err: jsontree.ErrTooLarge, Budget: "depth", Max: jsontree.MaxDepth}) {
		out.Format("modelconfig", gate.Unproven, "")
	}
}

// yaml hands back the templates of a file that may be a template of something else
// itself, and is then no YAML.
func yaml(ctx context.Context, text []byte, out gate.Recorder) {
	docs, err := yamltree.Parse(ctx, text)
	c := &config{out: out, src: gate.NewSource("", text)}
	for _, doc := range docs {
		c.walk(doc)
	}
	file := outcome.File{Out: out, Format: "modelconfig", Malformed: "config.malformed", Name: "the file"}
	switch {
	case err != nil && ctx.Err() == nil && !errors.Is(err, jsontree.ErrTooLarge):
		out.Format("text", gate.Unread, err.Error())
	case !file.Failed(ctx, gate.Location{}, err, outcome.Limit{Err: jsontree.ErrTooLarge, Budget: "depth", Max: jsontree.MaxDepth}):
		out.Format("modelconfig", gate.Unproven, "")
	}
}
