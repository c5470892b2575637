package gate

import (
	"bytes"
	"sort"
)

// Source is text in which references are looked for: a file of the repository, or text
// embedded in one. Offsets count bytes of Text.
type Source struct {
	Path     string
	Language string // set for embedded text, empty for a file
	Text     []byte

	lines  []int // offsets at which the lines of a file start
	parent *Source
	places PositionMap
}

// Segment says that the embedded text from offset From on stands at offset To of the
// text around it, byte for byte, until the next segment. Fixed says that the bytes of
// the segment do not advance in the outer text (an escape, a removed indent).
type Segment struct {
	From, To int
	Fixed    bool
}

// PositionMap places embedded text in the text around it: segments in ascending order
// of From. An empty map means that the embedded text is at the start of the outer text.
type PositionMap []Segment

// Shifted is the map of text that stands in one piece at offset to.
func Shifted(to int) PositionMap { return PositionMap{{0, to, false}} }

// Outer is the offset in the outer text of an offset in the embedded text.
func (m PositionMap) Outer(offset int) int {
	i := sort.Search(len(m), func(i int) bool { return m[i].From > offset })
	if i == 0 {
		return offset
	}
	s := m[i-1]
	if s.Fixed {
		return s.To
	}
	return s.To + offset - s.From
}

// NewSource returns the source for the text of a file.
func NewSource(path string, text []byte) *Source { return &Source{Path: path, Text: text} }

// Embedded returns text that stands inside s.
func (s *Source) Embedded(language string, text []byte, at PositionMap) *Source {
	return &Source{Path: s.Path, Language: language, Text: text, parent: s, places: at}
}

// At is the location, in the outermost file, of the bytes [start, end) of s. It counts
// the lines of a file at its first call and is not safe for concurrent use.
func (s *Source) At(start, end int) Location {
	outer := s
	for outer.parent != nil {
		start, end = outer.places.Outer(start), outer.places.Outer(max(start, end-1))+1
		outer = outer.parent
	}
	l := Location{Path: outer.Path}
	l.Line, l.Column = outer.position(start)
	l.EndLine, l.EndColumn = outer.position(max(start, end))
	return l
}

func (s *Source) position(offset int) (line, column int) {
	if s.lines == nil {
		s.lines = make([]int, 1, bytes.Count(s.Text, []byte{'\n'})+1)
		for i, c := range s.Text {
			if c == '\n' {
				s.lines = append(s.lines, i+1)
			}
		}
	}
	offset = max(0, min(offset, len(s.Text)))
	line = sort.Search(len(s.lines), func(i int) bool { return s.lines[i] > offset })
	return line, offset - s.lines[line-1] + 1
}
