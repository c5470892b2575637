package hub

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"github.com/modelgate/gate"
)

// The answers to whether a commit is on a branch or behind a tag.
const (
	reachableYes     = "yes"
	reachableNo      = "no"
	reachableUnknown = "unknown"
)

// historyPages bounds the requests for histories of one repository, of a thousand commits
// each.
const historyPages = 5

// Refs are the branches and the tags of a model; pull requests are none.
func (c *Client) Refs(ctx context.Context, name string) ([]gate.Ref, error) {
	if _, err := asked(name, ""); err != nil {
		return nil, err
	}
	u, err := c.url("/api/models/"+name+"/refs", nil)
	if err != nil {
		return nil, err
	}
	type ref struct {
		Name   string `json:"name"`
		Commit string `json:"targetCommit"`
	}
	var answer struct{ Branches, Tags []ref }
	if _, err := c.getJSON(ctx, name, aboutModel, u, &answer); err != nil {
		return nil, err
	}
	if len(answer.Branches)+len(answer.Tags) > maxRefs {
		return nil, badAnswer(name, "%s has more than %d branches and tags", name, maxRefs)
	}
	var refs []gate.Ref
	for kind, list := range map[string][]ref{"branch": answer.Branches, "tag": answer.Tags} {
		for _, r := range list {
			if !IsCommit(r.Commit) || r.Name == "" {
				return nil, badAnswer(name, "the answer of %s about the references of %s makes no sense: %.100q is at %.100q", c.endpoint.Host, name, r.Name, r.Commit)
			}
			refs = append(refs, gate.Ref{Name: r.Name, Kind: kind, Commit: r.Commit})
		}
	}
	slices.SortFunc(refs, func(a, b gate.Ref) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return refs, nil
}

// Reachable tells whether a commit is on one of the branches or behind one of the tags:
// "yes", "no", or "unknown" where the histories are longer than the budget or are not
// shown, with the reason. Anybody's pull request lies in the repository too and is not.
func (c *Client) Reachable(ctx context.Context, name, commit string, refs []gate.Ref) (string, error) {
	for _, r := range refs {
		if r.Commit == commit {
			return reachableYes, nil
		}
	}
	if len(refs) == 0 {
		return reachableUnknown, badAnswer(name, "%s lists no branch of %s", c.endpoint.Host, name)
	}
	seen := map[string]bool{}
	left := historyPages
	for _, r := range byLikelihood(refs) {
		if seen[r.Commit] {
			continue
		}
		whole, err := c.walk(ctx, name, r.Commit, commit, seen, &left)
		if err != nil {
			return reachableUnknown, err
		}
		if seen[commit] {
			return reachableYes, nil
		}
		if !whole {
			return reachableUnknown, unavailable(name, gate.ReasonRateLimited,
				"the histories of %s are longer than %d requests tell, and the commit %s is not in what was read", name, historyPages, commit)
		}
	}
	return reachableNo, nil
}

// walk reads the history behind a commit into seen, until the wanted one is there. It
// tells whether it came to the end.
func (c *Client) walk(ctx context.Context, name, from, wanted string, seen map[string]bool, left *int) (whole bool, err error) {
	u, err := c.url("/api/models/"+name+"/commits/"+from, url.Values{"limit": {"1000"}})
	if err != nil {
		return false, err
	}
	for u != nil {
		if *left == 0 {
			return false, nil
		}
		*left--
		var page []struct{ ID string }
		if u, err = c.getJSON(ctx, name, aboutModel, u, &page); err != nil {
			return false, err
		}
		if len(page) > 1000 {
			return false, badAnswer(name, "%s gave more commits of %s than were asked for", c.endpoint.Host, name)
		}
		for _, commit := range page {
			if !IsCommit(commit.ID) {
				return false, badAnswer(name, "the history of %s has a commit %.100q", name, commit.ID)
			}
			seen[commit.ID] = true
		}
		if seen[wanted] {
			return true, nil
		}
	}
	if !seen[from] {
		return false, badAnswer(name, "the history of %s from %s does not have that commit", name, from)
	}
	return true, nil
}

// byLikelihood puts the default branch first, then the other branches, then the tags.
func byLikelihood(refs []gate.Ref) []gate.Ref {
	refs = slices.Clone(refs)
	rank := func(r gate.Ref) int {
		switch {
		case r.Kind == "branch" && r.Name == defaultBranch:
			return 0
		case r.Kind == "branch":
			return 1
		}
		return 2
	}
	slices.SortStableFunc(refs, func(a, b gate.Ref) int { return rank(a) - rank(b) })
	return refs
}
