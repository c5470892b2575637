package pysyntax

// file reads all statements.
func (p *parser) file() []Stmt {
	base := len(p.nodes.stmt.open)
	for p.k != kEOF {
		if !p.strayIndent() {
			p.statement()
		}
	}
	return p.nodes.stmt.take(base)
}

// strayIndent goes past an indent that opens no block and past its dedent.
func (p *parser) strayIndent() bool {
	switch {
	case p.k == kIndent:
		p.fail("unexpected indent")
		p.stray++
	case p.k == kDedent && p.stray > 0:
		p.stray--
	default:
		return false
	}
	p.next()
	return true
}

// block reads the colon and the body of a compound statement.
func (p *parser) block() []Stmt {
	p.expect(kColon, "expected ':'")
	base := len(p.nodes.stmt.open)
	if p.k != kNewline {
		if p.k != kEOF && p.k != kDedent {
			p.statement()
		}
		return p.nodes.stmt.take(base)
	}
	p.next()
	if p.k != kIndent {
		p.fail("expected an indented block")
		return nil
	}
	if p.blocks >= maxBlocks {
		return nil // the indent is a stray one then
	}
	p.next()
	stray := p.stray
	p.stray = 0
	p.blocks++
	for p.k != kEOF {
		if p.strayIndent() {
			continue
		}
		if p.k == kDedent {
			p.next()
			break
		}
		p.statement()
	}
	p.blocks--
	p.stray = stray
	return p.nodes.stmt.take(base)
}

func (p *parser) add(s Stmt) { p.nodes.stmt.push(s) }

// statement reads a compound statement or a line of simple ones, and goes forward by
// at least one token, unless it is at a dedent.
func (p *parser) statement() {
	if p.k == kDedent { // unbalanced only where p.stray was reset
		p.next()
		return
	}
	if p.blocks >= maxBlocks+1 {
		p.fail("blocks are nested too deeply")
		p.next()
		return
	}
	p.blocks++
	if !p.compound() {
		p.line()
	}
	p.blocks--
}

// compound reads a compound statement, if the next one is such.
func (p *parser) compound() bool {
	start := p.start()
	switch p.k {
	case kIf:
		p.ifStmt(start)
	case kDef:
		p.function(start, nil, false)
	case kClass:
		p.classDef(start, nil)
	case kFor:
		p.forStmt(start, false)
	case kWith:
		p.with(start, false)
	case kTry:
		p.try(start)
	case kWhile:
		p.while(start)
	case kAt:
		p.decorated(start)
	case kAsync:
		return p.async(start)
	case kMatch:
		return p.match(start)
	case kElif, kElse, kExcept, kFinally:
		p.orphan(start)
	default:
		return false
	}
	return true
}

// orphan reads a clause whose statement is missing.
func (p *parser) orphan(start uint32) {
	p.fail("clause without its statement")
	switch p.k {
	case kElif:
		p.ifStmt(start)
	case kElse:
		p.next()
		body := p.block()
		p.add(&If{Span: p.since(start), Else: body})
	default:
		p.handlers(start, nil)
	}
}

func (p *parser) async(start uint32) bool {
	switch p.peek(1) {
	case kDef:
		p.next()
		p.function(start, nil, true)
	case kFor:
		p.next()
		p.forStmt(start, true)
	case kWith:
		p.next()
		p.with(start, true)
	default:
		return false
	}
	return true
}

func (p *parser) ifStmt(start uint32) {
	s := &If{}
	for first := true; first || p.k == kElif; first = false {
		at := p.start()
		p.next()
		c := IfClause{Test: p.named()}
		p.untilColon()
		c.Body = p.block()
		c.Span = p.since(at)
		s.Clauses = append(s.Clauses, c)
	}
	s.Else = p.elseBlock()
	s.Span = p.since(start)
	p.add(s)
}

// untilColon reads what stands wrongly between a header and its colon, as expressions.
func (p *parser) untilColon() {
	for p.k != kColon && p.k != kNewline && p.k != kEOF {
		p.fail("expected ':'")
		p.exprOrSkip()
	}
}

// exprOrSkip reads an expression as a statement, or skips a token.
func (p *parser) exprOrSkip() {
	if !p.k.startsExpr() {
		p.next()
		return
	}
	start := p.start()
	v := p.exprList()
	p.add(&ExprStmt{p.since(start), v})
}

func (p *parser) elseBlock() []Stmt {
	if !p.accept(kElse) {
		return nil
	}
	p.untilColon()
	return p.block()
}

func (p *parser) while(start uint32) {
	p.next()
	s := &While{Test: p.named()}
	p.untilColon()
	s.Body = p.block()
	s.Else = p.elseBlock()
	s.Span = p.since(start)
	p.add(s)
}

func (p *parser) forStmt(start uint32, async bool) {
	p.next()
	s := &For{Async: async, Target: p.targets()}
	p.expect(kIn, "expected in")
	s.Iter = p.exprList()
	p.untilColon()
	s.Body = p.block()
	s.Else = p.elseBlock()
	s.Span = p.since(start)
	p.add(s)
}

func (p *parser) with(start uint32, async bool) {
	p.next()
	s := &With{Async: async}
	end := kColon
	if p.k == kLParen && p.wrapsItems() {
		p.next()
		end = kRParen
	}
	for p.k != end && p.k != kNewline && p.k != kEOF {
		at := p.start()
		it := WithItem{Context: p.element()}
		if p.accept(kAs) {
			it.Vars = p.target()
		}
		it.Span = p.since(at)
		s.Items = append(s.Items, it)
		if !p.accept(kComma) {
			break
		}
	}
	if end == kRParen {
		p.expect(kRParen, "expected ')'")
	}
	p.untilColon()
	s.Body = p.block()
	s.Span = p.since(start)
	p.add(s)
}

// wrapsItems tells whether the parenthesis at which the items of a with start encloses
// them all, and not a part of the first.
func (p *parser) wrapsItems() bool {
	depth, items := 0, false
	for i := p.i; i < len(p.toks); i++ {
		switch p.toks[i].kind {
		case kLParen, kLBracket, kLBrace, kFOpen:
			depth++
		case kRParen, kRBracket, kRBrace, kFClose:
			if depth--; depth == 0 {
				return items && i+1 < len(p.toks) && p.toks[i+1].kind == kColon
			}
		case kAs, kComma:
			items = items || depth == 1
		case kFor, kYield, kWalrus: // a generator or a value
			if depth == 1 && !items {
				return false
			}
		case kNewline, kEOF:
			return false
		}
	}
	return false
}

func (p *parser) try(start uint32) {
	p.next()
	body := p.block()
	p.handlers(start, body)
}

// handlers reads the clauses of a try.
func (p *parser) handlers(start uint32, body []Stmt) {
	s := &Try{Body: body}
	for p.k == kExcept {
		s.Handlers = append(s.Handlers, p.except())
	}
	s.Else = p.elseBlock()
	if p.accept(kFinally) {
		s.Finally = p.block()
	}
	s.Span = p.since(start)
	p.add(s)
}

func (p *parser) except() ExceptHandler {
	start := p.start()
	p.next()
	h := ExceptHandler{Star: p.accept(kStar)}
	if p.k.startsExpr() {
		h.Type = p.named()
	}
	if p.k == kComma && h.Type != nil {
		p.exceptComma(&h)
	}
	if p.accept(kAs) {
		h.Target = p.target()
	}
	p.untilColon()
	h.Body = p.block()
	h.Span = p.since(start)
	return h
}

// exceptComma reads "except Error, e" of Python 2 or "except A, B" of PEP 758: what is
// bound is a name in lower case.
func (p *parser) exceptComma(h *ExceptHandler) {
	list := p.bareTuple(h.Type).(*Tuple)
	if n, ok := list.Elts[len(list.Elts)-1].(*Name); ok && len(list.Elts) == 2 && p.k == kColon && n.ID > "Z" {
		h.Target = n
		return
	}
	h.Type = list
}
