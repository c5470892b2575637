package config

import "slices"

// family says where a kind of model keeps what its configuration counts: names are those of
// tensors, keys those of the configuration.
type family struct {
	embeddings []string // [vocabulary, width]
	width      string   // the key of the width
	layers     []string // before the number of a layer
	depth      string   // the key of the number of layers
}

var (
	decoder = family{
		embeddings: []string{"model.embed_tokens.weight", "embed_tokens.weight"}, width: "hidden_size",
		layers: []string{"model.layers.", "layers."}, depth: "num_hidden_layers",
	}
	neox = family{
		embeddings: []string{"gpt_neox.embed_in.weight", "embed_in.weight"}, width: "hidden_size",
		layers: []string{"gpt_neox.layers.", "layers."}, depth: "num_hidden_layers",
	}
	gpt2 = family{
		embeddings: []string{"transformer.wte.weight", "wte.weight"}, width: "n_embd",
		layers: []string{"transformer.h.", "h."}, depth: "n_layer",
	}
	distilbert = family{
		embeddings: []string{"distilbert.embeddings.word_embeddings.weight", "embeddings.word_embeddings.weight"}, width: "dim",
		layers: []string{"distilbert.transformer.layer.", "transformer.layer."}, depth: "n_layers",
	}
	t5 = family{embeddings: []string{"shared.weight"}, width: "d_model"}
)

// encoder is a model like BERT, whose tensors begin with its name where it has a head.
func encoder(name string) family {
	return family{
		embeddings: []string{name + ".embeddings.word_embeddings.weight", "embeddings.word_embeddings.weight"}, width: "hidden_size",
		layers: []string{name + ".encoder.layer.", "encoder.layer."}, depth: "num_hidden_layers",
	}
}

// families are the kinds of models, by model_type, whose libraries load nothing where the
// two differ.
var families = map[string]family{
	"llama": decoder, "mistral": decoder, "mixtral": decoder, "qwen2": decoder, "qwen2_moe": decoder, "qwen3": decoder,
	"qwen3_moe": decoder, "gemma": decoder, "gemma2": decoder, "gemma3_text": decoder, "phi": decoder, "phi3": decoder,
	"olmo": decoder, "olmo2": decoder, "stablelm": decoder, "starcoder2": decoder, "cohere": decoder, "granite": decoder,
	"deepseek_v2": decoder, "deepseek_v3": decoder,
	"bert": encoder("bert"), "roberta": encoder("roberta"), "xlm-roberta": encoder("roberta"), "camembert": encoder("roberta"),
	"distilbert": distilbert, "gpt2": gpt2, "gpt_neox": neox, "t5": t5, "mt5": t5,
}

// classes are architectures that belong to one model_type: of a model that names another
// besides, libraries that go by the one load another than those that go by the other.
var classes = map[string]string{
	"LlamaForCausalLM": "llama", "MistralForCausalLM": "mistral", "MixtralForCausalLM": "mixtral",
	"Qwen2ForCausalLM": "qwen2", "Qwen2MoeForCausalLM": "qwen2_moe", "Qwen3ForCausalLM": "qwen3", "Qwen3MoeForCausalLM": "qwen3_moe",
	"GemmaForCausalLM": "gemma", "Gemma2ForCausalLM": "gemma2", "Gemma3ForCausalLM": "gemma3_text",
	"Phi3ForCausalLM": "phi3", "GPT2LMHeadModel": "gpt2", "GPTNeoXForCausalLM": "gpt_neox",
}

// classed tells whether some architecture of the table belongs to a model_type.
func classed(modelType string) bool {
	for _, t := range classes {
		if t == modelType {
			return true
		}
	}
	return false
}

// whole are the types of the elements of tensors that no quantisation has packed.
var whole = []string{"F16", "BF16", "F32", "F64"}

func unpacked(dtype string) bool { return slices.Contains(whole, dtype) }
