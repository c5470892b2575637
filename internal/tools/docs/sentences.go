package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/modelgate/gate/internal/sentence"
)

// places are the keys of the policy that take sentences, in the order of a policy.
var places = []struct {
	in  sentence.Place
	key string
}{
	{sentence.Requirement, "approved_sources[].requirements"},
	{sentence.BlockedSource, "blocked_sources"},
	{sentence.AllowedFormat, "serialization_policy.allowed_formats"},
	{sentence.BlockedFormat, "serialization_policy.blocked_formats"},
	{sentence.Enforcement, "enforcement"},
	{sentence.RemoteCode, "code_execution_policy.trust_remote_code"},
	{sentence.CustomCode, "code_execution_policy.custom_model_code"},
	{sentence.Checksums, "verification_requirements.checksum_validation"},
	{sentence.Signatures, "verification_requirements.signature_verification"},
	{sentence.Behaviour, "verification_requirements.behavioral_testing"},
	{sentence.Vulnerabilities, "verification_requirements.vulnerability_scanning"},
}

// sentences lists the forms of lines that a policy may have.
func (b *book) sentences() string {
	var w strings.Builder
	fmt.Fprint(&w, `# Sentences of a policy

Every line of a policy binds to a rule in one of these forms, or the policy is refused.
[policy.md](policy.md) says how a policy is written; this page is the reference.

The forms are matched after upper and lower case, articles, plurals, the final stop and
brackets that only comment ("(community vetting)") are dropped, and after common synonyms
are replaced (author: publisher; shall, has to: must; forbidden, prohibited: never;
mandatory: required; HF, the Hub: Hugging Face; more than: >; at least: >=). In a form,
`+"`[…]` may be left out, `a|b` is one of two words, and these stand for words:"+`

| slot | takes |
|---|---|
| {must} | must: deny · should: warn |
| {need} | required: deny · recommended: warn · optional: ignore |
| {env} | production, research |
| {n}, {op} | a number (1000, 1,000, 10k); >, >=, over |
| {fmt} | a format, see the end of this page |
| {src} | Hugging Face, or the name of an approved source |
| {key} | the name of a key under signing_keys |
| {moment} | deployment, use, merge, release, production, loading, download |
| {class} | url, source, site, host, location |

The level is the one where no word of the line says another.
`)
	for _, p := range places {
		fmt.Fprintf(&w, "\n## %s\n", p.key)
		for _, f := range sentence.Forms(p.in) {
			b.form(&w, f)
		}
	}
	fmt.Fprint(&w, "\n## Names of formats\n\n| format | words |\n|---|---|\n")
	names := sentence.FormatNames()
	for _, family := range slices.Sorted(maps.Keys(names)) {
		fmt.Fprintf(&w, "| %s | %s |\n", family, code(names[family]))
	}
	return w.String()
}

func (b *book) form(w *strings.Builder, f *sentence.Form) {
	rule := "the level of its section"
	if f.Rule != "" {
		rule = "[" + f.Rule + "](rules/" + f.Rule + ".md)"
	}
	fmt.Fprintf(w, "\n**%s** binds %s at %s.", f.Example, rule, f.Bare().Level())
	for _, with := range f.With {
		fmt.Fprintf(w, " [%s](rules/%s.md) comes along.", with.Rule, with.Rule)
	}
	if f.In&(sentence.Requirement|sentence.BlockedSource) != 0 && f.Key != "" {
		fmt.Fprintf(w, " Structured: %s.", structured(f))
	}
	fmt.Fprintf(w, "\n\n%s", fenced("", strings.Join(f.Patterns(), "\n")))
}

func structured(f *sentence.Form) string {
	if f.Value == "" {
		return "`- " + f.Key + ":`"
	}
	return "`- " + f.Key + ": VALUE`, which sets `" + f.Value + "`"
}
