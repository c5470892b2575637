package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate/internal/option"
	"github.com/modelgate/gate/internal/sentence"
)

// bind binds one sentence in a place and tells what it bound, or "".
func bind(text string, in sentence.Place) string {
	l := newLoader("", empty(table()), today)
	source := ""
	if in == sentence.Requirement {
		source = "Hugging Face"
		l.policy.Sources = []Source{{Name: source}, {Name: "Internal Model Registry"}}
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Line: 1, Column: 1}
	var out []string
	for _, d := range l.bind(n, in, "line", source) {
		if d.added {
			continue
		}
		level := string(d.levels.Production) + "/" + string(d.levels.Research)
		bound := level + " " + d.rule
		if len(d.options) > 0 {
			bound += " " + strings.TrimSuffix(strings.TrimPrefix(option.Show(d.options), "{"), "}")
		}
		out = append(out, strings.TrimSpace(bound))
	}
	if l.Found() > 0 {
		return ""
	}
	return strings.Join(out, "; ")
}

func TestSentencesBind(t *testing.T) {
	for _, c := range []struct {
		in             sentence.Place
		sentence, want string
	}{
		{sentence.Requirement, "Publisher must be a verified organization", "deny/deny unverified-publisher"},
		{sentence.Requirement, "The publisher has to be a verified organisation.", "deny/deny unverified-publisher"},
		{sentence.Requirement, "Author should be verified", "warn/warn unverified-publisher"},
		{sentence.Requirement, "Verified organizations only", "deny/deny unverified-publisher"},
		{sentence.Requirement, "Publisher must be a verified organization on the Hub", "deny/deny unverified-publisher"},
		{sentence.Requirement, "Models need to have 10k or more downloads", "deny/deny too-few-downloads min: 10000"},
		{sentence.Requirement, "Model must have >1000 downloads (community vetting)", "deny/deny too-few-downloads min: 1001"},
		{sentence.Requirement, "Model must have ≥ 1,000 downloads", "deny/deny too-few-downloads min: 1000"},
		{sentence.Requirement, "Model must have more than 5000 downloads", "deny/deny too-few-downloads min: 5001"},
		{sentence.Requirement, "Models should have at least 500 downloads on HuggingFace", "warn/warn too-few-downloads min: 500"},
		{sentence.Requirement, "Repository must be at least 90 days old", "deny/deny young-repository min_days: 90"},
		{sentence.Requirement, "Model shall provide ONNX weights", "deny/deny format-unavailable formats: [onnx]"},
		{sentence.Requirement, "Model must be signed by the release key", "deny/deny unsigned-artifact keys: [release]"},
		{sentence.Requirement, "Models must be signed", "deny/deny unsigned-artifact keys: [any]"},
		{sentence.Requirement, "Model must be pinned to a commit hash", "deny/deny unpinned-revision"},
		{sentence.Requirement, "Model must have an approved licence", "deny/deny license-not-allowed"},
		{sentence.Requirement, "Model must have passing tests", "deny/deny test-results-missing"},
		{sentence.Requirement, "Model must have approved Model Card", "deny/deny model-card-unapproved"},
		{sentence.Requirement, "Models must pass Hugging Face malware scan", "deny/deny hub-scan-unsafe"},
		{sentence.Requirement, "Models must be signed; models must be pinned", "deny/deny unsigned-artifact keys: [any]; deny/deny unpinned-revision"},
		{sentence.Requirement, "verified-publisher", "deny/deny unverified-publisher"},
		{sentence.Requirement, "pickle-unknown-class", "deny/deny pickle-unknown-class"},
		{sentence.BlockedSource, "Direct downloads from unknown URLs", "deny/deny unapproved-source class: url"},
		{sentence.BlockedSource, "Downloads from unapproved sources", "deny/deny unapproved-source class: any"},
		{sentence.BlockedSource, "Models sent by e-mail or chat", "deny/deny informal-source"},
		{sentence.BlockedSource, "Models shared via email or messaging", "deny/deny informal-source"},
		{sentence.BlockedSource, "unverified personal accounts on the Hub", "deny/deny personal-namespace"},
		{sentence.BlockedSource, "Models from unverified namespaces", "deny/deny unverified-publisher"},
		{sentence.BlockedSource, "informal", "deny/deny informal-source"},
		{sentence.AllowedFormat, "SafeTensors", "deny/deny format-not-allowed formats: [safetensors]"},
		{sentence.BlockedFormat, "cloudpickle", "deny/deny blocked-format formats: [pickle], unless_sibling: {}"},
		{sentence.BlockedFormat, "torch.save (without safetensors)", "deny/deny blocked-format formats: [torch], unless_sibling: {torch: safetensors}"},
		{sentence.BlockedFormat, "PyTorch", "deny/deny blocked-format formats: [torch], unless_sibling: {}"},
		{sentence.Enforcement, "CI/CD pipeline gate — builds fail if blocked formats are detected", "warn/warn enforcement-missing stages: [ci]; deny/deny"},
		{sentence.Enforcement, "Pre-commit hook + CI/CD pipeline check", "warn/warn enforcement-missing stages: [pre-commit, ci]"},
		{sentence.Enforcement, "report only", "warn/warn"},
		{sentence.RemoteCode, "NEVER in production, requires security review for research", "deny/deny remote-code-enabled review: [research]"},
		{sentence.RemoteCode, "Forbidden in prod; requires approval for research.", "deny/deny remote-code-enabled review: [research]"},
		{sentence.RemoteCode, "Disabled", "deny/deny remote-code-enabled review: []"},
		{sentence.Signatures, "Required for all models in production", "deny/ unsigned-artifact keys: [any]"},
		{sentence.RemoteCode, "not allowed", "deny/deny remote-code-enabled review: []"},
		{sentence.RemoteCode, "Never in production; allowed for research", "deny/ignore remote-code-enabled review: []"},
		{sentence.CustomCode, "Must be reviewed and approved before deployment", "deny/deny unreviewed-code"},
		{sentence.CustomCode, "Should be reviewed", "warn/warn unreviewed-code"},
		{sentence.Checksums, "Required for all model artifacts", "deny/deny unlocked-artifact"},
		{sentence.Checksums, "Checksums must be verified", "deny/deny unlocked-artifact"},
		{sentence.Checksums, "not required", "ignore/ignore unlocked-artifact"},
		{sentence.Signatures, "Required for production deployments", "deny/ unsigned-artifact keys: [any]"},
		{sentence.Signatures, "Mandatory in production, recommended for research", "deny/warn unsigned-artifact keys: [any]"},
		{sentence.Behaviour, "Required for all new models and model updates", "deny/deny behaviour-untested"},
		{sentence.Vulnerabilities, "Required -- models must pass Hugging Face safety scan", "deny/deny hub-scan-unsafe"},
	} {
		if got := bind(c.sentence, c.in); got != c.want {
			t.Errorf("%q\n got %q\nwant %q", c.sentence, got, c.want)
		}
	}
}

func TestSentencesDoNotBind(t *testing.T) {
	for _, c := range []struct {
		in       sentence.Place
		sentence string
	}{
		{sentence.Requirement, "Publisher must not be a verified organization"},
		{sentence.Requirement, "Publisher must be a verified organization on Internal Model Registry"},
		{sentence.Requirement, "Model must have fewer than 1000 downloads"},
		{sentence.Requirement, "Model must have 1000 downloads unless waived"},
		{sentence.Requirement, "Model must have >1000 downloads (except internal ones)"},
		{sentence.Requirement, "Model must have >1000 downloads (waived for internal)"},
		{sentence.Requirement, "Model must have >1000 downloads (2000 in prod)"},
		{sentence.Requirement, "Model must have not more than 1000 downloads"},
		{sentence.Requirement, "Model must have 0 downloads"},
		{sentence.Requirement, "Model must be signed with internal signing key or reviewed"},
		{sentence.Requirement, "Model must be signed with no key"},
		{sentence.Requirement, "Model must be signed with any other key"},
		{sentence.Requirement, "Model must have a good reputation"},
		{sentence.Requirement, "Model must have sefatensors format"},
		{sentence.Requirement, "Model must be signed; must be nice"},
		{sentence.Requirement, "Models must be signed --"},
		{sentence.Requirement, "Model may be signed"},
		{sentence.Requirement, "waiver-expired"},
		{sentence.Requirement, "Моdel must be signed"},
		{sentence.Requirement, "Model must\u200b be signed"},
		{sentence.Requirement, strings.Repeat("must ", 1000)},
		{sentence.BlockedSource, "Models from China"},
		{sentence.BlockedSource, "Models from verified organizations (blocked)"},
		{sentence.BlockedSource, "Models from unverified personal namespaces on Kaggle"},
		{sentence.AllowedFormat, "safetensors (without pickle)"},
		{sentence.BlockedFormat, "pickel"},
		{sentence.BlockedFormat, "anything but safetensors"},
		{sentence.BlockedFormat, "torch.save (unless reviewed)"},
		{sentence.RemoteCode, "NEVER in production, fine in staging"},
		{sentence.RemoteCode, "required"},
		{sentence.RemoteCode, "not disabled"},
		{sentence.RemoteCode, "Disabled unless reviewed"},
		{sentence.RemoteCode, "Never in production, allowed in production"},
		{sentence.Signatures, "Required for production deployments except hotfixes"},
		{sentence.Signatures, "Required, if available"},
		{sentence.Vulnerabilities, "Quarterly review by the security team"},
		{sentence.Vulnerabilities, "Recommended -- models must pass Hugging Face safety scan"},
		{sentence.Vulnerabilities, "Models must pass Acme safety scan"},
		{sentence.Checksums, "Required for new models"},
		{sentence.Enforcement, "CI/CD pipeline gate -- builds fail if blocked formats are not detected"},
		{sentence.Checksums, ""},
		{sentence.Checksums, "."},
	} {
		if got := bind(c.sentence, c.in); got != "" {
			t.Errorf("%q binds to %s", c.sentence, got)
		}
	}
}

// sampleSentences are the sentences of the sample by their places.
var sampleSentences = map[sentence.Place][]string{
	sentence.Requirement: {"Publisher must be a verified organization", "Model must have safetensors format available",
		"Model must have >1000 downloads (community vetting)", "Model must pass internal security scan before deployment",
		"Model must be signed with internal signing key", "Model must have passing test suite results",
		"Model must have approved Model Card"},
	sentence.BlockedSource: {"Direct downloads from unknown URLs", "Models shared via email or messaging",
		"Models from unverified personal namespaces on Hugging Face"},
	sentence.AllowedFormat: {"safetensors", "onnx", "tflite"},
	sentence.BlockedFormat: {"pickle", "joblib", "torch.save (without safetensors)"},
	sentence.Enforcement: {"CI/CD pipeline gate -- builds fail if blocked formats are detected",
		"Pre-commit hook + CI/CD pipeline check"},
	sentence.RemoteCode:      {"NEVER in production, requires security review for research"},
	sentence.CustomCode:      {"Must be reviewed and approved before deployment"},
	sentence.Checksums:       {"Required for all model artifacts"},
	sentence.Signatures:      {"Required for production deployments"},
	sentence.Behaviour:       {"Required for all new models and model updates"},
	sentence.Vulnerabilities: {"Required -- models must pass Hugging Face safety scan"},
}

// TestMutations puts words that change the sense at every position of the sample's
// sentences: what still binds must be harmless.
func TestMutations(t *testing.T) {
	insertions := []string{"not", "no", "never", "unless approved", "unless", "except internal", "except", "only", "if",
		"if possible", "or reviewed", "or", "without", "optionally", "may", "should not", "but", "when available",
		"where feasible", "other than", "fewer", "most", "some", "un", "(not really)", "(optional)", "(unless waived)", ", mostly",
		"; waived", "-- except internal", "and", "neither", "until 2030", "2", "non-", "partially"}
	tried, bound := 0, []string{}
	for in, sentences := range sampleSentences {
		for _, s := range sentences {
			if bind(s, in) == "" {
				t.Errorf("%q does not bind", s)
			}
			words := strings.Fields(s)
			for i := range len(words) + 1 {
				for _, w := range insertions {
					mutant := strings.Join(slices.Concat(words[:i], []string{w}, words[i:]), " ")
					tried++
					if got := bind(mutant, in); got != "" {
						bound = append(bound, fmt.Sprintf("%s => %s", mutant, got))
					}
				}
			}
		}
	}
	slices.Sort(bound)
	harmless := []string{ // inside a remark, or "not required"
		"Model must have >1000 downloads (community optionally vetting) => deny/deny too-few-downloads min: 1001",
		"Model must have >1000 downloads (community un vetting) => deny/deny too-few-downloads min: 1001",
		"not Required for all model artifacts => ignore/ignore unlocked-artifact",
		"not Required for all new models and model updates => ignore/ignore behaviour-untested",
		"not Required for production deployments => ignore/ unsigned-artifact keys: [any]",
	}
	if !slices.Equal(bound, harmless) {
		t.Errorf("of %d mutations %d bind:\n%s", tried, len(bound), strings.Join(bound, "\n"))
	}
}

func TestExamplesBind(t *testing.T) {
	for in := sentence.Requirement; in <= sentence.Vulnerabilities; in <<= 1 {
		for _, f := range sentence.Forms(in) {
			if bind(f.Example, in) == "" {
				t.Errorf("the example %q of %s does not bind", f.Example, f.Rule)
			}
		}
	}
}

func TestNearest(t *testing.T) {
	errs := refused(t, `approved_sources:
  - name: Hub
    url: https://huggingface.co
    trust_levl: high
    requirements:
      - "Model must have 1000 downloads unless waived"
      - "Model must have sefatensors format"
      - "xyzzy"
blocked_formats: []
rules: {too-few-download: deny, blocked-format: {formatss: [pickle], level: dny}}
`)
	var got []string
	for _, e := range errs {
		got = append(got, e.Error())
	}
	want := []string{
		"policy.yaml:4:5: approved_sources[0] has no key \"trust_levl\"\n  near: trust_level",
		"policy.yaml:6:9: no rule enforces \"Model must have 1000 downloads unless waived\"\n  near: too-few-downloads   \"Model must have >1000 downloads\"",
		"policy.yaml:7:9: unknown format \"sefatensors\" in \"Model must have sefatensors format\"\n  near: safetensors",
		"policy.yaml:8:9: no rule enforces \"xyzzy\"\n  near: unverified-publisher \"Publisher must be a verified organization\"\n        format-unavailable  \"Model must have safetensors format available\"",
		"policy.yaml:9:1: the policy has no key \"blocked_formats\"\n  near: blocked_sources",
		"policy.yaml:10:9: no rule \"too-few-download\"\n  near: too-few-downloads",
		"policy.yaml:10:60: blocked-format has no option \"formatss\"\n  near: formats",
		"policy.yaml:10:77: the level of blocked-format is deny, warn or ignore, not \"dny\"\n  near: deny",
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	if errs[0].Line != 4 || errs[0].Column != 5 || errs[0].Path != "policy.yaml" || len(errs[0].Near) != 1 {
		t.Errorf("%+v", errs[0])
	}
}
