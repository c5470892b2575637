package hub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/modelgate/gate"
)

// request is one question, which may take several attempts and redirects.
type request struct {
	id      string // of the model, for messages
	what    about
	url     *url.URL
	header  http.Header // Range and If-Range
	post    []byte      // the body, where there is one
	bare    bool        // no token: the question is for one, or brings its own
	storage bool        // the URL is one that the endpoint sent us to
	meter   *meter
	token   string
}

// meter counts what one file costs.
type meter struct{ requests, bytes atomic.Int64 }

// The causes of an attempt that was given up.
var (
	errConnect = fmt.Errorf("no connection within %v", connectTimeout)
	errSilent  = errors.New("no answer came in time")
	errStalled = errors.New("the answer stopped coming")
	errBudget  = errors.New("the time for requests is spent")
)

// attempts bounds the tries of one request.
const attempts = 4

// send makes a request and repeats it while that can help. The answer may have any
// status but those that a repetition may change.
func (c *Client) send(ctx context.Context, r request) (*http.Response, error) {
	if err := c.allowed(r.id); err != nil {
		return nil, err
	}
	if err := c.authorize(ctx, &r); err != nil {
		return nil, err
	}
	h := c.hosts.get(r.url.Host)
	for try := 0; ; try++ {
		if err := c.wait(ctx, r.id, h.pause(bucketOf(r.url.Path)), true); err != nil {
			return nil, err
		}
		resp, err := c.attempt(ctx, h, r)
		switch last := try == attempts-1; {
		case err != nil:
			if last || !c.again(ctx, h, err) {
				return nil, c.failure(ctx, r.id, r.url.Host, err)
			}
		case !retryable(resp.StatusCode):
			h.throttle(bucketOf(r.url.Path), resp)
			return resp, nil
		default:
			demanded := h.throttle(bucketOf(r.url.Path), resp)
			discard(resp)
			if last {
				return nil, c.refusal(r.id, r.what, resp)
			}
			if demanded > 0 {
				continue
			}
		}
		if err := c.wait(ctx, r.id, c.jitter(try), false); err != nil {
			return nil, err
		}
	}
}

// allowed tells whether requests may be made at all.
func (c *Client) allowed(id string) error {
	if !c.cfg.Offline {
		return nil
	}
	return unavailable(id, gate.ReasonOffline, "%s was not looked at: requests are forbidden (--offline, HF_HUB_OFFLINE)", id)
}

func retryable(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests ||
		status >= 500 && status != http.StatusNotImplemented && status != http.StatusHTTPVersionNotSupported
}

// again tells that a failed attempt is worth another. A host that never was connected is
// given up at once, and for good: a machine without network learns it a single time.
func (c *Client) again(ctx context.Context, h *host, err error) bool {
	if ctx.Err() != nil || errors.Is(err, errBudget) {
		return false
	}
	if u, ok := errors.AsType[*unconnected](err); ok {
		return h.bury(u)
	}
	return true
}

// attempt makes one request.
func (c *Client) attempt(parent context.Context, h *host, r request) (*http.Response, error) {
	ctx, cancel := c.bounded(parent)
	if err := h.acquire(ctx); err != nil {
		cancel(nil)
		return nil, err
	}
	if dead := h.buried(); dead != nil {
		cancel(nil)
		h.release()
		return nil, dead
	}
	var connected atomic.Bool
	timer := time.AfterFunc(connectTimeout, func() {
		if connected.Load() {
			cancel(errSilent)
		} else {
			cancel(errConnect)
		}
	})
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		connected.Store(true)
		h.reach()
		timer.Reset(c.cfg.EtagTimeout)
	}})
	resp, err := c.roundTrip(ctx, r)
	stopped := timer.Stop()
	if err == nil && stopped {
		resp.Body = c.newBody(ctx, cancel, h, r.meter, resp.Body)
		return resp, nil
	}
	if err == nil {
		resp.Body.Close()
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	cancel(nil)
	h.release()
	if !connected.Load() && parent.Err() == nil && !errors.Is(err, errBudget) {
		return nil, &unconnected{err}
	}
	return nil, err
}

// roundTrip sends the headers that a request needs and no other: the transport has no
// cookies and follows no redirect.
func (c *Client) roundTrip(ctx context.Context, r request) (*http.Response, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if r.post != nil {
		method, body = http.MethodPost, bytes.NewReader(r.post)
	}
	req, err := http.NewRequestWithContext(ctx, method, r.url.String(), body)
	if err != nil {
		return nil, errors.New("the URL cannot be asked")
	}
	for k, v := range r.header {
		req.Header[k] = v
	}
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	req.Header.Set("Accept-Encoding", "identity")
	transport := c.direct
	if r.storage && !c.mayBePrivate(r.url.Hostname()) {
		transport = c.storage
	}
	if r.token != "" && !r.storage && c.sameOrigin(r.url) {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	c.requests.Add(1)
	if r.meter != nil {
		r.meter.requests.Add(1)
	}
	return transport.RoundTrip(req)
}

// bounded is the context of one attempt.
func (c *Client) bounded(parent context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	if c.deadline.IsZero() {
		return ctx, cancel
	}
	ctx, stop := context.WithDeadlineCause(ctx, c.deadline, errBudget)
	return ctx, func(cause error) { cancel(cause); stop() }
}

// patience is the longest wait that a server may demand where nothing bounds the time.
const patience = time.Minute

// wait sleeps before a request, if the time is there.
func (c *Client) wait(ctx context.Context, id string, d time.Duration, demanded bool) error {
	if d <= 0 {
		return nil
	}
	left, bounded := patience, false
	if t, ok := ctx.Deadline(); ok {
		left, bounded = time.Until(t), true
	}
	if !c.deadline.IsZero() {
		if l := time.Until(c.deadline); !bounded || l < left {
			left = l
		}
	}
	if demanded && d >= left {
		return unavailable(id, gate.ReasonRateLimited, "the Hub answers no more requests for %v, which is longer than there is time: set HF_TOKEN, which has a higher limit, or try later", d.Round(time.Second))
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel(nil)
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return c.failure(ctx, id, c.endpoint.Host, context.Cause(ctx))
	}
}

// failure says why no answer came. Only a caller that gave up is no answer of the Hub's.
func (c *Client) failure(ctx context.Context, id, host string, err error) error {
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return fmt.Errorf("asking the Hub about %s: %w", id, context.Canceled)
	}
	switch {
	case errors.Is(err, errBudget):
		return unavailable(id, gate.ReasonNetwork, "%s was not read: the %v for all requests are spent", id, c.cfg.Budget)
	case errors.Is(err, context.DeadlineExceeded):
		return unavailable(id, gate.ReasonNetwork, "%s was not read: the time for it is spent", id)
	}
	if _, ok := errors.AsType[*unconnected](err); ok {
		return unavailable(id, gate.ReasonNetwork, "%s cannot be reached: %s", host, brief(err.Error()))
	}
	return unavailable(id, gate.ReasonNetwork, "%s did not answer: %s", host, brief(err.Error()))
}

// authorize sets the token of a request to the endpoint.
func (c *Client) authorize(ctx context.Context, r *request) (err error) {
	if !r.storage && !r.bare {
		r.token, err = c.exchange.token(ctx, r.id)
	}
	return err
}

// unconnected is the failure of an attempt before there was a connection.
type unconnected struct{ error }

func (u *unconnected) Unwrap() error { return u.error }

// jitter is a wait before the next attempt: any up to a bound that doubles, so that many
// clients do not come back together.
func (c *Client) jitter(try int) time.Duration {
	return rand.N(min(c.backoff<<min(try, 10), 8*time.Second) + 1)
}

// discard gives a connection back whose answer does not matter.
func discard(r *http.Response) {
	_, _ = io.CopyN(io.Discard, r.Body, 4<<10)
	r.Body.Close()
}
