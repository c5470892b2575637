package python

import (
	"strings"

	"github.com/modelgate/gate"
)

// places maps a piece that stands at an offset of the text to the source.
func (p piece) places(at int) gate.PositionMap {
	if p.literal == nil {
		return gate.PositionMap{{From: at, To: p.start, Fixed: true}}
	}
	segments, n := literalPlaces(p.literal.Raw, p.start)
	if n != len(p.text) {
		segments, n = piecePlaces(p.literal.Raw, p.start)
	}
	if n != len(p.text) {
		return gate.PositionMap{{From: at, To: p.start, Fixed: true}}
	}
	for i := range segments {
		segments[i].From += at
	}
	return segments
}

// literalPlaces maps the value of a literal of one or more string tokens to its source, and
// gives the length of the value.
func literalPlaces(raw string, at int) (gate.PositionMap, int) {
	var out gate.PositionMap
	n, i := 0, 0
	for i < len(raw) {
		j := strings.IndexAny(raw[i:], `"'`)
		if j < 0 {
			return out, n
		}
		prefix := strings.ToLower(raw[i : i+j])
		if k := strings.LastIndexAny(prefix, " \t\n\\)("); k >= 0 {
			prefix = prefix[k+1:]
		}
		i += j
		quote := raw[i : i+1]
		if strings.HasPrefix(raw[i:], strings.Repeat(quote, 3)) {
			quote = raw[i : i+3]
		}
		i += len(quote)
		end := closing(raw[i:], quote)
		segments, length := decoded(raw[i:i+end], at+i, strings.Contains(prefix, "r"))
		for _, s := range segments {
			s.From += n
			out = append(out, s)
		}
		n += length
		i += min(end+len(quote), len(raw)-i)
	}
	return out, n
}

func closing(s, quote string) int {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		} else if strings.HasPrefix(s[i:], quote) {
			return i
		}
	}
	return len(s)
}

// piecePlaces maps a literal piece of an f-string.
func piecePlaces(raw string, at int) (gate.PositionMap, int) {
	return decoded(raw, at, false)
}

// decoded maps what stands between quotes: runs of plain bytes, and escapes, which stand
// still.
func decoded(raw string, at int, plain bool) (gate.PositionMap, int) {
	var out gate.PositionMap
	n := 0
	run := false
	for i := 0; i < len(raw); {
		size, length := 1, 1
		switch {
		case raw[i] == '\\' && !plain && i+1 < len(raw):
			size, length = escape(raw[i:])
		case (raw[i] == '{' || raw[i] == '}') && i+1 < len(raw) && raw[i+1] == raw[i] && !plain:
			size = 1
		}
		if size == 1 && length == 1 {
			if !run {
				out = append(out, gate.Segment{From: n, To: at + i})
				run = true
			}
		} else if length > 0 {
			out = append(out, gate.Segment{From: n, To: at + i, Fixed: true})
			run = false
		} else {
			run = false
		}
		i += size
		n += length
	}
	return out, n
}

// escape measures an escape sequence: its bytes in the source and in the value.
func escape(s string) (size, length int) {
	hex := func(n int) (int, int) {
		var r rune
		for _, c := range s[2:min(2+n, len(s))] {
			d := strings.IndexRune("0123456789abcdef", c|0x20)
			if d < 0 && (c < '0' || c > '9') {
				return 2, 2
			}
			if c >= '0' && c <= '9' {
				d = int(c - '0')
			}
			r = r<<4 | rune(d)
		}
		return min(2+n, len(s)), len(string(r))
	}
	switch s[1] {
	case '\n':
		return 2, 0
	case '\\', '\'', '"', 'a', 'b', 'f', 'n', 'r', 't', 'v':
		return 2, 1
	case 'x':
		return hex(2)
	case 'u':
		return hex(4)
	case 'U':
		return hex(8)
	}
	if s[1] >= '0' && s[1] <= '7' {
		n := 2
		for n < 4 && n < len(s) && s[n] >= '0' && s[n] <= '7' {
			n++
		}
		return n, 1
	}
	return 2, 2
}
