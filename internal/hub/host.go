package hub

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// perHost bounds the requests at a time to one host, over all files: storage hosts
// answer 403 to clients that ask for more.
const perHost = 4

// hosts remembers of each host what later requests must know.
type hosts struct {
	mu sync.Mutex
	at map[string]*host
}

type host struct {
	slots chan struct{}

	mu      sync.Mutex
	reached bool                 // a connection was made once
	dead    *unconnected         // why there never was one
	until   map[string]time.Time // by bucket: no request before that
}

func (h *hosts) get(name string) *host {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.at == nil {
		h.at = map[string]*host{}
	}
	if h.at[name] == nil {
		h.at[name] = &host{slots: make(chan struct{}, perHost), until: map[string]time.Time{}}
	}
	return h.at[name]
}

// acquire waits for a slot.
func (h *host) acquire(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (h *host) release() { <-h.slots }

func (h *host) reach() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reached = true
}

// bury remembers that the host cannot be connected, unless it could before: then it
// returns that another attempt is worth it.
func (h *host) bury(err *unconnected) (again bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.reached {
		h.dead = err
	}
	return h.reached
}

func (h *host) buried() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.dead == nil {
		return nil
	}
	return h.dead
}

// throttle remembers what an answer says of further requests: the wait that it demands,
// zero if none.
func (h *host) throttle(bucket string, r *http.Response) time.Duration {
	remaining, reset, limited := rateLimit(r.Header.Get("RateLimit"))
	var wait time.Duration
	switch {
	case limited && remaining == 0:
		wait = reset + time.Second
	case r.StatusCode == http.StatusTooManyRequests || r.StatusCode == http.StatusServiceUnavailable:
		wait = retryAfter(r.Header.Get("Retry-After"))
	}
	if wait > 0 {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.until[bucket] = time.Now().Add(wait)
	}
	return wait
}

// pause is how long a request must wait.
func (h *host) pause(bucket string) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Until(h.until[bucket])
}

// bucketOf is the bucket of limits that the Hub counts a path in.
func bucketOf(path string) string {
	if strings.Contains(path, "/api/") && !strings.Contains(path, "/api/resolve-cache/") {
		return "api"
	}
	return "resolvers"
}

// maxPause bounds what a server may demand.
const maxPause = time.Hour

// rateLimit reads `"api";r=499;t=295`: what remains, and the seconds to the next window.
func rateLimit(header string) (remaining int, reset time.Duration, ok bool) {
	remaining, seconds := -1, 0
	for part := range strings.SplitSeq(header, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			continue
		}
		switch key {
		case "r":
			remaining = n
		case "t":
			seconds = min(n, int(maxPause.Seconds()))
		}
	}
	return remaining, time.Duration(seconds) * time.Second, remaining >= 0
}

// retryAfter reads seconds or a date.
func retryAfter(header string) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(header)); err == nil {
		return time.Duration(max(0, min(n, int(maxPause.Seconds())))) * time.Second
	}
	t, err := http.ParseTime(header)
	if err != nil {
		return 0
	}
	return max(0, min(time.Until(t), maxPause))
}
