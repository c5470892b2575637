package httpsafe

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/modelgate/gate"
)

func TestCheck(t *testing.T) {
	strict, local := Rules{Private: []string{"registry.corp"}}, Rules{Loopback: true}
	for _, c := range []struct {
		rules Rules
		url   string
		ok    bool
	}{
		{strict, "https://example.com/x", true},
		{strict, "https://example.com:8443/x", true},
		{strict, "https://registry.corp/x", true},
		{strict, "http://registry.corp/x", false},
		{strict, "http://example.com/x", false},
		{strict, "ftp://example.com/x", false},
		{strict, "file:///etc/passwd", false},
		{strict, "https://user:secret@example.com/x", false},
		{strict, "https://127.0.0.1/x", false},
		{strict, "https://LOCALHOST/x", false},
		{strict, "https://[::1]/x", false},
		{strict, "https://[::ffff:127.0.0.1]/x", false},
		{strict, "https://10.0.0.1/x", false},
		{strict, "https://8.8.8.8/x", false},
		{strict, "https://2130706433/x", false},
		{strict, "https://0x7f.1/x", false},
		{strict, "https://169.254.169.254/latest", false},
		{strict, "https:opaque", false},
		{local, "http://127.0.0.1:5000/x", true},
		{local, "http://localhost:5000/x", true},
		{local, "https://[::1]:5000/x", true},
		{local, "ftp://localhost/x", false},
		{local, "http://example.com/x", false},
		{local, "https://10.0.0.1/x", false},
	} {
		u, err := url.Parse(c.url)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.rules.Check(u); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrRefused) {
			t.Errorf("Check(%q) = %v, want ok %v", c.url, err, c.ok)
		}
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8:443": true, "[2606:4700::1111]:443": true, "[64:ff9b::808:808]:443": true,
		"127.0.0.1:443": false, "10.1.2.3:443": false, "172.16.0.1:443": false, "192.168.1.1:443": false,
		"169.254.169.254:80": false, "100.64.0.1:443": false, "0.0.0.0:443": false, "224.0.0.1:443": false,
		"168.63.129.16:80": false, "255.255.255.255:443": false, "[::1]:443": false, "[::]:443": false, "[fe80::1%1]:443": false,
		"[fd00::1]:443": false, "[::ffff:10.0.0.1]:443": false, "[64:ff9b::a00:1]:443": false, "[2002:a00:1::]:443": false,
		"[2001:db8::1]:443": false, "nonsense": false,
		"1.1.1.1:443": true, "[2606:4700::1]:443": true, "[64:ff9b::101:101]:443": true,
		"10.0.0.1:443": false, "198.18.0.1:443": false, "[fe80::1%eth0]:443": false,
		"[fd00:ec2::254]:443": false, "[::ffff:127.0.0.1]:443": false, "[64:ff9b::7f00:1]:443": false, "[64:ff9b::a9fe:a9fe]:443": false,
		"[2002:7f00:1::]:443": false, "[2002:808:808::]:443": false, "[ff02::1]:443": false,
	} {
		if got := publicAddress(address); got != want {
			t.Errorf("publicAddress(%q) = %v", address, got)
		}
	}
	if !loopbackAddress("127.0.0.1:1") || loopbackAddress("10.0.0.1:1") || loopbackAddress("x") {
		t.Error("loopbackAddress is wrong")
	}
}

// TestDial shows that a name is judged by where it leads.
func TestDial(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "https://"), ":")
	for _, c := range []struct {
		rules Rules
		host  string
		want  string
	}{
		{Rules{}, "localhost", "leads to"},
		{Rules{Loopback: true}, "localhost", ""},
		{Rules{Private: []string{"localhost"}}, "localhost", ""},
	} {
		conn, err := (&dialer{rules: c.rules}).dial(t.Context(), "tcp", c.host+":"+port)
		if err == nil {
			_ = conn.Close()
		}
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("dial of %q with %+v: %v", c.host, c.rules, err)
		}
	}
}

func TestRedirects(t *testing.T) {
	var seen []http.Header
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { seen = append(seen, r.Header.Clone()) }))
	defer other.Close()
	to := map[string]string{
		"/other": other.URL + "/file?sig=x", "/loop": "/loop", "/plain": "http://example.com/", "/creds": "https://u:p@example.com/",
		"/address": "https://10.0.0.1/", "/file": "file:///etc/passwd",
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to[r.URL.Path], http.StatusFound)
	}))
	defer server.Close()
	client := New(Rules{Loopback: true})
	for path := range to {
		req, _ := http.NewRequest(http.MethodGet, server.URL+path, nil)
		req.Header.Set("Authorization", "Bearer secret")
		resp, err := client.Do(req)
		if path != "/other" {
			if !errors.Is(err, ErrRefused) {
				t.Errorf("%s: %v", path, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	if len(seen) != 1 || seen[0].Get("Authorization") != "" || seen[0].Get("Referer") != "" || seen[0].Get("Accept-Encoding") != "identity" {
		t.Errorf("the other server saw %v", seen)
	}
	public := &http.Request{URL: &url.URL{Scheme: "https", Host: "example.com"}}
	local := &http.Request{URL: &url.URL{Scheme: "http", Host: "127.0.0.1:80"}, Header: http.Header{}}
	if err := (Rules{Loopback: true, Redirects: 5}).redirect(local, []*http.Request{public}); !errors.Is(err, ErrRefused) {
		t.Errorf("a redirect from a public host to this machine: %v", err)
	}
	private := &http.Request{URL: &url.URL{Scheme: "https", Host: "registry.corp"}, Header: http.Header{}}
	if err := (Rules{Private: []string{"registry.corp"}, Redirects: 5}).redirect(private, []*http.Request{public}); !errors.Is(err, ErrRefused) {
		t.Errorf("a redirect from a public host to a private one: %v", err)
	}
}

// TestProxy shows that a proxy may be anywhere and that a target behind it is still
// judged by its name.
func TestProxy(t *testing.T) {
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = append(asked, r.Method+" "+r.Host) }))
	defer proxy.Close()
	client := New(Rules{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }})
	for _, target := range []string{"https://example.com/x", "https://10.0.0.1/x"} {
		if resp, err := client.Get(target); err == nil {
			_ = resp.Body.Close()
		}
	}
	if len(asked) != 1 || asked[0] != "CONNECT example.com:443" {
		t.Errorf("the proxy was asked for %q", asked)
	}
}

// TestUnreachable shows that a host without an answer is asked once.
func TestUnreachable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	client := New(Rules{Loopback: true})
	for i, want := range []bool{false, true} {
		_, err := client.Get(server.URL)
		if err == nil || strings.Contains(err.Error(), "not asked again") != want {
			t.Errorf("request %d: %v", i, err)
		}
		u := Unavailable("a/b", "host", err)
		if u.Reason != gate.ReasonNetwork || strings.Contains(u.Detail, "Get ") {
			t.Errorf("unavailable: %+v", u)
		}
	}
}

func TestGet(t *testing.T) {
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		switch r.URL.Path {
		case "/soon":
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/late":
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
		case "/long":
			_, _ = w.Write(make([]byte, 2000))
		case "/stream":
			for range 20 {
				_, _ = w.Write(make([]byte, 100))
				w.(http.Flusher).Flush()
			}
		case "/third":
			if n < 3 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			_, _ = w.Write([]byte("ok"))
		case "/secret":
			w.WriteHeader(http.StatusUnauthorized)
		default:
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	defer server.Close()
	client := New(Rules{Loopback: true})
	for _, c := range []struct {
		path, reason string
		requests     int
	}{
		{"/third", "", 3},
		{"/soon", gate.ReasonRateLimited, 3},
		{"/late", gate.ReasonRateLimited, 1},
		{"/gzip", gate.ReasonBadAnswer, 1},
		{"/long", gate.ReasonBadAnswer, 1},
		{"/stream", gate.ReasonBadAnswer, 1},
		{"/secret", gate.ReasonNotFound, 1},
		{"/tea", gate.ReasonBadAnswer, 1},
	} {
		n = 0
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+c.path+"?token=hush", nil)
		_, _, err := Get(client.Do, req, 1000)
		if n != c.requests || (err == nil) != (c.reason == "") {
			t.Errorf("%s: %d requests, %v", c.path, n, err)
		}
		if err == nil {
			continue
		}
		if u := Unavailable("a/b", "host", err); u.Reason != c.reason || strings.Contains(u.Detail, "hush") {
			t.Errorf("%s: %+v", c.path, u)
		}
	}
}

func TestFilePath(t *testing.T) {
	for p, want := range map[string]bool{
		"model.gguf": true, "a/b c/ü.json": true, ".gitattributes": true, "..a/b": true,
		"": false, "/etc/passwd": false, "a/../b": false, "..": false, "a//b": false, "a/": false, "./a": false,
		`a\b`: false, "C:x": false, "a\nb": false, "a\x00": false, "\xff": false, strings.Repeat("a", 2000): false,
	} {
		if got := FilePath(p); got != want {
			t.Errorf("FilePath(%q) = %v", p, got)
		}
	}
}

// TestRedact: nothing that gives access is repeated.
func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		"the token hf_AbCdEf0123 is":                                       "the token … is",
		`Authorization: Bearer abc.def`:                                    "…",
		`bearer abc.def, then`:                                             "… then",
		`Get "https://us.aws.cdn.hf.co/x/y?Expires=1&Signature=AB~_": EOF`: `Get "https://us.aws.cdn.hf.co/x/y?…": EOF`,
		"hf_hub is a word too":                                             "… is a word too",
		"is it so? yes":                                                    "is it so? yes",
	} {
		if got := Redact(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
