package lock

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/modelgate/gate"
)

// revisions has what a registry gives to those that ask for no revision. A source that is
// not here has keys without one.
var revisions = map[string]string{"hf": "main", "modelscope": "master", "ollama": "latest", "oci": "latest"}

// library is the namespace of Ollama's own models, which code leaves out.
const library = "library"

// maxKey bounds a key.
const maxKey = 512

// Key is the key of a model: its source, its id, and the revision that the code asks for,
// as in "hf:acme/tiny@main", "ollama:library/llama3@8b", "oci:host/repo@tag". A file within
// the model is no part of it.
func Key(m gate.ModelID) string {
	id := m.Key()
	if m.Source == "ollama" && m.Namespace == "" {
		id = library + "/" + m.Name
	}
	if rev := keyRevision(m); rev != "" {
		id += "@" + rev
	}
	return m.Source + ":" + id
}

// keyRevision is the revision of a key: what the registry gives where the code asks for
// none.
func keyRevision(m gate.ModelID) string {
	if m.Revision == "" {
		return revisions[m.Source]
	}
	return m.Revision
}

// ParseKey reads a key back.
func ParseKey(key string) (gate.ModelID, error) {
	if len(key) > maxKey || !utf8.ValidString(key) || strings.ContainsFunc(key, unprintable) {
		return gate.ModelID{}, fmt.Errorf("the key %.80q is too long or has blanks or control characters", key)
	}
	source, body, ok := strings.Cut(key, ":")
	if !ok || strings.Trim(source, "abcdefghijklmnopqrstuvwxyz") != "" || source == "" || body == "" {
		return gate.ModelID{}, fmt.Errorf(`the key %q is not like "hf:org/name@revision"`, key)
	}
	m := gate.ModelID{Source: source}
	if id, rev, ok := cutRevision(source, body); ok {
		body, m.Revision = id, rev
	}
	if strings.Contains(body, "://") {
		m.URL = body
	} else if i := strings.LastIndexByte(body, '/'); i > 0 {
		m.Namespace, m.Name = body[:i], body[i+1:]
	} else {
		m.Name = body
	}
	if source == "ollama" && m.Namespace == library {
		m.Namespace = ""
	}
	if again := Key(m); again != key {
		return gate.ModelID{}, fmt.Errorf("the key %q must be written %q", key, again)
	}
	return m, nil
}

// cutRevision parts the revision from the id. A URL may have an "@" of its own and has a
// revision only where it names a git repository.
func cutRevision(source, body string) (id, rev string, ok bool) {
	i := strings.LastIndexByte(body, '@')
	if source == "hf" || source == "oci" {
		i = strings.IndexByte(body, '@') // no id has one, and a branch may
	}
	if i <= 0 || source == "url" || source == "git" && strings.Contains(body[i:], "/") {
		return "", "", false
	}
	return body[:i], body[i+1:], true
}

func unprintable(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }
