// Package pinning states whether the commits that references pin are commits of the
// branches and tags of their repository. A commit of a pull request has the same address,
// and anybody may open one: https://huggingface.co/docs/hub/repositories-pull-requests-discussions.
package pinning

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/modelgate/gate"
)

// The kinds that the auditor states.
const (
	kindCommit      gate.Kind = "pinning.commit"
	kindPullRequest gate.Kind = "pinning.pull-request"
)

// Commit is the data of pinning.commit: a full commit that references pin.
type Commit struct {
	Model    string `json:"model"`
	Registry string `json:"registry"`
	SHA      string `json:"sha"`
	Exists   bool   `json:"exists"`
	// Reachable says whether it is on a branch or behind a tag: yes, no or unknown.
	Reachable string `json:"reachable"`
}

// PullRequest is the data of pinning.pull-request: a revision that is one.
type PullRequest struct {
	Model    string `json:"model"`
	Registry string `json:"registry"`
	Revision string `json:"revision"`
}

// Auditor states what the pinned revisions of a model are.
type Auditor struct{}

// Spec describes the auditor.
func (Auditor) Spec() gate.Spec {
	return gate.Spec{
		Name:  "pinning",
		Doc:   "States whether pinned commits are on a branch or tag, and which revisions are pull requests.",
		Emits: map[gate.Kind]any{kindCommit: Commit{}, kindPullRequest: PullRequest{}},
	}
}

var (
	fullCommit  = regexp.MustCompile(`^(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$`)
	pullRequest = regexp.MustCompile(`^refs(?:/|%2[fF])pr(?:/|%2[fF])[0-9]+$`)
)

// Audit looks at the revision of the model, which its references share.
func (Auditor) Audit(_ context.Context, s *gate.Subject, out gate.Recorder) {
	revision := s.Model.Revision
	switch {
	case pullRequest.MatchString(revision) && s.Model.Source == "hf":
		out.Emit(kindPullRequest, s.At(), PullRequest{Model: s.Model.Key(), Registry: s.Model.Source, Revision: revision})
	case fullCommit.MatchString(revision) && s.Repository != nil:
		sha := strings.ToLower(revision)
		exists, known := exists(s.Repository, sha)
		if known {
			out.Emit(kindCommit, s.At(), Commit{
				Model: s.Model.Key(), Registry: s.Model.Source, SHA: sha, Exists: exists, Reachable: reachable(s.Repository, sha),
			})
		}
	}
}

// exists tells whether the registry has the commit. It is not known where the registry
// was asked for another one.
func exists(r *gate.Repository, sha string) (exists, known bool) {
	if strings.EqualFold(r.Commit, sha) || isRef(r, sha) {
		return true, true
	}
	gone := slices.ContainsFunc(r.Notes, func(u gate.Unavailable) bool { return u.Reason == gate.ReasonRevision })
	return false, gone
}

func reachable(r *gate.Repository, sha string) string {
	switch {
	case isRef(r, sha):
		return "yes"
	case strings.EqualFold(r.Commit, sha) && (r.Reachable == "yes" || r.Reachable == "no"):
		return r.Reachable
	default:
		return "unknown"
	}
}

// isRef tells whether a branch or a tag is at the commit.
func isRef(r *gate.Repository, sha string) bool {
	return slices.ContainsFunc(r.Refs, func(ref gate.Ref) bool {
		return (ref.Kind == "branch" || ref.Kind == "tag") && strings.EqualFold(ref.Commit, sha)
	})
}
