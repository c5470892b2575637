package policy

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/rego"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func newEngine(t testing.TB, options Options) *Engine {
	t.Helper()
	e, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func decide(t testing.TB, in Input) []gate.Violation {
	t.Helper()
	if in.Now.IsZero() {
		in.Now = noon
	}
	got, _, err := newEngine(t, Options{}).Decide(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// ids are the rules and levels of violations.
func ids(list []gate.Violation) []string {
	out := []string{}
	for _, v := range list {
		s := v.Rule + " " + string(v.Level)
		if v.Waived != nil {
			s += " waived"
		}
		out = append(out, s)
	}
	return out
}

func wantIDs(t *testing.T, list []gate.Violation, want ...string) {
	t.Helper()
	if got := ids(list); !slices.Equal(got, append([]string{}, want...)) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func reference(id string) gate.Evidence {
	namespace, name, ok := strings.Cut(id, "/")
	if !ok {
		namespace, name = "", id
	}
	r := gate.Reference{
		Model:  gate.ModelID{Source: "hf", Namespace: namespace, Name: name},
		Loader: "transformers.AutoModel.from_pretrained", Context: gate.InCode, Resolution: gate.Literal,
		At: gate.Location{Path: "app.py", Line: 3, Column: 5},
	}
	return gate.Evidence{Kind: gate.KindReference, At: r.At, Data: gate.ReferenceFact{Reference: r, ID: r.Model.Key()}}
}

func remoteCode(path string) gate.Evidence {
	return gate.Evidence{Kind: gate.KindLoad, At: gate.Location{Path: path, Line: 7}, Data: gate.Load{
		Callee: "transformers.AutoModel.from_pretrained", Flag: "trust_remote_code", Value: "True",
		Unsafe: "remote-code", Model: "org/name", Context: gate.InCode,
	}}
}

func incomplete(path string) gate.Evidence {
	return gate.Evidence{Kind: gate.KindIncomplete, At: gate.Location{Path: path}, Data: gate.Incomplete{Reason: "encrypted"}}
}

func level(production, research string) map[string]any {
	return map[string]any{"production": production, "research": research}
}

func rule(id string, fields map[string]any) map[string]any {
	return map[string]any{"rules": map[string]any{id: fields}}
}

func TestDecideByDefault(t *testing.T) {
	got := decide(t, Input{Evidence: []gate.Evidence{remoteCode("app.py"), reference("org/name")}})
	want := []gate.Violation{
		{
			Rule: "unpinned-revision", Level: gate.Warn, Model: "org/name",
			Message: "transformers.AutoModel.from_pretrained loads org/name without a commit, which its owner can change at any time.",
			At:      gate.Location{Path: "app.py", Line: 3, Column: 5}, Related: []gate.Location{},
		},
		{
			Rule: "remote-code-enabled", Level: gate.Deny, Model: "org/name",
			Message: "transformers.AutoModel.from_pretrained(trust_remote_code=True) runs Python code from the repository of org/name.",
			At:      gate.Location{Path: "app.py", Line: 7}, Related: []gate.Location{},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestDecideNothing(t *testing.T) {
	wantIDs(t, decide(t, Input{}))
}

func TestLevels(t *testing.T) {
	evidence := []gate.Evidence{incomplete("research/a.zip"), incomplete("a.zip")}
	places := map[string]any{"default": "production", "places": []any{map[string]any{"glob": "research/**", "environment": "research"}}}
	for name, test := range map[string]struct {
		config map[string]any
		want   []string
	}{
		"built in": {nil, []string{"scan-incomplete deny", "scan-incomplete deny"}},
		"lowered":  {rule("scan-incomplete", map[string]any{"level": level("warn", "warn")}), []string{"scan-incomplete warn", "scan-incomplete warn"}},
		"ignored":  {rule("scan-incomplete", map[string]any{"level": level("ignore", "ignore")}), []string{}},
		"by place": {map[string]any{"environment": places, "rules": map[string]any{"scan-incomplete": map[string]any{"level": level("deny", "warn")}}}, []string{"scan-incomplete deny", "scan-incomplete warn"}},
		"research": {map[string]any{"environment": map[string]any{"default": "research"}, "rules": map[string]any{"scan-incomplete": map[string]any{"level": level("deny", "ignore")}}}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			wantIDs(t, decide(t, Input{Config: test.config, Evidence: evidence}), test.want...)
		})
	}
}

func TestUnknownSettings(t *testing.T) {
	for name, config := range map[string]map[string]any{
		"rule":        rule("no-such-rule", map[string]any{"level": level("deny", "deny")}),
		"level":       rule("scan-incomplete", map[string]any{"level": level("fatal", "deny")}),
		"environment": rule("scan-incomplete", map[string]any{"level": map[string]any{"staging": "deny"}}),
		"waiver day":  {"waivers": []any{map[string]any{"rule": "scan-incomplete", "path": "x", "expires": "soon"}}},
		"review day":  {"reviews": []any{map[string]any{"kind": "code", "sha256": []any{"aa"}, "expires": "31.12.2026"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := newEngine(t, Options{}).Decide(context.Background(), Input{Config: config, Now: noon}); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestSources(t *testing.T) {
	config := map[string]any{
		"sources": []any{
			map[string]any{"name": "Hub", "urls": []any{"https://huggingface.co"}},
			map[string]any{"name": "Ours", "urls": []any{"https://models.example.com/team"}},
		},
		"rules": map[string]any{
			"unapproved-source": map[string]any{"level": level("deny", "deny")},
			"unpinned-revision": map[string]any{"level": level("ignore", "ignore")},
			"too-few-downloads": map[string]any{"sources": map[string]any{"Hub": map[string]any{
				"level": level("deny", "deny"), "options": map[string]any{"min": 501},
			}}},
		},
	}
	at := func(url string) gate.Evidence {
		r := gate.Reference{Model: gate.ModelID{Source: "url", URL: url}, Loader: "wget", At: gate.Location{Path: url}}
		return gate.Evidence{Kind: gate.KindReference, At: r.At, Data: gate.ReferenceFact{Reference: r, ID: r.Model.Key()}}
	}
	got := decide(t, Input{Config: config, Evidence: []gate.Evidence{
		reference("org/name"),
		at("https://models.example.com/team/m.pt"),
		at("https://models.example.com/teamx/m.pt"),
		at("https://models.example.com/team/../m.pt"),
		at("http://models.example.com/team/m.pt"),
		at("https://models.example.com@evil.example/team/m.pt"),
		at("https://MODELS.example.com:443/team/m.pt"),
	}})
	var denied []string
	for _, v := range got {
		denied = append(denied, v.Rule+" "+v.At.Path)
	}
	want := []string{
		"too-few-downloads app.py",
		"unapproved-source http://models.example.com/team/m.pt",
		"unapproved-source https://models.example.com/team/../m.pt",
		"unapproved-source https://models.example.com/teamx/m.pt",
		"unapproved-source https://models.example.com@evil.example/team/m.pt",
	}
	if !slices.Equal(denied, want) {
		t.Errorf("got %q", denied)
	}
	if !strings.Contains(got[0].Message, "at least 501 downloads") {
		t.Errorf("got %q", got[0].Message)
	}
}

func TestWaivers(t *testing.T) {
	waiver := func(expires string) map[string]any {
		return map[string]any{"waivers": []any{map[string]any{
			"number": 0, "rule": "remote-code-enabled", "model": "org/name", "reason": "reviewed",
			"approved_by": "ana", "expires": expires, "line": 12,
		}}}
	}
	for name, test := range map[string]struct {
		expires string
		want    []string
	}{
		"in force": {"2027-01-31", []string{"remote-code-enabled deny waived"}},
		"soon":     {"2026-11-30", []string{"remote-code-enabled deny waived", "waiver-expiring warn"}},
		"today":    {"2026-11-24", []string{"remote-code-enabled deny waived", "waiver-expiring warn"}},
		"expired":  {"2026-11-23", []string{"remote-code-enabled deny", "waiver-expired deny"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := decide(t, Input{Config: waiver(test.expires), Evidence: []gate.Evidence{remoteCode("app.py")}, PolicyPath: "p.yaml"})
			wantIDs(t, got, test.want...)
			if w := got[0].Waived; w != nil && (w.Reason != "reviewed" || w.ApprovedBy != "ana" || w.Expires != test.expires) {
				t.Errorf("got %+v", w)
			}
			if len(got) > 1 && got[1].At != (gate.Location{Path: "p.yaml", Line: 12}) {
				t.Errorf("got %+v", got[1].At)
			}
		})
	}
}

func TestReviews(t *testing.T) {
	config := map[string]any{
		"reviews": []any{map[string]any{"kind": "code", "model": "org/name", "sha256": []any{"aa", "bb"}, "approved_by": "ana", "expires": "2026-12-31"}},
		"rules":   map[string]any{"unreviewed-code": map[string]any{"level": level("deny", "deny")}},
	}
	file := func(sha string) gate.Evidence {
		return gate.Evidence{Kind: "python.file", At: gate.Location{Path: sha + ".py"}, Data: map[string]any{"sha256": sha}}
	}
	got := decide(t, Input{Config: config, Evidence: []gate.Evidence{file("aa"), file("bb"), file("cc")}})
	wantIDs(t, got, "unreviewed-code deny")
	if got[0].At.Path != "cc.py" {
		t.Errorf("got %+v", got[0])
	}
}

// TestRequiredWithoutEvidence: what a policy demands and nothing shows is denied.
func TestRequiredWithoutEvidence(t *testing.T) {
	demand := map[string]any{"level": level("deny", "deny")}
	rules := map[string]any{}
	required := []string{
		"behaviour-untested", "enforcement-missing", "format-unavailable", "hub-scan-pending", "model-card-unapproved",
		"personal-namespace", "security-scan-missing", "test-results-missing", "too-few-downloads", "unlocked-artifact",
		"unsigned-artifact", "unverified-publisher", "young-repository",
	}
	for _, id := range required {
		rules[id] = demand
	}
	rules["unpinned-revision"] = map[string]any{"level": level("ignore", "ignore")}
	got := decide(t, Input{Config: map[string]any{"rules": rules}, Evidence: []gate.Evidence{reference("org/name")}})
	var found []string
	for _, v := range got {
		found = append(found, v.Rule)
	}
	slices.Sort(found)
	if !slices.Equal(found, required) {
		t.Errorf("got %q", found)
	}
}

func TestEnforcedRules(t *testing.T) {
	config := map[string]any{"rules": map[string]any{
		"unpinned-revision": map[string]any{"level": level("deny", "warn")},
		"scan-incomplete":   map[string]any{"level": level("ignore", "ignore")},
		"too-few-downloads": map[string]any{"sources": map[string]any{"Hub": map[string]any{"level": level("deny", "deny")}}},
	}}
	_, rules, err := newEngine(t, Options{}).Decide(context.Background(), Input{Config: config, Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	levels := map[string]gate.Level{}
	for _, r := range rules {
		levels[r.ID] = r.Level
		if r.Title == "" {
			t.Errorf("%s has no title", r.ID)
		}
	}
	if levels["unpinned-revision"] != gate.Deny || levels["too-few-downloads"] != gate.Deny || levels["scan-incomplete"] != "" {
		t.Errorf("got %v", levels)
	}
}

func TestDeterminism(t *testing.T) {
	evidence := []gate.Evidence{reference("org/name"), remoteCode("app.py"), incomplete("b"), incomplete("a"), incomplete("a")}
	first := decide(t, Input{Evidence: evidence})
	slices.Reverse(evidence)
	if second := decide(t, Input{Evidence: evidence}); !reflect.DeepEqual(first, second) {
		t.Errorf("got %+v and %+v", first, second)
	}
	wantIDs(t, first, "scan-incomplete deny", "unpinned-revision warn", "remote-code-enabled deny", "scan-incomplete deny")
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := newEngine(t, Options{}).Decide(ctx, Input{Evidence: []gate.Evidence{incomplete("a")}, Now: noon}); err == nil {
		t.Error("a cancelled decision gave no error")
	}
}

func TestMessagesArePrintable(t *testing.T) {
	e := incomplete("a.zip")
	e.Data = gate.Incomplete{Reason: "\x1b[2Jé\n\u202e\u200b'"}
	got := decide(t, Input{Evidence: []gate.Evidence{e}})
	if want := `a.zip was not read to its end: \x1b[2Jé\n\u202e\u200b'.`; got[0].Message != want {
		t.Errorf("got %q", got[0].Message)
	}
}

// TestPathsOfAllBytes names an entry as no reader of JSON would write it.
func TestPathsOfAllBytes(t *testing.T) {
	for _, path := range []string{"a.zip!b\x00.txt", "a.zip!\x1b[2J\a", "a.zip!\u2028\"\\"} {
		list := decide(t, Input{Evidence: []gate.Evidence{incomplete(path)}})
		if len(list) != 1 || list[0].At.Path != path {
			t.Errorf("%q: %+v", path, list)
		}
	}
}

// TestInputFitsSchema holds what the rules get to the schema that they are checked with.
func TestInputFitsSchema(t *testing.T) {
	text, err := rego.FS.ReadFile("schemas/input.json")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("input.json", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("input.json")
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Now: noon, Evidence: append(many(2), remoteCode("app.py")), Config: map[string]any{
		"waivers": []any{map[string]any{"rule": "scan-incomplete", "path": "x", "expires": "2026-12-31"}},
		"reviews": []any{map[string]any{"kind": "code", "sha256": []any{"aa"}}},
	}}
	s, err := newEngine(t, Options{}).settings(in.Config, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := newFacts(in, s)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(f.input.String()))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(document); err != nil {
		t.Error(err)
	}
}

func TestDigest(t *testing.T) {
	if d := rego.Digest(); len(d) != 64 || d != rego.Digest() {
		t.Errorf("got %q", d)
	}
}

func many(n int) []gate.Evidence {
	var out []gate.Evidence
	for i := range n {
		out = append(out, incomplete(fmt.Sprintf("a/%d.zip", i)), reference(fmt.Sprintf("org/name-%d", i)))
	}
	return out
}

func BenchmarkDecide(b *testing.B) {
	small := []gate.Evidence{remoteCode("app.py"), reference("org/name"), incomplete("a.zip")}
	for name, evidence := range map[string][]gate.Evidence{"small": small, "10000": many(5000)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				decide(b, Input{Evidence: evidence})
			}
		})
	}
}
