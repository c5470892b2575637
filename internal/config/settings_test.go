package config

import (
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/option"
)

// full has every further key.
const full = `
version: "2"
approved_sources:
  - name: Hub
    url: [https://huggingface.co, "https://hf.example.com/mirror/"]
    trust_level: low
    requirements:
      - verified-publisher
      - min-downloads: {value: 1000}
      - min-age: {days: 7}
      - too-few-downloads
      - signed: {keys: [release], environments: [production]}
      - "Model should have a model card"
      - license: {level: warn}
      - hub-scan: {level: deny}
blocked_sources: [unknown-url, informal]
serialization_policy:
  allowed_formats: [{format: safetensors}]
  blocked_formats: [pickle, {format: torch, unless: safetensors}]
  enforcement: {stages: [ci, pre-commit], builds: fail}
code_execution_policy:
  trust_remote_code: {production: deny, research: review}
  custom_model_code: {review: required}
verification_requirements:
  checksum_validation: true
  signature_verification: {level: deny, environments: [production]}
  behavioral_testing: false
environment:
  default: research
  places: [{glob: "deploy/**", environment: production}]
rules:
  unpinned-revision: deny
  license-not-allowed: {level: {production: warn}, allow: [mit, apache-2.0]}
limits: {waiver_days: 90, depth: 6, bytes: 4GiB, time: 10m}
waivers:
  - rule: unpinned-revision
    model: acme/bert
    reason: the vendor pins it
    approved_by: security@example.com
    expires: 2026-12-24
publishers:
  - {name: acme, id: 5e67bd5b1009063689407478}
signing_keys:
  release: {public_key: keys/release.pem}
  cloud: {identity: "https://github.com/acme/ml/.github/workflows/release.yml", issuer: "https://token.actions.githubusercontent.com"}
reviews:
  - kind: code
    model: acme/bert
    sha256: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]
    approved_by: security@example.com
    date: 2026-11-01
produced: ["out/**"]
inline: [unpinned-revision]
custom:
  rego: [policy/rules]
  rules:
    model-too-large: {level: warn, section: content, max_bytes: 1000000}
`

func TestFurtherKeys(t *testing.T) {
	p := parse(t, full)
	doc := p.Document()
	for key, want := range map[string]string{
		"environment":  `{default: research, places: [{environment: production, glob: deploy/**}]}`,
		"limits":       `{bytes: 4294967296, depth: 6, time_ms: 600000, waiver_days: 90}`,
		"waivers":      `[{approved_by: security@example.com, expires: 2026-12-24, line: 36, model: acme/bert, number: 0, reason: the vendor pins it, rule: unpinned-revision}]`,
		"publishers":   `[{id: 5e67bd5b1009063689407478, name: acme, source: hf}]`,
		"signing_keys": `{cloud: {identity: https://github.com/acme/ml/.github/workflows/release.yml, issuer: https://token.actions.githubusercontent.com}, release: {public_key: keys/release.pem}}`,
		"reviews":      `[{approved_by: security@example.com, date: 2026-11-01, kind: code, line: 47, model: acme/bert, number: 0, sha256: [` + strings.Repeat("a", 64) + `]}]`,
		"produced":     `[out/**]`,
		"inline":       `[unpinned-revision]`,
	} {
		if got := option.Show(doc[key]); got != want {
			t.Errorf("%s\n got %s\nwant %s", key, got, want)
		}
	}
	rules := doc["rules"].(map[string]any)
	for id, want := range map[string]string{
		"license-not-allowed": `{level: {production: warn, research: ignore}, options: {allow: [mit, apache-2.0]}, sources: {Hub: {level: {production: deny, research: deny}, options: {allow: [mit, apache-2.0]}}}}`,
		"model-too-large":     `{custom: true, level: {production: warn, research: warn}, options: {max_bytes: 1000000}, section: content, sources: {}}`,
		"remote-code-enabled": `{level: {production: deny, research: deny}, options: {review: [research]}, sources: {}}`,
		"behaviour-untested":  `{level: {production: ignore, research: ignore}, options: {}, sources: {}}`,
	} {
		if got := option.Show(rules[id]); got != want {
			t.Errorf("%s\n got %s\nwant %s", id, got, want)
		}
	}
	if got := p.Level("model-card-unapproved", "Hub", "production"); got != gate.Deny {
		t.Errorf("a warning of a source of low trust is %s", got)
	}
	if got := p.Level("unsigned-artifact", "Hub", "research"); got != gate.Ignore {
		t.Errorf("unsigned-artifact in research is %s", got)
	}
	if got := p.Level("no-such-rule", "", "production"); got != gate.Deny {
		t.Errorf("an unknown rule is %s", got)
	}
}
