package adapter

import (
	"slices"
	"testing"

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
	config := func(text string) modeltest.Entry {
		return modeltest.Entry{Name: "adapter_config.json", Data: []byte(text)}
	}
	card := func(text string) modeltest.Entry { return modeltest.Entry{Name: "README.md", Data: []byte(text)} }
	const tensor = "base_model.model.model.layers.0.q_proj.lora_A.weight"
	model := modeltest.Entry{Name: weights, Data: modeltest.Weights(tensor + " F32 8x4")}
	for name, test := range map[string]struct {
		files []modeltest.Entry
		want  []fact
	}{
		"rank":           {[]modeltest.Entry{model, config(`{"peft_type": "LORA", "r": 16, "target_modules": ["q_proj"]}`)}, []fact{{"r", "16", weights, "8 rows in " + tensor}}},
		"target":         {[]modeltest.Entry{model, config(`{"peft_type": "LORA", "r": 8, "target_modules": ["v_proj", "proj"]}`)}, []fact{{"target_modules", "v_proj, proj", weights, tensor}}},
		"pattern":        {[]modeltest.Entry{model, config(`{"peft_type": "LORA", "r": 8, "target_modules": ".*v_proj"}`)}, nil},
		"other method":   {[]modeltest.Entry{model, config(`{"peft_type": "ADALORA", "r": 16}`)}, nil},
		"odd ranks":      {[]modeltest.Entry{model, config(`{"peft_type": "LORA", "r": 16, "rank_pattern": {"a": "b"}}`)}, nil},
		"other base":     {[]modeltest.Entry{config(`{"base_model_name_or_path": "acme/Llama-2-7b"}`), card("---\nbase_model: meta/Mistral-7B\n---\n")}, []fact{{"base_model_name_or_path", "acme/Llama-2-7b", "README.md", "meta/Mistral-7B"}}},
		"one of several": {[]modeltest.Entry{config(`{"base_model_name_or_path": "acme/Llama-2-7b"}`), card("---\nbase_model:\n- meta/Mistral-7B\n- meta/Llama-2-7b-hf\n---\n")}, nil},
		"no metadata":    {[]modeltest.Entry{config(`{"base_model_name_or_path": "acme/Llama-2-7b"}`), card("# base_model: x/y\n")}, nil},
		"never closed":   {[]modeltest.Entry{config(`{"base_model_name_or_path": "acme/Llama-2-7b"}`), card("---\nbase_model: x/y\n")}, nil},
		"no id":          {[]modeltest.Entry{config(`{"base_model_name_or_path": "acme/Llama-2-7b"}`), card("---\nbase_model: ./folder\n---\n")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := checktest.Audit(t, Auditor{}, checktest.Subject(test.files...))
			if got := facts(r); !slices.Equal(got, test.want) || len(r.Evidence) != len(test.want) {
				t.Errorf("got %s", checktest.JSON(r.Evidence))
			}
		})
	}
}

func TestAkin(t *testing.T) {
	for _, pair := range [][2]string{{"a/Llama-2-7b-hf", "b/llama-2-7b"}, {"unsloth/mistral-7b-instruct-v0.2-bnb-4bit", "mistralai/Mistral-7B-Instruct-v0.2"}, {"x/Qwen2.5-7B-AWQ", "y/Qwen2.5-7B"}} {
		if !akin(pair[0], pair[1]) {
			t.Errorf("%v are not akin", pair)
		}
	}
	for _, pair := range [][2]string{{"a/Llama-2-7b", "b/Llama-3-8b"}, {"a/gemma-2b", "a/phi-2"}} {
		if akin(pair[0], pair[1]) {
			t.Errorf("%v are akin", pair)
		}
	}
}

func FuzzAdapter(f *testing.F) {
	beside := []modeltest.Entry{
		{Name: weights, Data: modeltest.Weights("base_model.model.q_proj.lora_A.weight F32 8x4")}, {Name: "README.md", Data: []byte("---\nbase_model: a/b\n---\n")},
	}
	checktest.FuzzAudit(f, Auditor{}, "adapter_config.json", beside,
		[]byte(`{"peft_type": "LORA", "r": 16, "rank_pattern": {"a": 4}, "target_modules": ["v_proj"], "base_model_name_or_path": "c/d"}`))
}
