package jinja

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// token is a piece of a tag. Its kind is n(ame), s(tring), d(igits), o(perator), or 0 at
// the end of the tag.
type token struct {
	kind       byte
	text       string
	start, end int
}

// lexer reads a source, text by text and tag by tag.
type lexer struct {
	src    string
	pos    int    // of the next byte
	last   int    // end of the token that was taken last
	closer string // of the open tag
	nest   int    // open brackets in the tag
	peeked *token
	failed bool // the open tag is broken
	err    error
}

// fault keeps the first error and breaks the open tag.
func (l *lexer) fault(at int, err error) {
	l.failed = true
	if l.err == nil {
		line := 1 + strings.Count(l.src[:min(at, len(l.src))], "\n")
		l.err = fmt.Errorf("line %d: %w", line, err)
	}
}

// text moves over text and comments to the next tag and returns its opening, or "" at
// the end or behind a comment.
func (l *lexer) text() string {
	for {
		i := strings.IndexByte(l.src[l.pos:], '{')
		if i < 0 || l.pos+i+1 >= len(l.src) {
			l.pos = len(l.src)
			return ""
		}
		l.pos += i
		switch open := l.src[l.pos : l.pos+2]; open {
		case "{{", "{%":
			return open
		case "{#":
			end := strings.Index(l.src[l.pos:], "#}")
			if end < 0 {
				l.fault(l.pos, fmt.Errorf("a comment without end"))
				end = len(l.src) - l.pos - 2
			}
			l.pos += end + 2
		default:
			l.pos++
		}
	}
}

// open enters the tag that begins here.
func (l *lexer) open() {
	l.closer = map[byte]string{'{': "}}", '%': "%}"}[l.src[l.pos+1]]
	l.pos += 2
	l.nest, l.peeked, l.failed = 0, nil, false
	if l.pos < len(l.src) && (l.src[l.pos] == '-' || l.src[l.pos] == '+') {
		l.pos++
	}
}

// close leaves the open tag. What is left in it is an error.
func (l *lexer) close() {
	if t := l.peek(); t.kind != 0 {
		l.fault(t.start, fmt.Errorf("unexpected %.40q", t.text))
	}
	if l.peeked != nil && l.peeked.kind == 0 && !l.failed {
		l.pos = l.peeked.end
	} else if i := strings.Index(l.src[l.pos:], l.closer); i >= 0 {
		l.pos += i + 2
	} else {
		l.pos = len(l.src)
	}
	l.peeked, l.failed = nil, false
}

// peek is the next token of the open tag.
func (l *lexer) peek() token {
	if l.failed {
		return token{start: l.pos, end: l.pos}
	}
	if l.peeked == nil {
		t := l.scan()
		l.peeked = &t
	}
	return *l.peeked
}

// take takes the next token.
func (l *lexer) take() token {
	t := l.peek()
	if t.kind != 0 {
		l.pos, l.last, l.peeked = t.end, t.end, nil
		switch t.text {
		case "(", "[", "{":
			if t.kind == 'o' {
				l.nest++
			}
		case ")", "]", "}":
			if t.kind == 'o' {
				l.nest--
			}
		}
	}
	return t
}

func (l *lexer) scan() token {
	start := l.pos
	for start < len(l.src) && strings.IndexByte(" \t\r\n\v\f", l.src[start]) >= 0 {
		start++
	}
	rest := l.src[start:]
	if rest == "" {
		l.fault(start, fmt.Errorf("a tag without end"))
		return token{start: start, end: start}
	}
	if end := l.ending(rest); end > 0 {
		return token{start: start, end: start + end}
	}
	switch c := rest[0]; {
	case c == '\'' || c == '"':
		return l.quoted(start)
	case c >= '0' && c <= '9':
		n := 1
		for n < len(rest) && (letter(rest[n:]) > 0 || digit(rest[n]) || rest[n] == '.' && n+1 < len(rest) && digit(rest[n+1])) {
			n++
		}
		return token{'d', rest[:n], start, start + n}
	case letter(rest) > 0:
		n := 0
		for n < len(rest) && (letter(rest[n:]) > 0 || digit(rest[n])) {
			n += max(1, letter(rest[n:]))
		}
		return token{'n', rest[:n], start, start + n}
	}
	return l.operator(start, rest)
}

// ending is the length of the tag's end, with its sign, where rest begins with it. Inside
// brackets the same characters are operators.
func (l *lexer) ending(rest string) int {
	if l.nest > 0 {
		return 0
	}
	if strings.HasPrefix(rest, l.closer) {
		return 2
	}
	if (rest[0] == '-' || rest[0] == '+') && strings.HasPrefix(rest[1:], l.closer) {
		return 3
	}
	return 0
}

func (l *lexer) operator(start int, rest string) token {
	for _, op := range []string{"==", "!=", ">=", "<=", "//", "**"} {
		if strings.HasPrefix(rest, op) {
			return token{'o', op, start, start + 2}
		}
	}
	if strings.IndexByte("+-*/%~<>=.:|,;()[]{}", rest[0]) < 0 {
		l.fault(start, fmt.Errorf("unexpected character %q", rest[0]))
		return token{start: start, end: start}
	}
	return token{'o', rest[:1], start, start + 1}
}

func (l *lexer) quoted(start int) token {
	quote := l.src[start]
	for i := start + 1; i < len(l.src); i++ {
		switch l.src[i] {
		case '\\':
			i++
		case quote:
			return token{'s', unescape(l.src[start+1 : i]), start, i + 1}
		}
	}
	l.fault(start, fmt.Errorf("a string without end"))
	return token{start: start, end: start}
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// letter is the length of the letter that s begins with, or 0. All that is not ASCII is
// taken for one.
func letter(s string) int {
	switch c := s[0]; {
	case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		return 1
	case c >= utf8.RuneSelf:
		_, n := utf8.DecodeRuneInString(s)
		return n
	}
	return 0
}

// unescape decodes the escapes of a Python string.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		n := 0
		switch c := s[i]; c {
		case 'x':
			n = numeric(&b, s[i+1:], 2, 16)
		case 'u':
			n = numeric(&b, s[i+1:], 4, 16)
		case 'U':
			n = numeric(&b, s[i+1:], 8, 16)
		case '0', '1', '2', '3', '4', '5', '6', '7':
			n = octal(&b, s[i:]) - 1
		case 'N':
			n = named(&b, s[i+1:])
		case '\n':
		default:
			b.WriteString(simple(c))
		}
		i += n
	}
	return b.String()
}

func simple(c byte) string {
	if i := strings.IndexByte(`abfnrtv\'"`, c); i >= 0 {
		return "\a\b\f\n\r\t\v\\'\""[i : i+1]
	}
	return `\` + string(rune(c))
}

func numeric(b *strings.Builder, s string, digits, base int) int {
	if len(s) < digits {
		return 0
	}
	v, err := strconv.ParseUint(s[:digits], base, 32)
	if err != nil {
		return 0
	}
	b.WriteRune(rune(v))
	return digits
}

func octal(b *strings.Builder, s string) int {
	n := 1
	for n < len(s) && n < 3 && s[n] >= '0' && s[n] <= '7' {
		n++
	}
	return numeric(b, s, n, 8)
}

// named decodes \N{…}. The one character that matters to an attribute's name is known.
func named(b *strings.Builder, s string) int {
	end := strings.IndexByte(s, '}')
	if end < 0 || s[0] != '{' {
		return 0
	}
	c := '\ufffd'
	if strings.EqualFold(s[1:end], "LOW LINE") || strings.EqualFold(s[1:end], "SPACING UNDERSCORE") {
		c = '_'
	}
	b.WriteRune(c)
	return end + 1
}
