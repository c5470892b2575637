package namespace

import (
	"slices"
	"strings"
)

// shape is a name in the forms that are compared.
type shape struct {
	name     string
	folded   string // lower case
	stripped string // without separators
	skeleton string // as it looks
	loose    string // as it looks at a glance
	letters  uint64 // which characters occur
	tokens   []string
	sorted   []string
}

func newShape(name string) shape {
	n := shape{name: name, folded: strings.ToLower(name), stripped: strip(name), tokens: tokens(name)}
	n.skeleton = skeleton(n.stripped)
	n.loose = skeleton(glances.Replace(n.stripped))
	n.letters = letters(n.stripped)
	n.sorted = slices.Sorted(slices.Values(n.tokens))
	return n
}

// entry is a protected publisher in the forms that are compared.
type entry struct {
	shape
	brands    []string
	lookalike []string // skeletons of the brands
	rotations []string // the name with its last words first, without separators
	models    map[string]bool
	prefixes  []string
	suffixes  []string
}

func newEntry(p Publisher) entry {
	e := entry{shape: newShape(p.Name), models: map[string]bool{}}
	e.brands = brands(&e.shape, p.Brands)
	for _, b := range e.brands {
		e.lookalike = append(e.lookalike, skeleton(b))
	}
	for i := 1; i < len(e.tokens) && len(e.stripped) >= 6; i++ {
		e.rotations = append(e.rotations, strings.Join(e.tokens[i:], "")+strings.Join(e.tokens[:i], ""))
	}
	for _, m := range p.Models {
		s := strip(m)
		if prefix, family := strings.CutSuffix(s, "*"); family {
			e.prefixes = append(e.prefixes, prefix)
		} else if suffix, family := strings.CutPrefix(s, "*"); family {
			e.suffixes = append(e.suffixes, suffix)
		} else {
			e.models[s] = true
		}
	}
	return e
}

// publishes tells whether the stripped name of a model is one of the publisher's.
func (e *entry) publishes(model string) bool {
	return e.models[model] ||
		slices.ContainsFunc(e.prefixes, func(p string) bool { return strings.HasPrefix(model, p) }) ||
		slices.ContainsFunc(e.suffixes, func(s string) bool { return strings.HasSuffix(model, s) })
}

// brands are the words by which a publisher is known: its name if that is long enough to
// be one, and what its name has beside generic words. A community does not own the name
// that it stands for.
func brands(n *shape, further []string) []string {
	var out []string
	if len(n.stripped) >= 6 {
		out = append(out, n.stripped)
	}
	var own []string
	for _, t := range n.tokens {
		if !affixes[t] {
			own = append(own, t)
		}
	}
	if len(own) == 1 && len(own[0]) >= 5 && !slices.Contains(n.tokens, "community") {
		further = append([]string{own[0]}, further...)
	}
	for _, b := range further {
		if b = strip(b); !slices.Contains(out, b) {
			out = append(out, b)
		}
	}
	return out
}

// strip is a name in lower case without separators.
func strip(name string) string {
	clean := true
	for i := range len(name) {
		if c := name[i]; c == '-' || c == '_' || c == '.' || 'A' <= c && c <= 'Z' {
			clean = false
			break
		}
	}
	if clean {
		return name
	}
	return separators.Replace(strings.ToLower(name))
}

var separators = strings.NewReplacer("-", "", "_", "", ".", "")

// skeleton is what a stripped name looks like: one form for all characters that are
// taken for each other. The idea is that of https://www.unicode.org/reports/tr39/.
func skeleton(stripped string) string { return digits.Replace(pairs.Replace(stripped)) }

var (
	pairs  = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d")
	digits = strings.NewReplacer("i", "l", "1", "l", "|", "l", "0", "o", "5", "s", "3", "e", "4", "a",
		"7", "t", "8", "b", "6", "g", "9", "g", "2", "z")
	// glances are what is overlooked in one direction only: "nn" is taken for "m", and a
	// capital "Q" for "O".
	glances = strings.NewReplacer("nn", "m", "q", "o")
)

// letters has a bit for each character of a stripped name.
func letters(stripped string) uint64 {
	var set uint64
	for i := range len(stripped) {
		set |= 1 << (stripped[i] & 63)
	}
	return set
}

// tokens are the words of a name in lower case: split at separators, at changes of case
// and between letters and digits.
func tokens(name string) []string {
	var out []string
	for start := 0; start < len(name); {
		end := wordEnd(name, start)
		if end == start {
			start++
			continue
		}
		out = append(out, strings.ToLower(name[start:end]))
		start = end
	}
	return out
}

// wordEnd is where the word that begins at start ends; start itself at a separator.
func wordEnd(s string, start int) int {
	run := func(i int, is func(byte) bool) int {
		for i < len(s) && is(s[i]) {
			i++
		}
		return i
	}
	switch c := s[start]; {
	case isDigit(c):
		return run(start, isDigit)
	case isLower(c):
		return run(start, isLower)
	case isUpper(c):
		end := run(start, isUpper)
		if end == start+1 {
			return run(end, isLower)
		}
		if end < len(s) && isLower(s[end]) {
			return end - 1 // the last capital begins the next word
		}
		return end
	}
	return start
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// generic tells that the stripped name of a model says nothing of its publisher.
func generic(model string) bool { return len(model) < 4 || genericModels[model] }

var genericModels = set(`model models test testing demo tokenizer lora checkpoint checkpoints bert gpt2 llama base
	small large tiny default main adapter weights dataset example tutorial mymodel testmodel finetuned`)

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}
