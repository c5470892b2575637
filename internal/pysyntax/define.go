package pysyntax

func (p *parser) decorated(start uint32) {
	base := len(p.nodes.expr.open)
	for p.accept(kAt) {
		if p.k.startsExpr() {
			p.nodes.expr.push(p.named())
		}
		p.restOfLine()
		for p.k == kNewline {
			p.next()
		}
	}
	decorators := p.nodes.expr.take(base)
	switch {
	case p.k == kDef:
		p.function(start, decorators, false)
	case p.k == kAsync && p.peek(1) == kDef:
		p.next()
		p.function(start, decorators, true)
	case p.k == kClass:
		p.classDef(start, decorators)
	default:
		p.fail("decorator without a definition")
		for _, d := range decorators {
			s, e := d.Range()
			p.add(&ExprStmt{Span{uint32(s), uint32(e)}, d})
		}
	}
}

// name reads the name of a definition.
func (p *parser) name() (string, uint32) {
	at := p.start()
	if !p.k.isWord() {
		p.fail("expected a name")
		return "", at
	}
	s := p.ident()
	p.next()
	return s, at
}

func (p *parser) function(start uint32, decorators []Expr, async bool) {
	f := &FunctionDef{Decorators: decorators, Async: async}
	p.next()
	f.Name, f.NameStart = p.name()
	f.TypeParams = p.typeParams()
	if p.expect(kLParen, "expected '('") {
		f.Params = p.params(kRParen)
		p.expect(kRParen, "expected ')'")
	}
	if p.accept(kArrow) {
		f.Returns = p.exprList()
	}
	p.untilColon()
	f.Body = p.block()
	f.Span = p.since(start)
	p.add(f)
}

func (p *parser) classDef(start uint32, decorators []Expr) {
	c := &ClassDef{Decorators: decorators}
	p.next()
	c.Name, c.NameStart = p.name()
	c.TypeParams = p.typeParams()
	if p.k == kLParen {
		c.Args, c.Keywords = p.arguments()
	}
	p.untilColon()
	c.Body = p.block()
	c.Span = p.since(start)
	p.add(c)
}

// params reads parameters up to the bracket or colon behind them.
func (p *parser) params(end kind) []Param {
	base, kind := len(p.nodes.param.open), PositionalOrKeyword
	for p.k != end && p.k != kEOF && p.k != kNewline {
		start := p.start()
		prm := Param{Kind: kind}
		switch {
		case p.accept(kStar):
			kind = KeywordOnly
			prm.Kind = VarPositional
		case p.accept(kDoubleStar):
			prm.Kind = VarKeyword
		case p.accept(kSlash):
			for i := range p.nodes.param.open[base:] {
				p.nodes.param.open[base+i].Kind = PositionalOnly
			}
			p.accept(kComma)
			continue
		}
		switch {
		case p.k.isWord():
			prm.Name = p.ident()
			p.next()
		case p.k == kLParen && end == kRParen || p.k == kLParen && prm.Kind == kind:
			prm.Tuple = p.atom()
		case prm.Kind == VarPositional && p.k == kComma: // the bare star
			p.next()
			continue
		case prm.Kind == VarPositional && p.k == end:
			continue
		default:
			p.fail("expected a parameter")
			p.next()
			continue
		}
		if end == kRParen && p.accept(kColon) {
			prm.Annotation = p.element()
		}
		if p.accept(kAssign) {
			prm.Default = p.element()
		}
		prm.Span = p.since(start)
		p.nodes.param.push(prm)
		if !p.accept(kComma) && p.k != end {
			p.fail("expected ',' between parameters")
		}
	}
	return p.nodes.param.take(base)
}

// typeParams reads [T: bound = default, *Ts, **P] of PEP 695.
func (p *parser) typeParams() []TypeParam {
	var list []TypeParam
	if !p.accept(kLBracket) {
		return nil
	}
	for p.k != kRBracket && p.k != kEOF && p.k != kNewline {
		start := p.start()
		if p.k == kStar || p.k == kDoubleStar {
			p.next()
		}
		if !p.k.isWord() {
			p.fail("expected a type parameter")
			p.next()
			continue
		}
		t := TypeParam{Name: p.ident()}
		p.next()
		if p.accept(kColon) {
			t.Bound = p.element()
		}
		if p.accept(kAssign) {
			t.Default = p.element()
		}
		t.Span = p.since(start)
		list = append(list, t)
		if !p.accept(kComma) && p.k != kRBracket {
			p.fail("expected ',' between type parameters")
		}
	}
	p.accept(kRBracket)
	return list
}
