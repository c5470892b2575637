package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// bind binds one sentence in a place and tells what it bound, or "".
func bind(sentence string, in place) string {
	l := &loader{policy: empty(table()), claimed: map[*yaml.Node]bool{}}
	source := ""
	if in == requirement {
		source = "Hugging Face"
		l.policy.Sources = []Source{{Name: source}, {Name: "Internal Model Registry"}}
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: sentence, Line: 1, Column: 1}
	var out []string
	for _, d := range l.sentence(n, in, "line", source) {
		if d.added {
			continue
		}
		level := string(d.levels.Production) + "/" + string(d.levels.Research)
		text := level + " " + d.rule
		if len(d.options) > 0 {
			text += " " + strings.TrimSuffix(strings.TrimPrefix(show(d.options), "{"), "}")
		}
		out = append(out, strings.TrimSpace(text))
	}
	if len(l.found) > 0 {
		return ""
	}
	return strings.Join(out, "; ")
}

func TestSentencesBind(t *testing.T) {
	for _, c := range []struct {
		in             place
		sentence, want string
	}{
		{requirement, "Publisher must be a verified organization", "deny/deny unverified-publisher"},
		{requirement, "The publisher has to be a verified organisation.", "deny/deny unverified-publisher"},
		{requirement, "Author should be verified", "warn/warn unverified-publisher"},
		{requirement, "Verified organizations only", "deny/deny unverified-publisher"},
		{requirement, "Publisher must be a verified organization on the Hub", "deny/deny unverified-publisher"},
		{requirement, "Models need to have 10k or more downloads", "deny/deny too-few-downloads min: 10000"},
		{requirement, "Model must have >1000 downloads (community vetting)", "deny/deny too-few-downloads min: 1001"},
		{requirement, "Model must have ≥ 1,000 downloads", "deny/deny too-few-downloads min: 1000"},
		{requirement, "Model must have more than 5000 downloads", "deny/deny too-few-downloads min: 5001"},
		{requirement, "Models should have at least 500 downloads on HuggingFace", "warn/warn too-few-downloads min: 500"},
		{requirement, "Repository must be at least 90 days old", "deny/deny young-repository min_days: 90"},
		{requirement, "Model shall provide ONNX weights", "deny/deny format-unavailable formats: [onnx]"},
		{requirement, "Model must be signed by the release key", "deny/deny unsigned-artifact keys: [release]"},
		{requirement, "Models must be signed", "deny/deny unsigned-artifact keys: [any]"},
		{requirement, "Model must be pinned to a commit hash", "deny/deny unpinned-revision"},
		{requirement, "Model must have an approved licence", "deny/deny license-not-allowed"},
		{requirement, "Model must have passing tests", "deny/deny test-results-missing"},
		{requirement, "Model must have approved Model Card", "deny/deny model-card-unapproved"},
		{requirement, "Models must pass Hugging Face malware scan", "deny/deny hub-scan-unsafe"},
		{requirement, "Models must be signed; models must be pinned", "deny/deny unsigned-artifact keys: [any]; deny/deny unpinned-revision"},
		{requirement, "verified-publisher", "deny/deny unverified-publisher"},
		{requirement, "pickle-unknown-class", "deny/deny pickle-unknown-class"},
		{blockedSource, "Direct downloads from unknown URLs", "deny/deny unapproved-source class: url"},
		{blockedSource, "Downloads from unapproved sources", "deny/deny unapproved-source class: any"},
		{blockedSource, "Models sent by e-mail or chat", "deny/deny informal-source"},
		{blockedSource, "Models shared via email or messaging", "deny/deny informal-source"},
		{blockedSource, "unverified personal accounts on the Hub", "deny/deny personal-namespace"},
		{blockedSource, "Models from unverified namespaces", "deny/deny unverified-publisher"},
		{blockedSource, "informal", "deny/deny informal-source"},
		{allowedFormat, "SafeTensors", "deny/deny format-not-allowed formats: [safetensors]"},
		{blockedFormat, "cloudpickle", "deny/deny blocked-format formats: [pickle], unless_sibling: {}"},
		{blockedFormat, "torch.save (without safetensors)", "deny/deny blocked-format formats: [torch], unless_sibling: {torch: safetensors}"},
		{blockedFormat, "PyTorch", "deny/deny blocked-format formats: [torch], unless_sibling: {}"},
		{enforcement, "CI/CD pipeline gate — builds fail if blocked formats are detected", "warn/warn enforcement-missing stages: [ci]; deny/deny"},
		{enforcement, "Pre-commit hook + CI/CD pipeline check", "warn/warn enforcement-missing stages: [pre-commit, ci]"},
		{enforcement, "report only", "warn/warn"},
		{remoteCode, "NEVER in production, requires security review for research", "deny/deny remote-code-enabled review: [research]"},
		{remoteCode, "Forbidden in prod; requires approval for research.", "deny/deny remote-code-enabled review: [research]"},
		{remoteCode, "Disabled", "deny/deny remote-code-enabled review: []"},
		{signatures, "Required for all models in production", "deny/ unsigned-artifact keys: [any]"},
		{remoteCode, "not allowed", "deny/deny remote-code-enabled review: []"},
		{remoteCode, "Never in production; allowed for research", "deny/ignore remote-code-enabled review: []"},
		{customCode, "Must be reviewed and approved before deployment", "deny/deny unreviewed-code"},
		{customCode, "Should be reviewed", "warn/warn unreviewed-code"},
		{checksums, "Required for all model artifacts", "deny/deny unlocked-artifact"},
		{checksums, "Checksums must be verified", "deny/deny unlocked-artifact"},
		{checksums, "not required", "ignore/ignore unlocked-artifact"},
		{signatures, "Required for production deployments", "deny/ unsigned-artifact keys: [any]"},
		{signatures, "Mandatory in production, recommended for research", "deny/warn unsigned-artifact keys: [any]"},
		{behaviour, "Required for all new models and model updates", "deny/deny behaviour-untested"},
		{vulnerabilities, "Required -- models must pass Hugging Face safety scan", "deny/deny hub-scan-unsafe"},
	} {
		if got := bind(c.sentence, c.in); got != c.want {
			t.Errorf("%q\n got %q\nwant %q", c.sentence, got, c.want)
		}
	}
}

func TestSentencesDoNotBind(t *testing.T) {
	for _, c := range []struct {
		in       place
		sentence string
	}{
		{requirement, "Publisher must not be a verified organization"},
		{requirement, "Publisher must be a verified organization on Internal Model Registry"},
		{requirement, "Model must have fewer than 1000 downloads"},
		{requirement, "Model must have 1000 downloads unless waived"},
		{requirement, "Model must have >1000 downloads (except internal ones)"},
		{requirement, "Model must have >1000 downloads (waived for internal)"},
		{requirement, "Model must have >1000 downloads (2000 in prod)"},
		{requirement, "Model must have not more than 1000 downloads"},
		{requirement, "Model must have 0 downloads"},
		{requirement, "Model must be signed with internal signing key or reviewed"},
		{requirement, "Model must be signed with no key"},
		{requirement, "Model must be signed with any other key"},
		{requirement, "Model must have a good reputation"},
		{requirement, "Model must have sefatensors format"},
		{requirement, "Model must be signed; must be nice"},
		{requirement, "Models must be signed --"},
		{requirement, "Model may be signed"},
		{requirement, "waiver-expired"},
		{requirement, "Моdel must be signed"},
		{requirement, "Model must\u200b be signed"},
		{requirement, strings.Repeat("must ", 1000)},
		{blockedSource, "Models from China"},
		{blockedSource, "Models from verified organizations (blocked)"},
		{blockedSource, "Models from unverified personal namespaces on Kaggle"},
		{allowedFormat, "safetensors (without pickle)"},
		{blockedFormat, "pickel"},
		{blockedFormat, "anything but safetensors"},
		{blockedFormat, "torch.save (unless reviewed)"},
		{remoteCode, "NEVER in production, fine in staging"},
		{remoteCode, "required"},
		{remoteCode, "not disabled"},
		{remoteCode, "Disabled unless reviewed"},
		{remoteCode, "Never in production, allowed in production"},
		{signatures, "Required for production deployments except hotfixes"},
		{signatures, "Required, if available"},
		{vulnerabilities, "Quarterly review by the security team"},
		{vulnerabilities, "Recommended -- models must pass Hugging Face safety scan"},
		{vulnerabilities, "Models must pass Acme safety scan"},
		{checksums, "Required for new models"},
		{enforcement, "CI/CD pipeline gate -- builds fail if blocked formats are not detected"},
		{checksums, ""},
		{checksums, "."},
	} {
		if got := bind(c.sentence, c.in); got != "" {
			t.Errorf("%q binds to %s", c.sentence, got)
		}
	}
}

// sampleSentences are the sentences of the sample by their places.
var sampleSentences = map[place][]string{
	requirement: {"Publisher must be a verified organization", "Model must have safetensors format available",
		"Model must have >1000 downloads (community vetting)", "Model must pass internal security scan before deployment",
		"Model must be signed with internal signing key", "Model must have passing test suite results",
		"Model must have approved Model Card"},
	blockedSource: {"Direct downloads from unknown URLs", "Models shared via email or messaging",
		"Models from unverified personal namespaces on Hugging Face"},
	allowedFormat: {"safetensors", "onnx", "tflite"},
	blockedFormat: {"pickle", "joblib", "torch.save (without safetensors)"},
	enforcement: {"CI/CD pipeline gate -- builds fail if blocked formats are detected",
		"Pre-commit hook + CI/CD pipeline check"},
	remoteCode:      {"NEVER in production, requires security review for research"},
	customCode:      {"Must be reviewed and approved before deployment"},
	checksums:       {"Required for all model artifacts"},
	signatures:      {"Required for production deployments"},
	behaviour:       {"Required for all new models and model updates"},
	vulnerabilities: {"Required -- models must pass Hugging Face safety scan"},
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
	for _, f := range forms {
		for in := requirement; in <= vulnerabilities; in <<= 1 {
			if f.in&in != 0 && bind(f.example, in) == "" {
				t.Errorf("the example %q of %s does not bind", f.example, f.rule)
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
