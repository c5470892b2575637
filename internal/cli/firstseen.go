package cli

import (
	"context"
	"path"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/gitrepo"
)

// maxNeedles bounds the models that are looked for in the history.
const maxNeedles = 1000

// firstSeen tells since when the reviewed history names each model, as far as there is a
// history and it can be told in a few seconds.
func (c *Command) firstSeen(ctx context.Context, repo *repository, refs []gate.Reference) map[string]time.Time {
	history, from, err := c.history(repo)
	if err != nil {
		return nil // no repository, or one that is damaged: nothing is known
	}
	if repo.proposal == nil {
		defer history.Close()
	}
	var needles []gitrepo.Needle
	seen := map[gitrepo.Needle]bool{}
	for _, r := range refs {
		n := gitrepo.Needle{Path: path.Join(history.Prefix, outermost(r.At.Path)), Text: r.Model.Key()}
		if lockable(r) && !seen[n] && len(needles) < maxNeedles {
			seen[n] = true
			needles = append(needles, n)
		}
	}
	if len(needles) == 0 {
		return nil
	}
	out := map[string]time.Time{}
	for id, t := range history.FirstSeen(ctx, from, needles) {
		if !t.IsZero() {
			out[id] = t
		}
	}
	return out
}

// history is the repository with the last commit of it that is reviewed.
func (c *Command) history(repo *repository) (*gitrepo.Repo, gitrepo.Commit, error) {
	if p := repo.proposal; p != nil {
		return p.repo, p.base, nil
	}
	r, err := gitrepo.Open(c.path(repo.dir))
	if err != nil {
		return nil, gitrepo.Commit{}, err
	}
	head, err := r.Resolve("HEAD")
	if err != nil {
		r.Close()
	}
	return r, head, err
}
