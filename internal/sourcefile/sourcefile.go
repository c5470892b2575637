// Package sourcefile is what the finders of all languages do alike with a file: look
// whether it says anything of models, bound what is read of it, and state what it names.
package sourcefile

import (
	"bytes"
	"iter"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/splice"
	"github.com/modelgate/gate/internal/tokens"
)

// maxCode is the length of the longest program that is split into tokens.
const maxCode = 4 << 20

// File is a file, or a text inside of one, in which a finder looks.
type File struct {
	Finder string
	Src    *gate.Source
	Out    gate.Recorder
}

// Fits tells that the file is no longer than a finder reads, or states that it is.
func (f File) Fits(limit int) bool {
	if len(f.Src.Text) <= limit {
		return true
	}
	f.Unread("the file is longer than what is read", "bytes", limit)
	return false
}

// Unread states that a budget was spent before the file was read to its end.
func (f File) Unread(reason, budget string, limit int) {
	f.Out.Emit(gate.KindIncomplete, f.Src.At(0, 0), gate.Incomplete{Reason: reason, Budget: budget, Limit: int64(limit)})
}

// Tokens splits a program, or states that it could not be split to its end; a program
// that is too long is not read at all.
func (f File) Tokens(syntax tokens.Syntax) ([]tokens.Token, bool) {
	if !f.Fits(maxCode) {
		return nil, false
	}
	list := tokens.Scan(string(f.Src.Text), syntax)
	if len(list) == tokens.Max {
		f.Unread("the file has more tokens than are read", "entries", tokens.Max)
	}
	return list, true
}

// State states a reference with what follows from the file, the model and the arguments.
func (f File) State(r gate.Reference) {
	r.Finder, r.Context = f.Finder, modelid.ContextOf(f.Src.Path)
	r.Immutable = r.Resolution != gate.Dynamic && modelid.Immutable(r.Model, r.Args)
	f.Out.Reference(r)
}

// Embed hands back a text in another language, unless it is empty.
func (f File) Embed(language string, t splice.Text) {
	if t.S != "" {
		f.Out.Embed(language, []byte(t.S), t.Map)
	}
}

// Mentions tells that a text has one of the words.
func Mentions(text []byte, words ...string) bool {
	for _, w := range words {
		if bytes.Contains(text, []byte(w)) {
			return true
		}
	}
	return false
}

// Lines are the lines of a text with their ends, each with its offset.
func Lines(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		at := 0
		for line := range strings.Lines(text) {
			if !yield(at, line) {
				return
			}
			at += len(line)
		}
	}
}
