package pickle

import "math"

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
	left := m.end - m.offset()
	switch {
	case m.frameEnd != math.MaxInt64:
		m.badFrame("nested", n)
	case n < 0 || n > left:
		m.badFrame("too-long", n)
		return
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
