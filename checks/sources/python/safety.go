package python

import (
	"slices"
	"strings"

	"github.com/modelgate/gate/internal/modelid"
)

// argsOf are the arguments of a sink that matter for safety.
func argsOf(a *arguments, revision string, m *machine) map[string]string {
	out := map[string]string{}
	for _, name := range safetyArguments {
		k, ok := a.named(name)
		if !ok {
			continue
		}
		if s := written(k.value); s != "" {
			out[canonical(name)] = s
		}
	}
	if k, ok := a.named(revision); ok && revision != "" {
		delete(out, "revision")
		if s := written(k.value); s != "" {
			out["revision"] = s
		}
	}
	nested(a, out)
	if name := textOf(second(a.pos)); name != nil && out["filename"] == "" && modelid.WeightsFile(name.text) && !name.partial {
		out["filename"] = name.text
	}
	return out
}

// nested reads the flags in mappings that a library passes on.
func nested(a *arguments, out map[string]string) {
	for _, k := range a.kw {
		if !strings.HasSuffix(k.name, "_kwargs") && k.name != "model_args" && k.name != "kwargs" {
			continue
		}
		for _, d := range k.value {
			for _, p := range d.pairs {
				if slices.Contains(safetyArguments, p.key) && out[canonical(p.key)] == "" {
					if s := written(p.value); s != "" {
						out[canonical(p.key)] = s
					}
				}
			}
		}
	}
}

// written is an argument as text: "?" where it is not known or is several things, None
// among them, and nothing where it is None.
func written(s set) string {
	var texts []string
	none := false
	for _, v := range flat(s) {
		switch {
		case v.kind == constant && v.text == "None":
			none = true
		case v.kind == constant:
			texts = append(texts, strings.ToLower(v.text))
		case v.kind == text && !v.partial:
			texts = append(texts, v.text)
		default:
			return "?"
		}
	}
	slices.Sort(texts)
	texts = slices.Compact(texts)
	if len(s) == 0 {
		return "?"
	}
	if slices.Contains(texts, "true") {
		return "true"
	}
	if len(texts) > 1 && longest(s) == nil || none && len(texts) > 0 {
		return "?"
	}
	return strings.Join(texts, " ")
}

func canonical(name string) string {
	switch name {
	case "weight_name", "hf_filename", "model_file", "hf_hub_filename":
		return "filename"
	case "model_revision":
		return "revision"
	case "hash_prefix", "file_hash", "known_hash", "expected_sha256":
		return "sha256"
	}
	return name
}

var safetyArguments = strings.Fields(`revision model_revision code_revision custom_revision tokenizer_revision
	trust_remote_code use_safetensors weights_only filename weight_name model_file allow_patterns ignore_patterns
	subfolder variant custom_pipeline repo_type local_files_only check_hash hash_prefix file_hash known_hash sha256
	load_format safe_mode trust_repo endpoint`)
