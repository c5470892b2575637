package policy

import (
	"context"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/modelgate/gate"
)

func about(kind gate.Kind, path, model string, data map[string]any) gate.Evidence {
	return gate.Evidence{Kind: kind, At: gate.Location{Path: path}, Model: model, Data: data}
}

// TestFactsAreFoundByModel holds the index that the rules get to the one that their tests
// use.
func TestFactsAreFoundByModel(t *testing.T) {
	ollama := reference("org/both")
	r := ollama.Data.(gate.ReferenceFact)
	r.Model.Source = "ollama"
	ollama.Data = r
	in := Input{Now: noon, Evidence: []gate.Evidence{
		reference("org/name"), reference("org/both"), ollama, incomplete("a.zip"),
		about("hub.model", "app.py", "org/name", map[string]any{"registry": "modelscope"}),
		about("artifact.file", "oci:org/both@v1/m.bin", "org/both", map[string]any{}),
		about("artifact.file", "hf:org/name/m.bin", "org/name", map[string]any{}),
		about("artifact.file", "hf:org/name/n.bin", "org/name", map[string]any{}),
		about("lookalike.match", "app.py", "org/both", map[string]any{}),
		about("lookalike.match", "app.py", "org/other", map[string]any{}),
	}}
	s, err := newEngine(t, Options{}).settings(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := newFacts(in, s)
	if err != nil {
		t.Fatal(err)
	}
	input := f.input.(ast.Object)
	got := input.Get(ast.StringTerm("about"))
	count := func(registry, model, kind string) int {
		found, err := got.Value.Find(ast.Ref{ast.StringTerm(registry), ast.StringTerm(model), ast.StringTerm(kind)})
		if err != nil {
			return 0
		}
		return found.(*ast.Array).Len()
	}
	for _, want := range []struct {
		registry, model, kind string
		n                     int
	}{
		{"modelscope", "org/name", "hub.model", 1}, {"hf", "org/name", "hub.model", 0},
		{"oci", "org/both", "artifact.file", 1}, {"hf", "org/name", "artifact.file", 2},
		{"hf", "org/both", "lookalike.match", 1}, {"ollama", "org/both", "lookalike.match", 1},
		{"hf", "org/other", "lookalike.match", 1}, {"hf", "org/name", "refs.reference", 0},
	} {
		if n := count(want.registry, want.model, want.kind); n != want.n {
			t.Errorf("%+v: found %d", want, n)
		}
	}
	if tests := givenAbout(t, input.Get(ast.StringTerm("evidence"))); tests.Compare(got.Value) != 0 {
		t.Errorf("the rules get\n%v\nand their tests\n%v", got, tests)
	}
}

// givenAbout is the index that the tests of the rules make of evidence.
func givenAbout(t *testing.T, evidence *ast.Term) ast.Value {
	t.Helper()
	modules := everyModule(t)
	compiler, err := compile(map[string]*ast.Module{"given": modules["lib/given_test.rego"]}, pureCapabilities(), false)
	if err != nil {
		t.Fatal(err)
	}
	body, err := compiler.QueryCompiler().Compile(ast.MustParseBody("x = data.lib.given.about(input)"))
	if err != nil {
		t.Fatal(err)
	}
	store := inmem.New()
	txn, err := store.NewTransaction(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Abort(context.Background(), txn)
	results, err := topdown.NewQuery(body).WithCompiler(compiler).WithStore(store).WithTransaction(txn).WithInput(evidence).Run(context.Background())
	if err != nil || len(results) != 1 {
		t.Fatalf("%d results, %v", len(results), err)
	}
	return results[0]["x"].Value
}
