package gha

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelgate/gate"
)

func TestRunner(t *testing.T) {
	dir := t.TempDir()
	env := map[string]string{
		"GITHUB_ACTIONS":      "true",
		"GITHUB_OUTPUT":       filepath.Join(dir, "out"),
		"GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary"),
	}
	var log bytes.Buffer
	r := Detect(func(k string) string { return env[k] }, &log)
	report := &gate.Report{
		Verdict:    gate.Fail,
		References: make([]gate.Reference, 3),
		Policy:     gate.PolicyInfo{Digest: "abc"},
		Violations: []gate.Violation{{Level: gate.Warn}, {Level: gate.Deny}, {Level: gate.Warn}, {Level: gate.Deny, Waived: &gate.Waiver{}}},
	}
	if err := r.Outputs(report); err != nil {
		t.Fatal(err)
	}
	out, err := os.ReadFile(env["GITHUB_OUTPUT"])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"verdict<<", "\nfail\n", "references<<", "\n3\n", "highest-level<<", "\ndeny\n", "waived<<", "\n1\n"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("outputs lack %q:\n%s", want, out)
		}
	}
	if err := r.Summary("# hello"); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(env["GITHUB_STEP_SUMMARY"]); !strings.HasPrefix(string(got), "# hello") {
		t.Errorf("summary is %q", got)
	}
	env["GITHUB_OUTPUT"] = filepath.Join(dir, "no", "such", "folder")
	if err := r.Outputs(report); err == nil {
		t.Error("an output file that cannot be written is no error")
	}
}

func TestInertStopsCommands(t *testing.T) {
	var log bytes.Buffer
	r := Detect(func(k string) string { return map[string]string{"GITHUB_ACTIONS": "true"}[k] }, &log)
	if err := r.Inert(func() error { log.WriteString("::set-env name=x::y\n"); return nil }); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	token, ok := strings.CutPrefix(lines[0], "::stop-commands::")
	if !ok || len(token) < 20 || lines[len(lines)-1] != "::"+token+"::" {
		t.Errorf("log is %q", lines)
	}
}

func TestOutsideOfARunner(t *testing.T) {
	if Detect(func(string) string { return "" }, nil) != nil {
		t.Error("a runner was detected without its environment")
	}
}
