package hub

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

// unavailable makes the error for an answer that was not given. What it says is redacted,
// since texts of servers and of the network go into it.
func unavailable(id, reason, format string, args ...any) *gate.Unavailable {
	return &gate.Unavailable{ID: id, Reason: reason, Detail: httpsafe.Redact(fmt.Sprintf(format, args...))}
}

func badAnswer(id, format string, args ...any) *gate.Unavailable {
	return unavailable(id, gate.ReasonBadAnswer, format, args...)
}

// reason is that of an error, or empty where the gate itself failed.
func reason(err error) string {
	if u, ok := errors.AsType[*gate.Unavailable](err); ok {
		return u.Reason
	}
	return ""
}

// about is what a request asks for, since the same status means different things.
type about int

const (
	aboutModel about = iota
	aboutContent
	aboutAccount
)

// refusal reads an answer that is none: the headers first, since the status alone does
// not tell a missing model from a bad token.
func (c *Client) refusal(id string, what about, r *http.Response) *gate.Unavailable {
	status, h, host := r.StatusCode, r.Header, r.Request.URL.Host
	message := brief(h.Get("X-Error-Message"))
	withToken := c.exchange.authenticated()
	switch code := h.Get("X-Error-Code"); {
	case code == "GatedRepo" && strings.Contains(message, "disabled"), strings.HasPrefix(message, "Access to this resource is disabled"):
		return unavailable(id, gate.ReasonDisabled, "the Hub has disabled %s", id)
	case code == "GatedRepo":
		return unavailable(id, gate.ReasonGated, "%s is gated: accept its terms at the Hub, and set HF_TOKEN to a token of that account", id)
	case strings.HasPrefix(message, "Invalid credentials"), status == http.StatusUnauthorized && withToken && code != "RepoNotFound":
		return unavailable(id, gate.ReasonBadToken, "the Hub does not accept the token: renew HF_TOKEN, or ask without one (HF_HUB_DISABLE_IMPLICIT_TOKEN=1)")
	case code == "RepoNotFound", status == http.StatusUnauthorized && code == "":
		return c.notFound(id, withToken)
	case code == "RevisionNotFound":
		return unavailable(id, gate.ReasonRevision, "%s: the Hub has no such revision of the model", id)
	case code == "EntryNotFound":
		return unavailable(id, gate.ReasonEntry, "%s: the Hub has no such file at this revision", id)
	case status == http.StatusForbidden && withToken:
		return unavailable(id, gate.ReasonBadToken, "the token may not read %s (%q)", id, message)
	case status == http.StatusNotFound && what == aboutAccount, status == http.StatusNotFound && what == aboutModel && message != "":
		return c.notFound(id, withToken)
	case status == http.StatusNotFound && what == aboutContent:
		return unavailable(id, gate.ReasonEntry, "%s: there is no such file at this revision", id)
	case status == http.StatusTooManyRequests:
		return unavailable(id, gate.ReasonRateLimited, "the Hub answers no more requests for now: set HF_TOKEN, which has a higher limit, or try later")
	case status == http.StatusForbidden, status == http.StatusProxyAuthRequired, status == http.StatusRequestTimeout, status >= 500:
		return unavailable(id, gate.ReasonNetwork, "%s answered with status %d (%q)", host, status, message)
	}
	return badAnswer(id, "%s answered with status %d (%q) to %q, which no Hub does: is HF_ENDPOINT right, and does that mirror have all of the Hub's API?", host, status, message, brief(r.Request.URL.Path))
}

func (c *Client) notFound(id string, withToken bool) *gate.Unavailable {
	if withToken {
		return unavailable(id, gate.ReasonNotFound, "the Hub has nothing named %s that the token may read: it does not exist, was deleted, or is private", id)
	}
	return unavailable(id, gate.ReasonNotFound, "the Hub has nothing public named %s: it does not exist, was deleted, or is private (then set HF_TOKEN)", id)
}

// brief bounds a text of the server.
func brief(s string) string {
	s = strings.ToValidUTF8(s, "?")
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}
