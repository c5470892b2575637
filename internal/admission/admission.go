// Package admission downloads a model of the Hub as far as a policy allows: by the names of
// its files before the download, and by what they hold before they leave the quarantine.
package admission

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/fetch"
	"github.com/modelgate/gate/internal/hub"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/scan"
	"github.com/modelgate/gate/internal/usage"
)

// Options say which model is wanted and what judges it.
type Options struct {
	Session  *run.Session
	Policy   *config.Policy
	Custom   map[string][]byte // the organisation's own rules by file
	Only     []string          // rules; empty means all
	Model    gate.ModelID
	Client   *hub.Client
	Locked   *gate.Locked // nil where the model is not locked
	Include  []string     // globs of files; empty means all
	Exclude  []string     // globs of files
	Keep     bool         // the files of a refused model stay in the quarantine
	Target   func(commit string) (fetch.Target, error)
	Transfer func() (step func(done, all int64), done func()) // begins to show a download
}

// Result is what became of a model.
type Result struct {
	Report *gate.Report
	Place  string // of the files; empty where the model is refused
	Kept   string // where the refused files are
}

// Model downloads a model through a quarantine.
func Model(ctx context.Context, opt Options) (*Result, error) {
	w := &admission{Options: opt, judgement: run.Judgement{
		Session: opt.Session, Policy: opt.Policy, Custom: opt.Custom, Only: opt.Only, Started: opt.Session.Now(), Root: scan.Remote(opt.Model, ""),
	}}
	refused, err := w.choose(ctx)
	if err != nil || refused != nil {
		return &Result{Report: refused}, err
	}
	return w.download(ctx)
}

// admission is the work on one model.
type admission struct {
	Options
	judgement run.Judgement
	repo      *gate.Repository

	known  []gate.Evidence // of the model, whatever its files hold
	chosen []gate.RemoteFile
	left   []string // why files are not fetched
	report *gate.Report
}

// choose asks the Hub about the model, and takes those of its files that the policy allows
// by their names. The report is that of a model of which it allows nothing.
func (w *admission) choose(ctx context.Context) (refused *gate.Report, err error) {
	ask := w.Model
	if w.Locked != nil {
		ask.Revision = w.Locked.Commit
	}
	if w.repo, err = w.Client.Repository(ctx, ask); err != nil {
		return nil, err
	}
	w.repo.Model = w.Model
	if w.known, err = w.facts(ctx); err != nil {
		return nil, err
	}
	w.sift()
	if len(w.chosen) == 0 {
		return nil, usage.Errorf("no file of %s is to be fetched: %s", w.Model, strings.Join(append(w.left, "none has the name that was asked for"), "; "))
	}
	found := &run.Findings{Evidence: slices.Concat(w.known, w.promised())}
	report, err := w.verdict(ctx, found)
	if err != nil || w.drop(report) {
		return nil, err
	}
	return w.refuse(ctx, found, "what the files hold: nothing was downloaded, and the formats are those that the names promise")
}

// download fetches the files.
func (w *admission) download(ctx context.Context) (*Result, error) {
	target, err := w.Target(w.repo.Commit)
	if err != nil {
		return nil, usage.Error{Err: err}
	}
	step, done := w.Transfer()
	place, err := fetch.Model(ctx, fetch.Options{
		Client: w.Client, Repository: w.repo, Files: w.chosen, Locked: w.Locked, Target: target, Keep: w.Keep,
		Progress: step,
		Scan: func(ctx context.Context, files fs.FS, digests map[string]string) (bool, error) {
			done()
			return w.inspect(ctx, files, digests)
		},
	})
	done()
	return w.outcome(ctx, place, err)
}

// outcome is what became of the model.
func (w *admission) outcome(ctx context.Context, place string, err error) (*Result, error) {
	var wrong *fetch.Mismatch
	var refused *fetch.Refusal
	var odd *gate.Unavailable
	switch {
	case err == nil:
		w.report.Unjudged = append(w.report.Unjudged, w.strangers(place)...)
		return &Result{Report: w.report, Place: place}, nil
	case errors.As(err, &refused):
		return &Result{Report: w.report, Kept: refused.Kept}, nil
	case errors.As(err, &wrong):
		fact := gate.Checksum{Name: wrong.Path, Want: wrong.Want, Got: wrong.Got, By: wrong.By, State: "differs"}
		if wrong.By == "" {
			fact.Model, fact.By = w.Model.Key(), w.Locked.At.Path
		}
		return w.accuse(ctx, "digest-mismatch", gate.Evidence{
			Kind: gate.KindChecksum, At: gate.Location{Path: scan.Remote(w.Model, wrong.Path)}, Model: fact.Model, Data: fact,
		})
	case errors.As(err, &odd) && odd.Reason == gate.ReasonBadAnswer:
		return w.accuse(ctx, "registry-misbehaves", gate.Evidence{
			Kind: gate.KindServer, At: gate.Location{Path: scan.Remote(w.Model, "")}, Model: w.Model.Key(), Data: gate.Server{ID: w.Model.Key(), Reason: odd.Detail},
		})
	}
	return nil, err
}

// strangers says which files of the place others have put there.
func (w *admission) strangers(place string) []string {
	known := map[string]bool{}
	for _, f := range w.chosen {
		known[f.Path] = true
	}
	var others []string
	err := fs.WalkDir(os.DirFS(place), ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !known[p] {
			others = append(others, p)
		}
		return err
	})
	if err != nil || len(others) == 0 {
		return nil
	}
	noun := "file"
	if len(others) > 1 {
		noun = "files"
	}
	return []string{fmt.Sprintf("%d %s in %s that this run did not fetch, such as %q", len(others), noun, place, others[0])}
}

// accuse reports what no policy can allow.
func (w *admission) accuse(ctx context.Context, rule string, why gate.Evidence) (*Result, error) {
	w.Policy.Raise(rule, gate.Deny)
	found := &run.Findings{Evidence: append(slices.Clone(w.known), why), Unjudged: w.left}
	report, err := w.refuse(ctx, found, "what the files hold: they are not those that they should be")
	return &Result{Report: report}, err
}

// refuse reports a model of which nothing was scanned.
func (w *admission) refuse(ctx context.Context, found *run.Findings, unjudged string) (*gate.Report, error) {
	found.Artifacts = []gate.Artifact{{Model: w.Model, Publisher: w.repo.Owner, Repository: w.repo, Files: []gate.File{}}}
	found.Unjudged = append([]string{unjudged}, found.Unjudged...)
	return w.verdict(ctx, found)
}
