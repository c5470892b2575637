// Package tokenizer compares what the files of a tokenizer say of the tokens that are added
// to its vocabulary: which number and which text each has, and which of them begin and end a
// text. Libraries read different ones of these files. See
// https://huggingface.co/docs/tokenizers/api/added-tokens.
package tokenizer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
	"github.com/modelgate/gate/internal/modelfolder"
)

const (
	kind          gate.Kind = "tokenizer.contradiction"
	kindMalformed gate.Kind = "tokenizer.malformed"
)

// Auditor compares the files of tokenizers.
type Auditor struct{}

// Spec describes the auditor.
func (Auditor) Spec() gate.Spec {
	return gate.Spec{
		Name: "tokenizer",
		Doc:  "Compares the files of a tokenizer: the numbers and texts of added tokens, and which are special.",
		Emits: map[gate.Kind]any{
			kind: modelfolder.Contradiction{}, kindMalformed: gate.Malformed{}, gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Audit compares the tokenizer of each folder.
func (Auditor) Audit(ctx context.Context, s *gate.Subject, out gate.Recorder) {
	for _, f := range modelfolder.Split(s.Blobs) {
		a := &audit{folder: f, out: out, stated: map[modelfolder.Contradiction]bool{}}
		a.tables(ctx)
		a.roles()
		a.numbers()
	}
}

type audit struct {
	folder *modelfolder.Folder
	out    gate.Recorder
	stated map[modelfolder.Contradiction]bool
}

func (a *audit) state(at gate.Location, c modelfolder.Contradiction) {
	if !a.stated[c] {
		a.stated[c] = true
		a.out.Emit(kind, at, c)
	}
}

// token is an added token as a file has it.
type token struct {
	id      int64
	text    string
	special string // true, false, or "" where the file does not say
	at      gate.Location
}

// table has the added tokens of one file.
type table struct {
	name   string
	tokens []token
	vocab  map[int64]string // all that the model has; nil: not read
}

// tables compares the three files that number added tokens.
func (a *audit) tables(ctx context.Context) {
	var all []*table
	fast, err := a.fast(ctx)
	at := gate.Location{Path: a.folder.Path + "/tokenizer.json"}
	if b := a.folder.File("tokenizer.json"); b != nil {
		at.Path = b.Path
	}
	switch {
	case ctx.Err() != nil:
		a.out.Emit(gate.KindIncomplete, at, gate.Incomplete{Reason: "comparing the tokenizer: " + ctx.Err().Error(), Budget: "time"})
		return
	case errors.Is(err, errBudget):
		a.out.Emit(gate.KindIncomplete, at, gate.Incomplete{Reason: err.Error(), Budget: "bytes", Limit: maxSize})
	case err != nil:
		a.out.Emit(kindMalformed, at, gate.Malformed{Reason: err.Error()})
	}
	for _, t := range []*table{fast, decoder(a.folder.JSON("tokenizer_config.json")), legacy(a.folder.JSON("added_tokens.json"))} {
		if t == nil {
			continue
		}
		a.within(t)
		for _, other := range all {
			a.between(t, other)
		}
		all = append(all, t)
	}
}

// decoder are the tokens of added_tokens_decoder, by their numbers.
func decoder(doc *modelfolder.Document) *table {
	v := doc.Get("added_tokens_decoder")
	if v == nil {
		return nil
	}
	t := &table{name: doc.Name}
	for _, m := range v.Members {
		id, err := strconv.ParseInt(m.Name, 10, 64)
		content := m.Value.Get("content")
		if err != nil || content == nil {
			continue
		}
		special := ""
		if s := m.Value.Get("special"); s != nil {
			special = s.Text
		}
		t.tokens = append(t.tokens, token{id, content.String(), special, doc.At(m.Value)})
	}
	return t
}

// legacy are the tokens of added_tokens.json, by their texts.
func legacy(doc *modelfolder.Document) *table {
	if doc == nil {
		return nil
	}
	t := &table{name: doc.Name}
	for _, m := range doc.Root.Members {
		if id, ok := modelfolder.Int(m.Value); ok {
			t.tokens = append(t.tokens, token{id, m.Name, "", doc.At(m.Value)})
		}
	}
	return t
}

// within compares the tokens of one file: no number may have two texts.
func (a *audit) within(t *table) {
	seen := map[int64]string{}
	for _, k := range t.tokens {
		before, ok := seen[k.id]
		if ok && before != k.text {
			a.state(k.at, modelfolder.Contradiction{Field: number(k.id), Says: k.text, File: t.name, Other: before})
		}
		seen[k.id] = k.text
		if text, ok := t.vocab[k.id]; ok && text != k.text && plain(text) && plain(k.text) {
			a.state(k.at, modelfolder.Contradiction{Field: number(k.id), Says: k.text, File: t.name, Other: text + " in its vocabulary"})
		}
	}
}

func number(id int64) string { return fmt.Sprintf("token %d", id) }

// plain tells whether a text is written alike by all vocabularies, of which some write
// blanks and bytes in letters of their own.
func plain(text string) bool {
	return text != "" && !slices.ContainsFunc([]byte(text), func(b byte) bool { return b <= ' ' || b > '~' })
}

// between compares the tokens of two files.
func (a *audit) between(t, other *table) {
	texts, ids := map[int64]token{}, map[string]int64{}
	for _, k := range other.tokens {
		texts[k.id], ids[k.text] = k, k.id
	}
	for _, k := range t.tokens {
		theirs, known := texts[k.id]
		id, named := ids[k.text]
		switch {
		case known && theirs.text != k.text:
			a.state(k.at, modelfolder.Contradiction{Field: number(k.id), Says: k.text, File: other.name, Other: theirs.text})
		case named && id != k.id:
			a.state(k.at, modelfolder.Contradiction{Field: "token " + k.text, Says: fmt.Sprint(k.id), File: other.name, Other: fmt.Sprint(id)})
		case known && k.special != "" && theirs.special != "" && k.special != theirs.special:
			a.state(k.at, modelfolder.Contradiction{Field: "special of " + k.text, Says: k.special, File: other.name, Other: theirs.special})
		case !known && plain(k.text) && plain(other.vocab[k.id]) && other.vocab[k.id] != k.text:
			a.state(k.at, modelfolder.Contradiction{Field: number(k.id), Says: k.text, File: other.name, Other: other.vocab[k.id]})
		}
	}
}

// parts are the tokens that play a part in every text.
var parts = []string{"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"}

// roles compares the tokens that two files give these parts.
func (a *audit) roles() {
	doc, other := a.folder.JSON("tokenizer_config.json"), a.folder.JSON("special_tokens_map.json")
	for _, role := range parts {
		says, theirs := text(doc.Get(role)), text(other.Get(role))
		if says != "" && theirs != "" && says != theirs {
			a.state(doc.At(doc.Get(role)), modelfolder.Contradiction{Field: role, Says: says, File: other.Name, Other: theirs})
		}
	}
}

// text is a token that is written as its text or as an object that has it.
func text(v *jsontree.Value) string {
	if content := v.Get("content"); content != nil {
		return content.String()
	}
	return v.String()
}

// numbers compares the numbers of tokens with the size of the vocabulary. One below zero
// means that there is none.
func (a *audit) numbers() {
	size := a.folder.JSON("config.json")
	most, ok := modelfolder.Int(size.Get("vocab_size"))
	if !ok {
		return
	}
	for _, name := range []string{"config.json", "generation_config.json"} {
		doc := a.folder.JSON(name)
		for _, field := range []string{"bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id"} {
			doc.Get(field).Walk(func(_ string, v *jsontree.Value) {
				if id, ok := modelfolder.Int(v); ok && id >= most {
					a.state(doc.At(v), modelfolder.Contradiction{Field: field, Says: fmt.Sprint(id), File: size.Name, Other: fmt.Sprintf("a vocab_size of %d", most)})
				}
			})
		}
	}
}
