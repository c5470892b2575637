package httpsafe

import (
	"context"
	"sync"
	"time"
)

const (
	// perHost bounds the requests at a time to one host, over all files: storage hosts
	// answer 403 to clients that ask for more.
	perHost = 4
	// silences is how often a host may fail before it answered once.
	silences = 4
)

// UnreachableError is the failure of a host that never answered and is not asked again.
type UnreachableError struct{ Err error }

// Error implements error.
func (e *UnreachableError) Error() string { return e.Err.Error() }

// Unwrap is the failure.
func (e *UnreachableError) Unwrap() error { return e.Err }

// host is what later requests to a host and port must know of it.
type host struct {
	slots chan struct{}

	mu       sync.Mutex
	reached  bool // a connection was made once
	answered bool
	failures int
	failed   time.Time // the last of the failures
	dead     *UnreachableError
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

func (h *host) answer() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answered = true
}

// fail takes note of a failure and gives the host up where it never was connected, or
// failed several times, one after the other, before it ever answered.
func (h *host) fail(err error, began time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.answered {
		return err
	}
	if began.After(h.failed) {
		h.failures++
		h.failed = time.Now()
	}
	if h.reached && h.failures < silences {
		return err
	}
	h.dead = &UnreachableError{err}
	return h.dead
}

// gone is why the host is not asked.
func (h *host) gone() *UnreachableError {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.dead
}
