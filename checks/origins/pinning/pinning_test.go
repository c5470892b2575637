package pinning

import (
	"reflect"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

const (
	sha   = "1111111111111111111111111111111111111111"
	other = "2222222222222222222222222222222222222222"
)

var at = gate.Location{Path: "app.py", Line: 3}

func audit(t *testing.T, revision string, r *gate.Repository) *checktest.Record {
	m := gate.ModelID{Source: "hf", Namespace: "acme", Name: "tiny", Revision: revision}
	return checktest.Audit(t, Auditor{}, &gate.Subject{Model: m, Repository: r, References: []gate.Reference{{Model: m, At: at}}})
}

func TestCommit(t *testing.T) {
	fact := func(sha string, exists bool, reachable string) []Commit {
		return []Commit{{"acme/tiny", "hf", sha, exists, reachable}}
	}
	refs := []gate.Ref{{Name: "v1", Kind: "tag", Commit: sha}}
	gone := []gate.Unavailable{{ID: "acme/tiny", Reason: gate.ReasonRevision}}
	for name, test := range map[string]struct {
		revision   string
		repository *gate.Repository
		want       []Commit
	}{
		"on a branch":     {sha, &gate.Repository{Commit: sha, Reachable: "yes"}, fact(sha, true, "yes")},
		"on none":         {sha, &gate.Repository{Commit: sha, Reachable: "no"}, fact(sha, true, "no")},
		"upper case":      {strings.Repeat("A", 40), &gate.Repository{Commit: strings.Repeat("a", 40), Reachable: "no"}, fact(strings.Repeat("a", 40), true, "no")},
		"not known":       {sha, &gate.Repository{Commit: sha}, fact(sha, true, "unknown")},
		"odd answer":      {sha, &gate.Repository{Commit: sha, Reachable: "?"}, fact(sha, true, "unknown")},
		"a tag":           {sha, &gate.Repository{Commit: sha, Refs: refs, Reachable: "no"}, fact(sha, true, "yes")},
		"a pull request":  {sha, &gate.Repository{Commit: sha, Refs: []gate.Ref{{Name: "refs/pr/1", Kind: "pull", Commit: sha}}, Reachable: "no"}, fact(sha, true, "no")},
		"gone":            {sha, &gate.Repository{Commit: other, Notes: gone, Reachable: "yes"}, fact(sha, false, "unknown")},
		"another one":     {sha, &gate.Repository{Commit: other}, nil},
		"not asked":       {sha, nil, nil},
		"branch":          {"main", &gate.Repository{Commit: sha, Reachable: "no"}, nil},
		"short":           {sha[:10], &gate.Repository{Commit: sha, Reachable: "no"}, nil},
		"without":         {"", &gate.Repository{Commit: sha, Reachable: "no"}, nil},
		"a SHA-256":       {strings.Repeat("3", 64), &gate.Repository{Commit: strings.Repeat("3", 64), Reachable: "no"}, fact(strings.Repeat("3", 64), true, "no")},
		"between lengths": {strings.Repeat("3", 50), &gate.Repository{Commit: strings.Repeat("3", 50), Reachable: "no"}, nil},
	} {
		r := audit(t, test.revision, test.repository)
		if got := checktest.Of[Commit](r, kindCommit); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v", name, got)
		}
		if len(r.Evidence) > 0 && r.Evidence[0].At != at {
			t.Errorf("%s: at %+v", name, r.Evidence[0].At)
		}
	}
}

func TestPullRequest(t *testing.T) {
	for revision, want := range map[string]bool{"refs/pr/12": true, "refs%2Fpr%2F1": true, "pr/1": false, "refs/pr/": false, "refs/heads/pr": false, "xpr/1": false} {
		got := checktest.Of[PullRequest](audit(t, revision, nil), kindPullRequest)
		if want != (len(got) == 1) || want && got[0] != (PullRequest{"acme/tiny", "hf", revision}) {
			t.Errorf("%q: got %+v", revision, got)
		}
	}
}
