package hub

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/modelgate/gate/internal/httpsafe"
)

// host is when a host answers again.
type host struct {
	mu    sync.Mutex
	until map[string]time.Time // by bucket: no request before that
}

func (c *Client) host(name string) *host {
	known, _ := c.hosts.LoadOrStore(name, &host{until: map[string]time.Time{}})
	return known.(*host)
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
		wait = demanded(r.Header)
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

// demanded is the wait that a server states, zero if none.
func demanded(h http.Header) time.Duration {
	wait, _ := httpsafe.RetryAfter(h)
	return wait
}
