package python

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
)

// declaration is a name that a file gives a default under which another file, or a
// library, loads: an option of a command line, a field of a configuration.
type declaration struct {
	name   string
	value  set
	loader string
}

func (m *machine) declare(d declaration) {
	if m.reporting && len(m.declared) < maxSet {
		m.declared = append(m.declared, d)
	}
}

// nameDefaults reports the defaults whose name says that they are models and that no sink
// of this file was seen to take, the strings that are URIs of models, and the options that
// turn the code of strangers on.
func (m *machine) nameDefaults() {
	for _, d := range m.declared {
		m.trustByDefault(d)
		if !modelName(d.name) {
			continue
		}
		known := d.value.known()
		for _, v := range known {
			id, ok := modelid.Any(v.text)
			if !ok || !strings.Contains(v.text, "/") || hostedID(v.text) || m.report.standsAt(v.start, v.end) || builtPath(d.name, v) {
				continue
			}
			how := gate.Resolved
			if len(known) > 1 {
				how = gate.Alternative
			}
			m.report.add(id, d.loader, map[string]string{}, v.start, v.end, 0, 0, how, v.variable)
		}
	}
	m.uris()
}

// builtPath tells a path that is put together, as "dir/step", from the name of a model.
func builtPath(name string, v *value) bool {
	return v.pieces != nil && strings.HasSuffix(strings.ToLower(name), "path")
}

// trustByDefault reports an option or a field that turns remote code on unless the user
// turns it off.
func (m *machine) trustByDefault(d declaration) {
	if d.name != "trust_remote_code" {
		return
	}
	if flag, at := d.value.flag(); flag == "true" && at != nil {
		m.report.addLoad(gate.Load{Callee: d.loader, Flag: d.name, Value: "true", Unsafe: "remote-code", Origin: "hub"}, at.start, at.end)
	}
}

// uris reports strings whose scheme says that they name a model, wherever they go.
func (m *machine) uris() {
	var all []*value
	for _, v := range m.strings {
		if scheme(v.text) {
			all = append(all, v)
		}
	}
	slices.SortFunc(all, func(a, b *value) int { return cmp.Compare(a.start, b.start) })
	for _, v := range all {
		name := v.text
		if strings.HasPrefix(name, "djl://") {
			name, _, _ = strings.Cut(name, "?") // options of the loader
		}
		id, ok := modelid.URI(name)
		if ok && !m.report.standsAt(v.start, v.end) {
			m.report.add(id, "URI", map[string]string{}, v.start, v.end, 0, 0, gate.Literal, "")
		}
	}
}

func scheme(s string) bool {
	for _, p := range []string{"hf://", "djl://", "huggingface://", "hf-hub:", "hf_hub:", "modelscope://"} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// modelName tells by its words that a name holds the id of a model.
func modelName(name string) bool {
	name = strings.ToLower(name)
	yes := false
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' || r == '.' }) {
		if notModelWords[w] {
			return false
		}
		yes = yes || modelWords[w]
	}
	return yes
}

var modelWords = wordSet(`model models tokenizer checkpoint ckpt pretrained encoder vae unet controlnet adapter lora
	llm embedding embeddings embedder reranker repo draft`)

var notModelWords = wordSet(`dataset datasets data output outputs dir save push target hub served hosted api url host
	endpoint class type log wandb project experiment description title help text prompt message card license org`)

func wordSet(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(s) {
		out[w] = true
	}
	return out
}

// hostedID tells that an id is in the catalogue of a provider that runs the model itself.
func hostedID(id string) bool {
	id = strings.ToLower(id)
	provider, name, _ := strings.Cut(id, "/")
	if hostedProviders[provider] {
		return true
	}
	if provider == "openai" {
		for _, p := range []string{"gpt-3", "gpt-4", "gpt-5", "o1", "o3", "o4", "text-", "chatgpt", "davinci", "dall-e", "tts-"} {
			if strings.HasPrefix(name, p) {
				return true
			}
		}
	}
	return false
}

var hostedProviders = wordSet(`anthropic azure azure_ai bedrock gemini vertex_ai groq openrouter cohere_chat together_ai
	fireworks_ai deepinfra replicate litellm litellm_proxy ollama ollama_chat perplexity mistral_api xai palm sagemaker watsonx
	cloudflare databricks nvidia_nim cerebras sambanova github`)

// hosted tells that a callee asks a service to run a model.
func hosted(path string) bool {
	for part := range strings.SplitSeq(strings.ReplaceAll(path, "()", ""), ".") {
		if hostedLibraries[part] {
			return true
		}
	}
	return false
}

var hostedLibraries = wordSet(`openai anthropic litellm InferenceClient AsyncInferenceClient HuggingFaceEndpoint HuggingFaceHub
	OpenAI AsyncOpenAI AzureOpenAI Anthropic cohere groq mistralai google vertexai ChatOpenAI ChatAnthropic load_dataset
	datasets evaluate`)

// digests adds the checksum that a download is compared with, where the URL carries it and
// the function that downloads computes one.
func (m *machine) digests(id gate.ModelID, args map[string]string) map[string]string {
	if id.Source != "url" || args["sha256"] != "" {
		return args
	}
	start, end := m.mod.Range()
	if f := m.inside(); f != nil {
		start, end = f.node.Range()
	}
	body := []byte(m.mod.Source[start:min(end, len(m.mod.Source))])
	if !bytes.Contains(body, []byte("sha256(")) || !bytes.Contains(body, []byte("hexdigest")) {
		return args
	}
	args = maps.Clone(args)
	for part := range strings.SplitSeq(id.URL, "/") {
		if len(part) == 64 && strings.Trim(part, "0123456789abcdef") == "" {
			args["sha256"] = part
		}
	}
	return args
}
