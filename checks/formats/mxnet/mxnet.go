// Package mxnet reads the graphs of MXNet
// (https://mxnet.apache.org/versions/1.9.1/api/architecture/overview.html), JSON files of
// operators, some of which other code must bring.
package mxnet

import (
	"bytes"
	"context"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/cmdline"
	"github.com/modelgate/gate/internal/jsontree"
	"github.com/modelgate/gate/internal/outcome"
)

const maxSize = 64 << 20

// Operator is the data of mxnet.operator: an operator that is computed by code outside
// of MXNet.
type Operator struct {
	Type    string `json:"type"` // as the code has registered it
	Name    string `json:"name"`
	Library string `json:"library"`
}

// Inspector reads graphs of MXNet.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "mxnet",
		Doc:  "MXNet graphs: custom operators, and commands in attributes.",
		Emits: map[gate.Kind]any{
			"mxnet.operator":    Operator{},
			cmdline.Kind:        cmdline.Command{},
			"mxnet.malformed":   gate.Malformed{},
			gate.KindExternal:   gate.External{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: JSON that has the lists of a graph.
func (Inspector) Wants(b *gate.Blob) bool {
	if !strings.HasSuffix(strings.ToLower(b.Path), ".json") || !bytes.HasPrefix(bytes.TrimSpace(b.Head()), []byte("{")) {
		return false
	}
	has := func(key string) bool {
		return bytes.Contains(b.Head(), []byte(key)) || bytes.Contains(b.Tail(), []byte(key))
	}
	return has(`"nodes"`) && has(`"arg_nodes"`)
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	file := outcome.File{Out: out, Format: "mxnet", Malformed: "mxnet.malformed", Name: "the graph"}
	raw, ok := file.Read(b, maxSize)
	if !ok {
		return
	}
	text := jsontree.Decode(raw)
	root, err := jsontree.Parse(text)
	g := &graph{out: out, src: gate.NewSource("", text)}
	root.Walk(func(_ string, v *jsontree.Value) { g.object(v) })
	if !file.Failed(ctx, gate.Location{}, err, outcome.Limit{Err: jsontree.ErrTooLarge, Budget: "depth", Max: jsontree.MaxDepth}) {
		out.Format("mxnet", gate.Unproven, "")
	}
}

type graph struct {
	out gate.Recorder
	src *gate.Source
}

// custom are the operators that call back into other code.
var custom = map[string]bool{"Custom": true, "_Native": true, "_NDArray": true, "_CustomFunction": true}

// object judges a node, of the graph or of a graph within, or the graph itself. The
// attributes have had three names over time.
func (g *graph) object(v *jsontree.Value) {
	op := v.Get("op").String()
	called := custom[op]
	node := Operator{Type: op, Name: v.Get("name").String()}
	for _, key := range []string{"attrs", "attr", "param"} {
		attributes := v.Get(key)
		if attributes == nil {
			continue
		}
		for _, m := range attributes.Members {
			g.attribute(m, called)
		}
		if t := attributes.Get("op_type").String(); t != "" {
			node.Type = t
		}
		if l := attributes.Get("library").String(); l != "" {
			node.Library = l
		}
	}
	if called {
		g.out.Emit("mxnet.operator", g.src.At(v.Start, v.End), node)
	}
}

func (g *graph) attribute(m jsontree.Member, called bool) {
	text := m.Value.String()
	if c, ok := cmdline.Of(m.Name, text, called); ok {
		g.out.Emit(cmdline.Kind, g.src.At(m.Value.Start, m.Value.End), c)
	}
	if called && m.Name == "library" && text != "" {
		g.out.Emit(gate.KindExternal, g.src.At(m.Value.Start, m.Value.End), gate.External{Location: text, Field: m.Name})
	}
}
