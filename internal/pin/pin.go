// Package pin locks models: the commit, the owner and the files of each that a repository
// uses, with what was found in them.
package pin

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/scan"
)

// Locking is the work on a lock: old entries are kept, others are asked for.
type Locking struct {
	Old, New *lock.File
	Upgrade  []string // keys of entries to make anew, or "all"
}

// Keep takes over the entries of models that are still used, and returns the references
// to those that have none or shall get a new one.
func (l *Locking) Keep(refs []gate.Reference) (ask []gate.Reference, err error) {
	for _, r := range refs {
		if !run.Lockable(r) {
			continue
		}
		key := lock.Key(r.Model)
		entry, ok := l.Old.Lookup(r.Model)
		if !ok || slices.Contains(l.Upgrade, key) || slices.Contains(l.Upgrade, "all") {
			ask = append(ask, r)
			continue
		}
		entry.Key = key // that of the commit, where the code pins it now
		if err := l.New.Put(entry); err != nil {
			return nil, err
		}
	}
	return ask, nil
}

// Result is what became of the models that were asked for.
type Result struct {
	Locked []gate.Locked
	Failed []Failure
}

// Failure is a model that could not be locked.
type Failure struct {
	Key    string
	At     gate.Location
	Detail string
}

// Ask looks at models as a check does, and locks each with the verdict. The result holds
// what was done before an error, too.
func (l *Locking) Ask(ctx context.Context, s *run.Session, pol *config.Policy, registries map[string]gate.Registry, refs []gate.Reference) (*Result, error) {
	done := &Result{}
	found, err := s.Models(ctx, refs, scan.Online{
		Inspectors: checks.Inspectors(), Registries: registries, Trusted: run.Trusted(pol), Limits: run.LimitsOf(pol),
	})
	if err != nil {
		return done, err
	}
	j := &run.Judgement{Session: s, Policy: pol, Started: s.Now()}
	report, err := j.Decide(ctx, found)
	if err != nil {
		return done, err
	}
	why := map[string]string{} // by key, what kept a model from being locked
	for _, a := range found.Artifacts {
		entry := locked(a, report, s.Now())
		if err := l.New.Put(entry); err != nil {
			why[entry.Key] = err.Error()
			continue
		}
		done.Locked = append(done.Locked, entry)
	}
	for _, r := range refs {
		if err := l.failed(r, found.Evidence, why, done); err != nil {
			return done, err
		}
	}
	return done, nil
}

// failed notes a model that was asked for and is not locked now. What was locked before
// stays so.
func (l *Locking) failed(r gate.Reference, evidence []gate.Evidence, why map[string]string, done *Result) error {
	key := lock.Key(r.Model)
	if _, ok := l.New.Lookup(r.Model); ok {
		return nil
	}
	detail := cmp.Or(why[key], "its registry gave no answer")
	for _, e := range evidence {
		if u, ok := e.Data.(gate.Unavailable); ok && why[key] == "" && (u.ID == r.Model.Key() || u.ID == r.Model.String() || e.Model == r.Model.Key()) {
			detail = u.Detail
			break
		}
	}
	if !slices.ContainsFunc(done.Failed, func(f Failure) bool { return f.Key == key }) {
		done.Failed = append(done.Failed, Failure{key, r.At, detail})
	}
	if entry, ok := l.Old.Lookup(r.Model); ok {
		return l.New.Put(entry)
	}
	return nil
}

// locked is the entry of a model that was looked at.
func locked(a gate.Artifact, r *gate.Report, now time.Time) gate.Locked {
	repo := a.Repository
	l := gate.Locked{
		Key: lock.Key(a.Model), Commit: repo.Commit, ID: repo.ID, Created: repo.Created, Name: repo.Name, Gated: repo.Gated, License: repo.License,
		Scan: &gate.LockedScan{Engine: fmt.Sprintf("gate/%s rules %s", r.Engine.Version, now.UTC().Format(time.DateOnly)), Verdict: gate.Pass, Mode: a.Mode},
	}
	if repo.Owner != nil {
		l.Owner = *repo.Owner
		l.Owner.Members = nil
	}
	why := excluded(a.Model, r)
	if len(why) > 0 {
		l.Scan.Verdict = gate.Fail
	}
	digests := map[string]gate.File{}
	for _, f := range a.Files {
		digests[f.Path] = f
	}
	for _, f := range repo.Files {
		path := scan.Remote(a.Model, f.Path)
		seen := digests[path]
		entry := gate.LockedFile{RemoteFile: f, Excluded: why[path]}
		if entry.SHA256 == "" {
			entry.SHA256 = seen.SHA256
		}
		if entry.Excluded == "" && seen.State == gate.Unread {
			entry.Excluded = "unread"
		}
		l.Files = append(l.Files, entry)
	}
	return l
}

// excluded are the files of a model that are denied, each with the reason.
func excluded(model gate.ModelID, r *gate.Report) map[string]string {
	why := map[string]string{}
	sections := map[string]string{}
	for _, rule := range r.Rules {
		sections[rule.ID] = rule.Section
	}
	for _, v := range r.Violations {
		if v.Model != model.Key() || v.Level != gate.Deny || v.Waived != nil {
			continue
		}
		file := place.Outermost(v.At.Path)
		why[file] = "denied"
		if sections[v.Rule] == "serialization" {
			why[file] = "format"
		}
	}
	return why
}
