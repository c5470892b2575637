package hub

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/hub/hubtest"
)

const (
	commitA = "630c1692c529e18b6cf65a732afc72588a5c8659"
	commitB = "0123456789abcdef0123456789abcdef01234567"
	someID  = "66944f1fddd6b603d1444b8e"
)

// world starts the fake Hub and a client of it.
func world(t *testing.T, o hubtest.Options, edit func(*Config)) (*hubtest.Hub, *Client) {
	t.Helper()
	h := hubtest.New(o)
	t.Cleanup(h.Close)
	hubtest.World(h)
	h.Forget()
	cfg := Config{Endpoint: h.URL, EtagTimeout: 2 * time.Minute, DownloadTimeout: 2 * time.Minute}
	if edit != nil {
		edit(&cfg)
	}
	return h, client(t, cfg)
}

// serve starts a server of one handler and a client of it.
func serve(t *testing.T, handler http.HandlerFunc, edit func(*Config)) (*recorder, *Client) {
	t.Helper()
	r := &recorder{handler: handler}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	r.url = s.URL
	cfg := Config{Endpoint: s.URL, EtagTimeout: 2 * time.Minute, DownloadTimeout: 2 * time.Minute}
	if edit != nil {
		edit(&cfg)
	}
	return r, client(t, cfg)
}

func client(t *testing.T, cfg Config) *Client {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c.backoff = time.Millisecond
	return c
}

// recorder keeps what a server was asked.
type recorder struct {
	url     string
	handler http.HandlerFunc
	mu      sync.Mutex
	asked   []*http.Request
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	r.asked = append(r.asked, req)
	r.mu.Unlock()
	r.handler(w, req)
}

func (r *recorder) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.asked)
}

func (r *recorder) all() []*http.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

// wantReason fails unless the error is an answer that was not given, for the reason.
func wantReason(t *testing.T, err error, reason string) *gate.Unavailable {
	t.Helper()
	var u *gate.Unavailable
	if !errors.As(err, &u) || u.Reason != reason {
		t.Fatalf("got %v (%+v), want the reason %s", err, u, reason)
	}
	if u.ID == "" || u.Detail == "" {
		t.Errorf("%+v says too little", u)
	}
	return u
}

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s) }
}

// modelJSON is a model of one file.
func modelJSON(edit ...string) string {
	s := `{"_id":"` + someID + `","id":"acme/tiny","sha":"` + commitA + `","createdAt":"2024-07-14T22:20:15.000Z","gated":false,
	"downloads":1234,"tags":["license:mit"],"siblings":[{"rfilename":"config.json","size":3,"blobId":"` + commitB + `"}]}`
	return strings.NewReplacer(edit...).Replace(s)
}

// chunked answers without a length.
func chunked(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, s)
		w.(http.Flusher).Flush()
	}
}
