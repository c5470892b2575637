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
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

// Client asks one Hub. It is safe for concurrent use.
type Client struct {
	cfg      Config
	endpoint *url.URL
	loopback bool
	deadline time.Time // of all requests; zero: none
	exchange *exchanger

	transport http.RoundTripper
	hosts     sync.Map // host and port -> *host
	meter     httpsafe.Meter
	backoff   time.Duration // the first wait before a retry is below it

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
	c.transport = httpsafe.New(c.rules()).Transport
	return c, nil
}

// connectTimeout bounds all that comes before a request can be sent.
const connectTimeout = 5 * time.Second

// rules let requests go where the configuration sends them, and else to public addresses:
// the names of storage hosts come from answers. Which of them are asked, and where the
// token goes, is decided before.
func (c *Client) rules() httpsafe.Rules {
	r := httpsafe.Rules{
		Loopback: c.loopback,
		Proxy:    c.cfg.Proxy,
		Connect:  connectTimeout,
		Answer:   c.cfg.EtagTimeout,
		Stall:    c.cfg.DownloadTimeout,
		Deadline: c.deadline,
	}
	hosts := []string{c.endpoint.Hostname()}
	for _, host := range c.cfg.StorageHosts {
		hosts = append(hosts, host, "."+host)
	}
	if u, err := url.Parse(c.cfg.Exchange.RequestURL); err == nil && c.exchange.possible() {
		hosts = append(hosts, u.Hostname())
		r.Loopback = r.Loopback || httpsafe.Loopback(u.Hostname())
	}
	for _, host := range hosts {
		if host != "" && !httpsafe.Loopback(host) {
			r.Private = append(r.Private, host)
		}
	}
	return r
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
	bytes, requests = c.meter.Total()
	return requests, bytes
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
		if errors.Is(err, httpsafe.ErrTooLong) {
			return nil, &oversize{badAnswer(id, "the answer of %s about %s makes no sense: %v", c.endpoint.Host, id, err)}
		}
		if errors.Is(err, errNotJSON) {
			return nil, badAnswer(id, "the answer of %s about %s makes no sense: %v", c.endpoint.Host, id, err)
		}
		return nil, c.failure(ctx, id, c.endpoint.Host, err)
	}
	return c.nextPage(id, a)
}

// oversize is an answer that is too long, which a shorter question may avoid.
type oversize struct{ *gate.Unavailable }

func (o *oversize) Unwrap() error { return o.Unavailable }
