package hub

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/modelgate/gate"
)

func TestStorageHosts(t *testing.T) {
	for endpoint, cases := range map[string]map[string]bool{
		"https://huggingface.co": {
			"https://us.aws.cdn.hf.co/x?Signature=1": true, "https://cdn-lfs.huggingface.co/x": true, "https://CAS-bridge.xethub.HF.co:443/x": true, "https://hf.co/x": true,
			"http://us.aws.cdn.hf.co/x": false, "https://us.aws.cdn.hf.co:8443/x": false, "https://user@us.aws.cdn.hf.co/x": false,
			"https://evilhf.co/x": false, "https://hf.co.evil.example/x": false, "https://hf.co@evil.example/x": false, "https://evil.example/hf.co": false,
			"https://127.0.0.1/x": false, "https://localhost/x": false, "https://[::1]/x": false, "https://169.254.169.254/x": false, "https://2130706433/x": false,
			"https://0x7f000001/x": false, "https://127.1/x": false, "//us.aws.cdn.hf.co/x": false, "ftp://hf.co/x": false, "file:///etc/passwd": false, "https:///x": false,
			"javascript:alert(1)": false, "https://us.aws.cdn.hf.co./x": false, "https://a.hf.co\\@evil.example/": false, "": false, "https://store.example/x": false,
		},
		"https://mirror.example": {
			"https://mirror.example:443/x": true, "https://files.mirror.example/x": false, "https://us.aws.cdn.hf.co/x": true, "https://evil.example/x": false,
		},
		"http://127.0.0.1:8080": {
			"http://127.0.0.1:9090/x": true, "http://localhost:9090/x": true, "http://[::1]:9090/x": true, "http://10.0.0.1/x": false, "http://evil.example/x": false, "http://us.aws.cdn.hf.co/x": false,
		},
	} {
		c := client(t, Config{Endpoint: endpoint})
		for location, want := range cases {
			u, _ := url.Parse(endpoint + "/acme/tiny/resolve/x/y")
			to, err := c.target(request{id: "acme/tiny", what: aboutContent, url: u}, location)
			if (err == nil) != want {
				t.Errorf("%s to %s: %v, %v", endpoint, location, to, err)
			}
			if err != nil && reason(err) != gate.ReasonBadAnswer {
				t.Errorf("%s: %v", location, err)
			}
			if _, err := c.target(request{id: "acme/tiny", what: aboutModel, url: u}, location); err == nil && !c.sameOrigin(to) {
				t.Errorf("a question may go to %s", location)
			}
		}
	}
	c := client(t, Config{StorageHosts: []string{"store.example"}})
	for host, want := range map[string]bool{"store.example": true, "a.store.example": true, "restore.example": false} {
		if why := c.refusesStorage(&url.URL{Scheme: "https", Host: host}); (why == "") != want {
			t.Errorf("%s: %s", host, why)
		}
	}
}

// TestMoves: within the endpoint two redirects are followed, with the query.
func TestMoves(t *testing.T) {
	for moves, want := range map[int]string{1: "", 2: "", 3: gate.ReasonBadAnswer} {
		r, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			n := strings.Count(r.URL.Path, "x")
			if n < moves {
				w.Header().Set("Location", "/api/models/acme/"+strings.Repeat("x", n+1))
				w.WriteHeader(307)
				return
			}
			_, _ = io.WriteString(w, modelJSON())
		}, func(cfg *Config) { cfg.Token = "hf_x" })
		_, err := c.Info(t.Context(), "acme/tiny", "main")
		if reason(err) != want {
			t.Errorf("%d moves: %v", moves, err)
		}
		for _, q := range r.all() {
			if q.URL.Query().Get("blobs") != "true" || q.Header.Get("Authorization") != "Bearer hf_x" {
				t.Errorf("asked %s with %q", q.URL, q.Header.Get("Authorization"))
			}
		}
	}
}

// TestElsewhere: a question is never taken elsewhere, and a token neither; nor is the next
// page of a list.
func TestElsewhere(t *testing.T) {
	var elsewhere []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		elsewhere = append(elsewhere, r.URL.Path+" "+r.Header.Get("Authorization"))
	}))
	defer other.Close()
	withToken := func(cfg *Config) { cfg.Token = "hf_x" }

	_, c := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL+"/x", http.StatusFound) }, withToken)
	_, err := c.Info(t.Context(), "acme/tiny", "main")
	wantReason(t, err, gate.ReasonBadAnswer)

	_, c = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", fmt.Sprintf("<%s/api/models/acme/tiny/tree/main?cursor=x>; rel=\"next\"", other.URL))
		_, _ = io.WriteString(w, "[]")
	}, withToken)
	_, err = c.Tree(t.Context(), "acme/tiny", "main")
	wantReason(t, err, gate.ReasonBadAnswer)

	// A list without an end has one.
	r, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "<"+r.URL.Path+`?cursor=x>; rel="next"`)
		_, _ = io.WriteString(w, "[]")
	}, nil)
	_, err = c.Tree(t.Context(), "acme/tiny", "main")
	wantReason(t, err, gate.ReasonBadAnswer)
	if r.count() != maxPages {
		t.Errorf("%d pages", r.count())
	}
	if len(elsewhere) > 0 {
		t.Errorf("went elsewhere: %q", elsewhere)
	}
}

func TestNextPage(t *testing.T) {
	c := client(t, Config{})
	at, _ := url.Parse("https://huggingface.co/api/models/a/b/tree/main?recursive=true")
	for link, want := range map[string]string{
		``: "", `</x?cursor=1>; rel="next"`: "https://huggingface.co/x?cursor=1", `<https://huggingface.co/x>; rel=next`: "https://huggingface.co/x",
		`<https://huggingface.co:443/x>; title="a"; rel="next"`: "https://huggingface.co:443/x", `</a>; rel="prev", </b>; rel="next"`: "https://huggingface.co/b",
		`<https://evil.example/x>; rel="prev"`: "", `</x>; rel="xet-auth"`: "",
		`<https://evil.example/x>; rel="next"`: "!", `<//evil.example/x>; rel="next"`: "!", `<http://huggingface.co/x>; rel="next"`: "!",
		`<https://huggingface.co:8443/x>; rel="next"`: "!", `<https://a@huggingface.co/x>; rel="next"`: "!", `<%zz>; rel="next"`: "!",
	} {
		a := &answer{Response: &http.Response{Header: http.Header{"Link": {link}}}, url: at}
		u, err := c.nextPage("a/b", a)
		got := ""
		if u != nil {
			got = u.String()
		}
		if err != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("%s: %s (%v)", link, got, err)
		}
	}
}
