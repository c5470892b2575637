package watch

import (
	"context"
	"strings"

	"github.com/modelgate/gate"
)

// owner is who has the namespace now; nil where nobody says.
func (m *inspection) owner(ctx context.Context, repo *gate.Repository) *gate.Publisher {
	namespace, _, ok := strings.Cut(repo.Name, "/")
	if !ok {
		return nil
	}
	owner, err := m.Hub.Owner(ctx, namespace)
	if err != nil {
		m.fail(err)
		return nil
	}
	return owner
}

// identity compares the ids that the registry gave: a name is none.
func (m *inspection) identity(repo *gate.Repository, owner *gate.Publisher) {
	l := &m.locked
	if l.ID != "" && repo.ID == "" {
		m.failed(&gate.Unavailable{Reason: gate.ReasonBadAnswer, Detail: "the registry does not state the identity that the lock has"})
		return
	}
	if l.Owner.ID != "" && owner != nil && owner.ID == "" {
		m.failed(&gate.Unavailable{Reason: gate.ReasonBadAnswer, Detail: "the registry does not state the identity of the owner, which the lock has"})
	}
	another := m.another(repo)
	foreign := owner != nil && !sameOwner(&l.Owner, owner)
	switch {
	case another && foreign:
		m.raise(Alert{Type: namespaceReused, Before: l.ID, After: repo.ID, Details: m.ages(repo, owner)},
			"Under the name %s stands another repository (%s) of another account (%s, id %s): the name was taken over.", m.id.Key(), repo.Name, owner.Name, owner.ID)
	case another:
		m.raise(Alert{Type: repoRecreated, Before: l.ID, After: repo.ID, Details: m.ages(repo, nil)},
			"The repository %s was deleted and made again.", m.id.Key())
	default:
		m.sameRepository(repo, owner, foreign)
	}
	m.verification(owner, foreign)
}

// sameRepository tells where it went and whose it is.
func (m *inspection) sameRepository(repo *gate.Repository, owner *gate.Publisher, foreign bool) {
	l := &m.locked
	if repo.Name != l.Name {
		m.raise(Alert{Type: modelMoved, Before: l.Name, After: repo.Name}, "The model %s is called %s now.", l.Name, repo.Name)
	}
	switch {
	case !foreign:
	case strings.EqualFold(owner.Name, l.Owner.Name):
		m.raise(Alert{Type: ownerAccountReplaced, Before: l.Owner.ID, After: owner.ID, Details: m.ages(nil, owner)},
			"The account %s, which publishes %s, is another one than when the model was locked.", owner.Name, repo.Name)
	default:
		m.raise(Alert{Type: ownerChanged, Before: l.Owner.Name, After: owner.Name, Details: m.ages(nil, owner)},
			"The model %s belongs to %s now and no longer to %s.", repo.Name, owner.Name, l.Owner.Name)
	}
}

// another tells that the repository is not the locked one. Where the lock has no id, its
// day of creation tells, or that it is younger than the lock.
func (m *inspection) another(repo *gate.Repository) bool {
	l := &m.locked
	if l.ID != "" {
		return repo.ID != l.ID
	}
	day := func(r *gate.Repository) string { return r.Created.UTC().Format("2006-01-02") }
	return !l.Created.IsZero() && !repo.Created.IsZero() && day(repo) != l.Created.Format("2006-01-02") || m.younger(repo.ID, repo.Created)
}

func sameOwner(locked, now *gate.Publisher) bool {
	if locked.ID != "" && now.ID != "" {
		return locked.ID == now.ID
	}
	return strings.EqualFold(locked.Name, now.Name)
}

// ages tell what began after the model was locked, and what of the new owner is known.
func (m *inspection) ages(repo *gate.Repository, owner *gate.Publisher) []string {
	out := []string{}
	if repo != nil && m.younger(repo.ID, repo.Created) {
		out = append(out, repoYoungerThanLock)
	}
	if owner != nil {
		if m.younger(owner.ID, owner.Created) {
			out = append(out, ownerYoungerThanLock)
		}
		if m.locked.Owner.Verified && !owner.Verified {
			out = append(out, "the new owner is not verified, the locked one was")
		}
	}
	return out
}

// verification tells of the same account whether it lost its mark.
func (m *inspection) verification(owner *gate.Publisher, foreign bool) {
	if owner == nil {
		return
	}
	if !foreign && !owner.Verified && (m.locked.Owner.Verified || m.before.Verified) {
		m.raise(Alert{Type: publisherUnverified, Before: "verified", After: "unverified"},
			"%s, which publishes %s, is no verified organisation any more.", owner.Name, m.id.Key())
	}
	m.now.Verified = owner.Verified || m.before.Verified && !foreign
}

// status compares what the registry says of the repository beside its files.
func (m *inspection) status(repo *gate.Repository) {
	if repo.Disabled {
		m.disabled()
	}
	if repo.Gated != m.locked.Gated {
		m.raise(Alert{Type: gatingChanged, Before: gating(m.locked.Gated), After: gating(repo.Gated)},
			"Access to %s was %s and is %s.", m.id.Key(), gating(m.locked.Gated), gating(repo.Gated))
	}
	license := m.locked.License
	if license == "" {
		license = m.before.License
	}
	if license != "" && clip(repo.License) != license {
		m.raise(Alert{Type: licenseChanged, Before: license, After: repo.License},
			"The licence of %s was %q and is %q.", m.id.Key(), license, clip(repo.License))
	}
	if license == "" {
		license = clip(repo.License)
	}
	m.now.License = license
	m.scanners(repo.Scan)
}

func gating(s string) string {
	if s == "" {
		return "open"
	}
	return "gated (" + s + ")"
}

// scanners repeats what the registry's own scanners say against the model.
func (m *inspection) scanners(scan *gate.HubScan) {
	if scan == nil {
		return
	}
	for _, f := range scan.Files {
		name := map[string]string{"unsafe": hubScanUnsafe, "suspicious": hubScanSuspicious, "caution": hubScanSuspicious}[f.Level]
		if name != "" {
			m.raise(Alert{Type: name, File: f.Path, After: f.Level}, "The Hub's scanners call the file %q of %s %s.", clip(f.Path), m.id.Key(), f.Level)
		}
	}
	if !scan.Done {
		m.raise(Alert{Type: hubScanPending}, "The Hub's scanners are not done with %s.", m.id.Key())
	}
}
