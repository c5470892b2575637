package pickle

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// mostTensors bounds the storages and tensors of one stream; persistentSize and
// tensorSize are the bytes that the memory is charged for one.
const (
	mostTensors    = 1 << 17
	persistentSize = 300
	tensorSize     = 250
)

func (m *machine) persistentID(op byte) {
	var id value
	if op == opPersID {
		b := m.line(m.opts.Limits.Line)
		if m.done {
			return
		}
		id = m.hold(kStr, latin1(b))
	} else {
		id = m.pop()
	}
	if m.done {
		return
	}
	p := m.storageID(id)
	p.Text, p.Offset = m.show(id), m.at
	if p.Class == "module" {
		// Old torch kept the source beside a class: the id is the class.
		m.share(id)
		m.persistent(p)
		m.push(m.object(id).kids[1])
		return
	}
	if p.Class != "storage" && p.Class != "number" || p.Problem != "" {
		m.unproven("a persistent id that is no storage of torch", m.at)
	} else if p.Class == "storage" {
		p.Text = "" // it says no more than the fields
	}
	m.push(value{kind: kPersistent, impure: true, x: m.persistent(p)})
}

// persistent records an id once and returns its index.
func (m *machine) persistent(p PersistentID) uint32 {
	key := p.Class + p.Type + p.Key + "\x00" + p.Text + p.Problem
	if i, ok := m.res.persistent[key]; ok {
		return uint32(i)
	}
	i := len(m.res.Persistent)
	if p.Class == "unknown" || p.Problem != "" {
		m.strange++
	}
	if i >= mostTensors || m.strange > m.opts.Limits.Facts || !m.take(int64(persistentSize+2*len(key)+len(p.Key))) {
		m.spent("facts", mostTensors, "more persistent ids than are kept")
		return 0
	}
	m.res.persistent[key] = i
	m.res.Persistent = append(m.res.Persistent, p)
	return uint32(i)
}

// storageID reads torch's ("storage", class, key, location, numel[, view]).
func (m *machine) storageID(id value) PersistentID {
	if m.opts.Numbered && id.kind == kStr && m.length(id) <= 20 && isNumber(m.str(id)) {
		return PersistentID{Class: "number", Key: m.str(id)}
	}
	o := m.object(id)
	if o == nil || id.kind != kTuple || len(o.kids) < 4 {
		return PersistentID{Class: "unknown"}
	}
	k := o.kids
	switch {
	case m.oneOf(k[0], "module") && k[1].kind == kGlobal:
		return PersistentID{Class: "module", Type: m.globals[k[1].x].String()}
	case !m.oneOf(k[0], "storage") || len(k) < 5:
		return PersistentID{Class: "unknown"}
	}
	p := PersistentID{Class: "storage"}
	item, isStorage := strings.CutPrefix(m.product(k[1]), "storage:")
	switch {
	case k[1].kind != kGlobal || !isStorage:
		p.Problem = "its class is " + m.show(k[1])
	case k[2].kind != kStr || strings.Trim(m.str(k[2]), "0123456789") != "" || m.length(k[2]) == 0 || m.length(k[2]) > 32:
		p.Problem = "its key is " + m.show(k[2])
	case k[3].kind != kStr || !IsDevice(m.str(k[3])):
		p.Problem = "its device is " + m.show(k[3])
	case k[4].kind != kInt || k[4].long || k[4].a < 0:
		p.Problem = "its number of elements is " + m.show(k[4])
	case len(k) > 6 || len(k) == 6 && k[5].kind != kNone && !m.isView(k[5]):
		p.Problem = "its view is " + m.show(k[len(k)-1])
	}
	if k[1].kind == kGlobal {
		p.Type = m.globals[k[1].x].String()
	}
	if p.Problem == "" {
		p.Key, p.Device, p.Numel = m.str(k[2]), m.str(k[3]), k[4].a
		p.Itemsize, _ = strconv.ParseInt(item, 10, 64)
	}
	return p
}

// isNumber tells whether a text is a number as Python writes one that is not negative.
func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == "" && (s[0] != '0' || s == "0")
}

// isView tells whether v is (key, offset, size) of a view on another storage.
func (m *machine) isView(v value) bool {
	o := m.object(v)
	return o != nil && v.kind == kTuple && len(o.kids) == 3 && o.kids[0].kind == kStr &&
		o.kids[1].kind == kInt && o.kids[2].kind == kInt && o.kids[1].a >= 0 && o.kids[2].a >= 0
}

// effects are what a listed call with the right arguments does besides making a value.
func (m *machine) effects(g *global, args value) {
	o := m.object(args)
	if o == nil {
		return
	}
	switch g.name {
	case "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_qtensor":
		m.rebuilt(g, o.kids)
	case "_rebuild_from_type_v2":
		f := &m.globals[o.kids[0].x]
		m.checkCall(f, shapeCalled, o.kids[2], value{})
	case "_load_from_bytes":
		m.embed(o.kids[0])
	case "scalar":
		m.scalar(g, o.kids)
	case "_frombuffer":
		m.checkBuffer(o.kids)
	}
}

// rebuilt records a tensor over a storage.
func (m *machine) rebuilt(g *global, k []value) {
	if len(k) < 4 || g.module != "torch._utils" {
		return
	}
	t := Tensor{Offset: k[1].a, Size: m.numbers(k[2], true), Stride: m.numbers(k[3], true), At: m.at}
	if k[0].kind == kPersistent {
		p := m.res.Persistent[k[0].x]
		t.Storage, t.StorageNumel, t.StorageItem, t.Itemsize = p.Key, p.Numel, p.Itemsize, p.Itemsize
	}
	if g.name == "_rebuild_tensor_v3" {
		item, _ := strings.CutPrefix(m.product(k[6]), "dtype:")
		t.Itemsize, _ = strconv.ParseInt(item, 10, 64)
	}
	if t.Problem = t.Outside(); t.Problem != "" {
		m.unproven(t.Problem, m.at)
	}
	if len(m.res.Tensors) >= mostTensors || !m.take(int64(tensorSize+8*len(t.Size)+8*len(t.Stride))) {
		m.spent("facts", mostTensors, "more tensors than are kept")
		return
	}
	m.res.Tensors = append(m.res.Tensors, t)
}

// Outside says how a view leaves its storage; an empty view cannot.
func (t *Tensor) Outside() string {
	if len(t.Size) != len(t.Stride) {
		return fmt.Sprintf("a tensor with %d sizes and %d strides", len(t.Size), len(t.Stride))
	}
	last := uint64(t.Offset)
	for i, size := range t.Size {
		if size == 0 {
			return ""
		}
		hi, lo := bits.Mul64(uint64(size-1), uint64(t.Stride[i]))
		sum, carry := bits.Add64(last, lo, 0)
		if hi != 0 || carry != 0 || sum > math.MaxInt64 {
			return "a tensor whose extent overflows"
		}
		last = sum
	}
	if t.Storage == "" || t.StorageItem == 0 || t.Itemsize == 0 {
		return ""
	}
	hi, end := bits.Mul64(last+1, uint64(t.Itemsize))
	room, have := bits.Mul64(uint64(t.StorageNumel), uint64(t.StorageItem))
	if hi > room || hi == room && end > have {
		return fmt.Sprintf("a tensor that ends at element %d of a storage of %d", last+1, t.StorageNumel)
	}
	return ""
}

// embed records bytes that torch loads as a file of its own.
func (m *machine) embed(v value) {
	m.unproven("a file inside a constant", m.at)
	if len(m.res.Embedded) >= m.opts.Limits.Facts {
		m.spent("facts", int64(m.opts.Limits.Facts), "more nested files than are kept")
		return
	}
	if v.kind != kInstance {
		m.res.Embedded = append(m.res.Embedded, Embedded{Offset: v.a, Size: m.length(v)})
		return
	}
	data, ok := m.encoded(v)
	if !ok {
		m.spent("nested", m.opts.Limits.Inflate, "a nested file that is not decoded")
		return
	}
	m.res.Embedded = append(m.res.Embedded, Embedded{Offset: m.at, Size: int64(len(data)), Data: data})
}

// encoded is the bytes of _codecs.encode(text, "latin1"), as protocol 2 writes bytes.
func (m *machine) encoded(v value) ([]byte, bool) {
	o := m.object(v)
	if o == nil || len(o.kids) == 0 {
		return nil, false
	}
	args := m.object(o.kids[0])
	if args == nil || len(args.kids) == 0 {
		return []byte{}, true
	}
	text := args.kids[0]
	if text.kind != kStr || text.encoding == heldText || !m.afford(m.length(text)) {
		return nil, false
	}
	data := m.readAt(text.a, m.length(text))
	switch text.encoding {
	case rawText:
		return latin1InPlace(data), data != nil
	case escapedText:
		return fromLatin1(unescape(data)), data != nil
	default:
		return data, data != nil
	}
}

// readAt reads n bytes at an offset, without moving.
func (m *machine) readAt(off, n int64) []byte {
	here := m.offset()
	m.win, m.pos, m.base = nil, 0, here
	if err := m.cur.SeekTo(off); err != nil {
		return nil
	}
	b, err := m.cur.Bytes(n)
	if err != nil {
		return nil
	}
	return b
}
