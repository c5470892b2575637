package jinja

import (
	"fmt"
	"strings"
)

// tag reads a tag whose name was taken, and what it encloses.
func (p *parser) tag(name string, start int) *Node {
	defer p.leave()
	n := &Node{Kind: Tag, Name: name, Start: start}
	p.nodes++
	if !p.deeper() {
		p.close()
		n.End = p.pos
		return n
	}
	switch name {
	case "for":
		p.loop(n)
	case "if":
		p.branch(n)
	case "set":
		p.set(n)
	case "macro", "call":
		p.macro(n)
	case "filter":
		n.Kids = append(n.Kids, p.chain())
		p.enclosed(n, "endfilter")
	case "generation":
		p.enclosed(n, "endgeneration")
	case "raw":
		p.raw(n)
	default:
		p.unknown(n)
	}
	n.End = p.pos
	return n
}

// enclosed closes the tag and reads its body to the end tag, and else where there is one.
func (p *parser) enclosed(n *Node, end string) {
	p.close()
	body, stop := p.body()
	n.Body = body
	if stop == "else" && n.Name == "for" {
		p.close()
		n.Else, stop = p.body()
	}
	p.ended(n, stop, end)
}

// ended closes the tag that ended a body. A wrong one is left to the tag around.
func (p *parser) ended(n *Node, stop, end string) {
	if stop != end {
		p.fault(n.Start, fmt.Errorf("%q is ended by %q", n.Name, stop))
	}
	if stop != "" {
		// A name may follow, as in endmacro and endblock.
		if end == stop && p.peek().kind == 'n' {
			p.take()
		}
		p.close()
	}
}

func (p *parser) loop(n *Node) {
	target := p.target()
	if !p.word("in") {
		p.fault(p.pos, fmt.Errorf("for without in"))
	}
	// The condition of the loop is no inline if, which an expression would take.
	kids := []*Node{target, p.iterable()}
	if p.word("if") {
		kids = append(kids, p.expr())
	}
	p.word("recursive")
	n.Kids = kids
	p.enclosed(n, "endfor")
}

func (p *parser) iterable() *Node {
	start := p.peek().start
	kids := []*Node{p.binary(0)}
	for p.operator(",") != "" && !p.failed {
		kids = append(kids, p.binary(0))
	}
	if len(kids) == 1 {
		return kids[0]
	}
	return p.node(List, "", start, kids...)
}

// target reads what is assigned to: names, attributes of a namespace, a list of these.
func (p *parser) target() *Node {
	start := p.peek().start
	var kids []*Node
	bracket := p.operator("(") != ""
	for {
		kids = append(kids, p.postfix(p.primary(), start))
		if p.operator(",") == "" {
			break
		}
	}
	if bracket {
		p.want(")")
	}
	if len(kids) == 1 {
		return kids[0]
	}
	return p.node(List, "", start, kids...)
}

func (p *parser) branch(n *Node) {
	n.Kids = []*Node{p.tuple()}
	p.close()
	var stop string
	n.Body, stop = p.body()
	last := n
	for stop == "elif" {
		next := &Node{Kind: Tag, Name: "if", Start: p.pos}
		p.nodes++
		next.Kids = []*Node{p.tuple()}
		p.close()
		next.Body, stop = p.body()
		next.End = p.pos
		last.Else = []*Node{next}
		last = next
	}
	if stop == "else" {
		p.close()
		last.Else, stop = p.body()
	}
	p.ended(n, stop, "endif")
}

func (p *parser) set(n *Node) {
	n.Kids = []*Node{p.target()}
	if p.operator("=") != "" {
		n.Kids = append(n.Kids, p.tuple())
		p.close()
		return
	}
	for p.operator("|") != "" {
		n.Kids = append(n.Kids, p.filter(nil, p.pos))
	}
	p.enclosed(n, "endset")
}

func (p *parser) macro(n *Node) {
	if n.Name == "call" {
		var parameters []*Node
		if p.operator("(") != "" {
			parameters = p.arguments()
		}
		n.Kids = append([]*Node{p.expr()}, parameters...)
		p.enclosed(n, "endcall")
		return
	}
	t := p.take()
	n.Kids = []*Node{p.node(Name, t.text, t.start)}
	p.want("(")
	n.Kids = append(n.Kids, p.arguments()...)
	p.enclosed(n, "endmacro")
}

// chain reads the filters of a filter tag.
func (p *parser) chain() *Node {
	start := p.peek().start
	n := p.filter(nil, start)
	for p.operator("|") != "" {
		n = p.filter(n, start)
	}
	return n
}

func (p *parser) raw(n *Node) {
	p.close()
	start := p.pos
	for {
		i := strings.Index(p.src[p.pos:], "{%")
		if i < 0 {
			p.fault(n.Start, fmt.Errorf("raw without end"))
			p.pos = len(p.src)
			break
		}
		at := p.pos + i
		p.pos = at
		p.open()
		if p.word("endraw") {
			p.close()
			text := p.node(Text, p.src[start:at], start)
			text.End = at
			n.Body = []*Node{text}
			return
		}
		p.pos, p.failed = at+2, false
	}
	p.failed = false
}

// unknown reads the expressions that can be found in a tag of another kind.
func (p *parser) unknown(n *Node) {
	for p.peek().kind != 0 {
		t := p.peek()
		if t.kind == 'o' && t.text != "(" && t.text != "[" && t.text != "{" && t.text != "-" {
			p.take()
			continue
		}
		n.Kids = append(n.Kids, p.expr())
	}
	p.close()
}
