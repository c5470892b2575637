package httpsafe

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"
)

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
	connect := net.Dialer{Timeout: d.rules.Connect}
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
