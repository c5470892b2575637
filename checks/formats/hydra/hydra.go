// Package hydra reads configurations that name what to call: the _target_ of Hydra
// (https://hydra.cc/docs/advanced/instantiate_objects/overview/), with which NeMo builds
// its models too, and the target beside params of latent diffusion models.
package hydra

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
	"github.com/modelgate/gate/internal/outcome"
	"github.com/modelgate/gate/internal/pickle"
	"github.com/modelgate/gate/internal/yamltree"
)

// Target is the data of hydra.target: a callable that a configuration names.
type Target struct {
	Name string `json:"name"`
	// Class is safe for what the frameworks of models have, dangerous for what is known to
	// harm, else unknown.
	Class string `json:"class"`
	Field string `json:"field"` // the key that names it: _target_ or target
}

// Inspector reads configurations that name what to call.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "hydra",
		Doc:  "Hydra and NeMo configurations: the callables that they name.",
		Emits: map[gate.Kind]any{
			"hydra.target":      Target{},
			"hydra.malformed":   gate.Malformed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: YAML or JSON with the key of a target, or YAML that
// may hide one, since its strings have escapes or since it is long.
func (Inspector) Wants(b *gate.Blob) bool {
	path := strings.ToLower(b.Path)
	yaml := isYAML(path)
	if !yaml && !strings.HasSuffix(path, ".json") {
		return false
	}
	if strings.HasSuffix(path, "model_config.yaml") {
		return true
	}
	for _, part := range [][]byte{b.Head(), b.Tail()} {
		if bytes.Contains(part, []byte("_target_")) ||
			yaml && (bytes.Contains(part, []byte("\ntarget:")) || bytes.Contains(part, []byte(" target:")) ||
				bytes.Contains(part, []byte(`\x`)) || bytes.Contains(part, []byte(`\u`))) {
			return true
		}
	}
	return yaml && b.Size > gate.HeadSize+gate.TailSize
}

func isYAML(path string) bool {
	return strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml")
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	file := outcome.File{Out: out, Format: "hydra", Malformed: "hydra.malformed", Name: "the file"}
	text, ok := file.Read(b, yamltree.MaxSize)
	if !ok {
		return
	}
	var docs []*jsontree.Value
	var err error
	if isYAML(strings.ToLower(b.Path)) {
		docs, err = yamltree.Parse(ctx, text)
	} else {
		text = jsontree.Decode(text)
		var doc *jsontree.Value
		doc, err = jsontree.Parse(text)
		docs = []*jsontree.Value{doc}
	}
	c := &config{out: out, src: gate.NewSource("", text), lists: pickle.DefaultLists()}
	for _, doc := range docs {
		c.root = doc
		doc.Walk(func(_ string, v *jsontree.Value) { c.object(v) })
	}
	relevant := ctx.Err() != nil || errors.Is(err, jsontree.ErrTooLarge) || bytes.Contains(text, []byte("_target_"))
	switch {
	case err != nil && !relevant: // it may be a template of something else
		out.Format("text", gate.Unread, err.Error())
	case file.Failed(ctx, gate.Location{}, err, outcome.Limit{Err: jsontree.ErrTooLarge, Budget: "depth", Max: jsontree.MaxDepth}):
	case c.targets == 0:
		out.Format("text", gate.Unproven, "")
	default:
		out.Format("hydra", gate.Unproven, "")
	}
}

// config is a file that is being judged.
type config struct {
	out     gate.Recorder
	src     *gate.Source
	lists   *pickle.Lists
	root    *jsontree.Value
	targets int
}

// object judges what an object tells its reader to call. The key target is one of many
// other tools as well, so that it counts only where it stands beside parameters and names
// what is known.
func (c *config) object(v *jsontree.Value) {
	for _, m := range v.Members {
		switch {
		case m.Name == "_target_" && m.Value.String() != "":
			name := c.resolve(m.Value.String())
			c.targets++
			c.state(m.Value, Target{name, c.classify(name), m.Name})
		case m.Name == "target" && v.Get("params") != nil && strings.Contains(m.Value.String(), "."):
			if class := c.classify(m.Value.String()); class != "unknown" {
				c.targets++
				c.state(m.Value, Target{m.Value.String(), class, m.Name})
			}
		}
	}
}

func (c *config) state(v *jsontree.Value, t Target) {
	if t.Class != "safe" {
		c.out.Emit("hydra.target", c.src.At(v.Start, v.End), t)
	}
}

// maxSteps bounds the interpolations that are followed in one name.
const maxSteps = 16

// resolve replaces interpolations of OmegaConf by the values of this document that they
// name, as far as it has them.
func (c *config) resolve(name string) string {
	for range maxSteps {
		i := strings.LastIndex(name, "${")
		if i < 0 {
			break
		}
		n := strings.IndexByte(name[i:], '}')
		if n < 0 {
			break
		}
		value := c.root
		for key := range strings.SplitSeq(strings.TrimSpace(name[i+2:i+n]), ".") {
			value = value.Get(key)
		}
		if value.String() == "" || len(name) > 1<<12 {
			break
		}
		name = name[:i] + value.String() + name[i+n+1:]
	}
	return name
}
