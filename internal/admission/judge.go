package admission

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/scan"
)

// facts are those about the model itself: who publishes it, and how it compares with the
// lock.
func (w *admission) facts(ctx context.Context) ([]gate.Evidence, error) {
	ref := gate.Reference{
		Model: w.Model, Loader: "gate fetch", At: gate.Location{Path: scan.Remote(w.Model, "")}, Context: gate.InCode, Resolution: gate.Literal,
		Immutable: true, // what is fetched is one commit, whatever becomes of the branch
	}
	opt := scan.Online{
		Registries: map[string]gate.Registry{"hf": answered{w.repo}}, Trusted: run.Trusted(w.Policy), Limits: run.LimitsOf(w.Policy),
	}
	if w.Locked != nil {
		opt.Locked = func(gate.ModelID) (gate.Locked, bool) { return *w.Locked, true }
	}
	found, err := w.Session.Models(ctx, []gate.Reference{ref}, opt)
	if err != nil {
		return nil, err
	}
	// The files are read later.
	facts := slices.DeleteFunc(found.Evidence, func(e gate.Evidence) bool { return strings.HasPrefix(e.At.Path, ref.At.Path+"/") })
	return append(facts, run.ReferenceFacts([]gate.Reference{ref})...), nil
}

// answered is a registry that has answered already, and gives no bytes.
type answered struct{ repo *gate.Repository }

// Repository implements gate.Registry.
func (a answered) Repository(context.Context, gate.ModelID) (*gate.Repository, error) {
	return a.repo, nil
}

// Open implements gate.Registry.
func (answered) Open(context.Context, *gate.Repository, gate.RemoteFile) (gate.RemoteReader, error) {
	return nil, errors.New("the file was not downloaded yet")
}

// inspect scans the files in the quarantine and judges them.
func (w *admission) inspect(ctx context.Context, files fs.FS, digests map[string]string) (allowed bool, err error) {
	res, err := w.Session.Tree(ctx, files, scan.Options{
		Inspectors: checks.Inspectors(), Auditors: checks.Auditors(), Limits: run.LimitsOf(w.Policy), Models: true,
	})
	if err != nil {
		return false, err
	}
	w.name(res, digests)
	report, err := w.verdict(ctx, &run.Findings{
		Artifacts: []gate.Artifact{{Model: w.Model, Publisher: w.repo.Owner, Repository: w.repo, Mode: "full", Files: res.Files}},
		Evidence:  slices.Concat(w.known, res.Evidence),
		Stats:     res.Stats,
		Unjudged:  append(run.Unjudged(res), w.left...),
	})
	if err != nil {
		return false, err
	}
	w.report = report
	return report.Verdict == gate.Pass, nil
}

// later are the rules about what can be had only once a model is here, and about the
// repository that is to use it: `gate check` asks them.
var later = []string{"behaviour-untested", "test-results-missing", "security-scan-missing", "enforcement-missing"}

// verdict judges, and leaves to later what is later.
func (w *admission) verdict(ctx context.Context, found *run.Findings) (*gate.Report, error) {
	r, err := w.judgement.Decide(ctx, found)
	if err != nil {
		return nil, err
	}
	var postponed []string
	r.Violations = slices.DeleteFunc(r.Violations, func(v gate.Violation) bool {
		if !slices.Contains(later, v.Rule) {
			return false
		}
		if !slices.Contains(postponed, v.Rule) {
			postponed = append(postponed, v.Rule)
		}
		return true
	})
	if len(postponed) > 0 {
		r.Unjudged = append(r.Unjudged, "what the policy asks for before a model is used: "+strings.Join(postponed, ", "))
	}
	r.Verdict = run.Verdict(r.Violations)
	return r, nil
}

// name says of what a scan found whose files they are, and which digests they have.
func (w *admission) name(res *scan.Result, digests map[string]string) {
	prefix := scan.Remote(w.Model, "") + "/"
	byName := map[string]string{}
	for name, sum := range digests {
		byName[scan.Remote(w.Model, name)] = sum
	}
	for i := range res.Files {
		f := &res.Files[i]
		f.Path = prefix + f.Path
		if sum := byName[f.Path]; sum != "" {
			f.SHA256 = sum
		}
	}
	for i := range res.Evidence {
		e := &res.Evidence[i]
		e.At.Path, e.Model = prefix+e.At.Path, w.Model.Key()
		if fact, ok := e.Data.(gate.FileFact); ok {
			fact.Model, fact.Dir = w.Model.Key(), path.Join(prefix, fact.Dir)
			if sum := byName[e.At.Path]; sum != "" {
				fact.SHA256 = sum
			}
			e.Data = fact
		}
	}
}
