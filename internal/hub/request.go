package hub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
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
	token   string
}

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
	h := c.host(r.url.Host)
	for try := 0; ; try++ {
		if err := c.wait(ctx, r.id, h.pause(bucketOf(r.url.Path)), true); err != nil {
			return nil, err
		}
		resp, err := c.roundTrip(ctx, r)
		switch last := try == attempts-1; {
		case err != nil:
			if last || !again(ctx, err) {
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
func again(ctx context.Context, err error) bool {
	_, gone := errors.AsType[*httpsafe.UnreachableError](err)
	return ctx.Err() == nil && !gone && !errors.Is(err, httpsafe.ErrSpent) && !errors.Is(err, httpsafe.ErrRefused)
}

// roundTrip sends the headers that a request needs and no other: the transport has no
// cookies and follows no redirect.
func (c *Client) roundTrip(ctx context.Context, r request) (*http.Response, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if r.post != nil {
		method, body = http.MethodPost, bytes.NewReader(r.post)
	}
	req, err := http.NewRequestWithContext(c.meter.Count(ctx), method, r.url.String(), body)
	if err != nil {
		return nil, errors.New("the URL cannot be asked")
	}
	for k, v := range r.header {
		req.Header[k] = v
	}
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	if r.token != "" && !r.storage && c.sameOrigin(r.url) {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	return c.transport.RoundTrip(req)
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
	if !c.deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadlineCause(ctx, c.deadline, httpsafe.ErrSpent)
		defer cancel()
	}
	if err := httpsafe.Sleep(ctx, d); err != nil {
		return c.failure(ctx, id, c.endpoint.Host, err)
	}
	return nil
}

// failure says why no answer came. Only a caller that gave up is no answer of the Hub's.
func (c *Client) failure(ctx context.Context, id, host string, err error) error {
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return fmt.Errorf("asking the Hub about %s: %w", id, context.Canceled)
	}
	switch {
	case errors.Is(err, httpsafe.ErrSpent):
		return unavailable(id, gate.ReasonNetwork, "%s was not read: the %v for all requests are spent", id, c.cfg.Budget)
	case errors.Is(err, context.DeadlineExceeded):
		return unavailable(id, gate.ReasonNetwork, "%s was not read: the time for it is spent", id)
	}
	if u, ok := errors.AsType[*httpsafe.UnreachableError](err); ok {
		return unavailable(id, gate.ReasonNetwork, "%s cannot be reached: %s", host, brief(u.Error()))
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
