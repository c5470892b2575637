package config

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
	llama := func(more string) modeltest.Entry {
		return modeltest.Entry{Name: "config.json", Data: []byte(`{"model_type": "llama", "hidden_size": 4, "num_hidden_layers": 2, "vocab_size": 12` + more + `}`)}
	}
	model := func(tensors ...string) modeltest.Entry {
		return modeltest.Entry{Name: "model.safetensors", Data: modeltest.Weights(tensors...)}
	}
	const embedding, first, second = "model.embed_tokens.weight F16 12x4", "model.layers.0.a F16 4", "model.layers.1.a F16 4"
	shard := modeltest.Entry{Name: "model-00001-of-00002.safetensors", Data: modeltest.Weights("model.embed_tokens.weight F16 3x4", first)}
	index := modeltest.Entry{Name: "model.safetensors.index.json", Data: modeltest.Index("model.embed_tokens.weight model-00001-of-00002.safetensors", "model.layers.1.a model-00002-of-00002.safetensors")}
	for name, test := range map[string]struct {
		files []modeltest.Entry
		want  []fact
	}{
		"agree":             {[]modeltest.Entry{llama(""), model(embedding, first, second)}, nil},
		"fewer rows":        {[]modeltest.Entry{llama(""), model("model.embed_tokens.weight F16 3x4", first, second)}, []fact{{"vocab_size", "12", "model.safetensors", "3 rows in model.embed_tokens.weight"}}},
		"other width":       {[]modeltest.Entry{llama(""), model("model.embed_tokens.weight F16 12x8", first, second)}, []fact{{"hidden_size", "4", "model.safetensors", "8 columns in model.embed_tokens.weight"}}},
		"fewer layers":      {[]modeltest.Entry{llama(""), model(embedding, second)}, []fact{{"num_hidden_layers", "2", "model.safetensors", "1 layers"}}},
		"part of a model":   {[]modeltest.Entry{llama(""), shard, index}, []fact{{"vocab_size", "12", "model.safetensors.index.json", "3 rows in model.embed_tokens.weight"}}},
		"quantised":         {[]modeltest.Entry{llama(`, "quantization_config": {}`), model("model.embed_tokens.weight F16 3x4")}, nil},
		"unknown kind":      {[]modeltest.Entry{{Name: "config.json", Data: []byte(`{"model_type": "x", "vocab_size": 12}`)}, model("model.embed_tokens.weight F16 3x4")}, nil},
		"other class":       {[]modeltest.Entry{llama(`, "architectures": ["MistralForCausalLM"]`)}, []fact{{"architectures", "MistralForCausalLM", "config.json", "model_type llama"}}},
		"class of no table": {[]modeltest.Entry{llama(`, "architectures": ["AcmeForCausalLM"]`)}, nil},
		"code":              {[]modeltest.Entry{llama(`, "auto_map": {"AutoModel": "modeling_x.X", "AutoConfig": "modeling_x.Y"}`)}, []fact{{"auto_map", "modeling_x.X", "modeling_x.py", ""}}},
		"code of another":   {[]modeltest.Entry{llama(`, "auto_map": {"AutoModel": "o/n--modeling_x.X"}`)}, nil},
		"code of tokenizers": {[]modeltest.Entry{{Name: "tokenizer_config.json", Data: []byte(`{"auto_map": {"AutoTokenizer": ["tok.Slow", null]}}`)}},
			[]fact{{"auto_map", "tok.Slow", "tok.py", ""}}},
		"odd":     {[]modeltest.Entry{{Name: "config.json", Data: []byte(`{"model_type": "llama", "vocab_size": "many", "hidden_size": 1e3, "architectures": 1, "auto_map": "m.C.D"}`)}, model(embedding, "model.layers.x.a F16 4")}, nil},
		"no JSON": {[]modeltest.Entry{{Name: "config.json", Data: []byte(`nothing`)}, model(embedding)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := checktest.Audit(t, Auditor{}, checktest.Subject(test.files...))
			if got := facts(r); !slices.Equal(got, test.want) || len(r.Evidence) != len(test.want) {
				t.Errorf("got %s", checktest.JSON(r.Evidence))
			}
		})
	}
}

func FuzzConfig(f *testing.F) {
	model := []modeltest.Entry{{Name: "model.safetensors", Data: modeltest.Weights("model.embed_tokens.weight F16 3x4", "model.layers.0.a F16 4")}}
	checktest.FuzzAudit(f, Auditor{}, "config.json", model,
		[]byte(`{"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 12, "architectures": ["MistralForCausalLM"], "auto_map": {"A": "m.C"}}`))
}
