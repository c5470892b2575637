package httpsafe

import (
	"context"
	"errors"
	"io"
	"time"
)

// ErrTooLong says that an answer is longer than it may be.
var ErrTooLong = errors.New("the answer is too long")

// ErrStalled says that an answer began and did not go on.
var ErrStalled = errors.New("the answer stopped coming")

// minRate is the least number of bytes per second, over twice the time that may pass
// without any.
const minRate = 1 << 10

// ReadAll reads a body of at most limit bytes.
func ReadAll(body io.Reader, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = ErrTooLong
	}
	return text, err
}

// Ended tells that a body has no further byte.
func Ended(body io.Reader) bool {
	var b [1]byte
	n, _ := body.Read(b[:])
	return n == 0
}

// body bounds the reading of an answer: each wait for bytes, and the bytes that come in
// the time that was waited.
type body struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	idle   time.Duration
	timer  *time.Timer
	meters meters
	done   func() // gives back what the answer holds

	waited time.Duration
	got    int64
}

func newBody(ctx context.Context, cancel context.CancelCauseFunc, r io.ReadCloser, idle time.Duration, done func()) *body {
	b := &body{ReadCloser: r, ctx: ctx, cancel: cancel, idle: idle, meters: metersOf(ctx), done: done}
	b.timer = time.AfterFunc(idle, func() { cancel(ErrStalled) })
	b.timer.Stop()
	return b
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	b.timer.Reset(b.idle)
	start := time.Now()
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	b.meters.add(0, int64(n))
	b.waited += time.Since(start)
	b.got += int64(n)
	if b.waited > 2*b.idle {
		if err == nil && float64(b.got) < minRate*b.waited.Seconds() {
			b.cancel(ErrStalled) // the next read fails too
			err = ErrStalled
		}
		b.waited, b.got = 0, 0
	}
	if err != nil && err != io.EOF {
		if cause := context.Cause(b.ctx); cause != nil {
			err = cause
		}
	}
	return n, err
}

// Close implements io.Closer.
func (b *body) Close() error {
	b.timer.Stop()
	err := b.ReadCloser.Close()
	b.done()
	return err
}
