package config

import (
	"strconv"
	"sync"

	"github.com/modelgate/gate"
)

// place is where in the policy a sentence stands; a form binds in its own places only.
type place int

const (
	requirement place = 1 << iota
	blockedSource
	allowedFormat
	blockedFormat
	enforcement
	remoteCode
	customCode
	checksums
	signatures
	behaviour
	vulnerabilities
)

// splits are the words at which a sentence of a place falls into clauses.
func (p place) splits() string {
	switch p {
	case enforcement:
		return "-- ; , + and"
	case remoteCode, checksums, signatures, behaviour, vulnerabilities:
		return "-- ; ,"
	}
	return "-- ;"
}

// form is a sort of clause and the rule that enforces it.
type form struct {
	in   place
	rule string
	// key is the name of the structured form; value is the option that its "value" sets.
	key, value string
	// alias is another name of value, and flag a field that may only be true, since the
	// rule demands it anyway.
	alias, flag string
	example     string
	patterns    []string
	// level holds where the words of the clause state none; empty is deny.
	level gate.Level
	// most is the highest level that the form asks for, whatever the words say.
	most    gate.Level
	options func(captures) map[string]any
	// with are rules that come along; they are never lowered by the line.
	with   []companion
	remark string
}

// companion is a rule that a form brings along, at most at a level if one is given.
type companion struct {
	rule string
	most gate.Level
}

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
var forms = []form{
	{in: requirement, rule: "unverified-publisher", key: "verified-publisher",
		example: "Publisher must be a verified organization",
		patterns: []string{
			"[all|every|each] publisher {must} be verified [organization] [on {src}]",
			subject + "{must} come|be from verified publisher|organization [on {src}]",
			"verified publisher|organization [on {src}] only", "only verified publisher|organization [on {src}]",
		}},
	{in: requirement, rule: "format-unavailable", key: "format-available", value: "formats",
		example: "Model must have safetensors format available",
		patterns: []string{
			subject + "{must} have|provide|offer {fmt} [format|weight|file] [available]",
			subject + "{must} be available in|as {fmt} [format|weight|file]",
		},
		options: func(c captures) map[string]any { return map[string]any{"formats": []any{c["fmt"]}} }},
	{in: requirement, rule: "too-few-downloads", key: "min-downloads", value: "min",
		example: "Model must have >1000 downloads",
		patterns: []string{
			subject + "{must} have [{op}] {n} download [on {src}]",
			subject + "{must} have {n} or_more|+ download [on {src}]",
		},
		options: func(c captures) map[string]any { return map[string]any{"min": c.number()} },
		with:    []companion{{rule: "young-repository"}}},
	{in: requirement, rule: "young-repository", key: "min-age", value: "min_days", alias: "days",
		example: "Model must be at least 30 days old",
		patterns: []string{
			"[all|every|each] model|repository {must} be [{op}] {n} day old",
			"[all|every|each] model|repository {must} be {n} or_more|+ day old",
		},
		options: func(c captures) map[string]any { return map[string]any{"min_days": c.number()} }},
	{in: requirement | vulnerabilities, rule: "security-scan-missing", key: "security-scan", value: "max_age_days",
		example:  "Model must pass internal security scan before deployment",
		patterns: []string{subject + "{must} pass [internal] security scan" + before}},
	{in: requirement | vulnerabilities, rule: "hub-scan-unsafe", key: "hub-scan",
		example:  "Models must pass Hugging Face safety scan",
		patterns: []string{subject + "{must}" + scanned},
		with:     []companion{{rule: "hub-scan-pending", most: gate.Warn}}},
	{in: requirement, rule: "unsigned-artifact", key: "signed", value: "keys",
		example: "Model must be signed with internal signing key",
		patterns: []string{
			subject + "{must} be signed",
			subject + "{must} be signed with|by {key} [signing] key",
		},
		options: signers},
	{in: requirement, rule: "test-results-missing", key: "test-results",
		example: "Model must have passing test suite results",
		patterns: []string{
			subject + "{must} have passing|passed test [suite] [result|report]",
			subject + "{must} pass test suite",
		}},
	{in: requirement, rule: "model-card-unapproved", key: "model-card", flag: "approved",
		example: "Model must have approved Model Card",
		patterns: []string{
			subject + "{must} have [approved|reviewed] model_card",
			"model_card {must} be approved|reviewed [and approved]",
		}},
	{in: requirement, rule: "unpinned-revision", key: "pinned",
		example: "Model must be pinned to a commit",
		patterns: []string{
			"[all|every|each] model|revision {must} be pinned [to commit|revision|checksum|digest [checksum]]",
		}},
	{in: requirement, rule: "license-not-allowed", key: "license", value: "allow",
		example:  "Model must have an approved license",
		patterns: []string{subject + "{must} have approved|allowed license"}},

	{in: blockedSource, rule: "unapproved-source", key: "unknown-url",
		example: "Direct downloads from unknown URLs",
		patterns: []string{
			"[direct] download from unknown|unapproved|untrusted|unlisted {class}",
			subject + "[downloaded|loaded] from unknown|unapproved|untrusted|unlisted {class}",
		},
		options: func(c captures) map[string]any {
			if c["class"] == "url" || c["class"] == "" {
				return map[string]any{"class": "url"}
			}
			return map[string]any{"class": "any"}
		}},
	{in: blockedSource, rule: "informal-source", key: "informal",
		example: "Models shared via email or messaging",
		patterns: []string{
			subject + "shared|sent|received|distributed|transferred via|by|through|over|in email|messaging [app|service|attachment] [or|and email|messaging [app|service|attachment]]",
		},
		remark: "sees links and untraced weights only"},
	{in: blockedSource, rule: "personal-namespace", key: "personal-namespace",
		example: "Models from unverified personal namespaces",
		patterns: []string{
			"[" + subject + "from] [unverified] personal namespace [on {src}]",
		}},
	// A namespace that is not personal is an organization's, which another rule judges.
	{in: blockedSource, rule: "unverified-publisher", key: "unverified-namespace",
		example: "Models from unverified namespaces",
		patterns: []string{
			"[" + subject + "from] unverified namespace|publisher|organization [on {src}]",
		},
		with: []companion{{rule: "personal-namespace"}}},

	{in: allowedFormat, rule: "format-not-allowed", key: "format",
		example:  "safetensors",
		patterns: []string{"{fmt} [format|file]"},
		options:  func(c captures) map[string]any { return map[string]any{"formats": []any{c["fmt"]}} }},
	{in: blockedFormat, rule: "blocked-format", key: "format",
		example: "torch.save (without safetensors)",
		patterns: []string{
			"{fmt} [format|file]",
			"{fmt} without {without}", "{fmt} ( without {without} )",
		},
		options: blocked},

	{in: enforcement, rule: "enforcement-missing", key: "stages", level: gate.Warn, most: gate.Warn,
		example:  "CI/CD pipeline gate",
		patterns: []string{"ci [pipeline|workflow] [gate|check|job]"},
		options:  func(captures) map[string]any { return map[string]any{"stages": []any{"ci"}} }},
	{in: enforcement, rule: "enforcement-missing", level: gate.Warn, most: gate.Warn,
		example:  "Pre-commit hook",
		patterns: []string{"precommit [hook|check|gate]"},
		options:  func(captures) map[string]any { return map[string]any{"stages": []any{"pre-commit"}} }},
	{in: enforcement, key: "builds", level: gate.Deny,
		example: "builds fail if blocked formats are detected",
		patterns: []string{
			"build|ci|pipeline fail [if|when blocked format [is|are] detected|found|present]",
			"build|ci|pipeline fail on blocked format",
			"build|ci|pipeline fail if|when unapproved|unreviewed code [is|are] detected|found|present",
		}},
	{in: enforcement, level: gate.Warn,
		example:  "report only",
		patterns: []string{"report|warn only"},
		remark:   "section fixed at warn"},

	{in: remoteCode, rule: "remote-code-enabled",
		example: "NEVER in production",
		patterns: []string{"never [allowed]" + inPlaces, "disabled|denied|blocked" + inPlaces,
			"must be disabled" + inPlaces, "false"},
		options: reviewed("")},
	{in: remoteCode, rule: "remote-code-enabled", level: gate.Warn,
		example:  "Discouraged for research",
		patterns: []string{"discouraged" + inPlaces, "should be disabled" + inPlaces}},
	{in: remoteCode, rule: "remote-code-enabled", level: gate.Ignore,
		example:  "Allowed for research",
		patterns: []string{"allowed" + inPlaces, "true"}},
	{in: remoteCode, rule: "remote-code-enabled",
		example: "Requires security review for research",
		patterns: []string{
			"require [security] review|approval" + inPlaces,
			"[security] review|approval required" + inPlaces,
		},
		options: reviewed("yes"),
		remark:  "reviewed by hash"},

	{in: customCode, rule: "unreviewed-code",
		example: "Must be reviewed and approved before deployment",
		patterns: []string{
			"{must} be reviewed [and approved]" + before + inPlaces, "{must} be approved" + before + inPlaces,
			"require [security] review|approval" + before + inPlaces,
			"[security] review|approval {need}" + before + inPlaces,
		},
		remark: "reviewed by hash"},
	{in: customCode, rule: "unreviewed-code", level: gate.Ignore,
		example:  "Allowed for research",
		patterns: []string{"allowed" + inPlaces}},

	{in: checksums, rule: "unlocked-artifact", key: "checksum",
		example: "Required for all model artifacts",
		patterns: []string{
			"{need}" + forFiles, "{need}" + inPlaces, "{need}" + ofPlaces, "true",
			"[checksum] {must} be validated|verified|checked" + forFiles,
		},
		with: []companion{{rule: "digest-mismatch"}}},
	{in: checksums, rule: "unlocked-artifact", level: gate.Ignore, example: "false", patterns: []string{"false"}},
	{in: signatures, rule: "unsigned-artifact",
		example: "Required for production deployments",
		patterns: []string{
			"{need}" + forFiles, "{need}" + inPlaces, "{need}" + ofPlaces, "true",
			subject + "{must} be signed" + inPlaces,
			"signature {must} be verified|checked" + inPlaces,
		},
		options: func(captures) map[string]any { return map[string]any{"keys": []any{"any"}} }},
	{in: signatures, rule: "unsigned-artifact", level: gate.Ignore, example: "false", patterns: []string{"false"}},
	{in: behaviour, rule: "behaviour-untested",
		example: "Required for all new models and model updates",
		patterns: []string{
			"{need}" + forNew, "{need}" + forAll, "{need}" + inPlaces, "{need}" + ofPlaces, "true",
		},
		with: []companion{{rule: "listed-trigger"}, {rule: "vocabulary-trigger"}}},
	{in: behaviour, rule: "behaviour-untested", level: gate.Ignore, example: "false", patterns: []string{"false"}},
	{in: vulnerabilities, rule: "hub-scan-unsafe",
		example:  "Required",
		patterns: []string{"{need}" + forAll, "{need}" + inPlaces, "{need}" + ofPlaces, "true"},
		with:     []companion{{rule: "hub-scan-pending", most: gate.Warn}}},
	{in: vulnerabilities, rule: "hub-scan-unsafe", level: gate.Ignore, example: "false", patterns: []string{"false"}},
}

// number is the least number that the clause asks for.
func (c captures) number() int {
	n, _ := strconv.Atoi(c["n"])
	if c["op"] == ">" || c["op"] == "over" {
		return n + 1
	}
	return n
}

func signers(c captures) map[string]any {
	if c["key"] == "" {
		return map[string]any{"keys": []any{"any"}}
	}
	return map[string]any{"keys": []any{c["key"]}}
}

func blocked(c captures) map[string]any {
	siblings := map[string]any{}
	if c["without"] != "" {
		siblings[c["fmt"]] = c["without"]
	}
	return map[string]any{"formats": []any{c["fmt"]}, "unless_sibling": siblings}
}

// reviewed states the environments in which a review by hash is enough; a clause that
// forbids states that there are none.
func reviewed(review string) func(captures) map[string]any {
	return func(c captures) map[string]any {
		in := []any{}
		for _, env := range environments {
			if review != "" && (c["env"] == "" || c["env"] == env) {
				in = append(in, env)
			}
		}
		return map[string]any{"review": in}
	}
}

// stated is the level that the words of a clause demand.
func (f *form) stated(c captures) gate.Level {
	level := f.level
	switch {
	case c["must"] == "should" || c["need"] == "recommended":
		level = gate.Warn
	case c["need"] == "optional":
		level = gate.Ignore
	case level == "":
		level = gate.Deny
	}
	return f.atMost(level)
}

func (f *form) atMost(level gate.Level) gate.Level {
	if f.most != "" && rank(level) > rank(f.most) {
		return f.most
	}
	return level
}

// compiled are the patterns of the forms, in their order.
var compiled = sync.OnceValue(func() [][]pattern {
	out := make([][]pattern, len(forms))
	for i, f := range forms {
		for _, text := range f.patterns {
			out[i] = append(out[i], compile(text))
		}
	}
	return out
})
