package httpsafe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/modelgate/gate"
)

// ErrTooLong says that an answer is longer than it may be.
var ErrTooLong = errors.New("the answer is too long")

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
		wait, ok := retryAfter(resp.Header, attempt)
		if !ok {
			return resp, nil
		}
		_ = resp.Body.Close()
		if err := sleep(req.Context(), wait); err != nil {
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
	if err := plain(resp); err != nil {
		return nil, resp.Header, err
	}
	if resp.ContentLength > limit {
		return nil, resp.Header, ErrTooLong
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = ErrTooLong
	}
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
		err = errors.New("no answer in time")
	}
	u.Detail = fmt.Sprintf("%s could not be read from %q: %v", quoted(id), host, err)
	if u.Reason == gate.ReasonNotFound {
		u.Detail = fmt.Sprintf("%q knows no %s, or does not show it without an account (%v)", host, quoted(id), err)
	}
	return u
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

// plain refuses a body that is not what was asked for but a compressed form of it.
func plain(resp *http.Response) error {
	if enc := cmp.Or(resp.Header.Get("Content-Encoding"), "identity"); !strings.EqualFold(enc, "identity") {
		return fmt.Errorf("%w: it is encoded as %q", ErrOdd, enc)
	}
	return nil
}

func temporary(code int) bool {
	switch code {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryAfter is how long to wait, if that is not too long. A date is too long.
func retryAfter(h http.Header, attempt int) (time.Duration, bool) {
	text := h.Get("Retry-After")
	if text == "" {
		return backoff << (attempt - 1), true
	}
	seconds, err := strconv.Atoi(text)
	wait := time.Duration(seconds) * time.Second
	return wait, err == nil && seconds >= 0 && wait <= longest
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
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
