package notebook

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/modelgate/gate"
)

// maxSegments bounds the memory for places: each escape of the JSON needs one or two.
const maxSegments = 2 << 20

// mapped is text with the place of its bytes in the notebook.
type mapped struct {
	bytes  []byte
	places gate.PositionMap
}

// unquote adds the value of a JSON string that stands at an offset.
func (m *mapped) unquote(raw []byte, at int) {
	end := len(raw) - 1
	run := -1
	for i := 1; i < end; {
		if raw[i] != '\\' {
			if run < 0 {
				run = i
			}
			i++
			continue
		}
		if run >= 0 {
			m.add(raw[run:i], at+run)
			run = -1
		}
		var decoded [utf8.UTFMax]byte
		n, size := escape(raw[i:end], decoded[:])
		m.fixed(decoded[:n], at+i)
		i += size
	}
	if run >= 0 {
		m.add(raw[run:end], at+run)
	}
}

// add adds bytes that stand as they are at an offset.
func (m *mapped) add(b []byte, at int) {
	if len(b) == 0 {
		return
	}
	if n := len(m.places); n == 0 || m.places[n-1].Fixed || m.places.Outer(len(m.bytes)) != at {
		m.places = append(m.places, gate.Segment{From: len(m.bytes), To: at})
	}
	m.bytes = append(m.bytes, b...)
}

// fixed adds bytes that all stand for one place.
func (m *mapped) fixed(b []byte, at int) {
	if len(b) == 0 {
		return
	}
	m.places = append(m.places, gate.Segment{From: len(m.bytes), To: at, Fixed: true})
	m.bytes = append(m.bytes, b...)
}

// slice is a part of the text with its places.
func (m *mapped) slice(from, to int) mapped {
	out := mapped{bytes: m.bytes[from:to:to]}
	if from == to {
		return out
	}
	i, j := m.segment(from), m.segment(to-1)
	for k := i; k <= j; k++ {
		s := m.places[k]
		if s.From < from {
			if !s.Fixed {
				s.To += from - s.From
			}
			s.From = from
		}
		s.From -= from
		out.places = append(out.places, s)
	}
	return out
}

// segment is the index of the segment that an offset lies in.
func (m *mapped) segment(offset int) int {
	lo, hi := 0, len(m.places)
	for lo < hi {
		mid := (lo + hi) / 2
		if m.places[mid].From <= offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return max(lo-1, 0)
}

// append adds another text.
func (m *mapped) append(o mapped) {
	for _, s := range o.places {
		s.From += len(m.bytes)
		m.places = append(m.places, s)
	}
	m.bytes = append(m.bytes, o.bytes...)
}

// escape decodes an escape of JSON and says how many bytes it takes.
func escape(s []byte, out []byte) (n, size int) {
	if len(s) < 2 {
		return 0, len(s)
	}
	if i := bytes.IndexByte([]byte("ntrbf"), s[1]); i >= 0 {
		out[0] = "\n\t\r\b\f"[i]
		return 1, 2
	}
	switch s[1] {
	case 'u':
		r, ok := hex4(s)
		if !ok {
			return 0, 2
		}
		size = 6
		if utf16.IsSurrogate(r) {
			low, ok := rune(0), false
			if len(s) > 7 && s[6] == '\\' && s[7] == 'u' {
				low, ok = hex4(s[6:])
			}
			if r = utf16.DecodeRune(r, low); ok && r != utf8.RuneError {
				size = 12
			}
		}
		return utf8.EncodeRune(out, r), size
	}
	out[0] = s[1]
	return 1, 2
}

// hex4 reads the four digits of "\uXXXX".
func hex4(s []byte) (rune, bool) {
	if len(s) < 6 {
		return 0, false
	}
	var r rune
	for _, c := range s[2:6] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
