package sentence

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/modelgate/gate/internal/spelling"
)

// miss tells what a sentence may have meant of which a clause has the words that no form
// takes.
func (m *matcher) miss(text string, in Place, words []token) *Miss {
	if m.wrongFormat != "" {
		_, near := Format(m.wrongFormat)
		alone := in&(AllowedFormat|BlockedFormat) != 0 && len(words) == 1
		mentioned := slices.ContainsFunc(words, func(w token) bool { return w.norm == "format" || w.norm == "weight" })
		if len(near) > 0 || alone || mentioned {
			return &Miss{m.wrongFormat, near}
		}
	}
	return &Miss{"", Near(text, in)}
}

// Near are the forms that a sentence comes nearest to, else those that its place has
// first.
func Near(text string, in Place) []string {
	words := content(strings.ReplaceAll(text, "-", " "))
	type scored struct {
		form  int
		score float64
	}
	var near []scored
	for i := range forms {
		if s := likeness(words, i, in); s > 0.12 {
			near = append(near, scored{i, s})
		}
	}
	slices.SortStableFunc(near, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var out []string
	for _, s := range near {
		if len(out) < 3 && s.score > near[0].score/2 {
			out = appendNew(out, hint(forms[s.form]))
		}
	}
	for i := range forms {
		if len(near) == 0 && len(out) < 2 && forms[i].In&in != 0 {
			out = appendNew(out, hint(forms[i]))
		}
	}
	return out
}

// Format is the family of formats that a word names, or the names that it comes nearest to.
func Format(word string) (family string, near []string) {
	if family, ok := formatNames[strings.ToLower(word)]; ok {
		return family, nil
	}
	return "", spelling.Nearest(word, slices.Sorted(maps.Keys(formatNames)))
}

// stop are words that every form may have.
var stop = set("a an the all any be by for from has have in is it must of on or shared should that to via with and model models required")

// vocabulary has the words of each form and in how many forms a word is.
var vocabulary = sync.OnceValue(func() (v struct {
	words [][]string
	forms map[string]int
}) {
	v.forms = map[string]int{}
	for _, f := range forms {
		words := content(f.Example + " " + strings.ReplaceAll(f.Rule, "-", " "))
		for _, w := range words {
			v.forms[w]++
		}
		v.words = append(v.words, words)
	}
	return v
})

// content are the distinct words of a text that say something.
func content(text string) []string {
	var out []string
	for _, t := range tokens(text) {
		if !stop[t.norm] && len(t.norm) > 1 && !slices.Contains(out, t.norm) {
			out = append(out, t.norm)
		}
	}
	return out
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

func hint(f Form) string { return fmt.Sprintf("%-19s %q", cmp.Or(f.Rule, "the section"), f.Example) }

// likeness is the weight of the words that a sentence shares with a form, rare words
// first, as a part of the weight of both.
func likeness(words []string, form int, in Place) float64 {
	v := vocabulary()
	weight := func(w string) float64 { return 1 / float64(1+v.forms[w]) }
	var shared, all float64
	for _, w := range v.words[form] {
		all += weight(w)
		shared += weight(w) * closest(w, words)
	}
	if all == 0 {
		return 0
	}
	score := shared / all
	if forms[form].In&in != 0 {
		score *= 1.3
	}
	return score
}

// closest is how near a word of a form is to any word of the sentence.
func closest(w string, words []string) float64 {
	best := 0.0
	for _, other := range words {
		switch {
		case w == other:
			return 1
		case len(w) > 4 && len(other) > 4 && spelling.Distance(w, other, 1) == 1:
			best = max(best, 0.8)
		case len(w) >= 4 && len(other) >= 4 && w[:4] == other[:4]:
			best = max(best, 0.5)
		}
	}
	return best
}
