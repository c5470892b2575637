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
	"github.com/modelgate/gate/checks"
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
	files []gate.File
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
	for i, r := range recipes {
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
	rows := make([]judged, len(recipes))
	report := scanReport(t, dir)
	for _, f := range report.Artifacts[0].Files {
		i := recipeOf(t, f.Path)
		rows[i].files = append(rows[i].files, f)
	}
	for _, v := range report.Violations {
		i := recipeOf(t, v.At.Path)
		if v.Rule == "blocked-format" {
			continue
		}
		if found[i] == nil {
			found[i] = map[string]gate.Level{}
		}
		if v.Level == gate.Deny || found[i][v.Rule] == "" {
			found[i][v.Rule] = v.Level
		}
	}
	for i, r := range recipes {
		rows[i].Recipe, rows[i].got, rows[i].rules = r, verdictOf(found[i]), slices.Sorted(maps.Keys(found[i]))
	}
	return rows
}

// recipeOf is the recipe whose folder a path begins with.
func recipeOf(t *testing.T, path string) (i int) {
	t.Helper()
	if _, err := fmt.Sscanf(path, "%04d/", &i); err != nil {
		t.Fatalf("%q is in the folder of no recipe", path)
	}
	return i
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

// unverified splits the inspectors' formats into those of which some file is verified and
// all others.
func unverified(rows []judged) (verified, others []string) {
	best := map[string]gate.State{}
	for _, i := range checks.Inspectors() {
		best[i.Spec().Name] = gate.Unread
	}
	for _, r := range rows {
		for _, f := range r.files {
			if f.State == gate.Verified && f.Format != "" {
				best[f.Format] = f.State
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(best)) {
		if best[name] == gate.Verified {
			verified = append(verified, name)
		} else {
			others = append(others, name)
		}
	}
	return verified, others
}

func limitsOf(rows []judged) string {
	count := map[bypass.Verdict]int{}
	byTechnique := map[string][]judged{}
	var techniques []string
	var b strings.Builder
	for _, r := range rows {
		count[r.got]++
		if byTechnique[r.Technique] == nil {
			techniques = append(techniques, r.Technique)
		}
		byTechnique[r.Technique] = append(byTechnique[r.Technique], r)
	}
	fmt.Fprintf(&b, `# Limits

What the gate is known to miss. This page is written by a test, which builds %d inert files
for %d techniques of hiding what a model does, and ordinary files that resemble them, and
lets the built-in policy judge them. The verdict on each is pinned in
[testdata/bypasses.tsv](../testdata/bypasses.tsv); an unexpected hit fails the test as an
unexpected miss does.

%d are denied, %d are warned of, %d pass in silence.

## Missed

What is said less loudly than it deserves, or not at all.

| technique | file | deserves | gets | why |
|---|---|---|---|---|
`, len(rows), len(techniques), count[bypass.Denied], count[bypass.Warned], count[bypass.Clean])
	for _, r := range rows {
		if r.Why != "" {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.Technique, r.Name, r.Want, r.got, r.Why)
		}
	}
	verified, others := unverified(rows)
	fmt.Fprintf(&b, `
## Never verified

A file is *verified* only where a grammar or an exact layout accounts for each of its
bytes. Formats of which some files are: %s.
All others are at best *unproven*: read, and nothing found. Of these inspectors no file of
this test is verified: %s.
What could not be read to its end is *unread*, with the reason, and denied by scan-incomplete
or malformed-file. A policy can demand more than *unproven* with the rule unproven-weights.

No state says anything of:

- how a model behaves: weights that answer wrongly to a trigger are sound weights;
- code that a loader runs besides what the file asks for, such as a class of a package that
  is named and not shipped: the package is not read;
- flaws in the library that loads: a layout is held to the format's specification, not to the
  bugs of one reader;
- data that is encrypted, or packed by a method that is not read: it is unread;
- text that persuades: words in a prompt, a model card or metadata are not judged.

## Techniques

| technique | files | denied | warned | silent |
|---|--:|--:|--:|--:|
`, strings.Join(verified, ", "), strings.Join(others, ", "))
	for _, name := range techniques {
		n := map[bypass.Verdict]int{}
		for _, r := range byTechnique[name] {
			n[r.got]++
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d |\n", name, len(byTechnique[name]), n[bypass.Denied], n[bypass.Warned], n[bypass.Clean])
	}
	return b.String()
}
