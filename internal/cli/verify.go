package cli

import (
	"context"
	"path/filepath"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/hub"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/scan"
	"github.com/modelgate/gate/internal/usage"
	"github.com/modelgate/gate/internal/verify"
)

// verify compares with the lock: what the code asks for, and on demand the bytes on disk
// and what the registries say now.
func (c *Command) verify(ctx context.Context, args []string) (denied bool, err error) {
	started := c.now()
	f := c.flags("verify", "[DIR]")
	var reports reportFlags
	var shared runFlags
	var change proposalFlags
	reports.register(f)
	shared.register(f)
	change.register(f)
	folder := f.String("dir", "", "compare the files of the model in `FOLDER`")
	model := f.String("model", "", "the `KEY` in the lock of the model in --dir, such as hf:org/name@main")
	cache := f.String("cache", "", "compare the files of all locked models in the hub cache `FOLDER`; \"auto\" is that of HF_HUB_CACHE")
	online := f.Bool("online", false, "compare with what the registries say now")
	rest, err := parse(f, args)
	if err != nil {
		return false, err
	}
	out, err := c.outputs(&reports)
	if err != nil {
		return false, err
	}
	repo, err := c.repository(rest, "verify", shared.policy)
	if err != nil {
		return false, err
	}
	defer repo.Close()
	if err := c.trusted(repo, &shared, &change); err != nil {
		return false, err
	}
	locks, err := repo.locks.File()
	if err != nil {
		return false, err
	}
	repo.Policy.Raise("unlocked-artifact", gate.Deny)
	found, err := c.againstLock(ctx, repo, *online, shared.offline)
	if err != nil {
		return false, err
	}
	if found.Evidence, err = c.compare(ctx, found.Evidence, locks, *folder, *model, *cache); err != nil {
		return false, err
	}
	only := reports.only
	if len(only) == 0 {
		only = verifying
	}
	j := &run.Judgement{Session: c.session(), Policy: repo.Policy, Only: only, Started: started, Root: repo.name}
	return deliver(ctx, j, found, out, repo.Files)
}

// verifying are the rules that compare with the lock.
var verifying = list{
	"unlocked-artifact", "digest-mismatch", "missing-file", "unlisted-file", "reused-namespace", "owner-changed", "moved-model",
	"model-changed", "model-unavailable", "pinned-commit-gone", "impostor-commit", "publisher-demoted", "scan-incomplete",
}

// againstLock compares what the code asks for with the lock, and what the registries say.
func (c *Command) againstLock(ctx context.Context, repo *repository, online, offline bool) (*run.Findings, error) {
	s := c.session()
	refs, err := s.References(ctx, &repo.Repository)
	if err != nil {
		return nil, err
	}
	opt := scan.Online{Locked: repo.Locked, Trusted: run.Trusted(repo.Policy), Limits: run.LimitsOf(repo.Policy)}
	if online {
		if opt.Registries, err = c.registries(offline, false); err != nil {
			return nil, err
		}
		if opt.Registries == nil {
			return nil, usage.Errorf("--online needs the registries, and the run is offline")
		}
	}
	found := &run.Findings{References: refs, Evidence: run.ReferenceFacts(refs), Unjudged: []string{"the content of the models: `gate check` and `gate scan` look at it"}}
	known, err := s.Models(ctx, refs, opt)
	if err != nil {
		return nil, err
	}
	found.Add(known)
	return found, nil
}

// compare hashes the files on disk that the user named.
func (c *Command) compare(ctx context.Context, evidence []gate.Evidence, locks *lock.File, folder, model, cache string) ([]gate.Evidence, error) {
	if folder != "" {
		entry, err := verify.EntryFor(locks, folder, model)
		if err != nil {
			return nil, err
		}
		root, err := c.openFolder(folder)
		if err != nil {
			return nil, err
		}
		defer root.Close()
		facts, err := verify.Folder(ctx, root.FS(), filepath.ToSlash(folder), entry)
		if err != nil {
			return nil, err
		}
		evidence = append(evidence, facts...)
	}
	if cache == "" {
		return evidence, nil
	}
	if cache == "auto" {
		cfg, err := hub.FromEnv(c.Getenv)
		if err != nil {
			return nil, usage.Error{Err: err}
		}
		cache = cfg.CacheDir
	}
	root, err := c.openFolder(cache)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	facts, err := verify.Cache(ctx, root, locks)
	return append(evidence, facts...), err
}
