package pysyntax

// enter counts a level of nesting. Where there are too many it skips to the end of the
// element and reports false; every true is followed by leave.
func (p *parser) enter() bool {
	if p.depth++; p.depth <= maxDepth {
		return true
	}
	p.depth--
	p.fail("expression is nested too deeply")
	p.skipElement()
	return false
}

func (p *parser) leave() { p.depth-- }

// skipElement goes to the comma, bracket or newline that ends the current element.
func (p *parser) skipElement() {
	for open := 0; ; p.next() {
		switch p.k {
		case kEOF, kNewline:
			return
		case kComma, kColon:
			if open == 0 {
				return
			}
		case kLParen, kLBracket, kLBrace, kFStart, kFOpen:
			open++
		case kRParen, kRBracket, kRBrace, kFEnd, kFClose:
			if open == 0 {
				return
			}
			open--
		}
	}
}

// missing stands where an expression should. What was read reaches up to it.
func (p *parser) missing() *Bad {
	p.end = max(p.end, p.start())
	return &Bad{Span: Span{p.end, p.end}}
}

// bad holds the expressions that were read of a broken one.
func (p *parser) bad(start uint32, parts ...Expr) *Bad {
	return &Bad{p.since(start), parts}
}

// exprList reads elements with commas between; more than one, or a comma behind the
// one, make a tuple.
func (p *parser) exprList() Expr {
	start := p.start()
	first := p.element()
	if p.k != kComma {
		return first
	}
	base := len(p.nodes.expr.open)
	p.nodes.expr.push(first)
	for p.accept(kComma) && p.k.startsExpr() {
		p.nodes.expr.push(p.element())
	}
	elts := p.nodes.expr.take(base)
	return &Tuple{p.since(start), elts}
}

// element reads what may stand in a list: an expression, *expression or a yield.
func (p *parser) element() Expr {
	switch p.k {
	case kStar, kDoubleStar:
		start := p.start()
		if !p.enter() {
			return p.bad(start)
		}
		defer p.leave()
		p.next()
		v := p.test()
		return &Starred{p.since(start), v}
	case kYield:
		return p.yield()
	}
	return p.named()
}

func (p *parser) yield() Expr {
	start := p.start()
	if !p.enter() {
		return p.bad(start)
	}
	defer p.leave()
	p.next()
	y := &Yield{From: p.accept(kFrom)}
	if p.k.startsExpr() {
		y.Value = p.exprList()
	}
	y.Span = p.since(start)
	return y
}

// named reads test or name := test.
func (p *parser) named() Expr {
	start := p.start()
	e := p.test()
	if p.k != kWalrus {
		return e
	}
	if !p.enter() {
		return p.bad(start, e)
	}
	defer p.leave()
	p.next()
	v := p.test()
	return &NamedExpr{p.since(start), e, v}
}

// test reads a lambda, or an expression with or without a ternary.
func (p *parser) test() Expr {
	start := p.start()
	if !p.enter() {
		return p.bad(start)
	}
	defer p.leave()
	if p.k == kLambda {
		return p.lambda()
	}
	e := p.binary(precOr)
	if p.k != kIf {
		return e
	}
	p.next()
	t := &IfExp{Body: e, Test: p.binary(precOr)}
	if p.expect(kElse, "expected else") {
		t.Else = p.test()
	}
	t.Span = p.since(start)
	return t
}

func (p *parser) lambda() Expr {
	start := p.start()
	p.next()
	l := &Lambda{Params: p.params(kColon)}
	p.expect(kColon, "expected ':'")
	l.Body = p.test()
	l.Span = p.since(start)
	return l
}

// binary reads operands joined by operators of at least a precedence.
func (p *parser) binary(least uint8) Expr {
	start, outer := p.start(), p.links
	p.links = 0
	left := p.unary()
	for n := p.links; ; n = max(n, p.links) + 1 {
		prec := binary[p.k].prec
		if prec == 0 || prec < least || p.k == kNot && p.peek(1) != kIn {
			p.links = max(n, outer)
			return left
		}
		if p.links = 0; n >= maxChain {
			left = p.tooLong(start, left, least)
			p.links = maxChain
			return left
		}
		switch prec {
		case precOr, precAnd:
			left = p.boolOp(start, left, prec)
		case precCompare:
			left = p.compare(start, left)
		default:
			op := binary[p.k].op
			p.next()
			right := p.binary(prec + 1)
			b := p.nodes.bins.alloc()
			*b = BinOp{p.since(start), left, right, op}
			left = b
		}
	}
}

// tooLong reads the rest of a row of operators as a flat list.
func (p *parser) tooLong(start uint32, left Expr, least uint8) Expr {
	p.fail("too many operators in one expression")
	base := len(p.nodes.expr.open)
	p.nodes.expr.push(left)
	for binary[p.k].prec >= least && binary[p.k].prec > 0 {
		p.operator()
		p.nodes.expr.push(p.binary(precTerm + 1))
	}
	parts := p.nodes.expr.take(base)
	return &Bad{p.since(start), parts}
}

// operator reads an infix operator, which may be two words.
func (p *parser) operator() Op {
	op, k := binary[p.k].op, p.k
	p.next()
	switch {
	case k == kNot:
		p.accept(kIn)
	case k == kIs && p.accept(kNot):
		op = IsNot
	}
	return op
}

func (p *parser) not() Expr {
	start := p.start()
	if !p.enter() {
		return p.bad(start)
	}
	defer p.leave()
	p.next()
	v := p.binary(precNot)
	return &UnaryOp{p.since(start), Not, v}
}

func (p *parser) boolOp(start uint32, left Expr, prec uint8) Expr {
	b := &BoolOp{Op: binary[p.k].op}
	k, base := p.k, len(p.nodes.expr.open)
	p.nodes.expr.push(left)
	for p.accept(k) {
		p.nodes.expr.push(p.binary(prec + 1))
	}
	b.Values = p.nodes.expr.take(base)
	b.Span = p.since(start)
	return b
}

func (p *parser) compare(start uint32, left Expr) Expr {
	base, ops := len(p.nodes.expr.open), len(p.nodes.ops.open)
	for binary[p.k].prec == precCompare && (p.k != kNot || p.peek(1) == kIn) {
		p.nodes.ops.push(p.operator())
		p.nodes.expr.push(p.binary(precCompare + 1))
	}
	c := &Compare{Left: left, Ops: p.nodes.ops.take(ops), Comparators: p.nodes.expr.take(base)}
	c.Span = p.since(start)
	return c
}

// unary reads a negated or signed operand, or a power.
func (p *parser) unary() Expr {
	start := p.start()
	var op Op
	switch p.k {
	case kPlus:
		op = Add
	case kMinus:
		op = Sub
	case kTilde:
		op = Invert
	case kNot:
		return p.not()
	default:
		return p.power()
	}
	if !p.enter() {
		return p.bad(start)
	}
	defer p.leave()
	p.next()
	v := p.unary()
	return &UnaryOp{p.since(start), op, v}
}

func (p *parser) power() Expr {
	start := p.start()
	e := p.await()
	if p.k != kDoubleStar {
		return e
	}
	if !p.enter() {
		return p.bad(start, e)
	}
	defer p.leave()
	p.next()
	right := p.unary()
	b := p.nodes.bins.alloc()
	*b = BinOp{p.since(start), e, right, Pow}
	return b
}

// await reads a primary, or await and a primary where await is no name.
func (p *parser) await() Expr {
	if next := p.peek(1); p.k != kAwait || !next.startsOperand() || next == kLambda || next == kNot || next == kTilde {
		return p.primary()
	}
	start := p.start()
	if !p.enter() {
		return p.bad(start)
	}
	defer p.leave()
	p.next()
	v := p.await()
	return &Await{p.since(start), v}
}
