package modelid

import (
	"regexp"
	"strings"
)

// Role is what a key of a configuration, an option of a command or a variable of the
// environment means for a model.
type Role int

// The roles of a key.
const (
	NoRole                Role = iota
	ModelRole                  // names a model, whatever stands around it
	MaybeModelRole             // names a model if its value looks like one: "model"
	TokenizerRole              // names a model whose tokenizer or processor is loaded
	RevisionRole               // the revision of the model beside it
	TokenizerRevisionRole      // the revision of the tokenizer beside it
	TrustRole                  // lets code of the model run
	DigestRole                 // the sha256 of the file beside it
)

// RoleOf tells the role of a key; case, dashes and a leading "--" do not matter.
func RoleOf(key string) Role {
	k := snake(strings.TrimLeft(key, "-"))
	if r, ok := roles[k]; ok {
		return r
	}
	for _, s := range []string{"hub_model", "served", "dataset", "output", "openai", "anthropic", "azure", "gemini", "bedrock"} {
		if strings.Contains(k, s) {
			return NoRole
		}
	}
	switch {
	case ending(k, "_model_id", "_model_name_or_path", "_model_path", "_hf_repo", "_repo_id", "_model_uri", "_model_url"):
		return ModelRole
	case ending(k, "_model", "_model_name"), strings.HasPrefix(k, "embedding_model"):
		return MaybeModelRole
	case ending(k, "_tokenizer", "_tokenizer_name_or_path", "_tokenizer_name"):
		return TokenizerRole
	case ending(k, "_name_or_path") && !strings.Contains(k, "data"):
		return ModelRole
	case ending(k, "_model_revision"):
		return RevisionRole
	case ending(k, "_trust_remote_code"):
		return TrustRole
	}
	return NoRole
}

func ending(k string, suffixes ...string) bool {
	for _, s := range suffixes {
		if strings.HasSuffix(k, s) {
			return true
		}
	}
	return false
}

// snake writes modelURL, MODEL-URL and model.url as model_url.
func snake(key string) string {
	var b strings.Builder
	lower := false
	for i := range len(key) {
		c := key[i]
		switch {
		case 'A' <= c && c <= 'Z':
			if lower {
				b.WriteByte('_')
			}
			b.WriteByte(c + 'a' - 'A')
			lower = false
			continue
		case c == '-' || c == '.':
			c = '_'
		}
		b.WriteByte(c)
		lower = 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
	}
	return b.String()
}

var roles = table(map[Role]string{
	NoRole: `hub_model_id hub_model_name served_model_name model_type model_dir model_max_length
		reward_model_type ollama_models model_repository hub_repo_id push_to_hub_model_id`,
	ModelRole: `model_id model_path model_name_or_path model_name_or_id pretrained_model_name_or_path
		hf_model hf_model_id hf_model_name hf_repo hf_repo_id hf_path hf_hub_id hfd hf_repo_draft hf_repo_v
		repo_id model_repo model_repo_id model_uri model_url model_source
		base_model base_model_config base_model_id base_model_path base_model_name base_model_name_or_path
		adapter_id adapter_path adapter_name_or_path adapter_model lora_id lora_path lora_repo lora_model_dir
		ref_model reference_model ref_model_name_or_path reward_model reward_model_name_or_path
		teacher_model teacher_model_path teacher_model_name_or_path student_model student_model_name_or_path
		draft_model draft_model_id draft_model_path speculative_model speculative_draft_model_path assistant_model
		embedding_model embedding_model_id embedding_model_name reranker_model rerank_model llm_model
		storage_uri source_model_uri option_model_id serving_load_models llama_arg_hf_repo llama_arg_model_url
		llama_arg_docker_repo vision_tower controlnet_model_name_or_path vae_model_name_or_path
		pretrained_vae_model_name_or_path pretrained_model pretrained_model_path image_encoder_path`,
	MaybeModelRole: `model models model_ids model_names model_name llm pretrained checkpoint vae embed_model encoder_model transformer_model
		hf_config_path peft`,
	TokenizerRole: `tokenizer tokenizer_id tokenizer_name tokenizer_path tokenizer_name_or_path tokenizer_config
		processor processor_name_or_path processor_config feature_extractor image_processor`,
	RevisionRole: `revision model_revision revision_of_model hf_model_revision option_revision hf_revision
		model_commit commit_hash code_revision`,
	TokenizerRevisionRole: `tokenizer_revision`,
	TrustRole:             `trust_remote_code hf_model_trust_remote_code option_trust_remote_code trust_remote`,
	DigestRole:            `sha256 sha256sum checksum_sha256`,
})

func table(words map[Role]string) map[string]Role {
	m := map[string]Role{}
	for role, list := range words {
		for _, w := range strings.Fields(list) {
			m[w] = role
		}
	}
	return m
}

// Hosted tells that an id names a model behind somebody's interface, as the clients of
// providers write it, and no files.
func Hosted(id string) bool { return hosted.MatchString(strings.ToLower(id)) }

var hosted = regexp.MustCompile(`^(openrouter/|azure/|azure_ai/|bedrock/|vertex_ai/|gemini/|anthropic/claude|anthropic\.|` +
	`openai/(gpt-[0-9]|o[0-9]|text-|dall-e|chatgpt|tts-)|google/gemini|google/palm|cohere/(command|embed|rerank)|mistral/|groq/|` +
	`together_ai/|fireworks_ai/|replicate/|perplexity/|deepseek/deepseek-(chat|reasoner|coder)$|x-?ai/grok|xai/|` +
	`amazon/nova|litellm_proxy/|ollama_chat/|ollama/|hosted_vllm/|cerebras/|sambanova/|databricks/databricks-|watsonx/|github/|voyage/)`)
