package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/lock"
)

// The kinds that the command states of a proposed change.
const (
	kindPolicyChange   gate.Kind = "policy.change"
	kindWorkflowChange gate.Kind = "workflow.change"
	kindLockChange     gate.Kind = "lock.change"
)

// ChangeSpec declares the kinds that a comparison with the base states.
func ChangeSpec() gate.Spec {
	return gate.Spec{
		Name: "change",
		Doc:  "Compares what is proposed with the state that it departs from.",
		Emits: map[gate.Kind]any{
			kindPolicyChange: config.Change{}, kindWorkflowChange: workflowChange{}, kindLockChange: lockChange{},
		},
	}
}

// trust replaces what the checkout says of the judgement by what the base says: of its own
// policy the head gets only what is stricter. It states what the head tries to change.
func (c *Command) trust(repo *repository, run *runFlags, flags *proposalFlags) error {
	p, err := c.proposal(repo.dir, flags)
	if err != nil || p == nil {
		return err
	}
	repo.proposal = p
	if p.objects {
		repo.files = p.files(p.head)
	}
	if err := c.trustPolicy(repo, c.setting(run.policy, "POLICY")); err != nil {
		return err
	}
	return c.trustLock(repo, run.lock)
}

// side is a file in a state of the repository.
type side struct {
	path string
	text []byte
}

func (s *side) is(o *side) bool { return s.path == o.path && bytes.Equal(s.text, o.text) }

// trustPolicy gives the repository the policy of the base with what the head demands in
// addition. A policy from elsewhere than the repository is the workflow's and stays.
func (c *Command) trustPolicy(repo *repository, named string) error {
	p := repo.proposal
	names, base, fork, head := policyFiles, p.files(p.base), p.files(p.fork), repo.files
	if named != "" {
		name, ok := p.inTree(c.path(repo.dir), c.path(named))
		if !ok {
			return nil
		}
		names, base, fork = []string{name}, p.base.FS(), p.fork.FS()
		if !p.tracked(name) {
			return nil
		}
		if head = p.head.FS(); !p.objects {
			head = onDisk{name: name, path: c.path(named)}
		}
	}
	was, err := sideOf(base, names)
	if err != nil {
		return err
	}
	is, err := sideOf(head, names)
	if err != nil {
		return err
	}
	if repo.policy, err = c.parsePolicy(was); err != nil {
		return fmt.Errorf("the policy of the base: %w", err)
	}
	from, err := sideOf(fork, names)
	if err != nil {
		return err
	}
	if is.is(was) || is.is(from) {
		return nil // the change leaves it alone
	}
	proposed, err := c.parsePolicy(is)
	if err != nil {
		return err
	}
	departed, err := c.parsePolicy(from)
	if err != nil {
		departed = repo.policy
	}
	_, changes := config.Tighten(departed, proposed)
	repo.policy, _ = config.Tighten(repo.policy, proposed)
	at := gate.Location{Path: is.path}
	if is.path == "" {
		at.Path = from.path
	}
	for _, change := range changes {
		repo.changes = append(repo.changes, gate.Evidence{Kind: kindPolicyChange, At: at, Data: change})
	}
	return nil
}

// tracked tells whether a file is one of the base or of the head, and not one that the
// workflow put beside them.
func (p *proposal) tracked(name string) bool {
	_, inBase := fs.Stat(p.base.FS(), name)
	_, inHead := fs.Lstat(p.head.FS(), name)
	return inBase == nil || inHead == nil
}

// parsePolicy reads a policy; the built-in one holds where there is no file.
func (c *Command) parsePolicy(s *side) (*config.Policy, error) {
	defaults, err := policyDefaults()
	if err != nil {
		return nil, err
	}
	if s.path == "" {
		return config.Default(defaults), nil
	}
	return config.Parse(s.path, s.text, defaults, c.now())
}

// sideOf is the first of some files that a tree has.
func sideOf(fsys fs.FS, names []string) (*side, error) {
	for _, name := range names {
		text, err := readFile(fsys, path.Clean(name))
		if err == nil {
			return &side{name, text}, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, usagef("reading the policy %q: %w", name, err)
		}
	}
	return &side{}, nil
}

// maxConfig bounds the files that configure the gate.
const maxConfig = 32 << 20

func readFile(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err == nil && len(text) > maxConfig {
		err = fmt.Errorf("%q is larger than %d bytes", name, maxConfig)
	}
	return text, err
}

// onDisk is one file under the name that it has in the trees.
type onDisk struct{ name, path string }

// Open implements fs.FS.
func (d onDisk) Open(name string) (fs.File, error) {
	if name != d.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return os.Open(d.path)
}

// lockChange is the data of lock.change: a model of the lock before and after the change.
// What is the same in both is stated too.
type lockChange struct {
	Model    string `json:"model"`
	Registry string `json:"registry"`
	Revision string `json:"revision"`
	Before   string `json:"before"`
	After    string `json:"after"`
}

// trustLock gives the repository what the base and the head together say is locked, and
// states each entry.
func (c *Command) trustLock(repo *repository, named string) error {
	p := repo.proposal
	name, base, fork := lock.Name, p.files(p.base), p.files(p.fork)
	if named != "" {
		in, ok := p.inTree(c.path(repo.dir), c.path(named))
		if !ok || !p.tracked(in) {
			return nil
		}
		name, base, fork = in, p.base.FS(), p.fork.FS()
	}
	was, err := lockIn(base, name)
	if err != nil {
		return fmt.Errorf("the lock of the base: %w", err)
	}
	is := repo.locks.head
	if p.objects {
		head := repo.files
		if named != "" {
			head = p.head.FS()
		}
		if is, err = lockIn(head, name); err != nil {
			return usageError{err}
		}
	}
	from, err := lockIn(fork, name)
	if err != nil {
		from = was
	}
	repo.locks = &lockTrust{base: was, head: is, compared: p.compared}
	if p.compared {
		repo.changes = append(repo.changes, lockChanges(from, is)...)
	}
	return nil
}

func lockIn(fsys fs.FS, name string) (*lock.File, error) {
	text, err := readFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return lock.New(name), nil
	}
	if err != nil {
		return nil, err
	}
	return lock.Parse(name, text)
}
