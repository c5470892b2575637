// Package splice builds text out of pieces of another text and keeps the map back, so
// that what is found in a command that was put together from a list, an escaped string or
// a continued line is reported where it stands.
package splice

import (
	"sort"
	"strings"

	"github.com/modelgate/gate"
)

// Text is text with a map of where its bytes stand in the text around it.
type Text struct {
	S   string
	Map gate.PositionMap
}

// Builder makes a Text.
type Builder struct {
	b strings.Builder
	m gate.PositionMap
}

// Len is the number of bytes so far.
func (b *Builder) Len() int { return b.b.Len() }

// Copy adds text that stands at an offset, byte for byte.
func (b *Builder) Copy(s string, at int) { b.piece(s, at, false) }

// Fixed adds text that stands for what is at an offset.
func (b *Builder) Fixed(s string, at int) { b.piece(s, at, true) }

func (b *Builder) piece(s string, at int, fixed bool) {
	if s == "" {
		return
	}
	n := b.b.Len()
	if k := len(b.m); fixed || k == 0 || b.m[k-1].Fixed || b.m[k-1].To+n-b.m[k-1].From != at {
		b.m = append(b.m, gate.Segment{From: n, To: at, Fixed: fixed})
	}
	b.b.WriteString(s)
}

// Append adds a text with its map.
func (b *Builder) Append(t Text) {
	for i, s := range t.Map {
		end := len(t.S)
		if i+1 < len(t.Map) {
			end = t.Map[i+1].From
		}
		if s.From < end && end <= len(t.S) {
			b.piece(t.S[s.From:end], s.To, s.Fixed)
		}
	}
}

// Quote adds a text as one word of a shell.
func (b *Builder) Quote(t Text) {
	b.Fixed("'", t.Map.Outer(0))
	from := 0
	for {
		i := strings.IndexByte(t.S[from:], '\'')
		if i < 0 {
			break
		}
		i += from
		b.Append(t.Slice(from, i))
		b.Fixed(`'\''`, t.Map.Outer(i))
		from = i + 1
	}
	b.Append(t.Slice(from, len(t.S)))
	b.Fixed("'", t.Map.Outer(len(t.S)))
}

// Text is what was built.
func (b *Builder) Text() Text { return Text{b.b.String(), b.m} }

// Plain is text that stands in one piece at an offset.
func Plain(s string, at int) Text { return Text{s, gate.Shifted(at)} }

// Slice is the part [i, j) of a text.
func (t Text) Slice(i, j int) Text {
	out := Text{S: t.S[i:j]}
	from := sort.Search(len(t.Map), func(k int) bool { return t.Map[k].From > i })
	if from > 0 {
		s := t.Map[from-1]
		to := s.To
		if !s.Fixed {
			to += i - s.From
		}
		out.Map = append(out.Map, gate.Segment{From: 0, To: to, Fixed: s.Fixed})
	}
	for _, s := range t.Map[from:] {
		if s.From >= j {
			break
		}
		out.Map = append(out.Map, gate.Segment{From: s.From - i, To: s.To, Fixed: s.Fixed})
	}
	return out
}

// Span is where the bytes [i, j) stand.
func (t Text) Span(i, j int) (int, int) {
	start := t.Map.Outer(i)
	return start, max(start, t.Map.Outer(max(i, j-1))+1)
}

// window is how far behind the word before a word is looked for.
const window = 512

// Align maps the words of a text that was decoded from raw, which stands at an offset: a
// word is where it is next found; one that is not found, since it holds an escape, is
// placed behind the word before.
func Align(s, raw string, at int) Text {
	var b Builder
	cursor := 0
	for len(s) > 0 {
		cursor = min(cursor, len(raw))
		i := strings.IndexAny(s, " \t\r\n")
		switch {
		case i < 0:
			i = len(s)
		case i == 0:
			i = len(s) - len(strings.TrimLeft(s, " \t\r\n"))
			b.Fixed(s[:i], at+cursor)
			s = s[i:]
			continue
		}
		near := raw[cursor:min(len(raw), cursor+i+window)]
		if k := strings.Index(near, s[:i]); k >= 0 {
			b.Copy(s[:i], at+cursor+k)
			cursor += k + i
		} else {
			b.Fixed(s[:i], at+cursor)
			cursor += i // what was decoded is no longer than what it was decoded from
		}
		s = s[i:]
	}
	return b.Text()
}
