package main

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/cli"
	"github.com/modelgate/gate/internal/policy"
	"github.com/modelgate/gate/internal/watch"
	"github.com/modelgate/gate/rego"
)

// engine are the kinds that no check states: those of the scan and of the command.
var engine = []gate.Kind{
	gate.KindReference, gate.KindUnparsed, gate.KindFile, gate.KindCommitted, gate.KindIncomplete,
	gate.KindSymlink, gate.KindMismatch, gate.KindUnavailable, gate.KindServer,
	watch.KindAlert,
}

// informational are kinds that are stated for a reader of the report and that no rule
// reads.
var informational = []gate.Kind{
	"torch.grammar",      // why a checkpoint is not proven
	"torch.weights-only", // whether the restricted reader of torch takes a pickle
}

// subjects are the first parts of kinds beside the names of the checks that state them:
// what several checks speak of, and what a check calls by its common name.
var subjects = strings.Fields("archive checksum code config embedded external hub joblib native npy openvino pickle pmml policy precommit python refs scan secret template tf torch torchscript watch workflow")

// specs are the specifications of all checks with the folders they stand in.
func specs() map[string]gate.Spec {
	out := map[string]gate.Spec{}
	add := func(check interface{ Spec() gate.Spec }) { out[reflect.TypeOf(check).PkgPath()] = check.Spec() }
	for _, c := range checks.Finders() {
		add(c)
	}
	for _, c := range checks.Inspectors() {
		add(c)
	}
	for _, c := range checks.Auditors() {
		add(c)
	}
	return out
}

// stated are the kinds that something states.
func stated() map[gate.Kind]bool {
	out := map[gate.Kind]bool{}
	for _, k := range engine {
		out[k] = true
	}
	for _, s := range []gate.Spec{policy.Spec(), cli.ChangeSpec()} {
		for k := range s.Emits {
			out[k] = true
		}
	}
	for _, s := range specs() {
		for k := range s.Emits {
			out[k] = true
		}
	}
	return out
}

func catalogue(t *testing.T) []gate.Rule {
	t.Helper()
	rules, err := rego.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func TestSpecs(t *testing.T) {
	for folder, s := range specs() {
		if s.Name != path.Base(folder) {
			t.Errorf("%s has the name %q", folder, s.Name)
		}
		if s.Doc == "" {
			t.Errorf("%s has no doc", s.Name)
		}
		for k, data := range s.Emits {
			if data == nil || reflect.TypeOf(data).Kind() != reflect.Struct {
				t.Errorf("%s declares %s with %T and not with its data", s.Name, k, data)
			}
			if subject, _, _ := strings.Cut(string(k), "."); subject != s.Name && !slices.Contains(subjects, subject) {
				t.Errorf("%s states %s: no subject of kinds is %q", s.Name, k, subject)
			}
		}
	}
}

// TestKindsAreStatedAndRead closes the loop between what is stated and what is judged.
func TestKindsAreStatedAndRead(t *testing.T) {
	awaited, err := rego.Awaited()
	if err != nil {
		t.Fatal(err)
	}
	read, known := map[gate.Kind]bool{}, stated()
	for _, rule := range catalogue(t) {
		for _, k := range rule.Evidence {
			read[k] = true
			if !known[k] && !awaited[k] && k != "*.malformed" {
				t.Errorf("%s reads %s, which nothing states", rule.ID, k)
			}
		}
	}
	for k := range known {
		switch told := slices.Contains(informational, k); {
		case awaited[k]:
			t.Errorf("%s is stated, and a rule still awaits it", k)
		case read["*.malformed"] && strings.HasSuffix(string(k), ".malformed"):
		case read[k] == told:
			t.Errorf("%s is read by a rule: %v, informational: %v", k, read[k], told)
		}
	}
	for _, k := range informational {
		if !known[k] {
			t.Errorf("%s is informational, and nothing states it", k)
		}
	}
}

// TestRulesHaveAnExample closes the loop between the rules and the scripts that show them.
func TestRulesHaveAnExample(t *testing.T) {
	files, err := filepath.Glob("../../testdata/rules/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string]string{}
	for _, file := range files {
		examples[strings.TrimSuffix(filepath.Base(file), ".txtar")] = read(t, file)
	}
	for _, rule := range catalogue(t) {
		script, ok := examples[rule.ID]
		delete(examples, rule.ID)
		sentence, _, _ := strings.Cut(script, "\n")
		_, want, _ := strings.Cut(script, "\n-- want.txt --\n")
		switch {
		case !ok:
			t.Errorf("%s has no example", rule.ID)
		case !strings.HasPrefix(sentence, "# ") || !strings.HasSuffix(sentence, "."):
			t.Errorf("the example of %s does not begin with a sentence: %q", rule.ID, sentence)
		case !strings.Contains(script, "\ncmp stdout want.txt\n") || !regexp.MustCompile(`(?m)^(DENY|WARN)  `+rule.ID+`  `).MatchString(want):
			t.Errorf("the example of %s does not show it", rule.ID)
		}
	}
	for id := range examples {
		t.Errorf("the example %s has no rule", id)
	}
}

// TestActionInputs closes the loops between the action's inputs, the environment of its
// scripts, and what the gate itself reads.
func TestActionInputs(t *testing.T) {
	text := read(t, "../../action.yml")
	var a struct {
		Inputs  map[string]any
		Outputs map[string]struct{ Value string }
		Runs    struct {
			Steps []struct {
				ID  string
				Run string
				Env map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(text), &a); err != nil {
		t.Fatal(err)
	}
	used := names(`inputs\.([a-z-]+)`, text)
	same(t, "inputs of the action and those that its steps use", slices.Sorted(maps.Keys(a.Inputs)), used)

	settings := settings(t)
	outputs := names(`SetOutput\("([a-z-]+)"`, read(t, "../../internal/gha/gha.go"))
	for _, step := range a.Runs.Steps {
		script := names(`scripts/([a-z]+)\.sh`, step.Run)
		if len(script) == 0 {
			continue
		}
		source := read(t, "../../scripts/"+script[0]+".sh")
		reads := names(`\$\{?([A-Z][A-Z_]+)`, source)
		for name := range step.Env {
			setting, own := strings.CutPrefix(name, "GATE_")
			if !slices.Contains(reads, name) && !(own && slices.Contains(settings, setting)) {
				t.Errorf("%s.sh is given %s, which neither it nor the gate reads", script[0], name)
			}
		}
		for _, name := range reads {
			if _, ok := step.Env[name]; !ok && !regexp.MustCompile(`^(GITHUB|RUNNER)_|^(TMPDIR|BASH_SOURCE)$`).MatchString(name) {
				t.Errorf("%s.sh reads %s, which the action does not give it", script[0], name)
			}
		}
		if step.ID == "run" {
			outputs = append(outputs, names(`(?:\\n|["'])([a-z]+(?:-[a-z]+)*)=`, source)...)
		}
	}
	for name, output := range a.Outputs {
		for _, of := range names(`steps\.run\.outputs\.([a-z-]+)`, output.Value) {
			if !slices.Contains(outputs, of) {
				t.Errorf("the output %s is %q, which is never set", name, of)
			}
		}
	}
}

// settings are the names that the gate reads from the environment as GATE_NAME.
func settings(t *testing.T) []string {
	files, err := filepath.Glob("../../internal/cli/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, file := range files {
		text.WriteString(read(t, file))
	}
	return names(`setting\([^()]+, "([A-Z_]+)"\)`, text.String())
}

// names are what the group of a pattern matches in a text, sorted and each once.
func names(pattern, text string) []string {
	var out []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func same(t *testing.T, what string, a, b []string) {
	t.Helper()
	if !slices.Equal(a, b) {
		t.Errorf("%s differ: %q and %q", what, a, b)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
