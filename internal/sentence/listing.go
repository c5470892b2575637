package sentence

import "slices"

// Patterns are the wordings of a form, for the documentation: "[…]" may be absent, "a|b"
// is one of two words, "{slot}" stands for words.
func (f *Form) Patterns() []string { return slices.Clone(f.patterns) }

// FormatNames has the words for each family of formats.
func FormatNames() map[string][]string {
	out := map[string][]string{}
	for word, family := range formatNames {
		out[family] = append(out[family], word)
	}
	for _, words := range out {
		slices.Sort(words)
	}
	return out
}
