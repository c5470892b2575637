// Package hubtest is a Hugging Face Hub on loopback for tests and for real clients: its
// API, its storage on another port, its errors and its redirects, after the Hub's own
// clients and https://huggingface.co/docs/hub/api. What a test needs to go wrong is a
// method or a Fault.
package hubtest

import (
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"
)

// Options say how a Hub is served.
type Options struct {
	// API and Storage are where to listen; nil picks free ports of loopback.
	API, Storage net.Listener
	// TLS serves https. Client trusts it.
	TLS bool
	// Page is the number of entries of a page of every list; 0 means the Hub's own sizes.
	Page int
	// Quota is how many requests each bucket takes before it answers 429; 0 means no end.
	// Only Reset fills them again.
	Quota int
	// Signed is how long a URL of the storage is good; 0 means an hour.
	Signed time.Duration
	// Xet announces the Xet protocol, which is not served, beside plain HTTP.
	Xet bool
	// HideGated refuses the tree of a gated model too to those who may not read its files.
	// Whether the Hub does is not documented.
	HideGated bool
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Hub is a running Hub. Its methods may be called while it is asked; the names that they
// are given must exist.
type Hub struct {
	URL string // of the API and the pages
	CDN string // of the storage

	options Options
	api     *httptest.Server
	storage *httptest.Server
	routes  *http.ServeMux // under /api/
	pages   *http.ServeMux // everything else
	started time.Time
	done    chan struct{}

	mu       sync.Mutex
	accounts map[string]*Account
	repos    map[string]*Repository
	moved    map[string]*Repository // by the names that they had
	tokens   map[string]string      // the account of each
	blobs    map[string]File        // in the storage, by repository and Xet hash
	faults   []*Fault
	requests []Request
	spent    map[string]int // requests by bucket
	serial   uint32         // of object ids
}

// New starts a Hub with nothing in it.
func New(o Options) *Hub {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Signed == 0 {
		o.Signed = time.Hour
	}
	h := &Hub{options: o, started: time.Now(), done: make(chan struct{}), spent: map[string]int{}}
	h.Reset()
	h.route()
	h.api = serve(o.API, o.TLS, h.listen(false, h.serveAPI))
	h.storage = serve(o.Storage, o.TLS, h.listen(true, h.serveStorage))
	h.URL, h.CDN = h.api.URL, h.storage.URL
	return h
}

func serve(l net.Listener, tls bool, handler http.Handler) *httptest.Server {
	s := httptest.NewUnstartedServer(handler)
	if l != nil {
		s.Listener.Close()
		s.Listener = l
	}
	if tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	return s
}

// Close stops the Hub and whatever it is still sending.
func (h *Hub) Close() {
	close(h.done)
	for _, s := range []*httptest.Server{h.api, h.storage} {
		s.CloseClientConnections()
		s.Close()
	}
}

// Reset forgets all accounts, repositories, moves, tokens, faults and requests.
func (h *Hub) Reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.accounts = map[string]*Account{}
	h.repos = map[string]*Repository{}
	h.moved = map[string]*Repository{}
	h.tokens = map[string]string{}
	h.blobs = map[string]File{}
	h.faults, h.requests, h.serial = nil, nil, 0
	clear(h.spent)
}

// Client is an HTTP client that trusts the certificate of the Hub. It follows redirects.
func (h *Hub) Client() *http.Client { return h.api.Client() }

// Certificate is what the Hub shows if it serves https, as DER.
func (h *Hub) Certificate() []byte { return h.api.Certificate().Raw }

// Now is the time at the Hub.
func (h *Hub) Now() time.Time { return h.options.Now() }

// Handle adds a page of the caller's own.
func (h *Hub) Handle(pattern string, handler http.Handler) { h.pages.Handle(pattern, handler) }

// Request is one that the Hub or its storage was sent.
type Request struct {
	Method     string
	Host       string // as the client wrote it
	Path       string // escaped, with the query
	Storage    bool   // it went to the storage
	Range      string
	Authorized bool // an Authorization header was sent
	Cookie     string
	Header     http.Header
}

// Requests are those since the start or the last call of Forget, in order.
func (h *Hub) Requests() []Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.requests)
}

// Forget empties the list of requests.
func (h *Hub) Forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requests = nil
}

// listen notes every request and lets the faults have their way with it.
func (h *Hub) listen(storage bool, next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.requests = append(h.requests, Request{
			Method:     r.Method,
			Host:       r.Host,
			Path:       r.RequestURI,
			Storage:    storage,
			Range:      r.Header.Get("Range"),
			Authorized: r.Header.Get("Authorization") != "",
			Cookie:     r.Header.Get("Cookie"),
			Header:     r.Header.Clone(),
		})
		f := h.fault(r)
		h.mu.Unlock()
		if f == nil {
			next(w, r)
			return
		}
		f.serve(w, r, next, h.done)
	})
}
