// Package lookalike states that a model's namespace looks like that of a well-known
// publisher, or that a stranger has a model of a well-known name. It reads the names as a
// repository writes them, so that it needs no network, and weighs what a registry says of
// the owner where that is known. How names are compared is the matter of
// internal/namespace.
package lookalike

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/namespace"
)

// The kinds that the auditor states.
const (
	KindMatch       gate.Kind = "lookalike.match"
	KindAssociation gate.Kind = "lookalike.association"
)

// Match is the data of KindMatch: a name that looks like another.
type Match struct {
	Model string `json:"model"` // the key of the model
	// Name is what looks like Target: a namespace, or where only the name of the model has
	// characters from outside ASCII, that name.
	Name     string `json:"name"`
	Target   string `json:"target"`
	Relation string `json:"relation"` // unicode, homoglyph, separator, edit, ...
	Distance int    `json:"distance"` // edits, without separators
	Tier     string `json:"tier"`     // critical, high, medium, low
	// Known says that the target has a model of the same name.
	Known bool `json:"known"`
	// Metadata is what the registry says of the owner that changed the tier.
	Metadata []string `json:"metadata,omitempty"`
}

// Association is the data of KindAssociation: a model that is named as a well-known one
// and belongs to somebody else.
type Association struct {
	Model  string `json:"model"`
	Name   string `json:"name"`   // the namespace
	Target string `json:"target"` // the publisher of the well-known model
	// Declared says that the model calls one of the target's its base.
	Declared bool     `json:"declared"`
	Metadata []string `json:"metadata,omitempty"`
}

// Auditor compares the namespaces of models with those of well-known publishers.
type Auditor struct{}

// Spec implements checks.Auditor.
func (Auditor) Spec() gate.Spec {
	return gate.Spec{
		Name:  "lookalike",
		Doc:   "States names of models that look like those of well-known publishers.",
		Emits: map[gate.Kind]any{KindMatch: Match{}, KindAssociation: Association{}},
	}
}

// Audit implements checks.Auditor.
func (Auditor) Audit(_ context.Context, s *gate.Subject, out gate.Recorder) {
	if s.Model.Source != "hf" && s.Model.Source != "modelscope" {
		return // names of other registries are not those of the Hub's publishers
	}
	at := place(s)
	index := namespace.Builtin().With(others(s)...)
	if m, odd := foreign(index, s.Model); odd {
		if m.Target != "" {
			out.Emit(KindMatch, at, m)
		}
		return
	}
	if s.Model.Namespace == "" || trusted(s) {
		return
	}
	if m, ok := index.Compare(s.Model.Namespace, s.Model.Name); ok {
		out.Emit(KindMatch, at, weighed(s, m))
	} else if a, ok := borrowed(index, s); ok {
		out.Emit(KindAssociation, at, a)
	}
}

// foreign tells whether a model's id has characters from outside ASCII, which no
// registry allows, and what it looks like.
func foreign(index *namespace.Index, model gate.ModelID) (Match, bool) {
	m := Match{Model: model.Key(), Relation: string(namespace.Unicode), Tier: namespace.Critical.String()}
	if folded, odd := fold(model.Namespace); odd {
		m.Name = model.Namespace
		if folded != "" {
			m.Target = index.Imitated(folded)
		}
		m.Distance = beyond(m.Name)
		return m, true
	}
	folded, odd := fold(model.Name)
	m.Name, m.Target, m.Distance = model.Name, folded, beyond(model.Name)
	return m, odd
}

// fold says what an odd name looks like; empty where that is nothing in ASCII.
func fold(name string) (string, bool) {
	if beyond(name) == 0 {
		return "", false
	}
	folded, _ := namespace.Fold(name)
	return folded, true
}

// beyond counts the characters from outside printable ASCII.
func beyond(name string) int {
	n := 0
	for _, r := range name {
		if r < ' ' || r > '~' {
			n++
		}
	}
	return n
}

// borrowed tells that a stranger has a model that is named as a well-known one. Mirrors
// are the custom on other registries than the Hub.
func borrowed(index *namespace.Index, s *gate.Subject) (Association, bool) {
	target := index.Owner(s.Model.Name)
	if target == "" || s.Model.Source != "hf" || index.Knows(s.Model.Namespace) {
		return Association{}, false
	}
	a := Association{Model: s.Model.Key(), Name: s.Model.Namespace, Target: target}
	if s.Repository != nil {
		a.Declared = slices.ContainsFunc(s.Repository.BaseModels, func(base string) bool {
			owner, _, _ := strings.Cut(base, "/")
			return strings.EqualFold(owner, target)
		})
		a.Metadata = ages(s).raising
	}
	return a, true
}

// trusted tells whether the policy trusts the owner of the namespace. The name alone
// counts where there is no id to compare.
func trusted(s *gate.Subject) bool {
	return slices.ContainsFunc(s.Trusted, func(p gate.Publisher) bool {
		if !strings.EqualFold(p.Name, s.Model.Namespace) {
			return false
		}
		return p.ID == "" || s.Repository == nil || s.Repository.Owner == nil || p.ID == s.Repository.Owner.ID
	})
}

// others are the publishers that the policy trusts, which are protected too, without the
// one that is asked for.
func others(s *gate.Subject) []string {
	var out []string
	for _, p := range s.Trusted {
		if !strings.EqualFold(p.Name, s.Model.Namespace) {
			out = append(out, p.Name)
		}
	}
	return out
}

// place is the first reference to the model; of one that is judged by itself, the model.
func place(s *gate.Subject) gate.Location {
	if len(s.References) == 0 {
		return gate.Location{Path: s.Model.Key()}
	}
	first := slices.MinFunc(s.References, func(a, b gate.Reference) int {
		return cmp.Or(strings.Compare(a.At.Path, b.At.Path), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	})
	return first.At
}
