package tokenizer

import (
	"slices"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/modelfolder"
	"github.com/modelgate/gate/internal/modeltest"
)

func TestBenign(t *testing.T) { checktest.Benign(t, Auditor{}) }

// fact has the fields of a contradiction: of what, what the file says, the other file, what
// that says.
type fact [4]string

func facts(r *checktest.Record) (out []fact) {
	for _, c := range checktest.Of[modelfolder.Contradiction](r, kind) {
		out = append(out, fact{c.Field, c.Says, c.File, c.Other})
	}
	return out
}

func TestContradiction(t *testing.T) {
	file := func(name, data string) modeltest.Entry { return modeltest.Entry{Name: name, Data: []byte(data)} }
	fast := file("tokenizer.json", `{"added_tokens": [{"id": 5, "content": "<s>", "special": true}, {"id": 6, "content": "</s>", "special": true}],
		"model": {"type": "BPE", "vocab": {"the": 1, "<s>": 5}, "merges": []}}`)
	config := func(text string) modeltest.Entry { return file("tokenizer_config.json", text) }
	for name, test := range map[string]struct {
		files []modeltest.Entry
		want  []fact
	}{
		"other text":        {[]modeltest.Entry{fast, config(`{"added_tokens_decoder": {"5": {"content": "<pad>"}}}`)}, []fact{{"token 5", "<pad>", "tokenizer.json", "<s>"}}},
		"other number":      {[]modeltest.Entry{fast, config(`{"added_tokens_decoder": {"7": {"content": "<s>"}}}`)}, []fact{{"token <s>", "7", "tokenizer.json", "5"}}},
		"no longer special": {[]modeltest.Entry{fast, config(`{"added_tokens_decoder": {"6": {"content": "</s>", "special": false}}}`)}, []fact{{"special of </s>", "false", "tokenizer.json", "true"}}},
		"takes a word":      {[]modeltest.Entry{fast, file("added_tokens.json", `{"<evil>": 1}`)}, []fact{{"token 1", "<evil>", "tokenizer.json", "the"}}},
		"older file":        {[]modeltest.Entry{config(`{"added_tokens_decoder": {"5": {"content": "<s>"}}}`), file("added_tokens.json", `{"<s>": 4}`)}, []fact{{"token <s>", "4", "tokenizer_config.json", "5"}}},
		"twice in one":      {[]modeltest.Entry{file("tokenizer.json", `{"added_tokens": [{"id": 5, "content": "a"}, {"id": 5, "content": "b"}]}`)}, []fact{{"token 5", "b", "tokenizer.json", "a"}}},
		"takes its own word": {[]modeltest.Entry{file("tokenizer.json", `{"added_tokens": [{"id": 0, "content": "<evil>"}], "model": {"vocab": [["the", 0.0], 7]}}`)},
			[]fact{{"token 0", "<evil>", "tokenizer.json", "the in its vocabulary"}}},
		"parts": {[]modeltest.Entry{config(`{"eos_token": "</s>", "bos_token": {"content": "<s>"}, "unk_token": null}`), file("special_tokens_map.json", `{"eos_token": {"content": "<evil>"}, "bos_token": "<s>", "unk_token": "<unk>"}`)},
			[]fact{{"eos_token", "</s>", "special_tokens_map.json", "<evil>"}}},
		"beyond the vocabulary": {[]modeltest.Entry{file("config.json", `{"vocab_size": 10, "eos_token_id": 10, "pad_token_id": -1}`), file("generation_config.json", `{"eos_token_id": [9, 12], "bos_token_id": null}`)},
			[]fact{{"eos_token_id", "10", "config.json", "a vocab_size of 10"}, {"eos_token_id", "12", "config.json", "a vocab_size of 10"}}},
		"other forms": {[]modeltest.Entry{file("tokenizer.json", `{"added_tokens": [1, {"id": "x"}, {"content": "a"}], "model": {"vocab": {"a": "b", "c": 1.5}}}`), config(`{"added_tokens_decoder": {"x": 1, "5": "s"}}`)}, nil},
		"no lists":    {[]modeltest.Entry{file("tokenizer.json", `{"added_tokens": {}, "model": "x"}`)}, nil},
		"pointer":     {[]modeltest.Entry{file("tokenizer.json", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := checktest.Audit(t, Auditor{}, checktest.Subject(test.files...))
			if got := facts(r); !slices.Equal(got, test.want) || len(r.Evidence) != len(test.want) {
				t.Errorf("got %s", checktest.JSON(r.Evidence))
			}
		})
	}
}

func TestBroken(t *testing.T) {
	for _, text := range []string{"", "nothing", "[]", `{"added_tokens": [`, `{"model": {"vocab": {"a": 1`, "{\"a\" 1}"} {
		r := checktest.Audit(t, Auditor{}, checktest.Subject(modeltest.Entry{Name: "tokenizer.json", Data: []byte(text)}))
		if got := r.Kinds(); !slices.Equal(got, []gate.Kind{kindMalformed}) {
			t.Errorf("%q: %s", text, checktest.JSON(r.Evidence))
		}
	}
}

// TestLong states a tokenizer that is too large to be compared.
func TestLong(t *testing.T) {
	s := &gate.Subject{Blobs: []*gate.Blob{gate.NewBlob("tokenizer.json", maxSize+1, modeltest.SparseSafetensors(1, 1))}}
	if got := checktest.Audit(t, Auditor{}, s).Kinds(); !slices.Equal(got, []gate.Kind{gate.KindIncomplete}) {
		t.Errorf("got %v", got)
	}
}

func FuzzTokenizer(f *testing.F) {
	beside := []modeltest.Entry{{Name: "tokenizer_config.json", Data: []byte(`{"added_tokens_decoder": {"5": {"content": "<s>"}}}`)}}
	checktest.FuzzAudit(f, Auditor{}, "tokenizer.json", beside,
		[]byte(`{"added_tokens": [{"id": 5, "content": "a", "special": true}], "model": {"vocab": {"b": 5}}}`), []byte(`{"model": {"vocab": [["a", 0]]}}`))
}
