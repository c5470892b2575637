package namespace

import (
	"slices"
	"strings"
)

// step compares a name with one publisher. A match of tier None is none.
type step func(n *shape, p *entry) Match

// steps are tried one after the other over all publishers, from the surest relation to
// the weakest; the first that holds for any publisher decides.
var steps = []step{homoglyph, separator, glance, edit, wordSwap, association, near, weak, faint}

func homoglyph(n *shape, p *entry) Match {
	if n.skeleton != p.skeleton || n.stripped == p.stripped {
		return Match{}
	}
	return Match{Relation: Homoglyph, Tier: Critical, Distance: distance(n, &p.shape)}
}

func separator(n *shape, p *entry) Match {
	if n.stripped != p.stripped {
		return Match{}
	}
	return Match{Relation: Separator, Tier: High}
}

func glance(n *shape, p *entry) Match {
	if n.loose != p.skeleton {
		return Match{}
	}
	return Match{Relation: Homoglyph, Tier: High, Distance: distance(n, &p.shape)}
}

func edit(n *shape, p *entry) Match {
	d := distance(n, &p.shape)
	s, t := n.stripped, p.stripped
	length := min(len(s), len(t))
	if d >= far || length < 4 {
		return Match{}
	}
	m := Match{Relation: Edit, Distance: d}
	switch {
	case d == 1 && length == 4 && !transposed(s, t) && !doubled(s, t):
	case d == 1 && length == 5 && s[0] != t[0]:
	case d == 1 && digitOnly(s, t):
		m.Tier = Low
	case d == 1:
		m.Tier = High
	case d == 2 && length >= 10 && s[0] == t[0] && !digitOnly(s, t) &&
		commonPrefix(s, t)+commonSuffix(s, t) >= length-3:
		m.Tier = Medium
	}
	return m
}

func wordSwap(n *shape, p *entry) Match {
	swapped := len(n.tokens) > 1 && slices.Equal(n.sorted, p.sorted) && !slices.Equal(n.tokens, p.tokens)
	if !swapped && !slices.Contains(p.rotations, n.stripped) {
		return Match{}
	}
	return Match{Relation: WordSwap, Tier: High, Distance: distance(n, &p.shape)}
}

// association holds where a name is a brand of the publisher beside generic words. It is
// surer where those claim to be the true one, and where the brand is only what it looks
// like.
func association(n *shape, p *entry) Match {
	m := Match{Relation: Association, Distance: distance(n, &p.shape)}
	for i, brand := range p.brands {
		bare := brand != p.stripped
		if before, after, ok := around(n.stripped, brand, affixes, bare); ok {
			m.Tier = Medium
			if claims(before) || claims(after) {
				m.Tier = High
			}
			return m
		}
		if len(brand) < 6 {
			continue
		}
		if _, _, ok := around(n.skeleton, p.lookalike[i], affixesLookalike, bare); ok {
			m.Tier = High
		}
	}
	return m
}

func near(n *shape, p *entry) Match {
	d := distance(n, &p.shape)
	if d >= far || min(len(n.stripped), len(p.stripped)) < 8 || digitOnly(n.stripped, p.stripped) || hidden(n, p) {
		return Match{}
	}
	return Match{Relation: Near, Tier: Medium, Distance: d}
}

// hidden tells that two names are near each other only since they share a long generic
// word: what is left of them is too far apart for its length.
func hidden(n *shape, p *entry) bool {
	rest := func(a, b *shape) (string, bool) {
		left, shared := "", false
		for _, t := range a.tokens {
			switch common := slices.Contains(b.tokens, t); {
			case !common:
				left += t
			case !affixes[t] && !plumbing[t]:
				return "", false
			default:
				shared = true
			}
		}
		return left, shared
	}
	s, shared := rest(n, &p.shape)
	t, _ := rest(&p.shape, n)
	return shared && alignment(s, t) > max(1, min(len(s), len(t))/5)
}

func weak(n *shape, p *entry) Match {
	s, t := n.stripped, p.stripped
	d, length := distance(n, &p.shape), min(len(s), len(t))
	m := Match{Relation: Weak, Distance: d}
	if d == 1 && length >= 3 || d == 2 && length >= 8 || branded(s, p) || named(n, p) {
		m.Tier = Low
	}
	return m
}

// branded tells that a name begins or ends with a brand.
func branded(s string, p *entry) bool {
	return slices.ContainsFunc(p.brands, func(b string) bool {
		return len(b) >= 5 && (strings.HasPrefix(s, b) || strings.HasSuffix(s, b))
	})
}

// named tells that the publisher's name is a word of a name, or all of it but generic
// words.
func named(n *shape, p *entry) bool {
	if len(p.stripped) < 3 {
		return false
	}
	if slices.Contains(n.tokens, p.stripped) {
		return true
	}
	for _, rest := range []func(string, string) (string, bool){strings.CutPrefix, strings.CutSuffix} {
		if left, ok := rest(n.stripped, p.stripped); ok && (weakAffixes[left] || onlyAffixes(left, affixes)) {
			return true
		}
	}
	return false
}

// faint is two typing errors in a short name.
func faint(n *shape, p *entry) Match {
	d := distance(n, &p.shape)
	if d >= far || min(len(n.stripped), len(p.stripped)) < 5 {
		return Match{}
	}
	return Match{Relation: Faint, Distance: d, Tier: Low}
}
