package pysyntax

// primary reads an atom and the attributes, calls and subscripts behind it.
func (p *parser) primary() Expr {
	start, outer := p.start(), p.links
	p.links = 0
	e := p.atom()
	for n := p.links; ; n = max(n, p.links) + 1 {
		if p.k != kDot && p.k != kLParen && p.k != kLBracket {
			p.links = max(n, outer)
			return e
		}
		if p.links = 0; n >= maxChain {
			e = p.longPrimary(start, e)
			p.links = maxChain
			return e
		}
		switch p.k {
		case kDot:
			e = p.attribute(start, e)
		case kLParen:
			e = p.call(start, e)
		default:
			e = p.subscript(start, e)
		}
	}
}

// longPrimary reads the rest of a row of attributes, calls and subscripts as a list.
func (p *parser) longPrimary(start uint32, e Expr) Expr {
	p.fail("too many calls or attributes in one expression")
	base := len(p.nodes.expr.open)
	p.nodes.expr.push(e)
	for p.k == kDot || p.k == kLParen || p.k == kLBracket {
		if p.accept(kDot) {
			if p.k.isWord() {
				p.next()
			}
			continue
		}
		p.nodes.expr.push(p.atom())
	}
	parts := p.nodes.expr.take(base)
	return &Bad{p.since(start), parts}
}

func (p *parser) attribute(start uint32, value Expr) Expr {
	p.next()
	a := p.nodes.attrs.alloc()
	a.Value, a.AttrStart = value, p.start()
	if p.k.isWord() {
		a.Attr = p.ident()
		p.next()
	} else {
		p.fail("expected a name behind '.'")
		a.AttrStart = p.since(start).End
	}
	a.Span = p.since(start)
	return a
}

func (p *parser) call(start uint32, f Expr) Expr {
	c := p.nodes.calls.alloc()
	c.Func = f
	c.Args, c.Keywords = p.arguments()
	c.Span = p.since(start)
	return c
}

// arguments reads the parentheses of a call or a class.
func (p *parser) arguments() ([]Expr, []Keyword) {
	args, keywords := len(p.nodes.expr.open), len(p.nodes.keyword.open)
	if !p.enter() {
		return nil, nil
	}
	defer p.leave()
	p.next()
	for p.atKeyword() || !p.closed(kRParen) {
		start := p.start()
		switch {
		case p.atKeyword():
			name := p.ident()
			p.next()
			p.next()
			v := p.element()
			p.nodes.keyword.push(Keyword{p.since(start), name, v})
		case p.k == kDoubleStar:
			p.next()
			v := p.test()
			p.nodes.keyword.push(Keyword{p.since(start), "", v})
		default:
			e := p.element()
			if p.compFollows() {
				e = p.comp(start, e, nil, GeneratorComp)
			}
			p.nodes.expr.push(e)
		}
		p.comma(kRParen)
	}
	return p.nodes.expr.take(args), p.nodes.keyword.take(keywords)
}

// atKeyword tells whether a keyword argument follows.
func (p *parser) atKeyword() bool { return p.k.isWord() && p.peek(1) == kAssign }

// closed goes past the closing bracket, if it is there, and skips what cannot start an
// element.
func (p *parser) closed(end kind) bool {
	for {
		switch {
		case p.accept(end):
			return true
		case p.k == kEOF || p.k == kNewline:
			return true
		case p.k.startsExpr():
			return false
		}
		p.fail("invalid syntax")
		p.next()
	}
}

// comma goes past the comma behind an element. Where it is missing the next element
// follows all the same.
func (p *parser) comma(end kind) {
	if p.k != kComma && p.k != end {
		p.fail("expected ',' or a closing bracket")
		return
	}
	p.accept(kComma)
}

func (p *parser) subscript(start uint32, value Expr) Expr {
	s := p.nodes.subs.alloc()
	s.Value = value
	if !p.enter() {
		s.Index = p.missing()
		s.Span = p.since(start)
		return s
	}
	defer p.leave()
	p.next()
	inner, base, commas := Span{p.start(), p.start()}, len(p.nodes.expr.open), false
	for p.k == kColon || !p.closed(kRBracket) {
		p.nodes.expr.push(p.slice())
		commas = commas || p.k == kComma
		p.comma(kRBracket)
		inner.End = p.end
	}
	list := p.nodes.expr.take(base)
	s.Span = p.since(start)
	if len(list) == 1 && !commas {
		s.Index = list[0]
		return s
	}
	s.Index = &Tuple{inner, list}
	return s
}

// slice reads an element of a subscript.
func (p *parser) slice() Expr {
	start := p.start()
	var lower Expr
	if p.k != kColon {
		lower = p.element()
		if p.compFollows() {
			lower = p.comp(start, lower, nil, GeneratorComp)
		}
		if p.k != kColon {
			return lower
		}
	}
	s := &Slice{Lower: lower}
	p.next()
	if p.k.startsExpr() {
		s.Upper = p.element()
	}
	if p.accept(kColon) && p.k.startsExpr() {
		s.Step = p.element()
	}
	s.Span = p.since(start)
	return s
}
