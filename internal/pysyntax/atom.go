package pysyntax

// atom reads a name, a constant or a group in brackets.
func (p *parser) atom() Expr {
	start := p.start()
	switch p.k {
	case kString, kFStart:
		return p.strings()
	case kNumber:
		n := p.nodes.nums.alloc()
		n.Raw = p.text()
		p.next()
		n.Span = p.since(start)
		return n
	case kNone:
		return p.constant(None)
	case kTrue:
		return p.constant(True)
	case kFalse:
		return p.constant(False)
	case kEllipsis:
		return p.constant(Ellipsis)
	case kLParen, kLBracket, kLBrace, kBackquote:
		return p.group()
	case kLambda:
		return p.test()
	case kYield, kStar, kDoubleStar:
		return p.element()
	}
	if !p.k.isName() {
		p.fail("expected an expression")
		return p.missing()
	}
	n := p.nodes.names.alloc()
	n.ID = p.ident()
	p.next()
	n.Span = p.since(start)
	return n
}

func (p *parser) constant(k ConstantKind) Expr {
	start := p.start()
	p.next()
	return &Constant{p.since(start), k}
}

func (p *parser) group() Expr {
	start := p.start()
	if !p.enter() {
		return p.bad(start)
	}
	defer p.leave()
	switch p.k {
	case kLParen:
		return p.parenthesised()
	case kLBracket:
		return p.list()
	case kLBrace:
		return p.braces()
	}
	p.next()
	r := &Repr{}
	if p.k.startsExpr() && p.k != kBackquote {
		r.Value = p.exprList()
	}
	p.expect(kBackquote, "expected '`'")
	r.Span = p.since(start)
	return r
}

func (p *parser) parenthesised() Expr {
	start := p.start()
	p.next()
	base, commas := len(p.nodes.expr.open), false
	for !p.closed(kRParen) {
		at, e := p.start(), p.element()
		if p.compFollows() {
			g := p.comp(at, e, nil, GeneratorComp)
			if e = g; p.k == kRParen && len(p.nodes.expr.open) == base {
				p.next()
				g.Span = p.since(start)
				return g
			}
		}
		p.nodes.expr.push(e)
		commas = commas || p.k == kComma
		p.comma(kRParen)
	}
	list := p.nodes.expr.take(base)
	if len(list) == 1 && !commas {
		return list[0]
	}
	return &Tuple{p.since(start), list}
}

func (p *parser) list() Expr {
	start := p.start()
	p.next()
	base := len(p.nodes.expr.open)
	for !p.closed(kRBracket) {
		at, e := p.start(), p.element()
		if p.compFollows() {
			c := p.comp(at, e, nil, ListComp)
			if e = c; p.k == kRBracket && len(p.nodes.expr.open) == base {
				p.next()
				c.Span = p.since(start)
				return c
			}
		}
		p.nodes.expr.push(e)
		p.comma(kRBracket)
	}
	elts := p.nodes.expr.take(base)
	return &List{p.since(start), elts}
}

// braces reads a set, a dict or a comprehension of either.
func (p *parser) braces() Expr {
	start := p.start()
	p.next()
	exprs, items := len(p.nodes.expr.open), len(p.nodes.item.open)
	for !p.closed(kRBrace) {
		at := p.start()
		if p.accept(kDoubleStar) {
			v := p.test()
			p.nodes.item.push(DictItem{p.since(at), nil, v})
			p.comma(kRBrace)
			continue
		}
		e := p.element()
		var v Expr
		kind := SetComp
		if p.accept(kColon) {
			v, kind = p.element(), DictComp
		}
		switch {
		case p.compFollows():
			c := p.comp(at, e, v, kind)
			if p.k == kRBrace && len(p.nodes.expr.open) == exprs && len(p.nodes.item.open) == items {
				p.next()
				c.Span = p.since(start)
				return c
			}
			p.nodes.expr.push(c)
		case v != nil:
			p.nodes.item.push(DictItem{p.since(at), e, v})
		default:
			p.nodes.expr.push(e)
		}
		p.comma(kRBrace)
	}
	return p.display(start, p.nodes.expr.take(exprs), p.nodes.item.take(items))
}

// display is a set or a dict, or what a mixture of the two holds.
func (p *parser) display(start uint32, elts []Expr, items []DictItem) Expr {
	switch {
	case len(elts) == 0:
		return &Dict{p.since(start), items}
	case len(items) == 0:
		return &Set{p.since(start), elts}
	}
	p.error(start, "neither a set nor a dict")
	for _, it := range items {
		if it.Key != nil {
			elts = append(elts, it.Key)
		}
		elts = append(elts, it.Value)
	}
	return p.bad(start, elts...)
}

// compFollows tells whether the last element was that of a comprehension.
func (p *parser) compFollows() bool {
	return p.k == kFor || p.k == kAsync && p.peek(1) == kFor
}

// comp reads the rest of a comprehension whose element has been read.
func (p *parser) comp(start uint32, elt, value Expr, kind CompKind) *Comp {
	c := &Comp{Kind: kind, Elt: elt, Value: value}
	for p.compFollows() {
		at := p.start()
		g := Generator{Async: p.accept(kAsync)}
		p.next()
		g.Target = p.targets()
		p.expect(kIn, "expected in")
		g.Iter = p.untilIf()
		if kind == ListComp && p.k == kComma { // of Python 2
			g.Iter = p.bareTuple(g.Iter)
		}
		for p.accept(kIf) {
			cond := p.start()
			e := p.untilIf()
			if p.accept(kWalrus) {
				v := p.untilIf()
				e = &NamedExpr{p.since(cond), e, v}
			}
			g.Ifs = append(g.Ifs, e)
		}
		g.Span = p.since(at)
		c.Generators = append(c.Generators, g)
	}
	c.Span = p.since(start)
	return c
}

// untilIf reads an expression without a ternary.
func (p *parser) untilIf() Expr {
	if p.k == kLambda {
		return p.test()
	}
	return p.binary(precOr)
}

func (p *parser) bareTuple(first Expr) Expr {
	start, _ := first.Range()
	base := len(p.nodes.expr.open)
	p.nodes.expr.push(first)
	for p.accept(kComma) && p.k.startsExpr() {
		p.nodes.expr.push(p.untilIf())
	}
	elts := p.nodes.expr.take(base)
	return &Tuple{p.since(uint32(start)), elts}
}

// targets reads the targets of a for up to its in.
func (p *parser) targets() Expr {
	start := p.start()
	first := p.target()
	if p.k != kComma {
		return first
	}
	base := len(p.nodes.expr.open)
	p.nodes.expr.push(first)
	for p.accept(kComma) && p.k.startsExpr() {
		p.nodes.expr.push(p.target())
	}
	elts := p.nodes.expr.take(base)
	return &Tuple{p.since(start), elts}
}

func (p *parser) target() Expr {
	start := p.start()
	if !p.accept(kStar) {
		return p.binary(precBar)
	}
	v := p.binary(precBar)
	return &Starred{p.since(start), v}
}

// strings reads adjacent strings, plain and formatted.
func (p *parser) strings() Expr {
	start := p.start()
	plain := p.plainStrings()
	if plain != nil && p.k != kFStart {
		return plain
	}
	j, base := &JoinedStr{}, len(p.nodes.expr.open)
	if plain != nil {
		p.nodes.expr.push(plain)
	}
	for {
		if p.k == kFStart {
			j.Template = p.formatted() || j.Template
		} else if s := p.plainStrings(); s != nil {
			p.nodes.expr.push(s)
		} else {
			break
		}
	}
	j.Values = p.nodes.expr.take(base)
	j.Span = p.since(start)
	return j
}

func (p *parser) plainStrings() Expr {
	if p.k != kString {
		return nil
	}
	start := p.start()
	s := p.nodes.strs.alloc()
	open := p.src[start:]
	for p.accept(kString) {
	}
	s.Span = p.since(start)
	s.Raw = p.src[s.Start:s.End]
	for i := 0; i < len(open) && isIdent(open[i]); i++ {
		s.Bytes = s.Bytes || open[i]|0x20 == 'b'
	}
	return s
}

// formatted pushes the parts of an f-string and tells whether it is a template.
func (p *parser) formatted() bool {
	prefix := p.text()
	mode := strPiece
	for _, c := range prefix {
		if c|0x20 == 'r' {
			mode = strRawPiece
		}
	}
	p.next()
	p.pieces(mode)
	p.accept(kFEnd)
	return prefix[0]|0x20 == 't' || prefix[1]|0x20 == 't'
}

func (p *parser) pieces(mode strMode) {
	for {
		switch p.k {
		case kFText:
			start := p.start()
			s := p.nodes.strs.alloc()
			s.mode, s.Raw = mode, p.text()
			p.next()
			s.Span = p.since(start)
			p.nodes.expr.push(s)
		case kFOpen:
			p.nodes.expr.push(p.field(mode))
		default:
			return
		}
	}
}

func (p *parser) field(mode strMode) Expr {
	start := p.start()
	v := &FormattedValue{}
	p.next()
	depth := p.depth
	if p.enter() {
		if p.k.startsExpr() {
			v.Value = p.exprList()
		}
		p.depth = depth
	}
	if p.k == kAssign && (p.peek(1) == kFClose || p.peek(1) == kFConv || p.peek(1) == kFSpec) {
		p.next()
	}
	if v.Value == nil {
		v.Value = p.missing()
	}
	for p.k != kFConv && p.k != kFSpec && p.k != kFClose && p.k != kEOF {
		p.fail("invalid syntax in f-string")
		v.Value = p.leftover(v.Value)
	}
	if p.k == kFConv {
		if s := p.text(); len(s) > 1 {
			v.Conversion = s[1]
		}
		p.next()
	}
	if p.accept(kFSpec) {
		base := len(p.nodes.expr.open)
		p.pieces(mode)
		v.Format = p.nodes.expr.take(base)
	}
	p.accept(kFClose)
	v.Span = p.since(start)
	return v
}

// leftover reads what follows an expression that should have ended.
func (p *parser) leftover(e Expr) Expr {
	start, _ := e.Range()
	if p.k.startsExpr() {
		return p.bad(uint32(start), e, p.exprList())
	}
	p.next()
	return e
}
