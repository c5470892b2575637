package pickle

// kind is what a value is.
type kind uint8

const (
	absent kind = iota
	kNone
	kBool
	kInt
	kFloat
	kStr
	kBytes
	kByteArray
	kList
	kTuple
	kDict
	kSet
	kFrozenSet
	kGlobal
	kInstance
	kPersistent
	kBuffer
	kUnknown
)

var kindNames = [...]string{
	"absent", "none", "bool", "int", "float", "str", "bytes", "bytearray", "list", "tuple",
	"dict", "set", "frozenset", "global", "instance", "persid", "buffer", "unknown",
}

func (k kind) container() bool { return k >= kList && k <= kFrozenSet }

// The encodings of the payload of a str or bytes constant.
const (
	rawText     uint8 = iota // UTF-8 as it stands, or bytes
	latinText                // BINSTRING: the loader's encoding
	quotedText               // STRING: quotes and escapes
	escapedText              // UNICODE: \u and \U
	heldText                 // kept by the machine: a number too big, a name
)

// value is one value of the machine. It has no pointers and 16 bytes, so that stack and
// memo stay small and invisible to the garbage collector.
//
//	none, float, buffer     nothing
//	bool, int               a the number
//	int (big)               x the index of its text
//	str, bytes, bytearray   a the offset of the payload, x its length; if long, x is the
//	                        index of the length
//	containers              x the object; 0 where it was not kept
//	global                  x the index of the global
//	instance                x the object, a the global that was called; -1 if computed
//	persistent id           x the index of the fact
type value struct {
	kind kind
	// impure: no constant. A container is impure where its object is. An impure value is
	// walked where a call takes it.
	impure bool
	// long: x is an index where it would be a length or number otherwise.
	long     bool
	encoding uint8
	x        uint32
	a        int64
}

// valueSize, objectSize and farSize are the bytes that the memory of a stream is charged
// for a value, an object and an entry of the memo that is far from the others.
const (
	valueSize  = 16
	objectSize = 72
	farSize    = 80
)

// object is what a container holds, or a call result was called with.
type object struct {
	kids       []value // of an instance: arguments, keyword arguments, state
	count      int64   // of all children, kept or not
	at         int64   // offset of the opcode that made it
	visit      uint32  // the last walk that came by
	depth      uint32  // of the containers inside, when it was filled
	weight     uint32  // of all values inside, those that are shared as often as they are named
	impure     bool    // what it holds is not only constants
	inside     bool    // a container or a call has it
	slot       uint32  // of the memo that has it, plus one
	shared     bool    // more than one place of stack and memo may name it
	frozen     bool    // a strict call took it
	safe       bool    // of an instance: the call was safe
	overridden bool    // of an instance: its state has methods that later opcodes call
	built      bool    // of an instance: a BUILD was done
}

// page is how many objects, or entries of the memo, are allocated together: few, since
// most streams are small.
const page = 1 << 8

// chunk bounds how many children are allocated together.
const chunk = 1 << 12

// heap holds objects and their children in pages, up to a budget.
type heap struct {
	objects [][]object
	used    uint32
	chunk   []value // children are cut from, up to pos
	pos     int
	kept    int // children allocated
	limits  *Limits
	room    *int64
	walk    uint32
}

func (h *heap) object(x uint32) *object { return &h.objects[(x-1)/page][(x-1)%page] }

// alloc returns a new object, or 0 where the budget is spent.
func (h *heap) alloc(at int64) uint32 {
	if int(h.used) >= h.limits.Values/4 {
		return 0
	}
	if int(h.used) == len(h.objects)*page {
		if !take(h.room, page*objectSize) {
			return 0
		}
		h.objects = append(h.objects, make([]object, page))
	}
	h.used++
	*h.object(h.used) = object{at: at}
	return h.used
}

// release gives back the newest object, and its children where they are the newest too.
func (h *heap) release(x uint32) {
	o := h.object(x)
	h.used--
	n := cap(o.kids)
	if n == 0 {
		return
	}
	h.kept -= n
	if n <= h.pos && &o.kids[:n][n-1] == &h.chunk[h.pos-1] {
		h.pos -= n
	}
	o.kids = nil
}

// hold returns room for n more values behind kids, or nil where the budget is spent.
func (h *heap) hold(kids []value, n int) []value {
	if cap(kids)-len(kids) >= n {
		return kids
	}
	size := max(len(kids)+n, 2*len(kids))
	if h.kept+size > h.limits.Values {
		return nil
	}
	if size > chunk/4 {
		if !take(h.room, int64(size)*valueSize) {
			return nil
		}
		h.kept += size
		return append(make([]value, 0, size), kids...)
	}
	if len(h.chunk)-h.pos < size {
		n := max(size, min(chunk, h.kept))
		if !take(h.room, int64(n)*valueSize) {
			return nil
		}
		h.chunk, h.pos = make([]value, n), 0
	}
	h.kept += size
	out := h.chunk[h.pos : h.pos+len(kids) : h.pos+size]
	h.pos += size
	copy(out, kids)
	return out
}

// memo maps indexes to values: pages for the dense part, a map for the rest.
type memo struct {
	pages [][]value
	far   map[uint32]value
	count int    // occupied slots
	last  uint32 // the newest index
}

func (m *memo) get(i uint32) value {
	if p := int(i / page); p < len(m.pages) {
		return m.pages[p][i%page]
	}
	return m.far[i]
}

// put stores v and tells whether the slot was empty, and whether there was room.
func (m *memo) put(i uint32, v value, room *int64) (fresh, ok bool) {
	m.last = i
	p := int(i / page)
	if p == len(m.pages) && int(i) < m.count+page {
		if !take(room, page*valueSize+24) {
			return true, false
		}
		m.pages = append(m.pages, make([]value, page))
		m.gather(uint32(p))
	}
	if p < len(m.pages) {
		slot := &m.pages[p][i%page]
		fresh = slot.kind == absent
		*slot = v
		if fresh {
			m.count++
		}
		return fresh, true
	}
	if m.far == nil {
		m.far = map[uint32]value{}
	}
	if _, had := m.far[i]; !had {
		if !take(room, farSize) {
			return true, false
		}
		m.count++
		fresh = true
	}
	m.far[i] = v
	return fresh, true
}

// replace puts another value in a slot that is occupied.
func (m *memo) replace(i uint32, v value) {
	if p := int(i / page); p < len(m.pages) {
		m.pages[p][i%page] = v
		return
	}
	m.far[i] = v
}

// gather moves the far values of page p to it.
func (m *memo) gather(p uint32) {
	if len(m.far) == 0 {
		return
	}
	for i := range uint32(page) {
		if v, ok := m.far[p*page+i]; ok {
			m.pages[p][i] = v
			delete(m.far, p*page+i)
		}
	}
}
