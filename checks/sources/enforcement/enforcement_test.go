package enforcement

import (
	"reflect"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

const github = ".github/workflows/gate.yml"

// job is a workflow with one step.
func job(step string) string {
	return "on: [push, pull_request]\njobs:\n  gate:\n    steps:\n      - " + strings.ReplaceAll(step, "\n", "\n        ") + "\n"
}

func TestWorkflows(t *testing.T) {
	both := []string{"push", "pull_request"}
	for name, test := range map[string]struct {
		path, text string
		want       []gate.WorkflowGate
	}{
		"action":             {github, job("uses: modelgate/gate@" + commit), []gate.WorkflowGate{{Pinned: true, Events: both}}},
		"action by tag":      {github, job("uses: modelgate/gate@v1 # latest"), []gate.WorkflowGate{{Events: both}}},
		"other case":         {github, job("uses: ModelGate/Gate@v1"), []gate.WorkflowGate{{Events: both}}},
		"image":              {github, job("uses: docker://ghcr.io/modelgate/gate:v1"), []gate.WorkflowGate{{Events: both}}},
		"other action":       {github, job("uses: modelgate/gate-keeper@v1"), nil},
		"command":            {github, job("run: gate check ."), []gate.WorkflowGate{{Events: both}}},
		"script":             {github, job("run: |\n  set -e\n  \"$HOME/bin/gate\" check --report sarif=${{ env.OUT }}"), []gate.WorkflowGate{{Events: both}}},
		"go":                 {github, job("run: go run github.com/modelgate/gate/cmd/gate@" + commit + " check"), []gate.WorkflowGate{{Pinned: true, Events: both}}},
		"docker":             {github, job("run: docker run --rm -v $PWD:/w ghcr.io/modelgate/gate:1 check /w"), []gate.WorkflowGate{{Events: both}}},
		"may fail":           {github, job("run: gate check || exit 3"), []gate.WorkflowGate{{Events: both}}},
		"second":             {github, job("run: make && gate check"), []gate.WorkflowGate{{Events: both}}},
		"keys of on":         {github, "on:\n  push:\n  schedule: [{cron: 1}]\njobs: {a: {steps: [{run: gate check}]}}", []gate.WorkflowGate{{Events: []string{"push", "schedule"}}}},
		"one event":          {github, "on: push\njobs: {a: {steps: [{run: gate check}]}}", []gate.WorkflowGate{{Events: []string{"push"}}}},
		"no event":           {github, "jobs: {a: {steps: [{run: gate check}]}}", []gate.WorkflowGate{{Events: []string{}}}},
		"failure is nothing": {github, job("run: gate check || true"), nil},
		"exit 0":             {github, job("run: gate check || exit 0"), nil},
		"negated":            {github, job("run: '! gate check'"), nil},
		"said":               {github, job("run: echo gate check"), nil},
		"comment":            {github, job("run: 'true # gate check'"), nil},
		"other command":      {github, job("run: gate scan m.pt; propagate check"), nil},
		"goes on":            {github, job("run: gate check\ncontinue-on-error: true"), nil},
		"never":              {github, job("if: ${{ false }}\nrun: gate check"), nil},
		"sometimes":          {github, job("if: github.event_name == 'push'\nrun: gate check"), []gate.WorkflowGate{{Events: both}}},
		"broken":             {github, "on: [push\nsteps: gate check", nil},
		"composite":          {".github/actions/gate/action.yml", "runs: {using: composite, steps: [{run: gate check, shell: bash}]}", []gate.WorkflowGate{{Events: []string{}}}},
		"gitlab":             {".gitlab-ci.yml", "gate:\n  script:\n    - apk add x\n    - gate check\n", []gate.WorkflowGate{{Events: []string{}}}},
		"gitlab afterwards":  {".gitlab-ci.yml", "gate:\n  after_script:\n    - gate check\n", nil},
		"gitlab may fail":    {".gitlab-ci.yml", "gate: {allow_failure: true, script: [gate check]}", nil},
		"gitlab by hand":     {".gitlab-ci.yml", "gate: {when: manual, script: gate check}", nil},
		"azure":              {"azure-pipelines.yml", "steps:\n- bash: gate check\n- task: Bash@3\n  inputs: {inlineScript: make}\n", []gate.WorkflowGate{{Events: []string{}}}},
		"circle":             {".circleci/config.yml", "jobs: {b: {steps: [checkout, {run: {name: gate, command: gate check}}]}}", []gate.WorkflowGate{{Events: []string{}}}},
		"circle in short":    {".circleci/config.yml", "jobs: {b: {steps: [checkout, {run: gate check}]}}", []gate.WorkflowGate{{Events: []string{}}}},
		"jenkins":            {"Jenkinsfile", "stage('gate') { steps { sh 'gate check' } }", []gate.WorkflowGate{{Events: []string{}}}},
		"jenkins named":      {"Jenkinsfile", "sh(script: \"gate check ${env.X}\", label: 'x')", []gate.WorkflowGate{{Events: []string{}}}},
		"jenkins lines":      {"Jenkinsfile", "sh '''\n make\n gate check\n'''", []gate.WorkflowGate{{Events: []string{}}}},
		"jenkins says":       {"Jenkinsfile", "echo 'gate check' // sh 'gate check'", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if !(Finder{}).Wants(test.path, nil) {
				t.Fatal("is not wanted")
			}
			r := checktest.Find(t, Finder{}, test.path, "", test.text)
			got := checktest.Of[gate.WorkflowGate](r, gate.KindWorkflowGate)
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestPlace(t *testing.T) {
	r := checktest.Find(t, Finder{}, github, "", job("name: x\nrun: gate check"))
	if len(r.Evidence) != 1 || r.Evidence[0].At.Line != 6 || r.Evidence[0].At.Column != 14 {
		t.Errorf("%+v", r.Evidence)
	}
}

func TestHooks(t *testing.T) {
	const local = "repos:\n- repo: local\n  hooks:\n  - {id: "
	for name, test := range map[string]struct {
		text string
		want []gate.PrecommitGate
	}{
		"own":         {"repos:\n- repo: https://github.com/modelgate/gate\n  rev: " + commit + "\n  hooks: [{id: gate}]", []gate.PrecommitGate{{Pinned: true}}},
		"own by tag":  {"repos:\n- repo: https://github.com/modelgate/gate.git\n  rev: v1\n  hooks: [{id: check-models}]", []gate.PrecommitGate{{}}},
		"local entry": {local + "models, entry: gate check --offline}", []gate.PrecommitGate{{}}},
		"local id":    {local + "gate}", []gate.PrecommitGate{{}}},
		"commit":      {local + "gate, stages: [commit, push]}", []gate.PrecommitGate{{}}},
		"by hand":     {local + "gate, stages: [manual]}", nil},
		"other entry": {local + "gate, entry: 'true'}", nil},
		"other":       {local + "black, entry: black}\n- repo: https://github.com/x/gate\n  hooks: [{id: y}]\n- repo: https://github.com/modelgate/gate", nil},
		"no repos":    {"ci: {autofix: gate}", nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := checktest.Find(t, Finder{}, ".pre-commit-config.yaml", "", test.text)
			got := checktest.Of[gate.PrecommitGate](r, gate.KindPrecommitGate)
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestWants(t *testing.T) {
	for _, p := range []string{"docs/.github/workflows/x.yml", ".github/workflows/x.txt", "a/.gitlab-ci.yml", "config.yml", "testdata/action.yml"} {
		if (Finder{}).Wants(p, nil) {
			t.Errorf("%s is wanted", p)
		}
	}
}

func TestHostile(t *testing.T) {
	long := checktest.Find(t, Finder{}, github, "", "gate"+strings.Repeat(" ", 5<<20))
	if got := checktest.Of[gate.Incomplete](long, gate.KindIncomplete); len(got) != 1 || got[0].Budget != "bytes" {
		t.Errorf("a long file states %+v", long.Evidence)
	}
	for _, deep := range []string{"(", "$(", "{ ", "`", "if ", "[[ "} {
		if _, ok := runs("gate check; " + strings.Repeat(deep, 50_000)); ok {
			t.Errorf("%q runs", deep)
		}
	}
}

func FuzzFind(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, github, "", job("uses: modelgate/gate@v1"), job("run: gate check ${{ x }} || { exit 1; }"))
}
