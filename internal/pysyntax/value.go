package pysyntax

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// strMode tells how the text of a Str is decoded.
type strMode uint8

const (
	strTokens   strMode = iota // one or more string tokens
	strPiece                   // a piece of an f-string
	strRawPiece                // a piece of a raw f-string
)

// Value is the decoded constant: escapes are resolved and adjacent strings joined. The
// value of bytes is the bytes. An unknown escape stays as it is, as in Python.
func (s *Str) Value() string {
	var b strings.Builder
	switch s.mode {
	case strPiece, strRawPiece:
		text := s.Raw
		if s.mode == strPiece {
			unescape(&b, text, false)
			text = b.String()
			b.Reset()
		}
		if !strings.ContainsAny(text, "{}") {
			return text
		}
		return strings.NewReplacer("{{", "{", "}}", "}").Replace(text)
	}
	for i := 0; i < len(s.Raw); {
		switch c := s.Raw[i]; {
		case c == '#':
			for i < len(s.Raw) && s.Raw[i] != '\n' && s.Raw[i] != '\r' {
				i++
			}
		case c == '\'' || c == '"' || class[c] == cWord:
			i = decodeToken(&b, s.Raw, i)
		default:
			i++
		}
	}
	return b.String()
}

// decodeToken decodes the string token at i and returns the offset behind it.
func decodeToken(b *strings.Builder, raw string, i int) int {
	open := i
	for open < len(raw) && class[raw[open]] == cWord {
		open++
	}
	if open == len(raw) {
		return open
	}
	prefix := raw[i:open]
	n := quotes(raw, open)
	if open+n > len(raw) {
		return len(raw)
	}
	bodyEnd, end, _ := stringEnd(raw, open, n)
	body := raw[min(open+n, bodyEnd):bodyEnd]
	if isRaw(prefix) {
		b.WriteString(strings.ReplaceAll(body, "\r\n", "\n"))
	} else {
		unescape(b, body, isBytes(prefix))
	}
	return end
}

// unescape writes the text of a literal with its escapes resolved.
func unescape(b *strings.Builder, s string, bytes bool) {
	for {
		i := strings.IndexAny(s, "\\\r")
		if i < 0 || i+1 == len(s) {
			b.WriteString(s)
			return
		}
		b.WriteString(s[:i])
		if s[i] == '\r' {
			b.WriteByte('\n')
			s = strings.TrimPrefix(s[i+1:], "\n")
			continue
		}
		n := escape(b, s[i+1:], bytes)
		if n == 0 {
			b.WriteString(s[i : i+1])
		}
		s = s[i+1+n:]
	}
}

var simpleEscapes = map[byte]string{'\n': "", '\\': "\\", '\'': "'", '"': "\"", 'a': "\a", 'b': "\b",
	'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v"}

// escape writes what the escape that s begins with stands for, and returns its length,
// or 0 where it is none.
func escape(b *strings.Builder, s string, bytes bool) int {
	c := s[0]
	if text, ok := simpleEscapes[c]; ok {
		b.WriteString(text)
		return 1
	}
	switch {
	case c == '\r':
		return len(s) - len(strings.TrimPrefix(s[1:], "\n"))
	case c >= '0' && c <= '7':
		n := 1
		for n < min(3, len(s)) && s[n] >= '0' && s[n] <= '7' {
			n++
		}
		return character(b, s[:n], 0, 8, bytes)
	case c == 'x':
		return character(b, s[:min(3, len(s))], 1, 16, bytes)
	case bytes:
		return 0
	case c == 'u':
		return character(b, s[:min(5, len(s))], 1, 16, false)
	case c == 'U':
		return character(b, s[:min(9, len(s))], 1, 16, false)
	case c == 'N':
		return named(b, s)
	}
	return 0
}

// character writes the character whose number stands in s from a letter on.
func character(b *strings.Builder, s string, from, base int, bytes bool) int {
	v, err := strconv.ParseUint(s[from:], base, 32)
	if err != nil || from == 1 && len(s) != 3 && len(s) != 5 && len(s) != 9 {
		return 0
	}
	switch {
	case bytes:
		b.WriteByte(byte(v))
	case v > utf8.MaxRune:
		return 0
	default:
		b.WriteRune(rune(v))
	}
	return len(s)
}

// named writes the ASCII letter or low line of \N{NAME}; other names stay.
func named(b *strings.Builder, s string) int {
	end := strings.IndexByte(s, '}')
	if end < 0 || !strings.HasPrefix(s, "N{") {
		return 0
	}
	name := strings.ToUpper(s[2:end])
	letter, capital := strings.CutPrefix(name, "LATIN CAPITAL LETTER ")
	if !capital {
		letter, _ = strings.CutPrefix(name, "LATIN SMALL LETTER ")
		letter = strings.ToLower(letter)
	}
	switch {
	case len(letter) == 1:
		b.WriteString(letter)
	case name == "LOW LINE":
		b.WriteByte('_')
	case name == "FULL STOP":
		b.WriteByte('.')
	default:
		return 0
	}
	return end + 1
}

// Int is the value of an integer as written in Python 2 or 3.
func (n *Number) Int() (int64, bool) {
	s := strings.TrimRight(strings.ReplaceAll(n.Raw, "_", ""), "lL")
	if len(s) > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9' {
		if strings.Trim(s, "0") == "" {
			return 0, true
		}
		v, err := strconv.ParseInt(s, 8, 64)
		return v, err == nil
	}
	v, err := strconv.ParseInt(s, 0, 64)
	return v, err == nil
}
