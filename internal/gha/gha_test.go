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

func TestEvents(t *testing.T) {
	const base, head = "1111111111111111111111111111111111111111", "2222222222222222222222222222222222222222"
	sides := `{"pull_request": {"base": {"sha": "` + base + `", "repo": {"full_name": "acme/app"}}, "head": {"sha": "` + head + `", "repo": %s}}}`
	for name, c := range map[string]struct {
		event, payload string
		want           Event
		proposes       bool
	}{
		"pull request": {"pull_request", strings.Replace(sides, "%s", `{"full_name": "acme/app"}`, 1), Event{Base: base, Head: head}, true},
		"fork":         {"pull_request", strings.Replace(sides, "%s", `{"full_name": "x/app"}`, 1), Event{Base: base, Head: head, Fork: true}, true},
		"deleted fork": {"pull_request_target", strings.Replace(sides, "%s", `null`, 1), Event{Base: base, Head: head, Fork: true}, true},
		"review":       {"pull_request_review", strings.Replace(sides, "%s", `null`, 1), Event{Base: base, Head: head, Fork: true}, true},
		"merge group":  {"merge_group", `{"merge_group": {"base_sha": "` + base + `", "head_sha": "` + head + `"}}`, Event{Base: base, Head: head}, true},
		"no base":      {"pull_request", `{}`, Event{}, true},
		"push":         {"push", `{"before": "` + base + `", "after": "` + head + `"}`, Event{}, false},
		"schedule":     {"schedule", `{"schedule": "0 4 * * *"}`, Event{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "event.json")
			if err := os.WriteFile(path, []byte(c.payload), 0o644); err != nil {
				t.Fatal(err)
			}
			env := map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": c.event, "GITHUB_EVENT_PATH": path, "GITHUB_SHA": "3"}
			got, err := ReadEvent(func(k string) string { return env[k] })
			if err != nil {
				t.Fatal(err)
			}
			c.want.Name, c.want.Commit = c.event, "3"
			if *got != c.want || got.Proposes() != c.proposes {
				t.Errorf("got %+v, proposes %v", *got, got.Proposes())
			}
		})
	}
}

func TestBrokenEvent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(path, []byte(`{"pull_request": [`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, path + ".none"} {
		env := map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": p}
		if _, err := ReadEvent(func(k string) string { return env[k] }); err == nil {
			t.Errorf("%s is no error", p)
		}
	}
	if e, err := ReadEvent(func(string) string { return "" }); e != nil || err != nil {
		t.Error("there is an event outside of a runner")
	}
}

func TestForeign(t *testing.T) {
	for name, want := range map[string]bool{
		"issue_comment": true, "workflow_run": true, "repository_dispatch": true, "issues": true,
		"": false, "push": false, "schedule": false, "workflow_dispatch": false, "pull_request": false, "merge_group": false,
	} {
		if e := (&Event{Name: name}); e.Foreign() != want {
			t.Errorf("%q is foreign: %v", name, e.Foreign())
		}
	}
}
