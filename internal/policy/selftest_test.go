package policy

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
)

const customTests = `package our_archive_test

import data.custom.rules.scan["our-archive"] as rule

item := {"kind": "scan.incomplete", "at": {"path": "a.zip"}, "data": {}, "model": "", "source": ""}

test_fires if {
	rule.violations == {{"on": item, "message": "a.zip is ours."}} with input.evidence as {"scan.incomplete": [item]}
}

test_reads_the_policy if data.config.rules["our-archive"].level.production == "warn"

todo_test_later if false
`

func selfTest(t *testing.T, in Input, options Options, tests string) (*TestRun, error) {
	t.Helper()
	return newEngine(t, options).Test(context.Background(), in, map[string][]byte{"ours_test.rego": []byte(tests)})
}

func TestCustomTestsPass(t *testing.T) {
	in := Input{Custom: custom(customHead + customBody), Config: rule("our-archive", map[string]any{"level": level("warn", "warn")})}
	run, err := selfTest(t, in, Options{}, customTests)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range run.Tests {
		got = append(got, strings.TrimPrefix(r.Name, "data.our_archive_test.")+" "+string(r.Outcome))
	}
	if want := []string{"test_fires pass", "test_reads_the_policy pass", "todo_test_later skip"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if run.Coverage != 100 || len(run.NotCovered) > 0 {
		t.Errorf("covered %v %%, not %v", run.Coverage, run.NotCovered)
	}
}

func TestCustomTestFails(t *testing.T) {
	text := strings.Replace(customTests, "a.zip is ours.", "a.zip is theirs.", 1)
	run, err := selfTest(t, Input{Custom: custom(customHead + customBody)}, Options{}, text)
	if err != nil {
		t.Fatal(err)
	}
	first := run.Tests[0]
	if first.Outcome != Failed || first.FailedAt != (gate.Location{Path: "ours_test.rego", Line: 8, Column: 2}) ||
		!strings.HasPrefix(first.Expression, "rule.violations == {{") {
		t.Errorf("got %+v", first)
	}
	if run.Tests[1].Outcome != Failed { // the level is deny without a policy
		t.Errorf("got %+v", run.Tests[1])
	}
}

func TestCustomTestsCover(t *testing.T) {
	run, err := selfTest(t, Input{Custom: custom(customHead + customBody)}, Options{}, "package x_test\n\ntest_nothing if true\n")
	if err != nil {
		t.Fatal(err)
	}
	if run.Coverage == 100 || len(run.NotCovered) == 0 || run.NotCovered[0].Path != "ours.rego" {
		t.Errorf("got %+v", run)
	}
}

// TestCustomTestsAreConfined: what a rule may not do, its test may not do either.
func TestCustomTestsAreConfined(t *testing.T) {
	for name, text := range map[string]string{
		"network":    `test_it if http.send({"method": "get", "url": "http://localhost"})`,
		"clock":      `test_it if time.now_ns() > 0`,
		"chance":     `test_it if rand.intn("x", 2) >= 0`,
		"process":    `test_it if opa.runtime()`,
		"syntax":     `test_it if {`,
		"unused":     "test_it if {\n\tx := 1\n}",
		"no package": ``,
	} {
		t.Run(name, func(t *testing.T) {
			if name != "no package" {
				text = "package x_test\n\n" + text + "\n"
			}
			if run, err := selfTest(t, Input{Custom: custom(customHead + customBody)}, Options{}, text); err == nil {
				t.Errorf("no error, but %+v", run)
			}
		})
	}
	for _, pkg := range []string{"main", "lib.config", `rules.scan["scan-incomplete"]`} {
		if _, err := selfTest(t, Input{}, Options{}, "package "+pkg+"\n\ntest_it if true\n"); err == nil {
			t.Errorf("a test in the package %s gave no error", pkg)
		}
	}
}

func TestCustomTestsAreBounded(t *testing.T) {
	endless := "package x_test\n\ntest_it if {\n\txs := numbers.range(1, 3000)\n\tsome a in xs\n\tsome b in xs\n\tsome c in xs\n\ta + b + c < 0\n}\n"
	run, err := selfTest(t, Input{}, Options{CustomTimeout: 100 * time.Millisecond}, endless)
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Tests) != 1 || run.Tests[0].Outcome != Broken {
		t.Errorf("got %+v", run.Tests)
	}
	hungry := "package x_test\n\ntest_it if {\n\txs := numbers.range(1, 3000)\n\tys := [[a, b] | some a in xs; some b in xs]\n\tcount(ys) < 0\n}\n"
	if run, err := selfTest(t, Input{}, Options{CustomTimeout: time.Minute, CustomMemory: 8 << 20}, hungry); err == nil {
		t.Errorf("no error, but %+v", run.Tests)
	}
}

// TestLowTrustIsReadInFull: a model of a source of low trust that was read by ranges.
func TestLowTrustIsReadInFull(t *testing.T) {
	file := gate.Evidence{Kind: gate.KindFile, At: gate.Location{Path: "hf:org/name/m.safetensors"}, Model: "org/name",
		Data: gate.FileFact{Format: "safetensors", Role: "weights", State: gate.Verified, Model: "org/name", Mode: "range"}}
	fetched := file
	fetched.Data = gate.FileFact{Format: "safetensors", Role: "weights", State: gate.Verified, Model: "org/name"}
	for trust, test := range map[string]struct {
		file gate.Evidence
		want []string
	}{
		"low":    {file, []string{"unpinned-revision warn", "scan-incomplete deny"}},
		"medium": {file, []string{"unpinned-revision warn"}},
		"high":   {fetched, []string{"unpinned-revision warn"}},
	} {
		config := map[string]any{"sources": []any{map[string]any{"name": "Hub", "urls": []any{"https://huggingface.co"}, "trust": trust}}}
		wantIDs(t, decide(t, Input{Config: config, Evidence: []gate.Evidence{reference("org/name"), test.file, test.file}}), test.want...)
	}
	config := map[string]any{"sources": []any{map[string]any{"name": "Hub", "urls": []any{"https://huggingface.co"}, "trust": "low"}}}
	wantIDs(t, decide(t, Input{Config: config, Evidence: []gate.Evidence{reference("org/name"), fetched}}), "unpinned-revision warn")
}
