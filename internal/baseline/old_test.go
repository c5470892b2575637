package baseline

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/modelgate/gate"
)

func at(line int, level gate.Level) gate.Violation {
	return gate.Violation{Rule: "a", Level: level, At: gate.Location{Path: "a.py", Line: line}}
}

func TestMarkOld(t *testing.T) {
	for name, c := range map[string]struct {
		head, base []gate.Violation
		want       string // o for old, n for new
	}{
		"as many as before":   {[]gate.Violation{at(1, gate.Deny), at(2, gate.Deny), at(3, gate.Deny)}, []gate.Violation{at(1, gate.Deny), at(3, gate.Deny)}, "ono"},
		"another line":        {[]gate.Violation{at(7, gate.Deny)}, []gate.Violation{at(1, gate.Deny)}, "o"},
		"same line first":     {[]gate.Violation{at(1, gate.Deny), at(5, gate.Deny)}, []gate.Violation{at(5, gate.Deny)}, "no"},
		"no line":             {[]gate.Violation{at(0, gate.Deny), at(0, gate.Deny)}, []gate.Violation{at(0, gate.Deny)}, "on"},
		"warned of before":    {[]gate.Violation{at(1, gate.Deny)}, []gate.Violation{at(1, gate.Warn)}, "n"},
		"denied before":       {[]gate.Violation{at(1, gate.Warn)}, []gate.Violation{at(1, gate.Deny)}, "o"},
		"each stands for one": {[]gate.Violation{at(1, gate.Warn), at(1, gate.Deny)}, []gate.Violation{at(1, gate.Deny)}, "on"},
	} {
		t.Run(name, func(t *testing.T) {
			markOld(c.head, c.base, identities(nil, nil))
			got := ""
			for _, v := range c.head {
				got += map[bool]string{true: "o", false: "n"}[v.Old]
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestRegion sees all lines of a long call, and gives none to one without an end.
func TestRegion(t *testing.T) {
	lines := strings.Repeat("    # comment\n", 70)
	s := newTexts(fstest.MapFS{
		"a.py": {Data: []byte("load(\n" + lines + "'a')")},
		"b.py": {Data: []byte("load(\n" + lines + "'b')")},
		"c.py": {Data: []byte(strings.Repeat("x\n", 2000))},
	})
	names := map[string]string{}
	for _, path := range []string{"a.py", "b.py"} {
		name, ok := s.region(gate.Location{Path: path, Line: 1, EndLine: 72})
		if other := names[name]; !ok || other != "" {
			t.Errorf("%s is as %q: %v", path, other, ok)
		}
		names[name] = path
	}
	if _, ok := s.region(gate.Location{Path: "c.py", Line: 1, EndLine: 1900}); ok {
		t.Error("a region of 1900 lines has a name")
	}
}

func TestLoads(t *testing.T) {
	ref := func(name string) gate.Reference {
		return gate.Reference{
			Model: gate.ModelID{Source: "hf", Namespace: "acme", Name: name, Revision: "main"},
			At:    gate.Location{Path: "conf.py", Line: 1}, LoadedAt: []gate.Location{{Path: "a.py", Line: 3, EndLine: 5}},
		}
	}
	line := gate.Location{Path: "a.py", Line: 4}
	one, other, both := loads([]gate.Reference{ref("a")})[line], loads([]gate.Reference{ref("b")})[line], loads([]gate.Reference{ref("b"), ref("a"), ref("a")})[line]
	if one == "" || one == other || both == one || both == other {
		t.Error(fmt.Sprint("models are taken for others: ", one, other, both))
	}
}
