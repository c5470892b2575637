package sentence

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// A pattern is written as the words of a clause in their normal form: "a|b" is one of
// two words, "[…]" may be absent, "{slot}" takes what the table of slots says.
type pattern []element

type element struct {
	words    []string
	slot     string
	optional pattern
}

// compiled are the patterns of the forms, in their order.
var compiled = sync.OnceValue(func() [][]pattern {
	out := make([][]pattern, len(forms))
	for i, f := range forms {
		for _, text := range f.patterns {
			out[i] = append(out[i], compile(text))
		}
	}
	return out
})

var patternToken = regexp.MustCompile(`\[|\]|[^\s\[\]]+`)

func compile(text string) pattern {
	parts := patternToken.FindAllString(text, -1)
	p, _ := sequence(parts)
	return p
}

// sequence compiles parts up to the bracket that closes them.
func sequence(parts []string) (pattern, []string) {
	var p pattern
	for len(parts) > 0 {
		part := parts[0]
		parts = parts[1:]
		switch {
		case part == "]":
			return p, parts
		case part == "[":
			var inner pattern
			inner, parts = sequence(parts)
			p = append(p, element{optional: inner})
		case strings.HasPrefix(part, "{"):
			p = append(p, element{slot: strings.Trim(part, "{}")})
		default:
			p = append(p, element{words: strings.Split(part, "|")})
		}
	}
	return p, nil
}

// slots are what the slots of a pattern took.
type slots map[string]string

// matcher matches the clauses of one sentence.
type matcher struct {
	// sources are the names of the approved sources as tokens.
	sources [][]string
	// wrongFormat is a word that stands where only a format can.
	wrongFormat string
}

// clause finds the form of a clause.
func (m *matcher) clause(words []token, in Place) (Clause, bool) {
	for i, patterns := range compiled() {
		if forms[i].In&in == 0 {
			continue
		}
		for _, p := range patterns {
			if got, ok := m.match(p, words); ok {
				return Clause{&forms[i], got}, true
			}
		}
	}
	return Clause{}, false
}

// match tells whether p consumes every word, and what its slots took.
func (m *matcher) match(p pattern, words []token) (slots, bool) {
	got := slots{}
	return got, m.from(p, words, got, nil)
}

// from matches p and then the rest, which is what follows the bracket around p.
func (m *matcher) from(p pattern, words []token, got slots, rest []pattern) bool {
	if len(p) == 0 {
		if len(rest) == 0 {
			return len(words) == 0
		}
		return m.from(rest[len(rest)-1], words, got, rest[:len(rest)-1])
	}
	e, after := p[0], p[1:]
	if e.optional != nil {
		outer := append(rest[:len(rest):len(rest)], after)
		return m.from(e.optional, words, got, outer) || m.from(after, words, got, rest)
	}
	if e.slot != "" {
		return m.slot(e.slot, words, func(value string, n int) bool {
			previous, had := got[e.slot]
			got[e.slot] = value
			if m.from(after, words[n:], got, rest) {
				return true
			}
			delete(got, e.slot)
			if had {
				got[e.slot] = previous
			}
			return false
		})
	}
	if len(words) == 0 {
		return false
	}
	for _, w := range e.words {
		if words[0].norm == w {
			return m.from(after, words[1:], got, rest)
		}
	}
	return false
}

// slot tries what a slot can take at the start of words.
func (m *matcher) slot(name string, words []token, then func(value string, n int) bool) bool {
	if len(words) == 0 {
		return false
	}
	w := words[0]
	switch name {
	case "src":
		if w.norm == "hugging_face" {
			return then(w.norm, 1)
		}
		for _, s := range m.sources {
			if starts(words, s) && then(strings.Join(s, " "), len(s)) {
				return true
			}
		}
		return false
	case "n":
		n, err := strconv.ParseInt(w.norm, 10, 32)
		return err == nil && n > 0 && then(w.norm, 1)
	case "fmt", "without":
		return m.format(w, then)
	case "key":
		return IsKey(w.raw) && !limiting[w.norm] && !notKeys[w.norm] && then(w.raw, 1)
	}
	return simple[name][w.norm] && then(w.norm, 1)
}

func (m *matcher) format(w token, then func(value string, n int) bool) bool {
	if f, ok := formatNames[w.raw]; ok {
		return then(f, 1)
	}
	if m.wrongFormat == "" && IsKey(w.raw) && then("", 1) {
		m.wrongFormat = w.raw
	}
	return false
}

// IsKey tells whether a sentence can name a signing key so.
func IsKey(name string) bool { return keyName.MatchString(name) }

var keyName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// notKeys are words that say what a key is like and not which it is.
var notKeys = set(`signing unknown untrusted unverified expired revoked weak other another every each all its their your my approved valid trusted`)

// simple are the words that the simple slots take.
var simple = map[string]map[string]bool{
	"must":   set("must should"),
	"need":   set("required recommended optional"),
	"env":    set("production research"),
	"op":     set("> >= over"),
	"moment": set("deployment deploy deploying use merge merging release production loading load download"),
	"scan":   set("safety security malware"),
	"class":  set("url source site host location"),
}

// formatNames are the words for the families of formats.
var formatNames = func() map[string]string {
	names := map[string]string{}
	for family, words := range map[string]string{
		"pickle":      "pickle pickles pkl dill cloudpickle",
		"torch":       "torch torch.save pytorch pt pth",
		"joblib":      "joblib",
		"safetensors": "safetensors safetensor",
		"onnx":        "onnx",
		"tflite":      "tflite",
		"gguf":        "gguf",
		"ggml":        "ggml",
		"hdf5":        "hdf5 h5",
		"keras":       "keras",
		"savedmodel":  "savedmodel saved_model",
		"npy":         "npy npz numpy",
		"skops":       "skops",
		"pmml":        "pmml",
		"rds":         "rds",
		"nemo":        "nemo",
		"executable":  "executable",
	} {
		for w := range strings.FieldsSeq(words) {
			names[w] = family
		}
	}
	return names
}()
