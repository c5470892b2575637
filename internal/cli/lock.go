package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/scan"
)

// lock pins the models that a repository uses: their commit, owner and files.
func (c *Command) lock(ctx context.Context, args []string) (bool, error) {
	f := c.flags("lock", "[DIR]")
	var run runFlags
	run.register(f)
	quiet := f.Bool("quiet", false, "print nothing but errors")
	var upgrade list
	f.Var(&upgrade, "upgrade", "pin the model with this `KEY`, such as hf:org/name@main, anew (repeatable; \"all\" for all)")
	rest, err := parse(f, args)
	if err != nil {
		return false, err
	}
	repo, err := c.repository(rest, "lock", run.policy)
	if err != nil {
		return false, err
	}
	defer repo.root.Close()
	old, err := c.readLock(run.lock, repo.root)
	if err != nil {
		return false, err
	}
	for _, key := range upgrade {
		if key != "all" && !slices.Contains(old.Keys(), key) {
			return false, usagef("--upgrade %q: the lock has no such key, only %s", key, strings.Join(old.Keys(), ", "))
		}
	}
	registries, err := c.registries(run.offline, false)
	if err != nil {
		return false, err
	}
	refs, err := c.references(ctx, repo)
	if err != nil {
		return false, err
	}
	path := filepath.Join(repo.dir, lock.Name)
	if run.lock != "" {
		path = run.lock
	}
	l := &locking{cmd: c, old: old, now: lock.New(path), upgrade: upgrade, quiet: *quiet}
	ask, err := l.keep(refs)
	if err != nil {
		return false, err
	}
	if len(ask) > 0 && registries == nil {
		return false, usagef("%s is not locked yet, and the run is offline: the registries must be asked", plural(len(ask), "model"))
	}
	if err := l.ask(ctx, ask, repo.policy, registries); err != nil {
		return false, err
	}
	if err := writeFile(c.path(path), l.now.Bytes()); err != nil {
		return false, fmt.Errorf("writing the lock: %w", err)
	}
	l.say("%s: %s locked\n", path, plural(len(l.now.Keys()), "model"))
	return len(l.failed) > 0, nil
}

// locking is the work on a lock: old entries are kept, others are asked for.
type locking struct {
	cmd      *Command
	old, now *lock.File
	upgrade  []string
	failed   []string
	quiet    bool
}

func (l *locking) say(format string, args ...any) {
	if !l.quiet {
		fmt.Fprintf(l.cmd.Stdout, format, args...)
	}
}

// keep takes over the entries of models that are still used, and returns the references
// to those that have none or shall get a new one.
func (l *locking) keep(refs []gate.Reference) (ask []gate.Reference, err error) {
	for _, r := range refs {
		if !lockable(r) {
			continue
		}
		key := lock.Key(r.Model)
		entry, ok := l.old.Lookup(r.Model)
		if !ok || slices.Contains(l.upgrade, key) || slices.Contains(l.upgrade, "all") {
			ask = append(ask, r)
			continue
		}
		entry.Key = key // that of the commit, where the code pins it now
		if err := l.now.Put(entry); err != nil {
			return nil, err
		}
	}
	return ask, nil
}

// lockable tells whether a reference names a model of a registry that is judged.
func lockable(r gate.Reference) bool {
	return r.Resolution != gate.Dynamic && r.Model.Source != "local" && r.Model.Key() != "" && r.Context != gate.InTest && r.Context != gate.InDoc
}

// ask looks at models as the check does, and locks each with the verdict.
func (l *locking) ask(ctx context.Context, refs []gate.Reference, pol *config.Policy, registries map[string]gate.Registry) error {
	found, err := l.cmd.models(ctx, refs, scan.Online{
		Inspectors: checks.Inspectors(), Registries: registries, Trusted: trusted(pol), Limits: limitsOf(pol),
	})
	if err != nil {
		return err
	}
	j := &judgement{cmd: l.cmd, policy: pol, started: l.cmd.now()}
	report, err := j.decide(ctx, found)
	if err != nil {
		return err
	}
	for _, a := range found.Artifacts {
		entry := locked(a, report, l.cmd.now())
		if err := l.now.Put(entry); err != nil {
			return err
		}
		l.say("locked %s at %.12s, %s, verdict %s\n", entry.Key, entry.Commit, plural(len(entry.Files), "file"), entry.Scan.Verdict)
	}
	for _, e := range found.Evidence {
		if u, ok := e.Data.(gate.Unavailable); ok && !slices.Contains(l.failed, u.ID) {
			l.failed = append(l.failed, u.ID)
			fmt.Fprintf(l.cmd.Stderr, "gate: %s:%d: not locked: %s\n", e.At.Path, e.At.Line, u.Detail)
		}
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
	why := map[string]string{}
	sections := map[string]string{}
	for _, rule := range r.Rules {
		sections[rule.ID] = rule.Section
	}
	for _, v := range r.Violations {
		if v.Model != a.Model.Key() || v.Level != gate.Deny || v.Waived != nil {
			continue
		}
		l.Scan.Verdict = gate.Fail
		outer, _, _ := strings.Cut(v.At.Path, "!")
		why[outer] = "denied"
		if sections[v.Rule] == "serialization" {
			why[outer] = "format"
		}
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

// references are those of a repository, joined over its files.
func (c *Command) references(ctx context.Context, repo *repository) ([]gate.Reference, error) {
	fsys := repo.files
	progress := c.progress("files")
	res, err := scan.Tree(ctx, fsys, scan.Options{Finders: checks.Finders(), Limits: limitsOf(repo.policy), Progress: progress.step})
	progress.done()
	if err != nil {
		return nil, err
	}
	return join(fsys, res), nil
}

// writeFile writes a file whole or not at all.
func writeFile(path string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".gate-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// plural is a number with its noun.
func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
