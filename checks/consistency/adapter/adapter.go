// Package adapter compares the configuration of a LoRA adapter with its tensors, and the
// model that it is made for with the one that its card names:
// https://huggingface.co/docs/peft/developer_guides/checkpoint.
package adapter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
	"github.com/modelgate/gate/internal/modelfolder"
	"github.com/modelgate/gate/internal/yamltree"
)

const kind gate.Kind = "adapter.contradiction"

// Auditor compares adapters with what lies beside them.
type Auditor struct{}

// Spec describes the auditor.
func (Auditor) Spec() gate.Spec {
	return gate.Spec{
		Name:  "adapter",
		Doc:   "Compares the configuration of an adapter with its tensors, and its base model with the one of its card.",
		Emits: map[gate.Kind]any{kind: modelfolder.Contradiction{}, gate.KindIncomplete: gate.Incomplete{}},
	}
}

// Audit compares the adapter of each folder.
func (Auditor) Audit(ctx context.Context, s *gate.Subject, out gate.Recorder) {
	for _, f := range modelfolder.Split(s.Blobs) {
		doc := f.JSON("adapter_config.json")
		if doc == nil {
			continue
		}
		base(ctx, f, doc, out)
		if doc.Get("peft_type").String() == "LORA" {
			lora(ctx, f, doc, out)
		}
	}
}

// weights is the file that the tensors of an adapter are in.
const weights = "adapter_model.safetensors"

// lora compares the tensors with the ranks and with the modules that the adapter names.
func lora(ctx context.Context, f *modelfolder.Folder, doc *modelfolder.Document, out gate.Recorder) {
	b := f.File(weights)
	if b == nil || modelfolder.Pointer(b) {
		return
	}
	w, err := f.Safetensors(ctx, b)
	if errors.Is(err, modelfolder.ErrBudget) {
		out.Emit(gate.KindIncomplete, gate.Location{Path: b.Path}, gate.Incomplete{Reason: err.Error(), Budget: "bytes"})
	}
	if err != nil {
		return
	}
	rank, target := ranks(doc), targets(doc)
	var badRank, badTarget bool
	for _, t := range w.Tensors {
		module, ok := moduleOf(t.Name)
		if !ok {
			continue
		}
		if r := doc.Get("r"); len(rank) > 0 && len(t.Shape) > 1 && !slices.Contains(rank, t.Shape[0]) && !badRank {
			badRank = true
			out.Emit(kind, doc.At(r), modelfolder.Contradiction{
				Field: "r", Says: r.Text, File: weights, Other: fmt.Sprintf("%d rows in %s", t.Shape[0], t.Name),
			})
		}
		if v := doc.Get("target_modules"); len(target) > 0 && !slices.ContainsFunc(target, func(t string) bool { return ends(module, t) }) && !badTarget {
			badTarget = true
			out.Emit(kind, doc.At(v), modelfolder.Contradiction{
				Field: "target_modules", Says: strings.Join(target, ", "), File: weights, Other: t.Name,
			})
		}
	}
}

// ranks are those that a tensor may have. None: they are not certain, as where an adapter of
// parameters stacks those of several experts.
func ranks(doc *modelfolder.Document) []int64 {
	r, ok := modelfolder.Int(doc.Get("r"))
	if v := doc.Get("target_parameters"); !ok || v != nil && v.Kind != jsontree.Null {
		return nil
	}
	out := []int64{r}
	if v := doc.Get("rank_pattern"); v != nil {
		for _, m := range v.Members {
			n, ok := modelfolder.Int(m.Value)
			if !ok {
				return nil
			}
			out = append(out, n)
		}
	}
	return out
}

// targets are the modules that have an adapter, by the ends of their names. A single text is
// a pattern, which is not compared.
func targets(doc *modelfolder.Document) (out []string) {
	v := doc.Get("target_modules")
	if v == nil || v.Kind != jsontree.Array {
		return nil
	}
	if p := doc.Get("target_parameters"); p != nil && p.Kind != jsontree.Null {
		return nil
	}
	for _, item := range v.Items {
		if item.String() == "" {
			return nil
		}
		out = append(out, item.String())
	}
	return out
}

func ends(module, target string) bool {
	return module == target || strings.HasSuffix(module, "."+target)
}

// factor is the name of the first factor of an adapter, whose rows are its rank.
var factor = regexp.MustCompile(`^(?:base_model\.model\.)?(.+)\.(?:lora_A(?:\.[^.]+)?\.weight|lora_embedding_A(?:\.[^.]+)?)$`)

func moduleOf(tensor string) (string, bool) {
	m := factor.FindStringSubmatch(tensor)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// maxFront is the longest metadata of a card that is read.
const maxFront = 256 << 10

// base compares the base model with those of the card. A model has many copies under other
// owners, and in other precisions: only another name is another model.
func base(ctx context.Context, f *modelfolder.Folder, doc *modelfolder.Document, out gate.Recorder) {
	v := doc.Get("base_model_name_or_path")
	card := f.File("README.md")
	if card == nil || !hubID(v.String()) {
		return
	}
	named := bases(ctx, card)
	if len(named) == 0 || slices.ContainsFunc(named, func(id string) bool { return !hubID(id) || akin(id, v.String()) }) {
		return
	}
	out.Emit(kind, doc.At(v), modelfolder.Contradiction{
		Field: "base_model_name_or_path", Says: v.String(), File: "README.md", Other: strings.Join(named, ", "),
	})
}

// bases are the values of base_model in the metadata before a card.
func bases(ctx context.Context, card *gate.Blob) (out []string) {
	if !bytes.HasPrefix(card.Head(), []byte("---")) {
		return nil
	}
	text := make([]byte, min(card.Size, maxFront))
	n, _ := card.ReadAt(text, 0)
	_, rest, _ := bytes.Cut(text[:n], []byte("\n"))
	front, _, closed := bytes.Cut(rest, []byte("\n---"))
	if !closed {
		return nil
	}
	docs, _ := yamltree.Parse(ctx, front) // a finder states that it is broken
	for _, doc := range docs {
		doc.Get("base_model").Walk(func(_ string, v *jsontree.Value) {
			if v.String() != "" {
				out = append(out, v.String())
			}
		})
	}
	return out
}

var id = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*$`)

// hubID tells whether a text is the id of a model of the Hub and not the path of a folder.
func hubID(s string) bool { return id.MatchString(s) }

// copies are the ends of names that tell how the numbers of a copy are stored, and words
// that one owner has in a name and another leaves out.
var copies = regexp.MustCompile(`(?:unsloth|bnb|awq|gptq|int[48]|[48]bit|fp8|fp16|bf16|hf|meta|v[0-9.]+|[^a-z0-9])+`)

// akin tells whether two ids may be of one model: the name of one, without what tells copies
// apart, has that of the other.
func akin(a, b string) bool {
	bare := func(id string) string {
		_, name, _ := strings.Cut(strings.ToLower(id), "/")
		return copies.ReplaceAllString(name, "")
	}
	x, y := bare(a), bare(b)
	return strings.Contains(x, y) || strings.Contains(y, x)
}
