package tokenizer

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelfolder"
)

// The limits of tokenizer.json. The largest vocabularies have 262,144 entries in 33 MB.
const (
	maxSize    = 64 << 20
	maxEntries = 1_000_000
)

var errBudget = errors.New("the tokenizer is larger than is compared")

// fast reads tokenizer.json, token by token: its merges are many and say nothing here.
// Of a file of a registry it reads the tokens only, which stand before the vocabulary.
func (a *audit) fast(ctx context.Context) (*table, error) {
	b := a.folder.File("tokenizer.json")
	if b == nil || modelfolder.Pointer(b) {
		return nil, nil
	}
	if b.Size > maxSize {
		return nil, errBudget
	}
	r := &reader{ctx: ctx, blob: b, table: &table{name: "tokenizer.json"}}
	r.dec = jsontext.NewDecoder(b.Section(), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if r.dec.PeekKind() != '{' {
		return nil, errors.New("is no JSON object")
	}
	if err := r.object(r.root); err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	return r.table, nil
}

type reader struct {
	ctx   context.Context
	blob  *gate.Blob
	dec   *jsontext.Decoder
	table *table
	left  int
}

// errEnough ends the reading where what follows is not read.
var errEnough = errors.New("enough was read")

// object calls member behind each name of an object, and skips anything else.
func (r *reader) object(member func(name string) error) error {
	if r.dec.PeekKind() != '{' {
		return r.dec.SkipValue()
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.dec.PeekKind() == '"' {
		name, err := r.dec.ReadToken()
		if err != nil {
			return err
		}
		if err := member(name.String()); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

func (r *reader) root(name string) error {
	switch {
	case name == "added_tokens":
		return r.added()
	case name == "model" && r.blob.Ranged:
		return errEnough
	case name == "model":
		return r.object(func(name string) error {
			if name == "vocab" {
				return r.vocab()
			}
			return r.dec.SkipValue()
		})
	default:
		return r.dec.SkipValue()
	}
}

// list calls item before each item of a list, and skips anything else.
func (r *reader) list(item func(i int) error) error {
	if r.dec.PeekKind() != '[' {
		return r.dec.SkipValue()
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for i := 0; r.dec.PeekKind() != ']'; i++ {
		if err := r.count(); err != nil {
			return err
		}
		if err := item(i); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

func (r *reader) count() error {
	if r.left++; r.left > maxEntries {
		return errBudget
	}
	return r.ctx.Err()
}

func (r *reader) added() error {
	return r.list(func(int) error {
		raw, err := r.dec.ReadValue()
		if err != nil {
			return err
		}
		var t struct {
			ID      *int64  `json:"id"`
			Content *string `json:"content"`
			Special *bool   `json:"special"`
		}
		at := gate.Location{Path: r.blob.Path, Offset: r.dec.InputOffset() - int64(len(raw))}
		if err := json.Unmarshal(raw, &t, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil || t.ID == nil || t.Content == nil {
			return nil // of another form than is compared
		}
		special := ""
		if t.Special != nil {
			special = fmt.Sprint(*t.Special)
		}
		r.table.tokens = append(r.table.tokens, token{*t.ID, *t.Content, special, at})
		return nil
	})
}

// vocab reads a vocabulary: numbers by text, or a list of texts with their scores.
func (r *reader) vocab() error {
	r.table.vocab = map[int64]string{}
	if r.dec.PeekKind() == '[' {
		return r.list(func(i int) error {
			raw, err := r.dec.ReadValue()
			if err != nil {
				return err
			}
			var pair []any
			if json.Unmarshal(raw, &pair, jsontext.AllowInvalidUTF8(true)) == nil && len(pair) > 0 {
				r.table.vocab[int64(i)], _ = pair[0].(string)
			}
			return nil
		})
	}
	return r.object(func(name string) error {
		if err := r.count(); err != nil {
			return err
		}
		if r.dec.PeekKind() != '0' {
			return r.dec.SkipValue()
		}
		token, err := r.dec.ReadToken()
		if err != nil {
			return err
		}
		if id, err := strconv.ParseInt(token.String(), 10, 64); err == nil {
			r.table.vocab[id] = name
		}
		return nil
	})
}
