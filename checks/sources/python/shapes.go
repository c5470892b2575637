package python

import (
	"slices"
	"strings"

	"github.com/modelgate/gate"
)

// shapes looks at mappings, and at the keywords of calls, that are configurations of a
// program that loads: the environment of a container, a training run.
func (m *machine) shapes(d *value, a *arguments) {
	if !m.reporting || !telling(d, a) {
		return
	}
	pairs := d.pairs
	start, end := d.start, d.end
	if a != nil {
		start, end = a.node.Range()
		for _, k := range a.kw {
			pairs = append(pairs, pair{k.name, k.value, k.start, k.end})
		}
	}
	v := &value{kind: dict, pairs: pairs}
	for _, key := range environmentKeys {
		if p, ok := v.item(key.id); ok {
			args := map[string]string{}
			for name, k := range map[string]string{"revision": key.revision, "trust_remote_code": key.trust} {
				if r, ok := v.item(k); ok && written(r.value) != "" {
					args[name] = written(r.value)
				}
			}
			m.configured(p.value, "env "+key.id, args, start, end)
		}
	}
	m.training(v, start, end)
}

// nothing is a mapping without items.
var nothing = &value{kind: dict}

// telling says whether a mapping or a call has a key that shapes looks for.
func telling(d *value, a *arguments) bool {
	for i := range d.pairs {
		if shapeKeys[d.pairs[i].key] {
			return true
		}
	}
	return a != nil && slices.ContainsFunc(a.kw, func(k keyword) bool { return shapeKeys[k.name] })
}

// training reads the configuration of axolotl: a base model beside what only a training
// run has.
func (m *machine) training(v *value, start, end int) {
	p, ok := v.item("base_model")
	if !ok {
		return
	}
	for _, companion := range []string{"datasets", "adapter", "sequence_len", "micro_batch_size"} {
		if _, ok := v.item(companion); !ok {
			continue
		}
		args := map[string]string{}
		for name, key := range map[string]string{"revision": "revision_of_model", "trust_remote_code": "trust_remote_code"} {
			if r, ok := v.item(key); ok && written(r.value) != "" {
				args[name] = written(r.value)
			}
		}
		m.configured(p.value, "axolotl.base_model", args, start, end)
		return
	}
}

func (m *machine) configured(v set, loader string, args map[string]string, start, end int) {
	known := v.known()
	for _, k := range known {
		id, ok := hub(k.text)
		if !ok || hostedID(k.text) {
			continue
		}
		how := gate.Resolved
		if k.start >= start && k.end <= end {
			how = gate.Literal
		}
		m.report.add(id, loader, args, k.start, k.end, start, end, how, k.variable)
	}
}

type environmentKey struct{ id, revision, trust string }

var environmentKeys = []environmentKey{
	{"HF_MODEL_ID", "HF_MODEL_REVISION", "HF_MODEL_TRUST_REMOTE_CODE"},
	{"OPTION_MODEL_ID", "OPTION_REVISION", "OPTION_TRUST_REMOTE_CODE"},
	{"MODEL_ID", "REVISION", "TRUST_REMOTE_CODE"},
}

var shapeKeys = func() map[string]bool {
	keys := map[string]bool{"base_model": true}
	for _, k := range environmentKeys {
		keys[k.id] = true
	}
	return keys
}()

// generic reports arguments whose keyword says that they name a model, of calls that no
// table knows.
func (m *machine) generic(callee string, a *arguments) {
	m.shapes(nothing, a)
	first := len(a.pos) > 0 && loadingName(lastName(callee))
	if !first && !slices.ContainsFunc(a.kw, func(k keyword) bool { return genericKeywords[k.name] }) {
		return
	}
	if sinkOf(callee) != nil || hosted(callee) || containsAny(strings.ToLower(lastName(callee)), notLoading) {
		return
	}
	if first {
		m.namedModel(callee, a.pos[0], a)
	}
	for _, k := range a.kw {
		if genericKeywords[k.name] {
			m.namedModel(callee, k.value, a)
		}
	}
}

func (m *machine) namedModel(callee string, v set, a *arguments) {
	s := sink{ids: []arg{{read: slashed}}, quiet: true}
	var known set
	for _, k := range v.known() {
		if !hostedID(k.text) {
			known = append(known, k)
		}
	}
	if len(known) > 0 {
		m.argument(&s, &s.ids[0], callee, a, known)
	}
}

// slashed reads an id of the Hub with its namespace: where the callee does not tell that
// it is one, a bare name is too little.
func slashed(s string) (gate.ModelID, bool) {
	if !strings.Contains(s, "/") {
		return gate.ModelID{}, false
	}
	return hub(s)
}

func loadingName(name string) bool {
	if len(name) < len("load_hf") {
		return false
	}
	name = strings.ToLower(name)
	for _, p := range []string{"load_model", "load_tokenizer", "get_tokenizer", "load_pretrained", "get_model_and", "load_pipeline", "load_checkpoint", "init_model", "build_model", "load_hf", "load_llm", "load_embedding"} {
		if strings.HasPrefix(strings.TrimLeft(name, "_"), p) {
			return true
		}
	}
	return false
}

var genericKeywords = wordSet(`model_name_or_path pretrained_model_name_or_path tokenizer_name_or_path hf_model_id
	hf_model_name hf_repo model_path tokenizer_path base_model_name_or_path base_model_path pretrained_model
	model_id_or_path base_model_id hf_hub_id hf_path pretrained_model_path lora_path adapter_name_or_path`)

var notLoading = strings.Fields(`upload push create_repo dataset delete save print log mock patch assert delattr`)
