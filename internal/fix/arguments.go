package fix

import (
	"bytes"
	"slices"
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// maxPositional is how many positional arguments a call may have that gets a keyword: with
// more, one of them may be that parameter.
const maxPositional = 4

// add are the ways to give a call a further keyword.
func (p *planner) add(c site, description, argument string) []candidate {
	e, ok := p.addition(c, argument)
	if !ok {
		return nil
	}
	return []candidate{p.within(c.text, description, e)}
}

// arguments are the places of the arguments of a call in the order of the text.
func arguments(c *pysyntax.Call) []pysyntax.Span {
	var out []pysyntax.Span
	for _, a := range c.Args {
		start, end := a.Range()
		out = append(out, pysyntax.Span{Start: uint32(start), End: uint32(end)})
	}
	for i := range c.Keywords {
		out = append(out, c.Keywords[i].Span)
	}
	slices.SortFunc(out, func(a, b pysyntax.Span) int { return int(a.Start) - int(b.Start) })
	return out
}

// addition is the edit that gives a call a further keyword. A call with *args or **kwargs
// may have it already, and a lone generator cannot stand beside another argument.
func (p *planner) addition(c site, argument string) (edit, bool) {
	if len(c.call.Args) > maxPositional {
		return edit{}, false
	}
	for _, a := range c.call.Args {
		switch a := a.(type) {
		case *pysyntax.Starred:
			return edit{}, false
		case *pysyntax.Comp:
			if a.Kind == pysyntax.GeneratorComp {
				return edit{}, false
			}
		}
	}
	for _, k := range c.call.Keywords {
		if k.Name == "" {
			return edit{}, false
		}
	}
	src := p.old.texts[c.text].src.Text
	_, end := c.call.Range()
	list := arguments(c.call)
	if end < 1 || src[end-1] != ')' {
		return edit{}, false
	}
	if len(list) == 0 {
		return edit{end - 1, end - 1, argument}, true
	}
	last := list[len(list)-1]
	close, comma := tail(src, int(last.End), end-1)
	first := lineStart(src, int(last.Start))
	indent := src[first:last.Start]
	broken := len(bytes.TrimSpace(indent)) == 0 && bytes.IndexByte(src[last.End:end-1], '\n') >= 0
	switch {
	case broken && comma > 0 && restOfLine(src, comma) > 0:
		next := restOfLine(src, comma)
		return edit{next, next, string(indent) + argument + "," + newline(src)}, true
	case broken && comma == 0:
		return edit{close, close, "," + newline(src) + string(indent) + argument}, true
	case comma > 0:
		return edit{comma, comma, " " + argument + ","}, true
	}
	return edit{close, close, ", " + argument}, true
}

// tail looks at what stands between the last argument and the parenthesis that closes a
// call: where the argument ends with its own parentheses, and where a comma behind it
// ends, or 0.
func tail(src []byte, from, to int) (close, comma int) {
	close = from
	for i := from; i < to; i++ {
		switch src[i] {
		case ')':
			close = i + 1
		case ',':
			comma = i + 1
		case '#':
			for i < to && src[i] != '\n' {
				i++
			}
		}
	}
	return close, comma
}

func lineStart(src []byte, at int) int { return bytes.LastIndexByte(src[:at], '\n') + 1 }

func newline(src []byte) string {
	if bytes.Contains(src, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// drop are the ways to take a keyword away from a call.
func (p *planner) drop(text int, c *pysyntax.Call, k *pysyntax.Keyword, description string) []candidate {
	src := p.old.texts[text].src.Text
	list := arguments(c)
	i := slices.Index(list, k.Span)
	_, closing := c.Range()
	if i < 0 || closing < 1 {
		return nil
	}
	next := closing - 1
	if i+1 < len(list) {
		next = int(list[i+1].Start)
	}
	start, end := k.Range()
	end, comma := tail(src, end, next)
	cut := edit{start: start, end: max(end, comma)}
	switch first := lineStart(src, start); {
	case len(bytes.TrimSpace(src[first:start])) == 0 && restOfLine(src, cut.end) > 0:
		cut = edit{start: first, end: restOfLine(src, cut.end)}
	case i+1 < len(list) && comma > 0 && len(bytes.TrimLeft(src[comma:next], " ")) == 0:
		cut.end = next
	case i > 0 && comma == 0:
		if before := bytes.TrimRight(src[:start], " \t\r\n\\"); len(before) > 0 && before[len(before)-1] == ',' {
			cut.start = len(before) - 1
		}
	case i > 0:
		cut.start = len(bytes.TrimRight(src[:start], " "))
	}
	return []candidate{p.within(text, description, cut)}
}

// restOfLine is the start of the next line where nothing but blanks and a comment stands
// on this one, or 0.
func restOfLine(src []byte, at int) int {
	n := bytes.IndexByte(src[at:], '\n')
	if n < 0 {
		return 0
	}
	rest := strings.TrimSpace(string(src[at : at+n]))
	if rest != "" && rest[0] != '#' {
		return 0
	}
	return at + n + 1
}
