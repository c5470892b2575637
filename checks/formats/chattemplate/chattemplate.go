// Package chattemplate reads Jinja chat templates
// (https://huggingface.co/docs/transformers/chat_templating). It knows what ordinary
// templates use and states everything else: some engines render them in a sandbox,
// others do not, so a template is judged for the weakest.
package chattemplate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jinja"
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
func (Inspector) Inspect(_ context.Context, b *gate.Blob, out gate.Recorder) {
	if b.Size > maxSize {
		unread(out, gate.Incomplete{Reason: "the template is longer than is read", Budget: "bytes", Limit: maxSize})
		return
	}
	text, err := io.ReadAll(b.Section())
	if err != nil || int64(len(text)) < b.Size {
		unread(out, gate.Incomplete{Reason: "the template could not be read"})
		return
	}
	root, err := jinja.Parse(string(text))
	j := &judge{text: string(text), out: out, src: gate.NewSource("", text), values: bind(root)}
	j.body(root)
	switch {
	case errors.Is(err, jinja.ErrTooLarge):
		unread(out, gate.Incomplete{Reason: err.Error(), Budget: "entries", Limit: jinja.MaxNodes})
	case err != nil:
		out.Emit("template.malformed", gate.Location{}, gate.Malformed{Reason: err.Error()})
		out.Format("chattemplate", gate.Unread, err.Error())
	case j.values.spent():
		unread(out, gate.Incomplete{Reason: "computed names were not all followed", Budget: "time", Limit: maxSteps})
	default:
		out.Format("chattemplate", gate.Unproven, "")
	}
}

func unread(out gate.Recorder, why gate.Incomplete) {
	out.Emit(gate.KindIncomplete, gate.Location{}, why)
	out.Format("chattemplate", gate.Unread, why.Reason)
}
