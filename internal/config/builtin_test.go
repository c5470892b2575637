package config_test

import (
	"os"
	"testing"
	"time"

	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/rego"
)

// builtIn converts the rules of the gate as its caller does.
func builtIn(t testing.TB) map[string]config.Rule {
	t.Helper()
	defaults, err := rego.Defaults()
	if err != nil {
		t.Fatal(err)
	}
	rules := make(map[string]config.Rule, len(defaults))
	for id, d := range defaults {
		rules[id] = config.Rule{Level: d.Level, Options: d.Options, Stricter: d.Stricter}
	}
	return rules
}

// TestBuiltInRules: the sample binds to rules that are built in, and each option that a
// line sets is one that its rule has.
func TestBuiltInRules(t *testing.T) {
	text, err := os.ReadFile("testdata/model-repository-policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules := builtIn(t)
	p, err := config.Parse("model-repository-policy.yaml", text, rules, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range p.Lines() {
		for _, b := range line.Bound {
			for name := range b.Options {
				if _, ok := rules[b.Rule].Options[name]; !ok {
					t.Errorf("line %d sets %s of %s, which has no such option", line.Number, name, b.Rule)
				}
			}
		}
	}
	for id, r := range rules {
		for name := range r.Stricter {
			if _, ok := r.Options[name]; !ok {
				t.Errorf("%s: a direction for %s, which is no option", id, name)
			}
		}
	}
	if got := len(p.Document()["rules"].(map[string]any)); got != len(rules) {
		t.Errorf("%d rules, want %d", got, len(rules))
	}
}
