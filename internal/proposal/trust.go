package proposal

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/gitrepo"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/usage"
)

// The kinds that are stated of a proposed change.
const (
	kindPolicyChange gate.Kind = "policy.change"
	kindLockChange   gate.Kind = "lock.change"
)

// Emits are the kinds that are stated of a proposed change, with their data.
func Emits() map[gate.Kind]any {
	return map[gate.Kind]any{kindPolicyChange: config.Change{}, kindLockChange: lockChange{}}
}

// Named are the files on disk that the user named, or empty.
type Named struct{ Policy, Lock string }

// Trust replaces what the checkout says of the judgement by what the base says: of its own
// policy the head gets only what is stricter. It states what the head tries to change.
// Checkout is the lock that is checked out.
func (p *Proposal) Trust(repo *run.Repository, checkout *lock.File, named Named, now time.Time) (*Locks, error) {
	if p.Objects {
		repo.Files = p.Files(p.Head)
	}
	if err := p.trustPolicy(repo, named.Policy, now); err != nil {
		return nil, err
	}
	locks, err := p.trustLock(repo.Files, checkout, named.Lock)
	if err != nil {
		return nil, err
	}
	rules := repo.Files
	if p.Compared {
		rules = p.Files(p.Base)
	}
	if repo.Custom, err = run.CustomRules(rules, repo.Policy); err != nil {
		return nil, err
	}
	if p.Compared {
		p.Changes = append(p.Changes, ruleChanges(p.Files(p.Fork), repo.Files, repo.Policy)...)
	}
	return locks, nil
}

// trustPolicy gives the repository the policy of the base with what the head demands in
// addition. A policy from elsewhere than the repository is the workflow's and stays.
func (p *Proposal) trustPolicy(repo *run.Repository, named string, now time.Time) error {
	names, base, fork, head := run.PolicyFiles, p.Files(p.Base), p.Files(p.Fork), repo.Files
	if named != "" {
		name, ok := p.inTree(named)
		if !ok {
			return nil
		}
		names, base, fork = []string{name}, p.Base.FS(), p.Fork.FS()
		if tracked, err := p.tracked(name); !tracked || err != nil {
			return err
		}
		if head = p.Head.FS(); !p.Objects {
			head = onDisk{name: name, path: named}
		}
	}
	was, err := run.FindPolicy(base, names)
	if err != nil {
		return err
	}
	is, err := run.FindPolicy(head, names)
	if err != nil {
		return err
	}
	if repo.Policy, err = was.Parse(now); err != nil {
		return fmt.Errorf("the policy of the base: %w", err)
	}
	from, err := run.FindPolicy(fork, names)
	if err != nil {
		return err
	}
	if same(is, was) || same(is, from) {
		return nil // the change leaves it alone
	}
	return p.tighten(repo, from, is, now)
}

// tighten adds to the policy what the head demands, and states what it changes.
func (p *Proposal) tighten(repo *run.Repository, from, is *run.PolicyFile, now time.Time) error {
	proposed, err := is.Parse(now)
	if err != nil {
		return err
	}
	departed, err := from.Parse(now)
	if err != nil {
		departed = repo.Policy
	}
	_, changes := config.Tighten(departed, proposed)
	repo.Policy, _ = config.Tighten(repo.Policy, proposed)
	at := gate.Location{Path: is.Path}
	if is.Path == "" {
		at.Path = from.Path
	}
	for _, change := range changes {
		p.Changes = append(p.Changes, gate.Evidence{Kind: kindPolicyChange, At: at, Data: change})
	}
	return nil
}

func same(a, b *run.PolicyFile) bool { return a.Path == b.Path && bytes.Equal(a.Text, b.Text) }

// tracked tells whether a file is one of the base or of the head, and not one that the
// workflow put beside them. A file of a submodule is neither's, and the change chooses it.
func (p *Proposal) tracked(name string) (bool, error) {
	for _, c := range []gitrepo.Commit{p.Base, p.Head} {
		module, err := c.Submodule(name)
		if err != nil {
			return false, err
		}
		if module != "" {
			return false, usage.Errorf("%q is in the submodule %q, whose commit a change chooses: keep it in the repository itself, or outside of it", name, module)
		}
	}
	_, inBase := fs.Stat(p.Base.FS(), name)
	_, inHead := fs.Lstat(p.Head.FS(), name)
	return inBase == nil || inHead == nil, nil
}

// inTree is the path that a file on disk has in the trees of the commits, as it is named:
// what it leads to is for the trees to say. What is reached by a link from elsewhere counts
// as well: it is a file of the head all the same.
func (p *Proposal) inTree(file string) (string, bool) {
	dir, err := filepath.Abs(p.dir)
	if err != nil {
		return "", false
	}
	if file, err = filepath.Abs(file); err != nil {
		return "", false
	}
	up := strings.Count(p.Repo.Prefix, "/") + 1
	if p.Repo.Prefix == "." {
		up = 0
	}
	if name, ok := local(ancestor(dir, up), file); ok {
		return name, true
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", false
	}
	root := ancestor(dir, up)
	if name, ok := below(root, file); ok {
		return name, true
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(file)); err == nil {
		if name, ok := local(root, filepath.Join(folder, filepath.Base(file))); ok {
			return name, true
		}
	}
	if file, err = filepath.EvalSymlinks(file); err != nil {
		return "", false
	}
	return local(root, file)
}

// below is the path of a file below the outermost folder of its name that is root.
func below(root, file string) (name string, ok bool) {
	for at := filepath.Dir(file); ; at = filepath.Dir(at) {
		if real, err := filepath.EvalSymlinks(at); err == nil && real == root {
			name, ok = local(at, file)
		}
		if at == filepath.Dir(at) {
			return name, ok
		}
	}
}

// local is the path of a file in a folder.
func local(dir, file string) (string, bool) {
	rel, err := filepath.Rel(dir, file)
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

func ancestor(dir string, up int) string {
	for range up {
		dir = filepath.Dir(dir)
	}
	return dir
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
