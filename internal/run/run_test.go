package run

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/usage"
)

func session() *Session {
	return &Session{
		Now: time.Now, Getenv: func(string) string { return "" },
		Progress: func(string) (func(done, all int), func()) { return func(int, int) {}, func() {} },
	}
}

func builtIn(t *testing.T) *config.Policy {
	t.Helper()
	p, err := (&PolicyFile{}).Parse(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// risky is a repository whose one file is denied.
var risky = fstest.MapFS{"models/m.pkl": {Data: []byte("cos\nsystem\n(S'true'\ntR.")}}

func gathered(t *testing.T, s *Session) *Findings {
	t.Helper()
	g, err := s.Gather(t.Context(), &Repository{Dir: t.TempDir(), Files: risky, Policy: builtIn(t)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return g.All()
}

func TestDecide(t *testing.T) {
	s := session()
	j := &Judgement{Session: s, Policy: builtIn(t), Only: []string{"pickle-unsafe-import"}}
	r, err := j.Decide(t.Context(), gathered(t, s))
	if err != nil {
		t.Fatal(err)
	}
	if r.Verdict != gate.Fail || len(r.Violations) != 1 || r.Violations[0].At.Path != "models/m.pkl" {
		t.Errorf("%s: %+v", r.Verdict, r.Violations)
	}
	j.Compare = func(_ context.Context, violations []gate.Violation) error {
		for i := range violations {
			violations[i].Old = true
		}
		return nil
	}
	if r, err = j.Decide(t.Context(), gathered(t, s)); err != nil || r.Verdict != gate.Pass {
		t.Errorf("what is old counts: %v %v", r, err)
	}
	j.Only = []string{"no-such-rule"}
	if _, err = j.Decide(t.Context(), gathered(t, s)); !errors.As(err, &usage.Error{}) {
		t.Errorf("got %v", err)
	}
}

// TestAnchor leads from a file of a registry to the code that asks for the model.
func TestAnchor(t *testing.T) {
	ref := gate.Reference{
		Model: gate.ModelID{Source: "hf", Namespace: "a", Name: "b"}, Resolution: gate.Literal, At: gate.Location{Path: "app.py", Line: 3},
	}
	test := ref
	test.Context, test.At.Path = gate.InTest, "app_test.py"
	violations := []gate.Violation{{At: gate.Location{Path: "hf:a/b/m.bin"}}, {At: gate.Location{Path: "hf:a/bc/m.bin"}}, {At: gate.Location{Path: "m.bin"}}}
	anchor(violations, []gate.Reference{ref, test})
	if got := violations[0].Related; len(got) != 1 || got[0] != ref.At {
		t.Errorf("got %v", got)
	}
	if violations[1].Related != nil || violations[2].Related != nil {
		t.Error("others are anchored too")
	}
}

func TestParseReport(t *testing.T) {
	good := `{"schema": "` + gate.Schema + `", "root": "x", "violations": [{"rule": "a", "old": true}, {"rule": "b"}]}`
	f, err := ParseReport("r.json", []byte(good))
	if err != nil || f.Root != "x" || len(f.Old) != 1 || f.Old[0].Rule != "a" {
		t.Errorf("got %+v, %v", f, err)
	}
	for _, text := range []string{"", "[]", `{"schema": "other/1"}`} {
		if _, err := ParseReport("r.json", []byte(text)); !errors.As(err, &usage.Error{}) || !strings.Contains(err.Error(), `"r.json"`) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestRuleTests(t *testing.T) {
	files := fstest.MapFS{
		"own/a.rego": {}, "own/a_test.rego": {}, "own/note.txt": {}, "one.rego": {}, "one_test.rego": {}, "tests/c_test.rego": {}, "tests/lib.rego": {},
	}
	pol := &config.Policy{Rego: []string{"own/", "./one.rego"}}
	for dir, want := range map[string][2]string{
		"":      {"one.rego own/a.rego", "one_test.rego own/a_test.rego tests/c_test.rego"},
		"tests": {"one.rego own/a.rego tests/lib.rego", "tests/c_test.rego"},
	} {
		rules, tests, err := RuleTests(files, pol, dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{names(rules), names(tests)}; got != want {
			t.Errorf("%q: got %q, want %q", dir, got, want)
		}
	}
	if _, err := CustomRules(files, &config.Policy{Rego: []string{"gone"}}); !errors.As(err, &usage.Error{}) {
		t.Errorf("got %v", err)
	}
}

func names(modules map[string][]byte) string {
	return strings.Join(slices.Sorted(maps.Keys(modules)), " ")
}

func TestByFolder(t *testing.T) {
	got := byFolder([]gate.File{{Path: "a/x"}, {Path: "b/y.zip!in/z"}, {Path: "a/w"}, {Path: "top"}})
	if len(got) != 3 || got[0].Model.Name != "a" || len(got[0].Files) != 2 || got[1].Model.Name != "b" || got[2].Model.Name != "." {
		t.Errorf("got %+v", got)
	}
}
