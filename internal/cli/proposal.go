package cli

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/modelgate/gate/internal/gha"
	"github.com/modelgate/gate/internal/gitrepo"
)

// proposalFlags say what is judged as a proposed change.
type proposalFlags struct {
	base, head string
}

func (p *proposalFlags) register(f *flag.FlagSet) {
	f.StringVar(&p.base, "base", "", "judge what changed since the commit, branch or tag `REV`, by its policy, waivers and lock (default: the base of a pull request)")
	f.StringVar(&p.head, "head", "", "judge the commit `REV`, read as git objects, in the place of the checkout")
}

// proposal is a change that is judged by what holds in its base.
type proposal struct {
	repo *gitrepo.Repo
	// base is reviewed: its policy, its waivers, its rules and its lock judge.
	base gitrepo.Commit
	// fork is where the change departs from the history of the base: what is there is old.
	fork gitrepo.Commit
	// head is the commit that is judged, or the one that the checkout is of.
	head  gitrepo.Commit
	event *gha.Event
	// objects says that the head is read as git objects and not from the checkout.
	objects bool
	// compared says that there is a base. Else the head is judged for itself.
	compared bool
}

// proposal finds out what a run is to be compared with: nothing where no base is named and
// the workflow's event proposes no change.
func (c *Command) proposal(dir string, flags *proposalFlags) (*proposal, error) {
	event, err := gha.ReadEvent(c.Getenv)
	if err != nil {
		return nil, err
	}
	if event == nil {
		event = &gha.Event{}
	}
	base, head := c.setting(flags.base, "BASE"), c.setting(flags.head, "HEAD")
	if event.Name == "pull_request_target" && head == "" {
		return nil, usagef("pull_request_target gives the code of a pull request the rights of this repository: " +
			"use pull_request, or check out the base, fetch the head and name it with --head, so that it is read as git objects only")
	}
	if base == "" && head == "" && !event.Proposes() {
		return nil, nil
	}
	repo, err := gitrepo.Open(c.path(dir))
	if err != nil {
		return nil, baseMissing(event, err)
	}
	p := &proposal{repo: repo, event: event, objects: head != ""}
	if err := p.resolve(event, base, head); err != nil {
		repo.Close()
		return nil, err
	}
	return p, nil
}

func (p *proposal) resolve(event *gha.Event, base, head string) error {
	checkout, err := p.repo.Resolve("HEAD")
	if err != nil {
		return fmt.Errorf("finding the commit of the checkout: %w", err)
	}
	p.head = checkout
	if head != "" {
		if p.head, err = p.repo.Resolve(head); err != nil {
			return fmt.Errorf("finding the head %q: %w", head, err)
		}
	}
	// What is on disk was brought by the workflow: only the base may be there.
	target := event.Name == "pull_request_target"
	if target && checkout.Hash() != event.Commit && checkout.Hash() != event.Base {
		return usagef("in pull_request_target the checkout must be the base commit, not %.12s", checkout.Hash())
	}
	switch {
	case base != "":
		if p.base, err = p.repo.Resolve(base); err != nil {
			return baseMissing(event, fmt.Errorf("finding the base %q: %w", base, err))
		}
	case target:
		p.base = checkout
	case event.Proposes():
		if p.base, err = p.ofEvent(event); err != nil {
			return err
		}
	default:
		p.base, p.fork = p.head, p.head
		return nil
	}
	p.compared = true
	if p.fork, err = p.repo.MergeBase(p.base, p.head); err != nil {
		p.fork = p.base // the history is cut, or there is none in common
	}
	return nil
}

// ofEvent is the base of a proposed change. GitHub judges a pull request by its merge with
// the base as it is now, which is the first parent of that merge; that it is GitHub's own
// the event tells. Else the event names the base.
func (p *proposal) ofEvent(event *gha.Event) (gitrepo.Commit, error) {
	if event.Head != "" && p.head.Hash() == event.Commit {
		if second, err := p.repo.Resolve(event.Commit + "^2"); err == nil && second.Hash() == event.Head {
			return p.repo.Resolve(event.Commit + "^1")
		}
	}
	if event.Base == "" {
		return gitrepo.Commit{}, baseMissing(event, errors.New("the event does not name its base"))
	}
	c, err := p.repo.Resolve(event.Base)
	if err != nil {
		return c, baseMissing(event, err)
	}
	return c, nil
}

// baseMissing says how to have the base of a change. Its policy is not replaced by that of
// the head.
func baseMissing(event *gha.Event, err error) error {
	const what = "the base commit, whose policy judges a change, cannot be read"
	switch {
	case errors.Is(err, gitrepo.ErrShallow): // it says what to do
		return fmt.Errorf("%s: %w", what, err)
	case event.Name != "":
		return fmt.Errorf(`%s: give actions/checkout "fetch-depth: 0" (%w)`, what, err)
	case errors.Is(err, gitrepo.ErrNotFound), errors.Is(err, gitrepo.ErrNotRepository):
		return usageError{err}
	}
	return fmt.Errorf("%s: %w", what, err)
}

// files are those of a commit in the folder that is judged.
func (p *proposal) files(c gitrepo.Commit) fs.FS {
	if p.repo.Prefix == "." {
		return c.FS()
	}
	sub, err := fs.Sub(c.FS(), p.repo.Prefix)
	if err != nil {
		return nothing{}
	}
	if info, err := fs.Stat(sub, "."); err != nil || !info.IsDir() {
		return nothing{}
	}
	return sub
}

// nothing is a folder that a commit does not have.
type nothing struct{}

// Open implements fs.FS.
func (nothing) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// inTree is the path that a file on disk has in the trees of the commits. What is reached
// by a link from elsewhere counts as well: it is a file of the head all the same.
func (p *proposal) inTree(dir, file string) (string, bool) {
	up := "."
	if p.repo.Prefix != "." {
		up = strings.Repeat("../", strings.Count(p.repo.Prefix, "/")+1)
	}
	for _, follow := range []bool{false, true} {
		root, err := filepath.Abs(dir)
		if err != nil {
			return "", false
		}
		target, err := filepath.Abs(file)
		if err != nil {
			return "", false
		}
		if follow {
			if root, err = filepath.EvalSymlinks(root); err != nil {
				return "", false
			}
			if target, err = filepath.EvalSymlinks(target); err != nil {
				return "", false
			}
		}
		rel, err := filepath.Rel(filepath.Join(root, filepath.FromSlash(up)), target)
		if err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel), true
		}
	}
	return "", false
}

// changed are the files in which the head differs from the fork, as paths in the folder
// that is judged.
func (p *proposal) changed() (map[string]gitrepo.ChangeKind, error) {
	list, err := p.repo.Changed(p.fork, p.head)
	if err != nil {
		return nil, err
	}
	out := map[string]gitrepo.ChangeKind{}
	for _, ch := range list {
		if rel, ok := p.below(ch.Path); ok {
			out[rel] = ch.Kind
		}
	}
	return out, nil
}

// below is a path of a tree as one in the folder that is judged.
func (p *proposal) below(tree string) (string, bool) {
	if p.repo.Prefix == "." {
		return tree, true
	}
	return strings.CutPrefix(tree, p.repo.Prefix+"/")
}
