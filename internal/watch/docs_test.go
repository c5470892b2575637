package watch

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate/rego"
)

func docs(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/watch.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTypesAreDocumented holds the page to the types and to the options of the rule.
func TestTypesAreDocumented(t *testing.T) {
	defaults, err := rego.Defaults()
	if err != nil {
		t.Fatal(err)
	}
	text, listed := docs(t), 0
	for _, severity := range words {
		items, _ := defaults["watch-alert"].Options[severity].([]any)
		for _, name := range items {
			listed++
			if rank(fmt.Sprint(name)) < 0 {
				t.Errorf("the rule lists %v, which is no type", name)
			}
			if !strings.Contains(text, fmt.Sprintf("\n| %s | %s | ", severity, name)) {
				t.Errorf("the page does not have %v as %s", name, severity)
			}
		}
	}
	if listed != len(Types()) {
		t.Errorf("the rule lists %d types of %d", listed, len(Types()))
	}
}

// documented holds a row of the page to what a scenario raised.
func documented(t *testing.T, scenario string, seen bool, got []string) {
	t.Helper()
	commits := "silent"
	if seen {
		commits = "tells"
	}
	result := strings.Join(got, ", ")
	if result == "" {
		result = "silent"
	}
	if row := fmt.Sprintf("| %s | %s | %s |", scenario, commits, result); !strings.Contains(docs(t), "\n"+row+"\n") {
		t.Errorf("the page does not have the row\n%s", row)
	}
}

// TestWorkflowExample holds the example to what the project's own workflows keep to.
func TestWorkflowExample(t *testing.T) {
	_, rest, _ := strings.Cut(docs(t), "`.github/workflows/gate-watch.yml`\n\n```yaml\n")
	text, _, _ := strings.Cut(rest, "\n```\n")
	var w struct {
		Permissions map[string]string
		Jobs        map[string]struct {
			Permissions map[string]string
			Timeout     int `yaml:"timeout-minutes"`
			Steps       []struct{ Uses, Run string }
		}
	}
	if err := yaml.Unmarshal([]byte(text), &w); err != nil || len(w.Jobs) != 1 || w.Permissions == nil || len(w.Permissions) != 0 {
		t.Fatalf("%v: %+v", err, w)
	}
	pinned := regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40}$`)
	for _, job := range w.Jobs {
		if len(job.Permissions) != 2 || job.Timeout == 0 || len(job.Steps) < 5 {
			t.Errorf("got %+v", job)
		}
		for _, step := range job.Steps {
			if step.Uses != "" && !pinned.MatchString(step.Uses) || strings.Contains(step.Run, "${{") {
				t.Errorf("the step %+v", step)
			}
		}
	}
	if !strings.Contains(text, IssueMarker) {
		t.Error("the issue is not found by its marker")
	}
}
