// Package config reads the organisation's model policy: it binds every line of the YAML
// to the rule that enforces it, and refuses a file of which any line would stay
// unenforced. The syntax is YAML 1.2 (https://yaml.org/spec/1.2.2/) without aliases.
package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/sentence"
	"github.com/modelgate/gate/internal/strictyaml"
)

// Rule is what is built in for a rule: its level and its options, whose defaults are
// their types.
type Rule struct {
	Level   gate.Level
	Options map[string]any
	// Stricter says in which direction an option demands more: higher, lower, subset or
	// superset.
	Stricter map[string]string
	// Section is where the rule stands in Rego. With the severity it decides whether a
	// waiver needs a digest; either may be unknown.
	Section  string
	Severity float64

	custom bool // one of the organisation's own
}

// Levels are the levels of a rule in the two environments.
type Levels struct {
	Production gate.Level `json:"production"`
	Research   gate.Level `json:"research"`
}

// Error is a place of the policy that does not bind, with what comes nearest to it.
type Error = strictyaml.Error

// Policy is a policy of which every line is bound.
type Policy struct {
	// Sources are the approved sources in the order of the file.
	Sources []Source
	// Places say which files belong to another environment than the default.
	Places      []Place
	Environment string
	Waivers     []Waiver
	Reviews     []map[string]any
	Publishers  []map[string]any
	SigningKeys map[string]map[string]string
	// Produced are patterns of the models that the repository itself makes.
	Produced []string
	Limits   Limits
	// Inline are the rules that a comment in the source may waive.
	Inline []string
	// Rego are the paths of the organisation's own rules.
	Rego []string

	info     gate.PolicyInfo
	inForce  bool
	lines    []*Line
	known    map[string]Rule
	demanded map[string]*demanded
}

// Source is an approved source of models.
type Source struct {
	Name  string   `json:"name"`
	URLs  []string `json:"urls"`
	Trust string   `json:"trust"` // low, medium, high
}

// Place gives the files that match a doublestar pattern their environment.
type Place struct {
	Glob        string `json:"glob"`
	Environment string `json:"environment"`
}

// Parse binds the policy in text. Errors are Errors of all the lines that do not bind.
// The clock decides whether the policy is in force and how far a waiver reaches.
func Parse(path string, text []byte, rules map[string]Rule, now time.Time) (*Policy, error) {
	p := empty(rules)
	p.info.Path = path
	p.info.Digest = digest(text)
	l := newLoader(path, p, now)
	root := l.Document(text)
	if root == nil {
		return nil, l.Err()
	}
	l.sections(root)
	l.resolve()
	if l.Found() == 0 {
		for _, n := range l.Unclaimed(root) {
			l.Add(n, nil, "nothing enforces %q", n.Value)
		}
	}
	if err := l.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

// Default is the policy that holds where there is no file.
func Default(rules map[string]Rule) *Policy {
	p := empty(rules)
	newLoader("", p, time.Time{}).resolve()
	text, err := json.Marshal(p.Document())
	if err == nil {
		p.info.Digest = digest(text)
	}
	return p
}

func empty(rules map[string]Rule) *Policy {
	return &Policy{
		Environment: production,
		Limits:      Limits{WaiverDays: 365},
		info:        gate.PolicyInfo{Environment: production},
		inForce:     true,
		known:       maps.Clone(rules),
		demanded:    map[string]*demanded{},
	}
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Info identifies the policy.
func (p *Policy) Info() gate.PolicyInfo { return p.info }

// Level is the level of a rule in an environment for models of a source, which is empty
// for models of none. A rule that nobody knows is denied.
func (p *Policy) Level(rule, source, environment string) gate.Level {
	d, ok := p.demanded[rule]
	if !ok {
		return gate.Deny
	}
	return d.in(source).level.of(environment)
}

// The environments.
const (
	production = "production"
	research   = "research"
)

var environments = sentence.Environments

func (l Levels) of(environment string) gate.Level {
	if environment == research {
		return l.Research
	}
	return l.Production
}

func (l *Levels) set(environment string, level gate.Level) {
	if environment == research {
		l.Research = level
	} else {
		l.Production = level
	}
}

func both(level gate.Level) Levels { return Levels{level, level} }

// rank orders levels; a level that is not stated is below all.
func rank(l gate.Level) int {
	switch l {
	case gate.Ignore:
		return 1
	case gate.Warn:
		return 2
	case gate.Deny:
		return 3
	}
	return 0
}

func stricter(a, b gate.Level) gate.Level {
	if rank(b) > rank(a) {
		return b
	}
	return a
}

// Raise makes a rule at least as strict as a level, everywhere: what a command asks for
// whatever the policy says.
func (p *Policy) Raise(rule string, level gate.Level) {
	d := p.demanded[rule]
	if d == nil {
		return
	}
	raised := func(j judged) judged {
		for _, env := range environments {
			j.level.set(env, stricter(j.level.of(env), level))
		}
		return j
	}
	d.judged = raised(d.judged)
	for name, j := range d.sources {
		d.sources[name] = raised(j)
	}
}
