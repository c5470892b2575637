package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modelgate/gate/internal/admission"
	"github.com/modelgate/gate/internal/fetch"
	"github.com/modelgate/gate/internal/hub"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/usage"
)

// fetch downloads a model of the Hub: what the policy allows of it appears in the cache or
// in a folder once all of it was scanned.
func (c *Command) fetch(ctx context.Context, args []string) (denied bool, err error) {
	f := c.flags("fetch", "ORG/NAME[@REV]")
	var reports reportFlags
	var include, exclude list
	reports.register(f)
	policy := f.String("policy", "", "the policy `FILE` (default: "+run.PolicyFiles[0]+" here or in .github)")
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
		return false, usage.Errorf("fetch needs one model, such as ORG/NAME or ORG/NAME@REVISION")
	}
	out, err := c.outputs(&reports)
	if err != nil {
		return false, err
	}
	opt, err := c.admission(rest[0], *policy, *lockFile)
	if err != nil {
		return false, err
	}
	opt.Only, opt.Keep, opt.Include, opt.Exclude = reports.only, *keep, include, exclude
	opt.Target = func(commit string) (fetch.Target, error) { return c.target(opt, commit, *folder) }
	opt.Transfer = func() (func(done, all int64), func()) {
		t := c.transfer(reports.quiet)
		return t.step, t.done
	}
	done, err := admission.Model(ctx, *opt)
	if err != nil {
		return false, err
	}
	if done.Kept != "" {
		fmt.Fprintf(c.Stderr, "gate: the refused files are in %s\n", done.Kept)
	}
	if err := out.write(done.Report, nil); err != nil || done.Place == "" {
		return true, err
	}
	_, err = fmt.Fprintln(c.Stdout, done.Place)
	return false, err
}

// admission reads what a model is judged by.
func (c *Command) admission(arg, policy, lockFile string) (*admission.Options, error) {
	id, err := registryModel("hf:" + strings.TrimPrefix(arg, "hf:"))
	if err != nil {
		return nil, err
	}
	if err := hub.CheckName(id.Key()); err != nil {
		return nil, usage.Errorf("%q cannot be the name of a model at the Hub: %w", id.Key(), err)
	}
	cfg, err := hub.FromEnv(c.Getenv)
	if err != nil {
		return nil, usage.Error{Err: err}
	}
	if cfg.Offline {
		return nil, usage.Errorf("%q cannot be fetched offline: unset HF_HUB_OFFLINE", arg)
	}
	client, err := hub.New(cfg)
	if err != nil {
		return nil, usage.Error{Err: err}
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
	opt := &admission.Options{Session: c.session(), Policy: repo.Policy, Custom: repo.Custom, Model: id, Client: client}
	if l, ok := locks.Lookup(id); ok {
		opt.Locked = &l
	}
	return opt, nil
}

// target is where the files are to go.
func (c *Command) target(opt *admission.Options, commit, folder string) (fetch.Target, error) {
	if folder != "" {
		abs, err := filepath.Abs(c.path(folder))
		return &fetch.Folder{Path: abs}, err
	}
	cache := &fetch.Cache{
		Model: opt.Model.Key(), Commit: commit, Revision: opt.Model.Revision, NoLinks: isTrue(c.Getenv("HF_HUB_DISABLE_SYMLINKS")),
	}
	var err error
	if opt.Client.CacheDir() == "" {
		return cache, nil
	}
	if cache.Dir, err = filepath.Abs(c.path(opt.Client.CacheDir())); err == nil && opt.Client.HomeDir() != "" {
		cache.Home, err = filepath.Abs(c.path(opt.Client.HomeDir()))
	}
	return cache, err
}

func isTrue(s string) bool {
	return slices.Contains([]string{"1", "ON", "YES", "TRUE"}, strings.ToUpper(s))
}
