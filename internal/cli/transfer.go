package cli

import (
	"fmt"
	"sync"
	"time"
)

// transfer shows on a terminal how a download comes on; elsewhere it is silent.
type transfer struct {
	cmd   *Command
	shown bool

	mu    sync.Mutex
	start time.Time
	first int64 // the bytes that were there at the start
	next  time.Time
}

// transfer returns the progress of a download, shown once it takes half a second.
func (c *Command) transfer(quiet bool) *transfer {
	if quiet || !terminal(c.Stderr) {
		return &transfer{}
	}
	return &transfer{cmd: c}
}

func (t *transfer) step(done, all int64) {
	if t.cmd == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if t.start.IsZero() {
		t.start, t.first, t.next = now, done, now.Add(500*time.Millisecond)
	}
	if now.After(t.next) {
		t.next, t.shown = now.Add(200*time.Millisecond), true
		fmt.Fprintf(t.cmd.Stderr, "\r\x1b[K%s", transferred(done, all, done-t.first, now.Sub(t.start)))
	}
}

// done removes what was shown.
func (t *transfer) done() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shown {
		fmt.Fprint(t.cmd.Stderr, "\r\x1b[K")
		t.shown = false
	}
}

// transferred is the line that is shown: bytes, rate and the time that is left.
func transferred(done, all, got int64, took time.Duration) string {
	line := fmt.Sprintf("%s of %s", bytesOf(done), bytesOf(all))
	rate := int64(float64(got) / max(took.Seconds(), 1e-3))
	if rate <= 0 {
		return line
	}
	line = fmt.Sprintf("%s, %s/s", line, bytesOf(rate))
	seconds := (all - done) / rate
	if seconds > 99*3600 {
		return line // nobody waits for that
	}
	return fmt.Sprintf("%s, %v left", line, time.Duration(seconds)*time.Second)
}

// bytesOf is a number of bytes in decimal units.
func bytesOf(n int64) string {
	units := []string{"kB", "MB", "GB", "TB"}
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	value, i := float64(n)/1000, 0
	for ; value >= 1000 && i < len(units)-1; i++ {
		value /= 1000
	}
	return fmt.Sprintf("%.1f %s", value, units[i])
}
