package chattemplate

import (
	"slices"
	"strconv"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jinja"
)

const longRange = 100_000

// judge walks a tree and states what is not ordinary.
type judge struct {
	text   string
	out    gate.Recorder
	src    *gate.Source
	values *values
	loops  int // ranges of loops that are open
}

func (j *judge) at(n *jinja.Node) gate.Location { return j.src.At(n.Start, n.End) }

// quote is the source of a node, shortened.
func (j *judge) quote(n *jinja.Node) string {
	text := j.text[n.Start:max(n.Start, min(n.End, len(j.text)))]
	if len(text) > 200 {
		text = text[:200] + "…"
	}
	return strings.ToValidUTF8(text, "�")
}

func (j *judge) attribute(n *jinja.Node, name string) {
	j.out.Emit("template.attribute", j.at(n), Attribute{j.quote(n), name})
}

func (j *judge) call(n *jinja.Node, name string) {
	j.out.Emit("template.call", j.at(n), Call{j.quote(n), name})
}

// body judges n and everything below it.
func (j *judge) body(n *jinja.Node) {
	if n == nil {
		return
	}
	ranged := j.node(n)
	if ranged {
		j.loops++
	}
	for _, list := range [][]*jinja.Node{n.Kids, n.Body, n.Else} {
		for _, kid := range list {
			j.body(kid)
		}
	}
	if ranged {
		j.loops--
	}
}

// node judges one node, and tells whether it is a loop over a range.
func (j *judge) node(n *jinja.Node) bool {
	switch n.Kind {
	case jinja.Tag:
		return j.tag(n)
	case jinja.Name:
		// Names with two underscores are those of Python's own objects.
		if (engine[n.Name] || strings.HasPrefix(n.Name, "__")) && !j.values.assigned(n.Name) {
			j.attribute(n, n.Name)
		}
	case jinja.Attr:
		j.member(n, n.Name)
	case jinja.Index:
		j.computed(n, n.Kids[1])
	case jinja.Call:
		j.callee(n)
	case jinja.Filter:
		j.filter(n)
	}
	return false
}

func (j *judge) tag(n *jinja.Node) bool {
	if !tags[n.Name] {
		j.out.Emit("template.tag", j.at(n), Tag{j.quote(n), n.Name})
	}
	if n.Name != "for" || len(n.Kids) < 2 {
		return false
	}
	ranged := n.Kids[1].Kind == jinja.Call && n.Kids[1].Kids[0].Name == "range"
	if ranged && j.loops >= 2 {
		j.call(n.Kids[1], "range")
	}
	return ranged
}

// member judges an attribute whose name is written.
func (j *judge) member(n *jinja.Node, name string) {
	object := n.Kids[0]
	if forbidden(name) {
		j.attribute(n, name)
	} else if object.Kind == jinja.Name && leaving[object.Name] && !engine[object.Name] &&
		!j.values.assigned(object.Name) && object.Name != "config" && object.Name != "session" {
		j.attribute(n, object.Name+"."+name)
	}
}

// computed judges an attribute or item whose name is an expression.
func (j *judge) computed(n, name *jinja.Node) {
	found := j.values.fold(name)
	for _, text := range found {
		if forbidden(text) {
			j.attribute(n, text)
			return
		}
	}
	// What is not followed to its end may still be built of such a name.
	if len(found) == 0 && name.Kind != jinja.Number {
		if part := j.values.suspect(name); part != "" {
			j.attribute(n, part)
		}
	}
}

func (j *judge) callee(n *jinja.Node) {
	switch f := n.Kids[0]; f.Kind {
	case jinja.Name:
		j.function(n, f.Name)
	case jinja.Attr:
		j.method(n, f)
	case jinja.Index, jinja.Slice, jinja.Call, jinja.Filter, jinja.Cond:
		// The result of an expression is called: an item may be any function.
		j.call(n, "?")
	}
}

func (j *judge) function(n *jinja.Node, name string) {
	switch {
	case name == "range":
		for _, arg := range n.Kids[1:] {
			if large(arg) {
				j.call(n, name)
				return
			}
		}
	case !functions[name] && !engine[name] && !j.values.macro(name):
		j.call(n, name)
	}
}

// large tells whether an expression has a number that no loop of a template needs.
func large(n *jinja.Node) bool {
	found := false
	n.Walk(func(n *jinja.Node) {
		if n.Kind == jinja.Number && n.Name != "" && n.Name[0] <= '9' {
			v, err := strconv.ParseFloat(strings.ReplaceAll(n.Name, "_", ""), 64)
			found = found || err != nil || v > longRange
		}
		found = found || n.Kind == jinja.Binary && n.Name == "**"
	})
	return found
}

func (j *judge) method(n, f *jinja.Node) {
	switch {
	case forbidden(f.Name) || j.values.macro(f.Name):
	case f.Name == "format" || f.Name == "format_map":
		j.format(n, f.Kids[0])
	case !methods[f.Name]:
		j.call(n, f.Name)
	}
}

// format judges str.format, whose fields reach attributes of the arguments.
func (j *judge) format(n, template *jinja.Node) {
	texts := j.values.fold(template)
	for _, text := range texts {
		if name := field(text); name != "" {
			j.attribute(n, name)
			return
		}
	}
	j.call(n, "format")
}

// field is the first forbidden attribute or item in the fields of a format string.
func field(text string) string {
	for _, part := range strings.Split(text, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		for _, piece := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(".[]!:", r) }) {
			if forbidden(piece) {
				return piece
			}
		}
	}
	return ""
}

// filter judges a filter and the attributes that its arguments name.
func (j *judge) filter(n *jinja.Node) {
	args := n.Kids[1:]
	switch n.Name {
	case "attr":
		if len(args) == 1 && args[0].Kind == jinja.Const && !forbidden(args[0].Name) {
			return
		}
		j.attributes(n, args, true)
	case "map":
		if len(args) > 0 && args[0].Kind != jinja.Keyword {
			j.mapped(n, args)
			return
		}
		j.attributes(n, args, false)
	case "selectattr", "rejectattr", "groupby", "sort", "unique", "sum", "join", "min", "max":
		j.attributes(n, args, false)
	default:
		if !filters[n.Name] {
			j.call(n, n.Name)
		}
	}
}

// attributes judges names of attributes that a filter gets, dotted paths too. A filter
// that only takes attributes may not get a computed one.
func (j *judge) attributes(n *jinja.Node, args []*jinja.Node, only bool) {
	for _, arg := range args {
		if arg.Kind == jinja.Keyword {
			arg = arg.Kids[0]
		}
		found := j.values.fold(arg)
		for _, text := range found {
			if i := slices.IndexFunc(strings.Split(text, "."), forbidden); i >= 0 {
				j.attribute(n, text)
				return
			}
		}
		if only && !(len(found) > 0 && arg.Kind == jinja.Const) {
			j.attribute(n, "?")
			return
		}
	}
}

// mapped judges map with the name of a filter as its first argument.
func (j *judge) mapped(n *jinja.Node, args []*jinja.Node) {
	names := j.values.fold(args[0])
	if len(names) == 0 {
		j.call(n, "?")
	}
	for _, name := range names {
		if name == "attr" {
			j.attributes(n, args[1:], true)
		} else if !filters[name] {
			j.call(n, name)
		}
	}
}
