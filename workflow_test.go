package gate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// pinned is an action at a full commit with the version that it is.
var pinned = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)

var versionComment = regexp.MustCompile(`^# v\d+\.\d+\.\d+$`)

// TestWorkflowsAreSafe holds the workflows and the action to what keeps a pull request
// from taking over their runs.
func TestWorkflowsAreSafe(t *testing.T) {
	files, err := filepath.Glob(".github/workflows/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("got the workflows %q, %v", files, err)
	}
	for _, file := range append(files, "action.yml") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, flaw := range flaws(text) {
			t.Errorf("%s: %s", file, flaw)
		}
	}
}

// TestFlaws shows that each rule about workflows is one that can be broken.
func TestFlaws(t *testing.T) {
	const good = `
on: {pull_request: }
permissions: {}
concurrency: {group: a}
jobs:
  a:
    timeout-minutes: 5
    permissions:
      contents: read # check out the code
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with: {persist-credentials: false}
      - uses: ./
      - env: {TITLE: "${{ github.event.pull_request.title }}"}
        run: echo "$TITLE"
`
	if got := flaws([]byte(good)); len(got) > 0 {
		t.Errorf("a good workflow has the flaws %q", got)
	}
	for _, c := range []struct{ from, to, want string }{
		{"permissions: {}\n", "", "top"},
		{"permissions: {}\n", "permissions: {contents: read}\n", "top"},
		{"{pull_request: }", "[pull_request_target]", "pull_request_target"},
		{"{pull_request: }", "{workflow_run: {workflows: [a]}}", "workflow_run"},
		{"concurrency: {group: a}\n", "", "concurrency"},
		{"    timeout-minutes: 5\n", "", "timeout-minutes"},
		{" # check out the code", "", "says why"},
		{"    permissions:\n      contents: read # check out the code\n", "", "no permissions"},
		{"    permissions:\n      contents: read # check out the code\n", "    permissions: write-all\n", "says why"},
		{"@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7 # v7.0.1", "full commit"},
		{" # v7.0.1", "", "version"},
		{"{persist-credentials: false}", "{fetch-depth: 1}", "persist-credentials"},
		{`echo "$TITLE"`, `echo "${{ github.event.pull_request.title }}"`, "run"},
		{"    timeout-minutes: 5\n", "    timeout-minutes: 5\n    secrets: inherit\n", "secrets"},
		{"    timeout-minutes: 5\n", "    timeout-minutes: 5\n    container: golang:1.26\n", "digest"},
		{"      - uses: ./\n", "      - uses: docker://alpine:3\n", "digest"},
		{"      - uses: ./\n", "      - uses: actions/cache/restore@v4\n", "full commit"},
	} {
		if !strings.Contains(good, c.from) {
			t.Fatalf("no %q in the good workflow", c.from)
		}
		got := flaws([]byte(strings.Replace(good, c.from, c.to, 1)))
		if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, c.want) }) {
			t.Errorf("%q in place of %q: got the flaws %q, want one about %q", c.to, c.from, got, c.want)
		}
	}
}

// flaws are what is unsafe about a workflow, or about an action, which has no jobs.
func flaws(text []byte) []string {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil || len(document.Content) != 1 {
		return []string{fmt.Sprintf("no YAML: %v", err)}
	}
	root := document.Content[0]
	out := everyFlaw(root)
	jobs := get(root, "jobs")
	if jobs == nil {
		return out
	}
	if p := get(root, "permissions"); p == nil || p.Kind != yaml.MappingNode || len(p.Content) > 0 {
		out = append(out, "permissions are not {} at the top")
	}
	if get(root, "concurrency") == nil {
		out = append(out, "no concurrency group")
	}
	for _, event := range scalars(get(root, "on")) {
		if event == "pull_request_target" || event == "workflow_run" {
			out = append(out, event+" gives the code of a pull request the rights of the repository")
		}
	}
	for i := 0; i+1 < len(jobs.Content); i += 2 {
		for _, flaw := range jobFlaws(jobs.Content[i+1]) {
			out = append(out, "job "+jobs.Content[i].Value+": "+flaw)
		}
	}
	return out
}

func jobFlaws(job *yaml.Node) []string {
	var out []string
	if get(job, "timeout-minutes") == nil {
		out = append(out, "no timeout-minutes")
	}
	permissions := get(job, "permissions")
	switch {
	case permissions == nil:
		out = append(out, "no permissions of its own")
	case permissions.Kind != yaml.MappingNode:
		out = append(out, "no comment says why it has all permissions")
	default:
		for i := 1; i < len(permissions.Content); i += 2 {
			if permissions.Content[i].LineComment == "" {
				out = append(out, "no comment says why it needs "+permissions.Content[i-1].Value)
			}
		}
	}
	return out
}

// everyFlaw looks at all mappings, whatever they belong to.
func everyFlaw(n *yaml.Node) []string {
	var out []string
	for _, child := range n.Content {
		out = append(out, everyFlaw(child)...)
	}
	if n.Kind != yaml.MappingNode {
		return out
	}
	if uses := get(n, "uses"); uses != nil {
		out = append(out, usesFlaws(n, uses)...)
	}
	if run := get(n, "run"); run != nil && strings.Contains(run.Value, "${{") {
		out = append(out, fmt.Sprintf("line %d: run has an expression: hand it over in env", run.Line))
	}
	if secrets := get(n, "secrets"); secrets != nil && secrets.Value == "inherit" {
		out = append(out, fmt.Sprintf("line %d: secrets: inherit hands over all of them", secrets.Line))
	}
	for _, key := range []string{"container", "image"} {
		if image := get(n, key); image != nil && image.Kind == yaml.ScalarNode && !byDigest(image.Value) {
			out = append(out, fmt.Sprintf("line %d: %s is not an image by its digest", image.Line, image.Value))
		}
	}
	return out
}

func usesFlaws(step, uses *yaml.Node) []string {
	at := fmt.Sprintf("line %d: %s ", uses.Line, uses.Value)
	switch {
	case strings.HasPrefix(uses.Value, "./"):
		return nil
	case strings.HasPrefix(uses.Value, "docker://"):
		if byDigest(uses.Value) {
			return nil
		}
		return []string{at + "is not an image by its digest"}
	case !pinned.MatchString(uses.Value):
		return []string{at + "is not pinned to a full commit"}
	}
	var out []string
	if !versionComment.MatchString(uses.LineComment) {
		out = append(out, at+"has no comment with its version, as in # v1.2.3")
	}
	if strings.HasPrefix(uses.Value, "actions/checkout@") {
		if with := get(step, "with"); with == nil || get(with, "persist-credentials") == nil || get(with, "persist-credentials").Value != "false" {
			out = append(out, at+"lacks persist-credentials: false")
		}
	}
	return out
}

func byDigest(image string) bool { return strings.Contains(image, "@sha256:") }

// get is the value of a key of a mapping, or nil.
func get(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n != nil && n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// scalars are the names of events: a word, the items of a list, or the keys of a mapping.
func scalars(n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	out := []string{n.Value}
	for i, child := range n.Content {
		if n.Kind == yaml.SequenceNode || i%2 == 0 {
			out = append(out, child.Value)
		}
	}
	return out
}

// TestDependenciesWait holds the updates of dependencies to a week's wait: an update that
// was taken over is mostly found within days.
func TestDependenciesWait(t *testing.T) {
	text, err := os.ReadFile(".github/dependabot.yml")
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Updates []struct {
			Ecosystem string `yaml:"package-ecosystem"`
			Cooldown  struct {
				Days int `yaml:"default-days"`
			}
		}
	}
	if err := yaml.Unmarshal(text, &d); err != nil || len(d.Updates) == 0 {
		t.Fatalf("got %+v, %v", d, err)
	}
	for _, u := range d.Updates {
		if u.Cooldown.Days < 7 {
			t.Errorf("%s waits for %d days, want 7 or more", u.Ecosystem, u.Cooldown.Days)
		}
	}
}
