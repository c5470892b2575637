package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/bypass"
	"github.com/modelgate/gate/internal/cli"
)

const (
	bypassTable = "../../testdata/bypasses.tsv"
	limitsPage  = "../../docs/limits.md"
)

// judged is what the gate says of one recipe.
type judged struct {
	bypass.Recipe
	got   bypass.Verdict
	rules []string // that are violated, but for those about formats as such
}

// TestBypasses judges all recipes by the built-in policy and compares with the pinned
// table, in which an unexpected hit is a failure as an unexpected miss is.
func TestBypasses(t *testing.T) {
	rows := judgeRecipes(t)
	for _, r := range rows {
		switch off := r.got != r.Want && !(r.Want == bypass.Warned && r.got == bypass.Denied); {
		case off && r.Why == "":
			t.Errorf("%s: %s by %v, want %s, and nothing explains it", r.ID(), r.got, r.rules, r.Want)
		case !off && r.Why != "":
			t.Errorf("%s: %s, as it should be, but explained by %q", r.ID(), r.got, r.Why)
		}
	}
	pinned(t, bypassTable, tableOf(rows))
	pinned(t, limitsPage, limitsOf(rows))
}

func judgeRecipes(t *testing.T) []judged {
	t.Helper()
	dir := t.TempDir()
	recipes := bypass.Recipes()
	seen := map[string]bool{}
	for i, r := range recipes {
		if seen[r.ID()] {
			t.Errorf("two recipes are called %s", r.ID())
		}
		seen[r.ID()] = true
		for _, f := range r.Files {
			path := filepath.Join(dir, fmt.Sprintf("%04d", i), f.Name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	found := make([]map[string]gate.Level, len(recipes))
	for _, v := range scanReport(t, dir).Violations {
		var i int
		if _, err := fmt.Sscanf(v.At.Path, "%04d/", &i); err != nil || v.Rule == "blocked-format" {
			continue
		}
		if found[i] == nil {
			found[i] = map[string]gate.Level{}
		}
		if v.Level == gate.Deny || found[i][v.Rule] == "" {
			found[i][v.Rule] = v.Level
		}
	}
	rows := make([]judged, len(recipes))
	for i, r := range recipes {
		rows[i] = judged{r, verdictOf(found[i]), slices.Sorted(maps.Keys(found[i]))}
	}
	return rows
}

func verdictOf(rules map[string]gate.Level) bypass.Verdict {
	got := bypass.Clean
	for _, level := range rules {
		switch level {
		case gate.Deny:
			return bypass.Denied
		case gate.Warn:
			got = bypass.Warned
		}
	}
	return got
}

// scanReport runs gate scan over a folder.
func scanReport(t *testing.T, dir string) *gate.Report {
	t.Helper()
	var stderr bytes.Buffer
	out := filepath.Join(t.TempDir(), "report.json")
	c := cli.Command{
		Stdin: bytes.NewReader(nil), Stdout: &bytes.Buffer{}, Stderr: &stderr, Getenv: func(string) string { return "" },
		Version: "test", Now: func() time.Time { return today },
	}
	if code := c.Main(context.Background(), []string{"scan", dir, "--report", "json=" + out}); code > 1 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	r := &gate.Report{}
	if err := json.Unmarshal(text, r); err != nil {
		t.Fatal(err)
	}
	return r
}

// pinned compares a file with what it should be, or writes it with -update.
func pinned(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) == want {
		return
	}
	old, now := strings.Split(string(got), "\n"), strings.Split(want, "\n")
	for i := range min(len(old), len(now)) {
		if old[i] != now[i] {
			t.Errorf("%s:%d has\n%s\nand should have\n%s\n(go test -update writes it)", path, i+1, old[i], now[i])
			return
		}
	}
	t.Errorf("%s has %d lines and should have %d (go test -update writes it)", path, len(old), len(now))
}

func tableOf(rows []judged) string {
	var b strings.Builder
	b.WriteString("technique\tname\tfile\twant\tgot\trules\twhy\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Technique, r.Name, r.Files[len(r.Files)-1].Name, r.Want, r.got, strings.Join(r.rules, " "), r.Why)
	}
	return b.String()
}

func limitsOf(rows []judged) string { return "" }
