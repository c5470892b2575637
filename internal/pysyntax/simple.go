package pysyntax

import "strings"

// line reads simple statements up to the end of the line.
func (p *parser) line() {
	for {
		if p.k != kNewline {
			p.simple()
		}
		if !p.accept(kSemicolon) {
			break
		}
		if p.k == kNewline || p.k == kEOF {
			break
		}
	}
	p.restOfLine()
	p.accept(kNewline)
}

// restOfLine reads expressions where the line should have ended.
func (p *parser) restOfLine() {
	if p.k == kNewline || p.k == kEOF {
		return
	}
	p.fail("invalid syntax")
	for p.k != kNewline && p.k != kEOF && p.k != kDedent && p.k != kIndent {
		p.exprOrSkip()
	}
}

// simple reads a simple statement.
func (p *parser) simple() {
	start := p.start()
	switch p.k {
	case kImport:
		p.next()
		names := p.aliases(true)
		p.add(&Import{p.since(start), names})
	case kFrom:
		p.importFrom(start)
	case kReturn:
		p.next()
		s := &Return{Value: p.optional()}
		s.Span = p.since(start)
		p.add(s)
	case kPass:
		p.simpleWord(start, Pass)
	case kBreak:
		p.simpleWord(start, Break)
	case kContinue:
		p.simpleWord(start, Continue)
	case kRaise:
		p.raise(start)
	case kAssert:
		p.assert(start)
	case kDel:
		p.next()
		s := &Delete{Targets: elements(p.optional())}
		s.Span = p.since(start)
		p.add(s)
	case kGlobal:
		p.global(start)
	default:
		if !p.softStatement(start) {
			p.exprStatement(start)
		}
	}
}

func (p *parser) simpleWord(start uint32, k SimpleKind) {
	p.next()
	p.add(&Simple{p.since(start), k})
}

// optional reads a list of expressions if there is one.
func (p *parser) optional() Expr {
	if !p.k.startsExpr() {
		return nil
	}
	return p.exprList()
}

// elements are those of a tuple, or the expression itself.
func elements(e Expr) []Expr {
	switch e := e.(type) {
	case nil:
		return nil
	case *Tuple:
		return e.Elts
	}
	return []Expr{e}
}

// softStatement reads a statement that starts with a word which may be a name.
func (p *parser) softStatement(start uint32) bool {
	next := p.peek(1)
	switch p.k {
	case kNonlocal:
		if !next.isName() {
			return false
		}
		p.global(start)
	case kType:
		if after := p.peek(2); !next.isName() || after != kAssign && after != kLBracket {
			return false
		}
		p.typeAlias(start)
	case kPrint:
		if next != kRShift && (!next.startsOperand() || next == kLParen) {
			return false
		}
		p.print(start)
	case kExec:
		if !next.isName() && next != kString && next != kFStart && next != kBackquote {
			return false
		}
		p.exec(start)
	default:
		return false
	}
	return true
}

func (p *parser) global(start uint32) {
	s := &Global{Nonlocal: p.k == kNonlocal}
	p.next()
	for p.k.isWord() {
		s.Names = append(s.Names, p.ident())
		p.next()
		if !p.accept(kComma) {
			break
		}
	}
	s.Span = p.since(start)
	p.add(s)
}

func (p *parser) typeAlias(start uint32) {
	p.next()
	s := &TypeAlias{Name: p.ident()}
	p.next()
	s.TypeParams = p.typeParams()
	if p.expect(kAssign, "expected '='") {
		s.Value = p.exprList()
	}
	s.Span = p.since(start)
	p.add(s)
}

func (p *parser) print(start uint32) {
	p.next()
	s := &Print{}
	if p.accept(kRShift) {
		s.Dest = p.test()
		p.accept(kComma)
	}
	base := len(p.nodes.expr.open)
	for p.k.startsExpr() {
		p.nodes.expr.push(p.element())
		if !p.accept(kComma) {
			break
		}
	}
	s.Values = p.nodes.expr.take(base)
	s.Span = p.since(start)
	p.add(s)
}

func (p *parser) exec(start uint32) {
	p.next()
	s := &Exec{Code: p.binary(precBar)}
	if p.accept(kIn) {
		s.Globals = p.test()
		if p.accept(kComma) {
			s.Locals = p.test()
		}
	}
	s.Span = p.since(start)
	p.add(s)
}

func (p *parser) raise(start uint32) {
	p.next()
	s := &Raise{}
	if p.k.startsExpr() {
		s.Exc = p.test()
	}
	base := len(p.nodes.expr.open)
	for p.accept(kComma) {
		p.nodes.expr.push(p.test())
	}
	s.Args = p.nodes.expr.take(base)
	if p.accept(kFrom) {
		s.Cause = p.test()
	}
	s.Span = p.since(start)
	p.add(s)
}

func (p *parser) assert(start uint32) {
	p.next()
	s := &Assert{Test: p.test()}
	if p.accept(kComma) {
		s.Msg = p.test()
	}
	s.Span = p.since(start)
	p.add(s)
}

// aliases reads names of an import: dotted ones, or those imported from a module.
func (p *parser) aliases(dotted bool) []Alias {
	var list []Alias
	for p.k.isWord() || p.k == kStar {
		start := p.start()
		var a Alias
		if p.k == kStar {
			a.Name = "*"
			p.next()
		} else if dotted {
			a.Name = p.dotted()
		} else {
			a.Name = p.ident()
			p.next()
		}
		if p.accept(kAs) && p.k.isWord() {
			a.AsName = p.ident()
			p.next()
		}
		a.Span = p.since(start)
		list = append(list, a)
		if !p.accept(kComma) {
			break
		}
	}
	if list == nil {
		p.fail("expected a name")
	}
	return list
}

// dotted reads a dotted name.
func (p *parser) dotted() string {
	first := p.ident()
	p.next()
	if p.k != kDot {
		return first
	}
	var b strings.Builder
	b.WriteString(first)
	for p.k == kDot && p.peek(1).isWord() {
		p.next()
		b.WriteByte('.')
		b.WriteString(p.ident())
		p.next()
	}
	return b.String()
}

func (p *parser) importFrom(start uint32) {
	p.next()
	s := &ImportFrom{}
	for p.k == kDot || p.k == kEllipsis {
		s.Level++
		if p.k == kEllipsis {
			s.Level += 2
		}
		p.next()
	}
	if p.k.isWord() && p.k != kImport {
		s.Module = p.dotted()
	}
	if p.expect(kImport, "expected import") {
		group := p.accept(kLParen)
		s.Names = p.aliases(false)
		if group {
			p.expect(kRParen, "expected ')'")
		}
	}
	s.Span = p.since(start)
	p.add(s)
}

// exprStatement reads an expression, an assignment or an annotated name.
func (p *parser) exprStatement(start uint32) {
	if !p.k.startsExpr() {
		p.fail("invalid syntax")
		p.next()
		return
	}
	e := p.exprList()
	switch p.k {
	case kAssign:
		p.assign(start, e)
	case kAug:
		op := p.tok().op
		p.next()
		v := p.exprList()
		p.add(&AugAssign{p.since(start), e, v, op})
	case kColon:
		p.next()
		a := &AnnAssign{Target: e, Annotation: p.exprList()}
		if p.accept(kAssign) {
			a.Value = p.exprList()
		}
		a.Span = p.since(start)
		p.add(a)
	default:
		s := p.nodes.exprs.alloc()
		*s = ExprStmt{p.since(start), e}
		p.add(s)
	}
}

func (p *parser) assign(start uint32, first Expr) {
	base := len(p.nodes.expr.open)
	p.nodes.expr.push(first)
	for p.accept(kAssign) {
		p.nodes.expr.push(p.exprList())
	}
	list := p.nodes.expr.take(base)
	a := p.nodes.sets.alloc()
	*a = Assign{p.since(start), list[:len(list)-1], list[len(list)-1]}
	p.add(a)
}
