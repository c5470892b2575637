// Package license states the licences of models as SPDX identifiers: what the registry
// says, what the lock has of it, and what stands in the card of a local model. All of it
// is the publisher's word. See https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/.
package license

import (
	"bytes"
	"context"
	"path"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
	"github.com/modelgate/gate/internal/yamltree"
)

const kind gate.Kind = "license.found"

// Found is the data of license.found.
type Found struct {
	Model    string `json:"model,omitempty"` // empty: the local folder at the place
	Registry string `json:"registry,omitempty"`
	ID       string `json:"id"` // as written
	SPDX     string `json:"spdx"`
	Source   string `json:"source"` // registry, lock or card
}

// Auditor states the licences of a model.
type Auditor struct{}

// Spec describes the auditor.
func (Auditor) Spec() gate.Spec {
	return gate.Spec{
		Name:  "license",
		Doc:   "States the licence of a model as its registry, the lock or its card has it.",
		Emits: map[gate.Kind]any{kind: Found{}},
	}
}

// Audit states each licence that is named. The lock is asked only where the registry was
// not.
func (Auditor) Audit(ctx context.Context, s *gate.Subject, out gate.Recorder) {
	found := Found{Model: s.Model.Key(), Registry: s.Model.Source}
	switch {
	case s.Repository != nil:
		found.Source = "registry"
		for _, id := range claimed(s.Repository) {
			found.emit(out, s.At(), id)
		}
	case s.Locked != nil && s.Locked.License != "":
		found.Source = "lock"
		found.emit(out, s.Locked.At, s.Locked.License)
	}
	for _, b := range s.Blobs {
		if base := strings.ToLower(path.Base(b.Path)); !b.Ranged && (base == "readme.md" || base == "modelcard.md" || base == "model_card.md") {
			card(ctx, b, out)
		}
	}
}

func (f Found) emit(out gate.Recorder, at gate.Location, id string) {
	f.ID, f.SPDX = id[:min(len(id), maxRef)], identify(id)
	out.Emit(kind, at, f)
}

// claimed are the licences that a registry has of a model: its field, or else its tags.
func claimed(r *gate.Repository) []string {
	if r.License != "" {
		return []string{r.License}
	}
	var ids []string
	for _, tag := range r.Tags {
		if id, ok := strings.CutPrefix(tag, "license:"); ok && id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// maxFront is the longest metadata of a card that is read.
const maxFront = 256 << 10

// card states the licence in the metadata before a card, between two lines "---".
func card(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	if !bytes.HasPrefix(b.Head(), []byte("---")) {
		return
	}
	text := make([]byte, min(b.Size, maxFront))
	n, _ := b.ReadAt(text, 0)
	head, rest, _ := bytes.Cut(text[:n], []byte("\n"))
	front, _, closed := bytes.Cut(rest, []byte("\n---"))
	if !closed || string(bytes.TrimRight(head, " \t\r")) != "---" {
		return
	}
	docs, _ := yamltree.Parse(ctx, front) // a finder states that it is broken
	for _, doc := range docs {
		for _, v := range values(doc.Get("license")) {
			id := v.String()
			if name := doc.Get("license_name").String(); strings.EqualFold(id, "other") && name != "" {
				id = name
			}
			if id == "" {
				continue
			}
			line := bytes.Count(text[:len(head)+1+v.Start], []byte{'\n'}) + 1
			Found{Source: "card"}.emit(out, gate.Location{Path: b.Path, Line: line}, id)
		}
	}
}

// values are the texts of a field that has one or a list of them.
func values(v *jsontree.Value) []*jsontree.Value {
	if v == nil {
		return nil
	}
	if v.Kind == jsontree.Array {
		return v.Items
	}
	return []*jsontree.Value{v}
}
