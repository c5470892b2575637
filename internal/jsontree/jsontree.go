// Package jsontree reads JSON (RFC 8259) into a tree with byte offsets, as leniently as
// Python's json module does: UTF-8, UTF-16 or UTF-32, NaN and Infinity, duplicate names.
// What a stricter reader refuses is what a loader would have run.
package jsontree

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// The limits of a document.
const (
	MaxDepth  = 256
	MaxValues = 2_000_000
)

// ErrTooLarge says that a document is within the grammar but beyond the limits.
var ErrTooLarge = errors.New("JSON beyond the limits of depth or size")

// Kind is the type of a value, as its first byte: n, t, f, 0, ", [, {.
type Kind = jsontext.Kind

// The kinds of values that readers ask for.
const (
	String Kind = '"'
	Array  Kind = '['
	Object Kind = '{'
	True   Kind = 't'
	Null   Kind = 'n'
)

// Value is a value and the bytes [Start, End) that it takes.
type Value struct {
	Kind       Kind
	Text       string // the decoded string, or the number as written
	Items      []*Value
	Members    []Member
	Start, End int
}

// Member is a name of an object and its value. Names may repeat.
type Member struct {
	Name  string
	Start int
	Value *Value
}

// Parse reads one document that fills text. The tree that is returned with an error
// holds what was read before it.
func Parse(text []byte) (*Value, error) {
	text = finite(text)
	p := &parser{dec: jsontext.NewDecoder(bytes.NewBuffer(text),
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	v, err := p.value(0)
	if err == nil && len(bytes.Trim(text[p.dec.InputOffset():], " \t\r\n")) > 0 {
		err = fmt.Errorf("data after the JSON value at byte %d", p.dec.InputOffset())
	}
	return v, err
}

type parser struct {
	dec    *jsontext.Decoder
	values int
}

func (p *parser) value(depth int) (*Value, error) {
	if p.values++; depth > MaxDepth || p.values > MaxValues {
		return nil, ErrTooLarge
	}
	switch kind := p.dec.PeekKind(); kind {
	case Object:
		return p.object(depth)
	case Array:
		return p.array(depth)
	default:
		return p.scalar(kind)
	}
}

func (p *parser) scalar(kind Kind) (*Value, error) {
	raw, err := p.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	end := int(p.dec.InputOffset())
	v := &Value{Kind: kind, Start: end - len(raw), End: end, Text: string(raw)}
	if kind == String {
		// Invalid UTF-8 is replaced; the error only says so.
		text, _ := jsontext.AppendUnquote(nil, raw)
		v.Text = string(text)
	}
	return v, nil
}

func (p *parser) array(depth int) (*Value, error) {
	v, err := p.open(Array)
	for err == nil && p.dec.PeekKind() != ']' {
		var item *Value
		if item, err = p.value(depth + 1); item != nil {
			v.Items = append(v.Items, item)
		}
	}
	return p.close(v, err)
}

func (p *parser) object(depth int) (*Value, error) {
	v, err := p.open(Object)
	for err == nil && p.dec.PeekKind() != '}' {
		var name, value *Value
		if name, err = p.scalar(String); err != nil {
			break
		}
		if value, err = p.value(depth + 1); value != nil {
			v.Members = append(v.Members, Member{name.Text, name.Start, value})
		}
	}
	return p.close(v, err)
}

func (p *parser) open(kind Kind) (*Value, error) {
	_, err := p.dec.ReadToken()
	return &Value{Kind: kind, Start: int(p.dec.InputOffset()) - 1}, err
}

func (p *parser) close(v *Value, err error) (*Value, error) {
	if err == nil {
		_, err = p.dec.ReadToken()
	}
	v.End = int(p.dec.InputOffset())
	return v, err
}

// Get is the value of a name, the last one where it repeats, or nil. It may be called
// on nil.
func (v *Value) Get(name string) *Value {
	if v == nil {
		return nil
	}
	for i := len(v.Members) - 1; i >= 0; i-- {
		if v.Members[i].Name == name {
			return v.Members[i].Value
		}
	}
	return nil
}

// String is the text of a string, or "". It may be called on nil.
func (v *Value) String() string {
	if v == nil || v.Kind != String {
		return ""
	}
	return v.Text
}

// Walk calls visit for v and every value below it, with the name under which the value
// stands: items of an array have that of the array.
func (v *Value) Walk(visit func(name string, v *Value)) { v.walk("", visit) }

func (v *Value) walk(name string, visit func(string, *Value)) {
	if v == nil {
		return
	}
	visit(name, v)
	for _, item := range v.Items {
		item.walk(name, visit)
	}
	for _, m := range v.Members {
		m.Value.walk(m.Name, visit)
	}
}

// Duplicates are the names that an object has more than once.
func (v *Value) Duplicates() []string {
	var names []string
	seen := make(map[string]int, len(v.Members))
	for _, m := range v.Members {
		if seen[m.Name]++; seen[m.Name] == 2 {
			names = append(names, m.Name)
		}
	}
	return names
}

// finite replaces the literals NaN and Infinity, which Python reads and RFC 8259 does
// not know, by numbers of the same length, so that offsets stay.
func finite(text []byte) []byte {
	if !bytes.Contains(text, []byte("NaN")) && !bytes.Contains(text, []byte("Infinity")) {
		return text
	}
	out := bytes.Clone(text)
	for i := 0; i < len(out); i++ {
		switch {
		case out[i] == '"':
			i = stringEnd(out, i)
		case bytes.HasPrefix(out[i:], []byte("NaN")):
			copy(out[i:], "0.0")
		case bytes.HasPrefix(out[i:], []byte("Infinity")):
			copy(out[i:], "1.000000")
		}
	}
	return out
}

// stringEnd is the offset of the quote that ends the string that starts at i.
func stringEnd(text []byte, i int) int {
	for i++; i < len(text) && text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i
}
