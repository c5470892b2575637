package config

import (
	"path"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
)

// shape is the kind of document, where that changes what its keys mean.
type shape string

// The shapes of documents.
const (
	plain       shape = ""
	axolotl     shape = "axolotl"
	truss       shape = "truss"
	kserve      shape = "kserve"
	kubeai      shape = "kubeai"
	compose     shape = "compose"
	spacyConfig shape = "spacy"
	frontMatter shape = "readme"
	kit         shape = "kitfile"
	dvc         shape = "dvc"
	catalog     shape = "catalog" // values of a chart or gallery: models by name
	djl         shape = "djl"
)

func shapeOf(root *node, p, lang string) shape {
	base := strings.ToLower(path.Base(p))
	api, has := root.get("apiVersion").text(), func(keys ...string) bool {
		for _, k := range keys {
			if root.get(k) != nil {
				return true
			}
		}
		return false
	}
	switch {
	case lang == "frontmatter":
		return frontMatter
	case base == "kitfile":
		return kit
	case strings.HasSuffix(base, ".dvc") || base == "dvc.lock":
		return dvc
	case strings.HasPrefix(api, "kubeai.org/"):
		return kubeai
	case strings.HasPrefix(api, "serving.kserve.io/"):
		return kserve
	case has("services", "models") && (strings.Contains(base, "compose") || root.path("services") != nil && api == ""):
		return compose
	case has("base_model") && has("datasets", "adapter", "sequence_len", "load_in_8bit"):
		return axolotl
	case has("model_cache", "weights", "trt_llm", "base_image", "external_data") && has("model_name", "resources", "build_commands", "python_version", "model_cache", "weights"):
		return truss
	case lang == "ini" && (has("nlp", "components", "initialize") && has("components", "training", "initialize")):
		return spacyConfig
	case has("catalog"):
		return catalog
	case base == "workflow.json" || base == "serving.properties":
		return djl
	}
	return plain
}

// loader names the key as a person finds it in the tool's documentation.
func (s shape) loader(key string) string {
	if s == plain {
		return key
	}
	return string(s) + "." + key
}

// holders are keys whose objects describe a model, so that a plain key within names it.
var holders = words(`model models base_model llm embedding embeddings embedder reranker tokenizer adapter adapters lora vae
	encoder text_encoder image_encoder weights model_config model_args checkpoint_repository storageUris
	storage_uris pretrained teacher student draft_model speculative_config sourceModel modelSpec embedding_model whisper`)

// namings are those plain keys.
var namings = words("name id path repo repo_id repository source uri url hf_id hf_name hub_id model_id model_name hf_path huggingface_id")

// role is what a key means where it stands.
func (s shape) role(key string, path []string, n *node) modelid.Role {
	parent := ""
	if len(path) > 0 {
		parent = path[len(path)-1]
	}
	switch s {
	case spacyConfig:
		if key == "source" && len(path) > 1 && path[0] == "components" || key == "vectors" && parent == "initialize" ||
			key == "init_tok2vec" {
			return modelid.ModelRole
		}
	case frontMatter:
		if len(path) == 0 && (key == "models" || key == "base_model" || key == "preload_from_hub") {
			return modelid.ModelRole
		}
		return modelid.NoRole
	case kubeai, catalog:
		if key == "url" && (parent == "spec" || parent == "adapters" || len(path) > 1 && path[0] == "catalog") {
			return modelid.ModelRole
		}
	case kit:
		if parent == "model" && key == "path" {
			return modelid.ModelRole
		}
	case compose:
		if key == "model" && len(path) == 2 && path[0] == "models" {
			return modelid.ModelRole
		}
		if key == "models" {
			return modelid.NoRole
		}
	case truss:
		if key == "model_name" || key == "base_model" {
			return modelid.NoRole
		}
	}
	if key == "repository" && parent == "adapterSource" && n.get("type").text() == "huggingface" {
		return modelid.ModelRole
	}
	if role := modelid.RoleOf(key); role != modelid.NoRole {
		return role
	}
	if namings[key] && holders[parent] && n.get("tag") == nil && n.get("image") == nil && !display(key, n) {
		return modelid.MaybeModelRole
	}
	return modelid.NoRole
}

// display tells that a name is for people or requests, since a place stands beside it.
func display(key string, n *node) bool {
	return (key == "name" || key == "id") && (n.get("uri") != nil || n.get("url") != nil || n.get("source") != nil || n.get("path") != nil)
}

// read reads the value of a key as a model.
func (s shape) read(text, key string, path []string, role modelid.Role) (gate.ModelID, bool) {
	switch {
	case s == spacyConfig && role == modelid.ModelRole:
		if m, ok := modelid.Alias("spacy", text); ok || modelid.IsLocal(text) || strings.Contains(text, "/") || text == "null" {
			return m, ok
		}
		if key == "source" {
			return gate.ModelID{Source: "spacy", Name: text}, true
		}
		return gate.ModelID{}, false
	case s == frontMatter && key == "preload_from_hub":
		return preloaded(text)
	case s == compose && len(path) == 2 && path[0] == "models":
		return modelid.OCI(text)
	case s == kit && key == "path":
		if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "/") || !strings.Contains(text, ":") {
			return gate.ModelID{}, false
		}
		return modelid.OCI(text)
	}
	if modelid.Hosted(text) {
		return gate.ModelID{}, false
	}
	if role == modelid.ModelRole || namings[key] && !strings.HasPrefix(text, "http") {
		return loadedURL(text)
	}
	return modelid.Any(text)
}

// loadedURL reads what a server is told to load; "[engine]=url" is DJL's.
func loadedURL(text string) (gate.ModelID, bool) {
	if i := strings.Index(text, "]="); strings.HasPrefix(text, "[") && i > 0 {
		text = text[i+2:]
	}
	return modelid.Loaded(text)
}

// preloaded reads "org/name [files [revision]]" of a Space.
func preloaded(text string) (gate.ModelID, bool) {
	f := strings.Fields(text)
	if len(f) == 0 {
		return gate.ModelID{}, false
	}
	m, ok := modelid.Hub(f[0])
	if len(f) > 1 {
		m.File = f[1]
	}
	if len(f) > 2 {
		m.Revision = f[2]
	}
	return m, ok
}

// imported states a file of weights that DVC takes from another repository, at the commit
// that its lock holds (dvc.org/doc/user-guide/project-structure/dvc-files).
func (w *walker) imported(n *node) {
	url, file := n.path("repo.url"), n.get("path")
	if url.text() == "" || !modelid.WeightsFile(file.text()) {
		return
	}
	m := gate.ModelID{Source: "git", URL: url.text(), File: file.text(), Revision: n.path("repo.rev_lock").text()}
	w.out.Reference(gate.Reference{Model: m, Loader: "dvc import", At: w.src.At(url.val.Span(0, len(url.val.S))), Finder: "config",
		Context: w.place, Resolution: gate.Literal, Immutable: modelid.Immutable(m, nil)})
}
