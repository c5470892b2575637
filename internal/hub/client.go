// Package hub asks the Hugging Face Hub, or a mirror of it, about models and reads their
// files by ranges (https://huggingface.co/docs/hub/api). It treats every answer as
// hostile: what it sends, where it goes and what it takes are bounded.
package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/modelgate/gate"
)

// Client asks one Hub. It is safe for concurrent use.
type Client struct {
	cfg      Config
	endpoint *url.URL
	loopback bool
	deadline time.Time // of all requests; zero: none
	exchange *exchanger

	direct, storage http.RoundTripper
	hosts           hosts
	requests, bytes atomic.Int64
	backoff         time.Duration // the first wait before a retry is below it

	mu     sync.Mutex
	owners map[string]*gate.Publisher
}

var _ gate.Registry = (*Client)(nil)

// New returns a client. It makes no request.
func New(cfg Config) (*Client, error) {
	endpoint, loopback, err := parseEndpoint(cfg.Endpoint)
	if err != nil {
		return nil, err
	}
	if err := checkToken(cfg.Token); err != nil {
		return nil, err
	}
	if cfg.EtagTimeout <= 0 {
		cfg.EtagTimeout = defaultTimeout
	}
	if cfg.DownloadTimeout <= 0 {
		cfg.DownloadTimeout = defaultTimeout
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "modelgate"
	}
	if cfg.Proxy == nil {
		cfg.Proxy = http.ProxyFromEnvironment
	}
	c := &Client{cfg: cfg, endpoint: endpoint, loopback: loopback, backoff: 500 * time.Millisecond, owners: map[string]*gate.Publisher{}}
	if cfg.Budget > 0 {
		c.deadline = time.Now().Add(cfg.Budget)
	}
	c.exchange = &exchanger{client: c, Exchange: cfg.Exchange, fixed: cfg.Token}
	c.direct, c.storage = newTransports(cfg.Proxy, loopback)
	return c, nil
}

// Endpoint is the origin that is asked, for messages and reports.
func (c *Client) Endpoint() string { return c.endpoint.String() }

// IsHub tells that the Hub itself is asked and not a mirror.
func (c *Client) IsHub() bool { return c.endpoint.String() == DefaultEndpoint }

// CacheDir is the cache that the Hub's clients share, and HomeDir the folder around it.
func (c *Client) CacheDir() string { return c.cfg.CacheDir }

// HomeDir is HF_HOME.
func (c *Client) HomeDir() string { return c.cfg.HomeDir }

// Stats are the requests that were made and the bytes of bodies that were read so far.
func (c *Client) Stats() (requests int, bytes int64) {
	return int(c.requests.Load()), c.bytes.Load()
}

// url builds a URL at the endpoint from a path that is escaped already.
func (c *Client) url(path string, query url.Values) (*url.URL, error) {
	text := c.endpoint.String() + path
	if len(query) > 0 {
		text += "?" + query.Encode()
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("building a URL at the Hub: %w", err)
	}
	return u, nil
}

// getJSON asks an API endpoint and decodes its answer. It returns the URL of the next
// page, if there is one at the same origin.
func (c *Client) getJSON(ctx context.Context, id string, what about, u *url.URL, v any) (next *url.URL, err error) {
	a, err := c.get(ctx, request{id: id, what: what, url: u})
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return nil, c.refusal(id, what, a.Response)
	}
	if err := decode(a.Body, v); err != nil {
		if errors.Is(err, errNotJSON) || errors.Is(err, errTooLong) {
			return nil, badAnswer(id, "the answer of %s about %s makes no sense: %v", c.endpoint.Host, id, err)
		}
		return nil, c.failure(ctx, id, c.endpoint.Host, err)
	}
	return c.nextPage(id, a)
}
