package oci

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

// The media types of manifests and indexes.
const (
	ociManifest    = "application/vnd.oci.image.manifest.v1+json"
	ociIndex       = "application/vnd.oci.image.index.v1+json"
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	emptyConfig    = "application/vnd.oci.empty.v1+json"
)

const (
	maxManifests = 16
	maxLayers    = 4096
	maxSize      = 1 << 46
)

// manifest is an image manifest or an index: the fields that both have.
type manifest struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     string            `json:"mediaType"`
	Config        descriptor        `json:"config"`
	Layers        []descriptor      `json:"layers"`
	Manifests     []descriptor      `json:"manifests"`
	Annotations   map[string]string `json:"annotations"`

	digest string
}

// descriptor is content by its digest. Name is Ollama's.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Name        string            `json:"name"`
	Annotations map[string]string `json:"annotations"`
	Platform    struct {
		OS           string `json:"os"`
		Architecture string `json:"architecture"`
		Variant      string `json:"variant"`
	} `json:"platform"`
}

// manifest fetches and checks a manifest or an index.
func (r *Registry) manifest(ctx context.Context, p place, reference string) (*manifest, error) {
	ctx, cancel := context.WithTimeout(ctx, manifestTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url("manifests", reference).String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", strings.Join([]string{ociManifest, ociIndex, dockerManifest, dockerList}, ", "))
	body, header, err := httpsafe.Get(r.do(p), req, manifestBytes)
	if err != nil {
		return nil, r.absent(ctx, p, reference, err)
	}
	m := &manifest{digest: fmt.Sprintf("sha256:%x", sha256.Sum256(body))}
	stated := header.Get("Docker-Content-Digest")
	switch {
	case digest.MatchString(reference) && reference != m.digest:
		return nil, p.bad("the manifest has the digest %s and %s was asked for", m.digest, reference)
	case digest.MatchString(stated) && stated != m.digest:
		return nil, p.bad("the manifest has the digest %s and %s was stated", m.digest, stated)
	}
	// What a client reads in an ambiguous manifest depends on its decoder: this one
	// refuses a name that occurs twice, in whatever case.
	if err := json.Unmarshal(body, m, json.MatchCaseInsensitiveNames(true)); err != nil {
		return nil, p.bad("the manifest is no JSON that a client could use")
	}
	return m, m.check(p)
}

// absent tells a repository without the tag or digest from one that is not there: a
// registry answers both in the same way, but lists tags of the first only.
func (r *Registry) absent(ctx context.Context, p place, reference string, err error) error {
	u := httpsafe.Unavailable(p.id, p.host, err)
	if e, ok := errors.AsType[*httpsafe.StatusError](err); !ok || e.Code != http.StatusNotFound {
		return u
	}
	tags := p.url("tags", "list")
	tags.RawQuery = "n=1"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, tags.String(), nil)
	if err != nil {
		return err
	}
	if _, _, err := httpsafe.Get(r.do(p), req, manifestBytes); err != nil {
		return u
	}
	return &gate.Unavailable{
		ID:     p.id,
		Reason: gate.ReasonRevision,
		Detail: fmt.Sprintf("%q has the repository %q, and no manifest %q in it", p.host, p.repository, reference),
	}
}

// check refuses what is not one of the two, since a client may take it for the other.
func (m *manifest) check(p place) error {
	index := m.MediaType == ociIndex || m.MediaType == dockerList
	switch {
	case m.SchemaVersion != 2:
		return p.bad("the manifest has the version %d, which has no digests of layers", m.SchemaVersion)
	case len(m.Manifests) > 0 && len(m.Layers) > 0, index && len(m.Layers) > 0:
		return p.bad("the manifest is an index and has layers")
	case len(m.Manifests) > 0 && (m.MediaType == ociManifest || m.MediaType == dockerManifest):
		return p.bad("the manifest is none and lists manifests")
	case len(m.Manifests) == 0 && len(m.Layers) == 0:
		return p.bad("the manifest has no layers")
	case len(m.Layers) > maxLayers:
		return p.bad("the manifest has %d layers, more than %d", len(m.Layers), maxLayers)
	}
	return nil
}

// list lists the layers of a manifest, or those of every manifest of an index, since
// which of them is loaded depends on the machine.
func (r *Registry) list(ctx context.Context, p place, m *manifest, l *listing) error {
	if len(m.Manifests) == 0 {
		return l.manifest(m, "")
	}
	var children []descriptor
	for _, d := range m.Manifests {
		if d.Annotations["vnd.docker.reference.type"] != "attestation-manifest" {
			children = append(children, d)
		}
	}
	if len(children) > maxManifests {
		l.note("only %d of the %d manifests of the index were read", maxManifests, len(children))
		children = children[:maxManifests]
	}
	for i, d := range children {
		child, err := r.child(ctx, p, d)
		if err != nil {
			return err
		}
		folder := ""
		if len(children) > 1 {
			folder = d.folder(i) + "/"
		}
		if l.has(child) {
			continue
		}
		if err := l.manifest(child, folder); err != nil {
			return err
		}
	}
	return nil
}

func (r *Registry) child(ctx context.Context, p place, d descriptor) (*manifest, error) {
	if !digest.MatchString(d.Digest) {
		return nil, p.bad("the index names a manifest by %q", short(d.Digest))
	}
	m, err := r.manifest(ctx, p, d.Digest)
	if err != nil {
		return nil, err
	}
	if len(m.Manifests) > 0 {
		return nil, p.bad("the index lists another index")
	}
	return m, nil
}

// folder names the variant that a manifest is.
func (d descriptor) folder(i int) string {
	name := strings.Trim(d.Platform.OS+"-"+d.Platform.Architecture+"-"+d.Platform.Variant, "-")
	if !tag.MatchString(name) || !httpsafe.FilePath(name) {
		return fmt.Sprintf("manifest-%d", i+1)
	}
	return name
}

// listing collects files.
type listing struct {
	model string
	files []gate.RemoteFile
	notes []gate.Unavailable
	seen  map[string]string // path -> digest
	next  map[string]int    // path -> number of the next file that has it too
}

func (l *listing) manifest(m *manifest, folder string) error {
	if c := m.Config; c.Digest != "" && c.MediaType != emptyConfig {
		if err := l.add(c, folder, configName(c.MediaType)); err != nil {
			return err
		}
	}
	for _, d := range m.Layers {
		for _, name := range d.paths() {
			if err := l.add(d, folder, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// has tells that all layers of a manifest are listed already, as those of another
// platform.
func (l *listing) has(m *manifest) bool {
	listed := map[string]bool{}
	for _, d := range l.seen {
		listed[d] = true
	}
	for _, d := range m.Layers {
		if !listed[d.Digest] {
			return false
		}
	}
	return true
}

func (l *listing) add(d descriptor, folder, name string) error {
	p := place{id: l.model}
	switch {
	case !httpsafe.FilePath(name):
		return p.bad("a layer is called %q", short(name))
	case d.Size < 0 || d.Size > maxSize:
		return p.bad("the layer %q has %d bytes", name, d.Size)
	}
	name, ok := l.unique(folder+name, d.Digest)
	if !ok {
		return nil
	}
	f := gate.RemoteFile{Path: name, Size: d.Size}
	if digest.MatchString(d.Digest) {
		f.SHA256 = strings.TrimPrefix(d.Digest, "sha256:")
	} else {
		l.note("%q has the digest %q, which is no SHA-256", name, short(d.Digest))
	}
	l.files = append(l.files, f)
	return nil
}

// unique gives a path that no other file has: a client would take one of the two, and
// which one is not known. The same layer twice is one file.
func (l *listing) unique(p, digest string) (string, bool) {
	ext := path.Ext(p)
	if stem := strings.TrimSuffix(p, ext); path.Ext(stem) == ".tar" {
		ext = ".tar" + ext
	}
	for name := p; ; {
		have, taken := l.seen[name]
		if !taken {
			l.seen[name] = digest
			return name, true
		}
		if have == digest {
			return "", false
		}
		l.next[p]++
		name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(p, ext), l.next[p]+1, ext)
	}
}

func (l *listing) note(format string, args ...any) {
	u := gate.Unavailable{ID: l.model, Reason: gate.ReasonBadAnswer, Detail: fmt.Sprintf(format, args...)}
	l.notes = append(l.notes, u)
}

// bad is an answer of the registry that makes no sense.
func (p place) bad(format string, args ...any) error {
	return &gate.Unavailable{ID: p.id, Reason: gate.ReasonBadAnswer, Detail: fmt.Sprintf("%q: ", p.id) + fmt.Sprintf(format, args...)}
}

// short bounds a text of the registry in a message.
func short(s string) string { return s[:min(len(s), 200)] }
