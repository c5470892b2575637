package httpsafe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/modelgate/gate"
)

// ErrOdd says that an answer is not one that HTTP allows here.
var ErrOdd = errors.New("the answer makes no sense")

// StatusError is an answer without success.
type StatusError struct {
	Code       int
	RetryAfter string
}

// Error implements error.
func (e *StatusError) Error() string {
	return fmt.Sprintf("answered %d %s", e.Code, http.StatusText(e.Code))
}

const (
	attempts = 3
	longest  = 20 * time.Second
	backoff  = 300 * time.Millisecond
)

// Send sends a request without a body, and again where the server says that it could not
// answer now, if it lets that be soon.
func Send(do Do, req *http.Request) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		resp, err := do(req.Clone(req.Context()))
		if err != nil || attempt == attempts || !temporary(resp.StatusCode) {
			return resp, err
		}
		wait, ok := RetryAfter(resp.Header)
		if !ok {
			wait = backoff << (attempt - 1)
		}
		if wait > longest {
			return resp, nil
		}
		_ = resp.Body.Close()
		if err := Sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// Get sends a request, with Send, and returns the body and the header of an answer of
// status 200. Any other is a *StatusError.
func Get(do Do, req *http.Request, limit int64) ([]byte, http.Header, error) {
	resp, err := Send(do, req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, resp.Header, statusError(resp)
	}
	if e := encoding(resp); e != "" {
		return nil, resp.Header, fmt.Errorf("%w: it is encoded as %.30q", ErrOdd, e)
	}
	if resp.ContentLength > limit {
		return nil, resp.Header, ErrTooLong
	}
	body, err := ReadAll(resp.Body, limit)
	return body, resp.Header, err
}

// Unavailable turns an error of a request to a host into what the registry did not
// answer for a model. URLs stay out of its words, since they may be signed.
func Unavailable(id, host string, err error) *gate.Unavailable {
	if u, ok := errors.AsType[*gate.Unavailable](err); ok {
		return u
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	u := &gate.Unavailable{ID: id, Reason: gate.ReasonNetwork}
	if e, ok := errors.AsType[*StatusError](err); ok {
		u.Reason = statusReason(e.Code)
	}
	switch {
	case errors.Is(err, ErrRefused), errors.Is(err, ErrTooLong), errors.Is(err, ErrOdd):
		u.Reason = gate.ReasonBadAnswer
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		err = errSilent
	}
	detail := fmt.Sprintf("%s could not be read from %q: %v", quoted(id), host, err)
	if u.Reason == gate.ReasonNotFound {
		detail = fmt.Sprintf("%q knows no %s, or does not show it without an account (%v)", host, quoted(id), err)
	}
	u.Detail = Redact(detail)
	return u
}

// secrets are what must not be repeated: tokens of the Hub, the header that carries one,
// and queries of URLs, where storage hosts have their signatures.
var secrets = regexp.MustCompile(`\bhf_[A-Za-z0-9_]+|(?i:\bbearer\s+)[^\s"']+|(?i:\bauthorization:\s*)[^\r\n"']+|(?i:https?://[^\s"'?]*)\?[^\s"']+`)

// Redact leaves out of a text, which may have words of a server in it, what gives access.
func Redact(s string) string {
	return secrets.ReplaceAllStringFunc(s, func(m string) string {
		if i := strings.IndexByte(m, '?'); i >= 0 && strings.HasPrefix(strings.ToLower(m), "http") {
			return m[:i] + "?…"
		}
		return "…"
	})
}

// Shown is a URL without what may be secret in it.
func Shown(u *url.URL) string {
	if u == nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// OfRequest tells that an error is one of a request as this package reports it, of which
// Unavailable can say no URL.
func OfRequest(err error) bool {
	_, ok := errors.AsType[*url.Error](err)
	return ok
}

func statusReason(code int) string {
	switch {
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusNotFound, code == http.StatusGone:
		return gate.ReasonNotFound
	case code == http.StatusTooManyRequests:
		return gate.ReasonRateLimited
	case code == http.StatusRequestTimeout, code >= 500:
		return gate.ReasonNetwork
	}
	return gate.ReasonBadAnswer
}

// FilePath tells that a path from a server stays inside the folder that it is taken for,
// on every system.
func FilePath(p string) bool {
	if p == "" || len(p) > 1024 || !utf8.ValidString(p) || strings.ContainsAny(p, "\\\x7f") {
		return false
	}
	if strings.ContainsFunc(p, func(c rune) bool { return c < ' ' }) || len(p) > 1 && p[1] == ':' {
		return false
	}
	for part := range strings.SplitSeq(p, "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return true
}

func statusError(resp *http.Response) error {
	return &StatusError{Code: resp.StatusCode, RetryAfter: resp.Header.Get("Retry-After")}
}

func temporary(code int) bool {
	switch code {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// mostPause bounds what a server may demand.
const mostPause = time.Hour

// RetryAfter is the wait that a server demands, in seconds or until a date, if it states
// one.
func RetryAfter(h http.Header) (time.Duration, bool) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.Atoi(text); err == nil {
		return time.Duration(max(0, min(n, int(mostPause.Seconds())))) * time.Second, true
	}
	t, err := http.ParseTime(text)
	return max(0, min(time.Until(t), mostPause)), err == nil
}

// Sleep waits, or returns why the context ended.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// quoted is an id as a message shows it.
func quoted(id string) string {
	const most = 200
	if len(id) > most {
		id = id[:most] + "..."
	}
	return strconv.Quote(id)
}
