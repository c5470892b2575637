package chattemplate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/modelgate/gate/internal/jinja"
)

// The bounds of following values.
const (
	maxValues = 32
	maxText   = 512
	maxFold   = 16
	maxSteps  = 200_000 // of one template
)

// values are the expressions that each name of a template may stand for, wherever they
// are assigned: the order of assignments is not followed.
type values struct {
	exprs  map[string][]*jinja.Node
	macros map[string]bool
	steps  int
}

// bind collects assignments, targets of loops, and parameters with their defaults and
// the arguments of calls.
func bind(root *jinja.Node) *values {
	v := &values{exprs: map[string][]*jinja.Node{}, macros: map[string]bool{}}
	parameters := map[string][]string{}
	root.Walk(func(n *jinja.Node) {
		if n.Kind != jinja.Tag || len(n.Kids) == 0 {
			return
		}
		switch n.Name {
		case "set":
			if len(n.Kids) > 1 && !open(n.Kids[1]) {
				v.assign(n.Kids[0], n.Kids[1])
			} else {
				v.block(n)
			}
		case "for":
			v.each(n.Kids[0], n.Kids[1])
		case "macro":
			name := n.Kids[0].Name
			v.macros[name] = true
			parameters[name] = v.parameters(n.Kids[1:])
		}
	})
	root.Walk(func(n *jinja.Node) {
		if n.Kind != jinja.Call || n.Kids[0].Kind != jinja.Name {
			return
		}
		switch name := n.Kids[0].Name; name {
		case "namespace", "dict":
			v.attributes(n.Kids[1:])
		default:
			v.arguments(parameters[name], n.Kids[1:])
		}
	})
	return v
}

func (v *values) assign(target, value *jinja.Node) {
	switch {
	case target.Kind == jinja.Name || target.Kind == jinja.Attr:
		// An attribute of a namespace goes by its own name.
		v.exprs[target.Name] = append(v.exprs[target.Name], value)
	case target.Kind == jinja.List && value.Kind == jinja.List:
		for i := range min(len(target.Kids), len(value.Kids)) {
			v.assign(target.Kids[i], value.Kids[i])
		}
	}
}

// open tells whether a node is a filter of a set block, which has no operand of its own.
func open(n *jinja.Node) bool { return n.Kind == jinja.Filter && n.Kids[0] == nil }

// block assigns the text and the outputs of a set block, through its filters.
func (v *values) block(n *jinja.Node) {
	value := &jinja.Node{Kind: jinja.Const}
	for _, kid := range n.Body {
		switch {
		case kid.Kind == jinja.Text:
			kid = &jinja.Node{Kind: jinja.Const, Name: kid.Name}
		case kid.Kind == jinja.Output:
			kid = kid.Kids[0]
		default:
			continue
		}
		value = &jinja.Node{Kind: jinja.Binary, Name: "~", Kids: []*jinja.Node{value, kid}}
	}
	for _, filter := range n.Kids[1:] {
		value = &jinja.Node{Kind: jinja.Filter, Name: filter.Name, Kids: append([]*jinja.Node{value}, filter.Kids[1:]...)}
	}
	v.assign(n.Kids[0], value)
}

func (v *values) each(target, items *jinja.Node) {
	if items.Kind != jinja.List && items.Kind != jinja.Dict {
		return
	}
	for _, item := range items.Kids {
		v.assign(target, item)
	}
}

func (v *values) parameters(kids []*jinja.Node) (names []string) {
	for _, kid := range kids {
		names = append(names, kid.Name)
		if kid.Kind == jinja.Keyword {
			v.exprs[kid.Name] = append(v.exprs[kid.Name], kid.Kids[0])
		} else {
			v.exprs[kid.Name] = append(v.exprs[kid.Name], nil)
		}
	}
	return names
}

func (v *values) arguments(names []string, args []*jinja.Node) {
	for i, arg := range args {
		if arg.Kind == jinja.Keyword && slices.Contains(names, arg.Name) {
			v.exprs[arg.Name] = append(v.exprs[arg.Name], arg.Kids[0])
		} else if i < len(names) {
			v.exprs[names[i]] = append(v.exprs[names[i]], arg)
		}
	}
}

// attributes notes what an object is made with: its attributes go by their own names.
func (v *values) attributes(args []*jinja.Node) {
	for _, arg := range args {
		if arg.Kind == jinja.Keyword {
			v.exprs[arg.Name] = append(v.exprs[arg.Name], arg.Kids[0])
		}
	}
}

func (v *values) assigned(name string) bool { return len(v.exprs[name]) > 0 || v.macros[name] }

// spent tells whether values were left out for want of time.
func (v *values) spent() bool { return v.steps > maxSteps }

func (v *values) macro(name string) bool { return v.macros[name] }

// fold is the strings that an expression may have, as far as they can be told; none
// where it cannot.
func (v *values) fold(n *jinja.Node) []string { return v.folded(n, 0) }

func (v *values) folded(n *jinja.Node, depth int) (out []string) {
	if v.steps++; n == nil || depth > maxFold || v.steps > maxSteps {
		return nil
	}
	one := func(n *jinja.Node) []string { return v.folded(n, depth+1) }
	switch n.Kind {
	case jinja.Const:
		return []string{n.Name}
	case jinja.Name, jinja.Attr:
		for _, value := range v.exprs[n.Name] {
			out = append(out, one(value)...)
		}
		if n.Kind == jinja.Attr {
			out = append(out, v.item(n, depth)...)
		}
	case jinja.Cond:
		for _, kid := range n.Kids[1:] {
			out = append(out, one(kid)...)
		}
	case jinja.Binary:
		out = v.operation(n, one)
	case jinja.Filter:
		out = v.filtered(n, one)
	case jinja.Call:
		out = v.called(n, one)
	case jinja.Slice:
		if len(n.Kids) == 2 && n.Kids[1].Kind == jinja.Unary {
			return apply(one(n.Kids[0]), reversed)
		}
	case jinja.Index:
		out = v.item(n, depth)
	}
	return out[:min(len(out), maxValues)]
}

// item is the values of a list or dict that is written out, all of them.
func (v *values) item(n *jinja.Node, depth int) (out []string) {
	list := n.Kids[0]
	if list.Kind == jinja.Name {
		for _, value := range v.exprs[list.Name] {
			if value != nil && (value.Kind == jinja.List || value.Kind == jinja.Dict) {
				list = value
			}
		}
	}
	if list.Kind != jinja.List && list.Kind != jinja.Dict {
		return nil
	}
	for _, kid := range list.Kids[:min(len(list.Kids), maxValues)] {
		out = append(out, v.folded(kid, depth+1)...)
	}
	return out
}

func (v *values) operation(n *jinja.Node, one func(*jinja.Node) []string) []string {
	switch n.Name {
	case "+", "~":
		return product(one(n.Kids[0]), one(n.Kids[1]), func(a, b string) string { return a + b })
	case "or", "and":
		return append(one(n.Kids[0]), one(n.Kids[1])...)
	case "%":
		return apply(one(n.Kids[0]), func(s string) string { return printf(s, n.Kids[1:], one) })
	case "*":
		times, err := strconv.Atoi(n.Kids[1].Name)
		if err == nil && times >= 0 && times < maxValues {
			return apply(one(n.Kids[0]), func(s string) string { return strings.Repeat(s, times) })
		}
	}
	return nil
}

func (v *values) filtered(n *jinja.Node, one func(*jinja.Node) []string) []string {
	args := n.Kids[1:]
	switch n.Name {
	case "reverse":
		return apply(one(n.Kids[0]), reversed)
	case "lower":
		return apply(one(n.Kids[0]), strings.ToLower)
	case "upper":
		return apply(one(n.Kids[0]), strings.ToUpper)
	case "trim", "string", "safe", "escape", "e", "list", "default", "d":
		return apply(one(n.Kids[0]), strings.TrimSpace)
	case "join":
		return v.joined(n.Kids[0], args, one)
	case "replace":
		if len(args) >= 2 {
			return replaced(one(n.Kids[0]), one(args[0]), one(args[1]))
		}
	case "format":
		return apply(one(n.Kids[0]), func(s string) string { return printf(s, args, one) })
	}
	return nil
}

func (v *values) called(n *jinja.Node, one func(*jinja.Node) []string) []string {
	f, args := n.Kids[0], n.Kids[1:]
	if f.Kind != jinja.Attr {
		return nil
	}
	switch f.Name {
	case "lower":
		return apply(one(f.Kids[0]), strings.ToLower)
	case "strip", "lstrip", "rstrip":
		return apply(one(f.Kids[0]), strings.TrimSpace)
	case "join":
		if len(args) == 1 {
			return v.joined(args[0], []*jinja.Node{f.Kids[0]}, one)
		}
	case "replace":
		if len(args) >= 2 {
			return replaced(one(f.Kids[0]), one(args[0]), one(args[1]))
		}
	}
	return nil
}

// joined joins a list that is written out, or the characters of a string.
func (v *values) joined(list *jinja.Node, args []*jinja.Node, one func(*jinja.Node) []string) []string {
	glue := []string{""}
	if len(args) > 0 {
		glue = one(args[0])
	}
	if list != nil && list.Kind == jinja.Filter && list.Name == "list" {
		list = list.Kids[0]
	}
	if list == nil {
		return nil
	}
	if list.Kind == jinja.Name {
		for _, value := range v.exprs[list.Name] {
			if value != nil && value.Kind == jinja.List {
				list = value
			}
		}
	}
	if list.Kind != jinja.List {
		return one(list)
	}
	out := []string{""}
	for i, kid := range list.Kids[:min(len(list.Kids), maxValues)] {
		if i > 0 {
			out = product(out, glue, func(a, b string) string { return a + b })
		}
		out = product(out, one(kid), func(a, b string) string { return a + b })
	}
	return out
}

// suspect is a piece of a name that leads to a class among the strings of an expression
// that could not be folded.
func (v *values) suspect(n *jinja.Node) (piece string) {
	n.Walk(func(n *jinja.Node) {
		for _, text := range v.fold(n) {
			if piece == "" && strings.Contains(text, "__") {
				piece = text
			}
		}
	})
	return piece
}

func replaced(texts, from, to []string) []string {
	if len(from) == 0 || len(to) == 0 {
		return nil
	}
	return apply(texts, func(s string) string { return strings.ReplaceAll(s, from[0], to[0]) })
}

func product(a, b []string, join func(string, string) string) (out []string) {
	for _, x := range a {
		for _, y := range b {
			if s := join(x, y); len(out) < maxValues && len(s) <= maxText {
				out = append(out, s)
			}
		}
	}
	return out
}

func apply(texts []string, f func(string) string) (out []string) {
	for _, t := range texts {
		if s := f(t); len(s) <= maxText {
			out = append(out, s)
		}
	}
	return out
}

func reversed(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}

// printf replaces the verbs %s and %c by their arguments, where these are written out.
func printf(format string, args []*jinja.Node, one func(*jinja.Node) []string) string {
	if len(args) == 1 && args[0].Kind == jinja.List {
		args = args[0].Kids
	}
	parts := strings.Split(format, "%")
	out := parts[0]
	for i, part := range parts[1:] {
		if i < len(args) && part != "" {
			out += verb(part[0], args[i], one)
			part = part[1:]
		}
		out += part
	}
	return out
}

func verb(verb byte, arg *jinja.Node, one func(*jinja.Node) []string) string {
	if n, err := strconv.Atoi(arg.Name); verb == 'c' && err == nil && n >= 0 && n <= utf8.MaxRune {
		return string(rune(n))
	}
	if texts := one(arg); len(texts) > 0 {
		return texts[0]
	}
	return fmt.Sprintf("%%%c", verb)
}
