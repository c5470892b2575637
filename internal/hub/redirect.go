package hub

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/modelgate/gate/internal/httpsafe"
)

// maxMoves bounds the redirects within the endpoint: a renamed model, then the cache of
// small files.
const maxMoves = 2

// answer is what came at the end of the redirects.
type answer struct {
	*http.Response
	url     *url.URL
	storage bool // it came from a storage host
}

// get follows redirects by hand: within the endpoint's origin, and for the content of
// files once to a storage host, which gets no token and may not send further. The request
// of each answer has the redirect that led to it.
func (c *Client) get(ctx context.Context, r request) (*answer, error) {
	var via *http.Response
	for moves := 0; ; {
		resp, err := c.send(ctx, r)
		if err != nil {
			return nil, err
		}
		resp.Request.Response, via = via, resp
		if !isRedirect(resp.StatusCode) {
			return &answer{resp, r.url, r.storage}, nil
		}
		discard(resp)
		if r.storage {
			return nil, badAnswer(r.id, "the storage host %q sends further", r.url.Host)
		}
		to, err := c.target(r, resp.Header.Get("Location"))
		if err != nil {
			return nil, err
		}
		if r.storage = !c.sameOrigin(to); !r.storage {
			if moves++; moves > maxMoves {
				return nil, badAnswer(r.id, "%s redirects more than %d times", c.endpoint.Host, maxMoves)
			}
		}
		r.url = to
	}
}

// stated are the headers of the first hop at the endpoint that speaks of the file; nil if
// none does. Those of a storage host say nothing of the repository.
func (c *Client) stated(r *http.Response) http.Header {
	var first http.Header
	for ; r != nil; r = r.Request.Response {
		if c.sameOrigin(r.Request.URL) && (r.Header.Get("X-Linked-Etag") != "" || r.Header.Get("X-Repo-Commit") != "") {
			first = r.Header
		}
	}
	return first
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// target is where a redirect leads, if it may lead there. A relative one keeps the query,
// which says what was asked for.
func (c *Client) target(r request, location string) (*url.URL, error) {
	to, err := url.Parse(location)
	if err != nil || location == "" || len(location) > maxURL || to.Opaque != "" || strings.ContainsAny(location, "\\") {
		return nil, badAnswer(r.id, "%s redirects to what is no URL", c.endpoint.Host)
	}
	if to.Scheme == "" && to.Host == "" && to.User == nil {
		next := r.url.ResolveReference(to)
		next.Fragment, next.RawFragment = "", ""
		if to.RawQuery == "" {
			next.RawQuery = r.url.RawQuery
		}
		return next, nil
	}
	if to.User == nil && c.sameOrigin(to) {
		return to, nil
	}
	if r.what != aboutContent || r.post != nil {
		return nil, badAnswer(r.id, "%s redirects a question to another host, %q: HF_ENDPOINT must name the Hub itself", c.endpoint.Host, to.Host)
	}
	if why := c.refusesStorage(to); why != "" {
		return nil, badAnswer(r.id, "%s sends to %q for a file of %s, which is refused: %s", c.endpoint.Host, to.Host, r.id, why)
	}
	return to, nil
}

// storageSuffixes are the domains of the Hub's storage: the hosts below them change.
var storageSuffixes = []string{"hf.co", "huggingface.co"}

// refusesStorage says why a URL may not be asked for the bytes of a file.
func (c *Client) refusesStorage(u *url.URL) string {
	host := u.Hostname()
	local := c.loopback && httpsafe.Loopback(host)
	switch {
	case u.User != nil:
		return "the URL has a user"
	case u.Scheme != "https" && !(local && u.Scheme == "http"):
		return "the scheme is not https"
	case local:
		return ""
	case u.Port() != "" && u.Port() != "443":
		return "the port is not 443"
	case host == "" || httpsafe.Address(host):
		return "it is an address and no name"
	case strings.EqualFold(host, c.endpoint.Hostname()), isBelow(host, c.cfg.StorageHosts), isBelow(host, storageSuffixes):
		return ""
	}
	return "it is no storage host of the Hub; GATE_STORAGE_HOSTS allows others"
}

// isBelow tells that a host is one of the domains or below it.
func isBelow(host string, domains []string) bool {
	host = strings.ToLower(host)
	for _, d := range domains {
		d = strings.ToLower(d)
		if host == d || strings.HasSuffix(host, "."+d) {
			return true
		}
	}
	return false
}

// sameOrigin tells that a URL is at the endpoint: only there the token goes.
func (c *Client) sameOrigin(u *url.URL) bool { return httpsafe.SameOrigin(u, c.endpoint) }

// nextPage is the URL that a Link header names, which must be at the endpoint: the token
// goes there.
func (c *Client) nextPage(id string, a *answer) (*url.URL, error) {
	for _, header := range a.Header.Values("Link") {
		for part := range strings.SplitSeq(header, ",") {
			target, params, ok := strings.Cut(strings.TrimSpace(part), ">")
			if !ok || !strings.HasPrefix(target, "<") || !isNext(params) {
				continue
			}
			u, err := url.Parse(target[1:])
			if err != nil || len(target) > maxURL {
				return nil, badAnswer(id, "the next page of %s is no URL", a.url.Host)
			}
			u = a.url.ResolveReference(u)
			if u.User != nil || !c.sameOrigin(u) {
				return nil, badAnswer(id, "%s has its next page at another host, %q", a.url.Host, u.Host)
			}
			return u, nil
		}
	}
	return nil, nil
}

func isNext(params string) bool {
	for p := range strings.SplitSeq(params, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(key, "rel") && strings.Trim(value, `"`) == "next" {
			return true
		}
	}
	return false
}
