// Package config finds the models that configuration files name: YAML, JSON, TOML, INI,
// properties and .env of training tools, servers, Kubernetes, Compose and CI. Keys are
// read by what they mean to the tool that takes them, and commands, scripts and
// documents inside values are handed back.
package config

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/sourcefile"
)

// maxText is the length of the longest file that is read, and maxYAML that of the longest
// in a language whose parser keeps far more than the text.
const (
	maxText = 16 << 20
	maxYAML = 4 << 20
)

// Finder finds models in configuration files.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name:      "config",
		Doc:       "Finds models named by the keys of configuration files, with the revision and trust beside them.",
		Languages: []string{"yaml", "yml", "json", "jsonc", "toml", "ini", "properties", "env", "frontmatter"},
		Emits: map[gate.Kind]any{
			gate.KindLoad:       gate.Load{},
			gate.KindUnparsed:   gate.Unparsed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants takes files by their names.
func (Finder) Wants(p string, head []byte) bool { return language(p) != "" }

// languages are the formats by the endings of file names.
var languages = map[string]string{
	".yaml": "yaml", ".yml": "yaml", ".json": "json", ".jsonc": "json", ".json5": "json", ".toml": "toml",
	".cfg": "ini", ".ini": "ini", ".conf": "ini", ".properties": "properties", ".env": "env",
	".tpl": "yaml", ".gotmpl": "yaml", ".j2": "yaml", ".dvc": "yaml", ".cff": "",
}

// generated are files that tools write and that name no model to load.
var generated = map[string]bool{
	"package-lock.json": true, "package.json": true, "tsconfig.json": true, "tokenizer.json": true, "vocab.json": true,
	"composer.lock": true, "pnpm-lock.yaml": true, "special_tokens_map.json": true, "added_tokens.json": true,
}

func language(p string) string {
	base := path.Base(p)
	switch {
	case generated[base] || strings.HasSuffix(base, ".index.json"):
		return ""
	case base == "Kitfile" || base == "dvc.lock":
		return "yaml"
	case base == ".env" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env.example"):
		return "env"
	}
	base = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(base, ".template"), ".example"), ".tmpl")
	return languages[strings.ToLower(path.Ext(base))]
}

// Find reads the file into a tree and walks it.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	lang := src.Language
	if lang == "" || lang == "config" {
		lang = language(src.Path)
	}
	if !sourcefile.Mentions(bytes.ToLower(src.Text), triggers...) {
		return
	}
	limit := maxText
	if lang == "yaml" || lang == "yml" || lang == "frontmatter" {
		limit = maxYAML
	}
	file := sourcefile.File{Finder: "config", Src: src, Out: out}
	if !file.Fits(limit) {
		return
	}
	w := &walker{ctx: ctx, src: src, out: out, place: modelid.ContextOf(src.Path)}
	if lang == "env" {
		w.environment(readEnv(string(src.Text)))
		return
	}
	b := &budget{left: maxNodes}
	docs, err := read(lang, string(src.Text), b)
	if b.spent != "" {
		file.Unread("the document is larger or deeper than what is walked", b.spent, maxNodes)
	}
	if err != nil && w.place != gate.InDoc && worthSaying(docs, src.Text) {
		out.Emit(gate.KindUnparsed, src.At(0, 0), gate.Unparsed{Language: lang, Reason: short(err)})
	}
	for _, doc := range docs {
		w.document(doc, lang)
	}
}

// worthSaying tells that a document which could not be parsed has something to find; a
// template of definitions alone has not.
func worthSaying(docs []*node, text []byte) bool {
	if !bytes.Contains(text, []byte("{{")) {
		return true
	}
	for _, doc := range docs {
		for _, item := range doc.items {
			for _, f := range item.fields {
				if modelid.RoleOf(f.key) != modelid.NoRole {
					return true
				}
			}
		}
	}
	return false
}

func short(err error) string {
	s := fmt.Sprintf("%q", err.Error())
	return s[1:min(len(s)-1, 200)]
}

func read(lang, text string, b *budget) ([]*node, error) {
	switch lang {
	case "json", "jsonc":
		return readJSON(text, b)
	case "toml":
		return readTOML(text, b)
	case "ini", "properties":
		return readLines(text, b)
	}
	return readYAML(text, b)
}

// triggers are the words without which a file is not parsed.
var triggers = []string{
	"model", "huggingface", "hf", "ollama", "vllm", "spacy",
	"trust", "pretrained", "://", "repo_id", "lora", "adapter",
	"tokenizer", "llm", "python", "whisper", "_core_", "storageuri",
}
