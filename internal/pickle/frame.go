package pickle

import (
	"bytes"
	"math"
)

func (m *machine) protocol() {
	b := m.need(1)
	if b == nil {
		return
	}
	if b[0] > 5 {
		m.fail("protocol %d is not known", b[0])
		return
	}
	if m.proto || m.res.Opcodes > 1 {
		m.unusual("proto-misplaced")
	}
	m.proto = true
	m.res.Protocol = int(b[0])
}

func (m *machine) frame() {
	n := m.length8()
	if m.done {
		return
	}
	if m.opts.framed {
		if m.frameEnd != math.MaxInt64 && n <= m.frameEnd-m.offset() {
			return
		}
		m.drop(n)
	}
	left := m.end - m.offset()
	if n < 0 || n > left {
		m.badFrame("too-long", n)
		return
	}
	if m.frameEnd != math.MaxInt64 {
		m.badFrame("nested", n)
	}
	m.frameEnd = m.offset() + n
}

// leaveFrame ends the frame that the last opcode reached the end of.
func (m *machine) leaveFrame() {
	if m.at > m.frameEnd {
		m.badFrame("crossing", 0)
	}
	m.frameEnd = math.MaxInt64
}

func (m *machine) badFrame(problem string, n int64) {
	m.unproven("a frame that is "+problem, m.at)
	if len(m.res.Frames) < m.opts.Limits.Facts {
		m.res.Frames = append(m.res.Frames, Frame{problem, n, m.at})
	}
}

func (m *machine) stop() {
	top := m.pop()
	if m.done {
		return
	}
	m.done = true
	m.res.Stopped = true
	if m.frameEnd != math.MaxInt64 && m.offset() != m.frameEnd {
		problem := "too-long"
		if m.offset() > m.frameEnd {
			problem = "crossing"
		}
		m.badFrame(problem, m.frameEnd-m.offset())
	}
	m.res.Top = m.export(top)
}

// crossed tells whether a frame ends inside an opcode, or may do so where the stream
// broke.
func (m *machine) crossed() bool {
	if m.res.Malformed != "" && m.frameEnd != math.MaxInt64 {
		return true
	}
	for _, f := range m.res.Frames {
		if f.Problem != "too-long" {
			return true
		}
	}
	return false
}

// readFramed adds what the unpickler in C reads where a frame is crossed: it holds one
// frame at a time, and what is left of it at a read that is longer is lost.
func (m *machine) readFramed(opts Options) {
	end := m.cur.Offset()
	if m.cur.SeekTo(m.res.Start) != nil {
		return
	}
	opts.framed, opts.Joblib = true, false
	other := Run(m.ctx, m.cur, opts)
	if other.Stopped && m.res.Malformed != "" {
		m.res.Malformed, m.res.BrokenAt, m.res.Stopped, m.res.End = "", 0, true, other.End
		end = other.End
	}
	m.res.alsoReads(other, m.opts.Limits.Facts)
	if m.cur.SeekTo(end) != nil {
		m.res.Malformed = "the stream ends behind the input"
	}
}

// drop passes over the rest of a frame that has some of the next n bytes but not all.
func (m *machine) drop(n int64) {
	if off := m.offset(); off < m.frameEnd && m.frameEnd != math.MaxInt64 && n > m.frameEnd-off {
		m.seek(m.frameEnd)
		m.frameEnd = math.MaxInt64
	}
}

// dropLine does the same for a line.
func (m *machine) dropLine() {
	left := m.frameEnd - m.offset()
	if m.frameEnd == math.MaxInt64 || left <= 0 ||
		bytes.IndexByte(m.win[m.pos:min(int64(len(m.win)), int64(m.pos)+left)], '\n') >= 0 {
		return
	}
	for off := m.offset(); off < m.frameEnd && m.ctx.Err() == nil; off += window {
		if bytes.IndexByte(m.peekAt(off, int(min(window, m.frameEnd-off))), '\n') >= 0 {
			return
		}
	}
	m.drop(left + 1)
}
