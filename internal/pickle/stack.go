package pickle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/binary"
)

// window is how much of the input the machine looks at without asking the cursor.
const window = 64 << 10

// machine runs one stream.
type machine struct {
	ctx   context.Context
	cur   *binary.Cursor
	opts  Options
	lists *Lists
	res   *Result

	win  []byte // of the cursor, from offset base
	pos  int    // in win
	base int64
	at   int64 // offset of the opcode that runs
	end  int64 // of the input

	stack []value
	marks []int
	fence int // nothing below is reachable
	memo  memo
	wide  map[string]value // of the memo, at indexes of more than 32 bits
	heap  heap

	globals  []global
	known    map[globalKey]uint32
	kept     int        // bytes in texts
	texts    [][]string // of held values, in pages
	lengths  []int64    // of long payloads
	heads    map[int64]string
	headed   int // bytes in heads
	walked   int // values that walks looked at
	strange  int // persistent ids that are no storage of torch
	room     *int64
	decoded  int64 // bytes of constants that were decoded or run
	suspects []suspect

	frameEnd int64
	done     bool
	late     bool // something held by another became impure: no walk may stop early
	proto    bool // a PROTO was seen
}

func newMachine(ctx context.Context, cur *binary.Cursor, opts Options) *machine {
	opts.Limits = opts.Limits.withDefaults()
	m := &machine{
		ctx: ctx, cur: cur, opts: opts, lists: opts.Lists,
		base: cur.Offset(), at: cur.Offset(), end: cur.Offset() + cur.Remaining(),
		frameEnd: math.MaxInt64, known: map[globalKey]uint32{},
		res: &Result{
			Start: cur.Offset(), Grammar: Grammar{OK: true}, WeightsOnly: WeightsOnly{OK: true},
			imports: map[[2]string]int{}, calls: map[callKey]int{},
			persistent: map[string]int{}, others: map[string]bool{},
		},
	}
	if m.lists == nil {
		m.lists = DefaultLists()
	}
	if m.opts.room == nil {
		left := opts.Limits.Memory
		m.opts.room = &left
	}
	m.room = m.opts.room
	m.heap.limits, m.heap.room = &m.opts.Limits, m.room
	return m
}

// offset is that of the next byte.
func (m *machine) offset() int64 { return m.base + int64(m.pos) }

// refill makes n bytes available in the window where there are as many.
func (m *machine) refill(n int) bool {
	off := m.offset()
	if m.end-off < int64(n) {
		m.res.cut = true
		return false
	}
	if err := m.cur.SeekTo(off); err != nil {
		return false
	}
	b, err := m.cur.Peek(int(min(window, m.end-off)))
	if err != nil && !errors.Is(err, binary.ErrTruncated) {
		m.spent("read", 0, "unreadable: "+err.Error())
	}
	if err != nil || len(b) < n {
		return false
	}
	m.win, m.pos, m.base = b, 0, off
	return true
}

// need takes the next n bytes, at most a window.
func (m *machine) need(n int) []byte {
	if m.opts.framed {
		m.drop(int64(n))
	}
	if len(m.win)-m.pos < n && !m.refill(n) {
		m.fail("the stream ends inside %s", m.name())
		return nil
	}
	b := m.win[m.pos : m.pos+n]
	m.pos += n
	return b
}

// skip passes over a payload of n bytes.
func (m *machine) skip(n int64) bool {
	if n < 0 || n > m.end-m.offset() {
		m.res.cut = n >= 0
		m.fail("%s claims %d bytes of %d that are left", m.name(), n, m.end-m.offset())
		return false
	}
	if n <= int64(len(m.win)-m.pos) {
		m.pos += int(n)
		return true
	}
	m.seek(m.offset() + n)
	return true
}

// seek moves to an offset, which is in the input.
func (m *machine) seek(off int64) {
	if in := off - m.base; in >= 0 && in <= int64(len(m.win)) {
		m.pos = int(in)
		return
	}
	m.win, m.pos, m.base = nil, 0, off
}

// line takes the bytes up to a newline, at most limit, and passes the newline.
func (m *machine) line(limit int) []byte {
	if m.opts.framed {
		m.dropLine()
	}
	if i := bytes.IndexByte(m.win[m.pos:], '\n'); i >= 0 && i <= limit {
		b := m.win[m.pos : m.pos+i]
		m.pos += i + 1
		return b
	}
	size := min(int64(limit)+1, m.end-m.offset(), window)
	if !m.refill(int(size)) {
		m.fail("the stream ends inside %s", m.name())
		return nil
	}
	i := bytes.IndexByte(m.win[:min(len(m.win), limit+1)], '\n')
	if i < 0 {
		if int64(limit) < m.end-m.offset() {
			m.giveUp("line", int64(limit), "a line of text is longer than the limit")
		}
		m.fail("no end of the line of %s", m.name())
		return nil
	}
	m.pos = i + 1
	return m.win[:i]
}

// payload passes over a line of any length.
func (m *machine) payload() (from, n int64, ok bool) {
	if m.opts.framed {
		m.dropLine()
	}
	from = m.offset()
	for {
		if i := bytes.IndexByte(m.win[m.pos:], '\n'); i >= 0 {
			m.pos += i + 1
			return from, m.offset() - 1 - from, true
		}
		m.pos = len(m.win)
		if m.ctx.Err() != nil || !m.refill(1) {
			m.fail("no end of the line of %s", m.name())
			return 0, 0, false
		}
	}
}

// afford takes n bytes from what may be decoded in all.
func (m *machine) afford(n int64) bool {
	if n > m.opts.Limits.Inflate-m.decoded || !m.take(n) {
		m.spent("nested", m.opts.Limits.Inflate, "more nested bytes than are decoded")
		return false
	}
	m.decoded += n
	return true
}

// peekAt returns up to n bytes at an offset without moving.
func (m *machine) peekAt(off int64, n int) []byte {
	if in := off - m.base; in >= 0 && in+int64(n) <= int64(len(m.win)) {
		return m.win[in : in+int64(n)]
	}
	if err := m.cur.SeekTo(off); err != nil {
		return nil
	}
	b, err := m.cur.Peek(int(min(int64(n), m.end-off, window)))
	here := m.offset()
	if err != nil {
		b = nil
	}
	b = bytes.Clone(b)
	// The cursor's window has moved; take it again at the next need.
	m.win, m.pos, m.base = nil, 0, here
	return b
}

func (m *machine) name() string {
	b := m.peekByte(m.at)
	if n := opcodes[b].name; n != "" {
		return n
	}
	return fmt.Sprintf("byte 0x%02x", b)
}

func (m *machine) peekByte(off int64) byte {
	if b := m.peekAt(off, 1); len(b) == 1 {
		return b[0]
	}
	return 0
}

// fail says that a load would raise here. What came before stands.
func (m *machine) fail(format string, args ...any) {
	if m.done {
		return
	}
	m.done = true
	m.res.Malformed = fmt.Sprintf(format, args...)
	m.res.BrokenAt = m.at
	m.unproven("malformed: "+m.res.Malformed, m.at)
}

// spent says that a budget does not allow to go on, or to see all.
func (m *machine) spent(budget string, limit int64, reason string) {
	m.unproven("unfinished: "+reason, m.at)
	for _, i := range m.res.Incomplete {
		if i.Budget == budget {
			return
		}
	}
	m.res.Incomplete = append(m.res.Incomplete, gate.Incomplete{Reason: "pickle: " + reason, Budget: budget, Limit: limit})
}

// giveUp says that a budget does not allow to go on. The stream is neither whole nor
// broken.
func (m *machine) giveUp(budget string, limit int64, reason string) {
	if m.done {
		return
	}
	m.done = true
	m.spent(budget, limit, reason)
	m.restricted("unfinished: " + reason)
}

// full gives up where the memory is spent.
func (m *machine) full() {
	m.giveUp("memory", m.opts.Limits.Memory, "more values than are held at once")
}

// take takes n bytes from the memory of this stream and those around it.
func (m *machine) take(n int64) bool { return take(m.room, n) }

func take(room *int64, n int64) bool {
	if *room < n {
		return false
	}
	*room -= n
	return true
}

// unproven takes the proof away; the first reason holds.
func (m *machine) unproven(reason string, at int64) {
	if m.res.Grammar.OK {
		m.res.Grammar = Grammar{Reason: reason, Offset: at}
	}
}

func (m *machine) push(v value) {
	if len(m.stack) == cap(m.stack) && !m.deepen() {
		return
	}
	m.stack = append(m.stack, v)
}

// deepen makes room for further values on the stack.
func (m *machine) deepen() bool {
	size := min(max(64, 2*cap(m.stack)), m.opts.Limits.Stack)
	if size <= len(m.stack) {
		m.giveUp("stack", int64(m.opts.Limits.Stack), "the stack is deeper than the limit")
		return false
	}
	if !m.take(int64(size) * valueSize) {
		m.full()
		return false
	}
	m.stack = append(make([]value, 0, size), m.stack...)
	return true
}

// pop takes the top of the stack.
func (m *machine) pop() value {
	if len(m.stack) <= m.fence {
		m.fail("stack underflow at %s", m.name())
		return value{}
	}
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return v
}

// top is the top of the stack, which stays.
func (m *machine) top() *value {
	if len(m.stack) <= m.fence {
		m.fail("stack underflow at %s", m.name())
		return &value{}
	}
	return &m.stack[len(m.stack)-1]
}

func (m *machine) mark() {
	if len(m.marks) == cap(m.marks) {
		size := min(max(64, 2*cap(m.marks)), m.opts.Limits.Marks)
		if size <= len(m.marks) {
			m.giveUp("marks", int64(m.opts.Limits.Marks), "there are more marks than the limit")
			return
		}
		if !m.take(int64(size) * 8) {
			m.full()
			return
		}
		m.marks = append(make([]int, 0, size), m.marks...)
	}
	m.marks = append(m.marks, len(m.stack))
	m.fence = len(m.stack)
}

// popMark returns the place of the newest mark and removes it.
func (m *machine) popMark() (int, bool) {
	if len(m.marks) == 0 {
		m.fail("no MARK for %s", m.name())
		return 0, false
	}
	at := m.marks[len(m.marks)-1]
	m.marks = m.marks[:len(m.marks)-1]
	m.fence = 0
	if len(m.marks) > 0 {
		m.fence = m.marks[len(m.marks)-1]
	}
	return at, true
}
