package hub

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// connectTimeout bounds all that comes before a request can be sent: the name, the
// connection, the proxy, TLS.
const connectTimeout = 5 * time.Second

// newTransports returns that for the endpoint, which may have a private address, and
// that for storage hosts, which may not: their names come from answers.
func newTransports(proxy func(*http.Request) (*url.URL, error), loopback bool) (direct, storage *http.Transport) {
	d := dialer{local: loopback}
	d.proxy = func(r *http.Request) (*url.URL, error) {
		u, err := proxy(r)
		if u != nil {
			d.proxies.Store(hostPort(u), true)
		}
		return u, err
	}
	return newTransport(d.proxy, d.direct), newTransport(d.proxy, d.public)
}

func newTransport(proxy func(*http.Request) (*url.URL, error), dial func(context.Context, string, string) (net.Conn, error)) *http.Transport {
	return &http.Transport{
		Proxy:                  proxy,
		DialContext:            dial,
		TLSHandshakeTimeout:    connectTimeout,
		MaxIdleConnsPerHost:    perHost,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: maxHeader,
		DisableCompression:     true,
	}
}

type dialer struct {
	local   bool // storage may be on this machine, as the endpoint is
	proxy   func(*http.Request) (*url.URL, error)
	proxies sync.Map // the addresses of proxies, which the environment names
}

func (d *dialer) direct(ctx context.Context, network, addr string) (net.Conn, error) {
	return (&net.Dialer{Timeout: connectTimeout}).DialContext(ctx, network, addr)
}

func (d *dialer) public(ctx context.Context, network, addr string) (net.Conn, error) {
	if _, ok := d.proxies.Load(addr); ok || d.local {
		return d.direct(ctx, network, addr)
	}
	return (&net.Dialer{Timeout: connectTimeout, Control: refusePrivate}).DialContext(ctx, network, addr)
}

// errPrivate is the cause of a refused connection.
var errPrivate = errors.New("the storage host has an address that is not public")

// refusePrivate sees the address after the name was resolved, so that no name leads to a
// service of the network that the gate runs in.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("connecting to an address that cannot be read: %w", err)
	}
	if !isPublic(ap.Addr()) {
		return errPrivate
	}
	return nil
}

func isPublic(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if nat64.Contains(ip) {
		b := ip.As16()
		ip = netip.AddrFrom4([4]byte(b[12:]))
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, p := range special {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

var (
	// nat64 has the IPv4 address that is meant in its last four bytes (RFC 6052).
	nat64 = netip.MustParsePrefix("64:ff9b::/96")
	// special are further addresses that lead to no public host (RFC 6890).
	special = []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b:1::/48"),
		netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("fec0::/10"),
	}
)

// hostPort is the address at which the transport connects a proxy.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}
