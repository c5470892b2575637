package oci

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

// fake is a registry that serves manifests and, from another port, blobs. It asks for a
// token as Docker Hub does.
type fake struct {
	*httptest.Server
	store     *httptest.Server
	manifests map[string][]byte // "repository:reference"
	blobs     map[string][]byte // digest -> bytes
	status    map[string]int    // path -> status that it answers instead
	stated    string            // digest that it states for every manifest, if any
	mu        sync.Mutex
	log       []string
}

func newFake(t *testing.T) *fake {
	f := &fake{manifests: map[string][]byte{}, blobs: map[string][]byte{}, status: map[string]int{}}
	f.Server = httptest.NewServer(f)
	f.store = httptest.NewServer(http.HandlerFunc(f.blob))
	t.Cleanup(f.Server.Close)
	t.Cleanup(f.store.Close)
	return f
}

func (f *fake) host() string { return strings.TrimPrefix(f.URL, "http://") }

// registry asks the fake, also where Ollama's library or Docker Hub is meant.
func (f *fake) registry() *Registry {
	return New(Config{
		Rules:   httpsafe.Rules{Loopback: true},
		Mirrors: map[string]string{ollamaLibrary: f.host(), dockerHub: f.host()},
	})
}

func (f *fake) push(data []byte) descriptor {
	d := fmt.Sprintf("sha256:%x", sha256.Sum256(data))
	f.blobs[d] = data
	return descriptor{Digest: d, Size: int64(len(data))}
}

// layer is a descriptor in JSON, with pairs of keys and values of annotations.
func (f *fake) layer(media, data string, annotations ...string) map[string]any {
	d := f.push([]byte(data))
	m := map[string]any{"mediaType": media, "digest": d.Digest, "size": d.Size}
	notes := map[string]string{}
	for i := 0; i+1 < len(annotations); i += 2 {
		notes[annotations[i]] = annotations[i+1]
	}
	if len(notes) > 0 {
		m["annotations"] = notes
	}
	return m
}

// tag stores a manifest under a tag and its digest, which it returns.
func (f *fake) tag(repository, tag string, manifest any) string {
	body, ok := manifest.([]byte)
	if !ok {
		body, _ = json.Marshal(manifest)
	}
	d := fmt.Sprintf("sha256:%x", sha256.Sum256(body))
	f.manifests[repository+":"+tag] = body
	f.manifests[repository+":"+d] = body
	return d
}

func image(layers ...map[string]any) map[string]any {
	return map[string]any{"schemaVersion": 2, "mediaType": ociManifest, "layers": layers}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.log = append(f.log, r.URL.Path)
	f.mu.Unlock()
	if status := f.status[r.URL.Path]; status != 0 {
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(status)
		return
	}
	if r.URL.Path == "/token" {
		_ = json.NewEncoder(w).Encode(map[string]string{"token": "anonymous for " + r.URL.Query().Get("scope")})
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/v2/")
	repository, kind, reference := rest, "", ""
	for _, k := range []string{"/manifests/", "/blobs/", "/tags/"} {
		if before, after, found := strings.Cut(rest, k); found {
			repository, kind, reference = before, k, after
		}
	}
	if !ok || kind == "" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	scope := "repository:" + repository + ":pull"
	if r.Header.Get("Authorization") != "Bearer anonymous for "+scope {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer realm=%q,service=%q,scope=%q", f.URL+"/token", "fake", scope))
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if kind == "/blobs/" {
		http.Redirect(w, r, f.store.URL+"/"+reference+"?X-Amz-Signature=hush", http.StatusTemporaryRedirect)
		return
	}
	if kind == "/tags/" {
		f.tags(w, repository)
		return
	}
	body, ok := f.manifests[repository+":"+reference]
	if !ok || !strings.Contains(r.Header.Get("Accept"), ociIndex) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	var m struct{ MediaType string }
	_ = json.Unmarshal(body, &m)
	w.Header().Set("Content-Type", m.MediaType)
	w.Header().Set("Docker-Content-Digest", cmp.Or(f.stated, fmt.Sprintf("sha256:%x", sha256.Sum256(body))))
	_, _ = w.Write(body)
}

func (f *fake) tags(w http.ResponseWriter, repository string) {
	for name := range f.manifests {
		if strings.HasPrefix(name, repository+":") {
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
}

func (f *fake) blob(w http.ResponseWriter, r *http.Request) {
	data, ok := f.blobs[strings.TrimPrefix(r.URL.Path, "/")]
	if !ok || r.URL.Query().Get("X-Amz-Signature") != "hush" || r.Header.Get("Authorization") != "" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

func (f *fake) model(repository, revision string) gate.ModelID {
	i := strings.LastIndexByte(repository, '/')
	return gate.ModelID{Source: "oci", Namespace: f.host() + "/" + repository[:max(i, 0)], Name: repository[i+1:], Revision: revision}
}
