package oci

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

// place is where a model is.
type place struct {
	id         string // as written, for messages
	host       string // with its port, of the registry that is asked
	repository string
	reference  string // tag or digest
}

const (
	dockerHub     = "registry-1.docker.io"
	ollamaLibrary = "registry.ollama.ai"
)

var (
	hostname   = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(?::[0-9]{1,5})?$`)
	repository = regexp.MustCompile(`^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$`)
	ollamaName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]{0,79}/[A-Za-z0-9_][A-Za-z0-9._-]{0,79}$`)
	tag        = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)
	digest     = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// place reads the name of a model as the clients of its source do.
func (r *Registry) place(model gate.ModelID) (place, error) {
	p := place{id: model.String(), reference: cmp.Or(model.Revision, "latest")}
	names := repository
	switch model.Source {
	case "oci":
		p.host, p.repository = docker(model.Key())
	case "ollama":
		p.host, p.repository = ollama(model.Key())
		names = ollamaName
	default:
		return p, unsupported(p.id, fmt.Sprintf("the source %q is no container registry", model.Source))
	}
	p.host = strings.ToLower(p.host)
	switch {
	case len(p.repository) > 255 || !names.MatchString(p.repository):
		return p, unsupported(p.id, fmt.Sprintf("%q is no repository of a container registry", p.repository))
	case !hostname.MatchString(p.host):
		return p, unsupported(p.id, fmt.Sprintf("%q is no host", p.host))
	case !tag.MatchString(p.reference) && !digest.MatchString(p.reference):
		return p, unsupported(p.id, fmt.Sprintf("%q is neither a tag nor a SHA-256 digest", p.reference))
	case p.host == "hf.co" || p.host == "huggingface.co":
		return p, unsupported(p.id, "the Hub is not asked as a container registry")
	}
	if mirror := r.config.Mirrors[p.host]; mirror != "" {
		p.host = mirror
	}
	if err := r.config.Rules.Check(p.url("manifests", p.reference)); err != nil {
		return p, unsupported(p.id, err.Error())
	}
	return p, nil
}

// docker splits a name as Docker does: the first part is a registry if it looks like a
// host. Without one it is a model of Docker Hub, and without a namespace one of Docker's
// own.
func docker(name string) (host, repo string) {
	first, rest, slash := strings.Cut(name, "/")
	if slash && (strings.ContainsAny(first, ".:") || first == "localhost") {
		host, name = first, rest
	}
	switch host {
	case "", "docker.io", "index.docker.io":
		if !strings.Contains(name, "/") {
			name = "ai/" + name
		}
		return dockerHub, name
	}
	return host, name
}

// ollama splits "[host/][namespace/]model".
func ollama(name string) (host, repo string) {
	switch parts := strings.SplitN(name, "/", 3); len(parts) {
	case 1:
		return ollamaLibrary, "library/" + name
	case 2:
		return ollamaLibrary, name
	default:
		return parts[0], parts[1] + "/" + parts[2]
	}
}

// url is that of a manifest or a blob.
func (p place) url(kind, reference string) *url.URL {
	u := &url.URL{Scheme: "https", Host: p.host, Path: "/v2/" + p.repository + "/" + kind + "/" + reference}
	if httpsafe.Loopback(u.Hostname()) {
		u.Scheme = "http"
	}
	return u
}

func unsupported(id, why string) error {
	return &gate.Unavailable{ID: id, Reason: gate.ReasonUnsupported, Detail: fmt.Sprintf("%q cannot be asked for: %s", id, why)}
}
