// Package sentence reads the lines of a model policy that people write in sentences:
// each clause matches one form, which names the rule that enforces it, or nothing binds
// and the forms that come nearest are told. A word that may change the sense is never
// passed over.
package sentence

import (
	"strings"

	"github.com/modelgate/gate"
)

// Place is where in the policy a sentence stands; a form binds in its own places only.
type Place int

// The places.
const (
	Requirement Place = 1 << iota
	BlockedSource
	AllowedFormat
	BlockedFormat
	Enforcement
	RemoteCode
	CustomCode
	Checksums
	Signatures
	Behaviour
	Vulnerabilities
)

// Environments are those that a clause may name.
var Environments = []string{"production", "research"}

// Form is a sort of clause and the rule that enforces it.
type Form struct {
	In   Place
	Rule string // empty for a form that fixes the level of its section
	// Key is the name of the structured form; Value is the option that its "value" sets.
	Key, Value string
	// Alias is another name of Value, and Flag a field that may only be true, since the
	// rule demands it anyway.
	Alias, Flag string
	Example     string
	// With are rules that come along; they are never lowered by the line.
	With   []Form
	Remark string

	patterns []string
	// level holds where the words of the clause state none; empty is deny.
	level gate.Level
	// warns says that the form asks for no more than a warning, whatever the words say.
	warns   bool
	options func(slots) map[string]any
}

// Clause is a clause with the form that it matched.
type Clause struct {
	*Form
	slots slots
}

// Miss tells why a sentence binds to nothing.
type Miss struct {
	Format string   // the word that is no format, if that is why
	Near   []string // what may have been meant
}

// Parse binds every clause of a sentence. A clause may name the source below which the
// sentence stands, of all the sources there are, and everywhere else the Hub.
func Parse(text string, in Place, source string, sources []string) ([]Clause, *Miss) {
	m := matcher{}
	for _, name := range sources {
		if words := norms(tokens(name)); len(words) > 0 {
			m.sources = append(m.sources, words)
		}
	}
	var bound []Clause
	for _, words := range clauses(tokens(text), in.splits()) {
		c, ok := m.clause(words, in)
		if !ok || !c.about(source) {
			return nil, m.miss(text, in, words)
		}
		bound = append(bound, c)
	}
	return bound, nil
}

// Forms are the forms of a place.
func Forms(in Place) []*Form {
	var out []*Form
	for i := range forms {
		if forms[i].In&in != 0 {
			out = append(out, &forms[i])
		}
	}
	return out
}

// Same tells whether two names of sources read alike.
func Same(a, b string) bool { return phrase(a) == phrase(b) }

// Bare is the clause that states a form by its name alone: the value that the form could
// set stays that of the rule.
func (f *Form) Bare() Clause { return Clause{f, nil} }

// Of is the clause that states a form of a format, and of what excuses that format beside
// it, which may be empty.
func (f *Form) Of(format, unless string) Clause {
	return Clause{f, slots{"fmt": format, "without": unless}}
}

// AtMost is a level, or the highest that the form asks for.
func (f *Form) AtMost(level gate.Level) gate.Level {
	if f.warns && level == gate.Deny {
		return gate.Warn
	}
	return level
}

// Level is the one that the words of a clause demand.
func (c Clause) Level() gate.Level {
	level := c.level
	switch {
	case c.slots["must"] == "should" || c.slots["need"] == "recommended":
		level = gate.Warn
	case c.slots["need"] == "optional":
		level = gate.Ignore
	case level == "":
		level = gate.Deny
	}
	return c.AtMost(level)
}

// Worded tells whether the level comes from a word of the clause.
func (c Clause) Worded() bool {
	return c.slots["must"] != "" || c.slots["need"] != "" || c.In&(RemoteCode|CustomCode) != 0
}

// Environment is the one that a clause holds for, or empty for all.
func (c Clause) Environment() string { return c.slots["env"] }

// Options are what a clause sets of its rule.
func (c Clause) Options() map[string]any {
	if c.options == nil || c.slots == nil && c.Value != "" {
		return nil
	}
	return c.options(c.slots)
}

// about tells whether the source that a clause names, if any, is the one below which it
// stands.
func (c Clause) about(source string) bool {
	named := c.slots["src"]
	switch {
	case named == "":
		return true
	case source != "":
		return named == phrase(source)
	}
	return named == "hugging_face"
}

// splits are the words at which a sentence of a place falls into clauses.
func (p Place) splits() []string {
	switch p {
	case Enforcement:
		return []string{"--", ";", ",", "+", "and"}
	case RemoteCode, Checksums, Signatures, Behaviour, Vulnerabilities:
		return []string{"--", ";", ","}
	}
	return []string{"--", ";"}
}

// phrase is the normal form of a name of several words.
func phrase(s string) string { return strings.Join(norms(tokens(s)), " ") }
