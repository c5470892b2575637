package run

import (
	"context"
	"path"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/gitrepo"
	"github.com/modelgate/gate/internal/place"
)

// maxNeedles bounds the models that are looked for in the history.
const maxNeedles = 1000

// firstSeen tells since when the reviewed history names each model, as far as there is a
// history and it can be told in a few seconds.
func firstSeen(ctx context.Context, repo *Repository, refs []gate.Reference) map[string]time.Time {
	history, from := repo.History, repo.Reviewed
	if history == nil {
		var err error
		if history, from, err = checkout(repo.Dir); err != nil {
			return nil // no repository, or one that is damaged: nothing is known
		}
		defer history.Close()
	}
	var needles []gitrepo.Needle
	seen := map[gitrepo.Needle]bool{}
	for _, r := range refs {
		n := gitrepo.Needle{Path: path.Join(history.Prefix, place.Outermost(r.At.Path)), Text: r.Model.Key()}
		if Lockable(r) && !seen[n] && len(needles) < maxNeedles {
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

// checkout is the repository of a folder with the commit that is checked out.
func checkout(dir string) (*gitrepo.Repo, gitrepo.Commit, error) {
	r, err := gitrepo.Open(dir)
	if err != nil {
		return nil, gitrepo.Commit{}, err
	}
	head, err := r.Resolve("HEAD")
	if err != nil {
		r.Close()
	}
	return r, head, err
}
