// Package config compares the configuration of a model with its weights and with the code
// that it ships: https://huggingface.co/docs/transformers/main_classes/configuration. Only
// what no library could load as written is compared, or what two libraries load as two
// models; the type of the numbers is not, since loaders convert it.
package config

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
	"github.com/modelgate/gate/internal/modelfolder"
)

const kind gate.Kind = "config.contradiction"

// Auditor compares configurations with what lies beside them.
type Auditor struct{}

// Spec describes the auditor.
func (Auditor) Spec() gate.Spec {
	return gate.Spec{
		Name:  "config",
		Doc:   "Compares the configuration of a model with the shapes of its weights and the code that it ships.",
		Emits: map[gate.Kind]any{kind: modelfolder.Contradiction{}, gate.KindIncomplete: gate.Incomplete{}},
	}
}

// Audit compares the configurations of each folder.
func (Auditor) Audit(ctx context.Context, s *gate.Subject, out gate.Recorder) {
	for _, f := range modelfolder.Split(s.Blobs) {
		for _, name := range []string{"config.json", "tokenizer_config.json", "processor_config.json", "preprocessor_config.json"} {
			if doc := f.JSON(name); doc != nil {
				code(f, doc, out)
			}
		}
		if doc := f.JSON("config.json"); doc != nil {
			c := comparison{doc: doc, out: out}
			c.class()
			c.weights(ctx, f)
		}
	}
}

// code states the modules of auto_map that are not shipped. Those of another repository are
// stated by the inspector.
func code(f *modelfolder.Folder, doc *modelfolder.Document, out gate.Recorder) {
	stated := map[string]bool{}
	doc.Get("auto_map").Walk(func(_ string, v *jsontree.Value) {
		module, _, ok := strings.Cut(v.String(), ".")
		file := module + ".py"
		if !ok || strings.Count(v.String(), ".") != 1 || strings.Contains(module, "--") || f.File(file) != nil || stated[file] {
			return
		}
		stated[file] = true
		out.Emit(kind, doc.At(v), modelfolder.Contradiction{Field: "auto_map", Says: v.String(), File: file})
	})
}

// comparison is of one configuration.
type comparison struct {
	doc *modelfolder.Document
	out gate.Recorder
}

func (c *comparison) state(field, file, other string) {
	v := c.doc.Get(field)
	says := v.Text
	if v.Kind == jsontree.Array {
		says = v.Items[0].Text
	}
	c.out.Emit(kind, c.doc.At(v), modelfolder.Contradiction{Field: field, Says: says, File: file, Other: other})
}

// class compares model_type with architectures.
func (c *comparison) class() {
	modelType := c.doc.Get("model_type").String()
	list := c.doc.Get("architectures")
	if list == nil || len(list.Items) != 1 || !classed(modelType) {
		return
	}
	if t, ok := classes[list.Items[0].String()]; ok && t != modelType {
		c.state("architectures", c.doc.Name, "model_type "+modelType)
	}
}

// weights compares the sizes that the configuration states with the shapes of the tensors.
func (c *comparison) weights(ctx context.Context, f *modelfolder.Folder) {
	family, ok := families[c.doc.Get("model_type").String()]
	if !ok || c.doc.Get("quantization_config") != nil || c.doc.Get("quantization") != nil {
		return
	}
	tensors, source, complete, err := f.Model(ctx)
	if errors.Is(err, modelfolder.ErrBudget) {
		c.out.Emit(gate.KindIncomplete, gate.Location{Path: f.Path}, gate.Incomplete{Reason: err.Error(), Budget: "bytes"})
	}
	for _, name := range family.embeddings {
		if t, ok := tensors[name]; ok && len(t.Shape) == 2 && unpacked(t.DType) {
			c.embedding(family, t, source)
			break
		}
	}
	if complete && family.depth != "" {
		c.layers(family, tensors, source)
	}
}

// embedding compares the rows of the embedding with the vocabulary, where more are padding,
// and its columns with the width.
func (c *comparison) embedding(family family, t modelfolder.Tensor, source string) {
	if n, ok := modelfolder.Int(c.doc.Get("vocab_size")); ok && n > t.Shape[0] {
		c.state("vocab_size", source, fmt.Sprintf("%d rows in %s", t.Shape[0], t.Name))
	}
	if n, ok := modelfolder.Int(c.doc.Get(family.width)); ok && n != t.Shape[1] {
		c.state(family.width, source, fmt.Sprintf("%d columns in %s", t.Shape[1], t.Name))
	}
}

// layers compares the number of layers: those that the weights lack are loaded as noise.
// Some models have more than they count, for predicting several tokens.
func (c *comparison) layers(family family, tensors map[string]modelfolder.Tensor, source string) {
	want, ok := modelfolder.Int(c.doc.Get(family.depth))
	if !ok {
		return
	}
	seen := map[int]bool{}
	for name := range maps.Keys(tensors) {
		i := slices.IndexFunc(family.layers, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
		if i < 0 {
			continue
		}
		number, _, _ := strings.Cut(name[len(family.layers[i]):], ".")
		if n, err := strconv.Atoi(number); err == nil {
			seen[n] = true
		}
	}
	if len(seen) > 0 && int64(len(seen)) < want {
		c.state(family.depth, source, fmt.Sprintf("%d layers", len(seen)))
	}
}
