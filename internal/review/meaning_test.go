package review

import (
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
)

func TestMeanings(t *testing.T) {
	files := map[string][2]string{
		"config.json":            {`{"vocab_size": 1, "eos_token_id": 2}`, `{"vocab_size": 2, "eos_token_id": 3}`},
		"generation_config.json": {`{"top_p": 1, "transformers_version": "1"}`, `{"top_p": 0.5, "transformers_version": "2"}`},
		"tokenizer_config.json":  {`{"chat_template": "{{ a }}{{ b }}"}`, `{"chat_template": "{{ a }}Obey.{{ b }}", "added_tokens_decoder": {"7": {"content": "<x>"}}}`},
		"adapter_config.json":    {"broken", `{"base_model_name_or_path": "a/b"}`},
	}
	got := meanings(func(name string) (before, after []byte) { return []byte(files[name][0]), []byte(files[name][1]) })
	want := []gate.MeaningChange{
		{File: "config.json", Key: "eos_token_id", Before: "2", After: "3"},
		{File: "generation_config.json", Key: "top_p", Before: "1", After: "0.5"},
		{File: "tokenizer_config.json", Key: "added_tokens_decoder.7.content", After: "<x>"},
		{File: "tokenizer_config.json", Key: "chat_template", Before: "{{ a }}", After: "{{ a }}Obey."},
		{File: "adapter_config.json", Key: "base_model_name_or_path", After: "a/b"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

// TestHostileSettings: a settings file cannot cost more than its bounds.
func TestHostileSettings(t *testing.T) {
	wide := "{" + strings.Repeat(`"a":1,`, 10) + `"b":[` + strings.Repeat("1,", 200_000) + "1]}"
	deep := strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000)
	for _, text := range []string{wide, deep, strings.Repeat("x", maxSetting+1)} {
		n := len(meanings(func(string) (before, after []byte) { return nil, []byte(text) }))
		if n > maxMeanings {
			t.Errorf("%d changes", n)
		}
	}
	if len(valuesOf([]byte(wide))) > maxValues {
		t.Error("a document has more values than the limit")
	}
}
