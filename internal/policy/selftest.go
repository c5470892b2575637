package policy

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/modelgate/gate"
)

// Outcome is how a test of an organisation's own rules ended.
type Outcome string

// The outcomes of a test.
const (
	Passed  Outcome = "pass"
	Failed  Outcome = "fail"
	Broken  Outcome = "error" // it did not end: a failing built-in, time or memory
	Skipped Outcome = "skip"  // its name begins with todo_
)

// TestResult is one test and how it ended.
type TestResult struct {
	Name    string // the package and the rule
	At      gate.Location
	Outcome Outcome
	// FailedAt and Expression are what was not true, where that is known.
	FailedAt   gate.Location
	Expression string
	Detail     string // of an error, or what the test printed
	Took       time.Duration
}

// TestRun is a run of tests, sorted by place.
type TestRun struct {
	Tests []TestResult
	// Coverage is the percentage of the lines of the rules that the tests evaluate, and
	// NotCovered are the others.
	Coverage   float64
	NotCovered []gate.Location
}

// Test runs the tests of an organisation's own rules, by file, under the limits that hold
// for the rules: no clock, no chance, no network, little time and memory. The rules read
// data.config as the input has it. An error means that nothing was tested.
func (e *Engine) Test(ctx context.Context, in Input, tests map[string][]byte) (*TestRun, error) {
	custom, err := e.parseCustom(in.Custom)
	if err != nil {
		return nil, fmt.Errorf("reading custom rules: %w", err)
	}
	settings, err := e.settings(in.Config, custom)
	if err != nil {
		return nil, fmt.Errorf("reading the policy: %w", err)
	}
	data, err := settings.data(settings.catalogue)
	if err != nil {
		return nil, err
	}
	suite := &suite{engine: e, store: inmem.NewFromObject(data), tests: tests, rules: map[string]*ast.Module{}}
	for _, c := range custom {
		suite.rules[c.file] = c.module
	}
	ctx, cancel := context.WithTimeout(ctx, e.options.Timeout)
	defer cancel()
	go watchHeap(ctx, e.options.CustomMemory, cancel)
	return suite.run(ctx)
}

// suite are rules with their tests.
type suite struct {
	engine *Engine
	store  storage.Store
	rules  map[string]*ast.Module
	tests  map[string][]byte
}

func (s *suite) run(ctx context.Context) (*TestRun, error) {
	coverage := cover.New()
	results, err := s.results(ctx, func(r *tester.Runner) *tester.Runner {
		return r.SetCoverageQueryTracer(coverage).SetCoverageRuns(nil)
	})
	if err != nil {
		return nil, err
	}
	out := &TestRun{}
	failing := false
	for _, r := range results {
		out.Tests = append(out.Tests, testResult(r))
		failing = failing || r.Fail
	}
	if failing {
		if err := s.explain(ctx, out.Tests); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out.Tests, func(a, b TestResult) int {
		return cmp.Or(strings.Compare(a.At.Path, b.At.Path), cmp.Compare(a.At.Line, b.At.Line), strings.Compare(a.Name, b.Name))
	})
	out.cover(coverage.Report(s.rules))
	return out, nil
}

// explain runs the tests again and follows the failing ones, which coverage does not go
// together with.
func (s *suite) explain(ctx context.Context, tests []TestResult) error {
	traced, err := s.results(ctx, func(r *tester.Runner) *tester.Runner { return r.EnableTracing(true) })
	if err != nil {
		return err
	}
	byName := map[string]*tester.Result{}
	for _, r := range traced {
		byName[r.Package+"."+r.Name] = r
	}
	for i := range tests {
		if r := byName[tests[i].Name]; r != nil && tests[i].Outcome == Failed {
			if failed := lastFailure(r); failed != nil {
				tests[i].FailedAt, tests[i].Expression = place(failed.Location), expression(failed)
			}
		}
	}
	return nil
}

// results runs all tests. The modules are parsed each time, since compiling rewrites them.
func (s *suite) results(ctx context.Context, with func(*tester.Runner) *tester.Runner) ([]*tester.Result, error) {
	modules, err := s.modules()
	if err != nil {
		return nil, err
	}
	compiler := ast.NewCompiler().
		WithCapabilities(s.engine.capabilities).
		WithStrict(true).
		WithDefaultRegoVersion(ast.RegoV1).
		WithEnablePrintStatements(true)
	txn, err := s.store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	defer s.store.Abort(ctx, txn)
	runner := with(tester.NewRunner().
		SetCompiler(compiler).
		SetStore(s.store).
		SetModules(modules).
		SetTimeout(s.engine.options.CustomTimeout).
		SetParallel(1).
		CapturePrintOutput(true).
		RaiseBuiltinErrors(true))
	running, err := runner.RunTests(ctx, txn)
	if err != nil {
		return nil, err
	}
	var out []*tester.Result
	for r := range running {
		out = append(out, r)
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("the tests took too long or too much memory: %w", context.Cause(ctx))
	}
	return out, nil
}

func (s *suite) modules() (map[string]*ast.Module, error) {
	modules, err := builtinModules(nil, s.engine.capabilities)
	if err != nil {
		return nil, err
	}
	for file, module := range s.rules {
		modules["custom/"+file] = module.Copy()
	}
	for file, text := range s.tests {
		module, err := parse(file, text, s.engine.capabilities, false)
		if err != nil {
			return nil, err
		}
		if name := module.Package.Path.String(); ours(module.Package) {
			return nil, fmt.Errorf("%s: a test has a package of its own, and not %s", file, name)
		}
		modules["test/"+file] = module
	}
	return modules, nil
}

// ours tells whether a package is that of the gate's own modules.
func ours(p *ast.Package) bool {
	if len(p.Path) < 2 {
		return false
	}
	root, _ := p.Path[1].Value.(ast.String)
	return slices.Contains([]ast.String{"main", "lib", "rules"}, root)
}

func testResult(r *tester.Result) TestResult {
	out := TestResult{Name: r.Package + "." + r.Name, At: place(r.Location), Outcome: Passed, Took: r.Duration}
	out.Detail = printable(strings.TrimSpace(string(r.Output)))
	switch {
	case r.Error != nil:
		out.Outcome, out.Detail = Broken, printable(r.Error.Error())
	case r.Skip:
		out.Outcome = Skipped
	case r.Fail:
		out.Outcome = Failed
	}
	return out
}

// lastFailure is the last expression in the file of a test that was not true: those of the
// rules that it asks have failed before.
func lastFailure(r *tester.Result) *ast.Expr {
	for _, event := range slices.Backward(r.Trace) {
		expr, ok := event.Node.(*ast.Expr)
		if event.Op == topdown.FailOp && ok && expr.Location != nil && r.Location != nil && expr.Location.File == r.Location.File {
			return expr
		}
	}
	return nil
}

func expression(e *ast.Expr) string {
	first, _, more := strings.Cut(string(e.Location.Text), "\n")
	if more {
		first += " …"
	}
	return printable(first)
}

func place(l *ast.Location) gate.Location {
	if l == nil {
		return gate.Location{}
	}
	return gate.Location{Path: l.File, Line: l.Row, Column: l.Col}
}

func (t *TestRun) cover(report cover.Report) {
	t.Coverage = report.Coverage
	for _, file := range slices.Sorted(maps.Keys(report.Files)) {
		for _, r := range report.Files[file].NotCovered {
			t.NotCovered = append(t.NotCovered, gate.Location{Path: file, Line: r.Start.Row, EndLine: r.End.Row})
		}
	}
}
