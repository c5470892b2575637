package lookalike

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/namespace"
)

const day = 24 * time.Hour

// Accounts are opened, and models published, for one campaign; a name that is years old
// is more likely somebody's own.
const (
	youngAccount    = 90 * day
	oldAccount      = 2 * 365 * day
	youngRepository = 30 * day
	// More downloads than hotDownloads within hotRepository are bought ones.
	hotRepository = 7 * day
	hotDownloads  = 10_000
)

// facts are what the registry says of an owner, in words.
type facts struct {
	vouching []string // it is known who it is
	old      []string
	raising  []string
}

// weighed is a match in the light of what the registry says of the owner. Relations that
// hardly come about by accident stay as they are.
func weighed(s *gate.Subject, m namespace.Match) Match {
	out := Match{
		Model: s.Model.Key(), Name: s.Model.Namespace, Target: m.Target, Relation: string(m.Relation),
		Distance: m.Distance, Known: m.Model,
	}
	tier := m.Tier
	if s.Repository != nil && slices.Contains(accidental, m.Relation) {
		f := ages(s)
		f.vouching = vouchers(s, m.Target)
		switch {
		case len(f.vouching) > 0:
			tier, out.Metadata = min(tier, namespace.Low), f.vouching
		case len(f.old) > 0:
			tier, out.Metadata = min(tier, namespace.Medium), f.old
		case len(f.raising) > 0:
			tier, out.Metadata = max(tier, min(tier+1, namespace.High)), f.raising
		}
	}
	out.Tier = tier.String()
	return out
}

var accidental = []namespace.Relation{namespace.Association, namespace.Near, namespace.Weak, namespace.Faint}

// ages are the facts that time tells.
func ages(s *gate.Subject) facts {
	var f facts
	r := s.Repository
	repository, dated := age(s.Now, r.Created)
	if dated && repository < youngRepository {
		f.raising = append(f.raising, fmt.Sprintf("the repository is %d days old", repository/day))
	}
	if dated && repository < hotRepository && r.Downloads > hotDownloads {
		f.raising = append(f.raising, fmt.Sprintf("it has %d downloads already", r.Downloads))
	}
	if r.Owner == nil {
		return f
	}
	switch account, dated := age(s.Now, r.Owner.Created); {
	case !dated:
	case account < youngAccount:
		f.raising = append(f.raising, fmt.Sprintf("the account is %d days old", account/day))
	case account >= oldAccount:
		f.old = append(f.old, fmt.Sprintf("the account is %d years old", account/(365*day)))
	}
	return f
}

// vouchers are the facts that say who the owner is.
func vouchers(s *gate.Subject, target string) []string {
	owner := s.Repository.Owner
	if owner == nil {
		return nil
	}
	var out []string
	if owner.Verified {
		out = append(out, "the owner is verified")
	}
	for _, p := range s.Trusted {
		if !strings.EqualFold(p.Name, target) {
			continue
		}
		for _, member := range owner.Members {
			if slices.Contains(p.Members, member) {
				out = append(out, fmt.Sprintf("%q is a member of both", member))
				break
			}
		}
	}
	return out
}

// age is how old something is, where that is known.
func age(now, created time.Time) (time.Duration, bool) {
	if now.IsZero() || created.IsZero() || created.After(now) {
		return 0, !now.IsZero() && !created.IsZero()
	}
	return now.Sub(created), true
}
