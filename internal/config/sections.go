package config

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/option"
	"github.com/modelgate/gate/internal/sentence"
	"github.com/modelgate/gate/internal/spelling"
)

// nested is the key under which the sections may stand.
const nested = "model_acquisition_policy"

// sectionKeys are the sections of a model repository policy, settingKeys what the gate
// takes beside them.
var (
	sectionKeys = []string{"version", "effective_date", "owner", "approved_sources", "blocked_sources",
		"serialization_policy", "code_execution_policy", "verification_requirements"}
	settingKeys = []string{"environment", "rules", "waivers", "publishers", "limits", "signing_keys",
		"reviews", "produced", "inline", "custom"}
)

// sections reads the whole file; sections may be nested or at the top.
func (l *loader) sections(root *yaml.Node) {
	keys := slices.Concat(sectionKeys, settingKeys)
	fields := l.Mapping(root, "the policy", append(keys, nested)...)
	if inner := fields[nested]; inner != nil {
		sections := l.Mapping(inner, nested, keys...)
		for _, name := range slices.Sorted(maps.Keys(sections)) {
			n := sections[name]
			if other := fields[name]; other != nil {
				l.Add(n, nil, "%q stands both under %s and at the top, in line %d", name, nested, other.Line)
				continue
			}
			fields[name] = n
		}
	}
	l.identity(fields)
	l.settings(fields)
	l.approved(fields["approved_sources"])
	for i, n := range l.List(fields["blocked_sources"], "blocked_sources") {
		l.demands = append(l.demands, l.bind(n, sentence.BlockedSource, fmt.Sprintf("blocked_sources[%d]", i), "")...)
	}
	l.serialization(fields["serialization_policy"])
	l.execution(fields["code_execution_policy"])
	l.verification(fields["verification_requirements"])
	l.waivers(fields["waivers"])
}

func (l *loader) identity(fields map[string]*yaml.Node) {
	info := &l.policy.info
	if n := fields["version"]; n != nil {
		info.Version = l.metadata(n, "version", "")
	}
	if n := fields["owner"]; n != nil {
		info.Owner = l.metadata(n, "owner", "")
	}
	if n := fields["effective_date"]; n != nil {
		info.EffectiveDate = l.metadata(n, "effective_date", "")
		if day, ok := l.day(n, "effective_date"); ok {
			l.policy.inForce = !day.After(l.now)
		}
	}
}

// day reads a date; the day starts at midnight UTC.
func (l *loader) day(n *yaml.Node, what string) (time.Time, bool) {
	text, ok := l.Scalar(n, what)
	if !ok {
		return time.Time{}, false
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		l.Add(n, nil, "%s must be a date such as 2027-01-31, not %q", what, text)
	}
	return day, err == nil
}

// maxSources bounds what grows with the square of it.
const maxSources = 256

// approved reads the sources first, since their requirements may name them.
func (l *loader) approved(n *yaml.Node) {
	var requirements []*yaml.Node
	items := l.List(n, "approved_sources")
	if len(items) > maxSources {
		l.Add(n, nil, "%d sources are more than %d", len(items), maxSources)
		return
	}
	for i, item := range items {
		what := fmt.Sprintf("approved_sources[%d]", i)
		fields := l.Mapping(item, what, "name", "url", "trust_level", "requirements")
		if s, ok := l.source(item, fields, what); ok {
			l.policy.Sources = append(l.policy.Sources, s)
			requirements = append(requirements, fields["requirements"])
		}
	}
	for i, s := range l.policy.Sources {
		for j, item := range l.List(requirements[i], "requirements") {
			what := fmt.Sprintf("requirements[%d]", j)
			l.demands = append(l.demands, l.bind(item, sentence.Requirement, what, s.Name)...)
		}
	}
}

func (l *loader) source(item *yaml.Node, fields map[string]*yaml.Node, what string) (Source, bool) {
	s := Source{Trust: "medium"}
	if item.Kind != yaml.MappingNode {
		return s, false
	}
	if fields["name"] == nil || fields["url"] == nil {
		l.Add(item, nil, "%s needs a name and a url, by which its models are known", what)
		return s, false
	}
	name, ok := l.Scalar(fields["name"], what+".name")
	if !ok {
		return s, false
	}
	s.Name = name
	l.metadata(fields["name"], "name", name)
	if slices.ContainsFunc(l.policy.Sources, func(o Source) bool { return sentence.Same(o.Name, name) }) {
		l.Add(fields["name"], nil, "two sources have the name %q", s.Name)
		return s, false
	}
	if n := fields["trust_level"]; n != nil {
		s.Trust = l.metadata(n, "trust_level", s.Name)
		if levels := []string{"low", "medium", "high"}; !slices.Contains(levels, s.Trust) {
			l.Add(n, spelling.Nearest(s.Trust, levels), "trust_level is low, medium or high, not %q", s.Trust)
		}
	}
	urls := []*yaml.Node{fields["url"]}
	if fields["url"].Kind != yaml.ScalarNode {
		urls = l.List(fields["url"], what+".url")
	}
	for _, n := range urls {
		if text, ok := l.Scalar(n, what+".url"); ok && l.address(n, text) {
			s.URLs = append(s.URLs, strings.TrimSuffix(text, "/"))
			l.approve(n, text, s.Name)
		}
	}
	return s, true
}

// address accepts what can be compared on path borders: a scheme, a host, a path.
func (l *loader) address(n *yaml.Node, text string) bool {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme == "" || u.Host == "":
		l.Add(n, nil, "%q is no URL with a scheme and a host", text)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		l.Add(n, nil, "the URL %q of a source has more than a host and a path", u.Redacted())
	case strings.Contains(u.Path, "/.") || strings.Contains(u.Path, "//") || strings.Contains(u.Host, "*"):
		l.Add(n, nil, "the URL %q of a source is no plain prefix", text)
	default:
		return true
	}
	return false
}

// approve binds the URL of a source: what stands under no approved one is denied.
func (l *loader) approve(n *yaml.Node, text, source string) {
	f := &sentence.Form{Rule: "unapproved-source"}
	demands := l.demand(f.Bare(), n, l.line(n, source, text), "")
	for _, d := range demands {
		d.options = map[string]any{"sources": []any{source}, "class": "any"}
	}
	l.demands = append(l.demands, demands...)
}

func (l *loader) serialization(n *yaml.Node) {
	fields := l.Mapping(n, "serialization_policy", "allowed_formats", "blocked_formats", "enforcement")
	demands := l.formatList(fields["allowed_formats"], sentence.AllowedFormat, "allowed_formats")
	demands = append(demands, l.formatList(fields["blocked_formats"], sentence.BlockedFormat, "blocked_formats")...)
	l.contradictions(demands)
	l.enforced(fields["enforcement"], demands)
}

func (l *loader) formatList(n *yaml.Node, in sentence.Place, what string) []*demand {
	items := l.List(n, what)
	if n != nil && n.Kind == yaml.SequenceNode && len(items) == 0 {
		l.Add(n, nil, "%s is empty", what)
	}
	var out []*demand
	for i, item := range items {
		out = append(out, l.bind(item, in, fmt.Sprintf("%s[%d]", what, i), "")...)
	}
	return out
}

// contradictions finds formats that two lines treat differently.
func (l *loader) contradictions(demands []*demand) {
	first := map[any]*demand{}
	for _, d := range demands {
		formats, _ := d.options["formats"].([]any)
		for _, f := range formats {
			other := first[f]
			if other == nil {
				first[f] = d
				continue
			}
			if other.rule != d.rule && len(siblings(other))+len(siblings(d)) == 0 {
				l.Add(d.node, nil, "%v is allowed in line %d and blocked here", f, other.node.Line)
			} else if other.rule == d.rule && !option.Equal(siblings(other), siblings(d)) {
				l.Add(d.node, nil, "%v is blocked in line %d on another condition", f, other.node.Line)
			}
		}
	}
}

func siblings(d *demand) map[string]any {
	m, _ := d.options["unless_sibling"].(map[string]any)
	return m
}

func (l *loader) execution(n *yaml.Node) {
	fields := l.Mapping(n, "code_execution_policy", "trust_remote_code", "custom_model_code", "enforcement")
	demands := l.bind(fields["trust_remote_code"], sentence.RemoteCode, "trust_remote_code", "")
	demands = append(demands, l.bind(fields["custom_model_code"], sentence.CustomCode, "custom_model_code", "")...)
	l.enforced(fields["enforcement"], demands)
}

// enforced binds the enforcement of a section and fixes the level of its lines.
func (l *loader) enforced(n *yaml.Node, section []*demand) {
	var stages *demand
	for _, d := range l.bind(n, sentence.Enforcement, "enforcement", "") {
		if d.rule != "" {
			l.demands = append(l.demands, d)
			stages = d
			continue
		}
		for _, s := range section {
			l.fix(s, d)
		}
		if stages != nil {
			stages.aside = "section fixed at " + string(d.levels.Production)
		} else {
			d.line.Bound = append(d.line.Bound, Bound{Level: d.levels})
		}
	}
	l.demands = append(l.demands, section...)
}

// fix sets the level of a line that states none in words; one that does must agree.
func (l *loader) fix(s, to *demand) {
	if s.added {
		return
	}
	for _, env := range environments {
		level, fixed := s.levels.of(env), to.levels.of(env)
		if level == "" || level == gate.Ignore {
			continue
		}
		if level != fixed && s.verb {
			l.Add(to.node, nil, "two levels for %s in %s: %s in line %d, %s here", s.rule, env, level, s.node.Line, fixed)
			return
		}
		s.levels.set(env, fixed)
	}
}

func (l *loader) verification(n *yaml.Node) {
	places := map[string]sentence.Place{"checksum_validation": sentence.Checksums, "signature_verification": sentence.Signatures,
		"behavioral_testing": sentence.Behaviour, "vulnerability_scanning": sentence.Vulnerabilities}
	names := slices.Sorted(maps.Keys(places))
	fields := l.Mapping(n, "verification_requirements", names...)
	for _, name := range names {
		l.demands = append(l.demands, l.bind(fields[name], places[name], name, "")...)
	}
}
