package pysyntax

import "strings"

// isPrefix tells whether a word of one or two letters may stand before a string.
func isPrefix(s string) bool {
	switch len(s) {
	case 1:
		return strings.Contains("rbuft", lower(s))
	case 2:
		switch lower(s) {
		case "br", "rb", "ur", "fr", "rf", "tr", "rt":
			return true
		}
	}
	return false
}

func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}

func isFormat(prefix string) bool { return strings.ContainsAny(prefix, "fFtT") }
func isRaw(prefix string) bool    { return strings.ContainsAny(prefix, "rR") }
func isBytes(prefix string) bool  { return strings.ContainsAny(prefix, "bB") }

// quotes is how many quotes open the string whose first quote is at i: 1 or 3.
func quotes(src string, i int) int {
	if i+2 < len(src) && src[i+1] == src[i] && src[i+2] == src[i] {
		return 3
	}
	return 1
}

// stringEnd finds the closing quote of the string that opens with n quotes at i. Where
// there is none, the body ends with the line, or with the text if n is 3.
func stringEnd(src string, i, n int) (bodyEnd, end int, ok bool) {
	quote := src[i]
	for j := i + n; j < len(src); j++ {
		switch c := src[j]; {
		case c == '\\':
			j++
			if j+1 < len(src) && src[j] == '\r' && src[j+1] == '\n' {
				j++
			}
		case c == quote:
			if n == 1 {
				return j, j + 1, true
			}
			if j+2 < len(src) && src[j+1] == quote && src[j+2] == quote {
				return j, j + 3, true
			}
		case n == 1 && (c == '\n' || c == '\r'):
			return j, j, false
		}
	}
	return len(src), len(src), false
}

// str reads the string that starts at start with a prefix, and tells whether it has an
// end.
func (l *lexer) str(start int, prefix string) bool {
	if isFormat(prefix) {
		if l.fields < maxFields && l.failed < maxFailed && l.formatted(start, start+len(prefix), isRaw(prefix)) {
			return true
		}
		l.failed++
		l.error(start, "f-string was never closed, or is nested too deeply")
	}
	open := start + len(prefix)
	n := quotes(l.src, open)
	bodyEnd, end, ok := stringEnd(l.src, open, n)
	if n == 3 && l.failed < maxFailed {
		l.unclosed = l.unclosed || !ok
		ok = ok && !(l.wary && holdsCode(l.src[open+n:bodyEnd]))
	}
	switch {
	case ok:
	case n == 3 && l.failed < maxFailed:
		// What follows is rather code than a string that runs to the end of the file.
		l.error(start, "string was never closed")
		l.failed++
		end = open + 3
	default:
		l.error(start, "string was never closed")
	}
	l.emit(kString, start, end)
	l.pos = end
	if !ok && n == 1 && len(l.brackets) > l.lineAt && l.fields == 0 {
		l.closeBrackets(l.lineAt) // what closes them is in the string
	}
	return ok
}

// holdsCode tells whether a line of text starts a function or a class.
func holdsCode(text string) bool {
	for {
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			return false
		}
		text = text[i+1:]
		line := strings.TrimLeft(text, " \t")
		name, def := strings.CutPrefix(line, "def ")
		if !def {
			name, def = strings.CutPrefix(line, "class ")
		}
		if name = strings.TrimLeft(name, identChars); def && name != "" && (name[0] == '(' || name[0] == ':') {
			return true
		}
	}
}

const identChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"

// formatted reads an f-string with all its parts. Where it has no end, nothing is read.
func (l *lexer) formatted(start, open int, raw bool) bool {
	toks, brackets, errors := len(l.toks), len(l.brackets), len(l.errors)
	n := quotes(l.src, open)
	l.emit(kFStart, start, open+n)
	l.pos = open + n
	l.fields++
	ok := l.pieces(literal{quote: l.src[open], n: n, raw: raw})
	l.fields--
	if !ok {
		l.toks, l.brackets, l.errors, l.pos = l.toks[:toks], l.brackets[:brackets], l.errors[:errors], start
	}
	return ok
}

// literal is what ends the literal text of an f-string or of a format in it.
type literal struct {
	quote byte
	n     int
	raw   bool
	spec  bool // a format: it ends at a brace
}

// pieces reads literal text and fields up to the end of the f-string or format. It
// tells whether it found that end.
func (l *lexer) pieces(lit literal) bool {
	from := l.pos
	text := func() {
		if l.pos > from {
			l.emit(kFText, from, l.pos)
		}
	}
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == '\\':
			l.pos = l.escape(lit.raw)
		case c == '{' && (lit.spec || l.at(l.pos+1) != '{'):
			text()
			if !l.field(lit) {
				return false
			}
			from = l.pos
		case c == '}' && lit.spec:
			text()
			return true
		case c == '{' || c == '}' && l.at(l.pos+1) == '}':
			l.pos += 2
		case c == lit.quote && (lit.n == 1 || strings.HasPrefix(l.src[l.pos:], closing(c))):
			if lit.spec {
				return false
			}
			text()
			l.emit(kFEnd, l.pos, l.pos+lit.n)
			l.pos += lit.n
			return true
		case lit.n == 1 && (c == '\n' || c == '\r'):
			return false
		default:
			l.pos++
		}
	}
	return false
}

func closing(quote byte) string {
	if quote == '\'' {
		return "'''"
	}
	return `"""`
}

// escape is the offset behind the backslash at the position and what it escapes. A
// brace is never escaped by it.
func (l *lexer) escape(raw bool) int {
	switch c := l.at(l.pos + 1); {
	case c == '{' || c == '}':
		return l.pos + 1
	case c == '\r' && l.at(l.pos+2) == '\n':
		return l.pos + 3
	case c == 'N' && !raw && l.at(l.pos+2) == '{':
		for i := l.pos + 3; i < min(len(l.src), l.pos+100); i++ {
			if l.src[i] == '}' {
				return i + 1
			}
		}
	}
	return min(l.pos+2, len(l.src))
}

// field reads {expression!conversion:format}.
func (l *lexer) field(lit literal) bool {
	l.emit(kFOpen, l.pos, l.pos+1)
	l.pos++
	l.brackets = append(l.brackets, 'f')
	base := len(l.brackets)
	if base > 10*maxDepth || !l.scan(base) {
		return false
	}
	if l.src[l.pos] == '!' {
		end := l.pos + 1
		for end < len(l.src) && (isIdent(l.src[end]) || l.src[end] == ' ') {
			end++
		}
		l.emit(kFConv, l.pos, end)
		l.pos = end
	}
	if l.at(l.pos) == ':' {
		l.emit(kFSpec, l.pos, l.pos+1)
		l.pos++
		if l.fields++; l.fields > maxFields+1 {
			return false
		}
		ok := l.pieces(literal{lit.quote, lit.n, lit.raw, true})
		l.fields--
		if !ok {
			return false
		}
	}
	if l.at(l.pos) != '}' {
		return false
	}
	l.emit(kFClose, l.pos, l.pos+1)
	l.pos++
	l.brackets = l.brackets[:base-1]
	return true
}
