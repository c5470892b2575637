// Package shards compares the index of a model that is split over several files with those
// files: https://huggingface.co/docs/transformers/big_models#sharded-checkpoints. Of two
// answers to where a tensor is, each library takes another. A path that leaves the folder is
// stated by the inspector of the index.
package shards

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelfolder"
)

const kind gate.Kind = "shards.mismatch"

// The problems.
const (
	absent      = "absent"        // no file has the tensor
	elsewhere   = "elsewhere"     // another file than the index names has the tensor
	unlisted    = "unlisted"      // a file has a tensor that the index does not name
	unlistedAll = "unlisted-file" // the index does not name a file of the series
	missing     = "missing-file"  // the index names a file that is not there
	twice       = "twice"         // the index names two files for the tensor
	differs     = "differs"       // two files have the tensor, with other contents
	indexes     = "indexes"       // two indexes name different files for the tensor
)

// Mismatch is the data of shards.mismatch: what an index and the files say differently.
type Mismatch struct {
	Index   string `json:"index"`
	Problem string `json:"problem"`
	Shard   string `json:"shard"`
	Tensor  string `json:"tensor,omitempty"` // the first of them
	Other   string `json:"other,omitempty"`  // the file that says otherwise
	Count   int    `json:"count"`            // of tensors, or of files that are missing
}

// Auditor compares indexes with shards.
type Auditor struct{}

// Spec describes the auditor.
func (Auditor) Spec() gate.Spec {
	return gate.Spec{
		Name:  "shards",
		Doc:   "Compares the index of a sharded model with the tensors that its files have.",
		Emits: map[gate.Kind]any{kind: Mismatch{}, gate.KindIncomplete: gate.Incomplete{}},
	}
}

// maxIndexes are as many indexes of one folder as are compared: a pipeline has one a
// variant of its weights.
const maxIndexes = 16

// Audit compares each index with the files beside it, and with the other indexes.
func (Auditor) Audit(ctx context.Context, s *gate.Subject, out gate.Recorder) {
	for _, f := range modelfolder.Split(s.Blobs) {
		var all []*index
		for _, name := range f.Names() {
			x := read(f, name)
			if x != nil && len(all) == maxIndexes {
				out.Emit(gate.KindIncomplete, gate.Location{Path: f.Path}, gate.Incomplete{
					Reason: "has more indexes than are compared", Budget: "entries", Limit: maxIndexes,
				})
				break
			}
			if x != nil {
				all = append(all, x)
			}
		}
		heads := headers{folder: f, read: map[string]*modelfolder.Weights{}}
		for i, x := range all {
			c := comparison{ctx: ctx, out: out, index: x, heads: &heads, found: map[key]*Mismatch{}}
			c.compare()
			for _, other := range all[:i] {
				c.agree(other)
			}
			c.state()
		}
		if heads.spent {
			out.Emit(gate.KindIncomplete, gate.Location{Path: f.Path}, gate.Incomplete{Reason: modelfolder.ErrBudget.Error(), Budget: "bytes"})
		}
	}
}

// series are the parts of the name of a shard: before its number, and behind it.
var series = regexp.MustCompile(`^(.*)-[0-9]+(-of-[0-9]+.*)$`)

// stemOf is what the name of an index begins with, as those of its shards do, or nothing.
func stemOf(name string) (stem, extension string) {
	for _, ext := range []string{".safetensors", ".bin"} {
		stem, rest, ok := strings.Cut(name, ext+".index.")
		if ok && strings.HasSuffix(rest, "json") {
			return stem, ext
		}
	}
	return "", ""
}

// index is an index of shards.
type index struct {
	name, stem, ext string
	doc             *modelfolder.Document
	shards          []string          // in the order in which they are named first
	named           map[string]string // the shard of each tensor
	at              map[string]gate.Location
	twice           [][2]string // tensors with a second shard
}

// read reads an index, or returns nil where the file is none.
func read(f *modelfolder.Folder, name string) *index {
	stem, ext := stemOf(name)
	if ext == "" {
		return nil
	}
	doc := f.JSON(name)
	if doc.Get("weight_map") == nil {
		return nil
	}
	x := &index{name: name, stem: stem, ext: ext, doc: doc, named: map[string]string{}, at: map[string]gate.Location{}}
	for _, m := range doc.Get("weight_map").Members {
		shard := m.Value.String()
		if shard == "" || strings.ContainsAny(shard, `/\:`) {
			continue // not beside the index
		}
		if before, ok := x.named[m.Name]; ok && before != shard {
			x.twice = append(x.twice, [2]string{m.Name, before})
		}
		if _, ok := x.at[shard]; !ok {
			x.shards = append(x.shards, shard)
			x.at[shard] = doc.At(m.Value)
		}
		x.named[m.Name] = shard
	}
	return x
}

// place is where an index first names a shard.
func (x *index) place(shard string) gate.Location {
	if at, ok := x.at[shard]; ok {
		return at
	}
	return x.doc.At(x.doc.Get("weight_map"))
}

// headers reads what the shards of a folder declare, each once.
type headers struct {
	folder *modelfolder.Folder
	read   map[string]*modelfolder.Weights // nil: cannot be read
	spent  bool
}

func (h *headers) of(ctx context.Context, shard string) *modelfolder.Weights {
	if w, ok := h.read[shard]; ok {
		return w
	}
	b := h.folder.File(shard)
	if b == nil || !strings.HasSuffix(shard, ".safetensors") || modelfolder.Pointer(b) {
		return nil
	}
	w, err := h.folder.Safetensors(ctx, b)
	if err != nil {
		w = nil // that it is broken is stated by its inspector
	}
	h.spent = h.spent || errors.Is(err, modelfolder.ErrBudget)
	h.read[shard] = w
	return w
}
