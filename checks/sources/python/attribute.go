package python

import (
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// maxPath bounds the dotted path of a symbol.
const maxPath = 256

// attributeOf is what an attribute may be, and what it is one of.
func (m *machine) attributeOf(e *pysyntax.Attribute) (members, base set) {
	base = m.eval(e.Value)
	if m.dotted[e.Attr] {
		if v, ok := m.scope.lookup(pysyntax.Dotted(e)); ok {
			return v, base
		}
	}
	for _, b := range base {
		members = m.union(members, m.member(b, e))
	}
	if len(members) == 0 {
		members = m.unknownOf(e, base)
	}
	return members, base
}

// member is an attribute of one value.
func (m *machine) member(b *value, e *pysyntax.Attribute) set {
	start, end := e.Range()
	switch b.kind {
	case instance, class:
		return m.ownMember(b, e)
	case symbol:
		if v := m.fieldOf(e.Attr); len(v) > 0 && strings.HasSuffix(b.text, "()") {
			return v // of what a function of another file made of the command line
		}
		if len(b.text)+len(e.Attr) > maxPath {
			return nil
		}
		if b.text == "sys" && e.Attr == "executable" {
			return one(&value{kind: text, text: "python", start: start, end: end, pieces: []piece{{text: "python", start: start, end: end}}})
		}
		return one(m.keep(value{kind: symbol, text: b.text + "." + e.Attr, start: start, end: end, args: b.args}))
	case namespace:
		if e.Attr == "__dict__" {
			return one(b)
		}
		return m.fieldOf(e.Attr)
	case text:
		if e.Attr == "value" || e.Attr == "name" {
			return one(b)
		}
	case dict: // attribute dictionaries, as DictDefault, Box and EasyDict
		if p, ok := b.item(e.Attr); ok {
			return p.value
		}
	case unknown:
		if v := m.fieldOf(e.Attr); len(v) > 0 {
			return v
		}
	}
	return nil
}

// ownMember is an attribute of a class of this file or of an instance of one.
func (m *machine) ownMember(b *value, e *pysyntax.Attribute) set {
	m.kept.reads(keptAttr, e.Attr)
	if v, ok := b.attrs[e.Attr]; ok && len(v) > 0 {
		return v
	}
	if f := b.class.method(e.Attr, 0); f != nil {
		if f.kind == property {
			return m.follow(f, &arguments{}, b)
		}
		start, end := e.Range()
		bound := &value{kind: function, fn: f, text: b.class.name + "." + e.Attr, start: start, end: end}
		bound.elts = []set{one(b)}
		return one(bound)
	}
	if v, ok := m.attrOf(b.class, e.Attr); ok {
		return v
	}
	if e.Attr == "value" && len(b.class.fields) > 0 {
		var all []set
		for _, n := range b.class.fields {
			m.kept.reads(keptAttr, n)
			all = append(all, b.class.attrs[n])
		}
		return m.union(all...)
	}
	if base := b.class.base(0); base != "" {
		start, end := e.Range()
		return one(&value{kind: symbol, text: base + "." + e.Attr, start: start, end: end})
	}
	return nil
}

// callee is the dotted path under which sinks are looked up: "?" stands for what is not
// known.
func (v *value) callee() string {
	switch v.kind {
	case symbol:
		return v.text
	case unknown:
		if i := strings.LastIndexByte(v.text, '.'); i >= 0 {
			return "?." + v.text[i+1:]
		}
	case class:
		return "?." + v.text
	}
	return ""
}
