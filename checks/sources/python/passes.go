package python

import "strings"

// What is kept from one run of a module to the next.
const (
	keptField    = 'f' // options and fields by their names
	keptAttr     = 'a' // attributes of classes and their instances
	keptVariable = 'v' // variables of the environment
	keptImport   = 'i'
)

// kept notes what a run has read of what is kept, by hashes, and whether it was written
// after that: then what was made of it must be made again, in a second run.
type kept struct {
	read  [64]uint64
	stale bool
}

func (k *kept) bit(what byte, name string) (word int, mask uint64) {
	h := uint32(2166136261) ^ uint32(what)
	for i := range len(name) {
		h = h*16777619 ^ uint32(name[i])
	}
	h ^= h >> 15
	return int(h>>6) & 63, 1 << (h & 63)
}

func (k *kept) reads(what byte, name string) {
	word, mask := k.bit(what, name)
	k.read[word] |= mask
}

// writes notes a change from one set to another.
func (k *kept) writes(what byte, name string, old, now set) {
	if k.stale || unchanged(old, now) {
		return
	}
	word, mask := k.bit(what, name)
	k.stale = k.read[word]&mask != 0
}

// unchanged tells whether nothing was added to a set that could name a model or permit
// anything.
func unchanged(old, now set) bool {
	for i, v := range now {
		if (i >= len(old) || v != old[i]) && !v.numeric() {
			return false
		}
	}
	return len(now) >= len(old)
}

// numeric tells whether a value is a number.
func (v *value) numeric() bool {
	switch v.kind {
	case constant:
		return v.text != "" && v.text[0] <= '9'
	case symbol:
		return numbers[v.text] || strings.HasPrefix(v.text, "math.")
	}
	return false
}

// numbers are what functions return that give numbers only.
var numbers = wordSet("int() float() len() round() abs() ord() time.time()")

// fieldOf is what is known of a field of an object by its name alone.
func (m *machine) fieldOf(name string) set {
	m.kept.reads(keptField, name)
	return m.fields[name]
}

// addField adds what a field of that name may be.
func (m *machine) addField(name string, v set) {
	old := m.fields[name]
	m.fields[name] = m.union(old, v)
	m.kept.writes(keptField, name, old, m.fields[name])
}

// attrOf is what a class or its bases in this file assign to an attribute.
func (m *machine) attrOf(c *classInfo, name string) (set, bool) {
	m.kept.reads(keptAttr, name)
	return c.attr(name, 0)
}

// addAttr adds what an attribute may be to those of a class or an instance.
func (m *machine) addAttr(attrs map[string]set, name string, v set) {
	old := attrs[name]
	attrs[name] = m.union(old, v)
	m.kept.writes(keptAttr, name, old, attrs[name])
}
