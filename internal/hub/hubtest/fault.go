package hubtest

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault spoils answers of the Hub or of its storage.
type Fault struct {
	// Match picks the requests; nil every one.
	Match func(*http.Request) bool
	// Times is how many are spoiled; 0 all.
	Times int

	// Status answers in place of the Hub, with Header and Body. 0 with a Body means 200.
	Status int
	// Header sets fields over those of the answer; an empty value takes one away.
	Header map[string]string
	// Body answers in place of the Hub. It may be endless.
	Body func() io.Reader
	// IgnoreRange answers with the whole file.
	IgnoreRange bool
	// Stall waits before the answer begins, Drip after each byte of the body.
	Stall, Drip time.Duration
	// Truncate breaks the connection after so many bytes of the body.
	Truncate int64
}

// Fault lets an answer go wrong from now on. The oldest that matches a request is taken.
func (h *Hub) Fault(f Fault) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.faults = append(h.faults, &f)
}

// Heal takes all faults away.
func (h *Hub) Heal() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.faults = nil
}

// Redirect sends requests elsewhere.
func Redirect(status int, location string) Fault {
	return Fault{Status: status, Header: map[string]string{"Location": location}}
}

// PathHas matches requests by a part of their path. Those of the storage begin with
// "/xet-bridge-us/".
func PathHas(part string) func(*http.Request) bool {
	return func(r *http.Request) bool { return strings.Contains(r.URL.Path, part) }
}

// RateLimited is the answer of a bucket that is empty for so many seconds.
func RateLimited(seconds, times int) Fault {
	return Fault{Status: http.StatusTooManyRequests, Times: times, Header: map[string]string{
		"RateLimit":   fmt.Sprintf(`"api";r=0;t=%d`, seconds),
		"Retry-After": strconv.Itoa(seconds),
	}}
}

// Fixed is a body.
func Fixed(s string) func() io.Reader {
	return func() io.Reader { return strings.NewReader(s) }
}

// Endless is a body that begins with head and repeats s for ever.
func Endless(head, s string) func() io.Reader {
	return func() io.Reader { return io.MultiReader(strings.NewReader(head), &repeated{text: s}) }
}

// Nested is a JSON document of arrays within arrays.
func Nested(depth int) func() io.Reader {
	return Fixed(strings.Repeat("[", depth) + strings.Repeat("]", depth))
}

type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	for n := range p {
		p[n] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}
	return len(p), nil
}

// fault is the one that is due for a request.
func (h *Hub) fault(r *http.Request) *Fault {
	for i, f := range h.faults {
		if f.Match != nil && !f.Match(r) {
			continue
		}
		due := *f
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				h.faults = append(h.faults[:i:i], h.faults[i+1:]...)
			}
		}
		return &due
	}
	return nil
}

func (f *Fault) serve(w http.ResponseWriter, r *http.Request, next http.Handler, done <-chan struct{}) {
	if f.IgnoreRange {
		r.Header.Del("Range")
	}
	s := &spoiled{ResponseWriter: w, fault: f, left: f.Truncate, done: done, request: r}
	s.wait(f.Stall)
	if f.Status == 0 && f.Body == nil {
		next.ServeHTTP(s, r)
		return
	}
	if f.Body == nil {
		w.Header().Set("Content-Length", "0")
	}
	s.WriteHeader(max(f.Status, http.StatusOK))
	if f.Body != nil && r.Method != http.MethodHead {
		_, _ = io.Copy(struct{ io.Writer }{s}, f.Body())
	}
}

// spoiled is an answer that a fault has in its hands.
type spoiled struct {
	http.ResponseWriter
	fault   *Fault
	request *http.Request
	done    <-chan struct{}
	left    int64
	begun   bool
}

func (s *spoiled) WriteHeader(status int) {
	if s.begun {
		return
	}
	s.begun = true
	for name, value := range s.fault.Header {
		if value == "" {
			s.Header().Del(name)
		} else {
			s.Header().Set(name, value)
		}
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *spoiled) Write(p []byte) (int, error) {
	s.WriteHeader(http.StatusOK)
	if s.fault.Drip > 0 {
		return s.drip(p)
	}
	return s.write(p)
}

func (s *spoiled) drip(p []byte) (int, error) {
	for i := range p {
		if _, err := s.write(p[i : i+1]); err != nil {
			return i, err
		}
		if err := http.NewResponseController(s.ResponseWriter).Flush(); err != nil {
			return i, err
		}
		if !s.wait(s.fault.Drip) {
			return i, io.ErrShortWrite
		}
	}
	return len(p), nil
}

func (s *spoiled) write(p []byte) (int, error) {
	if s.fault.Truncate == 0 {
		return s.ResponseWriter.Write(p)
	}
	n, err := s.ResponseWriter.Write(p[:min(int64(len(p)), s.left)])
	if s.left -= int64(n); s.left > 0 || err != nil {
		return n, err
	}
	_ = http.NewResponseController(s.ResponseWriter).Flush()
	if conn, _, err := http.NewResponseController(s.ResponseWriter).Hijack(); err == nil {
		conn.Close()
	}
	return n, io.ErrShortWrite
}

// wait sleeps unless the client or the Hub goes away, and tells whether it slept.
func (s *spoiled) wait(d time.Duration) bool {
	if d == 0 {
		return true
	}
	select {
	case <-time.After(d):
		return true
	case <-s.request.Context().Done():
	case <-s.done:
	}
	return false
}
