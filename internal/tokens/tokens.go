// Package tokens splits source code of the C family into words, strings and marks, with
// comments left out: enough to find a call and its arguments in JavaScript, TypeScript,
// JSX, Rust, Java, Kotlin and Go without their grammars.
package tokens

import (
	"strings"
	"unicode/utf8"
)

// Kind is the kind of a token.
type Kind byte

// The kinds of tokens.
const (
	Mark   Kind = iota // one byte of punctuation
	Word               // a name, a keyword or a number
	String             // a string whose value is known
	Partly             // a string with expressions in it; its value is empty
)

// Token is one token. Text is the value of a string, without quotes and escapes; Start
// and End are those of the text between the quotes.
type Token struct {
	Kind       Kind
	Text       string
	Start, End int
}

// Is tells that a token is the given word or mark.
func (t Token) Is(text string) bool { return t.Kind <= Word && t.Text == text }

// Syntax is what a language adds to the common ground.
type Syntax struct {
	Single    bool // '…' is a string, not a character
	Template  bool // `…${}…` is a string with expressions; "/" may begin a pattern
	Backquote bool // `…` is a raw string
	Rust      bool // r#"…"#, lifetimes, nested comments
	Triple    bool // """…""" is a string
}

// The languages.
var (
	JavaScript = Syntax{Single: true, Template: true}
	Rust       = Syntax{Rust: true}
	Java       = Syntax{Triple: true}
	Go         = Syntax{Backquote: true}
)

// Max bounds the tokens of one text; a text that gives so many was not read to its end.
const Max = 1 << 20

// Scan splits a text. It reads any text to its end, or to the greatest number of tokens.
func Scan(text string, syntax Syntax) []Token {
	s := &scanner{text: text, Syntax: syntax}
	for s.at < len(text) && len(s.out) < Max {
		s.next()
	}
	return s.out
}

// At is a token of a list, or an empty mark outside of it.
func At(list []Token, i int) Token {
	if i < 0 || i >= len(list) {
		return Token{}
	}
	return list[i]
}

type scanner struct {
	Syntax
	text string
	at   int
	out  []Token
	// open has, by the byte that begins it, where a string was found to have no end: one
	// that begins before is not tried again, so that no text takes quadratic time.
	open [256]int
}

func (s *scanner) emit(k Kind, text string, start, end int) {
	s.out = append(s.out, Token{k, text, start, end})
}

func (s *scanner) rest() string { return s.text[s.at:] }

func (s *scanner) next() {
	c := s.text[s.at]
	switch {
	case c <= ' ':
		s.at++
	case strings.HasPrefix(s.rest(), "//"):
		s.until("\n")
	case strings.HasPrefix(s.rest(), "/*"):
		s.comment()
	case s.Template && strings.HasPrefix(s.rest(), "<!--"):
		s.until("-->")
	case s.Triple && strings.HasPrefix(s.rest(), `"""`):
		s.raw(3, `"""`)
	case s.Rust && s.rustRaw():
	case c == '"' || c == '\'' && s.Single:
		s.quoted(c)
	case c == '\'':
		s.character()
	case c == '`' && s.Template:
		s.template()
	case c == '`' && s.Backquote:
		s.raw(1, "`")
	case c == '/' && s.Template && s.pattern():
	case word(c):
		start := s.at
		for s.at < len(s.text) && word(s.text[s.at]) {
			s.at++
		}
		s.emit(Word, s.text[start:s.at], start, s.at)
	default:
		s.emit(Mark, s.text[s.at:s.at+1], s.at, s.at+1)
		s.at++
	}
}

func word(c byte) bool {
	return c == '_' || c == '$' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf
}

// until skips to the end of a text that begins here.
func (s *scanner) until(end string) {
	i := strings.Index(s.rest(), end)
	if i < 0 {
		s.at = len(s.text)
		return
	}
	s.at += i + len(end)
}

func (s *scanner) comment() {
	if !s.Rust {
		s.at += 2
		s.until("*/")
		return
	}
	depth := 0
	for s.at < len(s.text) {
		switch {
		case strings.HasPrefix(s.rest(), "/*"):
			depth++
			s.at += 2
		case strings.HasPrefix(s.rest(), "*/"):
			depth--
			s.at += 2
			if depth == 0 {
				return
			}
		default:
			s.at++
		}
	}
}

// raw takes a string without escapes whose quote has n bytes.
func (s *scanner) raw(n int, end string) {
	start := s.at + n
	s.at = start
	if start < s.open['r'] {
		return
	}
	i := strings.Index(s.rest(), end)
	if i < 0 {
		s.open['r'] = len(s.text)
		return
	}
	s.emit(String, s.text[start:start+i], start, start+i)
	s.at = start + i + len(end)
}

// rustRaw takes r"…" and r#"…"#.
func (s *scanner) rustRaw() bool {
	rest := strings.TrimPrefix(s.rest(), "b")
	if !strings.HasPrefix(rest, "r") {
		return false
	}
	hashes := len(rest[1:]) - len(strings.TrimLeft(rest[1:], "#"))
	if hashes > 255 || !strings.HasPrefix(rest[1+hashes:], `"`) {
		return false
	}
	s.raw(len(s.rest())-len(rest)+hashes+2, `"`+strings.Repeat("#", hashes))
	return true
}

// quoted takes a string of one line; without an end on its line the quote is a mark, as
// an apostrophe in the text of a page is. Strings of Rust may span lines.
func (s *scanner) quoted(quote byte) {
	start := s.at + 1
	var b strings.Builder
	stop := len(s.text)
	for i := start; i < len(s.text) && start > s.open[quote]; i++ {
		switch c := s.text[i]; {
		case c == quote:
			s.emit(String, b.String(), start, i)
			s.at = i + 1
			return
		case c == '\\' && i+1 < len(s.text):
			i++
			if s.text[i] != '\n' {
				b.WriteString(unescape(s.text[i]))
			}
		case c == '\n' && !s.Rust:
			stop, i = i, len(s.text)
		default:
			b.WriteByte(c)
		}
	}
	s.open[quote] = max(s.open[quote], stop)
	s.emit(Mark, s.text[s.at:start], s.at, start)
	s.at = start
}

func unescape(c byte) string {
	switch c {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case 'r':
		return "\r"
	}
	return string(rune(c))
}

// character skips a character, or the mark of a lifetime.
func (s *scanner) character() {
	rest := s.text[s.at+1:]
	_, size := utf8.DecodeRuneInString(rest)
	switch {
	case strings.HasPrefix(rest, `\`):
		if i := strings.IndexByte(rest[min(2, len(rest)):min(len(rest), 16)], '\''); i >= 0 {
			s.at += 1 + min(2, len(rest)) + i + 1
			return
		}
	case len(rest) > size && rest[size] == '\'':
		s.at += 1 + size + 1
		return
	}
	s.at++
}

// template takes a template literal; expressions in it are not looked into.
func (s *scanner) template() {
	start := s.at + 1
	known := true
	for i := start; i < len(s.text) && start > s.open['`']; i++ {
		switch {
		case s.text[i] == '\\':
			i++
		case strings.HasPrefix(s.text[i:], "${"):
			known = false
			depth := 0
			for ; i < len(s.text); i++ {
				if s.text[i] == '{' {
					depth++
				} else if s.text[i] == '}' {
					if depth--; depth == 0 {
						break
					}
				}
			}
		case s.text[i] == '`':
			if known {
				s.emit(String, s.text[start:i], start, i)
			} else {
				s.emit(Partly, "", start, i)
			}
			s.at = i + 1
			return
		}
	}
	s.open['`'] = len(s.text)
	s.at = start
}

// pattern skips a regular expression, which may stand where no operand stands before.
func (s *scanner) pattern() bool {
	if n := len(s.out); n > 0 {
		last := s.out[n-1]
		if last.Kind >= String || last.Kind == Word && last.Text != "return" && last.Text != "typeof" || strings.Contains(")]}<", last.Text) {
			return false
		}
	}
	if s.at < s.open['/'] {
		return false
	}
	class := false
	i := s.at + 1
	for ; i < len(s.text) && s.text[i] != '\n'; i++ {
		switch s.text[i] {
		case '\\':
			i++
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if !class {
				s.at = i + 1
				return true
			}
		}
	}
	s.open['/'] = i
	return false
}

// Pairs gives for the index of each mark that opens a group that of the mark that closes
// it, the number of tokens where there is none; for other tokens it gives 0.
func Pairs(list []Token) []int {
	pairs := make([]int, len(list))
	var open []int
	for i, t := range list {
		if t.Kind != Mark {
			continue
		}
		switch t.Text {
		case "(", "[", "{":
			pairs[i] = len(list)
			open = append(open, i)
		case ")", "]", "}":
			if n := len(open); n > 0 {
				pairs[open[n-1]] = i
				open = open[:n-1]
			}
		}
	}
	return pairs
}

// maxArguments bounds the arguments that are told apart, and the tokens between them.
const (
	maxArguments = 64
	maxBetween   = 1024
)

// Arguments splits the group opened at index i at its commas: pairs of indices into list.
func Arguments(list []Token, pairs []int, i int) [][2]int {
	end := min(pairs[i], i+maxBetween*maxArguments)
	var out [][2]int
	start := i + 1
	for k, steps := i+1, 0; k <= end && len(out) < maxArguments && steps < maxBetween; k, steps = k+1, steps+1 {
		switch {
		case k == end || list[k].Is(","):
			if k > start {
				out = append(out, [2]int{start, k})
			}
			start = k + 1
		case pairs[k] > 0:
			k = min(pairs[k], end-1)
		}
	}
	return out
}
