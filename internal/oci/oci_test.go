package oci

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

func paths(repo *gate.Repository) []string {
	var out []string
	for _, f := range repo.Files {
		out = append(out, f.Path)
	}
	return out
}

func reason(err error) string {
	u, ok := errors.AsType[*gate.Unavailable](err)
	if !ok {
		return fmt.Sprint(err)
	}
	return u.Reason
}

func TestRepository(t *testing.T) {
	f := newFake(t)
	weights := strings.Repeat("GGUF", 100_000)
	m := image(
		f.layer("application/vnd.docker.ai.gguf.v3", weights, "org.cncf.model.filepath", "smollm2.gguf"),
		f.layer("application/vnd.docker.ai.license", "Apache"),
		f.layer("application/vnd.docker.ai.chat.template.jinja", "{{ messages }}"),
	)
	m["config"] = f.layer("application/vnd.docker.ai.model.config.v0.1+json", "{}")
	m["annotations"] = map[string]string{"org.opencontainers.image.licenses": "Apache-2.0"}
	digest := f.tag("ai/smollm2", "135M", m)
	r := f.registry()

	model := gate.ModelID{Source: "oci", Namespace: "ai", Name: "smollm2", Revision: "135M"}
	repo, err := r.Repository(t.Context(), model)
	if err != nil {
		t.Fatal(err)
	}
	if repo.Commit != digest || repo.Name != "ai/smollm2" || repo.License != "Apache-2.0" || repo.Reachable != "yes" || len(repo.Notes) != 0 {
		t.Errorf("repository %+v", repo)
	}
	if want := []string{"oci-config.json", "smollm2.gguf", "LICENSE", "chat_template.jinja"}; !slices.Equal(paths(repo), want) {
		t.Errorf("files %q, want %q", paths(repo), want)
	}
	if len(repo.Refs) != 1 || repo.Refs[0] != (gate.Ref{Name: "135M", Kind: "tag", Commit: digest}) {
		t.Errorf("refs %+v", repo.Refs)
	}
	pinned := model
	pinned.Revision = digest
	if repo, err := r.Repository(t.Context(), pinned); err != nil || repo.Commit != digest || repo.Reachable != "unknown" {
		t.Errorf("by digest: %+v %v", repo, err)
	}

	for _, file := range repo.Files[1:3] {
		rd, err := r.Open(t.Context(), repo, file)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.NewSectionReader(rd, 0, file.Size))
		want := map[string]string{"smollm2.gguf": weights, "LICENSE": "Apache"}[file.Path]
		if err != nil || string(got) != want {
			t.Errorf("%s: %d bytes, %v", file.Path, len(got), err)
		}
		if n, _ := rd.Fetched(); n != file.Size || len(rd.Odd()) != 0 {
			t.Errorf("%s: %d bytes fetched, odd %v", file.Path, n, rd.Odd())
		}
		_ = rd.Close()
	}
	if n := len(slices.DeleteFunc(slices.Clone(f.log), func(p string) bool { return p != "/token" })); n != 1 {
		t.Errorf("%d tokens were fetched for one repository: %v", n, f.log)
	}
}

// TestOllama has a manifest as Ollama's library serves it.
func TestOllama(t *testing.T) {
	f := newFake(t)
	m := image(
		f.layer("application/vnd.ollama.image.model", "GGUF1"),
		f.layer("application/vnd.ollama.image.model", "GGUF2"),
		f.layer("application/vnd.ollama.image.adapter", "GGLA"),
		f.layer("application/vnd.ollama.image.projector", "GGUF3"),
		f.layer("application/vnd.ollama.image.template", "{{ .Prompt }}"),
		f.layer("application/vnd.ollama.image.system", "You are"),
		f.layer("application/vnd.ollama.image.params", "{}"),
		f.layer("application/vnd.ollama.image.license", "A"),
		f.layer("application/vnd.ollama.image.license", "B"),
		f.layer("application/vnd.ollama.image.messages", "[]"),
	)
	tensor := f.layer("application/vnd.ollama.image.tensor", "T")
	tensor["name"] = "text_encoder/model.embed.weight"
	config := f.layer("application/vnd.ollama.image.json", "{ }")
	config["name"] = "text_encoder/config.json"
	m["layers"] = append(m["layers"].([]map[string]any), tensor, config, f.layer(`application/vnd.ollama.image.tensor; name=blk.0; dtype=F16`, "U"))
	m["mediaType"] = dockerManifest
	m["config"] = f.layer("application/vnd.docker.container.image.v1+json", `{"model_format":"gguf"}`)
	digest := f.tag("library/qwen2", "0.5b", m)
	f.tag("MFDoom/deepseek-r1", "latest", image(f.layer("application/vnd.ollama.image.model", "G")))

	repo, err := f.registry().Repository(t.Context(), gate.ModelID{Source: "ollama", Name: "qwen2", Revision: "0.5b"})
	if err != nil || repo.Commit != digest {
		t.Fatalf("%+v %v", repo, err)
	}
	want := []string{
		"oci-config.json", "model.gguf", "model-2.gguf", "adapter.gguf", "projector.gguf", "template.gotmpl", "system.txt",
		"params.json", "LICENSE", "LICENSE-2", "messages.json", "text_encoder/model.embed.weight.safetensors",
		"text_encoder/config.json", "blk.0.safetensors",
	}
	if !slices.Equal(paths(repo), want) {
		t.Errorf("files %q,\nwant %q", paths(repo), want)
	}
	for _, m := range []gate.ModelID{
		{Source: "ollama", Namespace: "MFDoom", Name: "deepseek-r1"},
		{Source: "ollama", Namespace: f.host() + "/MFDoom", Name: "deepseek-r1"},
	} {
		if repo, err := f.registry().Repository(t.Context(), m); err != nil || !slices.Equal(paths(repo), []string{"model.gguf"}) {
			t.Errorf("%v: %+v %v", m, repo, err)
		}
	}
}

// TestIndex has an index of two platforms, a third that is one of them again, and an
// attestation.
func TestIndex(t *testing.T) {
	f := newFake(t)
	child := func(arch, data string) map[string]any {
		d := f.tag("a/car", arch, image(f.layer("application/vnd.oci.image.layer.v1.tar+gzip", data)))
		return map[string]any{"mediaType": ociManifest, "digest": d, "size": 1, "platform": map[string]string{"os": "linux", "architecture": arch}}
	}
	attestation := child("unknown", "{}")
	attestation["annotations"] = map[string]string{"vnd.docker.reference.type": "attestation-manifest"}
	index := map[string]any{"schemaVersion": 2, "mediaType": ociIndex, "manifests": []any{
		child("amd64", "one"), child("arm64", "two"), child("riscv64", "one"), attestation,
	}}
	digest := f.tag("a/car", "v1", index)
	repo, err := f.registry().Repository(t.Context(), f.model("a/car", "v1"))
	if err != nil || repo.Commit != digest || len(repo.Notes) != 0 {
		t.Fatalf("%+v %v", repo, err)
	}
	if want := []string{"linux-amd64/layer.tar.gz", "linux-arm64/layer.tar.gz"}; !slices.Equal(paths(repo), want) {
		t.Errorf("files %q, want %q", paths(repo), want)
	}
	var many []any
	for i := range maxManifests + 2 {
		many = append(many, child(fmt.Sprint("cpu", i), fmt.Sprint(i)))
	}
	f.tag("a/car", "many", map[string]any{"schemaVersion": 2, "manifests": many})
	repo, err = f.registry().Repository(t.Context(), f.model("a/car", "many"))
	if err != nil || len(repo.Files) != maxManifests || len(repo.Notes) != 1 {
		t.Errorf("an index of %d: %d files, notes %v, %v", len(many), len(repo.Files), repo.Notes, err)
	}
	nested := map[string]any{"mediaType": ociIndex, "digest": digest, "size": 1}
	f.tag("a/car", "nested", map[string]any{"schemaVersion": 2, "mediaType": ociIndex, "manifests": []any{nested}})
	if _, err := f.registry().Repository(t.Context(), f.model("a/car", "nested")); reason(err) != gate.ReasonBadAnswer {
		t.Errorf("an index of an index: %v", err)
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ media, title, cncf, unpack, want string }{
		{"application/vnd.oci.image.layer.v1.tar", "model.gguf", "", "", "model.gguf"},
		{"application/vnd.oci.image.layer.v1.tar+gzip", "weights", "", "true", "weights.tar.gz"},
		{"application/vnd.oci.image.layer.v1.tar+gzip", "", "", "", "layer.tar.gz"},
		{"application/vnd.docker.image.rootfs.diff.tar.gzip", "", "", "", "layer.tar.gz"},
		{"application/vnd.cncf.model.weight.v1.raw", "", "sub/model.safetensors", "", "sub/model.safetensors"},
		{"application/vnd.cncf.model.weight.v1.tar", "", "model.safetensors", "", "model.safetensors.tar"},
		{"application/vnd.cncf.model.weight.config.v1.tar+zstd", "", "", "", "weight-config.tar.zst"},
		{"application/vnd.cncf.model.weight.v1.raw", "model.bin", "./sub/model.bin", "", "sub/model.bin"},
		{"application/vnd.cncf.model.weight.v1.raw", "x.pt", "notes.txt", "", "notes.txt x.pt"},
		{"application/vnd.kitops.modelkit.model.v1.tar+gzip", "", "", "", "model.tar.gz"},
		{"application/vnd.kitops.modelkit.modelpart.v1.tar", "", "", "", "modelpart.tar"},
		{"application/vnd.docker.ai.safetensors", "", "", "", "model.safetensors"},
		{"application/vnd.docker.ai.dir.tar", "", "tokenizer", "", "tokenizer.tar"},
		{"application/x-of-somebody+json", "", "", "", "layer.json"},
		{"", "", "", "", "layer"},
		{"a;b;;c", "x.pt", "", "", "x.pt"},
	} {
		d := descriptor{MediaType: c.media, Annotations: map[string]string{
			"org.opencontainers.image.title": c.title, "org.cncf.model.filepath": c.cncf, unpackAnnotation: c.unpack,
		}}
		if got := strings.Join(d.paths(), " "); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	l := listing{seen: map[string]string{}, next: map[string]int{}}
	for i, want := range []string{"a.tar.gz", "a-2.tar.gz", "a-3.tar.gz"} {
		if got, ok := l.unique("a.tar.gz", fmt.Sprint(i)); got != want || !ok {
			t.Errorf("unique = %q %v, want %q", got, ok, want)
		}
	}
	if got, ok := l.unique("a.tar.gz", "0"); ok {
		t.Errorf("the same layer again is %q", got)
	}
}

func TestPlace(t *testing.T) {
	r := New(Config{Rules: httpsafe.Rules{Private: []string{"10.0.0.7"}}})
	local := New(Config{Rules: httpsafe.Rules{Loopback: true}})
	digest := "sha256:" + strings.Repeat("a", 64)
	for _, c := range []struct {
		registry              *Registry
		source, key, revision string
		want                  string // URL of the manifest
	}{
		{r, "oci", "ai/smollm2", "", "https://registry-1.docker.io/v2/ai/smollm2/manifests/latest"},
		{r, "oci", "smollm2", "1", "https://registry-1.docker.io/v2/ai/smollm2/manifests/1"},
		{r, "oci", "docker.io/o/m", "1", "https://registry-1.docker.io/v2/o/m/manifests/1"},
		{r, "oci", "ghcr.io/o/p/m", digest, "https://ghcr.io/v2/o/p/m/manifests/" + digest},
		{r, "oci", "reg.io:5000/o/m", "v1.0_a-b", "https://reg.io:5000/v2/o/m/manifests/v1.0_a-b"},
		{r, "oci", "10.0.0.7:5000/o/m", "", "https://10.0.0.7:5000/v2/o/m/manifests/latest"},
		{r, "ollama", "qwen2", "", "https://registry.ollama.ai/v2/library/qwen2/manifests/latest"},
		{r, "ollama", "Org/m", "7b", "https://registry.ollama.ai/v2/Org/m/manifests/7b"},
		{r, "ollama", "reg.io/Org/m", "7b", "https://reg.io/v2/Org/m/manifests/7b"},
		{local, "oci", "localhost:5000/m", "", "http://localhost:5000/v2/m/manifests/latest"},
		{local, "oci", "127.0.0.1:5000/o/m", "", "http://127.0.0.1:5000/v2/o/m/manifests/latest"},
		{r, "oci", "localhost:5000/m", "", ""},
		{r, "oci", "127.0.0.1:5000/o/m", "", ""},
		{r, "oci", "10.0.0.8/o/m", "", ""},
		{r, "oci", "169.254.169.254/latest/meta-data", "", ""},
		{r, "oci", "ghcr.io/O/m", "", ""},
		{r, "oci", "ghcr.io/o/../m", "", ""},
		{r, "oci", "ghcr.io/o/m", "a/b", ""},
		{r, "oci", "ghcr.io/o/m", "sha512:00", ""},
		{r, "oci", "user@reg.io/o/m", "", ""},
		{r, "oci", "", "", ""},
		{r, "ollama", "hf.co/org/name", "Q4_K_M", ""},
		{r, "ollama", "HF.co/org/name", "Q4_K_M", ""},
		{r, "ollama", "a/b/c/d", "", ""},
		{r, "hf", "org/name", "", ""},
	} {
		m := gate.ModelID{Source: c.source, Name: c.key, Revision: c.revision}
		p, err := c.registry.place(m)
		if c.want == "" {
			if reason(err) != gate.ReasonUnsupported {
				t.Errorf("place of %q: %+v %v", c.key, p, err)
			}
		} else if got := p.url("manifests", p.reference).String(); err != nil || got != c.want {
			t.Errorf("place of %q: %s %v", c.key, got, err)
		}
	}
}

// TestUnavailable has the registries that do not answer, or not in earnest.
func TestUnavailable(t *testing.T) {
	f := newFake(t)
	gguf := f.layer("application/vnd.docker.ai.gguf.v3", "GGUF")
	good := f.tag("a/m", "good", image(gguf))
	f.tag("a/m", "other", image(f.layer("x", "y")))
	f.manifests["a/m:"+good] = f.manifests["a/m:other"]
	f.tag("a/m", "huge", bytes.Repeat([]byte(" "), manifestBytes+1))
	f.tag("a/m", "text", []byte("<html>"))
	f.tag("a/m", "old", map[string]any{"schemaVersion": 1, "fsLayers": []any{}})
	f.tag("a/m", "none", image())
	f.tag("a/m", "both", map[string]any{"schemaVersion": 2, "layers": []any{gguf}, "manifests": []any{gguf}})
	f.tag("a/m", "lie", map[string]any{"schemaVersion": 2, "mediaType": ociIndex, "layers": []any{gguf}})
	f.tag("a/m", "twice", []byte(`{"schemaVersion":2,"layers":[{"digest":"sha256:0","size":1}],"layers":[]}`))
	f.tag("a/m", "case", []byte(`{"schemaVersion":2,"layers":[{"digest":"sha256:0","size":1}],"Layers":[]}`))
	f.tag("a/m", "traversal", image(f.layer("x", "y", "org.opencontainers.image.title", "../../etc/cron.d/x")))
	f.tag("a/m", "negative", map[string]any{"schemaVersion": 2, "layers": []any{map[string]any{"digest": good, "size": -1}}})
	f.tag("a/m", "deep", []byte(strings.Repeat("[", 100_000)))
	f.tag("a/m", "child", map[string]any{"schemaVersion": 2, "manifests": []any{map[string]any{"digest": "../../x"}}})
	for path, status := range map[string]int{"busy": 429, "down": 503, "denied": 403, "teapot": 418} {
		f.status["/v2/a/m/manifests/"+path] = status
	}
	for tag, want := range map[string]string{
		"good": "<nil>", good: gate.ReasonBadAnswer, "absent": gate.ReasonRevision, "denied": gate.ReasonNotFound,
		"busy": gate.ReasonRateLimited, "down": gate.ReasonNetwork, "teapot": gate.ReasonBadAnswer, "huge": gate.ReasonBadAnswer,
		"text": gate.ReasonBadAnswer, "old": gate.ReasonBadAnswer, "none": gate.ReasonBadAnswer, "both": gate.ReasonBadAnswer,
		"lie": gate.ReasonBadAnswer, "twice": gate.ReasonBadAnswer, "case": gate.ReasonBadAnswer, "traversal": gate.ReasonBadAnswer,
		"negative": gate.ReasonBadAnswer, "deep": gate.ReasonBadAnswer, "child": gate.ReasonBadAnswer,
	} {
		_, err := f.registry().Repository(t.Context(), f.model("a/m", tag))
		if got := reason(err); got != want {
			t.Errorf("%s: %s, want %s (%v)", tag, got, want, err)
		}
	}

	if _, err := f.registry().Repository(t.Context(), f.model("a/none", "good")); reason(err) != gate.ReasonNotFound {
		t.Errorf("no repository: %v", err)
	}
	f.stated = "sha256:" + strings.Repeat("0", 64)
	if _, err := f.registry().Repository(t.Context(), f.model("a/m", "good")); reason(err) != gate.ReasonBadAnswer {
		t.Errorf("another digest is stated: %v", err)
	}
	f.stated = ""
	f.status["/token"] = http.StatusForbidden
	if _, err := f.registry().Repository(t.Context(), f.model("a/m", "good")); reason(err) != gate.ReasonNotFound {
		t.Errorf("no token: %v", err)
	}
	delete(f.status, "/token")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.registry().Repository(ctx, f.model("a/m", "good")); reason(err) != gate.ReasonNetwork {
		t.Errorf("no time: %v", err)
	}
	r := f.registry()
	f.Server.Close()
	for range 2 {
		if _, err := r.Repository(t.Context(), f.model("a/m", "good")); reason(err) != gate.ReasonNetwork {
			t.Errorf("no network: %v", err)
		}
	}
}

// TestRealm shows that a registry cannot send the search for a token where it likes.
func TestRealm(t *testing.T) {
	f := newFake(t)
	f.tag("a/m", "v1", image(f.layer("x", "y")))
	for _, challenge := range []string{
		`Bearer realm="http://169.254.169.254/latest/meta-data/",service="x"`,
		`Bearer realm="file:///etc/passwd"`,
		`Bearer realm="http://10.0.0.1/token"`,
		`Basic realm="x"`,
		`Negotiate`,
	} {
		r := f.registry()
		inner := r.http.Transport
		r.auth.Client = &http.Client{Transport: transport(func(req *http.Request) (*http.Response, error) {
			resp, err := inner.RoundTrip(req)
			if err == nil && resp.StatusCode == http.StatusUnauthorized {
				resp.Header.Set("WWW-Authenticate", challenge)
			}
			return resp, err
		})}
		_, err := r.Repository(t.Context(), f.model("a/m", "v1"))
		if got := reason(err); got != gate.ReasonBadAnswer && got != gate.ReasonNotFound {
			t.Errorf("%s: %v", challenge, err)
		}
	}
	if slices.Contains(f.log, "/token") {
		t.Error("a token was fetched")
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestOpenUnavailable has the blobs that do not come, or are others.
func TestOpenUnavailable(t *testing.T) {
	f := newFake(t)
	f.tag("a/m", "v1", image(
		f.layer("x", "one", "org.opencontainers.image.title", "same"),
		f.layer("x", "two", "org.opencontainers.image.title", "gone"),
		f.layer("x", "three", "org.opencontainers.image.title", "swapped"),
		map[string]any{"mediaType": "x", "digest": "sha512:" + strings.Repeat("0", 128), "size": 3},
	))
	r := f.registry()
	repo, err := r.Repository(t.Context(), f.model("a/m", "v1"))
	if err != nil || len(repo.Files) != 4 || len(repo.Notes) != 1 {
		t.Fatalf("%+v %v", repo, err)
	}
	delete(f.blobs, "sha256:"+repo.Files[1].SHA256)
	f.blobs["sha256:"+repo.Files[2].SHA256] = []byte("other")
	for i, want := range []string{"<nil>", gate.ReasonNotFound, gate.ReasonBadAnswer, gate.ReasonUnsupported} {
		rd, err := r.Open(t.Context(), repo, repo.Files[i])
		if err == nil {
			_, err = rd.ReadAt(make([]byte, repo.Files[i].Size), 0)
			if i == 2 && len(rd.Odd()) != 1 {
				t.Errorf("odd %v", rd.Odd())
			}
		}
		if got := reason(err); got != want || err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", repo.Files[i].Path, err)
		}
	}
}
