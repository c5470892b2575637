package policy

import (
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/modelgate/gate"
)

// registries are the addresses under which the models of a registry stand.
var registries = map[string]string{
	"hf":         "https://huggingface.co/",
	"modelscope": "https://modelscope.cn/models/",
	"ollama":     "https://ollama.com/",
	"kaggle":     "https://www.kaggle.com/models/",
	"torchhub":   "https://github.com/",
	"spacy":      "https://github.com/explosion/spacy-models/",
	"wandb":      "https://wandb.ai/",
	"oci":        "https://",
}

// hostAliases are further names of one host.
var hostAliases = map[string]string{
	"hf.co":              "huggingface.co",
	"www.huggingface.co": "huggingface.co",
	"www.modelscope.cn":  "modelscope.cn",
	"registry.ollama.ai": "ollama.com",
}

// origins tell which registry and which approved source a model comes from.
type origins struct {
	sources []source
	// ofModel has the approved source by model and registry, as the references tell.
	ofModel map[string]map[string]string
	// present has the addresses at which registries have models that were moved, by the
	// addresses under which they are referenced.
	present map[string]string
}

func newOrigins(sources []source) origins {
	return origins{sources, map[string]map[string]string{}, map[string]string{}}
}

// moved keeps that a registry has a model under another name than the one asked for.
func (o *origins) moved(model string, fact *ast.Term) {
	registry := text(fact, "registry")
	base, ok := registries[registry]
	if name := text(fact, "name"); ok && name != "" && !strings.EqualFold(name, model) {
		o.present[base+model] = base + name
	}
}

// model is the id of the model that a fact is about.
func (o *origins) model(kind gate.Kind, data *ast.Term) string {
	name := "model"
	if kind == gate.KindReference {
		name = "id"
	}
	return text(data, name)
}

// learn keeps the source of a referenced model for other facts about it. A model that
// one reference takes from elsewhere has no source in common.
func (o *origins) learn(model string, reference *ast.Term) {
	from, registry := o.source(reference), registryOf(reference)
	if o.ofModel[model] == nil {
		o.ofModel[model] = map[string]string{}
	}
	if known, ok := o.ofModel[model][registry]; ok && known != from {
		from = ""
	}
	o.ofModel[model][registry] = from
}

// defaultRegistry has the models of which nothing tells the registry.
const defaultRegistry = "hf"

// registries are those whose model a fact is about: the one that it states, or the one
// that its place names, or each from which the model is referenced.
func (o *origins) registries(i item) []string {
	if i.Kind == gate.KindReference {
		return []string{registryOf(i.data)}
	}
	if stated := text(i.data, "registry"); stated != "" {
		return []string{stated}
	}
	if i.At.Remote() {
		registry, _, _ := strings.Cut(i.At.Path, ":")
		return []string{registry}
	}
	if known := o.ofModel[i.model]; len(known) > 0 {
		return slices.Sorted(maps.Keys(known))
	}
	return []string{defaultRegistry}
}

// of is the source of what a fact is about, if all its registries have it in common.
func (o *origins) of(i item, registries []string) string {
	if i.Kind == gate.KindReference {
		return o.source(i.data)
	}
	if i.model == "" {
		return ""
	}
	from := o.ofModel[i.model][registries[0]]
	for _, r := range registries[1:] {
		if o.ofModel[i.model][r] != from {
			return ""
		}
	}
	return from
}

func registryOf(reference *ast.Term) string {
	if model := reference.Get(ast.StringTerm("model")); model != nil {
		return text(model, "source")
	}
	return ""
}

// source is the approved source of what a reference names. A model that was moved comes
// from a source only if its old name and its present one are both there.
func (o *origins) source(reference *ast.Term) string {
	asked := modelAddress(reference)
	name := o.at(asked)
	if present, ok := o.present[asked]; ok && o.at(present) != name {
		return ""
	}
	return name
}

// at is the approved source whose address is a part, on path borders, of another address;
// the longest holds.
func (o *origins) at(raw string) string {
	name, longest := "", -1
	model, ok := parseAddress(raw)
	if !ok {
		return ""
	}
	for _, s := range o.sources {
		for _, u := range s.URLs {
			approved, ok := parseAddress(u)
			if ok && approved.covers(model) && len(approved.path) > longest {
				name, longest = s.Name, len(approved.path)
			}
		}
	}
	return name
}

func modelAddress(reference *ast.Term) string {
	model := reference.Get(ast.StringTerm("model"))
	if model == nil {
		return ""
	}
	if u := text(model, "url"); u != "" {
		return u
	}
	base, ok := registries[text(model, "source")]
	if !ok {
		return ""
	}
	return base + strings.TrimPrefix(text(model, "namespace")+"/"+text(model, "name"), "/")
}

// address is what decides whether one URL is under another.
type address struct{ scheme, host, path string }

func parseAddress(raw string) (address, bool) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" {
		return address{}, false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if known, ok := hostAliases[host]; ok {
		host = known
	}
	scheme := strings.ToLower(u.Scheme)
	if port := u.Port(); port != "" && !(scheme == "https" && port == "443") {
		host += ":" + port
	}
	return address{scheme, host, path.Clean("/" + u.Path)}, true
}

func (a address) covers(b address) bool {
	return a.scheme == b.scheme && a.host == b.host &&
		(a.path == "/" || a.path == b.path || strings.HasPrefix(b.path, a.path+"/"))
}

// text is a string field of a term, or empty.
func text(t *ast.Term, name string) string {
	if _, ok := t.Value.(ast.Object); !ok {
		return ""
	}
	field := t.Get(ast.StringTerm(name))
	if field == nil {
		return ""
	}
	s, _ := field.Value.(ast.String)
	return string(s)
}
