package pin

import (
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/lock"
)

func reference(name, revision string) gate.Reference {
	return gate.Reference{Model: gate.ModelID{Source: "hf", Namespace: "a", Name: name, Revision: revision}, Resolution: gate.Literal}
}

func TestKeep(t *testing.T) {
	old := lock.New(lock.Name)
	for _, key := range []string{"hf:a/kept@main", "hf:a/gone@main", "hf:a/anew@main"} {
		if err := old.Put(gate.Locked{Key: key, Commit: strings.Repeat("1", 40), Name: "a/b", Owner: gate.Publisher{Name: "a"}}); err != nil {
			t.Fatal(err)
		}
	}
	unknown := reference("unknown", "")
	unknown.Resolution = gate.Dynamic
	l := &Locking{Old: old, New: lock.New(lock.Name), Upgrade: []string{"hf:a/anew@main"}}
	ask, err := l.Keep([]gate.Reference{reference("kept", "main"), reference("new", "main"), reference("anew", "main"), unknown})
	if err != nil {
		t.Fatal(err)
	}
	if keys := strings.Join(l.New.Keys(), " "); keys != "hf:a/kept@main" {
		t.Errorf("kept %s", keys)
	}
	if len(ask) != 2 || ask[0].Model.Name != "new" || ask[1].Model.Name != "anew" {
		t.Errorf("asks for %+v", ask)
	}
}

func TestLocked(t *testing.T) {
	model := gate.ModelID{Source: "hf", Namespace: "a", Name: "b", Revision: "main"}
	at := func(file string) string { return "hf:a/b@main/" + file }
	report := &gate.Report{
		Rules: []gate.Rule{{ID: "blocked", Section: "serialization"}, {ID: "bad", Section: "content"}},
		Violations: []gate.Violation{
			{Rule: "blocked", Model: "a/b", Level: gate.Deny, At: gate.Location{Path: at("w.bin")}},
			{Rule: "bad", Model: "a/b", Level: gate.Deny, At: gate.Location{Path: at("x.zip") + "!entry"}},
			{Rule: "bad", Model: "a/b", Level: gate.Warn, At: gate.Location{Path: at("ok.json")}},
		},
	}
	a := gate.Artifact{
		Model: model, Files: []gate.File{{Path: at("odd.dat"), State: gate.Unread}, {Path: at("ok.json"), SHA256: "s"}},
		Repository: &gate.Repository{Commit: "c", Files: []gate.RemoteFile{{Path: "w.bin"}, {Path: "x.zip"}, {Path: "odd.dat"}, {Path: "ok.json"}}},
	}
	l := locked(a, report, time.Unix(0, 0))
	want := map[string]string{"w.bin": "format", "x.zip": "denied", "odd.dat": "unread", "ok.json": ""}
	for _, f := range l.Files {
		if f.Excluded != want[f.Path] {
			t.Errorf("%s: %q", f.Path, f.Excluded)
		}
	}
	if l.Scan.Verdict != gate.Fail || l.Files[3].SHA256 != "s" {
		t.Errorf("got %+v", l)
	}
	if l := locked(a, &gate.Report{}, time.Unix(0, 0)); l.Scan.Verdict != gate.Pass {
		t.Error("nothing is denied, and the verdict is a failure")
	}
}
