package policy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/rego"
)

// everyModule parses all modules of the rules with their tests.
func everyModule(t testing.TB) map[string]*ast.Module {
	t.Helper()
	modules := map[string]*ast.Module{}
	err := fs.WalkDir(rego.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".rego") {
			return err
		}
		text, err := rego.FS.ReadFile(path)
		if err != nil {
			return err
		}
		modules[path], err = parse(path, text, pureCapabilities(), true)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return modules
}

// defaultStore holds data.config as it is without a policy.
func defaultStore(t testing.TB) storage.Store {
	t.Helper()
	engine, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := engine.settings(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := s.data(s.catalogue)
	if err != nil {
		t.Fatal(err)
	}
	return inmem.NewFromObject(data)
}

func TestRego(t *testing.T) {
	modules := everyModule(t)
	schema, err := rego.FS.ReadFile("schemas/input.json")
	if err != nil {
		t.Fatal(err)
	}
	var root any
	if err := json.Unmarshal(schema, &root); err != nil {
		t.Fatal(err)
	}
	schemas := ast.NewSchemaSet()
	schemas.Put(ast.SchemaRootRef, root)
	compiler := ast.NewCompiler().WithCapabilities(pureCapabilities()).WithStrict(true).WithSchemas(schemas)
	coverage := cover.New()
	store := defaultStore(t)
	ctx := context.Background()
	txn := storage.NewTransactionOrDie(ctx, store)
	defer store.Abort(ctx, txn)
	results, err := tester.NewRunner().
		SetCompiler(compiler).
		SetStore(store).
		SetModules(modules).
		SetCoverageQueryTracer(coverage).
		SetCoverageRuns(nil).
		RaiseBuiltinErrors(true).
		RunTests(ctx, txn)
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for r := range results {
		ran++
		if !r.Pass() {
			t.Errorf("%s: %s.%s fails: %v", r.Location, r.Package, r.Name, r.Error)
		}
	}
	if ran < 3*len(everyRule(t)) {
		t.Errorf("%d tests ran, want at least three for each rule", ran)
	}
	reportCoverage(t, coverage.Report(modules))
}

func reportCoverage(t *testing.T, report cover.Report) {
	t.Helper()
	for _, file := range slices.Sorted(maps.Keys(report.Files)) {
		r := report.Files[file]
		if strings.HasSuffix(file, "_test.rego") || len(r.NotCovered) == 0 {
			continue
		}
		var lines []string
		for _, n := range r.NotCovered {
			lines = append(lines, fmt.Sprintf("%d-%d", n.Start.Row, n.End.Row))
		}
		t.Errorf("%s: no test covers lines %s", file, strings.Join(lines, " "))
	}
}

func everyRule(t testing.TB) []rego.Entry {
	t.Helper()
	defaults, err := rego.Defaults()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := Catalogue(rego.FS, defaults)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestRegoIsFormatted(t *testing.T) {
	for path := range everyModule(t) {
		text, err := rego.FS.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		formatted, err := format.SourceWithOpts(path, text, format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(text, formatted) {
			t.Errorf("%s is not formatted: run opa fmt -w", path)
		}
	}
}

// TestModulesCompile checks all modules with the stages that a run skips.
func TestModulesCompile(t *testing.T) {
	modules := everyModule(t)
	for path := range modules {
		if strings.HasSuffix(path, "_test.rego") {
			delete(modules, path)
		}
	}
	if _, err := compile(modules, pureCapabilities(), false); err != nil {
		t.Error(err)
	}
}

func TestCatalogueIsGenerated(t *testing.T) {
	want, err := json.MarshalIndent(everyRule(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../rego/catalogue.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want)+"\n" {
		t.Error("rego/catalogue.json differs from the metadata: run go generate ./internal/policy")
	}
}

func TestMetadata(t *testing.T) {
	id := regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)+$`)
	standard := regexp.MustCompile(`^(cwe-\d+|owasp-llm/LLM\d\d:2025|owasp-aisvs/\d+\.\d+\.\d+|atlas/AML\.[TM]\d{4}(\.\d{3})?|ssdf/[A-Z]{2}\.\d\.\d)$`)
	severity := regexp.MustCompile(`^(10\.0|\d\.\d)$`)
	kind := regexp.MustCompile(`^([a-z][a-z0-9]*|\*)\.[a-z_-]+$`)
	seen := map[string]bool{}
	for _, r := range everyRule(t) {
		if !id.MatchString(r.ID) || seen[r.ID] {
			t.Errorf("%s: a bad or repeated id", r.ID)
		}
		seen[r.ID] = true
		if !severity.MatchString(r.Severity) {
			t.Errorf("%s: severity %q", r.ID, r.Severity)
		}
		if !slices.Contains([]string{"very-high", "high", "medium", "low"}, r.Precision) {
			t.Errorf("%s: precision %q", r.ID, r.Precision)
		}
		if !slices.ContainsFunc(r.Standards, func(s string) bool { return strings.HasPrefix(s, "cwe-") }) {
			t.Errorf("%s: no CWE", r.ID)
		}
		for _, s := range r.Standards {
			if !standard.MatchString(s) {
				t.Errorf("%s: standard %q", r.ID, s)
			}
		}
		for _, k := range append(slices.Clone(r.Evidence), r.Awaits...) {
			if !kind.MatchString(string(k)) {
				t.Errorf("%s: kind %q", r.ID, k)
			}
		}
		for _, k := range r.Awaits {
			if !slices.Contains(r.Evidence, k) {
				t.Errorf("%s awaits %s and does not list it as evidence", r.ID, k)
			}
		}
		for name, text := range map[string]string{"title": r.Title, "description": r.Description, "remediation": r.Remediation} {
			if strings.Contains(text, "\n") || text == "" {
				t.Errorf("%s: %s %q", r.ID, name, text)
			}
		}
	}
}

// TestEvidenceIsDeclared holds the metadata of a rule to the kinds that its module reads.
func TestEvidenceIsDeclared(t *testing.T) {
	literal := regexp.MustCompile(`"([a-z][a-z0-9]*\.[a-z_-]+)"`)
	libraries := map[string][]gate.Kind{
		"use.models":      {"refs.reference"},
		"use.remote":      {"refs.reference"},
		"use.loads":       {"code.load"},
		"publisher.of":    {"hub.publisher", "hub.model", "lock.entry"},
		"hub.commit_gone": {"refs.reference"},
		"review.":         {"review.approval"},
		"review.code_":    {"python.file"},
	}
	for _, r := range everyRule(t) {
		text, err := rego.FS.ReadFile("rules/" + r.Section + "/" + r.ID + "/" + strings.ReplaceAll(r.ID, "-", "_") + ".rego")
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(text), "\npackage ")
		reads := map[gate.Kind]bool{}
		for call, kinds := range libraries {
			if strings.Contains(body, call) {
				for _, k := range kinds {
					reads[k] = true
				}
			}
		}
		for _, line := range strings.Split(body, "\n") {
			if strings.Contains(line, "input.evidence[\"") || strings.Contains(line, "some kind in {") ||
				strings.Contains(line, "hub.about(") || strings.Contains(line, "hub.pinned(") || strings.Contains(line, "input.about[") || strings.Contains(line, "kinds[\"") || strings.Contains(line, "facts[\"") {
				for _, m := range literal.FindAllStringSubmatch(line, -1) {
					reads[gate.Kind(m[1])] = true
				}
			}
		}
		if strings.Contains(body, "format.checkpoints") {
			reads["artifact.file"] = true
		}
		if strings.Contains(body, "input.evidence\n") {
			reads["*.malformed"] = true
		}
		for _, k := range r.Evidence {
			if !reads[k] {
				t.Errorf("%s lists %s and does not read it", r.ID, k)
			}
			delete(reads, k)
		}
		for k := range reads {
			t.Errorf("%s reads %s and does not list it", r.ID, k)
		}
	}
}

func TestDefaults(t *testing.T) {
	defaults, err := rego.Defaults()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range everyRule(t) {
		d, ok := defaults[r.ID]
		if !ok {
			t.Errorf("%s has no default", r.ID)
		}
		if !slices.Contains([]gate.Level{gate.Ignore, gate.Warn, gate.Deny}, d.Level) {
			t.Errorf("%s: level %q", r.ID, d.Level)
		}
		for option, direction := range d.Stricter {
			if _, ok := d.Options[option]; !ok || !slices.Contains([]string{"higher", "lower", "subset", "superset"}, direction) {
				t.Errorf("%s: stricter %s: %s", r.ID, option, direction)
			}
		}
		delete(defaults, r.ID)
	}
	for id := range defaults {
		t.Errorf("the default of %s has no rule", id)
	}
}
