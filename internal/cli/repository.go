package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/proposal"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/usage"
)

// runFlags are the flags of the commands that look at a repository.
type runFlags struct {
	policy, lock string
	offline      bool
}

func (r *runFlags) register(f *flag.FlagSet) {
	f.StringVar(&r.policy, "policy", "", "the policy `FILE` (default: "+run.PolicyFiles[0]+" in DIR or its .github folder)")
	f.StringVar(&r.lock, "lock", "", "the lock `FILE` (default: "+lock.Name+" in DIR)")
	f.BoolVar(&r.offline, "offline", false, "ask no registry; HF_HUB_OFFLINE=1 does the same")
}

// proposalFlags say what is judged as a proposed change.
type proposalFlags struct {
	base, head string
}

func (p *proposalFlags) register(f *flag.FlagSet) {
	f.StringVar(&p.base, "base", "", "judge what changed since the commit, branch or tag `REV`, by its policy, waivers and lock (default: the base of a pull request)")
	f.StringVar(&p.head, "head", "", "judge the commit `REV`, read as git objects, in the place of the checkout")
}

// session is what a run has from the process.
func (c *Command) session() *run.Session {
	return &run.Session{Version: c.Version, Now: c.now, Getenv: c.Getenv, Progress: func(what string) (func(done, all int), func()) {
		p := c.progress(what)
		return p.step, p.done
	}}
}

// repository is what is judged, with what judges it.
type repository struct {
	run.Repository
	name  string // as the user wrote it
	root  *os.Root
	locks *proposal.Locks

	proposal *proposal.Proposal // nil: nothing to compare with
}

// repository opens the folder that the arguments of a command name.
func (c *Command) repository(args []string, command, policyFile string) (*repository, error) {
	if len(args) > 1 {
		return nil, usage.Errorf("%s takes one folder, got %d: use `gate scan` for single models", command, len(args))
	}
	repo := &repository{name: "."}
	if len(args) == 1 {
		repo.name = args[0]
	}
	repo.Dir = c.path(repo.name)
	var err error
	if repo.root, err = c.openFolder(repo.name); err != nil {
		return nil, err
	}
	repo.Files = repo.root.FS()
	if repo.Policy, err = c.loadPolicy(c.setting(policyFile, "POLICY"), repo.root); err != nil {
		repo.root.Close()
		return nil, err
	}
	return repo, nil
}

// Close closes what is open.
func (r *repository) Close() {
	r.root.Close()
	if r.proposal != nil {
		r.proposal.Close()
	}
}

// lock sets what is locked.
func (r *repository) lock(locks *proposal.Locks) { r.locks, r.Locked = locks, locks.Lookup }

// trusted completes what judges the repository: on a proposed change all of it is that of
// the base.
func (c *Command) trusted(repo *repository, shared *runFlags, change *proposalFlags) error {
	head, err := c.readLock(shared.lock, repo.root)
	if err != nil {
		return err
	}
	repo.proposal, err = proposal.Open(repo.Dir, c.setting(change.base, "BASE"), c.setting(change.head, "HEAD"), c.Getenv)
	if err != nil {
		return err
	}
	p := repo.proposal
	if p == nil {
		repo.lock(&proposal.Locks{Head: head})
		repo.Custom, err = run.CustomRules(repo.Files, repo.Policy)
		return err
	}
	repo.History, repo.Reviewed = p.Repo, p.Base
	locks, err := p.Trust(&repo.Repository, head, proposal.Named{Policy: c.named(c.setting(shared.policy, "POLICY")), Lock: c.named(shared.lock)}, c.now())
	if err != nil {
		return err
	}
	repo.lock(locks)
	if !p.Compared {
		return nil
	}
	kinds, err := p.Changed()
	repo.Own = func(path string) bool { return kinds[path] != "" }
	return err
}

// gather scans a repository and asks the registries.
func (c *Command) gather(ctx context.Context, repo *repository, shared *runFlags) (*run.Gathered, error) {
	if repo.locks == nil {
		head, err := c.readLock(shared.lock, repo.root)
		if err != nil {
			return nil, err
		}
		repo.lock(&proposal.Locks{Head: head})
	}
	registries, err := c.registries(shared.offline, false)
	if err != nil {
		return nil, err
	}
	g, err := c.session().Gather(ctx, &repo.Repository, registries)
	if err != nil {
		return nil, err
	}
	if registries == nil && slices.ContainsFunc(g.Found.References, run.Lockable) {
		g.Found.Unjudged = append(g.Found.Unjudged, offlineSentence(shared.offline))
	}
	return g, nil
}

func (c *Command) openFolder(dir string) (*os.Root, error) {
	root, err := os.OpenRoot(c.path(dir))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usage.Errorf("there is no folder %q", dir)
	case err != nil:
		return nil, usage.Errorf("opening %q: %w", dir, err)
	}
	return root, nil
}

// loadPolicy reads the policy of a file, else that of the repository, else the built-in.
func (c *Command) loadPolicy(named string, root *os.Root) (*config.Policy, error) {
	if named == "" {
		found, err := run.FindPolicy(root.FS(), run.PolicyFiles)
		if err != nil {
			return nil, err
		}
		return found.Parse(c.now())
	}
	text, err := os.ReadFile(c.path(named))
	if err != nil {
		return nil, usage.Errorf("reading the policy: %w", err)
	}
	return (&run.PolicyFile{Path: filepath.ToSlash(named), Text: text}).Parse(c.now())
}

// readLock reads the lock of a repository. That there is none is no error, unless the user
// named one.
func (c *Command) readLock(named string, root *os.Root) (*lock.File, error) {
	path, open := lock.Name, func() (*os.File, error) { return root.OpenFile(lock.Name, os.O_RDONLY|nonblocking, 0) }
	if named != "" {
		path, open = named, func() (*os.File, error) { return os.OpenFile(c.path(named), os.O_RDONLY|nonblocking, 0) }
	}
	text, err := readRegular(open, lock.MaxSize)
	if named == "" && errors.Is(err, fs.ErrNotExist) {
		return lock.New(lock.Name), nil
	}
	if err != nil {
		return nil, usage.Errorf("reading the lock: %w", err)
	}
	f, err := lock.Parse(path, text)
	if err != nil {
		return nil, usage.Error{Err: err}
	}
	return f, nil
}

// nonblocking keeps a named pipe from holding the run.
const nonblocking = syscall.O_NONBLOCK

// readRegular reads a file of at most so many bytes.
func readRegular(open func() (*os.File, error), most int64) ([]byte, error) {
	f, err := open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is not a file", f.Name())
	}
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		return nil, fmt.Errorf("%q has more than %d bytes", f.Name(), most)
	}
	return text, err
}
