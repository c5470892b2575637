package python

import (
	"path"
	"regexp"
	"strings"
)

// skim reads the tokens of a text, without parsing it, and tells whether it may have
// anything that survey finds. Most files have nothing, and this is the cheapest way to
// know. It may be wrong only by saying yes.
func skim(text, file string) bool {
	s := skimmer{filter: newFilter(text, file), src: text}
	return s.run()
}

// skimmer walks over a text.
type skimmer struct {
	*filter
	src      string
	i        int
	depth    int  // of brackets
	fresh    bool // nothing stands on the logical line so far
	module   bool // the line is an import, up to the names that it binds
	imports  bool // those names
	defines  bool // the head of a function or class, up to its colon
	dot      bool // the last token was a dot
	strings  int  // tokens of the string that was read last, side by side
	from, to int  // that string
	value    []byte
	// odd says that it has escapes or fields that are not read here, formatted that it has
	// fields.
	odd, formatted bool
	// piece says that one of its tokens names a model by itself, joined that one is a format
	// string.
	piece, joined bool
	doc           bool // it began its line
}

func (s *skimmer) run() bool {
	s.newline()
	for s.i < len(s.src) {
		c := s.src[s.i]
		switch {
		case c == ' ' || c == '\t' || c == '\f':
			s.i++
		case c == '\n' || c == '\r':
			if s.depth == 0 {
				if s.endString(true) {
					return true
				}
				s.newline()
			}
			s.i++
		case c == '#':
			if n := strings.IndexAny(s.src[s.i:], "\r\n"); n >= 0 {
				s.i += n
			} else {
				s.i = len(s.src)
			}
		case c == '\\':
			s.i += 2 // the end of a line that goes on
			if strings.HasPrefix(s.src[s.i-1:], "\r\n") {
				s.i++
			}
		case c == '"' || c == '\'':
			if s.str(s.i) {
				return true
			}
		case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80:
			if s.name() {
				return true
			}
		default:
			if s.endString(false) {
				return true
			}
			s.punctuation(c)
		}
	}
	return s.depth != 0 || s.endString(true)
}

func (s *skimmer) newline() {
	s.fresh, s.module, s.imports, s.defines, s.dot = true, false, false, false, false
}

func (s *skimmer) punctuation(c byte) {
	s.fresh, s.dot = false, c == '.'
	switch c {
	case '(', '[', '{':
		s.depth++
	case ')', ']', '}':
		s.depth = max(0, s.depth-1)
	case ';':
		if s.depth == 0 {
			s.newline()
		}
	case ':':
		s.defines = s.defines && s.depth > 0
	}
	s.i++
}

// name reads an identifier, a keyword, or the prefix of a string.
func (s *skimmer) name() bool {
	start := s.i
	for s.i < len(s.src) {
		c := s.src[s.i]
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c < 0x80 {
			break
		}
		if c >= 0x80 {
			return true // another writing of some name
		}
		s.i++
	}
	id := s.src[start:s.i]
	if len(id) <= 2 && s.i < len(s.src) && (s.src[s.i] == '"' || s.src[s.i] == '\'') && strings.Trim(id, "rRbBuUfFtT") == "" {
		return s.str(start)
	}
	if s.endString(false) {
		return true
	}
	dot := s.dot
	s.module = s.module || s.fresh && id == "from"
	s.imports = s.imports || (s.fresh || s.module) && id == "import"
	s.defines = s.defines || id == "def" || id == "class"
	s.fresh, s.dot = false, false
	if w := words[id]; w != nil && (w.tells || !s.unused() && s.fits(w, !dot && !s.imports && !s.stars)) {
		return true
	}
	return s.depth > 0 && !s.defines && (flagNames[id] || genericKeywords[id]) && s.keyword()
}

// unused tells that a name is that of a module, or one that is defined here.
func (s *skimmer) unused() bool { return s.module && !s.imports || s.defines && s.depth == 0 }

// keyword tells whether an "=" follows that is no comparison.
func (s *skimmer) keyword() bool {
	rest := strings.TrimLeft(s.src[s.i:], " \t")
	return strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "==")
}

// str reads one token of a string, whose prefix begins at an offset.
func (s *skimmer) str(start int) bool {
	quote := s.src[s.i : s.i+1]
	if strings.HasPrefix(s.src[s.i:], quote+quote+quote) {
		quote = s.src[s.i : s.i+3]
	}
	body := s.i + len(quote)
	end := body
	for {
		if end >= len(s.src) {
			return true // without an end
		}
		if s.src[end] == '\\' {
			end += 2
			continue
		}
		if len(quote) == 1 && (s.src[end] == '\n' || s.src[end] == '\r') {
			return true
		}
		if s.src[end] == quote[0] && strings.HasPrefix(s.src[end:], quote) {
			break
		}
		end++
	}
	text, format := s.src[body:end], strings.ContainsAny(s.src[start:s.i], "fFtT")
	if format && s.fields(text) {
		return true
	}
	if s.strings == 0 {
		s.piece, s.joined = false, false
		s.from, s.doc, s.odd, s.formatted, s.value = start, s.fresh && s.depth == 0, false, false, s.value[:0]
	}
	// The pieces of a format string are looked at one by one.
	s.piece, s.joined = s.piece || strings.Contains(text, "/") && tellingValue(text), s.joined || format
	if s.piece && s.joined {
		return true
	}
	s.strings++
	s.append(s.src[start:s.i], s.src[body:end])
	s.to = end + len(quote)
	s.i, s.fresh, s.dot = s.to, false, false
	return false
}

// unusual matches escapes other than those of messages.
var unusual = regexp.MustCompile(`\\[^nt"'\\]`)

// append adds the value of a token.
func (s *skimmer) append(prefix, body string) {
	s.doc = s.doc && !strings.ContainsAny(prefix, "fFtT") // which a docstring cannot be
	fields := strings.ContainsAny(prefix, "fFtT") && strings.ContainsAny(body, "{}")
	s.odd, s.formatted = s.odd || fields, s.formatted || fields
	if s.odd || len(s.value) > maxText {
		return
	}
	if strings.ContainsAny(prefix, "rR") || strings.IndexByte(body, '\\') < 0 {
		s.value = append(s.value, body...)
		return
	}
	for i := 0; i < len(body); i++ {
		c := body[i]
		if c == '\\' && i+1 < len(body) {
			i++
			switch c = body[i]; c {
			case 'n', 't', 'r':
				c = '\n'
			case '\\', '"', '\'':
			case '\n':
				continue
			default:
				s.odd = true
				return
			}
		}
		s.value = append(s.value, c)
	}
}

// fields looks at the names in the fields of an f-string, and at its pieces.
func (s *skimmer) fields(text string) bool {
	if unusual.MatchString(text) {
		return true
	}
	for piece := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(`{}"'`, r) }) {
		if tellingRaw(piece) || strings.Contains(piece, "/") && tellingValue(piece) || len(piece) <= maxKey && namesModel(piece) {
			return true
		}
	}
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '{' && strings.HasPrefix(text[i:], "{{") && depth == 0:
			i++
		case c == '{':
			depth++
		case c == '}':
			depth = max(0, depth-1)
		case depth > 0 && (c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80):
			end := i
			for end < len(text) && (text[end] == '_' || text[end] >= '0' && text[end] <= '9' || text[end]|0x20 >= 'a' && text[end]|0x20 <= 'z' || text[end] >= 0x80) {
				end++
			}
			id := text[i:end]
			if w := words[id]; w != nil && (w.tells || s.fits(w, false)) || flagNames[id] || genericKeywords[id] || c >= 0x80 {
				return true
			}
			i = end - 1
		}
	}
	return false
}

// endString looks at the string that was read, once it is known what follows it. One that
// is all of its line is a docstring.
func (s *skimmer) endString(line bool) bool {
	n := s.strings
	s.strings = 0
	if n == 0 || line && s.doc {
		return false
	}
	raw := s.src[s.from:s.to]
	if inner := strings.Trim(raw, `-"'`); len(inner) <= maxKey && (namesModel(inner) || s.fits(words[inner], false)) {
		return true
	}
	if tellingRaw(raw) {
		return true
	}
	if !strings.Contains(raw, "/") {
		return false
	}
	return s.odd && (n > 1 || !s.formatted) || tellingValue(string(s.value))
}

// maxKey is how long a string may be that is looked at as a name.
const maxKey = 40

// tellingRaw tells by the writing of a string whether it may be a command or an option that
// names a model.
func tellingRaw(raw string) bool {
	if len(raw) > maxText {
		return true
	}
	if flagNames[strings.Trim(raw, `-"'`)] || strings.Contains(raw, "trust_remote_code") || strings.Contains(raw, "trust-remote-code") {
		return true
	}
	first := strings.TrimLeft(raw, "rRbBuUfF\"'")
	if i := strings.IndexAny(first, " \t\n\"'\\"); i >= 0 {
		first = first[:i]
	}
	return programs[path.Base(first)] || strings.Contains(raw, " --") || strings.HasPrefix(first, "--")
}

// tellingValue tells whether a text may name a model.
func tellingValue(v string) bool {
	_, ok := hub(v)
	return ok || scheme(v) || !strings.Contains(v, " ") && strings.HasSuffix(v, "/")
}
