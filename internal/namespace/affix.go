package namespace

import "strings"

// affixes are the generic words that are added to a name to seem to belong to it.
var affixes = set(`ai hf org orgs team teams lab labs research researcher official officials community
	communities model models inc corp co ltd llm llms hub foundation release releases real true the verified
	verify support security cloud dev devs group global open source oss opensource project app platform tech
	io net com us usa cn eu weights mirror backup archive new v2 2 online public internal beta staff admin`)

// weakAffixes are further ones, which say less.
var weakAffixes = set("vip get my hq")

// plumbing are words that names of unrelated publishers share, as affixes are.
var plumbing = set("testing internal")

// affixesLookalike are the affixes as they look.
var affixesLookalike = func() map[string]bool {
	out := map[string]bool{}
	for a := range affixes {
		out[skeleton(a)] = true
	}
	return out
}()

// longestAffix bounds how far an affix is looked for.
const longestAffix = 11

// around finds word in a name with only affixes before and after it, or nothing where
// bare says so, and returns those.
func around(name, word string, in map[string]bool, bare bool) (before, after string, ok bool) {
	for from := 0; ; {
		i := strings.Index(name[from:], word)
		if i < 0 {
			return "", "", false
		}
		i += from
		before, after = name[:i], name[i+len(word):]
		if (before != "" || after != "" || bare) && onlyAffixes(before, in) && onlyAffixes(after, in) {
			return before, after, true
		}
		from = i + 1
	}
}

// claims tells whether affixes say that a name is the true one.
func claims(affixes string) bool {
	for _, claim := range []string{"official", "verified", "verify", "real", "true"} {
		if strings.Contains(affixes, claim) {
			return true
		}
	}
	return false
}

// onlyAffixes tells whether what is left of a name is nothing, one or two affixes,
// digits, or an affix and digits.
func onlyAffixes(rest string, in map[string]bool) bool {
	if rest == "" || in[rest] {
		return true
	}
	word := strings.TrimRight(rest, "0123456789")
	if word == "" || word != rest && in[word] {
		return true
	}
	for i := 1; i < len(rest) && i <= longestAffix; i++ {
		if in[rest[:i]] && in[rest[i:]] {
			return true
		}
	}
	return false
}
