// Package httpsafe asks servers that nobody vouches for: over https and at public
// addresses only, with redirects that carry no credentials, with answers that are
// bounded, and with files that are read by ranges (RFC 9110, section 14).
package httpsafe

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ErrRefused says that a URL or an address was not asked, because it is not one that a
// stranger's text or a redirect may lead to.
var ErrRefused = errors.New("refused")

// Rules tell where requests may go and how long they may take.
type Rules struct {
	// Loopback allows this machine, over http too. A server elsewhere cannot redirect to
	// it.
	Loopback bool
	// Private are the hosts, without ports, that the user configured and that may
	// therefore have private addresses. One that begins with a dot stands for all below.
	Private []string
	// Redirects bounds the hops of a request; zero means 5.
	Redirects int
	// Proxy chooses the proxy of a request, as http.ProxyFromEnvironment does; nil means
	// none. Behind a proxy the addresses are for the proxy to judge.
	Proxy func(*http.Request) (*url.URL, error)
	// Roots sign the certificates of servers; nil means those of the system.
	Roots *x509.CertPool
	// Connect bounds all that comes before a request can be sent: the name, the
	// connection, the proxy, TLS. Answer bounds the wait for the header of the answer
	// after that, Stall each wait for further bytes of its body. Zero means 10 seconds for
	// a connection and 30 for the others.
	Connect, Answer, Stall time.Duration
	// Deadline ends all requests, with ErrSpent; zero means never.
	Deadline time.Time
}

// Do sends a request.
type Do func(*http.Request) (*http.Response, error)

const (
	hops        = 5
	dialTime    = 10 * time.Second
	headerTime  = 30 * time.Second
	stallTime   = 30 * time.Second
	idleTime    = 60 * time.Second
	headerBytes = 64 << 10
)

// New returns a client that keeps the rules on every hop. It keeps no cookies, never
// decompresses, asks four times at once and no more of one host, over HTTP/1.1, and asks
// a host that could not be reached no second time. A body must be closed.
func New(rules Rules) *http.Client {
	rules.Redirects = cmp.Or(rules.Redirects, hops)
	rules.Connect = cmp.Or(rules.Connect, dialTime)
	rules.Answer = cmp.Or(rules.Answer, headerTime)
	rules.Stall = cmp.Or(rules.Stall, stallTime)
	d := &dialer{rules: rules}
	transport := &http.Transport{
		DialContext:            d.dial,
		TLSHandshakeTimeout:    rules.Connect,
		TLSClientConfig:        &tls.Config{RootCAs: rules.Roots},
		IdleConnTimeout:        idleTime,
		MaxIdleConnsPerHost:    perHost,
		MaxResponseHeaderBytes: headerBytes,
		DisableCompression:     true,
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
	case Address(host) && !r.private(host):
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
	first := via[0].URL
	return !SameOrigin(req.URL, first) || slices.ContainsFunc(via, func(r *http.Request) bool { return !SameOrigin(r.URL, first) })
}

// SameOrigin tells that two URLs are of one server: only there a token may go.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
}

func (r Rules) private(host string) bool {
	return slices.ContainsFunc(r.Private, func(p string) bool {
		if !strings.HasPrefix(p, ".") {
			return strings.EqualFold(p, host)
		}
		below := len(host) - len(p)
		return below > 0 && strings.EqualFold(p, host[below:]) && !Address(host)
	})
}
