package python

import "bytes"

// maxConstants bounds how far a dict or class is searched for names of models.
const maxConstants = 4096

// assignsModel tells whether a text without any word of triggers gives names to models
// that other files may load: a constant in capitals, or a class with attributes.
func assignsModel(text []byte) bool {
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte{'\n'})
		v, block := constantValue(line)
		switch {
		case block:
			if quotesModel(text[:blockEnd(text)]) {
				return true
			}
		case len(v) > 0 && quotesModel(v):
			return true
		}
		text = rest
	}
	return false
}

// constantValue is what a line of a module assigns to a name in capitals. A block says that
// lines follow that belong to it.
func constantValue(line []byte) (value []byte, block bool) {
	if bytes.HasPrefix(line, []byte("class ")) {
		return nil, true
	}
	n := 0
	for n < len(line) && (line[n] >= 'A' && line[n] <= 'Z' || line[n] == '_' || n > 0 && line[n] >= '0' && line[n] <= '9') {
		n++
	}
	if n == 0 || n == len(line) || line[n] != ' ' && line[n] != '=' && line[n] != ':' {
		return nil, false
	}
	_, value, _ = bytes.Cut(line[n:], []byte{'='})
	value = bytes.TrimSpace(value)
	return value, len(value) > 0 && bytes.IndexByte([]byte("{(["), value[len(value)-1]) >= 0
}

// blockEnd is where the first line ends that no longer belongs to what the first of all
// began: the first of those after it that is not indented.
func blockEnd(text []byte) int {
	text = text[:min(len(text), maxConstants)]
	for i := 0; ; {
		j := bytes.IndexByte(text[i:], '\n')
		if j < 0 || i+j+1 >= len(text) {
			return len(text)
		}
		i += j + 1
		if c := text[i]; c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '#' {
			return i
		}
	}
}

// quotesModel tells whether one of the strings of a text is the name of a model.
func quotesModel(text []byte) bool {
	for {
		i := bytes.IndexAny(text, `"'`)
		if i < 0 {
			return false
		}
		quote := text[i]
		text = text[i+1:]
		line, _, _ := bytes.Cut(text, []byte{'\n'})
		n := bytes.IndexByte(line, quote)
		if n <= 0 {
			continue // of a comment, or of a string of several lines
		}
		if namesModel(string(line[:n])) {
			return true
		}
		text = text[n+1:]
	}
}
