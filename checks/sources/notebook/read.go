package notebook

import (
	"bytes"
	"context"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// notebook is what is read of the JSON.
type notebook struct {
	cells    []cell
	language string // of the kernel; empty where it is not said
	long     bool   // text was left out
}

type cell struct {
	code     bool
	language string // where the editor gave the cell another one than the kernel's
	text     mapped
}

// maxKey bounds what is read of the short strings of a notebook.
const maxKey = 256

// reader walks the tokens of a notebook. What comes before an error is kept.
type reader struct {
	ctx  context.Context
	text []byte
	dec  *jsontext.Decoder
	nb   *notebook
	used int // segments
}

// read returns the cells of a notebook, and where and why the reading ended early.
func read(ctx context.Context, text []byte) (*notebook, int, error) {
	r := &reader{ctx: ctx, text: text, nb: &notebook{},
		dec: jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	err := r.object(func(key string) error {
		switch key {
		case "cells":
			return r.array(r.cell)
		case "worksheets": // version 3
			return r.array(func() error {
				return r.object(func(key string) error {
					if key == "cells" {
						return r.array(r.cell)
					}
					return r.dec.SkipValue()
				})
			})
		case "metadata":
			return r.metadata()
		}
		return r.dec.SkipValue()
	})
	if err != nil {
		return r.nb, int(r.dec.InputOffset()), fmt.Errorf("reading the notebook: %w", err)
	}
	return r.nb, 0, nil
}

// object calls f for each key of an object, to read the value, and skips what is none.
func (r *reader) object(f func(key string) error) error {
	if r.dec.PeekKind() != '{' {
		return r.dec.SkipValue()
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.dec.PeekKind() == '"' {
		key, err := r.word()
		if err != nil {
			return err
		}
		if err := f(key); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// array calls f for each element of an array, to read it, and skips what is none.
func (r *reader) array(f func() error) error {
	if r.dec.PeekKind() != '[' {
		return r.dec.SkipValue()
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for k := r.dec.PeekKind(); k != ']' && k > 0; k = r.dec.PeekKind() {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if err := f(); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// word reads a short string; a longer one, or another value, is "".
func (r *reader) word() (string, error) {
	if r.dec.PeekKind() != '"' {
		return "", r.dec.SkipValue()
	}
	v, err := r.dec.ReadValue()
	if err != nil || len(v) > maxKey {
		return "", err
	}
	s, err := jsontext.AppendUnquote(nil, v)
	if err != nil && len(s) == 0 {
		return "", nil
	}
	return string(s), nil
}

func (r *reader) metadata() error {
	return r.object(func(key string) error {
		if key != "kernelspec" && key != "language_info" {
			return r.dec.SkipValue()
		}
		return r.object(func(inner string) error {
			if key == "kernelspec" && inner != "language" || key == "language_info" && inner != "name" {
				return r.dec.SkipValue()
			}
			w, err := r.word()
			if w != "" {
				r.nb.language = w
			}
			return err
		})
	})
}

func (r *reader) cell() error {
	var c cell
	err := r.object(func(key string) error {
		switch key {
		case "cell_type":
			w, err := r.word()
			c.code = w == "code"
			return err
		case "source", "input":
			return r.source(&c)
		case "metadata":
			return r.cellLanguage(&c)
		}
		return r.dec.SkipValue()
	})
	r.nb.cells = append(r.nb.cells, c)
	return err
}

// cellLanguage reads {"vscode": {"languageId": "shellscript"}}.
func (r *reader) cellLanguage(c *cell) error {
	return r.object(func(key string) error {
		if key != "vscode" {
			return r.dec.SkipValue()
		}
		return r.object(func(inner string) error {
			if inner != "languageId" {
				return r.dec.SkipValue()
			}
			w, err := r.word()
			c.language = w
			return err
		})
	})
}

// source reads the text of a cell: a string, or its lines.
func (r *reader) source(c *cell) error {
	if r.dec.PeekKind() == '"' {
		return r.line(c)
	}
	return r.array(func() error {
		if r.dec.PeekKind() != '"' {
			return r.dec.SkipValue()
		}
		return r.line(c)
	})
}

func (r *reader) line(c *cell) error {
	v, err := r.dec.ReadValue()
	if err != nil {
		return err
	}
	before := len(c.text.places)
	if r.used < maxSegments {
		c.text.unquote(v, int(r.dec.InputOffset())-len(v))
		r.used += len(c.text.places) - before
	} else {
		r.nb.long = true
	}
	return nil
}
