// Package watch compares the models of a lock with what the Hub says of them now, and
// tells each change once: who owns the name, whether the pinned commit is still there and
// has the same bytes, what is new on the branch or tag that the code asks for.
package watch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/modelgate/gate"
)

// KindAlert is a change of a locked model at its registry.
const KindAlert gate.Kind = "watch.alert"

// Alert is the data of KindAlert.
type Alert struct {
	Type  string `json:"type"` // one of Types
	Key   string `json:"key"`  // of the lock, as "hf:org/name@main"
	Model string `json:"model"`
	// Before and After are the values that differ, where there are such: commits, ids,
	// names, digests.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	File   string `json:"file,omitempty"`
	// Reason says why a check failed, as gate.Unavailable does, and Runs how many runs in
	// a row could not check the model.
	Reason string `json:"reason,omitempty"`
	Runs   int    `json:"runs,omitempty"`
	// Details are further facts; those in capitals are names.
	Details []string `json:"details"`
	Message string   `json:"message"` // what happened and what to do

	// At is the entry of the lock.
	At gate.Location `json:"-"`
}

// Fingerprint is what two alerts of the same change share.
func (a *Alert) Fingerprint() string {
	after := a.After
	if a.Type == checkFailed {
		after = a.Reason
		if slices.Contains(a.Details, escalated) {
			after = escalated
		}
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{a.Type, a.Key, a.File, after}, "\x00")))
	return hex.EncodeToString(sum[:])
}

// Hub is what is asked.
type Hub interface {
	Info(ctx context.Context, name, revision string) (*gate.Repository, error)
	Refs(ctx context.Context, name string) ([]gate.Ref, error)
	Tree(ctx context.Context, name, revision string) ([]gate.RemoteFile, error)
	Owner(ctx context.Context, name string) (*gate.Publisher, error)
	Reachable(ctx context.Context, name, commit string, refs []gate.Ref) (string, error)
	Open(ctx context.Context, r *gate.Repository, f gate.RemoteFile) (gate.RemoteReader, error)
}

// Options say what is compared with what.
type Options struct {
	Hub    Hub
	Models []gate.Locked
	// State is that of the last run; nil for the first.
	State *State
	// LockedAt is when the history of the lock first had an entry, by its key, where that
	// is known.
	LockedAt map[string]time.Time
	// Escalate is the number of runs in a row that may fail before a failure is raised
	// once more; zero means 3.
	Escalate int
	// Jitter bounds a random wait before each model, so that many watchers that begin at
	// the same minute do not ask at the same second.
	Jitter time.Duration
	// Inspect reads new files of a model. An error says that they could not be had. It may
	// be nil.
	Inspect  func(context.Context, *gate.Repository, []gate.RemoteFile) (Look, error)
	Progress func(done, all int)
}

// Result is what a run found. Alerts are sorted by model and type.
type Result struct {
	// Raised are the alerts that are new. Open are all of which the cause is still there.
	Raised, Open []Alert
	// State belongs to the next run. It must not be kept before the alerts that were
	// raised have reached somebody.
	State *State
	// Notes say what could not be looked at.
	Notes []string
}

const (
	atOnce    = 4
	modelTime = 90 * time.Second
)

// Run asks about all models. Its error says that the context was cancelled; a Hub that
// does not answer is an alert.
func Run(ctx context.Context, opt Options) (*Result, error) {
	if opt.State == nil {
		opt.State = NewState()
	}
	if opt.Escalate <= 0 {
		opt.Escalate = 3
	}
	w := &watcher{Options: opt}
	models := w.order()
	done := make([]*inspection, len(models))
	var next, finished atomic.Int64
	var wg sync.WaitGroup
	for range min(atOnce, len(models)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(models); i = int(next.Add(1)) - 1 {
				done[i] = w.inspect(ctx, models[i])
				if n := finished.Add(1); opt.Progress != nil {
					opt.Progress(int(n), len(models))
				}
			}
		})
	}
	wg.Wait()
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, fmt.Errorf("watching: %w", context.Cause(ctx))
	}
	return w.result(done), nil
}

// watcher is one run.
type watcher struct {
	Options
	limited atomic.Bool // the Hub answers no more requests
}

// order begins with the models that could not be checked for the longest time, so that a
// limit of requests does not hide the same ones from each run.
func (w *watcher) order() []gate.Locked {
	return slices.SortedFunc(slices.Values(w.Models), func(a, b gate.Locked) int {
		return cmp.Or(cmp.Compare(w.State.failures(b.Key), w.State.failures(a.Key)), cmp.Compare(a.Key, b.Key))
	})
}

func (w *watcher) inspect(ctx context.Context, l gate.Locked) *inspection {
	m := newInspection(w, l)
	timed, cancel := context.WithTimeout(ctx, modelTime)
	defer cancel()
	switch {
	case w.limited.Load():
		m.failed(&gate.Unavailable{Reason: gate.ReasonRateLimited, Detail: "the limit of requests was reached before this model"})
	case !pause(ctx, w.Jitter):
		m.failed(&gate.Unavailable{Reason: gate.ReasonTimeout, Detail: "the time for the run was spent before this model"})
	default:
		m.run(timed)
	}
	m.finish(timed.Err() != nil)
	return m
}

// pause waits a random time up to a bound, and tells whether there is time left.
func pause(ctx context.Context, most time.Duration) bool {
	if most > 0 {
		select {
		case <-time.After(rand.N(most)):
		case <-ctx.Done():
		}
	}
	return ctx.Err() == nil
}

func (w *watcher) result(done []*inspection) *Result {
	r := &Result{State: NewState()}
	for _, m := range done {
		r.Notes = append(r.Notes, m.notes...)
		before := w.State.raised(m.locked.Key)
		open := append([]Alert{}, m.open(w.State.alerts(m.locked.Key))...)
		for _, a := range open {
			if !before[a.Fingerprint()] {
				r.Raised = append(r.Raised, a)
			}
		}
		r.Open = append(r.Open, open...)
		r.State.models[m.locked.Key] = entry{Seen: m.now, Failures: m.failures, Alerts: open}
	}
	slices.SortFunc(r.Raised, compare)
	slices.SortFunc(r.Open, compare)
	slices.Sort(r.Notes)
	return r
}

func compare(a, b Alert) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(rank(a.Type), rank(b.Type)), cmp.Compare(a.File, b.File), cmp.Compare(a.After, b.After))
}
