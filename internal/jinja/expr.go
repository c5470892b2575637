package jinja

import "fmt"

// operator takes the next token if it is one of the operators.
func (p *parser) operator(ops ...string) string {
	t := p.peek()
	for _, op := range ops {
		if t.kind == 'o' && t.text == op {
			p.take()
			return op
		}
	}
	return ""
}

// word takes the next token if it is the name.
func (p *parser) word(name string) bool {
	if t := p.peek(); t.kind != 'n' || t.text != name {
		return false
	}
	p.take()
	return true
}

func (p *parser) want(op string) {
	if p.operator(op) == "" {
		t := p.peek()
		p.fault(t.start, fmt.Errorf("%.40q where %q belongs", t.text, op))
	}
}

// tuple reads one expression, or several with commas as a list.
func (p *parser) tuple() *Node {
	start := p.peek().start
	first := p.expr()
	if p.operator(",") == "" {
		return first
	}
	kids := []*Node{first}
	for t := p.peek(); t.kind != 0 && !(t.kind == 'o' && (t.text == ")" || t.text == "=")); t = p.peek() {
		kids = append(kids, p.expr())
		if p.operator(",") == "" {
			break
		}
	}
	return p.node(List, "", start, kids...)
}

// expr reads an expression with its inline if.
func (p *parser) expr() *Node {
	start := p.peek().start
	defer p.leave()
	if !p.deeper() {
		return p.node(Number, "none", start)
	}
	n := p.binary(0)
	for p.word("if") {
		kids := []*Node{p.binary(0), n}
		if p.word("else") {
			kids = append(kids, p.expr())
		}
		n = p.node(Cond, "", start, kids...)
	}
	return n
}

// levels are the binary operators, loosest first, above the comparisons and below.
var levels = [][]string{nil, nil, nil, {"==", "!=", "<", "<=", ">", ">="}, {"+", "-"}, {"~"}, {"*", "//", "/", "%"}, {"**"}}

const notLevel = 2

// binary reads the operators of a level and all tighter ones.
func (p *parser) binary(level int) *Node {
	start := p.peek().start
	switch {
	case level == len(levels):
		return p.unary(true)
	case level == notLevel:
		if p.word("not") {
			return p.negation(start)
		}
		return p.binary(level + 1)
	}
	n := p.binary(level + 1)
	for op := p.infix(level); op != ""; op = p.infix(level) {
		n = p.node(Binary, op, start, n, p.binary(level+1))
	}
	return n
}

func (p *parser) negation(start int) *Node {
	defer p.leave()
	if !p.deeper() {
		return p.node(Number, "none", start)
	}
	return p.node(Unary, "not", start, p.binary(notLevel))
}

func (p *parser) infix(level int) string {
	switch level {
	case 0:
		if p.word("or") {
			return "or"
		}
	case 1:
		if p.word("and") {
			return "and"
		}
	case 3:
		if p.word("in") {
			return "in"
		}
		if p.word("not") {
			if !p.word("in") {
				p.fault(p.pos, fmt.Errorf("not without in"))
			}
			return "not in"
		}
	}
	return p.operator(levels[level]...)
}

func (p *parser) unary(filters bool) *Node {
	start := p.peek().start
	if op := p.operator("-", "+"); op != "" {
		defer p.leave()
		if !p.deeper() {
			return p.node(Number, "none", start)
		}
		n := p.node(Unary, op, start, p.unary(false))
		return p.filters(n, start, filters)
	}
	n := p.postfix(p.primary(), start)
	return p.filters(n, start, filters)
}

func (p *parser) primary() *Node {
	t := p.take()
	switch {
	case t.kind == 's':
		text := t.text
		for p.peek().kind == 's' {
			text += p.take().text
		}
		return p.node(Const, text, t.start)
	case t.kind == 'd':
		return p.node(Number, t.text, t.start)
	case t.kind == 'n':
		switch t.text {
		case "true", "True", "false", "False", "none", "None":
			return p.node(Number, t.text, t.start)
		}
		return p.node(Name, t.text, t.start)
	case t.text == "(":
		if p.operator(")") != "" {
			return p.node(List, "", t.start)
		}
		n := p.tuple()
		p.want(")")
		return n
	case t.text == "[":
		return p.node(List, "", t.start, p.items("]", false)...)
	case t.text == "{":
		return p.node(Dict, "", t.start, p.items("}", true)...)
	}
	p.fault(t.start, fmt.Errorf("%.40q where an expression belongs", t.text))
	return p.node(Number, "none", t.start)
}

// items reads the items of a list or a dict up to its end.
func (p *parser) items(end string, pairs bool) (kids []*Node) {
	for p.operator(end) == "" && !p.failed {
		kids = append(kids, p.expr())
		if pairs {
			p.want(":")
			kids = append(kids, p.expr())
		}
		if p.operator(",") == "" {
			p.want(end)
			break
		}
	}
	return kids
}

// postfix reads attributes, subscripts and calls.
func (p *parser) postfix(n *Node, start int) *Node {
	for {
		switch p.operator(".", "[", "(") {
		case ".":
			if t := p.take(); t.kind == 'n' {
				n = p.node(Attr, t.text, start, n)
			} else if t.kind == 'd' {
				n = p.node(Index, "", start, n, p.node(Number, t.text, t.start))
			} else {
				p.fault(t.start, fmt.Errorf("%.40q where a name belongs", t.text))
			}
		case "[":
			n = p.subscript(n, start)
		case "(":
			n = p.node(Call, "", start, append([]*Node{n}, p.arguments()...)...)
		default:
			return n
		}
	}
}

func (p *parser) subscript(n *Node, start int) *Node {
	kids := []*Node{n}
	slice := false
	for p.operator("]") == "" && !p.failed {
		if op := p.operator(":", ","); op != "" {
			slice = slice || op == ":"
			continue
		}
		kids = append(kids, p.expr())
	}
	if slice {
		return p.node(Slice, "", start, kids...)
	}
	if len(kids) != 2 {
		p.fault(start, fmt.Errorf("a subscript of %d parts", len(kids)-1))
		kids = append(kids, p.node(Number, "none", start))
	}
	return p.node(Index, "", start, kids[0], kids[1])
}

// arguments reads the arguments of a call behind its bracket, or the parameters of a
// macro, which look the same.
func (p *parser) arguments() (kids []*Node) {
	for p.operator(")") == "" && !p.failed {
		kids = append(kids, p.argument())
		if p.operator(",") == "" {
			p.want(")")
			break
		}
	}
	return kids
}

func (p *parser) argument() *Node {
	start := p.peek().start
	if op := p.operator("**", "*"); op != "" {
		return p.node(Keyword, op, start, p.expr())
	}
	n := p.expr()
	if n.Kind == Name && p.operator("=") != "" {
		return p.node(Keyword, n.Name, start, p.expr())
	}
	return n
}

// filters reads what follows an operand: filters, tests and calls of their results.
func (p *parser) filters(n *Node, start int, all bool) *Node {
	for all {
		switch {
		case p.operator("|") != "":
			n = p.filter(n, start)
		case p.word("is"):
			n = p.test(n, start)
		case p.operator("(") != "":
			n = p.node(Call, "", start, append([]*Node{n}, p.arguments()...)...)
		default:
			return n
		}
	}
	return n
}

func (p *parser) dotted() string {
	t := p.take()
	if t.kind != 'n' {
		p.fault(t.start, fmt.Errorf("%.40q where a name belongs", t.text))
	}
	name := t.text
	for p.operator(".") != "" {
		name += "." + p.take().text
	}
	return name
}

func (p *parser) filter(n *Node, start int) *Node {
	name := p.dotted()
	kids := []*Node{n}
	if p.operator("(") != "" {
		kids = append(kids, p.arguments()...)
	}
	return p.node(Filter, name, start, kids...)
}

func (p *parser) test(n *Node, start int) *Node {
	negated := p.word("not")
	name := p.dotted()
	kids := []*Node{n}
	if p.operator("(") != "" {
		kids = append(kids, p.arguments()...)
	} else if p.operand() {
		at := p.peek().start
		kids = append(kids, p.postfix(p.primary(), at))
	}
	n = p.node(Test, name, start, kids...)
	if negated {
		return p.node(Unary, "not", start, n)
	}
	return n
}

// operand tells whether a test's argument without brackets follows.
func (p *parser) operand() bool {
	t := p.peek()
	switch t.kind {
	case 's', 'd':
		return true
	case 'n':
		return t.text != "else" && t.text != "or" && t.text != "and" && t.text != "is" &&
			t.text != "if" && t.text != "in" && t.text != "not" && t.text != "recursive"
	}
	return t.kind == 'o' && (t.text == "[" || t.text == "{")
}
