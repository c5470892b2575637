package rego

import (
	"slices"
	"testing"

	"github.com/modelgate/gate"
)

func TestDefaults(t *testing.T) {
	defaults, err := Defaults()
	if err != nil {
		t.Fatal(err)
	}
	d := defaults["too-few-downloads"]
	if d.Level != gate.Ignore || d.Options["min"] != 1001 || d.Stricter["min"] != "higher" {
		t.Errorf("got %+v", d)
	}
}

func TestCatalogue(t *testing.T) {
	rules, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rules, func(r gate.Rule) bool { return r.ID == "pickle-unsafe-import" })
	if i < 0 {
		t.Fatal("no rule about unsafe imports")
	}
	if r := rules[i]; r.Section != "content" || r.Level != gate.Deny || r.Severity != "9.8" || r.Title == "" || r.Remediation == "" {
		t.Errorf("got %+v", r)
	}
}

func TestAwaited(t *testing.T) {
	kinds, err := Awaited()
	if err != nil {
		t.Fatal(err)
	}
	if !kinds["attestation.test_result"] || kinds["pickle.import"] {
		t.Errorf("got %v", kinds)
	}
}

func TestDigestCovers(t *testing.T) {
	for path, want := range map[string]bool{
		"main/main.rego":      true,
		"main/main_test.rego": false,
		"defaults/data.yaml":  true,
		"catalogue.json":      false,
		"schemas/input.json":  false,
	} {
		if judges(path) != want {
			t.Errorf("%s: got %v", path, !want)
		}
	}
	if len(Digest()) != 64 {
		t.Errorf("got %q", Digest())
	}
}
