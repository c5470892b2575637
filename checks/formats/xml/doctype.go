package xml

import (
	"strings"

	"github.com/modelgate/gate"
)

// maxEntities bounds the declarations that are stated one by one.
const maxEntities = 1000

// directive judges a document type: its external subset and the entities that it
// declares. They are expanded to nothing from here on.
func (m *model) directive(text string, at int64) {
	words := &scanner{text: text}
	if words.next() != "DOCTYPE" {
		return
	}
	place := gate.Location{Offset: at}
	name := words.next()
	if system := words.external(); system != "" {
		m.out.Emit("pmml.entity", place, Entity{name, system})
	}
	m.d.Entity = map[string]string{}
	for n := 0; n < maxEntities; n++ {
		i := strings.Index(words.text, "<!ENTITY")
		if i < 0 {
			return
		}
		words.text = words.text[i+len("<!ENTITY"):]
		entity := words.next()
		if entity == "%" {
			entity += words.next()
		}
		m.d.Entity[entity] = ""
		m.out.Emit("pmml.entity", place, Entity{entity, words.external()})
	}
	m.unread(gate.Incomplete{Reason: "the document type has more entities than are listed", Budget: "entries", Limit: maxEntities})
}

// scanner reads the words of a declaration.
type scanner struct{ text string }

// next is the next word, a quoted one without its quotes.
func (s *scanner) next() string {
	s.text = strings.TrimLeft(s.text, " \t\r\n")
	if s.text == "" {
		return ""
	}
	if q := s.text[0]; q == '"' || q == '\'' {
		word, rest, _ := strings.Cut(s.text[1:], string(q))
		s.text = rest
		return word
	}
	n := strings.IndexAny(s.text, " \t\r\n[]<>\"'")
	if n < 0 {
		n = len(s.text)
	}
	n = max(n, 1)
	word := s.text[:n]
	s.text = s.text[n:]
	return word
}

// external is the address behind SYSTEM or PUBLIC, or "" where what follows is neither.
func (s *scanner) external() string {
	start := s.text
	switch s.next() {
	case "SYSTEM":
		return s.next()
	case "PUBLIC":
		public := s.next()
		if system := s.next(); len(system) > 1 {
			return system
		}
		return public
	}
	s.text = start
	return ""
}
