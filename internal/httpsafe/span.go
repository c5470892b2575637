package httpsafe

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
)

// Span is a part of a file: the bytes [From, To).
type Span struct{ From, To int64 }

// Len is the number of bytes.
func (s Span) Len() int64 { return s.To - s.From }

// Range is what asks for the span, as the value of a header.
func (s Span) Range() string { return fmt.Sprintf("bytes=%d-%d", s.From, s.To-1) }

// Answers tells what keeps an answer from being exactly this span of a file of the size:
// a predicate of the server.
func (s Span) Answers(r *http.Response, size int64) error {
	return s.judge(r, fmt.Sprint(size))
}

func (s Span) judge(r *http.Response, size string) error {
	if e := encoding(r); e != "" {
		return fmt.Errorf("encodes the bytes of a range as %.30q", e)
	}
	got, want := r.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-%d/", s.From, s.To-1)
	rest, ok := strings.CutPrefix(got, want)
	switch {
	case !ok:
		return fmt.Errorf("answered %q with the range %.60q", want+size, got)
	case rest != size:
		return fmt.Errorf("answered %q with the range %.60q: the file has %.20s bytes where the registry states %s", want+size, got, rest, size)
	case r.ContentLength >= 0 && r.ContentLength != s.Len():
		return fmt.Errorf("sent %d bytes for a range of %d", r.ContentLength, s.Len())
	}
	return nil
}

// encoding is how a body is encoded that was asked for as it is, empty if not at all.
func encoding(r *http.Response) string {
	if e := cmp.Or(r.Header.Get("Content-Encoding"), "identity"); !strings.EqualFold(e, "identity") {
		return e
	}
	return ""
}
