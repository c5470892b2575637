// Package skops reads the schema of skops files
// (https://skops.readthedocs.io/en/stable/persistence.html): a tree of nodes, each of
// which names a type or function that loading imports, and a loader that says whether it
// is made, filled or called.
package skops

import (
	"bytes"
	"context"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
	"github.com/modelgate/gate/internal/outcome"
	"github.com/modelgate/gate/internal/pickle"
)

const maxSize = 32 << 20

// Node is the data of skops.node: a node whose type or function is not one that models
// use.
type Node struct {
	Name   string `json:"name"`
	Loader string `json:"loader"`
	// Class is dangerous where the name is known to harm, or unknown.
	Class string `json:"class"`
	// Called says that the loader calls what is named, or hands it to what will.
	Called bool `json:"called"`
}

// Inspector reads the schema of skops files.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "skops",
		Doc:  "skops: the types and functions that the schema names, by how its loader uses them.",
		Emits: map[gate.Kind]any{
			"skops.node":        Node{},
			"skops.malformed":   gate.Malformed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants implements checks.Inspector: the schema of an archive, or one that was unpacked.
func (Inspector) Wants(b *gate.Blob) bool {
	name := b.Path[strings.LastIndexAny(b.Path, "/!")+1:]
	if !strings.EqualFold(name, "schema.json") {
		return false
	}
	return strings.Contains(b.Path, "!") || bytes.Contains(b.Head(), []byte(`"__loader__"`))
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	file := outcome.File{Out: out, Format: "skops", Malformed: "skops.malformed", Name: "the schema"}
	raw, ok := file.Read(b, maxSize)
	if !ok {
		return
	}
	text := jsontree.Decode(raw)
	root, err := jsontree.Parse(text)
	s := &schema{out: out, src: gate.NewSource("", text), lists: pickle.DefaultLists()}
	root.Walk(func(_ string, v *jsontree.Value) { s.node(v) })
	switch {
	case file.Failed(ctx, gate.Location{}, err, outcome.Limit{Err: jsontree.ErrTooLarge, Budget: "depth", Max: jsontree.MaxDepth}):
	case s.nodes == 0:
		out.Format("json", gate.Unproven, "")
	default:
		out.Format("skops", gate.Unproven, "")
	}
}

// schema is a tree that is being judged.
type schema struct {
	out   gate.Recorder
	src   *gate.Source
	lists *pickle.Lists
	nodes int
}

// calling are the loaders that call what a node names, or yield it to be called.
var calling = map[string]bool{
	"FunctionNode": true, "PartialNode": true, "OperatorFuncNode": true, "MethodNode": true,
	"TypeNode": true, "ConstructorFromReduceNode": true, "LossNode": true,
}

// fixed are the classes that their loaders make whatever the node says.
var fixed = map[string]string{
	"RandomStateNode":     "numpy.random.mtrand.RandomState",
	"RandomGeneratorNode": "numpy.random._generator.Generator",
}

// node judges an object that has a loader.
func (s *schema) node(v *jsontree.Value) {
	loader := v.Get("__loader__").String()
	if loader == "" {
		return
	}
	s.nodes++
	module, class, content := v.Get("__module__").String(), v.Get("__class__").String(), v.Get("content")
	switch loader {
	case "CachedNode":
		// A reference to a node that is judged where it stands.
	case "PartialNode":
		// The function that it holds is a node of its own.
		if module != "functools" || class != "partial" {
			s.judge(v, loader, module, class)
		}
	case "OperatorFuncNode":
		// It calls an attribute of operator, whatever module the node claims.
		s.judge(v, loader, "operator", class)
	case "MethodNode":
		s.method(v, content)
	default:
		s.judge(v, loader, module, class)
		s.older(v, loader, content)
	}
}

// method judges an attribute that is taken from an object, which is a node of its own.
func (s *schema) method(v, content *jsontree.Value) {
	object, name := content.Get("obj"), content.Get("func").String()
	module, class := object.Get("__module__").String(), object.Get("__class__").String()
	known, _, _ := s.lists.Classify(module, class)
	if known == pickle.Safe && name != "" && !strings.HasPrefix(name, "_") && !strings.Contains(name, ".") {
		return
	}
	s.state(v, Node{Name: dotted(module, class, name), Loader: "MethodNode", Class: verdict(known, name), Called: true})
}

func verdict(known pickle.Class, name string) string {
	if known == pickle.Dangerous || strings.HasPrefix(name, "_") || strings.Contains(name, ".") {
		return "dangerous"
	}
	return "unknown"
}

// older judges the content of nodes before protocol 1, which named there what they
// import.
func (s *schema) older(v *jsontree.Value, loader string, content *jsontree.Value) {
	if content.Get("__loader__") != nil {
		return
	}
	if f := content.Get("function").String(); loader == "FunctionNode" && f != "" {
		s.judge(v, loader, content.Get("module_path").String(), f)
	}
	if c := content.Get("__class__").String(); loader == "TypeNode" && c != "" {
		s.judge(v, loader, content.Get("__module__").String(), c)
	}
}

func (s *schema) judge(v *jsontree.Value, loader, module, class string) {
	if fixed[loader] == module+"."+class {
		return
	}
	known, entry, _ := s.lists.Classify(module, class)
	// What is listed as a reference only may be named, but not made by an object node.
	if known == pickle.Safe && (loader != "ObjectNode" || strings.ContainsAny(entry.Shape, "RN")) {
		return
	}
	s.state(v, Node{Name: dotted(module, class), Loader: loader, Class: verdict(known, ""), Called: calling[loader]})
}

func (s *schema) state(v *jsontree.Value, n Node) {
	s.out.Emit("skops.node", s.src.At(v.Start, v.End), n)
}

// dotted joins the parts of a name that are there.
func dotted(parts ...string) string {
	var have []string
	for _, p := range parts {
		if p != "" {
			have = append(have, p)
		}
	}
	return strings.Join(have, ".")
}
