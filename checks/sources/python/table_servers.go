package python

// serverSinks are those of inference engines.
var serverSinks = []sink{
	{lib: "vllm", call: "LLM", ids: engine},
	{call: "AsyncEngineArgs", ids: engine},
	{call: "EngineArgs", ids: engine},
	{lib: "vllm*", call: "get_tokenizer", ids: []arg{{0, "tokenizer_name", hub, ""}}},
	{lib: "vllm", call: "LoRARequest", ids: []arg{{2, "lora_path lora_local_path", hub, ""}}, quiet: true},
	{lib: "sglang", call: "Engine", ids: sglang},
	{lib: "sglang", call: "Runtime", ids: sglang},
	{lib: "sglang", call: "ServerArgs", ids: sglang},
	{lib: "sglang", call: "get_config", ids: []arg{{0, "model model_path", hub, ""}}},
	{lib: "sglang", call: "get_tokenizer", ids: []arg{{0, "tokenizer_name", hub, ""}}},
	{lib: "lmdeploy", call: "pipeline", ids: []arg{{0, "model_path", hub, ""}}},
	{lib: "tensorrt_llm", call: "LLM", ids: []arg{{0, "model", hub, ""}, {-1, "tokenizer", hub, "tokenizer_revision"}}},
	{lib: "mlc_llm", call: "MLCEngine", ids: []arg{{0, "model", mlc, ""}}},
	{lib: "mlx_lm", call: "load", ids: []arg{{0, "path_or_hf_repo", hub, ""}}},
	{lib: "mlx_vlm", call: "load", ids: []arg{{0, "path_or_hf_repo", hub, ""}}},
	{lib: "mlx_whisper", call: "transcribe", ids: []arg{{-1, "path_or_hf_repo", hub, ""}}},
	{lib: "deepspeed", call: "mii.pipeline", ids: []arg{{0, "model_name_or_path", hub, ""}}},
	{lib: "mii", call: "pipeline", ids: []arg{{0, "model_name_or_path", hub, ""}}},
	{lib: "mii", call: "serve", ids: []arg{{0, "model_name_or_path", hub, ""}}},
	{lib: "outlines", call: "transformers", ids: []arg{{0, "model_name", hub, ""}}},
	{lib: "outlines", call: "vllm", ids: []arg{{0, "model_name", hub, ""}}, quiet: true},
	{lib: "guidance", call: "Transformers", ids: []arg{{0, "model", hub, ""}}, quiet: true},
	{lib: "dspy", call: "HFModel", ids: []arg{{0, "model", hub, ""}}},
	{lib: "infinity_emb", call: "EngineArgs", ids: []arg{{-1, "model_name_or_path", hub, ""}}},
	{lib: "lm_eval", call: "HFLM", ids: []arg{{0, "pretrained", hub, ""}}, quiet: true},
	{lib: "ctranslate2", call: "TransformersConverter", ids: []arg{{0, "model_name_or_path", hub, ""}}},
	{lib: "auto_gptq", call: "from_quantized", ids: []arg{{0, "model_name_or_path", hub, ""}}},
	{lib: "awq", call: "from_quantized", ids: []arg{{0, "model_path", hub, ""}}},
	{lib: "xfastertransformer", call: "from_pretrained", ids: []arg{{0, fromPretrained, hub, ""}}},

	{lib: "llama_cpp", call: "Llama", ids: []arg{{0, "model_path", uri, ""}}, quiet: true},
	{call: "LlamaCpp", ids: []arg{{-1, "model_path", uri, ""}}, quiet: true},
	{lib: "gpt4all", call: "GPT4All", ids: []arg{{0, "model_name", only("gpt4all"), ""}}},
	{lib: "torchtune", call: "download", ids: []arg{{0, "repo_id", hub, ""}}, quiet: true},
}

var (
	engine = []arg{{0, "model", hub, ""}, {1, "tokenizer", hub, "tokenizer_revision"}, {-1, "speculative_model", hub, ""},
		{-1, "hf_config_path", hub, ""}}
	sglang = []arg{{-1, "model_path", hub, ""}, {-1, "tokenizer_path", hub, ""}, {-1, "speculative_draft_model_path", hub, ""}}
)

// visionSinks are those of libraries for images.
var visionSinks = []sink{
	{lib: "timm", call: "create_model", when: "pretrained", ids: []arg{{0, "model_name", aliases("timm"), ""}}},
	{lib: "open_clip", call: "create_model_and_transforms", when: "pretrained", ids: []arg{{0, "model_name", aliases("open_clip"), ""}, {1, "pretrained", uri, ""}}},
	{lib: "open_clip", call: "create_model_from_pretrained", ids: []arg{{0, "model_name", aliases("open_clip"), ""}, {1, "pretrained", uri, ""}}},
	{lib: "open_clip", call: "create_model", when: "pretrained", ids: []arg{{0, "model_name", aliases("open_clip"), ""}}},
	{lib: "open_clip", call: "get_tokenizer", ids: []arg{{0, "model_name", uri, ""}}, quiet: true},
	{lib: "clip", call: "load", ids: []arg{{0, "name", only("clip"), ""}}, quiet: true},
	{lib: "torchvision", call: "get_model", when: "weights", ids: []arg{{0, "name", only("torchvision"), ""}}},
	{lib: "ultralytics", call: "YOLO", ids: []arg{{0, "model", weightsURL, ""}}, quiet: true},
	{lib: "segment_anything", call: "SamPredictor.from_pretrained", ids: []arg{{0, "", hub, ""}}},
	{lib: "controlnet_aux", call: "from_pretrained", ids: []arg{{0, "pretrained_model_or_path", hub, ""}}},
	{lib: "clip_interrogator", call: "Config", ids: []arg{{-1, "clip_model_name", aliases("open_clip"), ""}}, quiet: true},
}
