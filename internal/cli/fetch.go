package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/fetch"
	"github.com/modelgate/gate/internal/hub"
	"github.com/modelgate/gate/internal/scan"
)

// fetch downloads a model of the Hub: what the policy allows of it appears in the cache or
// in a folder once all of it was scanned.
func (c *Command) fetch(ctx context.Context, args []string) (denied bool, err error) {
	f := c.flags("fetch", "ORG/NAME[@REV]")
	var reports reportFlags
	var include, exclude list
	reports.register(f)
	policy := f.String("policy", "", "the policy `FILE` (default: "+policyFiles[0]+" here or in .github)")
	lockFile := f.String("lock", "", "the lock `FILE` (default: models.lock here)")
	folder := f.String("local-dir", "", "put the files in `FOLDER` and not in the cache of the Hub's clients")
	keep := f.Bool("keep-quarantine", false, "leave the files of a refused model in the quarantine")
	f.Var(&include, "include", "fetch only files that match `GLOB` (repeatable)")
	f.Var(&exclude, "exclude", "fetch no files that match `GLOB` (repeatable)")
	rest, err := parse(f, args)
	if err != nil {
		return false, err
	}
	if len(rest) != 1 {
		return false, usagef("fetch needs one model, such as ORG/NAME or ORG/NAME@REVISION")
	}
	out, err := c.outputs(&reports)
	if err != nil {
		return false, err
	}
	w, err := c.fetching(rest[0], *policy, *lockFile)
	if err != nil {
		return false, err
	}
	w.out, w.quiet, w.keep, w.include, w.exclude = out, reports.quiet, *keep, include, exclude
	w.judgement.only = reports.only
	if allowed, err := w.choose(ctx); err != nil || !allowed {
		return !allowed, err
	}
	place, err := w.download(ctx, *folder)
	if err != nil || place == "" {
		return err == nil, err
	}
	_, err = fmt.Fprintln(c.Stdout, place)
	return false, err
}

// fetching is the work on one model.
type fetching struct {
	judgement
	out              *outputs
	quiet, keep      bool
	include, exclude list

	id     gate.ModelID
	client *hub.Client
	locked *gate.Locked
	repo   *gate.Repository

	known  []gate.Evidence // of the model, whatever its files hold
	chosen []gate.RemoteFile
	left   []string // why files are not fetched
	report *gate.Report
}

// fetching reads the configuration of a run.
func (c *Command) fetching(arg, policy, lockFile string) (*fetching, error) {
	id, err := registryModel("hf:" + strings.TrimPrefix(arg, "hf:"))
	if err != nil {
		return nil, err
	}
	if err := hub.CheckName(id.Key()); err != nil {
		return nil, usagef("%q cannot be the name of a model at the Hub: %w", id.Key(), err)
	}
	cfg, err := hub.FromEnv(c.Getenv)
	if err != nil {
		return nil, usageError{err}
	}
	if cfg.Offline {
		return nil, usagef("%q cannot be fetched offline: unset HF_HUB_OFFLINE", arg)
	}
	client, err := hub.New(cfg)
	if err != nil {
		return nil, usageError{err}
	}
	repo, err := c.repository(nil, "fetch", policy)
	if err != nil {
		return nil, err
	}
	defer repo.root.Close()
	locks, err := c.readLock(lockFile, repo.root)
	if err != nil {
		return nil, err
	}
	w := &fetching{id: id, client: client}
	if l, ok := locks.Lookup(id); ok {
		w.locked = &l
	}
	w.judgement = judgement{cmd: c, policy: repo.policy, custom: repo.custom, started: c.now(), root: scan.Remote(id, "")}
	return w, nil
}

// choose asks the Hub about the model, and takes those of its files that the policy allows
// by their names. A model that it does not allow at all is reported.
func (w *fetching) choose(ctx context.Context) (allowed bool, err error) {
	ask := w.id
	if w.locked != nil {
		ask.Revision = w.locked.Commit
	}
	if w.repo, err = w.client.Repository(ctx, ask); err != nil {
		return false, err
	}
	w.repo.Model = w.id
	if w.known, err = w.facts(ctx); err != nil {
		return false, err
	}
	w.sift()
	if len(w.chosen) == 0 {
		return false, usagef("no file of %s is to be fetched: %s", w.id, strings.Join(append(w.left, "none has the name that was asked for"), "; "))
	}
	found := &findings{Evidence: slices.Concat(w.known, w.promised())}
	report, err := w.verdict(ctx, found)
	if err != nil {
		return false, err
	}
	if w.drop(report) {
		return true, nil
	}
	return false, w.refuse(ctx, found, "what the files hold: nothing was downloaded, and the formats are those that the names promise")
}

// facts are those about the model itself: who publishes it, and how it compares with the
// lock.
func (w *fetching) facts(ctx context.Context) ([]gate.Evidence, error) {
	ref := gate.Reference{
		Model: w.id, Loader: "gate fetch", At: gate.Location{Path: scan.Remote(w.id, "")}, Context: gate.InCode, Resolution: gate.Literal,
		Immutable: true, // what is fetched is one commit, whatever becomes of the branch
	}
	opt := scan.Online{
		Registries: map[string]gate.Registry{"hf": answered{w.repo}}, Trusted: trusted(w.policy), Limits: limitsOf(w.policy),
	}
	if w.locked != nil {
		opt.Locked = func(gate.ModelID) (gate.Locked, bool) { return *w.locked, true }
	}
	found, err := w.cmd.models(ctx, []gate.Reference{ref}, opt)
	if err != nil {
		return nil, err
	}
	// The files are read later.
	facts := slices.DeleteFunc(found.Evidence, func(e gate.Evidence) bool { return strings.HasPrefix(e.At.Path, ref.At.Path+"/") })
	return append(facts, referenceFacts([]gate.Reference{ref})...), nil
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

// download fetches the files. The path is empty where the model is refused, which has been
// reported then.
func (w *fetching) download(ctx context.Context, folder string) (string, error) {
	target, err := w.target(folder)
	if err != nil {
		return "", usageError{err}
	}
	progress := w.cmd.transfer(w.quiet)
	place, err := fetch.Model(ctx, fetch.Options{
		Client: w.client, Repository: w.repo, Files: w.chosen, Locked: w.locked, Target: target, Keep: w.keep,
		Progress: progress.step,
		Scan: func(ctx context.Context, files fs.FS, digests map[string]string) (bool, error) {
			progress.done()
			return w.inspect(ctx, files, digests)
		},
	})
	progress.done()
	return w.outcome(ctx, place, err)
}

// target is where the files are to go.
func (w *fetching) target(folder string) (fetch.Target, error) {
	if folder != "" {
		abs, err := filepath.Abs(w.cmd.path(folder))
		return &fetch.Folder{Path: abs}, err
	}
	cache := &fetch.Cache{
		Model: w.id.Key(), Commit: w.repo.Commit, Revision: w.id.Revision, NoLinks: isTrue(w.cmd.Getenv("HF_HUB_DISABLE_SYMLINKS")),
	}
	var err error
	if w.client.CacheDir() == "" {
		return cache, nil
	}
	if cache.Dir, err = filepath.Abs(w.cmd.path(w.client.CacheDir())); err == nil && w.client.HomeDir() != "" {
		cache.Home, err = filepath.Abs(w.cmd.path(w.client.HomeDir()))
	}
	return cache, err
}

func isTrue(s string) bool {
	return slices.Contains([]string{"1", "ON", "YES", "TRUE"}, strings.ToUpper(s))
}

// inspect scans the files in the quarantine and judges them.
func (w *fetching) inspect(ctx context.Context, files fs.FS, digests map[string]string) (allowed bool, err error) {
	progress := w.cmd.progress("files")
	res, err := scan.Tree(ctx, files, scan.Options{
		Inspectors: checks.Inspectors(), Auditors: checks.Auditors(), Limits: limitsOf(w.policy), Models: true, Progress: progress.step,
	})
	progress.done()
	if err != nil {
		return false, err
	}
	w.name(res, digests)
	report, err := w.verdict(ctx, &findings{
		Artifacts: []gate.Artifact{{Model: w.id, Publisher: w.repo.Owner, Repository: w.repo, Mode: "full", Files: res.Files}},
		Evidence:  slices.Concat(w.known, res.Evidence),
		Stats:     res.Stats,
		Unjudged:  append(unjudged(res), w.left...),
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
func (w *fetching) verdict(ctx context.Context, found *findings) (*gate.Report, error) {
	r, err := w.decide(ctx, found)
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
	r.Verdict = verdict(r.Violations)
	return r, nil
}

// name says of what a scan found whose files they are, and which digests they have.
func (w *fetching) name(res *scan.Result, digests map[string]string) {
	prefix := scan.Remote(w.id, "") + "/"
	byName := map[string]string{}
	for name, sum := range digests {
		byName[scan.Remote(w.id, name)] = sum
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
		e.At.Path, e.Model = prefix+e.At.Path, w.id.Key()
		if fact, ok := e.Data.(gate.FileFact); ok {
			fact.Model, fact.Dir = w.id.Key(), path.Join(prefix, fact.Dir)
			if sum := byName[e.At.Path]; sum != "" {
				fact.SHA256 = sum
			}
			e.Data = fact
		}
	}
}

// outcome reports what became of the model.
func (w *fetching) outcome(ctx context.Context, place string, err error) (string, error) {
	var wrong *fetch.Mismatch
	var refused *fetch.Refusal
	var odd *gate.Unavailable
	switch {
	case err == nil:
		w.report.Unjudged = append(w.report.Unjudged, w.strangers(place)...)
		return place, w.out.write(w.report, nil)
	case errors.As(err, &refused):
		if refused.Kept != "" {
			fmt.Fprintf(w.cmd.Stderr, "gate: the refused files are in %s\n", refused.Kept)
		}
		return "", w.out.write(w.report, nil)
	case errors.As(err, &wrong):
		fact := gate.Checksum{Name: wrong.Path, Want: wrong.Want, Got: wrong.Got, By: wrong.By, State: "differs"}
		if wrong.By == "" {
			fact.Model, fact.By = w.id.Key(), w.locked.At.Path
		}
		return "", w.accuse(ctx, "digest-mismatch", gate.Evidence{
			Kind: gate.KindChecksum, At: gate.Location{Path: scan.Remote(w.id, wrong.Path)}, Model: fact.Model, Data: fact,
		})
	case errors.As(err, &odd) && odd.Reason == gate.ReasonBadAnswer:
		return "", w.accuse(ctx, "registry-misbehaves", gate.Evidence{
			Kind: gate.KindServer, At: gate.Location{Path: scan.Remote(w.id, "")}, Model: w.id.Key(), Data: gate.Server{ID: w.id.Key(), Reason: odd.Detail},
		})
	}
	return "", err
}

// strangers says which files of the place others have put there.
func (w *fetching) strangers(place string) []string {
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
	return []string{fmt.Sprintf("%s in %s that this run did not fetch, such as %q", plural(len(others), "file"), place, others[0])}
}

// accuse reports what no policy can allow.
func (w *fetching) accuse(ctx context.Context, rule string, why gate.Evidence) error {
	w.policy.Raise(rule, gate.Deny)
	found := &findings{Evidence: append(slices.Clone(w.known), why), Unjudged: w.left}
	return w.refuse(ctx, found, "what the files hold: they are not those that they should be")
}

// refuse reports a model of which nothing was scanned.
func (w *fetching) refuse(ctx context.Context, found *findings, unjudged string) error {
	found.Artifacts = []gate.Artifact{{Model: w.id, Publisher: w.repo.Owner, Repository: w.repo, Files: []gate.File{}}}
	found.Unjudged = append([]string{unjudged}, found.Unjudged...)
	report, err := w.verdict(ctx, found)
	if err != nil {
		return err
	}
	return w.out.write(report, nil)
}
