package weburl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

func reason(err error) string {
	u, ok := errors.AsType[*gate.Unavailable](err)
	if !ok {
		return fmt.Sprint(err)
	}
	return u.Reason
}

// site has a file at /m.pt and, behind a redirect, at /signed; the other paths are odd.
func site(t *testing.T, data []byte) *httptest.Server {
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}))
	t.Cleanup(store.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/m.pt":
			w.Header().Set("ETag", `"1"`)
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		case "/empty.pt":
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(nil))
		case "/signed/m.pt":
			http.Redirect(w, r, store.URL+"/x?X-Amz-Signature=hush", http.StatusFound)
		case "/plain.pt":
			_, _ = w.Write(data[:100])
		case "/page.pt":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
		case "/stream.pt":
			w.(http.Flusher).Flush()
		case "/gzip.pt":
			w.Header().Set("Content-Encoding", "gzip")
		case "/login.pt":
			w.WriteHeader(http.StatusUnauthorized)
		case "/away.pt":
			http.Redirect(w, r, "http://example.com/m.pt", http.StatusFound)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

func TestFile(t *testing.T) {
	data := bytes.Repeat([]byte("weights "), 100_000)
	server := site(t, data)
	r := New(httpsafe.Rules{Loopback: true})
	for _, c := range []struct {
		path string
		file string
		want []byte
	}{
		{"/m.pt", "m.pt", data},
		{"/m.pt?download=1#x", "m.pt", data},
		{"/signed/m.pt", "m.pt", data},
		{"/plain.pt", "plain.pt", data[:100]},
		{"/empty.pt", "empty.pt", nil},
	} {
		model := gate.ModelID{Source: "url", URL: server.URL + c.path}
		repo, err := r.Repository(t.Context(), model)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if repo.Commit != "" || repo.Name != model.Key() || len(repo.Files) != 1 || repo.Files[0] != (gate.RemoteFile{Path: c.file, Size: int64(len(c.want))}) {
			t.Errorf("%s: %+v", c.path, repo)
		}
		rd, err := r.Open(t.Context(), repo, repo.Files[0])
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.NewSectionReader(rd, 0, repo.Files[0].Size))
		if err != nil || !bytes.Equal(got, c.want) || len(rd.Odd()) != 0 {
			t.Errorf("%s: %d bytes, odd %v, %v", c.path, len(got), rd.Odd(), err)
		}
		_ = rd.Close()
	}
	named := gate.ModelID{Source: "url", File: "a/w.bin", URL: server.URL + "/m.pt"}
	if repo, err := r.Repository(t.Context(), named); err != nil || repo.Files[0].Path != "w.bin" {
		t.Errorf("named: %+v %v", repo, err)
	}
}

func TestUnavailable(t *testing.T) {
	server := site(t, make([]byte, 1000))
	local, strict := New(httpsafe.Rules{Loopback: true}), New(httpsafe.Rules{})
	for _, c := range []struct {
		r         *Registry
		url, want string
	}{
		{local, server.URL + "/absent.pt", gate.ReasonNotFound},
		{local, server.URL + "/login.pt", gate.ReasonNotFound},
		{local, server.URL + "/page.pt", gate.ReasonBadAnswer},
		{local, server.URL + "/stream.pt", gate.ReasonBadAnswer},
		{local, server.URL + "/gzip.pt", gate.ReasonBadAnswer},
		{local, server.URL + "/away.pt", gate.ReasonBadAnswer},
		{local, server.URL + "/m.pt?X-Amz-Signature=hush", gate.ReasonUnsupported},
		{local, server.URL + "/m.pt?access_token=hush", gate.ReasonUnsupported},
		{local, server.URL + "/m.pt?a=%zz", gate.ReasonUnsupported},
		{local, strings.Replace(server.URL, "//", "//user:hush@", 1) + "/m.pt", gate.ReasonUnsupported},
		{strict, server.URL + "/m.pt", gate.ReasonUnsupported},
		{strict, "http://example.com/m.pt", gate.ReasonUnsupported},
		{strict, "https://169.254.169.254/m.pt", gate.ReasonUnsupported},
		{strict, "https://localhost/m.pt", gate.ReasonUnsupported},
		{strict, "s3://bucket/m.pt", gate.ReasonUnsupported},
		{strict, "https://exa mple.com/hush", gate.ReasonUnsupported},
		{strict, "", gate.ReasonUnsupported},
	} {
		repo, err := c.r.Repository(t.Context(), gate.ModelID{Source: "url", URL: c.url})
		if reason(err) != c.want || strings.Contains(fmt.Sprint(err), "hush") {
			t.Errorf("%s: %+v %v", c.url, repo, err)
		}
		_, err = c.r.Open(t.Context(), &gate.Repository{Model: gate.ModelID{Source: "url", URL: c.url}}, gate.RemoteFile{})
		if c.want == gate.ReasonUnsupported && reason(err) != c.want {
			t.Errorf("open of %s: %v", c.url, err)
		}
	}
	if _, err := strict.Repository(t.Context(), gate.ModelID{Source: "hf", URL: "https://example.com/m.pt"}); reason(err) != gate.ReasonUnsupported {
		t.Errorf("another source: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := local.Repository(ctx, gate.ModelID{Source: "url", URL: server.URL + "/m.pt"}); reason(err) != gate.ReasonNetwork {
		t.Errorf("no time: %v", err)
	}
}
