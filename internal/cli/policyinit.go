package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/policyinit"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/usage"
)

// policyInit writes a policy that fits what a repository does today, for people to edit.
func (c *Command) policyInit(ctx context.Context, args []string) (bool, error) {
	f := c.flags("policy init", "[DIR]")
	output := f.String("output", "", "write to `FILE` (default: standard output)")
	force := f.Bool("force", false, "overwrite FILE")
	rest, err := parse(f, args)
	if err != nil {
		return false, err
	}
	if len(rest) > 1 {
		return false, usage.Errorf("policy init takes one folder, got %d", len(rest))
	}
	dir := "."
	if len(rest) == 1 {
		dir = rest[0]
	}
	root, err := c.openFolder(dir)
	if err != nil {
		return false, err
	}
	defer root.Close()
	text, err := c.draft(ctx, dir, root)
	if err != nil {
		return false, err
	}
	if *output == "" {
		_, err = c.Stdout.Write(text)
		return false, err
	}
	return false, c.createFile(*output, text, *force)
}

// draft drafts the policy of a folder by what is found in it offline.
func (c *Command) draft(ctx context.Context, dir string, root *os.Root) ([]byte, error) {
	rules, err := run.DefaultRules()
	if err != nil {
		return nil, err
	}
	repo := &repository{name: dir, root: root}
	repo.Dir, repo.Files, repo.Policy = c.path(dir), root.FS(), config.Default(rules)
	found, err := c.gather(ctx, repo, &runFlags{offline: true})
	if err != nil {
		return nil, err
	}
	return policyinit.Draft(ctx, policyinit.Options{
		Session: c.session(), Root: dir, Files: repo.Files, Rules: rules, Found: found.All(), Locks: repo.locks.Head,
	})
}

// createFile writes a file that is not there yet, unless it may be overwritten.
func (c *Command) createFile(name string, text []byte, overwrite bool) error {
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if overwrite {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	file, err := os.OpenFile(c.path(name), mode, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usage.Errorf("%q is there already: --force overwrites it", name)
	}
	if err != nil {
		return usage.Errorf("writing the policy: %w", err)
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}
