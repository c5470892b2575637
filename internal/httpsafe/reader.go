package httpsafe

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/modelgate/gate"
)

// Source is a file on a server.
type Source struct {
	ID   string // of the model, for what is said when the server does not answer
	URL  *url.URL
	Size int64
	// SHA256 is the digest where the registry states one: a file that is fetched at once
	// is held to it.
	SHA256 string
	// Do sends requests for URL. Direct, where it is not nil, sends those for a place that
	// the server redirected to, and is then asked for the following ranges; it must send
	// no credentials.
	Do, Direct Do
}

const (
	block     = 32 << 10
	small     = 1 << 20 // a file up to this is fetched at once
	tail      = gate.TailSize
	ahead     = 1 << 20          // most that is read ahead of a reader that goes forward
	direct    = 512 << 10        // a gap from this on is read past the cache
	request   = 8 << 20          // most of one request
	keep      = 256              // blocks
	wholeMost = 16 << 20         // most that is taken from a server that ignores ranges
	readTime  = 30 * time.Second // of a request, and what its bytes take at slowest
	slowest   = 64 << 10         // bytes per second
)

// Reader reads a file by ranges: blocks are kept, neighbours fetched together, and a
// reader that goes forward gets longer ranges. It is a gate.RemoteReader and safe for
// concurrent use, one request at a time.
type Reader struct {
	ctx    context.Context
	cancel context.CancelFunc
	src    Source

	mu       sync.Mutex
	blocks   map[int64][]byte
	order    []int64 // of the blocks, oldest first
	whole    []byte  // the file, where the server ignores ranges
	next     int64   // behind the last range that was fetched
	ahead    int64
	at       *url.URL // where the server redirected to
	etag     string
	err      error // that ended it
	bytes    int64
	requests int
	odd      []string
}

var _ gate.RemoteReader = (*Reader)(nil)

// NewReader returns a reader of src. The context bounds all its reads.
func NewReader(ctx context.Context, src Source) *Reader {
	ctx, cancel := context.WithCancel(ctx)
	return &Reader{ctx: ctx, cancel: cancel, src: src, blocks: map[int64][]byte{}, next: -1}
}

// ReadAt implements io.ReaderAt. An error wraps *gate.Unavailable.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("negative offset")
	}
	if off >= r.src.Size {
		return 0, io.EOF
	}
	want := min(int64(len(p)), r.src.Size-off)
	r.mu.Lock()
	defer r.mu.Unlock()
	n, err := r.read(p[:want], off)
	if err != nil {
		return n, fmt.Errorf("read %d bytes at %d: %w", want, off, err)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Close implements io.Closer.
func (r *Reader) Close() error {
	r.cancel()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.blocks, r.order, r.whole, r.err = nil, nil, nil, os.ErrClosed
	return nil
}

// Fetched implements gate.RemoteReader.
func (r *Reader) Fetched() (int64, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bytes, r.requests
}

// Odd implements gate.RemoteReader.
func (r *Reader) Odd() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.odd)
}

func (r *Reader) read(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) {
		at := off + int64(n)
		if r.err != nil {
			return n, r.err
		}
		if r.whole != nil {
			n += copy(p[n:], r.whole[at:])
			continue
		}
		if b, ok := r.blocks[at/block]; ok {
			n += copy(p[n:], b[at%block:])
			continue
		}
		want := int64(len(p) - n)
		if gap := r.gap(at, want); gap >= direct && r.src.Size > small {
			gap = min(gap, request)
			if err := r.fetch(p[n:int64(n)+gap], at); err != nil {
				return n, err
			}
			if r.whole == nil {
				n += int(gap)
			}
			continue
		}
		if err := r.load(at, want); err != nil {
			return n, err
		}
	}
	return n, nil
}

// gap is how many of the n bytes at an offset no block has.
func (r *Reader) gap(at, n int64) int64 {
	for i := at / block; i <= (at+n-1)/block; i++ {
		if _, ok := r.blocks[i]; ok {
			return max(0, i*block-at)
		}
	}
	return n
}

// load fetches the blocks of the bytes [at, at+want), and those that are likely to be
// asked for next.
func (r *Reader) load(at, want int64) error {
	start, end := r.span(at, want)
	buf := make([]byte, end-start)
	if err := r.fetch(buf, start); err != nil || r.whole != nil {
		return err
	}
	for i := start / block; i*block < end; i++ {
		r.blocks[i] = buf[i*block-start : min((i+1)*block, end)-start]
		r.order = append(r.order, i)
	}
	for len(r.order) > keep {
		delete(r.blocks, r.order[0])
		r.order = r.order[1:]
	}
	return nil
}

func (r *Reader) span(at, want int64) (start, end int64) {
	size := r.src.Size
	if size <= small {
		return 0, size
	}
	start = at / block * block
	if start == r.next {
		r.ahead = min(max(2*r.ahead, block), ahead)
	} else {
		r.ahead = 0
	}
	end = at + want + r.ahead
	if at >= size-tail {
		end = size // who reads in the tail reads all of it
	}
	end = min((end+block-1)/block*block, size)
	for i := start/block + 1; i*block < end; i++ {
		if _, ok := r.blocks[i]; ok {
			end = i * block
		}
	}
	r.next = end
	return start, end
}

// fetch fills dst with the bytes at an offset, or sets r.whole.
func (r *Reader) fetch(dst []byte, from int64) error {
	err := r.once(dst, from)
	if r.at != nil && expired(err) {
		// A signed place lasts for a while only: ask the server for a new one.
		r.at = nil
		err = r.once(dst, from)
	}
	for attempt := 1; attempt < attempts && errors.Is(err, io.ErrUnexpectedEOF); attempt++ {
		err = r.once(dst, from)
	}
	if err == nil && r.src.SHA256 != "" {
		err = r.verify(dst)
	}
	if err == nil {
		return nil
	}
	// A reader that failed fails from now on, at no further cost.
	r.err = Unavailable(r.src.ID, r.src.URL.Hostname(), err)
	return r.err
}

// once sends one request.
func (r *Reader) once(dst []byte, from int64) error {
	ctx, cancel := context.WithTimeout(r.ctx, readTime+time.Duration(len(dst)/slowest)*time.Second)
	defer cancel()
	place, do := r.src.URL, r.src.Do
	if r.at != nil {
		place, do = r.at, r.src.Direct
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, place.String(), nil)
	if err != nil {
		return err
	}
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, from+int64(len(dst))-1))
	resp, err := Send(func(req *http.Request) (*http.Response, error) {
		resp, err := do(req)
		r.requests += sent(resp)
		return resp, err
	}, req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := r.judge(resp, from, int64(len(dst))); err != nil {
		return err
	}
	if final := resp.Request.URL; r.src.Direct != nil && origin(final) != origin(place) {
		r.at = final
	}
	if r.whole != nil {
		return nil
	}
	n, err := io.ReadFull(resp.Body, dst)
	r.bytes += int64(n)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", io.ErrUnexpectedEOF, err)
	}
	return err
}

// judge compares an answer with what was asked.
func (r *Reader) judge(resp *http.Response, from, n int64) error {
	if resp.StatusCode == http.StatusRequestedRangeNotSatisfiable {
		return r.strange("has fewer bytes than the registry states")
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusPartialContent {
		return statusError(resp)
	}
	if err := plain(resp); err != nil {
		return r.strange(fmt.Sprintf("encodes the file as %q", resp.Header.Get("Content-Encoding")))
	}
	etag := resp.Header.Get("ETag")
	if etag != "" && r.etag != "" && etag != r.etag {
		return r.strange("changed the file while it was read")
	}
	r.etag = cmp.Or(r.etag, etag)
	// ModelScope sends ranges with status 200, and Content-Range tells them.
	text := resp.Header.Get("Content-Range")
	if text == "" && resp.StatusCode == http.StatusOK {
		return r.all(resp, from, n)
	}
	want, size := fmt.Sprintf("bytes %d-%d/", from, from+n-1), fmt.Sprint(r.src.Size)
	rest, ok := strings.CutPrefix(text, want)
	switch {
	case !ok:
		return r.strange(fmt.Sprintf("sent the range %q and not the one that was asked for", text))
	case resp.ContentLength >= 0 && resp.ContentLength != n:
		return r.strange(fmt.Sprintf("sent %d bytes for a range of %d", resp.ContentLength, n))
	case rest != size && rest != "*":
		return r.strange(fmt.Sprintf("has %s bytes where the registry states %s", rest, size))
	}
	return nil
}

// all takes the whole file, where that was asked for or is all that the server can send.
func (r *Reader) all(resp *http.Response, from, n int64) error {
	size := r.src.Size
	if resp.ContentLength >= 0 && resp.ContentLength != size {
		return r.strange(fmt.Sprintf("has %d bytes where the registry states %d", resp.ContentLength, size))
	}
	if from == 0 && n == size {
		return nil
	}
	r.note("ignores ranges")
	if size > wholeMost {
		return fmt.Errorf("%w: the server ignores ranges", ErrOdd)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, size+1))
	r.bytes += int64(len(body))
	if err != nil {
		return err
	}
	if int64(len(body)) != size {
		return r.strange(fmt.Sprintf("sent %d bytes where the registry states %d", len(body), size))
	}
	r.whole = body
	return nil
}

// verify holds what was fetched to the stated digest, where it is the whole file.
func (r *Reader) verify(dst []byte) error {
	if r.whole != nil {
		dst = r.whole
	} else if int64(len(dst)) != r.src.Size {
		return nil
	}
	sum := sha256.Sum256(dst)
	if strings.EqualFold(hex.EncodeToString(sum[:]), r.src.SHA256) {
		return nil
	}
	r.whole = nil
	return r.strange("sent other bytes than the stated digest is of")
}

// strange notes a reason to distrust the server and is the error that follows from it.
func (r *Reader) strange(what string) error {
	r.note(what)
	return fmt.Errorf("%w: the server %s", ErrOdd, what)
}

func (r *Reader) note(what string) {
	if !slices.Contains(r.odd, what) {
		r.odd = append(r.odd, what)
	}
}

// expired tells that the place of a redirect does not serve any more.
func expired(err error) bool {
	e, ok := errors.AsType[*StatusError](err)
	return ok && statusReason(e.Code) == gate.ReasonNotFound
}

// sent counts the requests that led to an answer.
func sent(resp *http.Response) int {
	n := 1
	for resp != nil && resp.Request != nil && resp.Request.Response != nil && n <= 2*hops {
		resp = resp.Request.Response
		n++
	}
	return n
}
