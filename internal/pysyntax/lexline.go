package pysyntax

// newline ends a logical line, or goes on where brackets are open.
func (l *lexer) newline(base int) {
	if len(l.brackets) == 0 {
		l.emit(kNewline, l.pos, l.pos)
		l.pos = l.endOfLine(l.pos)
		l.lineStart()
		return
	}
	l.pos = l.endOfLine(l.pos)
	if base >= 0 {
		return
	}
	l.lineAt = len(l.brackets)
	first := l.pos
	for first < len(l.src) && class[l.src[first]] == cSpace {
		first++
	}
	if l.conflict(first) || l.broken(first) {
		l.closeBrackets(0)
		l.emit(kNewline, l.pos, l.pos)
		l.lineStart()
	}
}

// broken tells whether the line at i, inside brackets, starts with a word that no
// expression contains.
func (l *lexer) broken(i int) bool {
	if c := l.at(i); c < 'a' || c > 'w' {
		return false
	}
	end := i
	for end < len(l.src) && isIdent(l.src[end]) {
		end++
	}
	if end-i > len("continue") || !word(l.src[i:end]).statementOnly() {
		return false
	}
	for end < len(l.src) && class[l.src[end]] == cSpace {
		end++
	}
	// A keyword argument may have a name that is a statement in one of the Pythons only.
	c := l.at(end)
	return c != '=' && c != ',' && c != ')' && c != ']' && c != '}'
}

// conflict tells whether the line at i is a marker of a merge conflict.
func (l *lexer) conflict(i int) bool {
	c := l.at(i)
	if c != '<' && c != '=' && c != '>' || len(l.src)-i < 7 {
		return false
	}
	for j := i; j < i+7; j++ {
		if l.src[j] != c {
			return false
		}
	}
	return i == 0 || l.src[i-1] == '\n'
}

// lineStart reads indentation at the start of a logical line; blank lines do not count.
func (l *lexer) lineStart() {
	for {
		column := l.indentation()
		if l.pos == len(l.src) {
			return
		}
		switch c := l.src[l.pos]; {
		case c == '#':
			l.comment()
		case c == '\n' || c == '\r':
			l.pos = l.endOfLine(l.pos)
		case l.conflict(l.pos):
			l.error(l.pos, "merge conflict")
			l.comment()
		default:
			l.indent(column)
			l.lineAt = 0
			return
		}
	}
}

func (l *lexer) indentation() int {
	column := 0
	for l.pos < len(l.src) {
		switch l.src[l.pos] {
		case ' ':
			column++
		case '\t':
			column = column&^7 + 8
		case '\f':
			column = 0
		case '\\': // a continued blank line keeps the indentation
			c := l.at(l.pos + 1)
			if c != '\n' && c != '\r' {
				return column
			}
			l.pos = l.endOfLine(l.pos+1) - 1
		default:
			return column
		}
		l.pos++
	}
	return column
}

func (l *lexer) indent(column int) {
	top := len(l.indents) - 1
	if column == l.indents[top] {
		return
	}
	if column > l.indents[top] {
		l.indents = append(l.indents, column)
		l.emit(kIndent, l.pos, l.pos)
		return
	}
	for ; column < l.indents[top]; top-- {
		l.emit(kDedent, l.pos, l.pos)
	}
	l.indents = l.indents[:top+1]
	if column != l.indents[top] {
		l.error(l.pos, "unindent does not match any outer level")
	}
}
