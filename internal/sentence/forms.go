package sentence

import (
	"strconv"

	"github.com/modelgate/gate"
)

// Parts that several patterns share.
const (
	subject  = "[all|every|each] model "
	before   = " [before {moment} [in|to production]]"
	inPlaces = " [in|for [all] {env} [model] [deployment|use|environment|system|workload]]"
	ofPlaces = " for [all|every|each] model|artifact|deployment in {env}"
	forAll   = " [for [all|every|each] model]"
	forFiles = " [for [all|every|each] model|artifact|file|weight [artifact|file|weight]]"
	forNew   = " [for [all] [new] model and [all] [model|updated] update|model|change]"
	scanned  = " pass hugging_face {scan} [safety|security|malware] scan" + before
)

// forms are all the clauses that bind.
var forms = []Form{
	{In: Requirement, Rule: "unverified-publisher", Key: "verified-publisher",
		Example: "Publisher must be a verified organization",
		patterns: []string{
			"[all|every|each] publisher {must} be verified [organization] [on {src}]",
			subject + "{must} come|be from verified publisher|organization [on {src}]",
			"verified publisher|organization [on {src}] only", "only verified publisher|organization [on {src}]",
		}},
	{In: Requirement, Rule: "format-unavailable", Key: "format-available", Value: "formats",
		Example: "Model must have safetensors format available",
		patterns: []string{
			subject + "{must} have|provide|offer {fmt} [format|weight|file] [available]",
			subject + "{must} be available in|as {fmt} [format|weight|file]",
		},
		options: func(c slots) map[string]any { return map[string]any{"formats": []any{c["fmt"]}} }},
	{In: Requirement, Rule: "too-few-downloads", Key: "min-downloads", Value: "min",
		Example: "Model must have >1000 downloads",
		patterns: []string{
			subject + "{must} have [{op}] {n} download [on {src}]",
			subject + "{must} have {n} or_more|+ download [on {src}]",
		},
		options: func(c slots) map[string]any { return map[string]any{"min": c.number()} },
		With:    []Form{{Rule: "young-repository"}}},
	{In: Requirement, Rule: "young-repository", Key: "min-age", Value: "min_days", Alias: "days",
		Example: "Model must be at least 30 days old",
		patterns: []string{
			"[all|every|each] model|repository {must} be [{op}] {n} day old",
			"[all|every|each] model|repository {must} be {n} or_more|+ day old",
		},
		options: func(c slots) map[string]any { return map[string]any{"min_days": c.number()} }},
	{In: Requirement | Vulnerabilities, Rule: "security-scan-missing", Key: "security-scan", Value: "max_age_days",
		Example:  "Model must pass internal security scan before deployment",
		patterns: []string{subject + "{must} pass [internal] security scan" + before}},
	{In: Requirement | Vulnerabilities, Rule: "hub-scan-unsafe", Key: "hub-scan",
		Example:  "Models must pass Hugging Face safety scan",
		patterns: []string{subject + "{must}" + scanned},
		With:     []Form{{Rule: "hub-scan-pending", warns: true}}},
	{In: Requirement, Rule: "unsigned-artifact", Key: "signed", Value: "keys",
		Example: "Model must be signed with internal signing key",
		patterns: []string{
			subject + "{must} be signed",
			subject + "{must} be signed with|by {key} [signing] key",
		},
		options: signers},
	{In: Requirement, Rule: "test-results-missing", Key: "test-results",
		Example: "Model must have passing test suite results",
		patterns: []string{
			subject + "{must} have passing|passed test [suite] [result|report]",
			subject + "{must} pass test suite",
		}},
	{In: Requirement, Rule: "model-card-unapproved", Key: "model-card", Flag: "approved",
		Example: "Model must have approved Model Card",
		patterns: []string{
			subject + "{must} have [approved|reviewed] model_card",
			"model_card {must} be approved|reviewed [and approved]",
		}},
	{In: Requirement, Rule: "unpinned-revision", Key: "pinned",
		Example: "Model must be pinned to a commit",
		patterns: []string{
			"[all|every|each] model|revision {must} be pinned [to commit|revision|checksum|digest [checksum]]",
		}},
	{In: Requirement, Rule: "license-not-allowed", Key: "license", Value: "allow",
		Example:  "Model must have an approved license",
		patterns: []string{subject + "{must} have approved|allowed license"}},

	{In: BlockedSource, Rule: "unapproved-source", Key: "unknown-url",
		Example: "Direct downloads from unknown URLs",
		patterns: []string{
			"[direct] download from unknown|unapproved|untrusted|unlisted {class}",
			subject + "[downloaded|loaded] from unknown|unapproved|untrusted|unlisted {class}",
		},
		options: func(c slots) map[string]any {
			if c["class"] == "url" || c["class"] == "" {
				return map[string]any{"class": "url"}
			}
			return map[string]any{"class": "any"}
		}},
	{In: BlockedSource, Rule: "informal-source", Key: "informal",
		Example: "Models shared via email or messaging",
		patterns: []string{
			subject + "shared|sent|received|distributed|transferred via|by|through|over|in email|messaging [app|service|attachment] [or|and email|messaging [app|service|attachment]]",
		},
		Remark: "sees links and untraced weights only"},
	{In: BlockedSource, Rule: "personal-namespace", Key: "personal-namespace",
		Example: "Models from unverified personal namespaces",
		patterns: []string{
			"[" + subject + "from] [unverified] personal namespace [on {src}]",
		}},
	// A namespace that is not personal is an organization's, which another rule judges.
	{In: BlockedSource, Rule: "unverified-publisher", Key: "unverified-namespace",
		Example: "Models from unverified namespaces",
		patterns: []string{
			"[" + subject + "from] unverified namespace|publisher|organization [on {src}]",
		},
		With: []Form{{Rule: "personal-namespace"}}},

	{In: AllowedFormat, Rule: "format-not-allowed", Key: "format",
		Example:  "safetensors",
		patterns: []string{"{fmt} [format|file]"},
		options:  func(c slots) map[string]any { return map[string]any{"formats": []any{c["fmt"]}} }},
	{In: BlockedFormat, Rule: "blocked-format", Key: "format",
		Example: "torch.save (without safetensors)",
		patterns: []string{
			"{fmt} [format|file]",
			"{fmt} without {without}", "{fmt} ( without {without} )",
		},
		options: blocked},

	{In: Enforcement, Rule: "enforcement-missing", Key: "stages", level: gate.Warn, warns: true,
		Example:  "CI/CD pipeline gate",
		patterns: []string{"ci [pipeline|workflow] [gate|check|job]"},
		options:  func(slots) map[string]any { return map[string]any{"stages": []any{"ci"}} }},
	{In: Enforcement, Rule: "enforcement-missing", level: gate.Warn, warns: true,
		Example:  "Pre-commit hook",
		patterns: []string{"precommit [hook|check|gate]"},
		options:  func(slots) map[string]any { return map[string]any{"stages": []any{"pre-commit"}} }},
	{In: Enforcement, Key: "builds", level: gate.Deny,
		Example: "builds fail if blocked formats are detected",
		patterns: []string{
			"build|ci|pipeline fail [if|when blocked format [is|are] detected|found|present]",
			"build|ci|pipeline fail on blocked format",
			"build|ci|pipeline fail if|when unapproved|unreviewed code [is|are] detected|found|present",
		}},
	{In: Enforcement, level: gate.Warn,
		Example:  "report only",
		patterns: []string{"report|warn only"},
		Remark:   "section fixed at warn"},

	{In: RemoteCode, Rule: "remote-code-enabled",
		Example: "NEVER in production",
		patterns: []string{"never [allowed]" + inPlaces, "disabled|denied|blocked" + inPlaces,
			"must be disabled" + inPlaces, "false"},
		options: reviewed(false)},
	{In: RemoteCode, Rule: "remote-code-enabled", level: gate.Warn,
		Example:  "Discouraged for research",
		patterns: []string{"discouraged" + inPlaces, "should be disabled" + inPlaces}},
	{In: RemoteCode, Rule: "remote-code-enabled", level: gate.Ignore,
		Example:  "Allowed for research",
		patterns: []string{"allowed" + inPlaces, "true"}},
	{In: RemoteCode, Rule: "remote-code-enabled",
		Example: "Requires security review for research",
		patterns: []string{
			"require [security] review|approval" + inPlaces,
			"[security] review|approval required" + inPlaces,
		},
		options: reviewed(true),
		Remark:  "reviewed by hash"},

	{In: CustomCode, Rule: "unreviewed-code",
		Example: "Must be reviewed and approved before deployment",
		patterns: []string{
			"{must} be reviewed [and approved]" + before + inPlaces, "{must} be approved" + before + inPlaces,
			"require [security] review|approval" + before + inPlaces,
			"[security] review|approval {need}" + before + inPlaces,
		},
		Remark: "reviewed by hash"},
	{In: CustomCode, Rule: "unreviewed-code", level: gate.Ignore,
		Example:  "Allowed for research",
		patterns: []string{"allowed" + inPlaces}},

	{In: Checksums, Rule: "unlocked-artifact", Key: "checksum",
		Example: "Required for all model artifacts",
		patterns: []string{
			"{need}" + forFiles, "{need}" + inPlaces, "{need}" + ofPlaces, "true",
			"[checksum] {must} be validated|verified|checked" + forFiles,
		},
		With: []Form{{Rule: "digest-mismatch"}}},
	{In: Checksums, Rule: "unlocked-artifact", level: gate.Ignore, Example: "false", patterns: []string{"false"}},
	{In: Signatures, Rule: "unsigned-artifact",
		Example: "Required for production deployments",
		patterns: []string{
			"{need}" + forFiles, "{need}" + inPlaces, "{need}" + ofPlaces, "true",
			subject + "{must} be signed" + inPlaces,
			"signature {must} be verified|checked" + inPlaces,
		},
		options: func(slots) map[string]any { return map[string]any{"keys": []any{"any"}} }},
	{In: Signatures, Rule: "unsigned-artifact", level: gate.Ignore, Example: "false", patterns: []string{"false"}},
	{In: Behaviour, Rule: "behaviour-untested",
		Example: "Required for all new models and model updates",
		patterns: []string{
			"{need}" + forNew, "{need}" + forAll, "{need}" + inPlaces, "{need}" + ofPlaces, "true",
		},
		With: []Form{{Rule: "listed-trigger"}, {Rule: "vocabulary-trigger"}}},
	{In: Behaviour, Rule: "behaviour-untested", level: gate.Ignore, Example: "false", patterns: []string{"false"}},
	{In: Vulnerabilities, Rule: "hub-scan-unsafe",
		Example:  "Required",
		patterns: []string{"{need}" + forAll, "{need}" + inPlaces, "{need}" + ofPlaces, "true"},
		With:     []Form{{Rule: "hub-scan-pending", warns: true}}},
	{In: Vulnerabilities, Rule: "hub-scan-unsafe", level: gate.Ignore, Example: "false", patterns: []string{"false"}},
}

// number is the least number that the clause asks for.
func (c slots) number() int {
	n, _ := strconv.Atoi(c["n"])
	if c["op"] == ">" || c["op"] == "over" {
		return n + 1
	}
	return n
}

func signers(c slots) map[string]any {
	if c["key"] == "" {
		return map[string]any{"keys": []any{"any"}}
	}
	return map[string]any{"keys": []any{c["key"]}}
}

func blocked(c slots) map[string]any {
	siblings := map[string]any{}
	if c["without"] != "" {
		siblings[c["fmt"]] = c["without"]
	}
	return map[string]any{"formats": []any{c["fmt"]}, "unless_sibling": siblings}
}

// reviewed states the environments in which a review by hash is enough; a clause that
// forbids states that there are none.
func reviewed(review bool) func(slots) map[string]any {
	return func(c slots) map[string]any {
		in := []any{}
		for _, env := range Environments {
			if review && (c["env"] == "" || c["env"] == env) {
				in = append(in, env)
			}
		}
		return map[string]any{"review": in}
	}
}
