// Package lock states what the lock file has of a model, and how the registry's answer
// differs from it: other bytes under the locked commit, or a branch that has moved on.
package lock

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/objectid"
)

// The kinds that the auditor states.
const (
	kindEntry  gate.Kind = "lock.entry"
	kindRecord gate.Kind = "scan.record"
	kindMoved  gate.Kind = "watch.moved"
	kindFile   gate.Kind = "watch.file"
)

// Entry is the data of lock.entry: a model of the lock.
type Entry struct {
	Model    string            `json:"model"`
	Registry string            `json:"registry"`
	Revision string            `json:"revision"` // as the code asks for it
	Key      string            `json:"key"`
	Commit   string            `json:"commit"`
	ID       string            `json:"id,omitempty"`
	Name     string            `json:"name,omitempty"`
	Owner    Owner             `json:"owner"`
	License  string            `json:"license,omitempty"`
	Reviewed []string          `json:"reviewed"` // SHA-256 of approved code
	Files    []gate.LockedFile `json:"files"`
}

// Owner is the owner of a model when it was locked.
type Owner struct {
	Name     string `json:"name"`
	ID       string `json:"id,omitempty"`
	Type     string `json:"type,omitempty"`
	Verified bool   `json:"verified"`
	AgeDays  *int   `json:"age_days,omitempty"` // of the account, now
}

// Record is the data of scan.record: by what the model was judged when it was locked.
type Record struct {
	Model    string       `json:"model"`
	Registry string       `json:"registry"`
	Revision string       `json:"revision"`
	Engine   string       `json:"engine"`
	Mode     string       `json:"mode"` // range or full
	Verdict  gate.Verdict `json:"verdict"`
	AgeDays  *int         `json:"age_days,omitempty"` // of the rules that judged; absent: not known
}

// Moved is the data of watch.moved: a branch or tag that is at another commit than the
// locked one.
type Moved struct {
	Model    string `json:"model"`
	Registry string `json:"registry"`
	Ref      string `json:"ref"`
	Before   string `json:"before"`
	After    string `json:"after"`
}

// File is the data of watch.file: a file that differs between the locked commit and the
// one at which the branch or tag is now.
type File struct {
	Model    string `json:"model"`
	Registry string `json:"registry"`
	Path     string `json:"path"`
	Change   string `json:"change"` // added, removed, changed
	Before   string `json:"before,omitempty"`
	After    string `json:"after,omitempty"`
}

// Auditor compares a model with the lock.
type Auditor struct{}

// Spec describes the auditor.
func (Auditor) Spec() gate.Spec {
	return gate.Spec{
		Name: "lock",
		Doc:  "States what the lock has of a model, and how the registry's files and commits differ from it.",
		Emits: map[gate.Kind]any{
			kindEntry: Entry{}, gate.KindChecksum: gate.Checksum{}, kindRecord: Record{}, kindMoved: Moved{}, kindFile: File{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Audit states the entry of a model that is locked, and compares with the registry if that
// was asked.
func (Auditor) Audit(_ context.Context, s *gate.Subject, out gate.Recorder) {
	l := s.Locked
	if l == nil {
		return
	}
	out.Emit(kindEntry, l.At, entry(s))
	if l.Scan != nil {
		out.Emit(kindRecord, l.At, Record{
			Model: s.Model.Key(), Registry: s.Model.Source, Revision: s.Model.Revision,
			Engine: l.Scan.Engine, Mode: l.Scan.Mode, Verdict: l.Scan.Verdict, AgeDays: rulesAge(l.Scan.Engine, s.Now),
		})
	}
	if s.Repository == nil || l.Commit == "" {
		return
	}
	if strings.EqualFold(s.Repository.Commit, l.Commit) {
		sameCommit(s, out)
	}
	if ref, after := target(s); after != "" && !strings.EqualFold(after, l.Commit) {
		movedOn(s, ref, after, out)
	}
}

func entry(s *gate.Subject) Entry {
	l, o := s.Locked, s.Locked.Owner
	e := Entry{
		Model: s.Model.Key(), Registry: s.Model.Source, Revision: s.Model.Revision, Key: l.Key, Commit: l.Commit,
		ID: l.ID, Name: l.Name, License: l.License, Reviewed: l.Reviewed, Files: l.Files,
		Owner: Owner{Name: o.Name, ID: o.ID, Type: o.Type, Verified: o.Verified},
	}
	if created := objectid.Created(o.ID, o.Created); !created.IsZero() {
		e.Owner.AgeDays = daysSince(created, s.Now)
	}
	return e
}

func daysSince(then, now time.Time) *int {
	if now.IsZero() {
		return nil
	}
	days := max(0, int(now.Sub(then).Hours()/24))
	return &days
}

// dated finds the month or the day of the rules in the name of an engine, such as
// "gate/0.4.0 rules 2026-08".
var dated = regexp.MustCompile(`\b(2[0-9]{3}-[01][0-9])(-[0-3][0-9])?\b`)

// rulesAge is the age of the rules that an engine had; of a month, that of its first day.
func rulesAge(engine string, now time.Time) *int {
	m := dated.FindStringSubmatch(engine)
	if m == nil {
		return nil
	}
	day := m[1] + m[2]
	if m[2] == "" {
		day += "-01"
	}
	made, err := time.Parse(time.DateOnly, day)
	if err != nil || made.After(now) {
		return nil
	}
	return daysSince(made, now)
}
