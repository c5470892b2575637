// Package proposal judges a proposed change by what holds in its base: the policy, the
// organisation's own rules and the lock there, and what is stricter in the head.
package proposal

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/gha"
	"github.com/modelgate/gate/internal/gitrepo"
	"github.com/modelgate/gate/internal/usage"
)

// Proposal is a change that is judged by what holds in its base.
type Proposal struct {
	Repo *gitrepo.Repo
	// Base is reviewed: its policy, its waivers, its rules and its lock judge.
	Base gitrepo.Commit
	// Fork is where the change departs from the history of the base: what is there is old.
	Fork gitrepo.Commit
	// Head is the commit that is judged, or the one that the checkout is of.
	Head gitrepo.Commit
	// Objects says that the head is read as git objects and not from the checkout.
	Objects bool
	// Compared says that there is a base. Else the head is judged for itself.
	Compared bool
	// Changes is what the change does to policy, rules and lock.
	Changes []gate.Evidence

	dir   string
	event *gha.Event
}

// Open finds out what the judgement of a folder is to be compared with: nothing where no
// base is named and the workflow's event proposes no change.
func Open(dir, base, head string, getenv func(string) string) (*Proposal, error) {
	event, err := gha.ReadEvent(getenv)
	if err != nil {
		return nil, err
	}
	if event == nil {
		event = &gha.Event{}
	}
	if event.Name == "pull_request_target" && head == "" {
		return nil, usage.Errorf("pull_request_target gives the code of a pull request the rights of this repository: " +
			"use pull_request, or check out the base, fetch the head and name it with --head, so that it is read as git objects only")
	}
	if base == "" && head == "" && !event.Proposes() {
		return nil, ofItself(dir, event)
	}
	repo, err := gitrepo.Open(dir)
	if err != nil {
		return nil, baseMissing(event, err)
	}
	if err := itself(dir, repo); err != nil {
		repo.Close()
		return nil, err
	}
	p := &Proposal{Repo: repo, Objects: head != "", dir: dir, event: event}
	if err := p.resolve(event, base, head); err != nil {
		repo.Close()
		return nil, err
	}
	return p, nil
}

// ofItself makes sure that what is judged by its own policy is what the event is about.
func ofItself(dir string, event *gha.Event) error {
	if !event.Foreign() {
		return nil
	}
	repo, err := gitrepo.Open(dir)
	if errors.Is(err, gitrepo.ErrNotRepository) {
		return nil
	} else if err != nil {
		return err
	}
	defer repo.Close()
	checkout, err := repo.Resolve("HEAD")
	if err != nil {
		return fmt.Errorf("finding the commit of the checkout: %w", err)
	}
	if checkout.Hash() != event.Commit {
		return usage.Errorf("the checkout is of %.12s, but the event %s is about %.12s: a pull request must not be judged by its own policy, "+
			"so name its base with --base or GATE_BASE", checkout.Hash(), event.Name, event.Commit)
	}
	return nil
}

// itself makes sure that the change did not put another folder in the place of the one
// that is judged: base and head would be compared where the policy is not.
func itself(dir string, repo *gitrepo.Repo) error {
	link, err := gitrepo.Link(dir)
	if err != nil {
		return err
	}
	if link != "" {
		return usage.Errorf("%q is a link inside of the repository, which a change can point elsewhere: name the folder that it leads to", link)
	}
	module, err := repo.Submodule()
	if err != nil {
		return err
	}
	if module != "" {
		return usage.Errorf("the folder is in the submodule %q, whose commit a change chooses: judge a clone of that repository by itself", module)
	}
	return nil
}

func (p *Proposal) resolve(event *gha.Event, base, head string) error {
	checkout, err := p.Repo.Resolve("HEAD")
	if err != nil {
		return fmt.Errorf("finding the commit of the checkout: %w", err)
	}
	p.Head = checkout
	if head != "" {
		if p.Head, err = p.Repo.Resolve(head); err != nil {
			return fmt.Errorf("finding the head %q: %w", head, err)
		}
	}
	// What is on disk was brought by the workflow: only the base may be there.
	target := event.Name == "pull_request_target"
	if target && checkout.Hash() != event.Commit && checkout.Hash() != event.Base {
		return usage.Errorf("in pull_request_target the checkout must be the base commit, not %.12s", checkout.Hash())
	}
	if h := checkout.Hash(); head == "" && event.Head != "" && h != event.Commit && h != event.Head {
		return usage.Errorf("the checkout is of %.12s, which is not of the proposed change: check out %.12s or its head %.12s", h, event.Commit, event.Head)
	}
	switch {
	case base != "":
		if p.Base, err = p.named(base); err != nil {
			return err
		}
	case target:
		p.Base = checkout
	case event.Proposes():
		if p.Base, err = p.ofEvent(event); err != nil {
			return err
		}
	default:
		p.Base, p.Fork = p.Head, p.Head
		return nil
	}
	p.Compared = true
	if p.Fork, err = p.Repo.MergeBase(p.Base, p.Head); err != nil {
		p.Fork = p.Base // the history is cut, or there is none in common
	}
	return nil
}

// named is the base that the user names. In a workflow a branch is the one of the remote:
// one of the checkout may be the change's own, which may be called like the base.
func (p *Proposal) named(base string) (gitrepo.Commit, error) {
	c, err := gitrepo.Commit{}, gitrepo.ErrNotFound
	if p.event.Head != "" && !ownName.MatchString(base) {
		c, err = p.Repo.Resolve("refs/remotes/origin/" + base)
	}
	if errors.Is(err, gitrepo.ErrNotFound) {
		c, err = p.Repo.Resolve(base)
	}
	if err != nil {
		return c, baseMissing(p.event, fmt.Errorf("finding the base %q: %w", base, err))
	}
	if p.event.Head == "" || c.Hash() == p.event.Base {
		return c, nil
	}
	head, err := p.Repo.Resolve(p.event.Head)
	if errors.Is(err, gitrepo.ErrNotFound) {
		head = p.Head // of a merge whose parents were not fetched
	} else if err != nil {
		return c, err
	}
	for _, proposed := range []gitrepo.Commit{head, p.Head} {
		if common, err := p.Repo.MergeBase(c, proposed); err == nil && common.Hash() == proposed.Hash() {
			return c, usage.Errorf("the base %q is %.12s, which has the proposed commit %.12s in it: name the commit or the remote's branch that the change is for", base, c.Hash(), proposed.Hash())
		}
	}
	return c, nil
}

// ownName is a revision that is not the name of a branch at the remote.
var ownName = regexp.MustCompile(`^(HEAD|refs/.*|origin/.*|[0-9a-fA-F]{40})([~^].*)?$`)

// ofEvent is the base of a proposed change. GitHub judges a pull request by its merge with
// the base as it is now, which is the first parent of that merge; that it is GitHub's own
// the event tells. Else the event names the base.
func (p *Proposal) ofEvent(event *gha.Event) (gitrepo.Commit, error) {
	if event.Head != "" && p.Head.Hash() == event.Commit {
		if second, err := p.Repo.Resolve(event.Commit + "^2"); err == nil && second.Hash() == event.Head {
			return p.Repo.Resolve(event.Commit + "^1")
		}
	}
	if event.Base == "" {
		return gitrepo.Commit{}, baseMissing(event, errors.New("the event does not name its base"))
	}
	c, err := p.Repo.Resolve(event.Base)
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
		return usage.Error{Err: err}
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Close closes the repository.
func (p *Proposal) Close() { p.Repo.Close() }

// Files are those of a commit in the folder that is judged.
func (p *Proposal) Files(c gitrepo.Commit) fs.FS {
	if p.Repo.Prefix == "." {
		return c.FS()
	}
	sub, err := fs.Sub(c.FS(), p.Repo.Prefix)
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

// Changed are the files in which the head differs from the fork, as paths in the folder
// that is judged.
func (p *Proposal) Changed() (map[string]gitrepo.ChangeKind, error) {
	list, err := p.Repo.Changed(p.Fork, p.Head)
	if err != nil {
		return nil, baseMissing(p.event, err)
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
func (p *Proposal) below(tree string) (string, bool) {
	if p.Repo.Prefix == "." {
		return tree, true
	}
	return strings.CutPrefix(tree, p.Repo.Prefix+"/")
}
