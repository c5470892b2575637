package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/pin"
	"github.com/modelgate/gate/internal/report"
	"github.com/modelgate/gate/internal/usage"
)

// lock pins the models that a repository uses: their commit, owner and files.
func (c *Command) lock(ctx context.Context, args []string) (bool, error) {
	f := c.flags("lock", "[DIR]")
	var shared runFlags
	shared.register(f)
	quiet := f.Bool("quiet", false, "print nothing but errors")
	var upgrade list
	f.Var(&upgrade, "upgrade", "pin the model with this `KEY`, such as hf:org/name@main, anew (repeatable; \"all\" for all)")
	rest, err := parse(f, args)
	if err != nil {
		return false, err
	}
	repo, err := c.repository(rest, "lock", shared.policy)
	if err != nil {
		return false, err
	}
	defer repo.root.Close()
	old, err := c.readLock(shared.lock, repo.root)
	if err != nil {
		return false, err
	}
	for _, key := range upgrade {
		if key != "all" && !slices.Contains(old.Keys(), key) {
			return false, usage.Errorf("--upgrade %q: the lock has no such key, only %s", key, strings.Join(old.Keys(), ", "))
		}
	}
	path := filepath.Join(repo.name, lock.Name)
	if shared.lock != "" {
		path = shared.lock
	}
	say := c.Stdout
	if *quiet {
		say = io.Discard
	}
	l := &pin.Locking{Old: old, New: lock.New(path), Upgrade: upgrade}
	complete, err := c.relock(ctx, l, repo, shared.offline, say)
	if err != nil {
		return false, err
	}
	text := l.New.Bytes()
	if len(text) > lock.MaxSize {
		return false, fmt.Errorf("the lock would have %d bytes, and %d are the most that can be read again", len(text), lock.MaxSize)
	}
	if err := writeFile(c.path(path), text); err != nil {
		return false, fmt.Errorf("writing the lock: %w", err)
	}
	fmt.Fprintf(say, "%s: %s locked\n", path, report.Plural(len(l.New.Keys()), "model"))
	return !complete, nil
}

// relock fills the new lock, and says what became of the models that had to be asked for.
func (c *Command) relock(ctx context.Context, l *pin.Locking, repo *repository, offline bool, say io.Writer) (complete bool, err error) {
	registries, err := c.registries(offline, false)
	if err != nil {
		return false, err
	}
	refs, err := c.session().References(ctx, &repo.Repository)
	if err != nil {
		return false, err
	}
	ask, err := l.Keep(refs)
	if err != nil {
		return false, err
	}
	if len(ask) > 0 && registries == nil {
		return false, usage.Errorf("the run is offline, and the lock lacks %s: the registries must be asked", report.Plural(len(ask), "model"))
	}
	done, err := l.Ask(ctx, c.session(), repo.Policy, registries, ask)
	for _, m := range done.Locked {
		fmt.Fprintf(say, "locked %s at %.12s, %s, verdict %s\n", m.Key, m.Commit, report.Plural(len(m.Files), "file"), m.Scan.Verdict)
	}
	for _, f := range done.Failed {
		fmt.Fprintln(c.Stderr, report.Log(fmt.Sprintf("gate: %s:%d: %s was not locked: %s", f.At.Path, f.At.Line, f.Key, f.Detail)))
	}
	return len(done.Failed) == 0, err
}

// writeFile writes a file whole or not at all.
func writeFile(path string, text []byte) error {
	return replace(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// replace puts what is written in the place of a file, whole or not at all.
func replace(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".gate-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err = errors.Join(write(f), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
