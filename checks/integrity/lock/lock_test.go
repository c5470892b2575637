package lock

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

var (
	now  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	at   = gate.Location{Path: "app.py", Line: 3}
	line = gate.Location{Path: "models.lock", Line: 5}
	one  = strings.Repeat("1", 40)
	two  = strings.Repeat("2", 40)
)

func days(n int) *int { return &n }

// subject is a model that is locked with two files at commit one.
func subject(revision string) *gate.Subject {
	m := gate.ModelID{Source: "hf", Namespace: "acme", Name: "tiny", Revision: revision}
	return &gate.Subject{
		Model: m, References: []gate.Reference{{Model: m, At: at}}, Now: now,
		Locked: &gate.Locked{
			Key: "hf:acme/tiny@main", Commit: one, ID: "66944f1fddd6b603d1444b8e", Name: "acme/tiny", License: "mit", At: line,
			Owner: gate.Publisher{Name: "acme", ID: "64b1ca1f293abb6b76d7791c", Type: "org", Verified: true},
			Files: []gate.LockedFile{
				{RemoteFile: gate.RemoteFile{Path: "config.json", Size: 31, Git: "aa", SHA256: "bb"}},
				{RemoteFile: gate.RemoteFile{Path: "m.safetensors", Size: 40, SHA256: "cc"}, Excluded: "format"},
			},
			Scan: &gate.LockedScan{Engine: "gate/0.4.0 rules 2026-11-20", Verdict: gate.Pass, Mode: "full"},
		},
	}
}

func TestEntry(t *testing.T) {
	s := subject("")
	r := checktest.Audit(t, Auditor{}, s)
	want := []gate.Evidence{
		{Kind: "lock.entry", At: line, Data: Entry{
			Model: "acme/tiny", Registry: "hf", Key: "hf:acme/tiny@main", Commit: one, ID: s.Locked.ID, Name: "acme/tiny",
			Owner:   Owner{"acme", "64b1ca1f293abb6b76d7791c", "org", true, days(1228)},
			License: "mit", Files: s.Locked.Files,
		}},
		{Kind: "scan.record", At: line, Data: Record{"acme/tiny", "hf", "", "gate/0.4.0 rules 2026-11-20", "full", gate.Pass, days(4)}},
	}
	if !reflect.DeepEqual(r.Evidence, want) {
		t.Errorf("got %s", checktest.JSON(r.Evidence))
	}
	s.Locked = nil
	if r := checktest.Audit(t, Auditor{}, s); len(r.Evidence) != 0 {
		t.Errorf("got %s", checktest.JSON(r.Evidence))
	}
}

func TestSameCommit(t *testing.T) {
	config, weights := gate.RemoteFile{Path: "config.json", Size: 31, Git: "aa"}, gate.RemoteFile{Path: "m.safetensors", Size: 40, Git: "dd", SHA256: "CC"}
	with := func(f gate.RemoteFile, change func(*gate.RemoteFile)) gate.RemoteFile { change(&f); return f }
	fact := func(name, want, got, state string) []gate.Checksum {
		return []gate.Checksum{{Model: "acme/tiny", Registry: "hf", Name: name, Want: want, Got: got, State: state, By: "models.lock"}}
	}
	for name, test := range map[string]struct {
		files []gate.RemoteFile
		want  []gate.Checksum
	}{
		"same":    {[]gate.RemoteFile{weights, config}, nil},
		"digest":  {[]gate.RemoteFile{config, with(weights, func(f *gate.RemoteFile) { f.SHA256 = "ee" })}, fact("m.safetensors", "cc", "ee", "differs")},
		"git":     {[]gate.RemoteFile{with(config, func(f *gate.RemoteFile) { f.Git = "ff" }), weights}, fact("config.json", "git aa", "git ff", "differs")},
		"size":    {[]gate.RemoteFile{config, with(weights, func(f *gate.RemoteFile) { f.Size++ })}, fact("m.safetensors", "40 bytes", "41 bytes", "differs")},
		"missing": {[]gate.RemoteFile{config}, fact("m.safetensors", "cc", "", "missing")},
		"extra":   {[]gate.RemoteFile{config, weights, {Path: "evil.py", Size: 1, Git: "ab"}, {Path: "x", Size: 7}}, append(fact("evil.py", "", "git ab", "extra"), fact("x", "", "7 bytes", "extra")...)},
	} {
		s := subject("")
		s.Repository = &gate.Repository{Commit: one, Files: test.files}
		r := checktest.Audit(t, Auditor{}, s)
		if got := checktest.Of[gate.Checksum](r, gate.KindChecksum); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v", name, got)
		}
		if len(checktest.Of[Moved](r, kindMoved)) != 0 {
			t.Errorf("%s: moved", name)
		}
		if last := r.Evidence[len(r.Evidence)-1]; last.At != line {
			t.Errorf("%s: at %+v", name, last.At)
		}
	}
}

// TestNotComparable: a list that was not given is no list without files, and a file of
// which nothing in common is known is not the same.
func TestNotComparable(t *testing.T) {
	s := subject("")
	s.Repository = &gate.Repository{Commit: one, Notes: []gate.Unavailable{{Reason: gate.ReasonGated}}}
	if r := checktest.Audit(t, Auditor{}, s); len(r.Evidence) != 2 {
		t.Errorf("got %s", checktest.JSON(r.Evidence))
	}
	s.Repository = &gate.Repository{Commit: one, Files: []gate.RemoteFile{{Path: "config.json", Size: 31}, {Path: "m.safetensors", Size: 40, Git: "dd"}}}
	r := checktest.Audit(t, Auditor{}, s)
	if got := checktest.Of[gate.Incomplete](r, gate.KindIncomplete); len(got) != 2 || !strings.Contains(got[0].Reason, `"config.json"`) {
		t.Errorf("got %+v", got)
	}
}

func TestMoved(t *testing.T) {
	s := subject("")
	s.Repository = &gate.Repository{Commit: two, Files: []gate.RemoteFile{
		{Path: "config.json", Size: 31, Git: "a2"}, {Path: "extra.py", Size: 5, Git: "a3"},
	}}
	r := checktest.Audit(t, Auditor{}, s)
	if got := checktest.Of[Moved](r, kindMoved); !reflect.DeepEqual(got, []Moved{{"acme/tiny", "hf", "main", one, two}}) {
		t.Errorf("got %+v", got)
	}
	want := []File{
		{"acme/tiny", "hf", "config.json", "changed", "git aa", "git a2"},
		{"acme/tiny", "hf", "extra.py", "added", "", "git a3"},
		{"acme/tiny", "hf", "m.safetensors", "removed", "cc", ""},
	}
	if got := checktest.Of[File](r, kindFile); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	for _, e := range r.Evidence[2:] {
		if e.At != at || e.Kind == gate.KindChecksum {
			t.Errorf("got %+v", e)
		}
	}
}

// TestTarget asks for a branch, a tag or a commit, and gets the answer for that or for the
// locked commit.
func TestTarget(t *testing.T) {
	refs := []gate.Ref{{Name: "main", Kind: "branch", Commit: two}, {Name: "v1", Kind: "tag", Commit: one}}
	for name, test := range map[string]struct {
		revision   string
		asked, got string // what the registry was asked for and answered
		want       []Moved
		files      bool
	}{
		"branch at the lock":      {"", "", one, nil, false},
		"branch moved":            {"", "", two, []Moved{{"acme/tiny", "hf", "main", one, two}}, true},
		"asked for the lock":      {"", one, one, []Moved{{"acme/tiny", "hf", "main", one, two}}, false},
		"tag moved":               {"v1", "v1", two, []Moved{{"acme/tiny", "hf", "v1", one, two}}, true},
		"tag by the refs":         {"v1", one, one, nil, false},
		"branch without a commit": {"dev", one, one, nil, false},
		"pinned":                  {one, one, one, nil, false},
		"pinned elsewhere":        {two, two, two, nil, false},
	} {
		s := subject(test.revision)
		s.Repository = &gate.Repository{Model: gate.ModelID{Revision: test.asked}, Commit: test.got, Refs: refs, Files: []gate.RemoteFile{{Path: "config.json", Size: 31, Git: "aa"}}}
		r := checktest.Audit(t, Auditor{}, s)
		if got := checktest.Of[Moved](r, kindMoved); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v", name, got)
		}
		if got := len(checktest.Of[File](r, kindFile)) > 0; got != test.files {
			t.Errorf("%s: files are compared: %v", name, got)
		}
	}
}

func TestRulesAge(t *testing.T) {
	for engine, want := range map[string]*int{
		"gate/0.4.0 rules 2026-08": days(115), "gate/0.4.0 rules 2026-11-24": days(0), "gate/0.4.0": nil, "": nil,
		"gate 2027-01-01": nil, "gate 2026-19-01": nil, "gate 12026-08": nil,
	} {
		if got := rulesAge(engine, now); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %v", engine, got)
		}
	}
	if rulesAge("rules 2026-08", time.Time{}) != nil {
		t.Error("an age without a clock")
	}
}
