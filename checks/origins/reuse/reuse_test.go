package reuse

import (
	"reflect"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

var (
	at    = gate.Location{Path: "app.py", Line: 3}
	model = gate.ModelID{Source: "hf", Namespace: "acme", Name: "tiny"}
)

// The identifiers are of 2023, 2025, 2022 and 2025, by their first digits.
const (
	oldRepo, newRepo   = "644b1ca1f293abb6b76d0001", "68944f1fddd6b603d1440002"
	oldOwner, newOwner = "63b1ca1f293abb6b76d77003", "67b1ca1f293abb6b76d77004"
)

func named(name, id string) *gate.Publisher { return &gate.Publisher{Name: name, ID: id} }

// TestAnonymous tells a registry that keeps silent about identities from one that never had
// any.
func TestAnonymous(t *testing.T) {
	owned := gate.Locked{Name: "acme/tiny", ID: oldRepo, Owner: *named("acme", oldOwner)}
	for name, test := range map[string]struct {
		locked gate.Locked
		now    gate.Repository
		want   int
	}{
		"all there":         {owned, gate.Repository{Name: "acme/tiny", ID: oldRepo, Owner: named("acme", oldOwner)}, 0},
		"owner not asked":   {owned, gate.Repository{Name: "acme/tiny", ID: oldRepo}, 0},
		"no repository":     {owned, gate.Repository{Name: "acme/tiny", Owner: named("acme", oldOwner)}, 1},
		"no owner":          {owned, gate.Repository{Name: "acme/tiny", ID: oldRepo, Owner: named("acme", "")}, 1},
		"nothing":           {owned, gate.Repository{Name: "acme/tiny"}, 1},
		"nothing is locked": {gate.Locked{Name: "acme/tiny"}, gate.Repository{Name: "acme/tiny", Owner: named("acme", "")}, 0},
	} {
		r := checktest.Audit(t, Auditor{}, &gate.Subject{
			Model: model, References: []gate.Reference{{Model: model, At: at}}, Locked: &test.locked, Repository: &test.now,
		})
		if got := checktest.Of[gate.Incomplete](r, gate.KindIncomplete); len(got) != test.want {
			t.Errorf("%s: got %s", name, checktest.JSON(got))
		}
	}
}

func TestIdentity(t *testing.T) {
	locked := &gate.Locked{Name: "acme/tiny", ID: oldRepo, Owner: *named("acme", oldOwner)}
	identity := func(relation, want, got string, younger bool) Identity {
		return Identity{"acme/tiny", "hf", relation, want, got, "lock", younger}
	}
	const acme = "acme (" + oldOwner + ")"
	for name, test := range map[string]struct {
		now  gate.Repository
		want []Identity
	}{
		"unchanged":  {gate.Repository{Name: "acme/tiny", ID: oldRepo, Owner: named("acme", oldOwner)}, nil},
		"other case": {gate.Repository{Name: "Acme/Tiny", ID: oldRepo, Owner: named("Acme", oldOwner)}, nil},
		"renamed": {
			gate.Repository{Name: "acme/small", ID: oldRepo, Owner: named("acme", oldOwner)},
			[]Identity{identity(moved, "acme/tiny", "acme/small", false)},
		},
		"transferred": {
			gate.Repository{Name: "other/tiny", ID: oldRepo, Owner: named("other", newOwner)},
			[]Identity{
				identity(ownerChanged, acme, "other ("+newOwner+")", true),
				identity(moved, "acme/tiny", "other/tiny", true),
			},
		},
		"account renamed": {
			gate.Repository{Name: "acme-ai/tiny", ID: oldRepo, Owner: named("acme-ai", oldOwner)},
			[]Identity{identity(moved, "acme/tiny", "acme-ai/tiny", false)},
		},
		"recreated": {
			gate.Repository{Name: "acme/tiny", ID: newRepo, Owner: named("acme", oldOwner)},
			[]Identity{identity(recreated, "acme/tiny ("+oldRepo+") of "+acme, "acme/tiny ("+newRepo+") of "+acme, true)},
		},
		"reused": {
			gate.Repository{Name: "acme/tiny", ID: newRepo, Owner: named("acme", newOwner)},
			[]Identity{identity(reused, "acme/tiny ("+oldRepo+") of "+acme, "acme/tiny ("+newRepo+") of acme ("+newOwner+")", true)},
		},
		"another repository, owner not known": {
			gate.Repository{Name: "acme/tiny", ID: newRepo},
			[]Identity{identity(reused, "acme/tiny ("+oldRepo+") of "+acme, "acme/tiny ("+newRepo+")", true)},
		},
		"older repository under the name": {
			gate.Repository{Name: "acme/tiny", ID: "624b1ca1f293abb6b76d0001", Owner: named("acme", "624b1ca1f293abb6b76d0001")},
			[]Identity{identity(reused, "acme/tiny ("+oldRepo+") of "+acme, "acme/tiny (624b1ca1f293abb6b76d0001) of acme (624b1ca1f293abb6b76d0001)", false)},
		},
		"owner replaced": {
			gate.Repository{Name: "acme/tiny", ID: oldRepo, Owner: named("Acme", newOwner)},
			[]Identity{identity(ownerReplaced, acme, "Acme ("+newOwner+")", true)},
		},
		"owner not known":      {gate.Repository{Name: "acme/tiny", ID: oldRepo}, nil},
		"no identifiers":       {gate.Repository{Name: "acme/tiny"}, nil},
		"moved, no identifier": {gate.Repository{Name: "b/tiny"}, []Identity{identity(moved, "acme/tiny", "b/tiny", false)}},
	} {
		r := checktest.Audit(t, Auditor{}, &gate.Subject{
			Model: model, References: []gate.Reference{{Model: model, At: at}}, Locked: locked, Repository: &test.now,
		})
		if got := checktest.Of[Identity](r, kindIdentity); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %s", name, checktest.JSON(got))
		}
		for _, e := range r.Evidence {
			if e.At != at {
				t.Errorf("%s: at %+v", name, e.At)
			}
		}
	}
}

func TestFollowed(t *testing.T) {
	for name, want := range map[string][]Identity{
		"acme/tiny": nil, "Acme/Tiny": nil, "": nil,
		"other/tiny": {{"acme/tiny", "hf", moved, "acme/tiny", "other/tiny", "reference", false}},
	} {
		r := checktest.Audit(t, Auditor{}, &gate.Subject{Model: model, Repository: &gate.Repository{Name: name}})
		if got := checktest.Of[Identity](r, kindIdentity); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v", name, got)
		}
	}
	legacy := &gate.Subject{Model: gate.ModelID{Source: "hf", Name: "gpt2"}, Repository: &gate.Repository{Name: "openai-community/gpt2"}}
	if r := checktest.Audit(t, Auditor{}, legacy); len(r.Evidence) != 0 {
		t.Errorf("got %s", checktest.JSON(r.Evidence))
	}
}

func TestTrusted(t *testing.T) {
	s := &gate.Subject{
		Model: model, Repository: &gate.Repository{Name: "acme/tiny", ID: newRepo, Owner: named("acme", newOwner)},
		Trusted: []gate.Publisher{{Name: "ACME", ID: oldOwner}, {Name: "acme"}, {Name: "other", ID: oldOwner}},
	}
	want := []Identity{{"acme/tiny", "hf", ownerReplaced, "ACME (" + oldOwner + ")", "acme (" + newOwner + ")", "policy", true}}
	if got := checktest.Of[Identity](checktest.Audit(t, Auditor{}, s), kindIdentity); !reflect.DeepEqual(got, want) {
		t.Errorf("got %s", checktest.JSON(got))
	}
	s.Trusted[0].ID = newOwner
	if r := checktest.Audit(t, Auditor{}, s); len(r.Evidence) != 0 {
		t.Errorf("got %s", checktest.JSON(r.Evidence))
	}
}

func TestAge(t *testing.T) {
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	base := Age{Model: "acme/tiny", Registry: "hf", FirstReference: "2024-05-01T00:00:00Z"}
	with := func(repository, owner string, locked bool, younger ...string) *Age {
		a := base
		a.Repository, a.Owner, a.Younger, a.Locked = repository, owner, younger, locked
		return &a
	}
	for name, test := range map[string]struct {
		first      time.Time
		repository gate.Repository
		locked     *gate.Locked
		want       *Age
	}{
		"no history": {time.Time{}, gate.Repository{Created: day(2025, 1, 1)}, nil, nil},
		"older":      {day(2024, 5, 1), gate.Repository{Created: day(2024, 4, 1)}, nil, nil},
		"a day":      {day(2024, 5, 1), gate.Repository{Created: day(2024, 5, 2)}, nil, nil},
		"younger":    {day(2024, 5, 1), gate.Repository{Created: day(2024, 5, 3)}, nil, with("2024-05-03T00:00:00Z", "", false, "repository")},
		"by its id":  {day(2024, 5, 1), gate.Repository{ID: newRepo}, nil, with("2025-08-07T07:00:47Z", "", false, "repository")},
		"locked":     {day(2024, 5, 1), gate.Repository{ID: newRepo}, &gate.Locked{ID: newRepo}, with("2025-08-07T07:00:47Z", "", true, "repository")},
		"both": {
			day(2024, 5, 1), gate.Repository{Created: day(2024, 6, 1), Owner: &gate.Publisher{Name: "Acme", Created: day(2024, 6, 2)}}, nil,
			with("2024-06-01T00:00:00Z", "2024-06-02T00:00:00Z", false, "repository", "owner"),
		},
		"owner only": {
			day(2024, 5, 1), gate.Repository{Created: day(2024, 1, 1), Owner: &gate.Publisher{Name: "acme", Created: day(2024, 6, 2)}}, nil,
			with("2024-01-01T00:00:00Z", "2024-06-02T00:00:00Z", false, "owner"),
		},
		"given to a younger account": {
			day(2024, 5, 1), gate.Repository{Created: day(2024, 1, 1), Owner: &gate.Publisher{Name: "other", Created: day(2024, 6, 2)}}, nil, nil,
		},
		"imported": {day(2020, 5, 1), gate.Repository{ID: "621ffdc036468d709f174338"}, nil, nil},
		"no times": {day(2024, 5, 1), gate.Repository{Owner: &gate.Publisher{Name: "acme"}}, nil, nil},
	} {
		r := checktest.Audit(t, Auditor{}, &gate.Subject{
			Model: model, FirstSeen: test.first, Repository: &test.repository, Locked: test.locked,
		})
		got := checktest.Of[Age](r, kindAge)
		if test.want == nil && len(got) > 0 || test.want != nil && (len(got) != 1 || !reflect.DeepEqual(got[0], *test.want)) {
			t.Errorf("%s: got %s", name, checktest.JSON(got))
		}
	}
}

func TestContradiction(t *testing.T) {
	made := time.Date(2025, 8, 7, 7, 0, 47, 0, time.UTC)
	for created, stated := range map[time.Time]bool{made: false, made.Add(-time.Hour): false, made.AddDate(-2, 0, 0): true, made.AddDate(0, 0, 2): true, {}: false} {
		r := checktest.Audit(t, Auditor{}, &gate.Subject{Model: model, Repository: &gate.Repository{ID: newRepo, Created: created}})
		got := checktest.Of[Contradiction](r, kindTime)
		if stated != (len(got) == 1) || stated && got[0] != (Contradiction{"acme/tiny", "hf", newRepo, "2025-08-07T07:00:47Z", created.Format(time.RFC3339)}) {
			t.Errorf("%v: got %+v", created, got)
		}
	}
}

func TestNothingAsked(t *testing.T) {
	if r := checktest.Audit(t, Auditor{}, &gate.Subject{Model: model, Locked: &gate.Locked{}, FirstSeen: time.Unix(1, 0)}); len(r.Evidence) != 0 {
		t.Errorf("got %s", checktest.JSON(r.Evidence))
	}
}
