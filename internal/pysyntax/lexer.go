package pysyntax

import "strings"

// lexer turns source into tokens whose brackets, indents and f-strings are balanced: it
// adds what is missing, leaves out what is too much, and notes each as an error.
type lexer struct {
	src    string
	pos    int
	toks   []token
	errors []Error

	indents  []int
	brackets []byte // the open ones: ( [ {, or f for a field of an f-string
	lineAt   int    // how many brackets were open at the start of the line
	fields   int    // depth of f-strings
	unclosed bool   // a triple-quoted string has no end
	wary     bool   // one such was found: a string that holds code is what lies between two
	failed   int    // f-strings and triple-quoted strings whose end was not found
}

// maxFailed bounds how often text is read again because a string has no end.
const maxFailed = 50

const (
	cOther = iota
	cSpace
	cNewline
	cWord
	cDigit
	cQuote
	cHash
	cBackslash
	cOpen
	cClose
	cOp
)

var class = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c >= 0x80:
			t[c] = cWord
		case c >= '0' && c <= '9':
			t[c] = cDigit
		}
	}
	for set, kind := range map[string]uint8{" \t\f": cSpace, "\r\n": cNewline, `'"`: cQuote, "#": cHash,
		`\`: cBackslash, "([{": cOpen, ")]}": cClose, "+-*/%@&|^~<>=!.,:;`": cOp} {
		for _, c := range []byte(set) {
			t[c] = kind
		}
	}
	return t
}()

func isIdent(c byte) bool { return class[c] == cWord || class[c] == cDigit }

// lex reads the whole source. Where a triple-quoted string has no end, some quotes
// before it are missing or too many, and all strings behind those are inside out: it is
// read again with that in mind.
func (l *lexer) lex() {
	l.read()
	if l.unclosed {
		*l = lexer{src: l.src, wary: true}
		l.read()
	}
}

func (l *lexer) read() {
	if strings.HasPrefix(l.src, "\ufeff") {
		l.pos = len("\ufeff")
	}
	if n := len(l.src)/4 + 16; cap(l.toks) < n {
		l.toks = make([]token, 0, n)
	}
	l.indents = append(l.indents, 0)
	l.lineStart()
	l.scan(-1)
	l.closeBrackets(0)
	if n := len(l.toks); n > 0 && l.toks[n-1].kind != kNewline && l.toks[n-1].kind != kDedent {
		l.emit(kNewline, len(l.src), len(l.src))
	}
	for range l.indents[1:] {
		l.emit(kDedent, len(l.src), len(l.src))
	}
	l.emit(kEOF, len(l.src), len(l.src))
}

func (l *lexer) emit(k kind, start, end int) {
	l.toks = append(l.toks, token{kind: k, start: uint32(start), end: uint32(end)})
}

func (l *lexer) error(at int, message string) {
	if len(l.errors) < maxErrors {
		l.errors = append(l.errors, Error{uint32(at), message})
	}
}

// at is the byte at an offset, or zero behind the end.
func (l *lexer) at(i int) byte {
	if i < len(l.src) {
		return l.src[i]
	}
	return 0
}

// scan reads tokens up to the end, or within an f-string (base >= 0) up to the
// character at which the expression of the field ends, and tells whether it got there.
func (l *lexer) scan(base int) bool {
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		switch class[c] {
		case cSpace:
			l.pos++
		case cWord:
			if !l.word() && base >= 0 {
				return false
			}
		case cOp:
			if len(l.brackets) == base && (c == ':' || c == '!' && l.at(l.pos+1) != '=') {
				return true
			}
			l.operator(c)
		case cOpen:
			l.open(c)
		case cClose:
			if len(l.brackets) == base {
				return c == '}'
			}
			if !l.close(c, base) {
				return false
			}
		case cDigit:
			l.number()
		case cQuote:
			if !l.str(l.pos, "") && base >= 0 {
				return false
			}
		case cNewline:
			l.newline(base)
		case cHash:
			l.comment()
		case cBackslash:
			l.backslash()
		default:
			l.error(l.pos, "invalid character")
			l.emit(kError, l.pos, l.pos+1)
			l.pos++
		}
	}
	return false
}

func (l *lexer) comment() {
	for l.pos < len(l.src) && l.src[l.pos] != '\n' && l.src[l.pos] != '\r' {
		l.pos++
	}
}

// endOfLine is the offset behind the newline at i.
func (l *lexer) endOfLine(i int) int {
	if l.src[i] == '\r' && l.at(i+1) == '\n' {
		return i + 2
	}
	return i + 1
}

func (l *lexer) backslash() {
	if c := l.at(l.pos + 1); c == '\n' || c == '\r' {
		l.pos = l.endOfLine(l.pos + 1)
		return
	}
	l.error(l.pos, "unexpected character after line continuation")
	l.emit(kError, l.pos, l.pos+1)
	l.pos++
}

// closeBrackets adds what closes the brackets above depth.
func (l *lexer) closeBrackets(depth int) {
	if len(l.brackets) <= depth {
		return
	}
	end := 0
	if n := len(l.toks); n > 0 {
		end = int(l.toks[n-1].end)
	}
	l.error(end, "bracket was never closed")
	for len(l.brackets) > depth {
		last := len(l.brackets) - 1
		l.emit(closer(l.brackets[last]), end, end)
		l.brackets = l.brackets[:last]
	}
}

func closer(open byte) kind {
	switch open {
	case '(':
		return kRParen
	case '[':
		return kRBracket
	}
	return kRBrace
}

func (l *lexer) open(c byte) {
	k := kLParen
	switch c {
	case '[':
		k = kLBracket
	case '{':
		k = kLBrace
	}
	l.emit(k, l.pos, l.pos+1)
	l.brackets = append(l.brackets, c)
	l.pos++
}

// close handles a closing bracket: those opened inside it and not closed are closed
// first, and one that was never opened is left out. Inside a field, where nothing may
// be repaired, it reports false.
func (l *lexer) close(c byte, base int) bool {
	open := byte('(')
	switch c {
	case ']':
		open = '['
	case '}':
		open = '{'
	}
	i := len(l.brackets) - 1
	if i >= 0 && l.brackets[i] == open { // nearly always
		l.emit(closer(open), l.pos, l.pos+1)
		l.brackets = l.brackets[:i]
		l.pos++
		return true
	}
	if base >= 0 {
		return false
	}
	// A bracket forgotten within the last few is likelier than one too many.
	for low := max(0, i-8); i >= low && l.brackets[i] != open; i-- {
	}
	if i < 0 || l.brackets[i] != open {
		l.error(l.pos, "unmatched bracket")
		l.pos++
		return true
	}
	l.closeBrackets(i + 1)
	return l.close(c, base)
}

// word reads an identifier or keyword, or the string of which it is the prefix.
func (l *lexer) word() bool {
	src, start, i := l.src, l.pos, l.pos+1
	for i < len(src) && isIdent(src[i]) {
		i++
	}
	if i < len(src) && class[src[i]] == cQuote && i-start <= 2 && isPrefix(src[start:i]) {
		return l.str(start, src[start:i])
	}
	l.pos = i
	k := kName
	if c := src[start]; i-start <= len("continue") && (c >= 'a' && c <= 'y' || c == 'N' || c == 'T' || c == 'F') {
		k = word(src[start:i])
	}
	l.emit(k, start, i)
	return true
}

// number reads a number, with the suffixes of Python 2.
func (l *lexer) number() {
	start, i := l.pos, l.pos
	if c := l.at(i+1) | 0x20; l.src[i] == '0' && (c == 'x' || c == 'o' || c == 'b') {
		i = l.digits(i+2, c == 'x')
	} else {
		i = l.digits(i, false)
		if l.at(i) == '.' {
			i = l.digits(i+1, false)
		}
		if l.at(i)|0x20 == 'e' {
			sign := i + 1
			if c := l.at(sign); c == '+' || c == '-' {
				sign++
			}
			if class[l.at(sign)] == cDigit {
				i = l.digits(sign, false)
			}
		}
	}
	if c := l.at(i) | 0x20; (c == 'j' || c == 'l') && (i+1 == len(l.src) || !isIdent(l.src[i+1])) {
		i++
	}
	l.emit(kNumber, start, i)
	l.pos = i
}

func (l *lexer) digits(i int, hex bool) int {
	for i < len(l.src) {
		c := l.src[i]
		if class[c] != cDigit && c != '_' && !(hex && (c|0x20) >= 'a' && (c|0x20) <= 'f') {
			break
		}
		i++
	}
	return i
}

// operators has, for the first character of an operator: its kind and Op, its kind with
// the character doubled and the Op of that.
var operators = [128]struct {
	one, two     kind
	oneOp, twoOp Op
}{
	'+': {one: kPlus, oneOp: Add}, '-': {one: kMinus, oneOp: Sub},
	'*': {kStar, kDoubleStar, Mult, Pow}, '/': {kSlash, kDoubleSlash, Div, FloorDiv},
	'%': {one: kPercent, oneOp: Mod}, '@': {one: kAt, oneOp: MatMult},
	'&': {one: kAmp, oneOp: BitAnd}, '|': {one: kBar, oneOp: BitOr},
	'^': {one: kCaret, oneOp: BitXor}, '~': {one: kTilde},
	'<': {kLt, kLShift, Lt, LShift}, '>': {kGt, kRShift, Gt, RShift},
	'=': {kAssign, kEqEq, NoOp, Eq}, '!': {one: kError},
	',': {one: kComma}, ':': {one: kColon}, ';': {one: kSemicolon}, '.': {one: kDot}, '`': {one: kBackquote},
}

func (l *lexer) operator(c byte) {
	o := &operators[c]
	k, op, n := o.one, o.oneOp, 1
	next := l.at(l.pos + 1)
	switch {
	case c == '.':
		if class[next] == cDigit {
			l.number()
			return
		}
		if next == '.' && l.at(l.pos+2) == '.' {
			k, n = kEllipsis, 3
		}
	case next == c && o.two != kEOF:
		k, op, n = o.two, o.twoOp, 2
		if op >= BitOr && l.at(l.pos+2) == '=' {
			k, n = kAug, 3
		}
	case next == '=':
		k, n = withEqual(c, k)
	case c == '-' && next == '>':
		k, n = kArrow, 2
	case c == '<' && next == '>':
		k, n = kNotEq, 2
	}
	if k == kError {
		l.error(l.pos, "invalid character")
	}
	l.toks = append(l.toks, token{kind: k, op: op, start: uint32(l.pos), end: uint32(l.pos + n)})
	l.pos += n
}

// withEqual is the operator of c followed by "=".
func withEqual(c byte, alone kind) (kind, int) {
	switch c {
	case '<':
		return kLtE, 2
	case '>':
		return kGtE, 2
	case '!':
		return kNotEq, 2
	case ':':
		return kWalrus, 2
	case '+', '-', '*', '/', '%', '@', '&', '|', '^':
		return kAug, 2
	}
	return alone, 1
}
