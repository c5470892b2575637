package config

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/option"
)

// today is in force for the sample, whose date is 2026-03-24.
var today = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// table is a small built-in policy.
func table() map[string]Rule {
	list := func(words ...any) []any { return words }
	return map[string]Rule{
		"unapproved-source": {Level: gate.Ignore, Options: map[string]any{"sources": list(), "class": "any"},
			Stricter: map[string]string{"sources": "subset"}},
		"informal-source":      {Level: gate.Ignore},
		"personal-namespace":   {Level: gate.Ignore},
		"unverified-publisher": {Level: gate.Ignore},
		"too-few-downloads": {Level: gate.Ignore, Options: map[string]any{"min": 1001},
			Stricter: map[string]string{"min": "higher"}},
		"young-repository": {Level: gate.Ignore, Options: map[string]any{"min_days": 30, "min_owner_days": 30},
			Stricter: map[string]string{"min_days": "higher", "min_owner_days": "higher"}},
		"format-unavailable": {Level: gate.Ignore, Options: map[string]any{"formats": list("safetensors")},
			Stricter: map[string]string{"formats": "subset"}},
		"model-card-unapproved": {Level: gate.Ignore},
		"license-not-allowed": {Level: gate.Ignore, Options: map[string]any{"allow": list()},
			Stricter: map[string]string{"allow": "subset"}},
		"lookalike-namespace": {Level: gate.Deny},
		"blocked-format": {Level: gate.Warn, Section: "serialization",
			Options:  map[string]any{"formats": list("pickle", "joblib", "torch"), "unless_sibling": map[string]any{"torch": "safetensors"}},
			Stricter: map[string]string{"formats": "superset", "unless_sibling": "subset"}},
		"format-not-allowed": {Level: gate.Ignore, Options: map[string]any{"formats": list("safetensors", "onnx", "tflite", "gguf")},
			Stricter: map[string]string{"formats": "subset"}},
		"remote-code-enabled": {Level: gate.Deny, Options: map[string]any{"review": list()},
			Stricter: map[string]string{"review": "subset"}},
		"unreviewed-code":      {Level: gate.Ignore},
		"pickle-unsafe-import": {Level: gate.Deny, Section: "content", Severity: 9.8},
		"pickle-unknown-class": {Level: gate.Warn, Section: "content", Severity: 6},
		"unpinned-revision":    {Level: gate.Warn},
		"unlocked-artifact":    {Level: gate.Ignore},
		"digest-mismatch":      {Level: gate.Deny},
		"unsigned-artifact": {Level: gate.Ignore, Options: map[string]any{"keys": list("any")},
			Stricter: map[string]string{"keys": "subset"}},
		"hub-scan-unsafe":  {Level: gate.Deny},
		"hub-scan-pending": {Level: gate.Ignore},
		"security-scan-missing": {Level: gate.Ignore, Options: map[string]any{"max_age_days": 90},
			Stricter: map[string]string{"max_age_days": "lower"}},
		"test-results-missing": {Level: gate.Ignore},
		"enforcement-missing": {Level: gate.Ignore, Options: map[string]any{"stages": list("ci")},
			Stricter: map[string]string{"stages": "superset"}},
		"policy-changed":     {Level: gate.Deny},
		"waiver-expired":     {Level: gate.Deny},
		"waiver-expiring":    {Level: gate.Warn},
		"behaviour-untested": {Level: gate.Ignore},
		"listed-trigger":     {Level: gate.Deny},
		"scan-incomplete":    {Level: gate.Deny},
	}
}

func sample(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/model-repository-policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func parse(t testing.TB, text string) *Policy {
	t.Helper()
	p, err := Parse("policy.yaml", []byte(text), table(), today)
	if err != nil {
		t.Fatalf("parsing:\n%s\n%v", text, err)
	}
	return p
}

// refused parses a policy that must be refused.
func refused(t *testing.T, text string) []*Error {
	t.Helper()
	_, err := Parse("policy.yaml", []byte(text), table(), today)
	if err == nil {
		t.Fatalf("accepted:\n%s", text)
	}
	var first *Error
	if !errors.As(err, &first) {
		t.Fatalf("%v is no *Error", err)
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("%T holds no list", err)
	}
	var out []*Error
	for _, e := range joined.Unwrap() {
		out = append(out, e.(*Error))
	}
	return out
}

// TestSampleBinds is the table of what each line of the sample binds to.
func TestSampleBinds(t *testing.T) {
	p := parse(t, string(sample(t)))
	const dd, ww, di = "deny/deny", "warn/warn", "deny/ignore"
	want := map[int][]string{
		10: {dd + " unapproved-source {class: any, sources: [Hugging Face]}"},
		13: {dd + " unverified-publisher {}"},
		14: {dd + " format-unavailable {formats: [safetensors]}"},
		15: {dd + " too-few-downloads {min: 1001}", dd + " young-repository {min_days: 30, min_owner_days: 30}"},
		16: {dd + " security-scan-missing {max_age_days: 90}"},
		19: {dd + " unapproved-source {class: any, sources: [Internal Model Registry]}"},
		22: {dd + " unsigned-artifact {keys: [internal]}"},
		23: {dd + " test-results-missing {}"},
		24: {dd + " model-card-unapproved {}"},
		27: {dd + " unapproved-source {class: url}"},
		28: {dd + " informal-source {}"},
		29: {dd + " personal-namespace {}"},
		33: {dd + " format-not-allowed {formats: [safetensors]}"},
		34: {dd + " format-not-allowed {formats: [onnx]}"},
		35: {dd + " format-not-allowed {formats: [tflite]}"},
		37: {dd + " blocked-format {formats: [pickle], unless_sibling: {}}"},
		38: {dd + " blocked-format {formats: [joblib], unless_sibling: {}}"},
		39: {dd + " blocked-format {formats: [torch], unless_sibling: {torch: safetensors}}"},
		40: {ww + " enforcement-missing {stages: [ci]}"},
		43: {dd + " remote-code-enabled {review: [research]}"},
		44: {dd + " unreviewed-code {}"},
		45: {ww + " enforcement-missing {stages: [pre-commit, ci]}"},
		48: {dd + " unlocked-artifact {}", dd + " digest-mismatch {}"},
		49: {di + " unsigned-artifact {keys: [any]}"},
		50: {dd + " behaviour-untested {}", dd + " listed-trigger {}"},
		51: {dd + " hub-scan-unsafe {}", ww + " hub-scan-pending {}"},
	}
	metadata := []int{4, 5, 6, 9, 11, 18, 20}
	got := map[int]bool{}
	for _, line := range p.Lines() {
		got[line.Number] = true
		if line.Metadata != slices.Contains(metadata, line.Number) {
			t.Errorf("line %d: metadata %v", line.Number, line.Metadata)
		}
		var bound []string
		for _, b := range line.Bound {
			options := map[string]any{}
			for k, v := range b.Options {
				options[k] = v
			}
			bound = append(bound, string(b.Level.Production)+"/"+string(b.Level.Research)+" "+b.Rule+" "+option.Show(options))
		}
		if !slices.Equal(bound, want[line.Number]) {
			t.Errorf("line %d %q\n got %q\nwant %q", line.Number, line.Text, bound, want[line.Number])
		}
	}
	if len(got) != 33 {
		t.Errorf("%d lines, want 33", len(got))
	}
	info := p.Info()
	if info.Version != "1.0" || info.Owner != "AI Security Team" || info.EffectiveDate != "2026-03-24" ||
		info.Environment != "production" || !strings.HasPrefix(info.Digest, "sha256:") {
		t.Errorf("info %+v", info)
	}
}

func TestSampleDocument(t *testing.T) {
	p := parse(t, string(sample(t)))
	rules := p.Document()["rules"].(map[string]any)
	if len(rules) != len(table()) {
		t.Errorf("%d rules, want %d", len(rules), len(table()))
	}
	for id, want := range map[string]string{
		"too-few-downloads": `{level: {production: ignore, research: ignore}, options: {min: 1001}, sources: {Hugging Face: {level: {production: deny, research: deny}, options: {min: 1001}}}}`,
		"unsigned-artifact": `{level: {production: deny, research: ignore}, options: {keys: [any]}, sources: {Internal Model Registry: {level: {production: deny, research: deny}, options: {keys: [internal]}}}}`,
		"blocked-format":    `{level: {production: deny, research: deny}, options: {formats: [pickle, joblib, torch], unless_sibling: {torch: safetensors}}, section: serialization, sources: {}}`,
		"unapproved-source": `{level: {production: deny, research: deny}, options: {class: any, sources: [Hugging Face, Internal Model Registry]}, sources: {}}`,
		// A source of high trust has reputation rules only if it lists them.
		"personal-namespace":  `{level: {production: deny, research: deny}, options: {}, sources: {Internal Model Registry: {level: {production: ignore, research: ignore}, options: {}}}}`,
		"lookalike-namespace": `{level: {production: deny, research: deny}, options: {}, sources: {Internal Model Registry: {level: {production: ignore, research: ignore}, options: {}}}}`,
		"enforcement-missing": `{level: {production: warn, research: warn}, options: {stages: [ci, pre-commit]}, sources: {}}`,
	} {
		if got := option.Show(rules[id]); got != want {
			t.Errorf("%s\n got %s\nwant %s", id, got, want)
		}
	}
	if got := option.Show(p.Document()["sources"]); got != "[{name: Hugging Face, trust: medium, urls: [https://huggingface.co]}, {name: Internal Model Registry, trust: high, urls: [https://models.internal.company.com]}]" {
		t.Error(got)
	}
}

// scalars counts the scalars of a document that are no keys.
func scalars(n *yaml.Node) int {
	count := 0
	if n.Kind == yaml.ScalarNode {
		return 1
	}
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			count += scalars(child)
		}
	}
	return count
}

func checkScalars(t *testing.T, text string) {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	lines := parse(t, text).Lines()
	if got, want := len(lines), scalars(&doc); got != want {
		t.Errorf("%d lines, %d scalars", got, want)
	}
	for _, line := range lines {
		if !line.Metadata && len(line.Bound) == 0 {
			t.Errorf("line %d %q is bound to nothing", line.Number, line.Text)
		}
	}
}

// TestScalars: every scalar of a policy is a line of the explanation.
func TestScalars(t *testing.T) {
	checkScalars(t, string(sample(t)))
	checkScalars(t, full)
}

func BenchmarkParse(b *testing.B) {
	text, rules := sample(b), table()
	for b.Loop() {
		if _, err := Parse("policy.yaml", text, rules, today); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample(f))
	f.Add([]byte(full))
	rules := table()
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Parse("policy.yaml", text, rules, today)
		if (p == nil) == (err == nil) {
			t.Fatalf("policy %v, error %v", p, err)
		}
		if p == nil {
			return
		}
		if len(p.Document()["rules"].(map[string]any)) < len(rules) {
			t.Fatal("a rule is missing")
		}
		var out strings.Builder
		if err := Explain(&out, p, true); err != nil {
			t.Fatal(err)
		}
		for _, line := range p.Lines() {
			if !line.Metadata && len(line.Bound) == 0 {
				t.Fatalf("line %d %q is bound to nothing", line.Number, line.Text)
			}
		}
	})
}
