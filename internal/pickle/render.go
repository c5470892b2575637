package pickle

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// shownLimit caps a rendered call, shownString a constant in it, shownDepth its nesting.
const (
	shownLimit  = 300
	shownString = 120
	shownDepth  = 8
)

// length is that of a str or bytes constant, in bytes as it is written.
func (m *machine) length(v value) int64 {
	switch {
	case v.encoding == heldText:
		return int64(len(m.held(v)))
	case v.long:
		return m.lengths[v.x]
	}
	return int64(v.x)
}

// mostText bounds the bytes of the numbers and ids whose text is kept.
const mostText = 24 << 20

// hold returns a value whose text the machine keeps. Of numbers without end only the
// first are told.
func (m *machine) hold(k kind, text string) value {
	cost := len(text) + 2*valueSize
	if m.kept+cost > mostText || !m.take(int64(cost)) {
		if k == kInt {
			return value{kind: k, long: true, encoding: heldText, x: math.MaxUint32}
		}
		m.full()
		return value{kind: kUnknown, impure: true}
	}
	m.kept += cost
	last := len(m.texts) - 1
	if last < 0 || len(m.texts[last]) == page {
		m.texts = append(m.texts, make([]string, 0, page))
		last++
	}
	m.texts[last] = append(m.texts[last], text)
	return value{kind: k, long: true, encoding: heldText, x: uint32(last*page + len(m.texts[last]) - 1)}
}

// held is the text of a value that the machine keeps.
func (m *machine) held(v value) string {
	if p := int(v.x / page); p < len(m.texts) {
		return m.texts[p][v.x%page]
	}
	return "<int>"
}

// str is the text of a constant, its head where it is long. The heads that were asked
// for are kept, since names and keys are asked for again and again.
func (m *machine) str(v value) string {
	if v.encoding == heldText {
		return m.held(v)
	}
	if s, ok := m.heads[v.a]; ok {
		return s
	}
	b := m.peekAt(v.a, int(min(m.length(v), int64(m.opts.Limits.Head))))
	var s string
	switch v.encoding {
	case latinText:
		s = latin1(b)
	case quotedText:
		s = unquote(b)
	case escapedText:
		s = unescape(b)
	default:
		s = string(b)
	}
	const keep = 2 << 20
	if m.heads == nil || m.headed+len(s) > keep {
		m.heads, m.headed = map[int64]string{}, 0
	}
	m.heads[v.a] = s
	m.headed += len(s) + 64
	return s
}

// show renders a value as pseudo-Python.
func (m *machine) show(v value) string {
	var b strings.Builder
	m.render(&b, v, 0)
	return cut(b.String())
}

func (m *machine) showCall(fn, args, kwargs value) string {
	var b strings.Builder
	m.render(&b, fn, 1)
	m.renderArgs(&b, args, kwargs, 1)
	return cut(b.String())
}

func (m *machine) showArgs(args value) string {
	var b strings.Builder
	m.renderArgs(&b, args, value{}, 1)
	return cut(b.String())
}

// showChange renders BUILD as an update of __dict__ and the others as the methods that
// they call.
func (m *machine) showChange(target value, items []value, op string) string {
	var b strings.Builder
	m.render(&b, target, 1)
	switch op {
	case "BUILD":
		b.WriteString(".__setstate__(")
	case "SETITEM", "SETITEMS":
		b.WriteString(".update(")
	case "ADDITEMS":
		b.WriteString(".add(")
	default:
		b.WriteString(".append(")
	}
	m.renderItems(&b, items, 1)
	b.WriteByte(')')
	return cut(b.String())
}

func cut(s string) string {
	if len(s) <= shownLimit {
		return s
	}
	s = s[:shownLimit]
	for len(s) > 0 && !utf8.ValidString(s[max(0, len(s)-4):]) && !utf8.RuneStart(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return strings.ToValidUTF8(s, "") + "…"
}

func (m *machine) render(b *strings.Builder, v value, depth int) {
	if b.Len() > shownLimit || depth > shownDepth {
		b.WriteString("…")
		return
	}
	switch v.kind {
	case kNone:
		b.WriteString("None")
	case kBool:
		b.WriteString(map[bool]string{true: "True", false: "False"}[v.a != 0])
	case kInt:
		if v.long {
			b.WriteString(m.held(v)[:min(64, len(m.held(v)))])
		} else {
			b.WriteString(strconv.FormatInt(v.a, 10))
		}
	case kFloat:
		b.WriteString(strconv.FormatFloat(math.Float64frombits(uint64(v.a)), 'g', -1, 64))
	case kStr, kBytes, kByteArray:
		m.renderText(b, v)
	case kGlobal:
		b.WriteString(m.globals[v.x].String())
	case kInstance:
		m.renderInstance(b, v, depth)
	case kPersistent:
		p := &m.res.Persistent[v.x]
		if p.Class == "storage" && p.Problem == "" {
			fmt.Fprintf(b, "%s(key=%s, numel=%d)", p.Type, p.Key, p.Numel)
			return
		}
		b.WriteString("persistent_load(" + p.Text + ")")
	case kBuffer:
		b.WriteString("<buffer>")
	case kUnknown, absent:
		b.WriteString("<computed>")
	default:
		m.renderContainer(b, v, depth)
	}
}

func (m *machine) renderText(b *strings.Builder, v value) {
	switch v.kind {
	case kBytes:
		b.WriteByte('b')
	case kByteArray:
		b.WriteString("bytearray(b")
	}
	s := m.str(v)
	short := s
	if len(s) > shownString {
		short = strings.ToValidUTF8(s[:shownString], "")
	}
	b.WriteString(pythonQuote(short))
	if len(short) < len(s) || m.length(v) > int64(m.opts.Limits.Head) {
		b.WriteString("…")
	}
	if v.kind == kByteArray {
		b.WriteByte(')')
	}
}

// pythonQuote quotes with single quotes, escaping what a terminal should not get.
func pythonQuote(s string) string {
	q := strconv.QuoteToGraphic(s)
	q = strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
	return "'" + strings.ReplaceAll(q, "'", `\'`) + "'"
}

func (m *machine) renderInstance(b *strings.Builder, v value, depth int) {
	callee := value{kind: kUnknown}
	if v.a >= 0 {
		callee = value{kind: kGlobal, x: uint32(v.a)}
	}
	m.render(b, callee, depth+1)
	if o := m.object(v); o != nil && len(o.kids) >= 2 {
		m.renderArgs(b, o.kids[0], o.kids[1], depth+1)
		return
	}
	b.WriteString("(…)")
}

func (m *machine) renderArgs(b *strings.Builder, args, kwargs value, depth int) {
	b.WriteByte('(')
	if o := m.object(args); o != nil && args.kind == kTuple {
		m.renderItems(b, o.kids, depth)
	} else {
		b.WriteByte('*')
		m.render(b, args, depth)
	}
	if kwargs.kind != absent {
		b.WriteString(", **")
		m.render(b, kwargs, depth)
	}
	b.WriteByte(')')
}

func (m *machine) renderItems(b *strings.Builder, items []value, depth int) {
	for i, k := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == 16 || b.Len() > shownLimit {
			b.WriteString("…")
			return
		}
		m.render(b, k, depth+1)
	}
}

var brackets = map[kind][2]string{
	kList: {"[", "]"}, kTuple: {"(", ")"}, kSet: {"{", "}"}, kFrozenSet: {"frozenset({", "})"},
}

func (m *machine) renderContainer(b *strings.Builder, v value, depth int) {
	o := m.object(v)
	if v.kind == kDict {
		b.WriteByte('{')
		for i := 0; o != nil && i+1 < len(o.kids); i += 2 {
			if i > 0 {
				b.WriteString(", ")
			}
			if i >= 16 || b.Len() > shownLimit {
				b.WriteString("…")
				break
			}
			m.render(b, o.kids[i], depth+1)
			b.WriteString(": ")
			m.render(b, o.kids[i+1], depth+1)
		}
		b.WriteByte('}')
		return
	}
	b.WriteString(brackets[v.kind][0])
	if o != nil {
		m.renderItems(b, o.kids, depth)
		if v.kind == kTuple && len(o.kids) == 1 {
			b.WriteByte(',')
		}
	} else if v.a > 0 {
		b.WriteString("…")
	}
	b.WriteString(brackets[v.kind][1])
}

// exportedItems and exportedText cap the items of a Value and the text in them.
const (
	exportedItems = 64 << 10
	exportedText  = 2 << 20
)

// export makes a Value of the value that the stream yields. The items of a list or tuple,
// and the items of those, come without text.
func (m *machine) export(v value) Value {
	room := exportRoom{exportedItems, exportedText}
	out := m.exportItems(v, 2, &room)
	out.Text = m.show(v)
	return out
}

type exportRoom struct{ items, text int }

func (m *machine) exportItems(v value, depth int, room *exportRoom) Value {
	out := m.constant(v)
	room.items--
	room.text -= len(out.Str)
	o := m.object(v)
	if o == nil || !v.kind.container() {
		return out
	}
	out.Len = o.count
	if v.kind != kList && v.kind != kTuple || depth == 0 {
		return out
	}
	for _, k := range o.kids {
		c := m.exportItems(k, depth-1, room)
		if room.items < 0 || room.text < 0 {
			break
		}
		out.Items = append(out.Items, c)
	}
	return out
}

func (m *machine) constant(v value) Value {
	out := Value{Kind: kindNames[v.kind]}
	switch v.kind {
	case kBool, kInt:
		if out.Int = v.a; v.long {
			out.Str, out.Int = m.held(v), 0
		}
	case kStr, kBytes, kByteArray:
		out.Str, out.Len = m.str(v), m.length(v)
	}
	return out
}

func head(b []byte) []byte { return b[:min(len(b), 40)] }
