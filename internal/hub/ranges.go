package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/modelgate/gate"
)

// How much is read at once. A whole file is read where that costs no more than its parts,
// since only then its digest can be compared.
const (
	blockSize  = 32 << 10
	aheadSize  = 1 << 20 // the most that is read ahead of a reader that goes forward
	askedSize  = 4 << 20 // the most of one request, however much is asked for
	wholeSize  = 1 << 20 // up to here a file is read whole
	tailSize   = gate.TailSize
	cacheBytes = 8 << 20 // of each file
)

// reader reads a file by ranges. Reads of one file wait for each other.
type reader struct {
	*object
	ctx context.Context

	mu      sync.Mutex
	cache   *blocks
	at      *url.URL // where the endpoint sent us; nil: ask it
	storage bool
	etag    string
	end     int64 // of the last span that was fetched
	ahead   int64 // how much to read at once, as long as reads go forward
	failure error // what ended the reading
	odd     []string
}

func newReader(ctx context.Context, o *object) *reader {
	return &reader{object: o, ctx: ctx, cache: newBlocks(cacheBytes), end: -1, ahead: blockSize}
}

// Fetched implements gate.RemoteReader.
func (r *reader) Fetched() (bytes int64, requests int) {
	return r.meter.bytes.Load(), int(r.meter.requests.Load())
}

// Odd implements gate.RemoteReader.
func (r *reader) Odd() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.odd)
}

// Close implements io.Closer.
func (r *reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cache = newBlocks(0)
	r.failure = errClosed
	return nil
}

var errClosed = errors.New("the file is closed")

// ReadAt implements io.ReaderAt.
func (r *reader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("reading %q at the offset %d", r.file.Path, off)
	}
	n := 0
	for n < len(p) {
		if off+int64(n) >= r.file.Size {
			return n, io.EOF
		}
		got, err := r.read(p[n:], off+int64(n))
		n += got
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// read copies what one block has, after it was fetched if need be.
func (r *reader) read(p []byte, off int64) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failure != nil {
		return 0, r.failure
	}
	index := off / blockSize
	data := r.cache.get(index)
	if data == nil {
		if err := r.fetch(off, min(off+int64(len(p)), r.file.Size)); err != nil {
			return 0, r.fail(err)
		}
		data = r.cache.get(index)
	}
	return copy(p, data[off-index*blockSize:]), nil
}

// fail keeps the reason of a failure: a reader that failed does so again, at no cost.
func (r *reader) fail(err error) error {
	if q, ok := errors.AsType[*odd](err); ok {
		r.odd = append(r.odd, q.reason)
	}
	r.failure = r.failed(err)
	return r.failure
}

// fetch brings the blocks of [from, to) into the cache, or the first of them.
func (r *reader) fetch(from, to int64) error {
	if r.file.Size <= wholeSize {
		return r.fetchWhole()
	}
	s := r.plan(from, to)
	r.end = s.to
	err := r.fetchSpan(s)
	if errors.Is(err, errCut) && r.ctx.Err() == nil { // nothing was handed on yet
		err = r.fetchSpan(s)
	}
	if errors.Is(err, errCut) {
		return oddly("the server ended a range of %d bytes early, twice", s.len())
	}
	return err
}

// plan is the span to fetch for a read: what is asked for, more where reads go forward,
// the whole tail where its end is looked at, and nothing that is there already.
func (r *reader) plan(from, to int64) span {
	s := span{from / blockSize * blockSize, min(to, from+askedSize)}
	tail := (r.file.Size - tailSize) / blockSize * blockSize
	switch {
	case s.from == r.end:
		r.ahead = min(2*r.ahead, aheadSize)
	case s.from >= tail:
		r.ahead = blockSize
		s = span{tail, r.file.Size}
	default:
		r.ahead = blockSize
	}
	s.to = max(s.to, s.from+r.ahead)
	s.to = min((s.to+blockSize-1)/blockSize*blockSize, r.file.Size)
	for s.from < from/blockSize*blockSize && r.cache.has(s.from/blockSize) {
		s.from += blockSize
	}
	for i := from/blockSize + 1; i*blockSize < s.to; i++ {
		if r.cache.has(i) {
			s.to = i * blockSize
		}
	}
	return s
}

// errCut says that a body ended early or broke off.
var errCut = errors.New("the answer ended early")

// fetchSpan asks for a span where the endpoint sent us before; when that place has
// expired, the endpoint is asked again, once.
func (r *reader) fetchSpan(s span) error {
	fresh := r.at == nil
	a, err := r.client.get(r.ctx, r.request(r.at, r.storage, s.header()))
	if err != nil {
		return err
	}
	if refused := a.StatusCode == http.StatusForbidden || a.StatusCode == http.StatusUnauthorized; refused && a.storage && !fresh {
		discard(a.Response)
		r.at = nil
		if a, err = r.client.get(r.ctx, r.request(nil, false, s.header())); err != nil {
			return err
		}
	}
	defer a.Body.Close()
	if err := r.accept(a, s); err != nil {
		return err
	}
	r.at, r.storage = a.url, a.storage
	return r.fill(a.Body, s)
}

// accept tells whether an answer is the span that was asked for, of the same file as
// before.
func (r *reader) accept(a *answer, s span) error {
	switch a.StatusCode {
	case http.StatusPartialContent:
	case http.StatusOK:
		return oddly("the server ignores ranges")
	case http.StatusRequestedRangeNotSatisfiable:
		return oddly("the server refuses a range within the size that it listed, %d", r.file.Size)
	default:
		return r.refused(a)
	}
	if err := r.agrees(a.stated); err != nil {
		return err
	}
	if err := s.answers(a.Response, r.file.Size); err != nil {
		return err
	}
	etag := a.Header.Get("ETag")
	if r.etag != "" && etag != r.etag {
		return oddly("the file changed while it was read: its ETag was %.80q and is %.80q", r.etag, etag)
	}
	r.etag = etag
	return nil
}

// fill reads exactly a span into blocks.
func (r *reader) fill(body io.Reader, s span) error {
	var got [][]byte
	for from := s.from; from < s.to; from += blockSize {
		data := make([]byte, min(blockSize, s.to-from))
		if _, err := io.ReadFull(body, data); err != nil {
			return r.broken(err)
		}
		got = append(got, data)
	}
	if err := atEnd(body); err != nil {
		return err
	}
	for i := len(got) - 1; i >= 0; i-- { // the first is the most wanted
		r.cache.put(s.from/blockSize+int64(i), got[i])
	}
	return nil
}

// fetchWhole reads a small file without ranges and compares its digest.
func (r *reader) fetchWhole() error {
	data, err := r.whole()
	if errors.Is(err, errCut) && r.ctx.Err() == nil {
		data, err = r.whole()
	}
	if errors.Is(err, errCut) {
		return oddly("the server ended a file of %d bytes early, twice", r.file.Size)
	}
	if err != nil {
		return err
	}
	if err := r.digest(data); err != nil {
		return err
	}
	for from := int64(0); from < r.file.Size; from += blockSize {
		r.cache.put(from/blockSize, data[from:min(from+blockSize, r.file.Size)])
	}
	return nil
}

func (r *reader) whole() ([]byte, error) {
	a, err := r.client.get(r.ctx, r.request(nil, false, nil))
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return nil, r.refused(a)
	}
	if err := r.agrees(a.stated); err != nil {
		return nil, err
	}
	if a.ContentLength >= 0 && a.ContentLength != r.file.Size {
		return nil, oddly("the server sends %d bytes, and listed %d", a.ContentLength, r.file.Size)
	}
	data := make([]byte, r.file.Size)
	if _, err := io.ReadFull(a.Body, data); err != nil {
		return nil, r.broken(err)
	}
	return data, atEnd(a.Body)
}

// broken tells an early end from a failure to wait for the rest.
func (r *reader) broken(err error) error {
	if r.ctx.Err() != nil || errors.Is(err, errBudget) || errors.Is(err, errStalled) {
		return r.client.failure(r.ctx, r.id, r.client.endpoint.Host, err)
	}
	return errCut
}

// atEnd tells whether a body ends where it must.
func atEnd(body io.Reader) error {
	var b [1]byte
	if n, _ := body.Read(b[:]); n > 0 {
		return oddly("the server sent more bytes than were asked for")
	}
	return nil
}
