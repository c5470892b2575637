package policy

import (
	"context"
	"fmt"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/rego"
)

// The data of facts about models of a registry, as the checks state them.
type (
	modelFact struct {
		ID        string `json:"id"`
		Model     string `json:"model"`
		Registry  string `json:"registry"`
		Name      string `json:"name"`
		Commit    string `json:"commit"`
		Downloads int64  `json:"downloads"`
		AgeDays   int    `json:"age_days"`
		Disabled  bool   `json:"disabled"`
	}
	ownerFact struct {
		Model    string `json:"model"`
		Registry string `json:"registry"`
		Name     string `json:"name"`
		ID       string `json:"id"`
		Type     string `json:"type"`
		Verified bool   `json:"verified"`
		AgeDays  int    `json:"age_days"`
	}
	scanFact struct {
		Model    string               `json:"model"`
		Registry string               `json:"registry"`
		Done     bool                 `json:"done"`
		Files    []gate.HubScanResult `json:"files"`
	}
	entryFact struct {
		Model    string            `json:"model"`
		Registry string            `json:"registry"`
		Revision string            `json:"revision"`
		Commit   string            `json:"commit"`
		Owner    ownerFact         `json:"owner"`
		Files    []gate.LockedFile `json:"files"`
	}
	recordFact struct {
		Model    string `json:"model"`
		Registry string `json:"registry"`
		Revision string `json:"revision"`
		Verdict  string `json:"verdict"`
		AgeDays  int    `json:"age_days"`
	}
	licenseFact struct {
		Model    string `json:"model"`
		Registry string `json:"registry"`
		ID       string `json:"id"`
		SPDX     string `json:"spdx"`
	}
	lookalikeFact struct {
		Name   string `json:"name"`
		Target string `json:"target"`
		Tier   string `json:"tier"`
	}
)

// sha is a digest that a number tells apart.
func sha(n int) string { return fmt.Sprintf("%064x", n) }

// repositoryFacts are what a run knows of a repository with two references to each of n
// models of a registry, of which 20 files each were read and which the lock has.
func repositoryFacts(n int) []gate.Evidence {
	var out []gate.Evidence
	for i := range 2 * n {
		e := reference(fmt.Sprintf("org-%d/name", i%n))
		e.At.Path = fmt.Sprintf("app-%d.py", i)
		out = append(out, e)
	}
	for i := range n {
		out = append(out, factsOf(fmt.Sprintf("org-%d/name", i), i)...)
	}
	return out
}

func factsOf(id string, i int) []gate.Evidence {
	owner := ownerFact{Model: id, Registry: "hf", Name: fmt.Sprintf("org-%d", i), ID: sha(i)[40:], Type: "org", Verified: i%2 == 0, AgeDays: 400}
	entry := entryFact{Model: id, Registry: "hf", Revision: "main", Commit: sha(i)[24:], Owner: owner}
	at := gate.Location{Path: fmt.Sprintf("app-%d.py", i), Line: 3}
	var out []gate.Evidence
	add := func(kind gate.Kind, at gate.Location, data any) {
		out = append(out, gate.Evidence{Kind: kind, At: at, Model: id, Data: data})
	}
	for f := range 20 {
		name := fmt.Sprintf("model-%d.safetensors", f)
		fact := gate.FileFact{Format: "safetensors", Role: "weights", Size: 1 << 30, State: gate.Verified, SHA256: sha(i*20 + f), Model: id, Loaded: "yes"}
		if f == 0 {
			name, fact.Format, fact.Role = "README.md", "modelcard", "card"
		}
		entry.Files = append(entry.Files, gate.LockedFile{RemoteFile: gate.RemoteFile{Path: name, Size: 1 << 30, SHA256: fact.SHA256}})
		add(gate.KindFile, gate.Location{Path: "hf:" + id + "/" + name}, fact)
	}
	add("hub.model", at, modelFact{ID: id, Model: id, Registry: "hf", Name: id, Commit: entry.Commit, Downloads: int64(i * 10), AgeDays: i})
	add("hub.publisher", at, owner)
	add("hub.scan", at, scanFact{Model: id, Registry: "hf", Done: true})
	add("lock.entry", gate.Location{Path: "models.lock", Line: i}, entry)
	add("scan.record", gate.Location{Path: "models.lock", Line: i}, recordFact{id, "hf", "main", "pass", 3})
	add("license.found", at, licenseFact{id, "hf", "mit", "MIT"})
	add("lookalike.match", at, lookalikeFact{id, "org/name", "high"})
	return out
}

// everyRuleOn is a policy that demands all.
func everyRuleOn(t testing.TB) map[string]any {
	t.Helper()
	catalogue, err := rego.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]any{}
	for _, r := range catalogue {
		rules[r.ID] = map[string]any{"level": level("deny", "deny")}
	}
	return map[string]any{
		"sources":    []any{map[string]any{"name": "Hub", "urls": []any{"https://huggingface.co"}, "trust": "medium"}},
		"publishers": []any{map[string]any{"name": "org-1", "id": sha(1)[40:]}},
		"rules":      rules,
	}
}

// BenchmarkRepository judges a large repository by every rule and by each one that reads
// something of it.
func BenchmarkRepository(b *testing.B) {
	evidence := repositoryFacts(500)
	config := everyRuleOn(b)
	b.Run("all", func(b *testing.B) { benchmarkDecision(b, Input{Config: config, Evidence: evidence, Now: noon}) })
	for id := range config["rules"].(map[string]any) {
		b.Run(id, func(b *testing.B) { benchmarkRule(b, id, evidence) })
	}
}

// BenchmarkFindings judges 10,000 facts about files, each of which breaks a rule.
func BenchmarkFindings(b *testing.B) {
	var evidence []gate.Evidence
	for i := range 10_000 {
		evidence = append(evidence, gate.Evidence{
			Kind: gate.KindFile, At: gate.Location{Path: fmt.Sprintf("models/%d.pkl", i)},
			Data: gate.FileFact{Format: "pickle", Role: "weights", Dir: "models", Size: 10, State: gate.Unproven},
		})
	}
	b.Run("decide", func(b *testing.B) { benchmarkDecision(b, Input{Evidence: evidence, Now: noon}) })
	b.Run("evaluate", func(b *testing.B) { benchmarkRule(b, "blocked-format", evidence) })
}

// BenchmarkWaivers judges 500 findings that 500 waivers cover.
func BenchmarkWaivers(b *testing.B) {
	var evidence []gate.Evidence
	var waivers []any
	for i := range 500 {
		path := fmt.Sprintf("models/%d.zip", i)
		evidence = append(evidence, incomplete(path))
		waivers = append(waivers, map[string]any{"number": i, "rule": "scan-incomplete", "path": path, "reason": "r", "approved_by": "a", "expires": "2027-01-31"})
	}
	benchmarkDecision(b, Input{Config: map[string]any{"waivers": waivers}, Evidence: evidence, Now: noon})
}

func benchmarkDecision(b *testing.B, in Input) {
	engine := newEngine(b, Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := engine.Decide(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}

// benchmarkRule times the evaluation of one rule, without reading the facts and without
// compiling.
func benchmarkRule(b *testing.B, id string, evidence []gate.Evidence) {
	engine := newEngine(b, Options{})
	s, err := engine.settings(everyRuleOn(b), nil)
	if err != nil {
		b.Fatal(err)
	}
	f, err := newFacts(Input{Evidence: evidence, Now: noon}, s)
	if err != nil {
		b.Fatal(err)
	}
	var rules []gate.Rule
	for _, r := range s.asked(f.kinds, false) {
		if r.ID == id {
			rules = append(rules, r)
		}
	}
	if len(rules) == 0 {
		b.Skip("reads nothing of this")
	}
	modules, err := builtinModules(rules, engine.capabilities)
	if err != nil {
		b.Fatal(err)
	}
	compiler, err := compile(modules, engine.capabilities, true)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := evaluate(context.Background(), compiler, s, f, rules); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompile prepares all rules.
func BenchmarkCompile(b *testing.B) {
	engine := newEngine(b, Options{})
	for name, rules := range map[string][]gate.Rule{"none": nil, "all": engine.catalogue} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				modules, err := builtinModules(rules, engine.capabilities)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := compile(modules, engine.capabilities, true); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFacts makes the input of the rules.
func BenchmarkFacts(b *testing.B) {
	evidence := repositoryFacts(500)
	engine := newEngine(b, Options{})
	s, err := engine.settings(everyRuleOn(b), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := newFacts(Input{Evidence: evidence, Now: noon}, s); err != nil {
			b.Fatal(err)
		}
	}
}
