package httpsafe

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/modelgate/gate"
)

// errCut says that a body ended early, errReset that its connection broke.
var (
	errCut   = errors.New("the answer ended early")
	errReset = errors.New("the connection broke")
)

// repeat repeats a request whose answer broke off, since nothing was handed on yet, and
// one for a place that does not serve any more. That a server ends early each time is
// odd; that a connection breaks is not.
func (r *Reader) repeat(once func() error) error {
	err := once()
	if r.at != nil && expired(err) {
		// A signed place lasts for a while only: ask the server for a new one.
		r.at = nil
		err = once()
	}
	for attempt := 1; attempt < attempts && r.ctx.Err() == nil && (errors.Is(err, errCut) || errors.Is(err, errReset)); attempt++ {
		err = once()
	}
	if errors.Is(err, errCut) && r.ctx.Err() == nil {
		return r.strange("ended an answer early, each time")
	}
	return err
}

// expired tells that the place of a redirect does not serve any more.
func expired(err error) bool {
	e, ok := errors.AsType[*StatusError](err)
	return ok && statusReason(e.Code) == gate.ReasonNotFound
}

// once asks for a span and reads it into p, and what p does not take into blocks.
func (r *Reader) once(s Span, p []byte) error {
	return r.ask(s, s.Range(), func(resp *http.Response) error {
		if err := r.judge(resp, s); err != nil || r.whole != nil {
			return err
		}
		return r.receive(resp.Body, s, p)
	})
}

// ask sends a request to where the server sent us before and hands the answer to take.
func (r *Reader) ask(s Span, ranged string, take func(*http.Response) error) error {
	ctx, cancel := context.WithCancelCause(r.ctx)
	defer cancel(nil)
	place := r.src.URL
	if r.at != nil && ranged != "" {
		place = r.at
	}
	do := r.src.Do
	if !SameOrigin(place, r.src.URL) {
		do = r.src.Direct
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, place.String(), nil)
	if err != nil {
		return err
	}
	if ranged != "" {
		req.Header.Set("Range", ranged)
	}
	limit := readTime + time.Duration(s.Len()/slowest)*time.Second
	timer := time.AfterFunc(limit, func() { cancel(ErrStalled) })
	defer timer.Stop()
	if r.src.Patient {
		timer.Stop()
	} else {
		once := do
		do = func(req *http.Request) (*http.Response, error) { return Send(once, req) }
	}
	resp, err := do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if r.src.Patient {
		timer.Reset(limit)
	}
	if moved := resp.Request.URL; resp.StatusCode < 300 && *moved != *r.src.URL && (r.src.Direct != nil || SameOrigin(moved, r.src.URL)) {
		r.at = moved
	}
	if err := r.accept(resp); err != nil {
		return err
	}
	return take(resp)
}

// accept tells whether an answer is about bytes of the file.
func (r *Reader) accept(resp *http.Response) error {
	switch resp.StatusCode {
	case http.StatusOK, http.StatusPartialContent:
	case http.StatusRequestedRangeNotSatisfiable:
		return r.strange("refuses a range within the bytes that the registry states")
	default:
		return statusError(resp)
	}
	if r.src.Agree == nil {
		return nil
	}
	if err := r.src.Agree(resp); err != nil {
		return r.strange(err.Error())
	}
	return nil
}

// judge compares an answer with what was asked. Where the server ignores the range it may
// take the whole file.
func (r *Reader) judge(resp *http.Response, s Span) error {
	stated := resp.Header.Get("Content-Range")
	// ModelScope sends ranges with status 200, and Content-Range tells them.
	if resp.StatusCode == http.StatusOK && (stated == "" || r.src.Strict) {
		return r.all(resp, s)
	}
	size := fmt.Sprint(r.src.Size)
	if !r.src.Strict && strings.HasSuffix(stated, "/*") {
		size = "*"
	}
	if err := s.judge(resp, size); err != nil {
		return r.strange(err.Error())
	}
	etag := resp.Header.Get("ETag")
	if r.etag != "" && etag != r.etag && (etag != "" || r.src.Strict) {
		return r.strange(fmt.Sprintf("changed the file while it was read: its ETag was %.80q and is %.80q", r.etag, etag))
	}
	if etag != "" {
		r.etag = etag
	}
	return nil
}

// receive reads exactly a span. What goes into blocks is kept only when all of it came.
func (r *Reader) receive(body io.Reader, s Span, p []byte) error {
	if err := r.fill(body, p); err != nil {
		return err
	}
	at := s.From + int64(len(p))
	first := at / block
	r.cache.room(s.To - first*block)
	var got [][]byte
	for i := first; i*block < s.To; i++ {
		data := make([]byte, min(block, s.To-i*block))
		n := 0
		if before := at - i*block; before > 0 {
			n = copy(data, p[int64(len(p))-before:])
		}
		if err := r.fill(body, data[n:]); err != nil {
			return err
		}
		got = append(got, data)
	}
	if !Ended(body) {
		return r.strange("sent more bytes than were asked for")
	}
	for i := len(got) - 1; i >= 0; i-- { // the first is the most wanted
		r.cache.put(first+int64(i), got[i])
	}
	return nil
}

// fill reads as many bytes as p has room for.
func (r *Reader) fill(body io.Reader, p []byte) error {
	n, err := io.ReadFull(body, p)
	r.bytes.Add(int64(n))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errCut
	case r.ctx.Err() != nil, errors.Is(err, ErrSpent), errors.Is(err, ErrStalled):
		return err
	}
	return fmt.Errorf("%w: %w", errReset, err)
}

// fetchWhole asks for a small file without a range and compares its digest.
func (r *Reader) fetchWhole() error {
	return r.repeat(func() error {
		return r.ask(Span{0, r.src.Size}, "", func(resp *http.Response) error {
			if resp.StatusCode == http.StatusPartialContent {
				return r.strange("answered with a part where the whole was asked for")
			}
			return r.take(resp)
		})
	})
}

// all takes the whole file where a range of it was asked for.
func (r *Reader) all(resp *http.Response, s Span) error {
	if !r.src.Strict && s == (Span{0, r.src.Size}) {
		return r.take(resp)
	}
	r.note("ignores ranges")
	if r.src.Strict || r.src.Size > wholeMost {
		return fmt.Errorf("%w: the server ignores ranges", ErrOdd)
	}
	return r.take(resp)
}

// take reads the whole file.
func (r *Reader) take(resp *http.Response) error {
	size := r.src.Size
	if e := encoding(resp); e != "" {
		return r.strange(fmt.Sprintf("encodes the file as %.30q", e))
	}
	if resp.ContentLength >= 0 && resp.ContentLength != size {
		return r.strange(fmt.Sprintf("sent %d bytes where the registry states %d", resp.ContentLength, size))
	}
	data := make([]byte, size)
	if err := r.fill(resp.Body, data); err != nil {
		return err
	}
	if !Ended(resp.Body) {
		return r.strange(fmt.Sprintf("sent %d bytes or more where the registry states %d", size+1, size))
	}
	if err := r.verify(data); err != nil {
		return err
	}
	r.whole = data
	return nil
}

// verify compares the whole file with its digest.
func (r *Reader) verify(data []byte) error {
	sum, want := "", r.src.SHA256
	if want != "" {
		s := sha256.Sum256(data)
		sum = hex.EncodeToString(s[:])
	} else if want = r.src.Git; want != "" {
		h := sha1.New()
		_, _ = fmt.Fprintf(h, "blob %d\x00", len(data))
		_, _ = h.Write(data)
		sum = hex.EncodeToString(h.Sum(nil))
	}
	if strings.EqualFold(sum, want) {
		return nil
	}
	return r.strange(fmt.Sprintf("sent other bytes than the stated digest is of: %s and not %.80s", sum, want))
}

// strange notes a reason to distrust the server and is the error that follows from it.
func (r *Reader) strange(what string) error {
	what = Redact(what)
	r.note(what)
	return fmt.Errorf("%w: the server %s", ErrOdd, what)
}

func (r *Reader) note(what string) {
	if !slices.Contains(r.odd, what) {
		r.odd = append(r.odd, what)
	}
}
