package httpsafe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/modelgate/gate"
)

// Source is a file on a server.
type Source struct {
	ID   string // of the model, for what is said when the server does not answer
	URL  *url.URL
	Size int64
	// SHA256 and Git, the id of a git blob, are the digests that the registry states: a
	// file that is fetched at once is held to the first of them.
	SHA256, Git string
	// Do sends requests for URL. Direct, where it is not nil, sends those for a place of
	// another origin that the server redirected to, and is then asked for the following
	// ranges; it must send no credentials.
	Do, Direct Do
	// Agree compares what an answer, and the redirects before it, state of the file with
	// what the registry lists: an error is a predicate of the server. It may be nil.
	Agree func(*http.Response) error
	// Strict refuses what HTTP lets a server do and this one never does: to ignore a range,
	// to leave the size of the file open, to change its mind about an ETag.
	Strict bool
	// Patient says that Do repeats what is worth it and bounds the wait for an answer.
	// Else both are done for it.
	Patient bool
}

const (
	block     = 32 << 10
	small     = 1 << 20  // a file up to this is fetched at once
	smallGit  = 16 << 20 // and one of git, where larger ones are not kept
	tail      = gate.TailSize
	ahead     = 4 << 20          // most that is read ahead of a reader that goes forward
	direct    = 512 << 10        // a gap from this on is read past the cache
	request   = 8 << 20          // most of one request
	keep      = 8 << 20          // bytes of the cache
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
	meter  Meter
	bytes  atomic.Int64 // of the file

	mu    sync.Mutex
	cache *blocks
	whole []byte   // the file, where it was fetched at once
	last  Span     // that was fetched
	at    *url.URL // where the server redirected to
	etag  string
	err   error // that ended it
	odd   []string
}

var _ gate.RemoteReader = (*Reader)(nil)

// NewReader returns a reader of src. The context bounds all its reads.
func NewReader(ctx context.Context, src Source) *Reader {
	r := &Reader{src: src, cache: newBlocks(keep), last: Span{-1, -1}}
	r.ctx, r.cancel = context.WithCancel(r.meter.Count(ctx))
	return r
}

// ReadAt implements io.ReaderAt. An error wraps *gate.Unavailable, unless the caller gave
// up or the reader is closed.
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
	r.cache, r.whole, r.err = newBlocks(0), nil, os.ErrClosed
	return nil
}

// Fetched implements gate.RemoteReader. The bytes are those of the file.
func (r *Reader) Fetched() (int64, int) {
	_, requests := r.meter.Total()
	return r.bytes.Load(), requests
}

// Odd implements gate.RemoteReader. Each reason is a predicate of the server.
func (r *Reader) Odd() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.odd)
}

func (r *Reader) read(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) {
		if r.err != nil {
			return n, r.err
		}
		at := off + int64(n)
		if got := r.held(p[n:], at); got > 0 {
			n += got
			continue
		}
		got, err := r.fetch(p[n:], at)
		if err != nil {
			r.fail(err)
			return n, r.err
		}
		n += got
	}
	return n, nil
}

// held copies what is here already.
func (r *Reader) held(p []byte, at int64) int {
	if r.whole != nil {
		return copy(p, r.whole[at:])
	}
	if data := r.cache.get(at / block); data != nil {
		return copy(p, data[at%block:])
	}
	return 0
}

// fail keeps the reason of a failure: a reader that failed does so again, at no cost. A
// caller that gave up is no answer of the server's.
func (r *Reader) fail(err error) {
	if errors.Is(err, context.Canceled) && r.ctx.Err() != nil {
		r.err = fmt.Errorf("%s is not read any more: %w", quoted(r.src.ID), context.Canceled)
		return
	}
	r.err = Unavailable(r.src.ID, r.src.URL.Hostname(), err)
}

// fetch brings what p asks for, or the first of it: into the cache, or into p, of which it
// returns how much.
func (r *Reader) fetch(p []byte, at int64) (int, error) {
	if size := r.src.Size; size <= small || r.src.SHA256 == "" && r.src.Git != "" && size <= smallGit {
		return 0, r.fetchWhole()
	}
	s, past := r.plan(at, int64(len(p)))
	r.last = s
	p = p[:past]
	err := r.repeat(func() error { return r.once(s, p) })
	if err != nil || r.whole != nil {
		return 0, err
	}
	if past == r.src.Size {
		err = r.verify(p)
	}
	return int(past), err
}

// plan is the span to fetch for a read of so many bytes, and how many of them go past the
// cache: what is asked for, more where reads go forward, the rest of the file where its
// end is looked at, and nothing that is there already.
func (r *Reader) plan(at, want int64) (s Span, past int64) {
	s.From = at / block * block
	most := int64(block)
	if s.From == r.last.To {
		most = min(2*r.last.Len(), ahead)
	}
	if gap := min(r.gap(at, want), request); gap >= max(direct, most) {
		s = Span{at, at + gap}
		past = gap
	} else {
		s.To = max(at+gap, s.From+most)
		if at >= r.src.Size-tail {
			s.To = r.src.Size
		}
	}
	s.To = min((s.To+block-1)/block*block, r.src.Size)
	s.To = at + r.gap(at, s.To-at)
	return s, past
}

// gap is how many of the n bytes at an offset no block has.
func (r *Reader) gap(at, n int64) int64 {
	for i := at/block + 1; i*block < at+n; i++ {
		if r.cache.has(i) {
			return i*block - at
		}
	}
	return n
}
