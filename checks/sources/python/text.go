package python

import (
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// Limits on strings that are put together.
const (
	maxText  = 64 << 10
	maxItems = 2048 // of a list that is added to
	maxCross = 32   // combinations of alternatives; beyond, the alternatives run side by side
)

// joined is an f-string: what its fields may be is put into its text.
func (m *machine) joined(e *pysyntax.JoinedStr) set {
	var parts []set
	for _, v := range e.Values {
		switch v := v.(type) {
		case *pysyntax.FormattedValue:
			s := m.eval(v.Value)
			m.discard(v.Format...)
			if len(v.Format) > 0 || v.Conversion == 'r' || v.Conversion == 'a' {
				s = nil
			}
			parts = append(parts, m.printable(s, v.Value))
		default:
			parts = append(parts, m.eval(v))
		}
	}
	start, end := e.Range()
	return m.concat(parts, start, end)
}

// printable keeps of a set what has a text, and stands for the rest by a placeholder.
func (m *machine) printable(s set, e pysyntax.Expr) set {
	var out set
	for _, v := range s {
		if v.kind == text || v.kind == constant {
			out = append(out, v)
		} else if v.kind == instance {
			m.kept.reads(keptAttr, "value")
			out = m.union(out, v.attrs["value"])
		}
	}
	if len(out) > 0 {
		return out
	}
	start, end := e.Range()
	p := placeholder(expression(e), s.variable(), start, end)
	p.args = &arguments{pos: []set{s}}
	return one(p)
}

// placeholder stands for an unknown part of a string. Its braces are in no id.
func placeholder(name, variable string, start, end int) *value {
	name = "{" + strings.Map(func(r rune) rune {
		if r == '.' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, name[:min(len(name), 64)]) + "}"
	return &value{kind: text, text: name, partial: true, variable: variable, start: start, end: end,
		pieces: []piece{{text: name, start: start, end: end}}}
}

// concat joins parts, each of which may be several things. Where there are too many
// combinations the n-th alternatives of all parts are taken together.
func (m *machine) concat(parts []set, start, end int) set {
	count, longest := 1, 1
	for _, p := range parts {
		count = min(count*max(1, len(p)), maxCross+1)
		longest = max(longest, len(p))
	}
	side := count > maxCross
	if side {
		count = min(longest, maxSet)
	}
	out := make(set, 0, count)
	for n := range count {
		v := &value{kind: text, start: start, end: end}
		rest := n
		for _, p := range parts {
			if len(p) == 0 {
				continue
			}
			i := rest % len(p)
			if !side {
				rest /= len(p)
			}
			v.append(p[i])
		}
		out = append(out, v)
	}
	return out
}

// append adds a string or a constant to the end of a string.
func (v *value) append(w *value) {
	if w.kind != text && w.kind != constant || len(v.text)+len(w.text) > maxText {
		v.partial = true
		return
	}
	v.text += w.text
	v.partial = v.partial || w.partial
	if v.variable == "" {
		v.variable = w.variable
	}
	v.pieces = append(v.pieces, w.parts()...)
	if v.args == nil {
		v.args = w.args
	}
}

// parts are the pieces of a string.
func (v *value) parts() []piece {
	if v.pieces != nil {
		return v.pieces
	}
	return []piece{{text: v.text, literal: v.literal, start: v.start, end: v.end}}
}

func (m *machine) binary(e *pysyntax.BinOp) set {
	left, right := m.eval(e.Left), m.eval(e.Right)
	switch e.Op {
	case pysyntax.Add, pysyntax.BitOr:
		return m.add(left, right, e)
	case pysyntax.Mod:
		return m.percent(left, right, e)
	case pysyntax.Div: // pathlib
		start, end := e.Range()
		if path := textOf(right); path != nil {
			return one(&value{kind: symbol, text: "pathlib.Path()", start: start, end: end, args: &arguments{pos: []set{left, right}}})
		}
	case pysyntax.Mult:
		return left
	}
	return nil
}

func textOf(s set) *value {
	for _, v := range s {
		if v.kind == text {
			return v
		}
	}
	return nil
}

// add is the sum of strings, lists or dicts.
func (m *machine) add(left, right set, n pysyntax.Node) set {
	start, end := n.Range()
	if l := longest(left); l != nil && l.kind == list {
		items, known := m.items(right)
		return one(m.extended(l, items, !known))
	} else if l != nil {
		return one(m.merged(l, right))
	}
	if textOf(left) == nil && textOf(right) == nil {
		return nil
	}
	return m.concat([]set{m.stringOr(left, start), m.stringOr(right, end)}, start, end)
}

// longest is the list or dict of a set that has most in it.
func longest(s set) *value {
	var best *value
	for _, v := range s {
		if (v.kind == list || v.kind == dict) && (best == nil || len(v.elts)+len(v.pairs) > len(best.elts)+len(best.pairs)) {
			best = v
		}
	}
	return best
}

// extended is a list with further items.
func (m *machine) extended(l *value, items []set, partial bool) *value {
	sum := *l
	sum.elts = append(l.elts[:len(l.elts):len(l.elts)], items...)
	sum.partial = l.partial || partial
	if len(sum.elts) > maxItems {
		m.cut = m.cut || newStrings(sum.elts[:maxItems], sum.elts[maxItems:])
		sum.elts = sum.elts[:maxItems]
	}
	return sum.nested()
}

// newStrings tells whether sets have strings that others have not. Those that were put
// together do not count: what they are made of is no news.
func newStrings(old, more []set) bool {
	seen := map[identity]bool{}
	for _, s := range old {
		for _, v := range s.known() {
			seen[v.identity()] = true
		}
	}
	for _, s := range more {
		for _, v := range s.known() {
			if v.pieces == nil && !seen[v.identity()] {
				return true
			}
		}
	}
	return false
}

// stringOr is a set or a placeholder where no alternative is a string.
func (m *machine) stringOr(s set, at int) set {
	var out set
	for _, v := range s {
		if v.kind == text || v.kind == constant {
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		p := placeholder("", s.variable(), at, at)
		p.args = &arguments{pos: []set{s}}
		return one(p)
	}
	return out
}

// percent is the formatting of Python 2: every conversion takes the next operand.
func (m *machine) percent(left, right set, n pysyntax.Node) set {
	f := textOf(left)
	if f == nil || f.partial {
		return nil
	}
	operands := []set{right}
	if len(right) == 1 && right[0].kind == list {
		operands = right[0].elts
	}
	return m.template(f, operands, nil, splitPercent, n)
}

// template fills the fields of a format string.
func (m *machine) template(f *value, pos []set, named map[string]set, split func(string) []field, n pysyntax.Node) set {
	start, end := n.Range()
	var parts []set
	next := 0
	for _, fd := range split(f.text) {
		if !fd.hole {
			parts = append(parts, one(&value{kind: text, text: fd.text, start: f.start, end: f.end,
				pieces: []piece{{text: fd.text, start: f.start, end: f.end}}}))
			continue
		}
		var s set
		if v, ok := named[fd.text]; ok {
			s = v
		} else if i := number(fd.text); i >= 0 && i < len(pos) {
			s = pos[i]
		} else if fd.text == "" && next < len(pos) {
			s = pos[next]
			next++
		}
		parts = append(parts, m.stringOr(s, f.start))
	}
	return m.concat(parts, start, end)
}

// field is a part of a format string: a text, or a hole with its name.
type field struct {
	text string
	hole bool
}

// splitPercent cuts "%s" and "%(name)s" out of a format string.
func splitPercent(s string) []field {
	var out []field
	for {
		i := strings.IndexByte(s, '%')
		if i < 0 || i+1 >= len(s) {
			return append(out, field{text: s})
		}
		out = append(out, field{text: s[:i]})
		s = s[i+1:]
		if s[0] == '%' {
			out[len(out)-1].text += "%"
			s = s[1:]
			continue
		}
		j := strings.IndexFunc(s, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
		if j < 0 {
			return append(out, field{text: s})
		}
		out = append(out, field{hole: true})
		s = s[j+1:]
	}
}

// splitBraces cuts "{}", "{0}" and "{name}" out of a format string.
func splitBraces(s string) []field {
	var out []field
	for {
		i := strings.IndexByte(s, '{')
		if i < 0 {
			return append(out, field{text: s})
		}
		j := strings.IndexByte(s[i:], '}')
		if j < 0 {
			return append(out, field{text: s})
		}
		name, _, _ := strings.Cut(s[i+1:i+j], ":")
		out = append(out, field{text: s[:i]}, field{text: name, hole: true})
		s = s[i+j+1:]
	}
}
