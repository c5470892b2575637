package config

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/sentence"
	"github.com/modelgate/gate/internal/spelling"
)

// Waiver is a waiver of the policy with its line. Number is its place in the list.
type Waiver struct {
	gate.Waiver
	Environment string
	Number      int
	Line        int
}

// unwaivable are rules that no waiver covers, since it could hide that the waivers or
// the bytes themselves changed.
var unwaivable = []string{"policy-changed", "waiver-expired", "waiver-expiring", "digest-mismatch"}

// codeRuns is the severity from which a waiver of a content rule must name the bytes.
const codeRuns = 9.0

// Waivable tells whether a waiver may name a rule.
func Waivable(id string) bool { return !slices.Contains(unwaivable, id) }

// NeedsDigest tells whether a waiver of a rule must name the bytes that it covers.
func NeedsDigest(rule Rule) bool { return rule.Section == "content" && rule.Severity >= codeRuns }

var sha256Text = regexp.MustCompile(`^(sha256:)?[0-9a-f]{64}$`)

func (l *loader) waivers(n *yaml.Node) {
	for i, item := range l.List(n, "waivers") {
		what := fmt.Sprintf("waivers[%d]", i)
		fields, texts, ok := l.Record(item, what, []string{"rule", "reason", "approved_by", "expires"}, "model", "path", "digest", "environment")
		if !ok {
			continue
		}
		w := Waiver{Number: i, Line: item.Line, Environment: texts["environment"], Waiver: gate.Waiver{
			Rule: texts["rule"], Model: texts["model"], Path: texts["path"], Digest: texts["digest"],
			Reason: texts["reason"], ApprovedBy: texts["approved_by"], Expires: texts["expires"],
		}}
		if l.waivable(fields["rule"], w.Rule) && l.waiver(item, fields, w, what) {
			l.policy.Waivers = append(l.policy.Waivers, w)
			l.serves(item, what, w.Rule)
		}
	}
}

// waivable tells whether a waiver may name a rule at all.
func (l *loader) waivable(n *yaml.Node, id string) bool {
	if _, ok := l.rule(n, id); !ok {
		return false
	}
	if !Waivable(id) {
		l.Add(n, nil, "%s cannot be waived", id)
		return false
	}
	return true
}

// rule is what is built in for a rule that the policy names.
func (l *loader) rule(n *yaml.Node, id string) (Rule, bool) {
	rule, ok := l.policy.known[id]
	if !ok {
		l.Add(n, spelling.Nearest(id, slices.Collect(maps.Keys(l.policy.known))), "no rule %q", id)
	}
	return rule, ok
}

// waiver checks what a waiver covers and how long.
func (l *loader) waiver(n *yaml.Node, fields map[string]*yaml.Node, w Waiver, what string) bool {
	before := l.Found()
	rule := l.policy.known[w.Rule]
	switch {
	case (w.Model == "") == (w.Path == ""):
		l.Add(n, nil, "%s names one of model and path", what)
	case w.Rule == "scan-incomplete" && w.Path == "":
		l.Add(n, nil, "%s: scan-incomplete can be waived for a path only", what)
	case NeedsDigest(rule) && w.Digest == "":
		l.Add(n, nil, "%s: %s is waived for given bytes only, add digest: sha256:…", what, w.Rule)
	}
	if w.Path != "" {
		if glob, ok := l.glob(fields["path"], what+".path"); ok && everything(glob) {
			l.Add(fields["path"], nil, "%s.path %q covers every file", what, glob)
		}
	}
	if w.Model != "" && strings.ContainsAny(w.Model, "*? ") {
		l.Add(fields["model"], nil, "%s.model names one model, %q has a wildcard", what, w.Model)
	}
	if w.Digest != "" && !sha256Text.MatchString(w.Digest) {
		l.Add(fields["digest"], nil, "%s.digest must be sha256: and 64 hexadecimal digits, not %q", what, w.Digest)
	}
	if w.Environment != "" && !slices.Contains(environments, w.Environment) {
		l.Add(fields["environment"], spelling.Nearest(w.Environment, environments), "no environment %q", w.Environment)
	}
	if day, ok := l.day(fields["expires"], what+".expires"); ok {
		last := l.now.Add(time.Duration(l.policy.Limits.WaiverDays) * 24 * time.Hour)
		if day.After(last) {
			l.Add(fields["expires"], nil, "%s.expires is more than %d days ahead, the limit is %s", what,
				l.policy.Limits.WaiverDays, last.UTC().Format(time.DateOnly))
		}
	}
	return l.Found() == before
}

// everything tells whether a pattern has files of any name in any folder.
func everything(glob string) bool {
	top, _ := doublestar.Match(glob, "q7")
	deep, _ := doublestar.Match(glob, "x1/y2/q7.z")
	return top || deep
}

// publishers reads the trusted namespaces; the id is what cannot change hands.
func (l *loader) publishers(n *yaml.Node) {
	for i, item := range l.List(n, "publishers") {
		what := fmt.Sprintf("publishers[%d]", i)
		if _, texts, ok := l.Record(item, what, []string{"name", "id"}, "source"); ok {
			l.policy.Publishers = append(l.policy.Publishers, map[string]any{
				"name": texts["name"], "id": texts["id"], "source": cmp.Or(texts["source"], "hf"),
			})
			l.serves(item, what, "unverified-publisher", "personal-namespace")
		}
	}
}

// signingKeys reads the keys by their names.
func (l *loader) signingKeys(n *yaml.Node) {
	l.Entries(n, "signing_keys", func(key, value *yaml.Node) {
		what := "signing_keys." + key.Value
		if !sentence.IsKey(key.Value) || key.Value == "any" {
			l.Add(key, nil, "%q is no name of a key: lower case letters, digits and dashes", key.Value)
			return
		}
		fields := l.Mapping(value, what, "public_key", "certificate_chain", "identity", "issuer")
		texts := l.Texts(fields, what)
		kinds := 0
		for _, kind := range []string{"public_key", "certificate_chain", "identity"} {
			if texts[kind] != "" {
				kinds++
			}
		}
		if kinds != 1 || (texts["identity"] == "") != (texts["issuer"] == "") {
			l.Add(value, nil, "%s has one of public_key, certificate_chain, or identity with issuer", what)
			return
		}
		if l.Filled(fields, texts, what) {
			if l.policy.SigningKeys == nil {
				l.policy.SigningKeys = map[string]map[string]string{}
			}
			l.policy.SigningKeys[key.Value] = texts
			l.serves(value, what, "unsigned-artifact", "test-results-missing")
		}
	})
}

// reviews reads what people approved, by the hashes of what they read.
func (l *loader) reviews(n *yaml.Node) {
	for i, item := range l.List(n, "reviews") {
		what := fmt.Sprintf("reviews[%d]", i)
		fields := l.Mapping(item, what, "kind", "model", "sha256", "approved_by", "date", "expires")
		if item.Kind != yaml.MappingNode || !l.Need(item, what, fields, "kind", "model", "sha256", "approved_by", "date") {
			continue
		}
		if review, ok := l.review(fields, what); ok {
			review["number"], review["line"] = i, item.Line
			l.policy.Reviews = append(l.policy.Reviews, review)
			if review["kind"] == "card" {
				l.serves(item, what, "model-card-unapproved")
			} else {
				l.serves(item, what, "unreviewed-code", "remote-code-enabled")
			}
		}
	}
}

func (l *loader) review(fields map[string]*yaml.Node, what string) (map[string]any, bool) {
	before := l.Found()
	list, _ := l.Words(fields["sha256"], what+".sha256")
	for i, h := range list {
		text, _ := h.(string)
		if !sha256Text.MatchString(text) {
			l.Add(fields["sha256"], nil, "%s.sha256 has %q, which is not 64 hexadecimal digits", what, text)
		}
		list[i] = strings.TrimPrefix(text, "sha256:")
	}
	if len(list) == 0 {
		l.Add(fields["sha256"], nil, "%s.sha256 has no hash", what)
	}
	rest := maps.Clone(fields)
	delete(rest, "sha256")
	texts := l.Texts(rest, what)
	l.Filled(fields, texts, what)
	if kind := texts["kind"]; kind != "code" && kind != "card" {
		l.Add(fields["kind"], []string{"code", "card"}, "%s.kind is code or card, not %q", what, kind)
	}
	review := map[string]any{"sha256": list}
	for name, text := range texts {
		review[name] = text
		if name == "date" || name == "expires" {
			l.day(fields[name], what+"."+name)
		}
	}
	return review, l.Found() == before
}
