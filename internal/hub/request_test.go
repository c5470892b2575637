package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/hub/hubtest"
)

// TestRefusals is the table of what the Hub answers in place of an answer.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name, token     string
		status          int
		code, message   string
		info, and, want string
	}{
		{name: "missing, anonymous", status: 401, message: "Invalid username or password.", want: gate.ReasonNotFound},
		{name: "missing, with a token", token: "hf_x", status: 404, code: "RepoNotFound", want: gate.ReasonNotFound},
		{name: "missing, with a token and 401", token: "hf_x", status: 401, code: "RepoNotFound", want: gate.ReasonNotFound},
		{name: "wrong token", token: "hf_x", status: 401, message: "Invalid credentials in Authorization header", want: gate.ReasonBadToken},
		{name: "wrong token and a code", token: "hf_x", status: 401, code: "RepoNotFound", message: "Invalid credentials in Authorization header", want: gate.ReasonBadToken},
		{name: "401 with a token and nothing else", token: "hf_x", status: 401, want: gate.ReasonBadToken},
		{name: "gated, anonymous", status: 401, code: "GatedRepo", want: gate.ReasonGated},
		{name: "gated, garbage token", token: "hf_x", status: 401, code: "GatedRepo", message: "Invalid credentials", want: gate.ReasonGated},
		{name: "gated, with a token", token: "hf_x", status: 403, code: "GatedRepo", want: gate.ReasonGated},
		{name: "revision", status: 404, code: "RevisionNotFound", want: gate.ReasonRevision},
		{name: "file", status: 404, code: "EntryNotFound", want: gate.ReasonEntry},
		{name: "disabled", status: 403, message: "Access to this resource is disabled.", want: gate.ReasonDisabled},
		{name: "too many", status: 429, want: gate.ReasonRateLimited},
		{name: "server", status: 503, want: gate.ReasonNetwork},
		{name: "forbidden", status: 403, want: gate.ReasonNetwork},
		{name: "forbidden with a token", token: "hf_x", status: 403, want: gate.ReasonBadToken},
		{name: "404 of no Hub", status: 404, want: gate.ReasonBadAnswer},
		{name: "teapot", status: 418, want: gate.ReasonBadAnswer},
		{name: "no content", status: 204, want: gate.ReasonBadAnswer},
		{name: "a part", status: 206, want: gate.ReasonBadAnswer},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, hub := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				for k, v := range map[string]string{"X-Error-Code": c.code, "X-Error-Message": c.message} {
					if v != "" {
						w.Header().Set(k, v)
					}
				}
				w.WriteHeader(c.status)
			}, func(cfg *Config) { cfg.Token = c.token })
			_, err := hub.Info(t.Context(), "acme/tiny", "main")
			u := wantReason(t, err, c.want)
			if u.ID != "acme/tiny@main" {
				t.Errorf("it is about %q", u.ID)
			}
		})
	}
}

// TestRefusalsOfTheHub asks the fake Hub the same.
func TestRefusalsOfTheHub(t *testing.T) {
	for _, c := range []struct{ token, name, want string }{
		{"", "acme/none", gate.ReasonNotFound}, {"", "acme/secret", gate.ReasonNotFound}, {"hf_bob", "acme/secret", gate.ReasonNotFound},
		{"hf_wrong", "acme/tiny", gate.ReasonBadToken}, {"hf_alice", "acme/secret", ""}, {"", "acme/gated", ""},
	} {
		_, hub := world(t, hubtest.Options{}, func(cfg *Config) { cfg.Token = c.token })
		if _, err := hub.Info(t.Context(), c.name, "main"); reason(err) != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%s with %q: %v", c.name, c.token, err)
		}
	}
	for token, want := range map[string]string{"": gate.ReasonGated, "hf_bob": gate.ReasonGated, "hf_wrong": "", "hf_carol": ""} {
		_, hub := world(t, hubtest.Options{}, nil)
		r, err := hub.Repository(t.Context(), hf("acme/gated", ""))
		if err != nil || r.Gated != "manual" {
			t.Fatalf("%+v, %v", r, err)
		}
		hub.exchange.fixed = token
		f, err := hub.Open(t.Context(), r, r.Files[0])
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.ReadAt(make([]byte, 3), 0)
		if token != "hf_wrong" && (reason(err) != want || (err == nil) != (want == "")) {
			t.Errorf("a gated file with %q: %v", token, err)
		}
		if token == "hf_wrong" && reason(err) != gate.ReasonGated && reason(err) != gate.ReasonBadToken {
			t.Errorf("a gated file with a wrong token: %v", err)
		}
	}
}

func TestRetries(t *testing.T) {
	for status, want := range map[int]int32{408: 3, 429: 3, 500: 3, 503: 3, 400: 1, 404: 1, 501: 1} {
		var n atomic.Int32
		_, c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if n.Add(1) < 3 {
				w.WriteHeader(status)
				return
			}
			_, _ = io.WriteString(w, modelJSON())
		}, nil)
		_, err := c.Info(t.Context(), "acme/tiny", "main")
		if n.Load() != want || (err == nil) != (want == 3) {
			t.Errorf("%d: %d requests, %v", status, n.Load(), err)
		}
	}
	// A connection that breaks is tried again, and not for ever.
	r, c := serve(t, func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }, nil)
	_, err := c.Info(t.Context(), "acme/tiny", "main")
	wantReason(t, err, gate.ReasonNetwork)
	if r.count() != attempts {
		t.Errorf("%d requests", r.count())
	}
}

func TestRateLimits(t *testing.T) {
	limited := func(header, value string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(header, value)
			w.WriteHeader(429)
		}
	}
	for header, value := range map[string]string{"RateLimit": `"api";r=0;t=295`, "Retry-After": "300"} {
		r, c := serve(t, limited(header, value), nil)
		for range 3 {
			_, err := c.Info(t.Context(), "acme/tiny", "main")
			wantReason(t, err, gate.ReasonRateLimited)
		}
		if r.count() != 1 {
			t.Errorf("%s: %d requests", header, r.count())
		}
	}
	// A wait that fits is waited.
	h, c := world(t, hubtest.Options{}, nil)
	h.Fault(hubtest.Fault{Status: 429, Times: 1, Header: map[string]string{"Retry-After": "1", "RateLimit": ""}})
	start := time.Now()
	if _, err := c.Info(t.Context(), "acme/tiny", "main"); err != nil || time.Since(start) < time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	h.Fault(hubtest.Fault{Status: 429, Times: 1, Header: map[string]string{"Retry-After": "301"}})
	_, err := c.Info(ctx, "acme/tiny", "main")
	wantReason(t, err, gate.ReasonRateLimited)
	if ctx.Err() != nil {
		t.Error("it waited although the time was not there")
	}
}

func TestRateLimitHeader(t *testing.T) {
	for header, want := range map[string]string{
		`"api";r=499;t=295`: "499 4m55s true", `"api";r=0;t=3`: "0 3s true", ``: "-1 0s false", `"api"; r=7`: "7 0s true",
		`r=-1;t=x`: "-1 0s false", `"api";r=0;t=99999999999`: "0 1h0m0s true",
	} {
		r, d, ok := rateLimit(header)
		if got := fmt.Sprint(r, " ", d, " ", ok); got != want {
			t.Errorf("%s: %s", header, got)
		}
	}
}

// TestNoNetwork: what cannot be reached is tried once.
func TestNoNetwork(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c := client(t, Config{Endpoint: "http://" + l.Addr().String()})
	for i := range 20 {
		_, err := c.Repository(t.Context(), hf(fmt.Sprintf("acme/m%d", i), ""))
		u := wantReason(t, err, gate.ReasonNetwork)
		if !strings.Contains(u.Detail, "cannot be reached") {
			t.Errorf("says %q", u.Detail)
		}
	}
	if n, _ := c.Stats(); n != 1 {
		t.Errorf("%d attempts", n)
	}
	c = client(t, Config{Endpoint: "https://nowhere.invalid"})
	_, err = c.Info(t.Context(), "acme/tiny", "")
	wantReason(t, err, gate.ReasonNetwork)
}

func TestOffline(t *testing.T) {
	r, c := serve(t, text(modelJSON()), func(cfg *Config) { cfg.Offline = true })
	_, err := c.Repository(t.Context(), hf("acme/tiny", ""))
	wantReason(t, err, gate.ReasonOffline)
	_, err = c.Owner(t.Context(), "acme")
	wantReason(t, err, gate.ReasonOffline)
	repo := &gate.Repository{Name: "acme/tiny", Commit: commitA}
	_, err = c.Open(t.Context(), repo, gate.RemoteFile{Path: "x", Size: 1})
	wantReason(t, err, gate.ReasonOffline)
	_, err = c.Download(t.Context(), repo, gate.RemoteFile{Path: "x", Size: 1}, 0, "")
	wantReason(t, err, gate.ReasonOffline)
	if n, _ := c.Stats(); n != 0 || r.count() != 0 {
		t.Errorf("%d requests", n)
	}
}

// TestSilence: neither a server that says nothing nor one that drips holds the gate.
func TestSilence(t *testing.T) {
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	stalls := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, modelJSON()[:50])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	drips := func(w http.ResponseWriter, r *http.Request) {
		for _, b := range []byte(modelJSON()) {
			_, _ = w.Write([]byte{b})
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	for name, h := range map[string]http.HandlerFunc{"silent": silent, "stalls": stalls, "drips": drips} {
		t.Run(name, func(t *testing.T) {
			_, c := serve(t, h, func(cfg *Config) { cfg.EtagTimeout, cfg.DownloadTimeout = 200*time.Millisecond, 200*time.Millisecond })
			_, err := c.Info(t.Context(), "acme/tiny", "main")
			wantReason(t, err, gate.ReasonNetwork)
		})
	}
	t.Run("budget", func(t *testing.T) {
		_, c := serve(t, silent, func(cfg *Config) { cfg.Budget = 200 * time.Millisecond })
		_, err := c.Info(t.Context(), "acme/tiny", "main")
		wantReason(t, err, gate.ReasonNetwork)
	})
	t.Run("deadline", func(t *testing.T) {
		_, c := serve(t, silent, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		_, err := c.Info(ctx, "acme/tiny", "main")
		wantReason(t, err, gate.ReasonNetwork)
	})
	t.Run("cancelled", func(t *testing.T) {
		_, c := serve(t, silent, nil)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		if _, err := c.Info(ctx, "acme/tiny", "main"); !errors.Is(err, context.Canceled) || reason(err) != "" {
			t.Errorf("%v", err)
		}
	})
}

// TestFourAtATime: no more requests than that, over all files.
func TestFourAtATime(t *testing.T) {
	var now, most atomic.Int32
	full := make(chan struct{})
	fill := sync.OnceFunc(func() { close(full) })
	_, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n >= 4 {
			fill()
		}
		select { // until all places are taken
		case <-full:
		case <-r.Context().Done():
		}
		time.Sleep(20 * time.Millisecond) // for one too many to come
		_, _ = io.WriteString(w, modelJSON())
	}, nil)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if _, err := c.Info(t.Context(), "acme/tiny", "main"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if m := most.Load(); m != 4 {
		t.Errorf("%d at a time", m)
	}
}

// TestSecrets: nothing that gives access is repeated.
func TestSecrets(t *testing.T) {
	const token = "hf_SuperSecretToken0123456789"
	_, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Error-Message", "you sent "+r.Header.Get("Authorization")+" to https://a.b/c?Signature=SIGNED")
		w.WriteHeader(418)
	}, func(cfg *Config) { cfg.Token = token })
	_, err := c.Info(t.Context(), "acme/tiny", "main")
	u := wantReason(t, err, gate.ReasonBadAnswer)
	if strings.Contains(u.Detail, token) || strings.Contains(u.Detail, "SIGNED") {
		t.Errorf("says %q", u.Detail)
	}
	if _, err := New(Config{Token: "hf_secret\nX: y"}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}

// TestPrivateStorage: a storage host whose name leads to no public address is not asked,
// unless the user named it; nor does an endpoint elsewhere lead to this machine.
func TestPrivateStorage(t *testing.T) {
	server := httptest.NewTLSServer(text("x"))
	defer server.Close()
	u, _ := url.Parse(strings.Replace(server.URL, "127.0.0.1", "localhost", 1))
	for endpoint, want := range map[string]string{"": "refused", "https://mirror.example": "refused", "http://127.0.0.1:1": "certificate"} {
		c := client(t, Config{Endpoint: endpoint, StorageHosts: []string{"localhost"}})
		_, err := c.send(t.Context(), request{id: "acme/tiny", what: aboutContent, url: u, storage: true})
		if d := wantReason(t, err, gate.ReasonNetwork); !strings.Contains(d.Detail, want) {
			t.Errorf("%s: %s", endpoint, d.Detail)
		}
	}
	c := client(t, Config{Endpoint: "https://mirror.example", StorageHosts: []string{"store.example"}, Exchange: Exchange{RequestURL: "https://runner.example/x"}})
	if r := c.rules(); r.Loopback || !slices.Equal(r.Private, []string{"mirror.example", "store.example", ".store.example"}) {
		t.Errorf("%+v", r)
	}
}
