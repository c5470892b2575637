package sentence

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word or a sign of a sentence. Norm is what forms are matched with; raw is
// the word in lower case as it was written.
type token struct{ raw, norm string }

// maxTokens bounds a sentence; no form has half as many words.
const maxTokens = 64

// tokens normalises a sentence: case, dashes, numbers, plurals, synonyms, articles and
// remarks in brackets go; what may change the sense stays. A sentence that is too long
// has none.
func tokens(sentence string) []token {
	words := scan(strings.ToLower(sentence))
	if len(words) > maxTokens {
		return nil
	}
	words = withoutRemarks(words)
	for len(words) > 0 && (words[len(words)-1].norm == "." || words[len(words)-1].norm == "!") {
		words = words[:len(words)-1]
	}
	words = withSynonyms(words)
	kept := words[:0]
	for _, w := range words {
		if w.norm != "a" && w.norm != "an" && w.norm != "the" {
			kept = append(kept, w)
		}
	}
	return kept
}

// scan splits lower-case text into words and signs.
func scan(s string) []token {
	var out []token
	for i := 0; i < len(s) && len(out) <= maxTokens; {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case unicode.IsSpace(r):
			i += size
		case wordRune(r):
			end := wordEnd(s, i)
			out = append(out, word(s[i:end]))
			i = end
		default:
			sign, n := sign(s[i:])
			out = append(out, token{sign, sign})
			i += n
		}
	}
	return out
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// wordEnd is where the word at i ends: the signs of names and numbers bind their parts.
func wordEnd(s string, i int) int {
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !wordRune(r) {
			next, _ := utf8.DecodeRuneInString(s[i+size:])
			inner := strings.ContainsRune("-./'", r) && wordRune(next)
			thousands := r == ',' && unicode.IsDigit(rune(s[i-1])) && digits(s[i+size:]) == 3
			if !inner && !thousands {
				return i
			}
		}
		i += size
	}
	return i
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// sign is the sign at the start of s, all dashes as one, and its bytes.
func sign(s string) (string, int) {
	for _, pair := range [...][2]string{{">=", ">="}, {"<=", "<="}, {"≥", ">="}, {"≤", "<="},
		{"--", "--"}, {"—", "--"}, {"–", "--"}, {"―", "--"}, {"-", "--"}} {
		if strings.HasPrefix(s, pair[0]) {
			return pair[1], len(pair[0])
		}
	}
	_, size := utf8.DecodeRuneInString(s)
	return s[:size], size
}

func word(s string) token {
	if s[0] >= '0' && s[0] <= '9' {
		return token{s, number(s)}
	}
	return token{s, singular(s)}
}

// number writes 1,000 and 10k in digits; anything else it leaves.
func number(s string) string {
	plain := strings.ReplaceAll(s, ",", "")
	zeros := ""
	switch {
	case strings.HasSuffix(plain, "k"):
		zeros = "000"
	case strings.HasSuffix(plain, "m"):
		zeros = "000000"
	}
	if zeros != "" {
		plain = plain[:len(plain)-1]
	}
	if digits(plain) != len(plain) || plain == "" {
		return s
	}
	return plain + zeros
}

// singular takes the plural from a word; verbs lose their s too, forms likewise.
func singular(s string) string {
	switch {
	case len(s) <= 3 || strings.HasSuffix(s, "ss") || strings.HasSuffix(s, "us") || strings.HasSuffix(s, "is"):
		return s
	case strings.HasSuffix(s, "ies"):
		return s[:len(s)-3] + "y"
	case strings.HasSuffix(s, "shes"), strings.HasSuffix(s, "ches"), strings.HasSuffix(s, "xes"), strings.HasSuffix(s, "sses"):
		return s[:len(s)-2]
	case strings.HasSuffix(s, "s"):
		return s[:len(s)-1]
	}
	return s
}

// limiting are the words by which a remark changes the sense of its sentence: negations,
// conditions, exceptions, modals. Such a remark stays, and a form must have it.
var limiting = set(`not no non none never nor neither without unless except excepting exception excluding
	exclude excluded but only if when where while until till once after before during within outside inside
	other than besides apart instead otherwise or and either any anyone anything some most few fewer less
	more at least over under up about around approximately
	must should shall may might can could will would need have to be is are was isn't aren't don't
	required require mandatory optional recommended recommend allowed allow permitted permit never forbidden
	prohibited blocked block denied deny refused waived waive waiver exempt exempted bypass bypassed ignore
	ignored skip skipped disabled enabled suggested preferred advisory informational deprecated draft todo tbd
	planned future later soon eventually temporarily temporary pending partial partially soft effort possible
	applicable available practicable feasible warn warning`)

// scoping are further words that limit where the sentence of a remark holds.
var scoping = set(`for in on by via from with production prod research staging dev development test
	experimental internal external public private new old existing legacy`)

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
		out[singular(w)] = true
	}
	return out
}

// withoutRemarks drops brackets that only comment, such as "(community vetting)".
func withoutRemarks(words []token) []token {
	out := make([]token, 0, len(words))
	for i := 0; i < len(words); i++ {
		if words[i].norm == "(" {
			if n := remark(words[i:]); n > 0 {
				i += n - 1
				continue
			}
		}
		out = append(out, words[i])
	}
	return out
}

// remark is the number of tokens of the harmless bracket that words starts with, or 0.
func remark(words []token) int {
	for i, w := range words[1:] {
		switch r, _ := utf8.DecodeRuneInString(w.norm); {
		case w.norm == ")":
			return i + 2
		case limiting[w.norm] || scoping[w.norm] || !unicode.IsLetter(r):
			return 0
		case r > unicode.MaxASCII || strings.ContainsAny(w.raw, "-./'0123456789"):
			return 0
		}
	}
	return 0
}

// synonym is a sequence of words that stands for another.
type synonym struct{ from, to []string }

// synonyms by their first word, longest first.
var synonyms = func() map[string][]synonym {
	out := map[string][]synonym{}
	for _, line := range [...]string{
		"organisation = organization", "org = organization",
		"author = publisher", "uploader = publisher",
		"has to = must", "have to = must", "need to = must", "shall = must",
		"is required to = must", "are required to = must",
		"mandatory = required",
		"not required = optional", "not mandatory = optional", "is not required = optional",
		"forbidden = never", "prohibited = never", "not allowed = never", "not permitted = never",
		"permitted = allowed",
		"more than = >", "greater than = >",
		"at least = >=", "minimum of = >=", "or more = or_more",
		"huggingface = hugging_face", "hugging face = hugging_face", "hugging face hub = hugging_face",
		"huggingface hub = hugging_face", "hf = hugging_face", "hub = hugging_face", "the hub = hugging_face",
		"account = namespace", "prod = production",
		"chat = messaging", "messenger = messaging", "instant messaging = messaging",
		"e-mail = email", "mail = email",
		"hash = checksum", "sha-256 = checksum", "sha256 = checksum",
		"licence = license", "model card = model_card", "modelcard = model_card",
		"ci/cd = ci", "pre-commit = precommit",
	} {
		from, to, _ := strings.Cut(line, " = ")
		s := synonym{strings.Fields(from), strings.Fields(to)}
		list := append(out[s.from[0]], s)
		for i := len(list) - 1; i > 0 && len(list[i].from) > len(list[i-1].from); i-- {
			list[i], list[i-1] = list[i-1], list[i]
		}
		out[s.from[0]] = list
	}
	return out
}()

func withSynonyms(words []token) []token {
	out := make([]token, 0, len(words))
next:
	for i := 0; i < len(words); {
		for _, s := range synonyms[words[i].norm] {
			if starts(words[i:], s.from) {
				for _, to := range s.to {
					out = append(out, token{to, to})
				}
				i += len(s.from)
				continue next
			}
		}
		out = append(out, words[i])
		i++
	}
	return out
}

func starts(words []token, with []string) bool {
	if len(words) < len(with) {
		return false
	}
	for i, w := range with {
		if words[i].norm != w {
			return false
		}
	}
	return true
}

// clauses splits a sentence at its signs; each clause must bind.
func clauses(words []token, at []string) [][]token {
	var out [][]token
	from := 0
	for i, w := range words {
		if slices.Contains(at, w.norm) {
			out = append(out, words[from:i])
			from = i + 1
		}
	}
	return append(out, words[from:])
}

func norms(words []token) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.norm
	}
	return out
}
