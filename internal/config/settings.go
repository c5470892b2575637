package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/spelling"
)

// Limits are the budgets that the policy sets; zero means the built-in one.
type Limits struct {
	// WaiverDays is how far ahead a waiver may expire.
	WaiverDays int
	// Depth, Entries and Ratio bound nested containers, Bytes what is unpacked.
	Depth, Entries, Ratio int
	Bytes                 int64
	// Models bounds how many models registries are asked about, Fetched what is fetched of
	// one of their files, and Online the time that all of them take.
	Models  int
	Fetched int64
	Online  time.Duration
	// Time bounds a run.
	Time time.Duration
}

// setting is what "rules:" says of one rule.
type setting struct {
	node    *yaml.Node
	levels  Levels
	options map[string]any
	line    *Line
}

// settings reads what the gate takes beside the sections.
func (l *loader) settings(fields map[string]*yaml.Node) {
	l.environment(fields["environment"])
	l.limits(fields["limits"])
	l.custom(fields["custom"])
	l.ruleSettings(fields["rules"])
	l.publishers(fields["publishers"])
	l.signingKeys(fields["signing_keys"])
	l.reviews(fields["reviews"])
	for i, n := range l.List(fields["produced"], "produced") {
		what := fmt.Sprintf("produced[%d]", i)
		if text, ok := l.glob(n, what); ok {
			l.policy.Produced = append(l.policy.Produced, text)
			l.serves(n, what, "informal-source")
		}
	}
	for i, n := range l.List(fields["inline"], "inline") {
		what := fmt.Sprintf("inline[%d]", i)
		if id, ok := l.Scalar(n, what); ok && l.waivable(n, id) {
			l.policy.Inline = append(l.policy.Inline, id)
			l.serves(n, what, id)
		}
	}
}

// serves claims all below n for lines that change what rules judge.
func (l *loader) serves(n *yaml.Node, what string, rules ...string) *Line {
	line := l.leaves(n, what, "")
	line.serves = rules
	return line
}

func (l *loader) environment(n *yaml.Node) {
	if n == nil {
		return
	}
	p := l.policy
	if n.Kind == yaml.ScalarNode {
		p.Environment = l.environmentName(n, "environment")
		p.info.Environment = p.Environment
		return
	}
	fields := l.Mapping(n, "environment", "default", "places")
	if fields["default"] != nil {
		p.Environment = l.environmentName(fields["default"], "environment.default")
		p.info.Environment = p.Environment
	}
	for i, item := range l.List(fields["places"], "environment.places") {
		what := fmt.Sprintf("environment.places[%d]", i)
		keys := l.Mapping(item, what, "glob", "environment")
		if keys["glob"] == nil || keys["environment"] == nil {
			l.Add(item, nil, "%s needs a glob and an environment", what)
			continue
		}
		if glob, ok := l.glob(keys["glob"], what+".glob"); ok {
			l.metadata(keys["glob"], what+".glob", "")
			p.Places = append(p.Places, Place{glob, l.environmentName(keys["environment"], what)})
		}
	}
}

func (l *loader) environmentName(n *yaml.Node, what string) string {
	text := l.metadata(n, what, "")
	if text != "" && !slices.Contains(environments, text) {
		l.Add(n, spelling.Nearest(text, environments), "the environment is production or research, not %q", text)
	}
	return text
}

// glob reads a doublestar pattern.
func (l *loader) glob(n *yaml.Node, what string) (string, bool) {
	text, ok := l.Scalar(n, what)
	if ok && !doublestar.ValidatePattern(text) {
		l.Add(n, nil, "%q is no valid pattern of paths", text)
		return text, false
	}
	return text, ok
}

var size = regexp.MustCompile(`^([0-9]{1,12})(KiB|MiB|GiB|TiB)?$`)

func (l *loader) limits(n *yaml.Node) {
	limits := &l.policy.Limits
	counts := map[string]*int{"waiver_days": &limits.WaiverDays, "depth": &limits.Depth,
		"entries": &limits.Entries, "ratio": &limits.Ratio, "models": &limits.Models}
	sizes := map[string]*int64{"bytes": &limits.Bytes, "fetched": &limits.Fetched}
	times := map[string]*time.Duration{"time": &limits.Time, "online": &limits.Online}
	keys := slices.Concat(slices.Collect(maps.Keys(counts)), slices.Collect(maps.Keys(sizes)), slices.Collect(maps.Keys(times)))
	slices.Sort(keys)
	fields := l.Mapping(n, "limits", keys...)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		what := "limits." + name
		text, ok := l.Scalar(fields[name], what)
		if !ok {
			continue
		}
		switch {
		case sizes[name] != nil:
			*sizes[name], ok = byteCount(text)
		case times[name] != nil:
			*times[name], ok = duration(text)
		default:
			*counts[name], ok = positive(text)
		}
		rule := "scan-incomplete"
		if name == "waiver_days" {
			rule, ok = "waiver-expired", ok && limits.WaiverDays <= 3660
		}
		if !ok {
			l.Add(fields[name], nil, "%s has no value %q", what, text)
		}
		l.serves(fields[name], what, rule)
	}
}

func duration(text string) (time.Duration, bool) {
	d, err := time.ParseDuration(text)
	return d, err == nil && d > 0
}

func positive(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0
}

func byteCount(text string) (int64, bool) {
	m := size.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	shift := map[string]int{"": 0, "KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40}[m[2]]
	return n << shift, err == nil && n > 0 && n <= (1<<62)>>shift
}

var ruleID = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)+$`)

// custom reads where the organisation's own rules are and what they are set to.
func (l *loader) custom(n *yaml.Node) {
	fields := l.Mapping(n, "custom", "rego", "rules")
	for i, item := range l.List(fields["rego"], "custom.rego") {
		if path := l.metadata(item, fmt.Sprintf("custom.rego[%d]", i), ""); path != "" {
			l.policy.Rego = append(l.policy.Rego, path)
		}
	}
	l.Entries(fields["rules"], "custom.rules", func(key, value *yaml.Node) {
		id := key.Value
		if _, builtIn := l.policy.known[id]; builtIn || !ruleID.MatchString(id) {
			l.Add(key, nil, "%q cannot be the id of a rule of your own: it is built in or not of the form some-defect", id)
			return
		}
		rule := Rule{Level: gate.Deny, custom: true}
		l.policy.known[id] = rule
		l.rules[id] = l.setting(id, value, func(name string, n *yaml.Node) {
			what := "custom.rules." + id + "." + name
			if name == "section" {
				rule.Section, _ = l.Scalar(n, what)
			} else if v, ok := l.free(n, what); ok {
				l.rules[id].options[name] = v
			}
		})
		l.policy.known[id] = rule
	})
}

// free reads an option of a rule of which no default gives the type.
func (l *loader) free(n *yaml.Node, what string) (any, bool) {
	var byDefault any = ""
	switch {
	case n.Kind == yaml.SequenceNode:
		byDefault = []any{}
	case n.Kind == yaml.MappingNode:
		byDefault = map[string]any{}
	case n.ShortTag() == "!!int" || n.ShortTag() == "!!float":
		byDefault = 0
	case n.ShortTag() == "!!bool":
		byDefault = false
	}
	return l.option(n, what, byDefault)
}

// ruleSettings reads levels and options by rule id.
func (l *loader) ruleSettings(n *yaml.Node) {
	l.Entries(n, "rules", func(key, value *yaml.Node) {
		id := key.Value
		known, ok := l.rule(key, id)
		if !ok {
			return
		}
		if known.custom {
			l.Add(key, nil, "%s is set under custom.rules", id)
			return
		}
		l.rules[id] = l.setting(id, value, func(name string, n *yaml.Node) {
			byDefault, ok := known.Options[name]
			if !ok {
				l.Add(n, spelling.Nearest(name, append(slices.Collect(maps.Keys(known.Options)), "level")),
					"%s has no option %q", id, name)
				return
			}
			value, ok := l.option(n, id+"."+name, byDefault)
			if ok && name == "formats" {
				value, ok = l.formats(n, value)
			}
			if ok {
				l.rules[id].options[name] = value
			}
		})
	})
}

// setting reads what is set for one rule: a level alone, or a mapping with options.
func (l *loader) setting(id string, n *yaml.Node, option func(name string, n *yaml.Node)) setting {
	s := setting{node: n, options: map[string]any{}}
	l.rules[id] = s
	if n.Kind == yaml.ScalarNode {
		s.levels = both(l.level(n, id))
	} else {
		l.Entries(n, id, func(key, value *yaml.Node) {
			if key.Value == "level" {
				s.levels = l.settingLevels(value, id)
			} else {
				option(key.Value, value)
			}
		})
	}
	s.line = l.serves(n, "rules."+id, id)
	return s
}

func (l *loader) settingLevels(n *yaml.Node, id string) Levels {
	if n.Kind == yaml.ScalarNode {
		return both(l.level(n, id))
	}
	var levels Levels
	fields := l.Mapping(n, id+".level", environments...)
	for _, env := range environments {
		if fields[env] != nil {
			levels.set(env, l.level(fields[env], id))
		}
	}
	return levels
}

func (l *loader) level(n *yaml.Node, id string) gate.Level {
	text, ok := l.Scalar(n, "the level of "+id)
	level := gate.Level(text)
	if ok && rank(level) == 0 {
		l.Add(n, spelling.Nearest(text, []string{"deny", "warn", "ignore"}), "the level of %s is deny, warn or ignore, not %q", id, text)
		return ""
	}
	return level
}
