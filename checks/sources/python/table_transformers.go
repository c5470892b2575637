package python

const fromPretrained = "pretrained_model_name_or_path model_name_or_path model_name model_id model repo_id name_or_path path model_path pretrained_model_name model_key"

// transformersSinks are those of transformers and of what follows its manner: any
// from_pretrained takes an id, whoever's class it is.
var transformersSinks = []sink{
	{call: "from_pretrained", ids: []arg{{0, fromPretrained, hub, ""}, {-1, "tokenizer_name_or_path", hub, ""}}},
	{lib: "transformers", call: "pipeline", quiet: true, tasks: taskDefaults, ids: []arg{
		{1, "model", hub, ""}, {-1, "tokenizer", hub, ""}, {-1, "feature_extractor", hub, ""},
		{-1, "image_processor", hub, ""}, {-1, "processor", hub, ""}, {-1, "assistant_model", hub, ""}, {-1, "config", hub, ""}}},
	{lib: "transformers", call: "load_tool", ids: []arg{{0, "task_or_repo_id repo_id", hub, ""}}},
	{lib: "transformers*", call: "cached_file", ids: []arg{{0, "path_or_repo_id", hub, ""}}},
	{lib: "transformers", call: "from_encoder_decoder_pretrained", ids: []arg{
		{0, "encoder_pretrained_model_name_or_path", hub, ""}, {1, "decoder_pretrained_model_name_or_path", hub, ""}}},
	{lib: "transformers", call: "from_vision_text_pretrained", ids: []arg{
		{0, "vision_model_name_or_path", hub, ""}, {1, "text_model_name_or_path", hub, ""}}},
	{call: "load_adapter", quiet: true, ids: []arg{{0, "peft_model_id model_id adapter_name_or_path pretrained_model_name_or_path", hub, "adapter_revision"}}},
	{lib: "optimum*", call: "main_export", ids: []arg{{0, "model_name_or_path", hub, ""}}},

	// peft
	{call: "PeftModel.from_pretrained", ids: []arg{{1, "model_id", hub, ""}}},
	{call: "PeftModelFor*.from_pretrained", ids: []arg{{1, "model_id", hub, ""}}},
	{call: "PeftMixedModel.from_pretrained", ids: []arg{{1, "model_id", hub, ""}}},

	// trl and unsloth
	{lib: "trl", call: "SFTTrainer", quiet: true, ids: trainer},
	{lib: "trl", call: "DPOTrainer", quiet: true, ids: trainer},
	{lib: "trl", call: "GRPOTrainer", quiet: true, ids: trainer},
	{lib: "trl", call: "KTOTrainer", quiet: true, ids: trainer},
	{lib: "trl", call: "ORPOTrainer", quiet: true, ids: trainer},
	{lib: "trl", call: "CPOTrainer", quiet: true, ids: trainer},
	{lib: "trl", call: "RewardTrainer", quiet: true, ids: trainer},
	{lib: "trl", call: "OnlineDPOTrainer", quiet: true, ids: trainer},
	{lib: "trl", call: "RLOOTrainer", quiet: true, ids: trainer},
	{lib: "trl", call: "GKDTrainer", quiet: true, ids: trainer},
	{lib: "trl", call: "ModelConfig", quiet: true, ids: []arg{{-1, "model_name_or_path", hub, "model_revision"}}},
	{call: "FastLanguageModel.from_pretrained", ids: fast},
	{call: "FastVisionModel.from_pretrained", ids: fast},
	{call: "FastModel.from_pretrained", ids: fast},
	{lib: "unsloth", call: "from_pretrained", ids: fast},
	{lib: "setfit", call: "from_pretrained", ids: []arg{{0, fromPretrained, aliases("sentence-transformers"), ""}}},
}

var (
	trainer = []arg{{0, "model", hub, ""}, {-1, "ref_model", hub, ""}, {-1, "reward_model", hub, ""},
		{-1, "reward_funcs", hub, ""}, {-1, "judge", hub, ""}, {-1, "teacher_model", hub, ""}}
	fast = []arg{{0, "model_name", hub, ""}}
)

// diffusersSinks are those of diffusers besides from_pretrained.
var diffusersSinks = []sink{
	{call: "from_single_file", ids: []arg{{0, "pretrained_model_link_or_path url_or_path", hub, ""}, {-1, "config", hub, ""}}},
	{call: "load_lora_weights", ids: []arg{{0, "pretrained_model_name_or_path_or_dict", hub, ""}}, quiet: true},
	{call: "load_lora_into_unet", ids: []arg{{0, "", hub, ""}}, quiet: true},
	{call: "load_ip_adapter", ids: []arg{{0, "pretrained_model_name_or_path_or_dict", hub, ""}}, quiet: true},
	{call: "load_textual_inversion", ids: []arg{{0, "pretrained_model_name_or_path", hub, ""}}, quiet: true},
	{lib: "diffusers", call: "lora_state_dict", ids: []arg{{0, "pretrained_model_name_or_path_or_dict", hub, ""}}, quiet: true},
	{lib: "diffusers", call: "load_attn_procs", ids: []arg{{0, "pretrained_model_name_or_path_or_dict", hub, ""}}, quiet: true},
}

// taskDefaults are the models that a pipeline takes for a task where none is named.
var taskDefaults = map[string]string{
	"audio-classification":           "superb/wav2vec2-base-superb-ks",
	"automatic-speech-recognition":   "facebook/wav2vec2-base-960h",
	"depth-estimation":               "Intel/dpt-large",
	"document-question-answering":    "impira/layoutlm-document-qa",
	"feature-extraction":             "distilbert/distilbert-base-cased",
	"fill-mask":                      "distilbert/distilroberta-base",
	"image-classification":           "google/vit-base-patch16-224",
	"image-feature-extraction":       "google/vit-base-patch16-224",
	"image-segmentation":             "facebook/detr-resnet-50-panoptic",
	"image-to-image":                 "caidas/swin2SR-classical-sr-x2-64",
	"image-to-text":                  "ydshieh/vit-gpt2-coco-en",
	"mask-generation":                "facebook/sam-vit-huge",
	"ner":                            "dbmdz/bert-large-cased-finetuned-conll03-english",
	"object-detection":               "facebook/detr-resnet-50",
	"question-answering":             "distilbert/distilbert-base-cased-distilled-squad",
	"sentiment-analysis":             "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
	"summarization":                  "sshleifer/distilbart-cnn-12-6",
	"table-question-answering":       "google/tapas-base-finetuned-wtq",
	"text-classification":            "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
	"text-generation":                "openai-community/gpt2",
	"text-to-audio":                  "suno/bark-small",
	"text-to-speech":                 "suno/bark-small",
	"text2text-generation":           "google-t5/t5-base",
	"token-classification":           "dbmdz/bert-large-cased-finetuned-conll03-english",
	"translation":                    "google-t5/t5-base",
	"translation_en_to_de":           "google-t5/t5-base",
	"translation_en_to_fr":           "google-t5/t5-base",
	"translation_en_to_ro":           "google-t5/t5-base",
	"video-classification":           "MCG-NJU/videomae-base-finetuned-kinetics",
	"visual-question-answering":      "dandelin/vilt-b32-finetuned-vqa",
	"zero-shot-classification":       "facebook/bart-large-mnli",
	"zero-shot-image-classification": "openai/clip-vit-base-patch32",
	"zero-shot-object-detection":     "google/owlvit-base-patch32",
}
