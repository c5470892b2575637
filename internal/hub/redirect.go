package hub

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// maxMoves bounds the redirects within the endpoint: a renamed model, then the cache of
// small files.
const maxMoves = 2

// answer is what came at the end of the redirects.
type answer struct {
	*http.Response
	url     *url.URL
	storage bool // it came from a storage host
	// stated has the headers of the first hop that speaks of the file (X-Linked-Etag,
	// X-Repo-Commit): those of a storage host say nothing of the repository.
	stated http.Header
}

// get follows redirects by hand: within the endpoint's origin, and for the content of
// files once to a storage host, which gets no token and may not send further.
func (c *Client) get(ctx context.Context, r request) (*answer, error) {
	var stated http.Header
	for moves := 0; ; {
		resp, err := c.send(ctx, r)
		if err != nil {
			return nil, err
		}
		if stated == nil && !r.storage && speaksOfFile(resp.Header) {
			stated = resp.Header
		}
		if !isRedirect(resp.StatusCode) {
			return &answer{resp, r.url, r.storage, stated}, nil
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

func speaksOfFile(h http.Header) bool {
	return h.Get("X-Linked-Etag") != "" || h.Get("X-Repo-Commit") != ""
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
		return nil, badAnswer(r.id, "%s redirects a question to another host, %q", c.endpoint.Host, to.Host)
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
	local := c.loopback && isLoopback(host)
	switch {
	case u.User != nil:
		return "the URL has a user"
	case u.Scheme != "https" && !(local && u.Scheme == "http"):
		return "the scheme is not https"
	case local:
		return ""
	case u.Port() != "" && u.Port() != "443":
		return "the port is not 443"
	case host == "" || isAddress(host):
		return "it is an address and no name"
	case c.isConfigured(host) || c.isEndpointHost(host) || isBelow(host, storageSuffixes):
		return ""
	}
	return "it is no storage host of the Hub; GATE_STORAGE_HOSTS allows others"
}

// isConfigured tells that the user named the host.
func (c *Client) isConfigured(host string) bool { return isBelow(host, c.cfg.StorageHosts) }

func (c *Client) isEndpointHost(host string) bool {
	return strings.EqualFold(host, c.endpoint.Hostname())
}

// mayBePrivate tells that a storage host is one that the configuration names.
func (c *Client) mayBePrivate(host string) bool {
	return c.isConfigured(host) || c.isEndpointHost(host)
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
func (c *Client) sameOrigin(u *url.URL) bool {
	return u.Scheme == c.endpoint.Scheme && strings.EqualFold(u.Hostname(), c.endpoint.Hostname()) && portOf(u) == portOf(c.endpoint)
}

func portOf(u *url.URL) string {
	switch p := u.Port(); {
	case p != "":
		return p
	case u.Scheme == "https":
		return "443"
	default:
		return "80"
	}
}

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
