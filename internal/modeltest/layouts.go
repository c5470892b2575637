package modeltest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Layout is a model as its libraries write it: nothing in it contradicts itself.
type Layout struct {
	Name  string
	Files []Entry
	Code  bool // it declares code that its library runs
}

// widths are the sizes in bytes of the types of elements that Weights knows.
var widths = map[string]int{"F32": 4, "F16": 2, "BF16": 2, "I32": 4, "U8": 1, "F8_E4M3": 1}

// Weights is a safetensors file of zeros. Each tensor is written as "name dtype 4x2"; one that
// is written as "name = other" was left out as a duplicate of another, which the metadata say.
func Weights(tensors ...string) []byte {
	header, at := map[string]any{}, 0
	metadata := map[string]string{"format": "pt"}
	for _, t := range tensors {
		f := strings.Fields(t)
		if f[1] == "=" {
			metadata[f[0]] = f[2]
			continue
		}
		size, shape := widths[f[1]], []int{}
		for d := range strings.SplitSeq(f[2], "x") {
			n, _ := strconv.Atoi(d)
			size, shape = size*n, append(shape, n)
		}
		header[f[0]] = map[string]any{"dtype": f[1], "shape": shape, "data_offsets": []int{at, at + size}}
		at += size
	}
	header["__metadata__"] = metadata
	text, _ := json.Marshal(header)
	return Safetensors(string(text), at)
}

// Index is the index of a sharded model: each line is a tensor and its file.
func Index(lines ...string) []byte {
	names := map[string]string{}
	for _, l := range lines {
		tensor, file, _ := strings.Cut(l, " ")
		names[tensor] = file
	}
	text, _ := json.Marshal(map[string]any{"metadata": map[string]any{"total_size": 64}, "weight_map": names})
	return text
}

// GGUFTensors is a GGUF file of version 3: general.file_type, a vocabulary, and vectors of 256
// elements in tensors of the given types.
func GGUFTensors(purpose string, fileType uint32, kinds ...uint32) []byte {
	sizes := map[uint32]int{0: 1024, 1: 512, 2: 144, 7: 192, 8: 272, 12: 144, 14: 210, 39: 136}
	le := binary.LittleEndian
	text := func(b []byte, s string) []byte { return append(le.AppendUint64(b, uint64(len(s))), s...) }
	b := le.AppendUint64(le.AppendUint64(le.AppendUint32([]byte("GGUF"), 3), uint64(len(kinds))), 4)
	b = text(le.AppendUint32(text(b, "general.architecture"), 8), "llama")
	b = text(le.AppendUint32(text(b, "general.type"), 8), purpose)
	b = le.AppendUint32(le.AppendUint32(text(b, "general.file_type"), 4), fileType)
	b = le.AppendUint64(le.AppendUint32(le.AppendUint32(text(b, "tokenizer.ggml.tokens"), 9), 8), 2)
	b = text(text(b, "<s>"), "</s>")
	offset := 0
	for i, k := range kinds {
		b = le.AppendUint64(le.AppendUint32(text(b, fmt.Sprintf("blk.%d.weight", i)), 1), 256)
		b = le.AppendUint64(le.AppendUint32(b, k), uint64(offset))
		offset += (sizes[k] + 31) / 32 * 32
	}
	return append(b, make([]byte, (32-len(b)%32)%32+offset)...)
}

// Layouts are models of the layouts that are most used.
func Layouts() []Layout {
	return slices.Concat(decoders(), encoders(), parts())
}

func text(name, data string) Entry { return Entry{name, []byte(data)} }

// llama has the files of a decoder beside its weights.
func llama(config string) []Entry {
	return []Entry{
		text("config.json", config),
		text("generation_config.json", `{"bos_token_id": 1, "eos_token_id": [2, 9], "pad_token_id": null}`),
		text("tokenizer.json", `{"version": "1.0", "added_tokens": [
			{"id": 0, "content": "<unk>", "special": true}, {"id": 1, "content": "<s>", "special": true},
			{"id": 2, "content": "</s>", "special": true}, {"id": 9, "content": "<|im_end|>", "special": true},
			{"id": 8, "content": "    ", "special": false}],
			"model": {"type": "BPE", "vocab": {"<unk>": 0, "<s>": 1, "</s>": 2, "\u2581a": 3, "b": 4, "\u0120\u0120\u0120\u0120": 8}, "merges": [["a", "b"], "c d"]}}`),
		text("tokenizer_config.json", `{"added_tokens_decoder": {
			"0": {"content": "<unk>", "special": true}, "1": {"content": "<s>", "special": true}, "2": {"content": "</s>", "special": true},
			"9": {"content": "<|im_end|>", "special": true}}, "bos_token": "<s>", "eos_token": "<|im_end|>", "pad_token": null, "unk_token": {"content": "<unk>"}}`),
		text("special_tokens_map.json", `{"bos_token": {"content": "<s>", "lstrip": false}, "eos_token": "<|im_end|>", "unk_token": "<unk>", "additional_special_tokens": []}`),
		text("added_tokens.json", `{"<s>": 1, "</s>": 2, "<|im_end|>": 9}`),
	}
}

const (
	embedding  = "model.embed_tokens.weight BF16 12x4"
	layer0     = "model.layers.0.mlp.up_proj.weight BF16 8x4"
	layer1     = "model.layers.1.mlp.up_proj.weight BF16 8x4"
	head       = "lm_head.weight BF16 12x4"
	configText = `{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4, "num_hidden_layers": 2,
		"vocab_size": 10, "torch_dtype": "float16", "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": -1}`
)

func shard(i, n int) string { return fmt.Sprintf("model-%05d-of-%05d.safetensors", i, n) }

func decoders() []Layout {
	in := func(i int, tensor string) string { return strings.Fields(tensor)[0] + " " + shard(i, 2) }
	sharded := []Entry{
		{shard(1, 2), Weights(embedding, layer0)}, {shard(2, 2), Weights(layer1, head)},
		{"model.safetensors.index.json", Index(in(1, embedding), in(1, layer0), in(2, layer1), in(2, head))},
	}
	packed := strings.Replace(configText, `"model_type"`, `"quantization_config": {"quant_method": "gptq", "bits": 4}, "model_type"`, 1)
	fp8 := `{"architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3", "hidden_size": 4, "num_hidden_layers": 1, "vocab_size": 12,
		"auto_map": {"AutoConfig": "configuration_deepseek.DeepseekV3Config", "AutoModel": "org/other--modeling_deepseek.DeepseekV3Model"},
		"quantization_config": {"quant_method": "fp8", "fmt": "e4m3"}}`
	return []Layout{
		{Name: "sharded decoder with padded rows", Files: slices.Concat(llama(configText), sharded)},
		{Name: "beside the weights of an earlier save and an index of pickles that are gone", Files: slices.Concat(llama(configText), sharded, []Entry{
			{shard(3, 3), Weights("old F32 1")}, {"pytorch_model.bin.index.json", Index("a pytorch_model-00001-of-00002.bin")},
		})},
		{Name: "beside the weights in one file, with an index of their own", Files: slices.Concat(llama(configText), sharded, []Entry{
			{"consolidated-00001-of-00001.safetensors", Weights("tok_embeddings.weight BF16 12x4")},
			{"consolidated.safetensors.index.json", Index("tok_embeddings.weight consolidated-00001-of-00001.safetensors")},
			{"consolidated.safetensors", Weights("tok_embeddings.weight BF16 12x4")},
		})},
		{Name: "tied weights that a converter left out", Files: slices.Concat(llama(configText), []Entry{
			{shard(1, 1), Weights(embedding, layer0, layer1, "lm_head.weight = model.embed_tokens.weight")},
			{"model.safetensors.index.json", Index("model.embed_tokens.weight "+shard(1, 1), "model.layers.0.mlp.up_proj.weight "+shard(1, 1),
				"model.layers.1.mlp.up_proj.weight "+shard(1, 1), "lm_head.weight "+shard(1, 1))},
		})},
		{Name: "quantised", Files: slices.Concat(llama(packed), []Entry{{"model.safetensors", Weights("model.embed_tokens.weight F16 12x4", "model.layers.0.mlp.up_proj.qweight I32 1x8")}})},
		{Name: "of eight bits, with a layer to predict two tokens, and its code", Code: true, Files: []Entry{
			text("config.json", fp8), text("configuration_deepseek.py", "class DeepseekV3Config: pass\n"),
			{"model.safetensors", Weights("model.embed_tokens.weight BF16 12x4", "model.layers.0.mlp.up_proj.weight F8_E4M3 8x4", "model.layers.1.eh_proj.weight BF16 8x4")},
		}},
		{Name: "packed for other machines", Files: slices.Concat(llama(strings.Replace(configText, `"model_type"`, `"quantization": {"bits": 4}, "model_type"`, 1)), []Entry{
			{"model.safetensors", Weights("model.embed_tokens.weight I32 12x1", "model.layers.0.mlp.up_proj.weight I32 8x1")},
		})},
		{Name: "GGUF", Files: []Entry{
			{"tiny-Q4_K_M.gguf", GGUFTensors("model", 15, 0, 12, 14)}, {"tiny.Q8_0.gguf", GGUFTensors("", 7, 0, 8)},
			{"qwen2-F16.gguf", GGUFTensors("model", 1, 0, 1)}, {"tiny-UD-Q4_K_XL.gguf", GGUFTensors("model", 15, 0, 8)},
			{"tiny-Q4_K_S.gguf", GGUFTensors("model", 14, 0, 7, 8)}, // rows that are no multiple of a block
			{"tiny-Q8_0-00001-of-00002.gguf", GGUFTensors("model", 7)}, {"oss-F16.gguf", GGUFTensors("model", 1, 0, 1, 39)},
			{"mmproj-tiny-Q8_0.gguf", GGUFTensors("mmproj", 1, 1)}, {"tiny-q8_0-embed-f16.gguf", GGUFTensors("model", 15, 12)},
			{"imatrix-Q8_0.gguf", GGUFTensors("imatrix", 0, 0)},
		}},
	}
}

func encoders() []Layout {
	bert := `{"architectures": ["BertForMaskedLM"], "model_type": "bert", "hidden_size": 4, "num_hidden_layers": 1, "vocab_size": 6, "pad_token_id": 0}`
	return []Layout{
		{Name: "encoder with pickled weights beside it", Files: []Entry{
			text("config.json", bert), {"pytorch_model.bin", TorchZip(StateDict(4), 16)}, text("vocab.txt", "[PAD]\n[UNK]\n"),
			{"model.safetensors", Weights("bert.embeddings.word_embeddings.weight F32 6x4", "bert.encoder.layer.0.output.dense.weight F32 4x4")},
			text("tokenizer.json", `{"added_tokens": [{"id": 0, "content": "[PAD]", "special": true}], "model": {"type": "WordPiece", "vocab": {"[PAD]": 0, "[UNK]": 1}}}`),
			text("tokenizer_config.json", `{"do_lower_case": true, "pad_token": "[PAD]"}`),
		}},
		{Name: "sentence encoder with a vocabulary of scores", Files: []Entry{
			text("config.json", `{"architectures": ["XLMRobertaModel"], "model_type": "xlm-roberta", "hidden_size": 4, "num_hidden_layers": 1, "vocab_size": 6, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}`),
			text("modules.json", `[{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]`),
			{"model.safetensors", Weights("embeddings.word_embeddings.weight F32 6x4", "encoder.layer.0.output.dense.weight F32 4x4")},
			text("tokenizer.json", `{"added_tokens": [{"id": 0, "content": "<s>", "special": true}, {"id": 5, "content": "<mask>", "special": true}],
				"model": {"type": "Unigram", "unk_id": 3, "vocab": [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["\u2581,", -3.4], ["<mask>", 0.0]]}}`),
			text("special_tokens_map.json", `{"bos_token": "<s>", "mask_token": {"content": "<mask>"}}`),
		}},
		{Name: "encoder and decoder", Files: []Entry{
			text("config.json", `{"architectures": ["T5ForConditionalGeneration"], "model_type": "t5", "d_model": 4, "num_layers": 6, "vocab_size": 10, "decoder_start_token_id": 0}`),
			{"model.safetensors", Weights("shared.weight F32 10x4", "decoder.block.0.layer.0.SelfAttention.k.weight F32 4x4")},
		}},
		{Name: "images and text", Files: []Entry{
			text("config.json", `{"architectures": ["LlavaForConditionalGeneration"], "model_type": "llava", "image_token_index": 32000,
				"text_config": {"model_type": "llama", "vocab_size": 32064, "hidden_size": 4096}, "pad_token_id": 32001}`),
			{"model.safetensors", Weights("language_model.model.embed_tokens.weight F16 12x4")},
		}},
	}
}

// parts are models that are made of others, or for them.
func parts() []Layout {
	lora := func(base, card string) []Entry {
		return []Entry{
			text("README.md", "---\nlibrary_name: peft\nbase_model: "+card+"\n---\n# Adapter\n"),
			text("adapter_config.json", `{"peft_type": "LORA", "base_model_name_or_path": "`+base+`", "r": 8, "rank_pattern": {"model.layers.1.self_attn.q_proj": 4},
				"target_modules": ["q_proj", "embed_tokens", "mlp.up_proj"], "modules_to_save": ["lm_head"], "target_parameters": null}`),
			{"adapter_model.safetensors", Weights("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight F32 8x4", "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight F32 4x8",
				"base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight F32 4x4", "base_model.model.model.embed_tokens.lora_embedding_A F32 8x12",
				"base_model.model.model.layers.0.mlp.up_proj.lora_A.weight F32 8x4", "base_model.model.lm_head.weight F32 12x4")},
		}
	}
	return []Layout{
		{Name: "adapter", Files: lora("meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B")},
		{Name: "adapter of a copy in fewer bits", Files: lora("unsloth/Meta-Llama-3.1-8B-bnb-4bit", "meta-llama/Llama-3.1-8B")},
		{Name: "adapter of a folder", Files: lora("/root/models/base", "meta-llama/Llama-3.1-8B")},
		{Name: "adapter of parameters", Files: []Entry{
			text("adapter_config.json", `{"peft_type": "LORA", "r": 2, "target_modules": ["q_proj"], "target_parameters": ["mlp.experts.down_proj"]}`),
			{"adapter_model.safetensors", Weights("base_model.model.model.layers.0.mlp.experts.lora_A.weight F32 8x4")},
		}},
		{Name: "pipeline", Files: []Entry{
			text("model_index.json", `{"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]}`),
			text("unet/config.json", `{"_class_name": "UNet2DConditionModel", "sample_size": 64}`),
			{"unet/diffusion_pytorch_model-00001-of-00002.fp16.safetensors", Weights("a F16 4")},
			{"unet/diffusion_pytorch_model-00002-of-00002.fp16.safetensors", Weights("b F16 4")},
			{"unet/diffusion_pytorch_model.safetensors.index.fp16.json", Index("a diffusion_pytorch_model-00001-of-00002.fp16.safetensors", "b diffusion_pytorch_model-00002-of-00002.fp16.safetensors")},
			{"unet/diffusion_pytorch_model-00001-of-00002.safetensors", Weights("a F32 4")},
			{"unet/diffusion_pytorch_model-00002-of-00002.safetensors", Weights("b F32 4")},
			{"unet/diffusion_pytorch_model.safetensors.index.json", Index("a diffusion_pytorch_model-00001-of-00002.safetensors", "b diffusion_pytorch_model-00002-of-00002.safetensors")},
			text("tokenizer/tokenizer_config.json", `{"bos_token": {"content": "<|startoftext|>"}, "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>"}`),
			text("tokenizer/special_tokens_map.json", `{"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>"}`),
			text("text_encoder/config.json", `{"model_type": "clip_text_model", "vocab_size": 49408, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}`),
		}},
	}
}
