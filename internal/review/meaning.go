package review

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/modelgate/gate"
)

// settings are the files that say what a model does besides its weights, with the keys that
// count.
var settings = []struct {
	file string
	keys *regexp.Regexp
}{
	{"config.json", regexp.MustCompile(`^(_name_or_path|architectures|model_type|auto_map|quantization_config|.*_token_id)\b`)},
	{"generation_config.json", regexp.MustCompile(`^(?:[^t]|t[^r])`)}, // all but transformers_version
	{"tokenizer_config.json", regexp.MustCompile(`^(chat_template|.*_token|additional_special_tokens|added_tokens_decoder|tokenizer_class|auto_map|extra_special_tokens)\b`)},
	{"special_tokens_map.json", regexp.MustCompile(``)},
	{"adapter_config.json", regexp.MustCompile(`^(base_model_name_or_path|revision|peft_type|auto_mapping|modules_to_save)\b`)},
	{"chat_template.json", regexp.MustCompile(``)},
	{"chat_template.jinja", nil},
}

// Bounds of what is compared.
const (
	maxSetting  = 1 << 20 // bytes of a file
	maxValues   = 4000    // values of a file
	maxMeanings = 100     // changes of a model
	maxText     = 2000    // bytes of a value that is shown
)

// meanings compares the settings of a model in two states; read gives a file in both.
func meanings(read func(name string) (before, after []byte)) []gate.MeaningChange {
	var out []gate.MeaningChange
	for _, s := range settings {
		before, after := read(s.file)
		if bytes.Equal(before, after) || len(before) > maxSetting || len(after) > maxSetting {
			continue
		}
		was, is := map[string]string{"chat_template": string(before)}, map[string]string{"chat_template": string(after)}
		if s.keys != nil {
			was, is = valuesOf(before), valuesOf(after)
		}
		keys := maps.Clone(was)
		maps.Copy(keys, is)
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			if was[key] == is[key] || s.keys != nil && !s.keys.MatchString(key) {
				continue
			}
			c := gate.MeaningChange{File: s.file, Key: key, Before: was[key], After: is[key]}
			if strings.Contains(key, "template") {
				c.Before, c.After = differing(was[key], is[key]), differing(is[key], was[key])
			}
			c.Before, c.After = shorten(c.Before), shorten(c.After)
			if out = append(out, c); len(out) == maxMeanings {
				return out
			}
		}
	}
	return out
}

func shorten(s string) string {
	if len(s) > maxText {
		return strings.ToValidUTF8(s[:maxText], "") + "…"
	}
	return strings.ToValidUTF8(s, "�")
}

var blocks = regexp.MustCompile(`\{[%{]`)

// differing are the lines of a template that another has not; a block begins a line.
func differing(template, other string) string {
	lines := func(s string) []string { return strings.Split(blocks.ReplaceAllString(s, "\n$0"), "\n") }
	count := map[string]int{}
	for _, line := range lines(other) {
		count[line]++
	}
	var out []string
	for _, line := range lines(template) {
		if count[line]--; count[line] < 0 && strings.TrimSpace(line) != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// valuesOf are the values of a JSON document by their paths. What is no JSON has none: a
// check says so.
func valuesOf(text []byte) map[string]string {
	out := map[string]string{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var root any
	if err := d.Decode(&root); err != nil {
		return out
	}
	flatten(out, "", root, 0)
	return out
}

func flatten(out map[string]string, at string, v any, depth int) {
	const deepest = 8
	if len(out) >= maxValues {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		if depth < deepest {
			for _, key := range slices.Sorted(maps.Keys(v)) {
				flatten(out, strings.TrimPrefix(at+"."+key, "."), v[key], depth+1)
			}
			return
		}
	case []any:
		if depth < deepest {
			for i, item := range v {
				flatten(out, fmt.Sprintf("%s[%d]", at, i), item, depth+1)
			}
			return
		}
	case nil:
		return
	}
	out[at] = fmt.Sprint(v)
}

// remoteMeaning compares the settings of a model at two revisions, where its registry was
// asked about both.
func (v *reviewing) remoteMeaning(ctx context.Context, before, after *gate.Artifact) []gate.MeaningChange {
	if before == nil || after == nil || before.Repository == nil || after.Repository == nil {
		return nil
	}
	registry := v.Registries[after.Model.Source]
	if registry == nil {
		return nil
	}
	var failed []gate.MeaningChange
	out := meanings(func(name string) (was, is []byte) {
		old, known := fileOf(before.Repository, name)
		now, still := fileOf(after.Repository, name)
		if known && still && old.Size == now.Size && old.Git == now.Git && old.SHA256 == now.SHA256 {
			return nil, nil
		}
		was, err := fetched(ctx, registry, before.Repository, old, known)
		if err == nil {
			is, err = fetched(ctx, registry, after.Repository, now, still)
		}
		if err != nil {
			failed = append(failed, gate.MeaningChange{File: name, Key: "content", After: "could not be read"})
			return nil, nil
		}
		return was, is
	})
	out = append(out, failed...)
	if was, is := strings.Join(before.Repository.BaseModels, ", "), strings.Join(after.Repository.BaseModels, ", "); was != is {
		out = append(out, gate.MeaningChange{File: "README.md", Key: "base_model", Before: shorten(was), After: shorten(is)})
	}
	return out
}

func fileOf(r *gate.Repository, name string) (gate.RemoteFile, bool) {
	i := slices.IndexFunc(r.Files, func(f gate.RemoteFile) bool { return path.Clean(f.Path) == name })
	if i < 0 {
		return gate.RemoteFile{}, false
	}
	return r.Files[i], true
}

func fetched(ctx context.Context, registry gate.Registry, r *gate.Repository, f gate.RemoteFile, there bool) ([]byte, error) {
	if !there || f.Size > maxSetting {
		return nil, nil
	}
	blob, err := registry.Open(ctx, r, f)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return io.ReadAll(io.NewSectionReader(blob, 0, f.Size))
}
