package pysyntax

// match reads a match statement, if "match" is one here: its line ends in a colon, and
// a case follows.
func (p *parser) match(start uint32) bool {
	if !p.isMatch() {
		return false
	}
	p.next()
	s := &Match{Subject: p.exprList()}
	p.untilColon()
	p.next() // colon
	p.next() // newline
	p.next() // indent
	stray := p.stray
	p.stray = 0
	base := len(p.nodes.stmt.open)
	for p.k != kEOF && !(p.k == kDedent && p.stray == 0) {
		switch {
		case p.strayIndent():
		case p.k == kCase:
			s.Cases = append(s.Cases, p.matchCase())
		default:
			p.fail("expected case")
			p.statement()
		}
	}
	p.accept(kDedent)
	p.stray = stray
	broken := p.nodes.stmt.take(base)
	s.Span = p.since(start)
	p.add(s)
	for _, b := range broken {
		p.add(b)
	}
	return true
}

func (p *parser) isMatch() bool {
	if next := p.peek(1); !next.startsOperand() && next != kMinus && next != kStar {
		return false
	}
	for i := p.i; i+3 < len(p.toks); i++ {
		if p.toks[i].kind == kNewline {
			return p.toks[i-1].kind == kColon && p.toks[i+1].kind == kIndent && p.toks[i+2].kind == kCase
		}
	}
	return false
}

func (p *parser) matchCase() MatchCase {
	start := p.start()
	p.next()
	c := MatchCase{Pattern: p.patterns()}
	if p.accept(kIf) {
		c.Guard = p.named()
	}
	p.untilColon()
	c.Body = p.block()
	c.Span = p.since(start)
	return c
}

// patterns reads a pattern, or a sequence of them without brackets.
func (p *parser) patterns() *Pattern {
	start := p.start()
	first := p.asPattern()
	if p.k != kComma {
		return first
	}
	base := len(p.nodes.pattern.open)
	p.nodes.pattern.push(first)
	for p.accept(kComma) && p.startsPattern() {
		p.nodes.pattern.push(p.asPattern())
	}
	list := p.nodes.pattern.take(base)
	return &Pattern{Span: p.since(start), Kind: MatchSequence, Patterns: list}
}

func (p *parser) startsPattern() bool {
	return p.k.startsOperand() || p.k == kMinus || p.k == kStar || p.k == kDoubleStar
}

// asPattern reads alternatives, and the name that the value is bound to.
func (p *parser) asPattern() *Pattern {
	start := p.start()
	if !p.enter() {
		return &Pattern{Span: p.since(start), Kind: MatchValue}
	}
	defer p.leave()
	first := p.closedPattern()
	if p.k == kBar {
		base := len(p.nodes.pattern.open)
		p.nodes.pattern.push(first)
		for p.accept(kBar) {
			p.nodes.pattern.push(p.closedPattern())
		}
		list := p.nodes.pattern.take(base)
		first = &Pattern{Span: p.since(start), Kind: MatchOr, Patterns: list}
	}
	if !p.accept(kAs) {
		return first
	}
	as := &Pattern{Kind: MatchAs, Patterns: []*Pattern{first}}
	as.Name, _ = p.name()
	as.Span = p.since(start)
	return as
}

func (p *parser) closedPattern() *Pattern {
	start := p.start()
	switch p.k {
	case kStar, kDoubleStar:
		p.next()
		s := &Pattern{Kind: MatchStar}
		s.Name = binding(p.name())
		s.Span = p.since(start)
		return s
	case kLParen:
		return p.patternGroup(kRParen)
	case kLBracket:
		return p.patternGroup(kRBracket)
	case kLBrace:
		return p.mapping()
	}
	if p.k.isName() {
		return p.namePattern()
	}
	v := p.binary(precSum)
	return &Pattern{Span: p.since(start), Kind: MatchValue, Value: v}
}

// binding is the name that a pattern binds, given its name and place.
func binding(name string, _ uint32) string {
	if name == "_" {
		return ""
	}
	return name
}

// patternGroup reads a sequence in brackets, or a pattern in parentheses.
func (p *parser) patternGroup(end kind) *Pattern {
	start := p.start()
	p.next()
	base, commas := len(p.nodes.pattern.open), false
	for p.k != end && p.startsPattern() {
		p.nodes.pattern.push(p.asPattern())
		commas = commas || p.k == kComma
		p.comma(end)
	}
	p.endPattern(end)
	list := p.nodes.pattern.take(base)
	if end == kRParen && len(list) == 1 && !commas {
		return list[0]
	}
	return &Pattern{Span: p.since(start), Kind: MatchSequence, Patterns: list}
}

// endPattern goes past a closing bracket and what stands wrongly before it.
func (p *parser) endPattern(end kind) {
	if p.accept(end) {
		return
	}
	p.fail("invalid pattern")
	for p.k != kEOF && p.k != kNewline && !p.accept(end) {
		p.next()
	}
}

func (p *parser) mapping() *Pattern {
	start := p.start()
	p.next()
	m := &Pattern{Kind: MatchMapping}
	for p.k != kRBrace && p.startsPattern() {
		if p.accept(kDoubleStar) {
			m.Name, _ = p.name()
		} else {
			m.Keys = append(m.Keys, p.binary(precSum))
			p.expect(kColon, "expected ':'")
			m.Patterns = append(m.Patterns, p.asPattern())
		}
		p.comma(kRBrace)
	}
	p.endPattern(kRBrace)
	m.Span = p.since(start)
	return m
}

// namePattern reads a capture, a dotted value or a class.
func (p *parser) namePattern() *Pattern {
	start := p.start()
	if k := p.peek(1); k != kDot && k != kLParen {
		c := &Pattern{Kind: MatchCapture}
		c.Name = binding(p.name())
		c.Span = p.since(start)
		return c
	}
	v := p.atom()
	for p.k == kDot {
		v = p.attribute(start, v)
	}
	if p.k != kLParen {
		return &Pattern{Span: p.since(start), Kind: MatchValue, Value: v}
	}
	c := &Pattern{Kind: MatchClass, Value: v}
	p.next()
	for p.k != kRParen && (p.startsPattern() || p.atKeyword()) {
		if p.atKeyword() {
			c.Names = append(c.Names, p.ident())
			p.next()
			p.next()
		}
		c.Patterns = append(c.Patterns, p.asPattern())
		p.comma(kRParen)
	}
	p.endPattern(kRParen)
	c.Span = p.since(start)
	return c
}
