// Package chattemplate reads Jinja chat templates
// (https://huggingface.co/docs/transformers/chat_templating). It knows what ordinary
// templates use and states everything else: some engines render them in a sandbox,
// others do not, so a template is judged for the weakest.
package chattemplate

import (
	"bytes"
	"context"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jinja"
	"github.com/modelgate/gate/internal/outcome"
)

const maxSize = 4 << 20

// Attribute is the data of template.attribute: an attribute, an object of the engine or
// a computed name that leads out of the template. Text is the expression, Name the
// attribute or object, "?" where it is computed in a way that was not followed.
type Attribute struct {
	Text string `json:"text"`
	Name string `json:"name"`
}

// Call is the data of template.call: a function, method or filter that ordinary
// templates do not use, or one that is used in a way that exhausts the renderer.
type Call struct {
	Text string `json:"text"`
	Name string `json:"name"`
}

// Tag is the data of template.tag: a tag that ordinary templates do not use.
type Tag struct {
	Text string `json:"text"`
	Name string `json:"name"`
}

// Inspector reads chat templates.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "chattemplate",
		Doc:  "Jinja chat templates: what they reach besides the conversation.",
		Emits: map[gate.Kind]any{
			"template.attribute": Attribute{},
			"template.call":      Call{},
			"template.tag":       Tag{},
			"template.malformed": gate.Malformed{},
			gate.KindIncomplete:  gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: by name, which those who hand templates back give.
func (Inspector) Wants(b *gate.Blob) bool {
	name := strings.ToLower(b.Path[strings.LastIndexAny(b.Path, "/!")+1:])
	switch {
	case strings.HasSuffix(name, ".jinja"):
		return true
	case strings.HasSuffix(name, ".jinja2"), strings.HasSuffix(name, ".j2"):
		// Templates of web pages and of configurations have these names too.
		head := bytes.ReplaceAll(b.Head(), []byte("get_flashed_messages"), nil)
		return strings.Contains(name, "chat") || bytes.Contains(head, []byte("messages")) ||
			bytes.Contains(head, []byte("add_generation_prompt"))
	}
	return false
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	file := outcome.File{Out: out, Format: "chattemplate", Malformed: "template.malformed", Name: "the template"}
	text, ok := file.Read(b, maxSize)
	if !ok {
		return
	}
	root, err := jinja.Parse(string(text))
	j := &judge{text: string(text), out: out, src: gate.NewSource("", text), values: bind(root)}
	j.body(root)
	switch {
	case file.Failed(ctx, gate.Location{}, err, outcome.Limit{Err: jinja.ErrTooLarge, Budget: "entries", Max: jinja.MaxNodes}):
	case j.values.spent():
		file.Unread(gate.Location{}, gate.Incomplete{Reason: "computed names were not all followed", Budget: "time", Limit: maxSteps})
	default:
		out.Format("chattemplate", gate.Unproven, "")
	}
}
