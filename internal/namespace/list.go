package namespace

import (
	_ "embed" // the lists
	"strings"
	"sync"
)

//go:embed protected.txt
var protectedText string

//go:embed known.txt
var knownText string

// Builtin is the index of the lists that are part of the program.
var Builtin = sync.OnceValue(func() *Index {
	return New(parseProtected(protectedText), strings.Fields(uncommented(knownText)))
})

// parseProtected reads lines "name: ~brand model family*".
func parseProtected(text string) []Publisher {
	var out []Publisher
	for line := range strings.Lines(uncommented(text)) {
		name, words, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name == "" {
			continue
		}
		p := Publisher{Name: name}
		for word := range strings.FieldsSeq(words) {
			if brand, ok := strings.CutPrefix(word, "~"); ok {
				p.Brands = append(p.Brands, brand)
			} else {
				p.Models = append(p.Models, word)
			}
		}
		out = append(out, p)
	}
	return out
}

func uncommented(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			out.WriteString(line)
		}
	}
	return out.String()
}
