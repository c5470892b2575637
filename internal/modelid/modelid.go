// Package modelid reads names of models: Hub ids, URIs of registries and weights, the
// short names that libraries translate, and what pins each of them. The grammar of Hub
// ids is that of huggingface_hub's _validators.py and _hf_uris.py.
package modelid

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/modelgate/gate"
)

// maxText bounds what is looked at: no id or URI of a model is longer.
const maxText = 2048

// Any reads a URI of a model, or else a Hub id.
func Any(text string) (gate.ModelID, bool) {
	if m, ok := URI(text); ok {
		return m, true
	}
	return Hub(text)
}

// Loaded reads the value of a key or option that is known to name what is loaded: what
// Any reads, and a URL of a bucket, a volume or a web server whatever its file is called.
func Loaded(text string) (gate.ModelID, bool) {
	if m, ok := Any(text); ok {
		return m, true
	}
	return storage(text)
}

// Hub reads a strict "org/name", or one of the bare ids that the Hub kept from the time
// before namespaces.
func Hub(text string) (gate.ModelID, bool) {
	if len(text) > maxText {
		return gate.ModelID{}, false
	}
	ns, name, slash := strings.Cut(text, "/")
	if !slash {
		if !legacy[text] {
			return gate.ModelID{}, false
		}
		return gate.ModelID{Source: "hf", Name: text}, true
	}
	if !segment(ns) || !segment(name) || notNamespace[strings.ToLower(ns)] || fileName(name) {
		return gate.ModelID{}, false
	}
	return gate.ModelID{Source: "hf", Namespace: ns, Name: name}, true
}

// IsLocal tells that text is a path of the machine that loads, or a variable in the
// place of one, and not a name on a registry.
func IsLocal(text string) bool {
	if text == "" || text == "." || text == ".." {
		return true
	}
	for _, p := range []string{"/", "./", "../", "~", "$", "{", "<", "file:", `.\`} {
		if strings.HasPrefix(text, p) {
			return true
		}
	}
	if strings.Contains(text, `\`) || strings.HasSuffix(text, "/") && !strings.Contains(text, "://") {
		return true
	}
	if strings.Contains(text, ":/") {
		return false
	}
	ns, name, slash := strings.Cut(text, "/")
	if !slash {
		return WeightsFile(text)
	}
	return strings.Contains(name, "/") || notNamespace[strings.ToLower(ns)] || fileName(name)
}

// segment tells whether s may be a namespace or a name on the Hub.
func segment(s string) bool {
	if s == "" || len(s) > 96 || strings.Contains(s, "--") || strings.Contains(s, "..") {
		return false
	}
	if strings.ContainsAny(s[:1]+s[len(s)-1:], "-.") || strings.HasSuffix(s, ".git") {
		return false
	}
	plain, foreign := 0, 0
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && wordByte(byte(r)):
			plain++
		case r == '-' || r == '.':
		case imitates(r):
			foreign++
		default:
			return false
		}
	}
	return foreign <= plain
}

// imitates tells whether a character that no id of the Hub has may be there to look like
// one that ids have, or to be not seen: an id with some of them is read, so that it can be
// told whom it imitates.
func imitates(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Armenian, unicode.Cherokee, unicode.Mn, unicode.Cf) && r >= utf8.RuneSelf
}

func wordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// fileName tells that a name ends as files do and repositories do not.
func fileName(name string) bool {
	i := strings.LastIndexByte(name, '.')
	return i >= 0 && fileExtensions[strings.ToLower(name[i+1:])] || WeightsFile(name)
}

// fileExtensions are the endings of text and media files that stand beside models.
var fileExtensions = set(`json jsonl yaml yml toml py ipynb js mjs ts tsx jsx css html txt md rst
	csv tsv parquet arrow xml cfg ini conf sh rs go java png jpg jpeg gif svg webp mp3 mp4 wav flac
	avi webm pdf proto log lock whl tgz rar sql tpl`)

// notNamespace are first segments that are never a publisher of models: the Hub's own
// pages and other kinds of repositories, the usual names of folders, and media types.
var notNamespace = set(`datasets dataset spaces space kernels buckets docs blog models model settings
	output outputs checkpoints checkpoint ckpt ckpts runs data results saves tmp logs weights
	pretrained pretrained_models training build dist src assets path scripts configs config examples tests test
	application image audio video text multipart refs`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
