package pickle

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// global is a name that the stream looked up.
type global struct {
	module, name string // as Python 3 imports it
	class        Class
	entry        *Entry // where it is safe
	fact         int    // in Result.Imports
}

func (g *global) String() string { return g.module + "." + g.name }

// mostGlobals bounds the names that one stream may look up.
const mostGlobals = 1 << 17

// globalSize are the bytes that the memory is charged for a global beside its name.
const globalSize = 200

type globalKey struct {
	module, name string
	mapped       bool
}

func (m *machine) globalLines() {
	module, name := m.nameLine(), m.nameLine()
	if m.done {
		return
	}
	if !utf8.ValidString(module) || !utf8.ValidString(name) {
		m.fail("GLOBAL with a name that is no UTF-8")
		return
	}
	m.push(m.lookup(module, name))
}

// nameLine takes a line with a name. Where the input ends without a newline, the
// unpickler in Python takes the rest without its last byte, and imports that.
func (m *machine) nameLine() string {
	if m.opts.framed {
		m.dropLine()
	}
	limit := m.opts.Limits.Line
	left := m.end - m.offset()
	if m.done || left > int64(limit) || left > window || bytes.IndexByte(m.win[m.pos:], '\n') >= 0 {
		return string(m.line(limit))
	}
	if left == 0 || !m.refill(int(left)) {
		return ""
	}
	if bytes.IndexByte(m.win[m.pos:], '\n') >= 0 {
		return string(m.line(limit))
	}
	name := string(m.win[m.pos : len(m.win)-1])
	m.pos = len(m.win)
	return name
}

// stackGlobal looks up two strings of the stack. Where one of them is computed, no one
// can say what is imported.
func (m *machine) stackGlobal() {
	name, module := m.pop(), m.pop()
	if m.done {
		return
	}
	for _, v := range []value{module, name} {
		switch v.kind {
		case kStr:
		case kInstance, kPersistent, kUnknown:
			m.push(m.computed(module, name))
			return
		default:
			m.fail("STACK_GLOBAL with %s for a name", kindNames[v.kind])
			return
		}
	}
	if m.length(module) >= int64(m.opts.Limits.Head) || m.length(name) >= int64(m.opts.Limits.Head) {
		m.push(m.computed(module, name))
		return
	}
	m.push(m.lookup(m.str(module), m.str(name)))
}

// computed is the global whose name the stream computes.
func (m *machine) computed(module, name value) value {
	m.imported(Import{
		Module: m.show(module), Name: m.show(name), Class: Dangerous, Harm: "computed",
	})
	m.unproven("a name that the stream computes", m.at)
	m.restricted("a name that the stream computes")
	return value{kind: kUnknown, impure: true}
}

// lookup returns the global of a name as it is written at the protocol of this place.
func (m *machine) lookup(module, name string) value {
	key := globalKey{module, name, m.res.Protocol < 3}
	if x, ok := m.known[key]; ok {
		if n := m.globals[x].fact; n >= 0 {
			m.res.Imports[n].Count++
		}
		return value{kind: kGlobal, impure: true, x: x}
	}
	g := m.resolve(key)
	x := uint32(len(m.globals))
	m.known[key] = x
	if len(m.globals) >= mostGlobals || !m.take(int64(globalSize+3*(len(module)+len(name)))) {
		m.giveUp("facts", mostGlobals, "more globals than are kept")
	}
	m.globals = append(m.globals, g)
	if e := g.entry; e == nil {
		m.unproven("global "+g.String()+" is not listed", m.at)
		m.restricted("GLOBAL " + g.String())
	} else if e.Source != "weights_only" {
		m.restricted("GLOBAL " + g.String())
	}
	return value{kind: kGlobal, impure: true, x: x}
}

// resolve judges both readings of a name: CPython maps the names of Python 2 below
// protocol 3 and torch's restricted unpickler always.
func (m *machine) resolve(key globalKey) global {
	module, name := m.lists.python3(key.module, key.name)
	other := key
	if !key.mapped {
		module, name, other.module, other.name = key.module, key.name, module, name
	}
	class, entry, harm := m.lists.Classify(module, name)
	if other.module != module || other.name != name {
		if _, _, h := m.lists.Classify(other.module, other.name); h != "" && class != Dangerous {
			class, entry, harm = Dangerous, nil, h
		}
		if !key.mapped {
			m.unusual("python2-name")
		}
	}
	i := Import{Module: module, Name: name, Class: class, Harm: harm}
	if module != key.module || name != key.name {
		i.Mapped, i.Written = true, key.module+"."+key.name
	}
	return global{module, name, class, entry, m.imported(i)}
}

// imported records an import and returns its index.
func (m *machine) imported(i Import) int {
	i.Offset, i.Count = m.at, 1
	n := m.res.addImport(i, m.opts.Limits.Facts)
	if n < 0 {
		m.spent("facts", int64(m.opts.Limits.Facts), "more globals than are reported")
	}
	return n
}

// restricted says why torch's restricted unpickler would refuse the stream.
func (m *machine) restricted(reason string) {
	if m.res.WeightsOnly.OK {
		m.res.WeightsOnly = WeightsOnly{Reason: reason}
	}
}

// mayBeReferenced tells whether a global may stand in data and arguments.
func (g *global) mayBeReferenced() bool {
	return g.entry != nil && strings.ContainsAny(g.entry.Shape, "N=")
}

// product is what a value stands for, by the entry of the global that made it or that
// it is; "object" for an unlisted class.
func (m *machine) product(v value) string {
	switch {
	case v.kind == kGlobal && m.globals[v.x].entry != nil:
		return m.globals[v.x].entry.Product
	case v.kind == kInstance && v.a >= 0 && m.globals[v.a].entry != nil:
		return m.globals[v.a].entry.Product
	case v.kind == kInstance:
		return "object"
	}
	return ""
}
