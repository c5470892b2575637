package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/hub"
)

// inspection is the comparison of one locked model with the Hub.
type inspection struct {
	*watcher
	locked   gate.Locked
	id       gate.ModelID
	before   Seen // at the last run
	now      Seen
	alerts   []Alert
	failure  *gate.Unavailable
	failures int
	notes    []string
}

func newInspection(w *watcher, l gate.Locked) *inspection {
	seen := w.State.models[l.Key].Seen
	m := &inspection{watcher: w, locked: l, before: seen, now: seen}
	_, id, _ := strings.Cut(l.Key, ":")
	name, revision, _ := strings.Cut(id, "@")
	m.id = gate.ModelID{Source: "hf", Name: name, Revision: revision}
	if namespace, rest, ok := strings.Cut(name, "/"); ok {
		m.id.Namespace, m.id.Name = namespace, rest
	}
	return m
}

// run makes five requests for a model that has not changed, some more for one that has.
func (m *inspection) run(ctx context.Context) {
	repo, asked := m.find(ctx)
	if repo == nil {
		return
	}
	m.status(repo)
	m.identity(repo, m.owner(ctx, repo))
	if m.over(ctx) {
		return
	}
	refs, err := m.Hub.Refs(ctx, repo.Name)
	if err != nil {
		m.refused(repo, err)
	}
	if asked && !m.over(ctx) {
		repo = m.current(ctx, repo, refs)
		m.moved(ctx, repo, refs)
	}
	if !m.over(ctx) {
		m.pinned(ctx, repo, refs)
	}
	if !m.over(ctx) {
		m.access(ctx, repo)
	}
}

// over tells that there is no use in asking on.
func (m *inspection) over(ctx context.Context) bool {
	return m.limited.Load() || ctx.Err() != nil
}

// find asks for the model at the revision of the code, or else at its default branch;
// asked tells which it is.
func (m *inspection) find(ctx context.Context) (repo *gate.Repository, asked bool) {
	repo, err := m.Hub.Info(ctx, m.id.Key(), m.id.Revision)
	if reason(err) != gate.ReasonRevision {
		m.found(err)
		return repo, true
	}
	if !hub.IsCommit(m.id.Revision) {
		m.raise(Alert{Type: modelUnavailable, Before: m.id.Revision, After: "revision"}, "The model %s has no branch or tag %q any more.", m.id.Key(), m.id.Revision)
	}
	repo, err = m.Hub.Info(ctx, m.id.Key(), "")
	if reason(err) == gate.ReasonRevision { // there is not even a default branch
		m.pinned(ctx, &gate.Repository{Name: m.id.Key()}, nil)
		return nil, false
	}
	m.found(err)
	return repo, false
}

// found judges the answer about the model itself.
func (m *inspection) found(err error) {
	switch reason(err) {
	case gate.ReasonNotFound:
		m.raise(Alert{Type: modelUnavailable, Details: []string{clip(err.Error())}}, "The model %s does not answer any more: it was deleted or made private.", m.id.Key())
	case gate.ReasonDisabled:
		m.disabled()
	case gate.ReasonGated:
		m.lost()
	default:
		if err != nil {
			m.fail(err)
		}
	}
}

// refused judges an answer about a part of a model that is there.
func (m *inspection) refused(repo *gate.Repository, err error) {
	switch why := reason(err); {
	case why == gate.ReasonDisabled:
		m.disabled()
	case why == gate.ReasonGated, why == gate.ReasonNotFound && repo.Gated != "":
		m.lost()
	default:
		m.fail(err)
	}
}

func (m *inspection) disabled() {
	m.raise(Alert{Type: modelDisabled}, "The Hub has disabled the model %s.", m.id.Key())
}

// lost says that files cannot be read that could be when the model was locked.
func (m *inspection) lost() {
	if slices.ContainsFunc(m.locked.Files, func(f gate.LockedFile) bool { return f.Excluded != "unread" }) {
		m.raise(Alert{Type: accessLost}, "The files of %s cannot be read any more by who asks.", m.id.Key())
	}
}

func (m *inspection) gone() {
	m.raise(Alert{Type: pinnedCommitGone, Before: m.locked.Commit}, "The model %s has no commit %.12s any more.", m.id.Key(), m.locked.Commit)
}

// current is the model at the commit that the list of references has: after a force push
// the Hub has answered with commits that were gone.
func (m *inspection) current(ctx context.Context, repo *gate.Repository, refs []gate.Ref) *gate.Repository {
	ref := refOf(refs, m.id.Revision)
	if ref.Commit == "" || ref.Commit == repo.Commit {
		return repo
	}
	again, err := m.Hub.Info(ctx, repo.Name, ref.Commit)
	if err == nil {
		return again
	}
	if reason(err) != gate.ReasonRevision {
		m.refused(repo, err)
	}
	return repo
}

// refOf is the branch, or else the tag, of a name.
func refOf(refs []gate.Ref, name string) (found gate.Ref) {
	for _, r := range refs {
		if r.Name == name && (found.Kind == "" || r.Kind == "branch") {
			found = r
		}
	}
	return found
}

// pinned compares what is at the locked commit with the lock.
func (m *inspection) pinned(ctx context.Context, repo *gate.Repository, refs []gate.Ref) {
	files, err := m.Hub.Tree(ctx, repo.Name, m.locked.Commit)
	if reason(err) == gate.ReasonRevision {
		m.gone()
		return
	}
	if err != nil {
		m.refused(repo, err)
		return
	}
	if f, ok := incomparable(m.locked.Files, files); ok {
		m.failed(&gate.Unavailable{Reason: gate.ReasonBadAnswer, Detail: fmt.Sprintf("the registry and the lock have no digest of %q in common", clip(f))})
	}
	for _, d := range difference(m.locked.Files, files, identical) {
		m.raise(Alert{Type: pinnedContentChanged, File: d.path, Before: d.before, After: d.after},
			"At the locked commit %.12s of %s, the file %q is %s.", m.locked.Commit, m.id.Key(), clip(d.path), d.words())
	}
	if refs == nil || m.over(ctx) {
		return
	}
	switch answer, err := m.Hub.Reachable(ctx, repo.Name, m.locked.Commit, refs); {
	case answer == "no":
		m.raise(Alert{Type: impostorCommit, Before: m.locked.Commit},
			"The locked commit %.12s of %s is on no branch and behind no tag: it comes from a pull request, or the history was rewritten.", m.locked.Commit, m.id.Key())
	case reason(err) == gate.ReasonRateLimited, reason(err) == gate.ReasonGated:
		m.note("whether the locked commit of %s is on a branch: its history is longer than what is read, or is not shown", m.locked.Key)
	case err != nil:
		m.refused(repo, err)
	}
}

// access tries to read a file of a model that is gated: the Hub shows all of it but that.
func (m *inspection) access(ctx context.Context, repo *gate.Repository) {
	if repo.Gated == "" || repo.Disabled || m.has(accessLost) {
		return
	}
	var smallest gate.RemoteFile
	for _, f := range repo.Files {
		if f.Size > 0 && (smallest.Size == 0 || f.Size < smallest.Size) {
			smallest = f
		}
	}
	if smallest.Size == 0 {
		return
	}
	r, err := m.Hub.Open(ctx, repo, smallest)
	if err == nil {
		defer r.Close()
		_, err = r.ReadAt(make([]byte, 1), 0)
	}
	if err != nil {
		m.refused(repo, err)
	}
}

// raise states an alert, once for each file, and not more of a type than anybody reads.
func (m *inspection) raise(a Alert, format string, args ...any) {
	a.Key, a.Model, a.At = m.locked.Key, m.id.Key(), m.locked.At
	a.File, a.After, a.Before = clip(a.File), clip(a.After), clip(a.Before)
	if a.Details == nil {
		a.Details = []string{}
	}
	same := 0
	for _, b := range m.alerts {
		if b.Type == a.Type {
			same++
			if b.File == a.File {
				return
			}
		}
	}
	switch {
	case same > maxOfType:
		return
	case same == maxOfType:
		a.File, a.Before, a.After, a.Details = "", "", "more", []string{}
		format, args = "There are more than %d alerts of this type about %s.", []any{maxOfType, m.id.Key()}
	}
	a.Message = fmt.Sprintf(format, args...) + " " + advice(a.Type)
	m.alerts = append(m.alerts, a)
}

const (
	maxOfType  = 40  // alerts of one type about one model
	maxDetails = 20  // of one alert
	maxText    = 300 // bytes of one value
)

func (m *inspection) has(name string) bool {
	return slices.ContainsFunc(m.alerts, func(a Alert) bool { return a.Type == name })
}

// fail keeps why the model could not be checked: the first reason.
func (m *inspection) fail(err error) {
	var u *gate.Unavailable
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		u = &gate.Unavailable{Reason: gate.ReasonTimeout, Detail: "the time for it is spent"}
	case !errors.As(err, &u):
		u = &gate.Unavailable{Reason: gate.ReasonBadAnswer, Detail: err.Error()}
	}
	m.failed(u)
}

func (m *inspection) failed(u *gate.Unavailable) {
	if u.Reason == gate.ReasonRateLimited {
		m.limited.Store(true)
	}
	if m.failure == nil {
		m.failure = u
	}
}

// finish counts the runs that failed. No answer once the time is spent is a matter of the
// time and not of the network.
func (m *inspection) finish(timeout bool) {
	if m.failure == nil {
		return
	}
	if timeout && m.failure.Reason == gate.ReasonNetwork {
		m.failure = &gate.Unavailable{Reason: gate.ReasonTimeout, Detail: m.failure.Detail}
	}
	m.failures = min(m.State.failures(m.locked.Key)+1, maxFailures)
	a := Alert{Type: checkFailed, Reason: m.failure.Reason, Runs: m.failures, Details: []string{m.failure.Detail}}
	if m.failures >= m.Escalate {
		a.Details = append(a.Details, escalated)
	}
	times := ""
	if m.failures > 1 {
		times = fmt.Sprintf(", for the %d. run in a row", m.failures)
	}
	m.raise(a, "The model %s could not be checked%s: %s.", m.id.Key(), times, clip(m.failure.Detail))
}

// open are the alerts of which the cause is there. What could not be looked at is taken
// to be as it was.
func (m *inspection) open(before []Alert) []Alert {
	out := slices.Clone(m.alerts)
	if m.failure == nil {
		return out
	}
	for _, a := range before {
		if a.Type == checkFailed || slices.ContainsFunc(out, func(b Alert) bool { return a.Type == b.Type && a.File == b.File }) {
			continue
		}
		a.At = m.locked.At
		out = append(out, a)
	}
	slices.SortFunc(out, compare)
	return out
}

func (m *inspection) note(format string, args ...any) {
	m.notes = append(m.notes, fmt.Sprintf(format, args...))
}

// younger tells that something began after the model was locked.
func (m *inspection) younger(id string, created time.Time) bool {
	at := m.LockedAt[m.locked.Key]
	if t := hub.IDTime(id); !t.IsZero() {
		created = t
	}
	return !at.IsZero() && created.After(at)
}

func reason(err error) string {
	if u, ok := errors.AsType[*gate.Unavailable](err); ok {
		return u.Reason
	}
	return ""
}

// clip bounds a text of a stranger.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "") + "…"
}
