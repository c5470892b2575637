package config

import (
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/modelgate/gate/internal/splice"
)

type jsonReader struct {
	text    string
	decoder *jsontext.Decoder
	budget  *budget
}

// readJSON reads a JSON document, or one a line, and what came before an error. Comments
// and commas at the end of a list are allowed.
func readJSON(text string, b *budget) ([]*node, error) {
	docs, err := documents(text, b)
	if err != nil {
		if plain := withoutComments(text); plain != text {
			*b = budget{left: maxNodes}
			return documents(plain, b)
		}
	}
	return docs, err
}

func documents(text string, b *budget) ([]*node, error) {
	d := jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	r := &jsonReader{text, d, b}
	var docs []*node
	for {
		n, err := r.value(0)
		if n != nil {
			docs = append(docs, n)
		}
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil || b.spent != "" {
			return docs, err
		}
	}
}

// value reads one value; with an error it gives the part that was read.
func (r *jsonReader) value(depth int) (*node, error) {
	if !r.budget.take(depth) {
		return nil, r.decoder.SkipValue()
	}
	switch r.decoder.PeekKind() {
	case '{':
		return r.object(depth)
	case '[':
		out := &node{kind: list}
		if _, err := r.decoder.ReadToken(); err != nil {
			return out, err
		}
		for r.decoder.PeekKind() != ']' {
			item, err := r.value(depth + 1)
			if item != nil {
				out.items = append(out.items, item)
			}
			if err != nil {
				return out, cut(err)
			}
		}
		_, err := r.decoder.ReadToken()
		return out, err
	case '"':
		t, _, err := r.str()
		return &node{val: t, quoted: true}, err
	}
	raw, err := r.decoder.ReadValue()
	if err != nil {
		return nil, err
	}
	return &node{val: splice.Plain(string(raw), int(r.decoder.InputOffset())-len(raw))}, nil
}

func (r *jsonReader) object(depth int) (*node, error) {
	out := &node{kind: object}
	if _, err := r.decoder.ReadToken(); err != nil {
		return out, err
	}
	for r.decoder.PeekKind() != '}' {
		key, at, err := r.str()
		if err != nil {
			return out, cut(err)
		}
		val, err := r.value(depth + 1)
		if val != nil {
			out.fields = append(out.fields, field{key.S, at, val})
		}
		if err != nil {
			return out, cut(err)
		}
	}
	_, err := r.decoder.ReadToken()
	return out, err
}

// cut makes the end of the text inside a value an error.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// str reads a string with its place.
func (r *jsonReader) str() (splice.Text, int, error) {
	raw, err := r.decoder.ReadValue()
	if err != nil {
		return splice.Text{}, 0, err
	}
	at := int(r.decoder.InputOffset()) - len(raw)
	s, err := jsontext.AppendUnquote(nil, raw)
	if err != nil && len(s) == 0 {
		return splice.Text{}, at, nil // invalid escapes: no name of a model
	}
	if len(s) == len(raw)-2 {
		return splice.Plain(string(s), at+1), at, nil
	}
	return splice.Align(string(s), string(raw[1:]), at+1), at, nil
}

// withoutComments blanks the comments of JSONC, the commas before a closing bracket, and
// numbers that JSON does not have.
func withoutComments(s string) string {
	b := []byte(s)
	comma := -1
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '"':
			comma = -1
			for i++; i < len(b) && b[i] != '"' && b[i] != '\n'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		case b[i] == '/' && i+1 < len(b) && (b[i+1] == '/' || b[i+1] == '*'):
			end := strings.Index(s[i:], "\n")
			if b[i+1] == '*' {
				if end = strings.Index(s[i:], "*/"); end >= 0 {
					end += 2
				}
			}
			if end < 0 {
				end = len(b) - i
			}
			for j := i; j < i+end; j++ {
				if b[j] != '\n' {
					b[j] = ' '
				}
			}
			i += end - 1
		case b[i] == ',':
			comma = i
		case b[i] == 'N' || b[i] == 'I' || b[i] == '-':
			comma = -1
			for _, word := range []string{"NaN", "-Infinity", "Infinity"} { // as Python writes them
				if strings.HasPrefix(s[i:], word) {
					copy(b[i:], "0"+strings.Repeat(" ", len(word)-1))
					i += len(word) - 1
					break
				}
			}
		case b[i] == ']' || b[i] == '}':
			if comma >= 0 {
				b[comma] = ' '
			}
			comma = -1
		case b[i] > ' ':
			comma = -1
		}
	}
	return string(b)
}
