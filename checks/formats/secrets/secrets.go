// Package secrets looks for keys and tokens in the text files that come with a model, by
// the grammar that their issuers give them
// (https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns).
// It never repeats one.
package secrets

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
)

const (
	maxSize  = 64 << 20
	maxFound = 100
)

// Secret is the data of secret.found.
type Secret struct {
	Type   string `json:"type"`
	Masked string `json:"masked"` // what all secrets of the type begin with
}

// Inspector looks for secrets in text.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "secrets",
		Doc:  "Keys and tokens in text files that come with a model, by the grammar of their issuers.",
		Emits: map[gate.Kind]any{
			"secret.found":      Secret{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// grammar is the form of a secret: what it begins with, and the whole of it.
type grammar struct {
	name, prefix string
	form         *regexp.Regexp
}

// The forms are anchored where the prefix was found.
var grammars = []grammar{
	{"aws-access-key", "AKIA", regexp.MustCompile(`^AKIA[A-Z2-7]{16}`)},
	{"aws-session-key", "ASIA", regexp.MustCompile(`^ASIA[A-Z2-7]{16}`)},
	{"huggingface-token", "hf_", regexp.MustCompile(`^hf_[A-Za-z]{34}`)},
	{"github-token", "ghp_", regexp.MustCompile(`^ghp_[A-Za-z0-9]{36}`)},
	{"github-token", "gho_", regexp.MustCompile(`^gho_[A-Za-z0-9]{36}`)},
	{"github-token", "ghs_", regexp.MustCompile(`^ghs_[A-Za-z0-9]{36}`)},
	{"github-token", "github_pat_", regexp.MustCompile(`^github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}`)},
	{"gitlab-token", "glpat-", regexp.MustCompile(`^glpat-[A-Za-z0-9_-]{20}`)},
	{"openai-key", "sk-", regexp.MustCompile(`^sk-(proj-|svcacct-)?[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20,100}`)},
	{"anthropic-key", "sk-ant-", regexp.MustCompile(`^sk-ant-[a-z]+[0-9]{2}-[A-Za-z0-9_-]{80,110}`)},
	{"google-api-key", "AIza", regexp.MustCompile(`^AIza[A-Za-z0-9_-]{35}`)},
	{"slack-token", "xox", regexp.MustCompile(`^xox[abprs]-[0-9]{8,}-[A-Za-z0-9-]{16,}`)},
	{"private-key", "-----BEGIN ", regexp.MustCompile(`^-----BEGIN ([A-Z]{2,9} )?PRIVATE KEY-----(\s|\\n|\\r)*[A-Za-z0-9+/]{32}`)},
}

// extensions are those of the text that is passed on with models.
var extensions = []string{
	".json", ".jsonl", ".yaml", ".yml", ".toml", ".txt", ".md", ".cfg", ".ini", ".conf", ".env", ".properties", ".jinja", ".xml", ".csv", ".tsv",
}

// Wants implements checks.Inspector: text in whose head or tail a prefix stands, which is
// all of a file of usual length.
func (Inspector) Wants(b *gate.Blob) bool {
	name := strings.ToLower(b.Path[strings.LastIndexAny(b.Path, "/!")+1:])
	text := name == "mlmodel"
	for _, e := range extensions {
		text = text || strings.HasSuffix(name, e)
	}
	if !text || bytes.IndexByte(b.Head(), 0) >= 0 {
		return false
	}
	found := false
	for _, part := range [][]byte{b.Head(), b.Tail()} {
		search(part, func(int, grammar) bool {
			found = true
			return false
		})
	}
	return found
}

// search calls visit for each secret of a text, until it says no.
func search(text []byte, visit func(at int, g grammar) bool) {
	for _, g := range grammars {
		for from := 0; ; {
			i := bytes.Index(text[from:], []byte(g.prefix))
			if i < 0 {
				break
			}
			at := from + i
			from = at + len(g.prefix)
			if at > 0 && word(text[at-1]) {
				continue
			}
			form := g.form.FindIndex(text[at:min(len(text), at+400)])
			if form == nil || at+form[1] < len(text) && word(text[at+form[1]]) && g.name != "private-key" {
				continue
			}
			if !visit(at, g) {
				return
			}
		}
	}
}

func word(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(_ context.Context, b *gate.Blob, out gate.Recorder) {
	text, err := io.ReadAll(io.LimitReader(b.Section(), maxSize))
	if err != nil || int64(len(text)) < b.Size {
		why := gate.Incomplete{Reason: "the file was not read to its end for secrets", Budget: "bytes", Limit: maxSize}
		out.Emit(gate.KindIncomplete, gate.Location{}, why)
		out.Format("text", gate.Unread, why.Reason)
	} else {
		out.Format("text", gate.Unproven, "")
	}
	src := gate.NewSource("", text)
	n := 0
	search(text, func(at int, g grammar) bool {
		n++
		// Only the start is placed: a report that marks the whole of a secret quotes it.
		out.Emit("secret.found", src.At(at, at+len(g.prefix)), Secret{g.name, g.prefix + "****"})
		return n < maxFound
	})
}
