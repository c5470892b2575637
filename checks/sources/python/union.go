package python

import (
	"cmp"
	"slices"
)

// maxSet bounds the strings that an expression may be, maxComposed those of them that
// were put together.
const (
	maxSet      = 2048
	maxComposed = 256
)

// maxOf bounds the alternatives of the other kinds: what has more is code of a generality
// that has no model in it.
var maxOf = [...]int{unknown: 8, text: maxSet, constant: 16, list: 256, dict: 256, symbol: 32, function: 16, class: 16, instance: 16, namespace: 1}

// identity is what two values have in common that are one alternative: the place of a
// string, the path of a symbol, the place where a list or dict was written.
type identity struct {
	kind       kind
	text       string
	start, end int
}

func (v *value) identity() identity {
	id := identity{kind: v.kind, start: v.start, end: v.end}
	switch v.kind {
	case text:
		id.text = v.text
	case constant:
		return identity{kind: constant, text: v.text}
	case unknown:
		return identity{kind: unknown, text: cmp.Or(v.member, v.variable)}
	case symbol:
		return identity{kind: symbol, text: v.text}
	case function:
		start, end := v.fn.node.Range()
		return identity{kind: function, start: start, end: end}
	case class, instance:
		id.text = v.class.name
	case namespace:
		return identity{kind: namespace}
	}
	return id
}

// same compares the identities of two values of a kind.
func (v *value) same(w *value) bool {
	switch v.kind {
	case text:
		return v.start == w.start && v.end == w.end && v.text == w.text
	case list, dict:
		return v.start == w.start && v.end == w.end
	case constant, symbol:
		return v.text == w.text
	}
	return v.identity() == w.identity()
}

// union is the set of the values of several. Of a list or dict that was changed on some
// ways and not on others it holds one that has what all of them have.
func (m *machine) union(sets ...set) set {
	var first, second set
	n, filled := 0, 0
	for _, s := range sets {
		if len(s) > 0 && (filled == 0 || !sameSet(first, s)) {
			if filled == 0 {
				first = s
			} else {
				second = s
			}
			filled++
			n += len(s)
		}
	}
	if filled < 2 {
		return first
	}
	if m.steps += n / 4; n > indexedSize {
		m.steps += n
	}
	if filled == 2 && within(second, first) {
		return first
	}
	b := builder{m: m, set: make(set, 0, min(n, 16))}
	for _, s := range sets {
		for _, v := range s {
			b.add(v)
		}
	}
	return slices.Clip(b.set) // sets are shared, and added to
}

func sameSet(a, b set) bool {
	if len(a) != len(b) {
		return false
	}
	return len(a) == 0 || &a[0] == &b[0]
}

// maxCompared bounds the comparisons of one set with another.
const maxCompared = 4096

// within tells whether all of one set is seen to be in another.
func within(part, whole set) bool {
	if len(part) > len(whole) || len(part)*len(whole) > maxCompared {
		return false
	}
	for _, v := range part {
		if !slices.Contains(whole, v) {
			return false
		}
	}
	return true
}

// builder puts a set together.
type builder struct {
	m        *machine
	set      set
	index    map[identity]int // once there are many
	composed int
	count    [namespace + 1]int
}

// indexed is the size from which a builder keeps an index.
const indexedSize = 24

func (b *builder) add(v *value) {
	if i := b.find(v); i >= 0 {
		if b.set[i] != v && (v.kind == list || v.kind == dict) {
			b.set[i] = b.m.join(b.set[i], v)
		}
		return
	}
	b.count[v.kind]++
	if v.pieces != nil {
		b.composed++
	}
	if b.count[v.kind] > maxOf[v.kind] || b.composed > maxComposed && v.pieces != nil {
		b.drop(v)
		return
	}
	if b.index != nil {
		b.index[v.identity()] = len(b.set)
	}
	b.set = append(b.set, v)
	if len(b.set) == indexedSize {
		b.index = make(map[identity]int, 2*indexedSize)
		for i, w := range b.set {
			b.index[w.identity()] = i
		}
	}
}

// drop leaves an alternative out, and says so where it may have named a model.
func (b *builder) drop(v *value) {
	switch v.kind {
	case text:
		_, id := hub(v.text)
		b.m.cut = b.m.cut || id || v.pieces != nil && looksLikeCommand(v.text)
	case function:
		b.m.report.unfollowed[v.fn] = true
	case list, dict:
		for _, w := range flat(one(v)).known() {
			b.drop(w)
		}
		for _, p := range v.pairs {
			for _, w := range p.value.known() {
				b.drop(w)
			}
		}
	}
}

func (b *builder) find(v *value) int {
	if b.index != nil {
		if i, ok := b.index[v.identity()]; ok {
			return i
		}
		return -1
	}
	for i, w := range b.set {
		if w == v || w.kind == v.kind && w.same(v) {
			return i
		}
	}
	return -1
}

// join is a list or dict that has what two forms of it have.
func (m *machine) join(a, b *value) *value {
	m.steps += len(a.elts) + len(a.pairs)
	out := *a
	out.partial = a.partial || b.partial
	if a.kind == list {
		if len(b.elts) > len(a.elts) {
			a, b = b, a
		}
		out.elts = make([]set, len(a.elts))
		for i, e := range a.elts {
			if i < len(b.elts) {
				e = m.union(e, b.elts[i])
			}
			out.elts[i] = e
		}
		return out.nested()
	}
	out.pairs = append([]pair(nil), a.pairs...)
	at := make(map[string]int, len(out.pairs))
	for i, p := range out.pairs {
		at[p.key] = i
	}
	for _, p := range b.pairs {
		if i, ok := at[p.key]; ok && p.key != "" {
			out.pairs[i].value = m.union(out.pairs[i].value, p.value)
			delete(at, p.key)
		} else if len(out.pairs) < maxItems {
			p.value = m.union(p.value, absent)
			out.pairs = append(out.pairs, p)
		}
	}
	for _, i := range at { // what only the first form has
		out.pairs[i].value = m.union(out.pairs[i].value, absent)
	}
	return out.nested()
}
