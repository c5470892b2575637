package strictyaml

import (
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxWords bounds lists that are compared with each other.
const maxWords = 1024

// Words reads a list of texts; a text alone is a list of one.
func (r *Reader) Words(n *yaml.Node, what string) ([]any, bool) {
	items := []*yaml.Node{n}
	if n.Kind != yaml.ScalarNode {
		items = r.List(n, what)
	}
	if len(items) > maxWords {
		r.Add(n, nil, "%s has %d entries, more than %d", what, len(items), maxWords)
		return nil, false
	}
	out := make([]any, 0, len(items))
	for _, item := range items {
		text, ok := r.Scalar(item, what)
		if !ok {
			return nil, false
		}
		out = append(out, text)
	}
	return out, n.Kind == yaml.ScalarNode || n.Kind == yaml.SequenceNode
}

// WordMap reads a mapping of texts.
func (r *Reader) WordMap(n *yaml.Node, what string) (map[string]any, bool) {
	out := map[string]any{}
	ok := n.Kind == yaml.MappingNode
	r.Entries(n, what, func(key, value *yaml.Node) {
		text, read := r.Scalar(value, what+"."+key.Value)
		out[key.Value] = text
		ok = ok && read
	})
	return out, ok
}

// Texts reads the scalars of a mapping.
func (r *Reader) Texts(fields map[string]*yaml.Node, what string) map[string]string {
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if text, ok := r.Scalar(fields[name], what+"."+name); ok {
			out[name] = text
		}
	}
	return out
}

// Record reads a mapping of texts, which must have some keys and may have others, none of
// them left to be filled in.
func (r *Reader) Record(n *yaml.Node, what string, must []string, may ...string) (fields map[string]*yaml.Node, texts map[string]string, ok bool) {
	fields = r.Mapping(n, what, slices.Concat(must, may)...)
	if n.Kind != yaml.MappingNode || !r.Need(n, what, fields, must...) {
		return fields, nil, false
	}
	texts = r.Texts(fields, what)
	return fields, texts, r.Filled(fields, texts, what) && len(texts) == len(fields)
}

// Need reports the keys that a mapping must have and lacks.
func (r *Reader) Need(n *yaml.Node, what string, has map[string]*yaml.Node, keys ...string) bool {
	var missing []string
	for _, k := range keys {
		if has[k] == nil {
			missing = append(missing, k)
		}
	}
	if len(missing) > 0 {
		r.Add(n, nil, "%s lacks %s", what, strings.Join(missing, ", "))
	}
	return len(missing) == 0
}

// Filled refuses the placeholders that a generated policy has.
func (r *Reader) Filled(fields map[string]*yaml.Node, texts map[string]string, what string) bool {
	ok := true
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if plain := strings.ToUpper(strings.Trim(texts[name], " .<>[]")); plain == "TODO" || plain == "" {
			r.Add(fields[name], nil, "%s.%s is not filled in", what, name)
			ok = false
		}
	}
	return ok
}
