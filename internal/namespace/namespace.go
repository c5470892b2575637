// Package namespace tells whether the name of a publisher of models imitates that of a
// well-known one: by characters that look alike, separators, typing errors, swapped words,
// or generic words added. It reads names only; which publishers are protected is data. The
// grammar of names is that of the Hub,
// https://huggingface.co/docs/hub/repositories-settings.
package namespace

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Publisher is a well-known publisher, whose name others may imitate.
type Publisher struct {
	Name string
	// Brands are words that stand for the publisher beside those that its name gives.
	Brands []string
	// Models are names of its models, without the namespace; one that ends or begins with
	// an asterisk stands for a family.
	Models []string
}

// Tier is how sure an imitation is.
type Tier int

// The tiers, from the weakest. Only Critical and High are sure enough to block.
const (
	None Tier = iota
	Low
	Medium
	High
	Critical
)

// String is the word for the tier.
func (t Tier) String() string { return [...]string{"none", "low", "medium", "high", "critical"}[t] }

// Relation is how a name resembles another.
type Relation string

// The relations, in the order in which they are looked for. The first that holds decides.
const (
	Unicode     Relation = "unicode"     // characters from outside ASCII
	Homoglyph   Relation = "homoglyph"   // characters that look alike
	Separator   Relation = "separator"   // other separators
	Edit        Relation = "edit"        // one or two typing errors
	WordSwap    Relation = "word-swap"   // the words in another order
	Association Relation = "association" // the name, and generic words
	Near        Relation = "near"        // two typing errors, or one beside generic words
	Weak        Relation = "weak"        // a short or a partial resemblance
	Faint       Relation = "faint"       // less, and only together with a model's name
)

// Match says whom a name imitates.
type Match struct {
	Target   string
	Relation Relation
	Distance int // edits, without separators
	Tier     Tier
	// Model says that the target has a model of the name that was asked for.
	Model bool
}

// maxName is the longest name that is looked at; registries have no longer ones.
const maxName = 96

// Index holds the publishers that are protected and those that are merely known.
type Index struct {
	protected []entry
	places    map[string]int    // of the protected ones, by the name in lower case
	known     map[string]bool   // lower case
	models    map[string]string // publisher by the stripped name of a model, no families
}

// New makes an index of the protected publishers and of further names that are no
// imitations.
func New(protected []Publisher, known []string) *Index {
	x := &Index{places: map[string]int{}, known: map[string]bool{}, models: map[string]string{}}
	for _, p := range protected {
		if p.Name != "" && len(p.Name) <= maxName {
			x.add(newEntry(p))
		}
	}
	for _, name := range known {
		x.known[strings.ToLower(name)] = true
	}
	return x
}

// With is the index with further protected publishers; those that it has already stay.
func (x *Index) With(names ...string) *Index {
	y := &Index{protected: slices.Clip(x.protected), places: maps.Clone(x.places), known: x.known, models: x.models}
	for _, name := range names {
		if name != "" && len(name) <= maxName && isASCII(name) && !y.protects(name) {
			y.place(newEntry(Publisher{Name: name}))
		}
	}
	return y
}

// Knows tells whether a name is that of a protected or a known publisher.
func (x *Index) Knows(name string) bool {
	return x.protects(name) || x.known[strings.ToLower(name)]
}

// Owner is the protected publisher that has a well-known model of a name, or empty.
func (x *Index) Owner(model string) string {
	s := strip(model)
	if generic(s) {
		return ""
	}
	return x.models[s]
}

// Compare says whom a name imitates, if anybody, when a model of it is asked for: the
// first relation that holds decides, or a later one to a publisher that has the model. The
// name of a known publisher imitates nobody.
func (x *Index) Compare(name, model string) (Match, bool) {
	if name == "" || len(name) > maxName || !isASCII(name) || x.Knows(name) {
		return Match{}, false
	}
	n := newShape(name)
	var first Match
	for _, step := range steps {
		m := x.best(&n, step, strip(model))
		if m.Model {
			return m, true
		}
		if first.Tier == None && m.Relation != Faint {
			first = m
		}
	}
	return first, first.Tier != None
}

// Imitated says whom a name with characters from outside ASCII imitates: the protected
// publisher of the same or of a similar look, else the name as it looks.
func (x *Index) Imitated(folded string) string {
	if i, ok := x.places[strings.ToLower(folded)]; ok {
		return x.protected[i].name
	}
	if m, ok := x.Compare(folded, ""); ok && m.Tier >= Medium {
		return m.Target
	}
	return folded
}

// best is the match of a step whose publisher has the model that is asked for, which
// leaves no doubt; then the surest, the nearest, the first of the list.
func (x *Index) best(n *shape, step step, model string) Match {
	var best Match
	for i := range x.protected {
		p := &x.protected[i]
		m := step(n, p)
		if m.Tier == None {
			continue
		}
		if m.Model = !generic(model) && p.publishes(model); m.Model {
			m.Tier = Critical
		}
		surer := cmp.Or(order(m.Model, best.Model), cmp.Compare(m.Tier, best.Tier), cmp.Compare(best.Distance, m.Distance))
		if best.Tier == None || surer > 0 {
			m.Target = p.name
			best = m
		}
	}
	return best
}

func (x *Index) add(e entry) {
	if x.protects(e.name) {
		return
	}
	x.place(e)
	for model := range e.models {
		if _, taken := x.models[model]; !taken {
			x.models[model] = e.name
		}
	}
}

func (x *Index) place(e entry) {
	x.places[e.folded] = len(x.protected)
	x.protected = append(x.protected, e)
}

func (x *Index) protects(name string) bool {
	_, ok := x.places[strings.ToLower(name)]
	return ok
}

// order compares as cmp.Compare does; true is more.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
