package httpsafe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// ErrSpent says that the time for all requests is over.
var ErrSpent = errors.New("the time for requests is spent")

// errSilent says that a request was sent and nothing came.
var errSilent = errors.New("no answer came in time")

// guard is the transport of all requests: it checks each hop, bounds how many there are at
// a time and how long each takes, and remembers the hosts that cannot be reached.
type guard struct {
	rules Rules
	next  http.RoundTripper
	hosts sync.Map // host and port -> *host
}

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := g.rules.Check(req.URL); err != nil {
		return nil, err
	}
	known, _ := g.hosts.LoadOrStore(req.URL.Host, &host{slots: make(chan struct{}, perHost)})
	h := known.(*host)
	ctx, cancel := g.bounded(req.Context())
	if err := h.acquire(ctx); err != nil {
		cancel(nil)
		return nil, err
	}
	done := sync.OnceFunc(func() {
		cancel(nil)
		h.release()
	})
	if dead := h.gone(); dead != nil {
		done()
		return nil, fmt.Errorf("not asked again: %w", dead)
	}
	began := time.Now()
	resp, err := g.send(ctx, cancel, h, req)
	if err != nil {
		done()
		if req.Context().Err() == nil && !errors.Is(err, ErrSpent) {
			err = h.fail(err, began)
		}
		return nil, err
	}
	h.answer()
	resp.Request = req
	resp.Body = newBody(ctx, cancel, resp.Body, g.rules.Stall, done)
	return resp, nil
}

// send waits for a connection, and then for the header of the answer.
func (g *guard) send(ctx context.Context, cancel context.CancelCauseFunc, h *host, req *http.Request) (*http.Response, error) {
	var connected atomic.Bool
	timer := time.AfterFunc(g.rules.Connect, func() {
		if connected.Load() {
			cancel(errSilent)
		} else {
			cancel(fmt.Errorf("no connection within %v", g.rules.Connect))
		}
	})
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		connected.Store(true)
		h.reach()
		timer.Reset(g.rules.Answer)
	}})
	out := req.Clone(traced)
	if out.Header.Get("User-Agent") == "" {
		out.Header.Set("User-Agent", "gate")
	}
	out.Header.Set("Accept-Encoding", "identity")
	metersOf(ctx).add(1, 0)
	resp, err := g.next.RoundTrip(out)
	stopped := timer.Stop()
	if err == nil && stopped {
		return resp, nil
	}
	if err == nil {
		_ = resp.Body.Close()
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return nil, err
}

// bounded is the context of one request. Its cancel function gives back what it holds.
func (g *guard) bounded(parent context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	if g.rules.Deadline.IsZero() {
		return ctx, cancel
	}
	ctx, stop := context.WithDeadlineCause(ctx, g.rules.Deadline, ErrSpent)
	return ctx, func(cause error) { cancel(cause); stop() }
}
