package cli

import (
	"fmt"
	"sync"
	"time"
)

// progress shows on a terminal how far long work is; elsewhere it is silent.
type progress struct {
	cmd   *Command
	what  string
	shown bool
	next  time.Time
	mu    sync.Mutex
}

// progress returns the progress of some work, shown once it takes half a second.
func (c *Command) progress(what string) *progress {
	if !terminal(c.Stderr) {
		return &progress{}
	}
	return &progress{cmd: c, what: what, next: time.Now().Add(500 * time.Millisecond)}
}

func (p *progress) step(done, all int) {
	if p.cmd == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.After(p.next) {
		p.next, p.shown = now.Add(100*time.Millisecond), true
		fmt.Fprintf(p.cmd.Stderr, "\r\x1b[K%d of %d %s", done, all, p.what)
	}
}

// done removes what was shown.
func (p *progress) done() {
	if p.shown {
		fmt.Fprint(p.cmd.Stderr, "\r\x1b[K")
	}
}
