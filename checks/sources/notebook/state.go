package notebook

// state tells whether a line of Python begins inside brackets or a string: a "%" or "!"
// there is no magic.
type state struct {
	depth     int
	quote     string // of the string that is open
	continued bool   // the line before ends in a backslash
}

func (s *state) open() bool { return s.depth > 0 || s.quote != "" || s.continued }

// scan reads one line.
func (s *state) scan(line []byte) {
	s.continued = false
	for i := 0; i < len(line); {
		if s.quote != "" {
			i += s.inString(line[i:])
			continue
		}
		switch c := line[i]; c {
		case '#':
			return
		case '(', '[', '{':
			s.depth++
		case ')', ']', '}':
			s.depth = max(0, s.depth-1)
		case '"', '\'':
			s.quote = string(c)
			if i+2 < len(line) && line[i+1] == c && line[i+2] == c {
				s.quote = string([]byte{c, c, c})
			}
			i += len(s.quote) - 1
		case '\\':
			s.continued = i+1 < len(line) && (line[i+1] == '\n' || line[i+1] == '\r')
		}
		i++
	}
	if len(s.quote) == 1 && !s.continued {
		s.quote = "" // a string in single quotes ends with its line
	}
}

// inString moves on in a string, at most to behind its end.
func (s *state) inString(b []byte) int {
	if b[0] == '\\' && len(b) > 1 {
		s.continued = b[1] == '\n' || b[1] == '\r'
		return 2
	}
	if len(b) >= len(s.quote) && string(b[:len(s.quote)]) == s.quote {
		n := len(s.quote)
		s.quote = ""
		return n
	}
	return 1
}
