package hub

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/modelgate/gate"
)

// TestExchange: the runner's identity, made out to the endpoint, becomes a token once.
func TestExchange(t *testing.T) {
	var endpoint string
	runner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer runner" || r.URL.Query().Get("audience") != endpoint || r.URL.Query().Get("v") != "1" {
			w.WriteHeader(403)
			return
		}
		_, _ = io.WriteString(w, `{"value":"jwt"}`)
	}))
	defer runner.Close()
	var exchanges atomic.Int32
	rec, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/oauth/token" {
			if r.Header.Get("Authorization") != "Bearer hf_oauth_x" {
				w.WriteHeader(401)
				return
			}
			_, _ = io.WriteString(w, modelJSON())
			return
		}
		exchanges.Add(1)
		var q map[string]string
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || r.Header.Get("Authorization") != "" || q["subject_token"] != "jwt" || q["resource"] != "acme" ||
			q["grant_type"] != "urn:ietf:params:oauth:grant-type:token-exchange" {
			w.WriteHeader(400)
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"hf_oauth_x","expires_in":3600}`)
	}, func(cfg *Config) {
		cfg.Exchange = Exchange{Resource: "acme", RequestURL: runner.URL + "/?v=1", RequestToken: "runner"}
		cfg.Token = "hf_other"
	})
	endpoint = rec.url
	for range 3 {
		if _, err := c.Info(t.Context(), "acme/tiny", "main"); err != nil {
			t.Fatal(err)
		}
	}
	if exchanges.Load() != 1 {
		t.Errorf("%d exchanges", exchanges.Load())
	}
}

// TestNoExchange: a pipeline without an identity asks as the environment says; one that is
// refused says so and asks nothing more.
func TestNoExchange(t *testing.T) {
	_, c := serve(t, text(modelJSON()), func(cfg *Config) { cfg.Exchange = Exchange{Resource: "acme"} })
	if _, err := c.Info(t.Context(), "acme/tiny", "main"); err != nil {
		t.Error(err)
	}
	rec, c := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, func(cfg *Config) {
		cfg.Exchange = Exchange{Resource: "acme", IDToken: "secret.jwt"}
	})
	for range 2 {
		_, err := c.Info(t.Context(), "acme/tiny", "main")
		if u := wantReason(t, err, gate.ReasonBadToken); strings.Contains(u.Detail, "secret") {
			t.Errorf("says %s", u.Detail)
		}
	}
	if rec.count() != 1 {
		t.Errorf("%d requests", rec.count())
	}
	for _, bad := range []string{"http://evil.example/x", "ftp://a/b", "https://u@a/b", "%zz"} {
		c := client(t, Config{Exchange: Exchange{Resource: "acme", RequestURL: bad, RequestToken: "x"}})
		_, err := c.Info(t.Context(), "acme/tiny", "main")
		wantReason(t, err, gate.ReasonBadToken)
		if n, _ := c.Stats(); n != 0 {
			t.Errorf("%s was asked", bad)
		}
	}
}
