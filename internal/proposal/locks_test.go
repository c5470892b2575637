package proposal

import (
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/lock"
)

func TestTrustedLock(t *testing.T) {
	entry := func(key, commit, owner string) gate.Locked {
		return gate.Locked{Key: key, Commit: strings.Repeat(commit, 40), ID: strings.Repeat(owner, 24), Name: "a/b",
			Owner: gate.Publisher{Name: "a", ID: strings.Repeat(owner, 24)}, Reviewed: []string{strings.Repeat(owner, 64)}}
	}
	id := func(revision string) gate.ModelID {
		return gate.ModelID{Source: "hf", Namespace: "a", Name: "b", Revision: revision}
	}
	for name, c := range map[string]struct {
		base, head    []gate.Locked
		ask           string
		commit, owner string
		reviewed      bool
	}{
		"same commit":          {[]gate.Locked{entry("hf:a/b@main", "1", "c")}, []gate.Locked{entry("hf:a/b@main", "1", "d")}, "main", "1", "c", true},
		"moved":                {[]gate.Locked{entry("hf:a/b@main", "1", "c")}, []gate.Locked{entry("hf:a/b@main", "2", "d")}, "main", "2", "c", true},
		"removed":              {[]gate.Locked{entry("hf:a/b@main", "1", "c")}, nil, "main", "1", "c", true},
		"another revision":     {[]gate.Locked{entry("hf:a/b@main", "1", "c")}, []gate.Locked{entry("hf:a/b@v2", "2", "d")}, "v2", "2", "c", true},
		"a model that is new":  {nil, []gate.Locked{entry("hf:a/b@main", "2", "d")}, "main", "2", "d", false},
		"a model in neither":   {nil, nil, "main", "", "", false},
		"only in another name": {[]gate.Locked{entry("hf:a/c@main", "1", "c")}, nil, "main", "", "", false},
	} {
		trust := &Locks{Base: locksOf(c.base), Head: locksOf(c.head), Compared: true}
		got, ok := trust.Lookup(id(c.ask))
		if ok != (c.commit != "") || got.Commit != strings.Repeat(c.commit, 40) || got.Owner.ID != strings.Repeat(c.owner, 24) || (len(got.Reviewed) > 0) != c.reviewed {
			t.Errorf("%s: %v %+v", name, ok, got)
		}
	}
}

func locksOf(entries []gate.Locked) *lock.File {
	f := lock.New(lock.Name)
	for _, e := range entries {
		if err := f.Put(e); err != nil {
			panic(err)
		}
	}
	return f
}
