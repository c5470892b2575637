package python

import (
	"bytes"
	"strings"
)

// triggered tells whether a text holds any word without which nothing here can match. It
// is one pass over the text, since most files have none.
func triggered(text []byte) bool {
	if len(text) < 3 {
		return false
	}
	window := uint32(text[0])<<8 | uint32(text[1])<<16
	for i := 2; i < len(text); i++ {
		window = window>>8 | uint32(text[i])<<16
		if h := spread(window); triggerBits[h>>6]&(1<<(h&63)) != 0 {
			for _, w := range triggersByStart[window] {
				if bytes.HasPrefix(text[i-2:], w) {
					return true
				}
			}
		}
	}
	return false
}

// spread maps three bytes to a bit of triggerBits.
func spread(window uint32) uint32 { return window * 2654435761 >> 16 }

func start(word string) uint32 {
	return uint32(word[0]) | uint32(word[1])<<8 | uint32(word[2])<<16
}

var triggersByStart, triggerBits = indexTriggers(strings.Fields(triggers))

func indexTriggers(words []string) (map[uint32][][]byte, [1 << 10]uint64) {
	byStart := map[uint32][][]byte{}
	var bits [1 << 10]uint64
	for _, w := range words {
		s := start(w)
		byStart[s] = append(byStart[s], []byte(w))
		h := spread(s)
		bits[h>>6] |= 1 << (h & 63)
	}
	return byStart, bits
}

// triggers are words of three letters or more, of which every sink and load has one: in its
// callee, in the module that must be imported for it, or in an argument.
const triggers = `pretrained from_single_file from_preset transformers diffusers huggingface HuggingFace hf_hub hf://
	hf-hub: djl:// snapshot_download pickle Pickle dill joblib shelve torch keras tensorflow whisper
	Whisper spacy SentenceTransformer CrossEncoder SparseEncoder INSTRUCTOR vllm sglang timm clip mlflow
	trust_remote_code TRUST_REMOTE_CODE use_safetensors weights_only custom_pipeline safe_mode yaml YAML
	typ= allow_dangerous_deserialization enable_unsafe_deserialization llama_cpp LlamaCpp llama_index
	langchain haystack modelscope funasr kaggle ollama Ollama bentoml snowflake sagemaker TTS MODEL_ID
	base_model model_path model_id --model load_model load_op_library load_library register_custom_ops
	get_kernel load_kernel kernels HfFileSystem try_to_load_from_cache cached_download urlopen gdown
	wget requests httpx pooch load_file_from_url load_url state_dict_from_url get_file subprocess
	os.system popen os.exec commands.get pexpect shlex.split sh.bash get_ipython stanza flair nltk
	gensim fasttext gpt4all GPT4All ctranslate2 mlx_ outlines dspy guidance wandb use_artifact peft
	unsloth load_adapter load_lora load_ip_adapter load_textual_inversion audiocraft MusicGen encodec
	Chatterbox kokoro speechbrain nemo demucs silero bark pyannote FlagEmbedding fastembed keybert
	bertopic bert_score gliner setfit optimum paddlenlp onnx EngineArgs LLMConfig lm_eval infinity_emb
	tensorrt_llm mlc_llm lmdeploy deepspeed mii awq auto_gptq ultralytics segment_anything
	controlnet_aux xfastertransformer tokenizers skops hf_repo hf_path hf_model tokenizer_path lora_path
	_MODEL np.load numpy.load TORCH_FORCE urlretrieve name_or_path model_name Trainer ModelConfig`
