package hub

import (
	"context"
	"io"
	"sync"
	"time"
)

// body bounds the reading of an answer: each wait for bytes, and the bytes that come in
// the time that was waited.
type body struct {
	io.ReadCloser
	ctx     context.Context
	cancel  context.CancelCauseFunc
	idle    time.Duration
	timer   *time.Timer
	count   func(int)
	release func()

	waited time.Duration
	got    int64
}

// minRate is the least number of bytes per second, over twice the time-out.
const minRate = 1 << 10

func (c *Client) newBody(ctx context.Context, cancel context.CancelCauseFunc, h *host, m *meter, r io.ReadCloser) *body {
	b := &body{ReadCloser: r, ctx: ctx, cancel: cancel, idle: c.cfg.DownloadTimeout}
	b.timer = time.AfterFunc(b.idle, func() { cancel(errStalled) })
	b.timer.Stop()
	b.count = func(n int) {
		c.bytes.Add(int64(n))
		if m != nil {
			m.bytes.Add(int64(n))
		}
	}
	b.release = sync.OnceFunc(func() {
		cancel(nil)
		h.release()
	})
	return b
}

func (b *body) Read(p []byte) (int, error) {
	b.timer.Reset(b.idle)
	start := time.Now()
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	b.count(n)
	b.waited += time.Since(start)
	b.got += int64(n)
	if b.waited > 2*b.idle {
		if err == nil && float64(b.got) < minRate*b.waited.Seconds() {
			b.cancel(errStalled) // the next read fails too
			err = errStalled
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

func (b *body) Close() error {
	b.timer.Stop()
	err := b.ReadCloser.Close()
	b.release()
	return err
}
