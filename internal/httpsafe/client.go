// Package httpsafe asks servers that nobody vouches for: over https and at public
// addresses only, with redirects that carry no credentials, with answers that are
// bounded, and with files that are read by ranges (RFC 9110, section 14).
package httpsafe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ErrRefused says that a URL or an address was not asked, because it is not one that a
// stranger's text or a redirect may lead to.
var ErrRefused = errors.New("refused")

// Rules tell where requests may go.
type Rules struct {
	// Loopback allows this machine, over http too. A server elsewhere cannot redirect to
	// it.
	Loopback bool
	// Private are the hosts, without ports, that the user configured and that may
	// therefore have private addresses.
	Private []string
	// Redirects bounds the hops of a request; zero means 5.
	Redirects int
	// Proxy chooses the proxy of a request, as http.ProxyFromEnvironment does; nil means
	// none. Behind a proxy the addresses are for the proxy to judge.
	Proxy func(*http.Request) (*url.URL, error)
}

// Do sends a request.
type Do func(*http.Request) (*http.Response, error)

const (
	hops        = 5
	perHost     = 4
	dialTime    = 10 * time.Second
	headerTime  = 30 * time.Second
	idleTime    = 60 * time.Second
	headerBytes = 256 << 10
)

// New returns a client that keeps the rules on every hop. It keeps no cookies, never
// decompresses, and asks a host that could not be reached no second time.
func New(rules Rules) *http.Client {
	if rules.Redirects == 0 {
		rules.Redirects = hops
	}
	d := &dialer{rules: rules}
	transport := &http.Transport{
		DialContext:            d.dial,
		TLSHandshakeTimeout:    dialTime,
		ResponseHeaderTimeout:  headerTime,
		IdleConnTimeout:        idleTime,
		MaxConnsPerHost:        perHost,
		MaxIdleConnsPerHost:    perHost,
		MaxResponseHeaderBytes: headerBytes,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
	}
	if rules.Proxy != nil {
		transport.Proxy = d.proxy
	}
	return &http.Client{
		Transport:     &guard{rules: rules, next: transport},
		CheckRedirect: rules.redirect,
	}
}

// Check says why a URL may not be asked.
func (r Rules) Check(u *url.URL) error {
	host := u.Hostname()
	switch {
	case u.Opaque != "" || host == "":
		return fmt.Errorf("%w: the URL names no host", ErrRefused)
	case u.User != nil:
		return fmt.Errorf("%w: the URL carries credentials", ErrRefused)
	case r.Loopback && Loopback(host):
		if u.Scheme != "http" && u.Scheme != "https" {
			return fmt.Errorf("%w: the scheme %q", ErrRefused, u.Scheme)
		}
		return nil
	case u.Scheme != "https":
		return fmt.Errorf("%w: %q is not https", ErrRefused, u.Scheme)
	case Loopback(host):
		return fmt.Errorf("%w: %q is this machine", ErrRefused, host)
	case literal(host) && !r.private(host):
		return fmt.Errorf("%w: %q is an address, not a name", ErrRefused, host)
	}
	return nil
}

// redirect keeps a chain from leaving the place where it began: from elsewhere to this
// machine or to a private host, and with credentials to another origin.
func (r Rules) redirect(req *http.Request, via []*http.Request) error {
	if len(via) > r.Redirects {
		return fmt.Errorf("%w: more than %d redirects", ErrRefused, r.Redirects)
	}
	if err := r.Check(req.URL); err != nil {
		return fmt.Errorf("redirect: %w", err)
	}
	from, to := via[0].URL.Hostname(), req.URL.Hostname()
	if Loopback(to) && !Loopback(from) || r.private(to) && !r.private(from) {
		return fmt.Errorf("%w: a redirect to %q, which is no public host", ErrRefused, to)
	}
	if leftOrigin(req, via) {
		// The standard library compares names only, and another port is another server.
		req.Header.Del("Authorization")
		req.Header.Del("Cookie")
	}
	req.Header.Del("Referer")
	return nil
}

func leftOrigin(req *http.Request, via []*http.Request) bool {
	first := origin(via[0].URL)
	return origin(req.URL) != first || slices.ContainsFunc(via, func(r *http.Request) bool { return origin(r.URL) != first })
}

func origin(u *url.URL) string {
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port(u)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
}

func (r Rules) private(host string) bool {
	return slices.ContainsFunc(r.Private, func(p string) bool { return strings.EqualFold(p, host) })
}

// dialer connects.
type dialer struct {
	rules   Rules
	proxies sync.Map // the addresses of proxies, which the user chose
}

// dial judges the address that a name led to, so that a name cannot lead to another one
// between the check and the connection.
func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	connect := net.Dialer{Timeout: dialTime}
	_, proxy := d.proxies.Load(addr)
	switch {
	case proxy, d.rules.private(host):
	case d.rules.Loopback && Loopback(host):
		connect.Control = control(host, loopbackAddress)
	default:
		connect.Control = control(host, publicAddress)
	}
	return connect.DialContext(ctx, network, addr)
}

func (d *dialer) proxy(req *http.Request) (*url.URL, error) {
	u, err := d.rules.Proxy(req)
	if u != nil {
		d.proxies.Store(net.JoinHostPort(u.Hostname(), port(u)), true)
	}
	return u, err
}

func control(host string, allowed func(string) bool) func(string, string, syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		if !allowed(address) {
			return fmt.Errorf("%w: %q leads to %s", ErrRefused, host, address)
		}
		return nil
	}
}

// guard checks each hop and remembers the hosts that cannot be reached.
type guard struct {
	rules Rules
	next  http.RoundTripper
	hosts sync.Map // host and port -> error, nil for one that has answered
}

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := g.rules.Check(req.URL); err != nil {
		return nil, err
	}
	known, asked := g.hosts.Load(req.URL.Host)
	if asked && known != nil {
		return nil, fmt.Errorf("not asked again: %w", known.(error))
	}
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", "gate")
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := g.next.RoundTrip(req)
	switch {
	case err == nil:
		g.hosts.Store(req.URL.Host, nil)
	case !asked && req.Context().Err() == nil:
		g.hosts.Store(req.URL.Host, err)
	}
	return resp, err
}
