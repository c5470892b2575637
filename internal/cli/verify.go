package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/hub"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/scan"
	"github.com/modelgate/gate/internal/verify"
)

// verify compares with the lock: what the code asks for, and on demand the bytes on disk
// and what the registries say now.
func (c *Command) verify(ctx context.Context, args []string) (denied bool, err error) {
	started := c.now()
	f := c.flags("verify", "[DIR]")
	var reports reportFlags
	var run runFlags
	var change proposalFlags
	reports.register(f)
	run.register(f)
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
	repo, err := c.repository(rest, "verify", run.policy)
	if err != nil {
		return false, err
	}
	defer repo.Close()
	if err := c.trusted(repo, &run, &change); err != nil {
		return false, err
	}
	locks, err := repo.locks.file()
	if err != nil {
		return false, err
	}
	repo.policy.Raise("unlocked-artifact", gate.Deny)
	refs, err := c.references(ctx, repo)
	if err != nil {
		return false, err
	}
	opt := scan.Online{Locked: repo.locks.Lookup, Trusted: trusted(repo.policy), Limits: limitsOf(repo.policy)}
	if *online {
		if opt.Registries, err = c.registries(run.offline, false); err != nil {
			return false, err
		}
		if opt.Registries == nil {
			return false, usagef("--online needs the registries, and the run is offline")
		}
	}
	found := &findings{References: refs, Evidence: referenceFacts(refs), Unjudged: []string{"the content of the models: `gate check` and `gate scan` look at it"}}
	known, err := c.models(ctx, refs, opt)
	if err != nil {
		return false, err
	}
	found.add(known)
	if found.Evidence, err = c.compare(ctx, found.Evidence, locks, *folder, *model, *cache); err != nil {
		return false, err
	}
	only := reports.only
	if len(only) == 0 {
		only = verifying
	}
	j := &judgement{cmd: c, policy: repo.policy, only: only, started: started, root: repo.dir, files: repo.files}
	return j.deliver(ctx, found, out)
}

// verifying are the rules that compare with the lock.
var verifying = list{
	"unlocked-artifact", "digest-mismatch", "missing-file", "unlisted-file", "reused-namespace", "owner-changed", "moved-model",
	"model-changed", "model-unavailable", "pinned-commit-gone", "impostor-commit", "publisher-demoted", "scan-incomplete",
}

// compare hashes the files on disk that the user named.
func (c *Command) compare(ctx context.Context, evidence []gate.Evidence, locks *lock.File, folder, model, cache string) ([]gate.Evidence, error) {
	if folder != "" {
		entry, err := entryFor(locks, folder, model)
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
			return nil, usageError{err}
		}
		cache = cfg.CacheDir
	}
	root, err := c.openFolder(cache)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	for _, key := range locks.Keys() {
		facts, err := cached(ctx, root, key, locks)
		if err != nil {
			return nil, err
		}
		evidence = append(evidence, facts...)
	}
	return evidence, nil
}

// cached compares a locked model with its snapshot in the cache of the Hub's clients.
// Models that are not in the cache are left out.
func cached(ctx context.Context, cache *os.Root, key string, locks *lock.File) ([]gate.Evidence, error) {
	id, err := lock.ParseKey(key)
	if err != nil || id.Source != "hf" {
		return nil, err
	}
	entry, _ := locks.Lookup(id)
	folder := "models--" + strings.ReplaceAll(id.Key(), "/", "--")
	root, err := cache.OpenRoot(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, usagef("the cache: %w", err)
	}
	defer root.Close()
	snapshot := path.Join("snapshots", entry.Commit)
	if _, err := root.Stat(snapshot); err != nil {
		return nil, nil
	}
	fsys, err := fs.Sub(root.FS(), snapshot)
	if err != nil {
		return nil, err
	}
	return verify.Folder(ctx, fsys, folder+"/"+snapshot, entry)
}

// entryFor is the entry of the lock that a folder is compared with: the one that is named,
// the only one, or the one whose model has the name of the folder.
func entryFor(locks *lock.File, folder, key string) (gate.Locked, error) {
	var fitting []string
	for _, k := range locks.Keys() {
		id, err := lock.ParseKey(k)
		if err != nil {
			return gate.Locked{}, err
		}
		if key == k || key == "" && (len(locks.Keys()) == 1 || id.Name == filepath.Base(folder)) {
			fitting = append(fitting, k)
		}
	}
	if len(fitting) != 1 {
		return gate.Locked{}, usagef("which model is in %q? Name its key with --model: one of %s", folder, strings.Join(locks.Keys(), ", "))
	}
	id, err := lock.ParseKey(fitting[0])
	if err != nil {
		return gate.Locked{}, err
	}
	entry, _ := locks.Lookup(id)
	return entry, nil
}
