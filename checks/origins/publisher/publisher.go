// Package publisher states what a registry says of a model and of who publishes it. Most
// of it is what others did to the model, and downloads can be bought; see
// https://huggingface.co/docs/hub/api.
package publisher

import (
	"context"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/objectid"
)

// The kinds that the auditor states.
const (
	kindModel     gate.Kind = "hub.model"
	kindPublisher gate.Kind = "hub.publisher"
	kindScan      gate.Kind = "hub.scan"
)

// Model is the data of hub.model: what the registry says of a model.
type Model struct {
	ID       string `json:"id"`       // as the repository writes it
	Model    string `json:"model"`    // the same, by which facts are joined
	Registry string `json:"registry"` // the source of the id, since two may have one name
	// Name is what the registry calls the model now: another after a move.
	Name     string `json:"name"`
	ObjectID string `json:"object_id,omitempty"`
	Commit   string `json:"commit"`
	// Downloads are those of the last 30 days.
	Downloads    int64  `json:"downloads"`
	DownloadsAll int64  `json:"downloads_all,omitempty"`
	AgeDays      *int   `json:"age_days,omitempty"` // absent: not known
	Gated        string `json:"gated,omitempty"`
	Disabled     bool   `json:"disabled"`
	Private      bool   `json:"private"`
	License      string `json:"license,omitempty"` // as the publisher wrote it
}

// Publisher is the data of hub.publisher: the owner of a model now.
type Publisher struct {
	Model    string `json:"model"`
	Registry string `json:"registry"`
	Name     string `json:"name"`
	ID       string `json:"id,omitempty"`
	Type     string `json:"type,omitempty"` // org or user
	Verified bool   `json:"verified"`
	AgeDays  *int   `json:"age_days,omitempty"` // absent: not known
}

// Scan is the data of hub.scan: the verdict of the registry's own scanners.
type Scan struct {
	Model    string               `json:"model"`
	Registry string               `json:"registry"`
	Done     bool                 `json:"done"`
	Files    []gate.HubScanResult `json:"files"`
}

// Auditor states what the registry says of a model.
type Auditor struct{}

// Spec describes the auditor.
func (Auditor) Spec() gate.Spec {
	return gate.Spec{
		Name:  "publisher",
		Doc:   "States what a registry says of a model, of its owner and of its own scan.",
		Emits: map[gate.Kind]any{kindModel: Model{}, kindPublisher: Publisher{}, kindScan: Scan{}},
	}
}

// Audit states the answer of the registry, if it gave one.
func (Auditor) Audit(_ context.Context, s *gate.Subject, out gate.Recorder) {
	r := s.Repository
	if r == nil {
		return
	}
	key, registry := s.Model.Key(), s.Model.Source
	out.Emit(kindModel, s.At(), Model{
		ID: key, Model: key, Registry: registry, Name: r.Name, ObjectID: r.ID, Commit: r.Commit,
		Downloads: r.Downloads, DownloadsAll: r.DownloadsAll, AgeDays: age(r.ID, r.Created, s.Now),
		Gated: r.Gated, Disabled: r.Disabled, Private: r.Private, License: r.License,
	})
	if o := r.Owner; o != nil {
		out.Emit(kindPublisher, s.At(), Publisher{
			Model: key, Registry: registry, Name: o.Name, ID: o.ID, Type: o.Type, Verified: o.Verified,
			AgeDays: age(o.ID, o.Created, s.Now),
		})
	}
	if r.Scan != nil {
		out.Emit(kindScan, s.At(), Scan{Model: key, Registry: registry, Done: r.Scan.Done, Files: r.Scan.Files})
	}
}

// age counts whole days. What the registry dates after now has no age.
func age(id string, stated, now time.Time) *int {
	created := objectid.Created(id, stated)
	if created.IsZero() || now.IsZero() {
		return nil
	}
	days := max(0, int(now.Sub(created).Hours()/24))
	return &days
}
