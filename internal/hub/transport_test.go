package hub

import (
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
	"github.com/modelgate/gate/internal/hub/hubtest"
)

// TestTLS: a certificate is checked, and a failure is said once.
func TestTLS(t *testing.T) {
	h, c := world(t, hubtest.Options{TLS: true}, nil)
	for range 3 {
		_, err := c.Info(t.Context(), "acme/tiny", "")
		if u := wantReason(t, err, gate.ReasonNetwork); !strings.Contains(u.Detail, "certificate") {
			t.Errorf("says %q", u.Detail)
		}
	}
	if n, _ := c.Stats(); n != 1 {
		t.Errorf("%d attempts", n)
	}
	cert, err := x509.ParseCertificate(h.Certificate())
	if err != nil {
		t.Fatal(err)
	}
	c = client(t, Config{Endpoint: h.URL})
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	rules := c.rules()
	rules.Roots = roots
	c.transport = httpsafe.New(rules).Transport
	r, err := c.Repository(t.Context(), hf("acme/tiny", ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range r.Files {
		f, err := c.Open(t.Context(), r, file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.ReadAt(make([]byte, file.Size), 0); err != nil {
			t.Error(err)
		}
	}
}

// TestProxy: the environment's proxy may have a private address; what it leads to is its
// own affair.
func TestProxy(t *testing.T) {
	var asked atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.Method != http.MethodConnect || r.Header.Get("Authorization") != "" {
			t.Errorf("%s with %q", r.Method, r.Header.Get("Authorization"))
		}
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer proxy.Close()
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, Config{Token: "hf_x", Proxy: func(*http.Request) (*url.URL, error) { return u, nil }})
	_, err = c.Info(t.Context(), "acme/tiny", "")
	wantReason(t, err, gate.ReasonNetwork)
	storage, _ := url.Parse("https://us.aws.cdn.hf.co/x")
	_, err = c.send(t.Context(), request{id: "acme/tiny", what: aboutContent, url: storage, storage: true})
	wantReason(t, err, gate.ReasonNetwork)
	if asked.Load() != 2 {
		t.Errorf("the proxy was asked %d times: %v", asked.Load(), err)
	}
}

// TestCookies: none are kept.
func TestCookies(t *testing.T) {
	r, c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "x"})
		_, _ = io.WriteString(w, modelJSON())
	}, nil)
	for range 2 {
		if _, err := c.Info(t.Context(), "acme/tiny", ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range r.all() {
		if q.Header.Get("Cookie") != "" || q.Header.Get("Referer") != "" {
			t.Errorf("%v", q.Header)
		}
	}
}
