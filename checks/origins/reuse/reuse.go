// Package reuse states whether a model's name still leads to the repository and the
// account that it led to when it was locked, or when this repository first wrote it. A
// name can be deleted and taken by somebody else; the identifiers cannot. See
// https://atlas.mitre.org/studies/AML.CS0065.
package reuse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/objectid"
)

// The kinds that the auditor states.
const (
	kindIdentity gate.Kind = "reuse.identity"
	kindAge      gate.Kind = "reuse.age"
	kindTime     gate.Kind = "reuse.contradiction"
)

// The relations of what is there now to what was locked or trusted.
const (
	moved         = "moved"          // the same repository under another name
	ownerChanged  = "owner_changed"  // the same repository, given to another account
	ownerReplaced = "owner_replaced" // the name of the owner belongs to another account
	recreated     = "recreated"      // another repository of the same account
	reused        = "reused"         // another repository of another account
)

// Identity is the data of reuse.identity.
type Identity struct {
	Model    string `json:"model"`
	Registry string `json:"registry"`
	Relation string `json:"relation"`
	Want     string `json:"want"`
	Got      string `json:"got"`
	By       string `json:"by"` // what is compared with: lock, policy or reference
	// YoungerThanLock says that the repository or its owner was made after those that the
	// lock has.
	YoungerThanLock bool `json:"younger_than_lock"`
}

// Age is the data of reuse.age: what is younger than the first reference to it.
type Age struct {
	Model          string   `json:"model"`
	Registry       string   `json:"registry"`
	FirstReference string   `json:"first_reference"`
	Repository     string   `json:"repository,omitempty"`
	Owner          string   `json:"owner,omitempty"`
	OwnerID        string   `json:"owner_id,omitempty"`
	Younger        []string `json:"younger"` // repository, owner
	Locked         bool     `json:"locked"`  // the lock has this very repository
}

// Contradiction is the data of reuse.contradiction: an identifier whose time is not the
// one that the registry states.
type Contradiction struct {
	Model    string `json:"model"`
	Registry string `json:"registry"`
	ObjectID string `json:"object_id"`
	Time     string `json:"time"` // that of the identifier
	Created  string `json:"created"`
}

// Auditor compares the identity of a model with what it was.
type Auditor struct{}

// Spec describes the auditor.
func (Auditor) Spec() gate.Spec {
	return gate.Spec{
		Name:  "reuse",
		Doc:   "States whether the name of a model still leads to the repository and the owner that were meant.",
		Emits: map[gate.Kind]any{kindIdentity: Identity{}, kindAge: Age{}, kindTime: Contradiction{}, gate.KindIncomplete: gate.Incomplete{}},
	}
}

// Audit states what differs; nothing where the registry was not asked.
func (Auditor) Audit(_ context.Context, s *gate.Subject, out gate.Recorder) {
	if s.Repository == nil {
		return
	}
	if s.Locked != nil {
		compare(s, out)
	} else {
		follow(s, out)
	}
	trust(s, out)
	age(s, out)
	contradict(s, out)
}

// compare states how the repository and its owner relate to those of the lock.
func compare(s *gate.Subject, out gate.Recorder) {
	l, r := s.Locked, s.Repository
	was, is := l.Owner, owner(r)
	state := func(relation, want, got string) {
		out.Emit(kindIdentity, s.At(), Identity{
			Model: s.Model.Key(), Registry: s.Model.Source, Relation: relation, Want: want, Got: got, By: "lock",
			YoungerThanLock: younger(r.ID, l.ID) || younger(is.ID, was.ID),
		})
	}
	if l.ID != "" && r.ID == "" || was.ID != "" && r.Owner != nil && is.ID == "" {
		out.Emit(gate.KindIncomplete, s.At(), gate.Incomplete{
			Reason: fmt.Sprintf("the registry does not state the identity of %q or of its owner, which the lock has: others may have the name", s.Model.Key()),
		})
	}
	otherOwner := was.ID != "" && is.ID != "" && was.ID != is.ID
	switch {
	case l.ID != "" && r.ID != "" && l.ID != r.ID:
		relation := recreated
		if was.ID == "" || is.ID == "" || otherOwner {
			relation = reused
		}
		state(relation, repository(l.Name, l.ID, was), repository(r.Name, r.ID, is))
	case otherOwner && strings.EqualFold(was.Name, is.Name):
		state(ownerReplaced, account(was), account(is))
	case otherOwner:
		state(ownerChanged, account(was), account(is))
	}
	if (l.ID == "" || r.ID == "" || l.ID == r.ID) && l.Name != "" && r.Name != "" && !strings.EqualFold(l.Name, r.Name) {
		state(moved, l.Name, r.Name)
	}
}

// follow states that the registry answered under another name than the code has. The names
// without a namespace that the Hub once had lead on by its own word.
func follow(s *gate.Subject, out gate.Recorder) {
	got := s.Repository.Name
	if s.Model.Namespace == "" || got == "" || strings.EqualFold(got, s.Model.Key()) {
		return
	}
	out.Emit(kindIdentity, s.At(), Identity{
		Model: s.Model.Key(), Registry: s.Model.Source, Relation: moved, Want: s.Model.Key(), Got: got, By: "reference",
	})
}

// trust states that an account has the name of a publisher that the policy trusts, and is
// another one.
func trust(s *gate.Subject, out gate.Recorder) {
	is := owner(s.Repository)
	for _, p := range s.Trusted {
		if is.ID != "" && p.ID != "" && p.ID != is.ID && strings.EqualFold(p.Name, is.Name) {
			out.Emit(kindIdentity, s.At(), Identity{
				Model: s.Model.Key(), Registry: s.Model.Source, Relation: ownerReplaced, Want: account(p), Got: account(is),
				By: "policy", YoungerThanLock: younger(is.ID, p.ID),
			})
		}
	}
}

// imported is the second at which the Hub gave its present identifiers to all that it had:
// what carries it is older than that, nobody knows by how much.
var imported = time.Date(2022, 3, 2, 23, 29, 4, 0, time.UTC)

// tolerance is for clocks, for time zones, and for what is published on the day on which
// it is first used.
const tolerance = 24 * time.Hour

// age states that the repository, or the account that the reference names, is younger than
// the first reference. The account that a model was given to later is not compared.
func age(s *gate.Subject, out gate.Recorder) {
	if s.FirstSeen.IsZero() {
		return
	}
	r, is := s.Repository, owner(s.Repository)
	fact := Age{
		Model: s.Model.Key(), Registry: s.Model.Source, FirstReference: stamp(s.FirstSeen), OwnerID: is.ID,
		Locked: s.Locked != nil && s.Locked.ID != "" && s.Locked.ID == r.ID,
	}
	since := func(what string, created time.Time) string {
		if created.After(imported.Add(tolerance)) && created.After(s.FirstSeen.Add(tolerance)) {
			fact.Younger = append(fact.Younger, what)
		}
		return stamp(created)
	}
	fact.Repository = since("repository", objectid.Created(r.ID, r.Created))
	if strings.EqualFold(is.Name, s.Model.Namespace) {
		fact.Owner = since("owner", objectid.Created(is.ID, is.Created))
	}
	if len(fact.Younger) > 0 {
		out.Emit(kindAge, s.At(), fact)
	}
}

// contradict states that the registry contradicts itself about when a repository was made.
func contradict(s *gate.Subject, out gate.Recorder) {
	r := s.Repository
	made, ok := objectid.Time(r.ID)
	if !ok || s.Model.Source != "hf" || r.Created.IsZero() || made.Sub(r.Created).Abs() <= tolerance {
		return
	}
	out.Emit(kindTime, s.At(), Contradiction{
		Model: s.Model.Key(), Registry: s.Model.Source, ObjectID: r.ID, Time: stamp(made), Created: stamp(r.Created),
	})
}

func owner(r *gate.Repository) gate.Publisher {
	if r.Owner == nil {
		return gate.Publisher{}
	}
	return *r.Owner
}

// younger tells whether an identifier was made after another.
func younger(id, than string) bool {
	made, ok := objectid.Time(id)
	before, known := objectid.Time(than)
	return ok && known && made.After(before)
}

func repository(name, id string, by gate.Publisher) string {
	if by.ID == "" {
		return fmt.Sprintf("%s (%s)", name, id)
	}
	return fmt.Sprintf("%s (%s) of %s", name, id, account(by))
}

func account(p gate.Publisher) string { return fmt.Sprintf("%s (%s)", p.Name, p.ID) }

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
