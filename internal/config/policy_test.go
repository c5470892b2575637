package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/option"
	"github.com/modelgate/gate/internal/strictyaml"
)

const hub = `
approved_sources:
  - name: Hub
    url: https://huggingface.co
`

func TestRefused(t *testing.T) {
	waiver := func(fields string) string { return "waivers: [{" + fields + "}]" }
	const rest = "reason: r, approved_by: a, expires: 2026-12-24"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "the policy is empty"},
		{"no mapping", "- a", "must be a mapping, not a list"},
		{"two documents", "version: 1\n---\nversion: 2\n", "one YAML document"},
		{"broken YAML", "version: [1\nowner: x", "not valid YAML"},
		{"twice", "version: 1\nversion: 2", `has "version" twice, first in line 1`},
		{"nested and top", "version: 1\nmodel_acquisition_policy:\n  version: 2", "stands both under"},
		{"alias", "version: &v 1\nowner: *v", "an alias"},
		{"merge key", "x: &v {version: 1}\n<<: *v", `no key "<<"`},
		{"null", "blocked_sources:", "blocked_sources must be a list, not nothing"},
		{"null scalar", "serialization_policy: {allowed_formats: [~]}", "must be text, not nothing"},
		{"tag", "owner: !!binary aGk=", "must be text"},
		{"unknown key", "approved_source: []", `no key "approved_source"`},
		{"bad date", "effective_date: tomorrow", "must be a date"},
		{"source without url", "approved_sources: [{name: x}]", "needs a name and a url"},
		{"source twice", hub + "  - {name: hub, url: https://h.example}\n", "two sources have the name"},
		{"url without scheme", "approved_sources: [{name: x, url: huggingface.co}]", "is no URL"},
		{"url with user", "approved_sources: [{name: x, url: 'https://u:p@h.example'}]", "more than a host"},
		{"url upwards", "approved_sources: [{name: x, url: 'https://h.example/a/../b'}]", "no plain prefix"},
		{"trust", "approved_sources: [{name: x, url: 'https://h.example', trust_level: total}]", "trust_level is low"},
		{"no formats", "serialization_policy: {allowed_formats: []}", "allowed_formats is empty"},
		{"allowed and blocked", "serialization_policy: {allowed_formats: [onnx], blocked_formats: [onnx]}", "blocked here"},
		{"blocked on two conditions", "serialization_policy: {blocked_formats: [torch, torch.save (without safetensors)]}", "another condition"},
		{"two levels in a place", hub + "    requirements: [Models must be signed, Models should be signed]", "two levels for unsigned-artifact"},
		{"source below everywhere", hub + "    requirements: [Models should be signed]\nverification_requirements: {signature_verification: Required}", "two levels"},
		{"two values", hub + "    requirements: [Models must be signed with a key, Models must be signed with b key]", "no rule enforces"},
		{"two keys", hub + "    requirements: [Models must be signed with k1 key, Models must be signed with k2 key]", "two values for keys"},
		{"enforcement against a word", "code_execution_policy: {custom_model_code: Should be reviewed, enforcement: 'CI gate -- builds fail'}", "two levels for unreviewed-code"},
		{"rules lowers a line", "serialization_policy: {blocked_formats: [pickle]}\nrules: {blocked-format: {level: warn}}", "lowers to warn what line 1 demands"},
		{"rules lowers an option", hub + "    requirements: ['Models must have > 500 downloads']\nrules: {too-few-downloads: {min: 10}}", "sets min to 10, line 5 demands 501"},
		{"option type", "rules: {too-few-downloads: {min: many}}", "must be a number"},
		{"option as text", "rules: {too-few-downloads: {min: '5'}}", "must be a number"},
		{"unknown format option", "rules: {blocked-format: {formats: [pickel]}}", `unknown format "pickel"`},
		{"rule alone", hub + "    requirements: [{signed: {key: x}}]", "signed.key is no option"},
		{"two keys in a form", hub + "    requirements: [{signed: {}, pinned: {}}]", "one key"},
		{"environment", "environment: staging", "production or research"},
		{"glob", "environment: {places: [{glob: '[', environment: research}]}", "no valid pattern"},
		{"limit", "limits: {waiver_days: -1}", "has no value"},
		{"custom id", "custom: {rules: {blocked-format: deny}}", "built in"},
		{"waiver lacks", waiver("rule: unpinned-revision, model: a/b, reason: r"), "lacks approved_by, expires"},
		{"waiver todo", waiver("rule: unpinned-revision, model: a/b, reason: r, approved_by: TODO, expires: 2026-12-24"), "approved_by is not filled in"},
		{"waiver of no rule", waiver("rule: unpined-revision, model: a/b, " + rest), `no rule "unpined-revision"`},
		{"waiver of both", waiver("rule: unpinned-revision, model: a/b, path: x, " + rest), "one of model and path"},
		{"waiver of all", waiver("rule: unpinned-revision, path: '**', " + rest), "covers every file"},
		{"waiver of change", waiver("rule: policy-changed, path: x, " + rest), "cannot be waived"},
		{"waiver of digest", waiver("rule: digest-mismatch, path: x, " + rest), "cannot be waived"},
		{"waiver of blindness", waiver("rule: scan-incomplete, model: a/b, " + rest), "for a path only"},
		{"waiver of code", waiver("rule: pickle-unsafe-import, path: m.pkl, " + rest), "add digest"},
		{"waiver digest", waiver("rule: pickle-unsafe-import, path: m.pkl, digest: abc, " + rest), "64 hexadecimal"},
		{"waiver too long", waiver("rule: unpinned-revision, model: a/b, reason: r, approved_by: a, expires: 2028-01-01"), "more than 365 days ahead"},
		{"inline", "inline: [policy-changed]", "cannot be waived"},
		{"publisher without id", "publishers: [{name: acme}]", "lacks id"},
		{"key", "signing_keys: {internal: {public_key: a, certificate_chain: b}}", "has one of"},
		{"issuer", "signing_keys: {internal: {identity: a}}", "has one of"},
		{"review", "reviews: [{kind: code, model: a/b, sha256: [abc], approved_by: a, date: 2026-01-01}]", "64 hexadecimal"},
		{"too long", strings.Repeat("#", strictyaml.MaxSize+1), "bytes, more than"},
	} {
		errs := refused(t, c.text)
		if !slices.ContainsFunc(errs, func(e *Error) bool { return strings.Contains(e.Message, c.want) }) {
			t.Errorf("%s: no error has %q: %v", c.name, c.want, errs)
		}
		for _, e := range errs {
			if e.Line < 1 || e.Column < 1 || e.Path == "" {
				t.Errorf("%s: no place in %+v", c.name, e)
			}
		}
	}
}

func TestErrorsAreBounded(t *testing.T) {
	start := time.Now()
	errs := refused(t, "blocked_sources:\n"+strings.Repeat("  - nonsense\n", 50000))
	if len(errs) != strictyaml.MaxErrors {
		t.Errorf("%d errors", len(errs))
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("took %v", d)
	}
}

func level(p *Policy, rule, source string) string {
	return fmt.Sprintf("%s/%s", p.Level(rule, source, production), p.Level(rule, source, research))
}

func TestLevels(t *testing.T) {
	for _, c := range []struct{ name, text, rule, source, want string }{
		{"default", "version: 1", "unpinned-revision", "", "warn/warn"},
		{"rules", "rules: {unpinned-revision: {level: {research: ignore}}}", "unpinned-revision", "", "warn/ignore"},
		{"rules raise a line", "verification_requirements: {signature_verification: Recommended}\nrules: {unsigned-artifact: deny}",
			"unsigned-artifact", "", "deny/deny"},
		{"a line lowers a default", "code_execution_policy: {trust_remote_code: Allowed for research}", "remote-code-enabled", "", "deny/ignore"},
		{"what comes along is not lowered", "verification_requirements: {checksum_validation: Optional}", "digest-mismatch", "", "deny/deny"},
		{"a line of its own decides over what comes along", hub + "    requirements: ['Models must have 10 downloads', 'Repository should be 9 days old']",
			"young-repository", "Hub", "warn/warn"},
		{"report only", "serialization_policy: {blocked_formats: [pickle], allowed_formats: [onnx], enforcement: report only}",
			"format-not-allowed", "", "warn/warn"},
		{"a requirement is of its source", hub + "    requirements: [Models must be signed]", "unsigned-artifact", "", "ignore/ignore"},
		{"low trust", hub + "    trust_level: low\n    requirements: [Models should be signed]", "unsigned-artifact", "Hub", "deny/deny"},
		{"high trust", hub + "    trust_level: high", "lookalike-namespace", "Hub", "ignore/ignore"},
		{"high trust, listed", hub + "    trust_level: high\n    requirements: [verified-publisher]", "unverified-publisher", "Hub", "deny/deny"},
		{"high trust, content", hub + "    trust_level: high", "pickle-unsafe-import", "Hub", "deny/deny"},
		{"not yet in force", "effective_date: 2027-01-01\nverification_requirements: {signature_verification: Required}",
			"unsigned-artifact", "", "warn/warn"},
		{"not yet in force, denied by default", "effective_date: 2027-01-01\ncode_execution_policy: {trust_remote_code: never}",
			"remote-code-enabled", "", "deny/deny"},
		{"source above everywhere", hub + "    requirements: [Models must be signed]\nverification_requirements: {signature_verification: Recommended}",
			"unsigned-artifact", "Hub", "deny/deny"},
	} {
		if got := level(parse(t, c.text), c.rule, c.source); got != c.want {
			t.Errorf("%s: %s is %s, want %s", c.name, c.rule, got, c.want)
		}
	}
}

func TestExpiredWaiverLoads(t *testing.T) {
	p := parse(t, "waivers: [{rule: unpinned-revision, model: a/b, reason: r, approved_by: a, expires: 2020-01-01}]")
	if len(p.Waivers) != 1 || p.Waivers[0].Expires != "2020-01-01" || p.Waivers[0].Line != 1 {
		t.Errorf("%+v", p.Waivers)
	}
}

func TestTighten(t *testing.T) {
	base := hub + "    requirements: ['Models must have > 500 downloads']\nserialization_policy: {blocked_formats: [pickle, torch]}\n"
	const waiver = "waivers: [{rule: unpinned-revision, model: a/b, reason: r, approved_by: a, expires: 2026-12-24}]\n"
	for _, c := range []struct {
		name, base, head string
		looser, tighter  []string // paths
		rule, source     string
		level, options   string
	}{
		{"same", base, base, nil, nil, "blocked-format", "", "deny/deny", "{formats: [pickle, torch], unless_sibling: {}}"},
		{"raised", base, base + "rules: {unpinned-revision: deny}", nil,
			[]string{"rules.unpinned-revision.level.production", "rules.unpinned-revision.level.research"},
			"unpinned-revision", "", "deny/deny", "{}"},
		{"lowered", base, base + "rules: {unpinned-revision: ignore}",
			[]string{"rules.unpinned-revision.level.production", "rules.unpinned-revision.level.research"}, nil,
			"unpinned-revision", "", "warn/warn", "{}"},
		{"more downloads", base, strings.Replace(base, "500", "900", 1), nil,
			[]string{"rules.too-few-downloads.sources[Hub].min"}, "too-few-downloads", "Hub", "deny/deny", "{min: 901}"},
		{"fewer downloads", base, strings.Replace(base, "500", "100", 1),
			[]string{"rules.too-few-downloads.sources[Hub].min"}, nil, "too-few-downloads", "Hub", "deny/deny", "{min: 501}"},
		{"a format less", base, strings.Replace(base, ", torch", "", 1), []string{"rules.blocked-format.formats"}, nil,
			"blocked-format", "", "deny/deny", "{formats: [pickle, torch], unless_sibling: {}}"},
		{"an exception more", base, strings.Replace(base, "torch]", "torch.save (without safetensors)]", 1),
			[]string{"rules.blocked-format.unless_sibling"}, nil,
			"blocked-format", "", "deny/deny", "{formats: [pickle, torch], unless_sibling: {}}"},
		{"a source more", base, strings.Replace(base, "serial", "  - {name: Evil, url: https://evil.example}\nserial", 1),
			[]string{"rules.unapproved-source.sources", "approved_sources[Evil]"}, nil,
			"unapproved-source", "", "deny/deny", "{class: any, sources: [Hub]}"},
		{"the first source", "version: 1", hub, nil,
			[]string{"rules.unapproved-source.level.production", "rules.unapproved-source.level.research", "rules.unapproved-source.sources"},
			"unapproved-source", "", "deny/deny", "{class: any, sources: [Hub]}"},
		{"a waiver more", base, base + waiver, []string{"waivers"}, nil, "unpinned-revision", "", "warn/warn", "{}"},
		{"a waiver less", base + waiver, base, nil, []string{"waivers"}, "unpinned-revision", "", "warn/warn", "{}"},
		{"another environment", base, base + "environment: research", []string{"environment.default"}, nil,
			"blocked-format", "", "deny/deny", "{formats: [pickle, torch], unless_sibling: {}}"},
		{"more trust", base, strings.Replace(base, "    req", "    trust_level: high\n    req", 1),
			[]string{"rules.lookalike-namespace.sources[Hub].level.production", "rules.lookalike-namespace.sources[Hub].level.research",
				"approved_sources[Hub].trust_level"}, nil, "lookalike-namespace", "Hub", "deny/deny", "{}"},
	} {
		b, h := parse(t, c.base), parse(t, c.head)
		got, changes := Tighten(b, h)
		paths := map[string][]string{}
		for _, change := range changes {
			paths[change.Direction] = append(paths[change.Direction], change.Path)
			if change.Before == change.After {
				t.Errorf("%s: %+v is no change", c.name, change)
			}
		}
		slices.Sort(c.looser)
		slices.Sort(paths[Looser])
		if !slices.Equal(paths[Looser], c.looser) || !slices.Equal(paths[Tighter], c.tighter) {
			t.Errorf("%s: looser %q tighter %q", c.name, paths[Looser], paths[Tighter])
		}
		if l := level(got, c.rule, c.source); l != c.level {
			t.Errorf("%s: level %s, want %s", c.name, l, c.level)
		}
		if o := option.Show(got.demanded[c.rule].in(c.source).options); o != c.options {
			t.Errorf("%s: options %s, want %s", c.name, o, c.options)
		}
		if len(got.Waivers) != len(b.Waivers) || got.Environment != b.Environment {
			t.Errorf("%s: waivers or environment are not those of the base", c.name)
		}
	}
}

func TestDocumentIsACopy(t *testing.T) {
	p := parse(t, "version: 1")
	rule := p.Document()["rules"].(map[string]any)["blocked-format"].(map[string]any)
	rule["options"].(map[string]any)["formats"].([]any)[0] = "changed"
	if got := option.Show(p.demanded["blocked-format"].options["formats"]); got != "[pickle, joblib, torch]" {
		t.Error(got)
	}
	if got := gate.Level(p.Level("blocked-format", "", "")); got != gate.Warn {
		t.Error(got)
	}
}

func TestErrorsArePrintable(t *testing.T) {
	for _, e := range refused(t, hub+"    requirements: [{\"signed\": {\"a\\e[2Jb\": x}}, \""+strings.Repeat("long ", 5000)+"\"]") {
		if strings.Contains(e.Message, "\x1b") || len(e.Message) > 600 {
			t.Errorf("%q", e.Message)
		}
	}
}

// TestStructured: what keys say is what sentences say.
func TestStructured(t *testing.T) {
	requirement := func(line string) string { return hub + "    requirements: [" + line + "]" }
	for _, c := range []struct{ text, rule, source, level, options string }{
		{requirement("{min-downloads: 1000}"), "too-few-downloads", "Hub", "deny/deny", "{min: 1000}"},
		{requirement("{min-downloads: {value: 5, level: warn}}"), "too-few-downloads", "Hub", "warn/warn", "{min: 5}"},
		{requirement("{young-repository: {min_days: 9, research: ignore}}"), "young-repository", "Hub", "deny/ignore",
			"{min_days: 9, min_owner_days: 30}"},
		{requirement("{signed: [a, b]}"), "unsigned-artifact", "Hub", "deny/deny", "{keys: [a, b]}"},
		{requirement("{signed: }"), "unsigned-artifact", "Hub", "deny/deny", "{keys: [any]}"},
		{requirement("{model-card: {approved: true, level: recommended}}"), "model-card-unapproved", "Hub", "warn/warn", "{}"},
		{requirement("{format-available: {formats: [ONNX]}}"), "format-unavailable", "Hub", "deny/deny", "{formats: [onnx]}"},
		{requirement("{format-available: {formats: [onix]}}"), "", "", "", "unknown format"},
		{requirement("{format-available: onnx}"), "format-unavailable", "Hub", "deny/deny", "{formats: [onnx]}"},
		{requirement("{model-card: {approved: false}}"), "", "", "", "can only be true"},
		{requirement("{signed: {environments: [staging]}}"), "", "", "", `no environment "staging"`},
		{requirement("{signed: {level: must}}"), "", "", "", `no level "must"`},
		{requirement("{pinned: 5}"), "", "", "", "must be a mapping"},
		{requirement("{policy-changed: {}}"), "", "", "", "no rule enforces"},
		{"code_execution_policy: {trust_remote_code: {production: never, research: allowed}}", "remote-code-enabled", "", "deny/ignore", "{review: []}"},
		{"code_execution_policy: {trust_remote_code: {level: review}}", "remote-code-enabled", "", "deny/deny", "{review: [production, research]}"},
		{"code_execution_policy: {trust_remote_code: false}", "remote-code-enabled", "", "deny/deny", "{review: []}"},
		{"verification_requirements: {vulnerability_scanning: {level: warn}}", "hub-scan-unsafe", "", "warn/warn", "{}"},
		{"verification_requirements: {signature_verification: {keys: [a]}}", "unsigned-artifact", "", "deny/deny", "{keys: [a]}"},
		{"serialization_policy: {blocked_formats: [{format: torch, unless: safetensors}]}", "blocked-format", "", "deny/deny",
			"{formats: [torch], unless_sibling: {torch: safetensors}}"},
		{"serialization_policy: {blocked_formats: [{format: pickel}]}", "", "", "", `unknown format "pickel"`},
		{"serialization_policy: {blocked_formats: [{unless: onnx}]}", "", "", "", "names no format"},
		{"serialization_policy: {blocked_formats: [pickle], enforcement: {builds: report}}", "blocked-format", "", "warn/warn",
			"{formats: [pickle], unless_sibling: {}}"},
		{"serialization_policy: {enforcement: {builds: maybe}}", "", "", "", "builds is fail or report"},
		{"serialization_policy: {enforcement: {stages: [cd]}}", "", "", "", "stages are ci and pre-commit"},
		{"rules: {blocked-format: {formats: [dill, npy], unless_sibling: {}}}", "blocked-format", "", "warn/warn", "{formats: [pickle, npy], unless_sibling: {}}"},
		{"rules: {blocked-format: {unless_sibling: {joblib: skops}}}", "blocked-format", "", "warn/warn",
			"{formats: [pickle, joblib, torch], unless_sibling: {joblib: skops}}"},
		{"serialization_policy: {blocked_formats: [pickle]}\nrules: {blocked-format: {formats: [pickle, npy]}}", "blocked-format", "", "deny/deny",
			"{formats: [pickle, npy], unless_sibling: {}}"},
		{requirement("Models must have >500 downloads") + "\nrules: {too-few-downloads: {min: 2.5e3}}", "too-few-downloads", "Hub", "deny/deny", "{min: 2500}"},
		{"custom: {rules: {model-too-big: {names: [a], strict: true, ratio: 0.5, by: {a: b}, level: warn}}}", "model-too-big", "", "warn/warn",
			"{by: {a: b}, names: [a], ratio: 0.5, strict: true}"},
		{"custom: {rules: {model-too-big: {}}}", "model-too-big", "", "deny/deny", "{}"},
	} {
		if c.rule == "" {
			errs := refused(t, c.text)
			if !slices.ContainsFunc(errs, func(e *Error) bool { return strings.Contains(e.Message, c.options) }) {
				t.Errorf("%s: no error has %q: %v", c.text, c.options, errs)
			}
			continue
		}
		p := parse(t, c.text)
		if got := level(p, c.rule, c.source); got != c.level {
			t.Errorf("%s: level %s, want %s", c.text, got, c.level)
		}
		if got := option.Show(option.Plain(p.demanded[c.rule].in(c.source).options)); got != c.options {
			t.Errorf("%s: options %s, want %s", c.text, got, c.options)
		}
	}
}
