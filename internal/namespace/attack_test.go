package namespace

import "strings"

// imitate makes the variants of a name that somebody would register who wants to be taken
// for it: one class of attack after the other.
func imitate(name string) []variant {
	var out []variant
	seen := map[string]bool{strings.ToLower(name): true}
	add := func(class string, variants ...string) {
		for _, v := range variants {
			key := strings.ToLower(v)
			if strings.Trim(v, "-_.") == v && len(v) > 2 && !seen[key] && !strings.Contains(v, "--") {
				seen[key] = true
				out = append(out, variant{class, v, name})
			}
		}
	}
	one := homoglyphs(name)
	add("one homoglyph", spread(one, 4)...)
	for _, v := range spread(one, 3) {
		add("two homoglyphs", spread(homoglyphs(v), 1)...)
	}
	add("letters as one", replaceEach(name, "m", "rn", "w", "vv", "d", "cl", "rn", "m")...)
	add("overlooked", replaceEach(name, "m", "nn", "O", "Q")...)
	add("separator added", spread(inserted(name, "-_"), 3)...)
	add("separator removed", strings.NewReplacer("-", "", "_", "", ".", "").Replace(name))
	add("separator changed", strings.ReplaceAll(name, "-", "_"), strings.ReplaceAll(name, "-", "."))
	add("omission", spread(omitted(name), 3)...)
	add("doubling", spread(repeated(name), 2)...)
	add("insertion", spread(inserted(name, "aesx"), 2)...)
	add("substitution", spread(substituted(name), 3)...)
	add("transposition", spread(swapped(name), 3)...)
	for _, v := range spread(substituted(name), 2) {
		add("two edits", spread(omitted(v), 1)...)
	}
	add("suffix", name+"-ai", name+"-official", name+"hq", name+"-community", name+"-models")
	add("prefix", "the-"+name, "official-"+name, "real"+name)
	add("two affixes", name+"-ai-labs", "the"+name+"-team")
	add("number", name+"2", name+"-01")
	add("plural", name+"s")
	if words := strings.Split(name, "-"); len(words) == 2 {
		add("word swap", words[1]+"-"+words[0], words[1]+words[0])
	}
	for _, pair := range [][2]string{{"a", "а"}, {"e", "е"}, {"o", "ο"}, {"i", "і"}} {
		add("other script", replaceEach(name, pair[0], pair[1])...)
	}
	add("invisible", name[:2]+"\u200b"+name[2:])
	add("marks", name+"\u0301")
	return out
}

func homoglyphs(s string) []string {
	return replaceEach(s, "l", "I", "l", "1", "i", "l", "i", "1", "o", "0", "O", "0", "s", "5", "e", "3", "a", "4", "t", "7", "b", "8", "g", "9", "B", "8", "I", "l", "z", "2")
}

// replaceEach replaces one occurrence of each first string by the second.
func replaceEach(s string, pairs ...string) []string {
	var out []string
	for i := 0; i < len(pairs); i += 2 {
		if at := strings.Index(s, pairs[i]); at >= 0 {
			out = append(out, s[:at]+pairs[i+1]+s[at+len(pairs[i]):])
		}
	}
	return out
}

func omitted(s string) []string {
	var out []string
	for i := range len(s) {
		out = append(out, s[:i]+s[i+1:])
	}
	return out
}

func repeated(s string) []string {
	var out []string
	for i := range len(s) {
		out = append(out, s[:i+1]+s[i:])
	}
	return out
}

func swapped(s string) []string {
	var out []string
	for i := range len(s) - 1 {
		out = append(out, s[:i]+s[i+1:i+2]+s[i:i+1]+s[i+2:])
	}
	return out
}

func inserted(s, letters string) []string {
	var out []string
	for i := 1; i < len(s); i++ {
		c := letters[i%len(letters)]
		out = append(out, s[:i]+string(c)+s[i:])
	}
	return out
}

const rows = "qwertyuiop|asdfghjkl|zxcvbnm"

// substituted replaces each letter by its neighbour on the keyboard.
func substituted(s string) []string {
	var out []string
	for i := range len(s) {
		at := strings.IndexByte(rows, s[i]|0x20)
		if at < 0 || at+1 == len(rows) || rows[at+1] == '|' {
			continue
		}
		out = append(out, s[:i]+rows[at+1:at+2]+s[i+1:])
	}
	return out
}

// spread picks up to n of the variants, evenly.
func spread(all []string, n int) []string {
	if len(all) <= n {
		return all
	}
	out := make([]string, n)
	for i := range out {
		out[i] = all[(2*i+1)*len(all)/(2*n)]
	}
	return out
}

// permute makes the variants that tools against imitated domains and packages look for,
// https://github.com/elceef/dnstwist: every position, with a large alphabet.
func permute(name string) []variant {
	var out []variant
	seen := map[string]bool{strings.ToLower(name): true}
	add := func(class, v string) {
		if key := strings.ToLower(v); len(v) > 2 && v != "" && strings.Trim(v, "-_.") == v && !seen[key] {
			seen[key] = true
			out = append(out, variant{class, v, name})
		}
	}
	s := strings.ToLower(name)
	near := map[byte]string{'a': "qwsz", 'b': "vghn", 'c': "xdfv", 'd': "erfcxs", 'e': "wsdr", 'f': "rtgvcd", 'g': "tyhbvf",
		'h': "yujnbg", 'i': "ujko", 'j': "uikmnh", 'k': "iolmj", 'l': "kop", 'm': "njk", 'n': "bhjm", 'o': "iklp", 'p': "ol",
		'q': "wa", 'r': "edft", 's': "awedxz", 't': "rfgy", 'u': "yhji", 'v': "cfgb", 'w': "qase", 'x': "zsdc", 'y': "tghu", 'z': "asx"}
	look := map[string]string{"b": "8 lb 6", "d": "cl dl", "e": "3", "g": "q 9", "h": "lh", "i": "1 l", "k": "lk", "l": "1 i",
		"m": "rn nn", "n": "r m", "o": "0", "q": "g", "u": "v", "w": "vv", "s": "5", "z": "2", "rn": "m", "cl": "d", "vv": "w"}
	for i := range len(s) {
		add("omission", s[:i]+s[i+1:])
		add("repetition", s[:i+1]+s[i:])
		if i+1 < len(s) {
			add("transposition", s[:i]+s[i+1:i+2]+s[i:i+1]+s[i+2:])
			add("hyphenation", s[:i+1]+"-"+s[i+1:])
		}
		for j := range len(near[s[i]]) {
			add("replacement", s[:i]+near[s[i]][j:j+1]+s[i+1:])
			add("insertion", s[:i]+near[s[i]][j:j+1]+s[i:])
		}
		for from, to := range look {
			if strings.HasPrefix(s[i:], from) {
				for _, l := range strings.Fields(to) {
					add("homoglyph", s[:i]+l+s[i+len(from):])
				}
			}
		}
		if strings.IndexByte("aeiou", s[i]) >= 0 {
			for _, v := range strings.Fields("a e i o u") {
				add("vowel-swap", s[:i]+v+s[i+1:])
			}
		}
		for bit := range 7 {
			c := s[i] ^ 1<<bit
			if isLower(c) || isDigit(c) || c == '-' {
				add("bitsquatting", s[:i]+string(c)+s[i+1:])
			}
		}
	}
	for c := byte('a'); c <= 'z'; c++ {
		add("addition", s+string(c))
	}
	for _, word := range strings.Fields("login secure online support my get app cloud team dev hub official ai labs") {
		add("dictionary", s+"-"+word)
		add("dictionary", s+word)
		add("dictionary", word+"-"+s)
	}
	add("plural", s+"s")
	for i := 1; i < len(s); i++ {
		if s[i] == '-' {
			add("hyphen left out", s[:i]+s[i+1:])
		}
	}
	return out
}
