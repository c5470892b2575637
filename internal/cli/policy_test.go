package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/run"
)

var policyDay = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// policyRepo is a folder with files, and a function that runs the gate in it.
func policyRepo(t *testing.T, files map[string]string) (dir string, invoke func(args ...string) (code int, stdout, stderr string)) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, func(args ...string) (int, string, string) {
		var stdout, stderr bytes.Buffer
		c := Command{
			Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Dir: dir, Version: "test",
			Getenv: func(string) string { return "" }, Now: func() time.Time { return policyDay },
		}
		code := c.Main(context.Background(), args)
		return code, stdout.String(), stderr.String()
	}
}

// risky is a repository in which a good deal is denied.
var risky = map[string]string{
	"app.py": "import torch\nfrom transformers import AutoModel\n" +
		"m = AutoModel.from_pretrained(\"acme/ranker\", trust_remote_code=True)\n" +
		"torch.hub.load(\"pytorch/vision\", \"resnet18\")\n",
	"dl.sh":           "wget https://example.com/models/x.pt\n",
	"models/m[1].pkl": "cos\nsystem\n(S\"true\"\ntR.",
	"models/b.onnx":   "\x00",
}

func filledIn(text string) string { return strings.ReplaceAll(text, "TODO", "somebody") }

func TestPolicyInit(t *testing.T) {
	dir, invoke := policyRepo(t, risky)
	if code, _, _ := invoke("check", "--offline"); code != exitDenied {
		t.Fatalf("the repository has the code %d without a policy", code)
	}
	code, text, stderr := invoke("policy", "init")
	if code != exitPass {
		t.Fatalf("code %d: %s", code, stderr)
	}
	for _, want := range []string{"url: https://huggingface.co\n", `{name: "acme", id: TODO}`, "approved_by: TODO", `expires: "2027-02-22"`, "# seen and not approved: \"https://example.com\"", "    - safetensors\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	rules, err := run.DefaultRules()
	if err != nil {
		t.Fatal(err)
	}
	_, err = config.Parse("p.yaml", []byte(text), rules, policyDay)
	if err == nil || !strings.Contains(err.Error(), "approved_by is not filled in") || !strings.Contains(err.Error(), "publishers[0].id is not filled in") {
		t.Errorf("what is to be filled in is not refused: %v", err)
	}
	pol, err := config.Parse("p.yaml", []byte(filledIn(text)), rules, policyDay)
	if err != nil {
		t.Fatalf("does not bind when it is filled in: %v", err)
	}
	if len(pol.Waivers) < 5 || len(pol.Sources) != 1 || len(pol.Publishers) != 1 {
		t.Errorf("got %d waivers, %d sources, %d publishers", len(pol.Waivers), len(pol.Sources), len(pol.Publishers))
	}
	if err := os.WriteFile(filepath.Join(dir, run.PolicyFiles[0]), []byte(filledIn(text)), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := invoke("check", "--offline"); code != exitPass {
		t.Errorf("with its own policy the repository has the code %d\n%s%s", code, stdout, stderr)
	}
}

func TestPolicyInitOfNothing(t *testing.T) {
	_, invoke := policyRepo(t, nil)
	code, text, stderr := invoke("policy", "init", ".")
	if code != exitPass || strings.Contains(text, "TODO") {
		t.Fatalf("code %d, %s\n%s", code, stderr, text)
	}
	rules, err := run.DefaultRules()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := config.Parse("p.yaml", []byte(text), rules, policyDay); err != nil {
		t.Error(err)
	}
}

func TestPolicyInitDoesNotOverwrite(t *testing.T) {
	dir, invoke := policyRepo(t, map[string]string{"p.yaml": "mine"})
	if code, _, stderr := invoke("policy", "init", "--output", "p.yaml"); code != exitUsage || !strings.Contains(stderr, "--force") {
		t.Errorf("code %d: %s", code, stderr)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "p.yaml")); string(text) != "mine" {
		t.Errorf("the file holds %q", text)
	}
	if code, stdout, stderr := invoke("policy", "init", "--force", "--output", "p.yaml"); code != exitPass || stdout != "" {
		t.Errorf("code %d: %s%s", code, stdout, stderr)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "p.yaml")); !strings.Contains(string(text), "blocked_formats:") {
		t.Errorf("the file holds %q", text)
	}
}

const ownRule = `# METADATA
# title: Archive is ours
# description: It must not be.
# custom:
#   evidence: [scan.incomplete]
#   precision: high
#   security_severity: "5.0"
#   remediation: Remove it.
package custom.rules.scan["our-archive"]

violations contains {"on": item, "message": "It is ours."} if {
	some item in input.evidence["scan.incomplete"]
}
`

const ownTest = `package our_archive_test

import data.custom.rules.scan["our-archive"] as rule

item := {"kind": "scan.incomplete", "at": {"path": "a.zip"}, "data": {}, "model": "", "source": ""}

test_fires if {
	count(rule.violations) == 1 with input.evidence as {"scan.incomplete": [item]}
}
`

func TestPolicyTest(t *testing.T) {
	policy := "custom:\n  rego: [policy/ours.rego]\n"
	failing := strings.Replace(ownTest, "== 1", "== 2", 1)
	for name, test := range map[string]struct {
		files map[string]string
		args  []string
		code  int
		want  string
	}{
		"passes":    {map[string]string{"policy/ours_test.rego": ownTest}, nil, exitPass, "PASS   policy/ours_test.rego:7  our_archive_test.test_fires\n1 tests: 1 pass\ncoverage of the rules: 100 %\n"},
		"fails":     {map[string]string{"policy/ours_test.rego": failing}, nil, exitDenied, "not true at policy/ours_test.rego:8:2: count(rule.violations) == 2"},
		"in DIR":    {map[string]string{"tests/x_test.rego": ownTest, "policy/ours_test.rego": failing}, []string{"tests"}, exitPass, "PASS   tests/x_test.rego:7"},
		"of a FILE": {map[string]string{"q.yaml": "custom: {rego: [policy]}\n", "policy/ours_test.rego": ownTest, run.PolicyFiles[0]: "version: \"1\"\n"}, []string{"q.yaml"}, exitPass, "1 pass"},
		"none":      {nil, nil, exitUsage, ""},
		"broken":    {map[string]string{"policy/ours_test.rego": "package x\n\ntest_a if time.now_ns() > 0\n"}, nil, exitUsage, ""},
		"outside":   {nil, []string{".."}, exitUsage, ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{run.PolicyFiles[0]: policy, "policy/ours.rego": ownRule}
			for name, text := range test.files {
				files[name] = text
			}
			_, invoke := policyRepo(t, files)
			code, stdout, stderr := invoke(append([]string{"policy", "test"}, test.args...)...)
			if code != test.code || !strings.Contains(stdout, test.want) {
				t.Errorf("code %d\n%s%s", code, stdout, stderr)
			}
		})
	}
}

func TestPolicySchema(t *testing.T) {
	_, invoke := policyRepo(t, nil)
	code, got, stderr := invoke("policy", "schema")
	want, err := os.ReadFile("../../docs/model-repository-policy.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if code != exitPass || got != string(want) {
		t.Errorf("code %d, or docs/ has another schema: run go generate ./...\n%s", code, stderr)
	}
}

func TestPolicyUsage(t *testing.T) {
	_, invoke := policyRepo(t, nil)
	for _, args := range [][]string{{"policy"}, {"policy", "explane"}, {"policy", "explain", "a", "b"}, {"policy", "init", "a", "b"}, {"policy", "schema", "x"}} {
		if code, _, stderr := invoke(args...); code != exitUsage || stderr == "" {
			t.Errorf("%q: code %d: %s", args, code, stderr)
		}
	}
	if code, stdout, _ := invoke("policy", "--all", "explain"); code != exitPass || !strings.Contains(stdout, "the built-in policy") {
		t.Errorf("code %d: %s", code, stdout)
	}
}

// TestSamplePolicy: each line of a real policy maps to rules, and each of those has an
// example of what it denies and of what it passes.
func TestSamplePolicy(t *testing.T) {
	shared := os.Getenv("GATE_SHARED")
	if shared == "" {
		t.Skip("GATE_SHARED names no folder")
	}
	text, err := os.ReadFile(filepath.Join(shared, "policy", "model-repository-policy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := run.DefaultRules()
	if err != nil {
		t.Fatal(err)
	}
	pol, err := config.Parse("p.yaml", text, rules, policyDay)
	if err != nil {
		t.Fatal(err)
	}
	var exercised []string
	bound := 0
	for _, line := range pol.Lines() {
		if line.Metadata {
			continue
		}
		bound++
		if len(line.Bound) == 0 {
			t.Errorf("line %d, %q, maps to no rule", line.Number, line.Text)
		}
		for _, b := range line.Bound {
			if b.Rule != "" && !slices.Contains(exercised, b.Rule) {
				exercised = append(exercised, b.Rule)
			}
		}
	}
	if bound != 26 || len(exercised) < 20 {
		t.Errorf("%d lines map to %d rules: %q", bound, len(exercised), exercised)
	}
	for _, id := range exercised {
		if _, err := os.Stat(filepath.Join("..", "..", "testdata", "rules", id+".txtar")); err != nil {
			t.Errorf("the rule %s has no example: %v", id, err)
		}
	}
}
