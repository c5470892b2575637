package python

import (
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
)

// hub reads an id of the Hub or a URI. Some libraries take "id@revision".
func hub(s string) (gate.ModelID, bool) {
	if id, ok := modelid.Any(s); ok {
		return id, true
	}
	if name, rev, ok := strings.Cut(s, "@"); ok && !strings.Contains(s, "://") && rev != "" {
		id, ok := modelid.Hub(name)
		id.Revision = rev
		return id, ok
	}
	return gate.ModelID{}, false
}

// uri reads a URI only.
func uri(s string) (gate.ModelID, bool) { return modelid.URI(s) }

// aliases reads the short names of a library, or else an id of the Hub.
func aliases(table string) reader {
	return func(s string) (gate.ModelID, bool) {
		if id, ok := modelid.Alias(table, s); ok {
			return id, true
		}
		return hub(s)
	}
}

// only reads the short names of a library, or a URI.
func only(table string) reader {
	return func(s string) (gate.ModelID, bool) {
		if id, ok := modelid.Alias(table, s); ok {
			return id, true
		}
		return uri(s)
	}
}

// modelscope reads the same ids, of another hub.
func modelscope(s string) (gate.ModelID, bool) {
	id, ok := hub(s)
	if ok && id.Source == "hf" && id.URL == "" {
		id.Source = "modelscope"
	}
	return id, ok
}

// torchHub reads "owner/repository[:ref]" on GitHub.
func torchHub(s string) (gate.ModelID, bool) {
	repo, ref, _ := strings.Cut(s, ":")
	owner, name, ok := strings.Cut(repo, "/")
	if !ok || modelid.IsLocal(s) || name == "" || strings.ContainsAny(s, " \t") || strings.Contains(name, "/") {
		return gate.ModelID{}, false
	}
	return gate.ModelID{Source: "torchhub", Namespace: owner, Name: name, Revision: ref}, true
}

// preset reads a preset of KerasHub: a short name, a URI or a Kaggle handle.
func preset(s string) (gate.ModelID, bool) {
	if id, ok := modelid.URI(s); ok {
		return id, true
	}
	return modelid.Alias("kerashub", s)
}

// ollama reads a name of Ollama's library.
func ollama(s string) (gate.ModelID, bool) {
	if modelid.IsLocal(s) || strings.ContainsAny(s, " \t") {
		return gate.ModelID{}, false
	}
	return modelid.Ollama(s)
}

// artifact reads "entity/project/name:version" of Weights & Biases.
func artifact(s string) (gate.ModelID, bool) {
	path, version, ok := strings.Cut(s, ":")
	i := strings.LastIndexByte(path, '/')
	name := path[i+1:]
	if !ok || name == "" || strings.ContainsAny(s, " \t{}") || strings.HasPrefix(version, "//") {
		return gate.ModelID{}, false
	}
	return gate.ModelID{Source: "wandb", Namespace: path[:max(i, 0)], Name: name, Revision: version}, true
}

// bento reads "name:tag" of BentoML's store.
func bento(s string) (gate.ModelID, bool) {
	name, tag, _ := strings.Cut(s, ":")
	if name == "" || strings.ContainsAny(s, " \t{}/") {
		return gate.ModelID{}, false
	}
	return gate.ModelID{Source: "catalog", Namespace: "bentoml", Name: name, Revision: tag}, true
}

// jumpstart reads a name of SageMaker's catalogue.
func jumpstart(s string) (gate.ModelID, bool) {
	if s == "" || strings.ContainsAny(s, " \t{}/") {
		return gate.ModelID{}, false
	}
	return gate.ModelID{Source: "catalog", Namespace: "jumpstart", Name: s}, true
}

// weightsURL reads the address of a file of weights.
func weightsURL(s string) (gate.ModelID, bool) {
	if !strings.Contains(s, "://") {
		return gate.ModelID{}, false
	}
	return modelid.URI(s)
}

// loadedURL reads any address: the callee says that it is one of weights.
func loadedURL(s string) (gate.ModelID, bool) {
	if !strings.Contains(s, "://") {
		return gate.ModelID{}, false
	}
	return modelid.Loaded(s)
}

// localPrefix reads LlamaIndex's "local:org/name".
func localPrefix(s string) (gate.ModelID, bool) {
	name, ok := strings.CutPrefix(s, "local:")
	if !ok {
		return gate.ModelID{}, false
	}
	return hub(name)
}

// mlc reads MLC's "HF://org/name".
func mlc(s string) (gate.ModelID, bool) {
	if rest, ok := strings.CutPrefix(s, "HF://"); ok {
		return hub(rest)
	}
	return hub(s)
}

// demucs reads the names of Demucs' own models.
func demucs(s string) (gate.ModelID, bool) {
	if !strings.HasPrefix(s, "htdemucs") && !strings.HasPrefix(s, "mdx") && !strings.HasPrefix(s, "hdemucs") {
		return gate.ModelID{}, false
	}
	return gate.ModelID{Source: "catalog", Namespace: "demucs", Name: s}, true
}
