// Package pysyntax parses Python source, versions 2 and 3 and broken, into a tree with
// exact offsets. It never fails: what cannot be parsed is skipped and said in
// Module.Errors. The grammar is https://docs.python.org/3/reference/grammar.html, with
// what Python 2 had besides.
package pysyntax

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"golang.org/x/text/unicode/norm"
)

// Limits that keep the tree of hostile text shallow.
const (
	maxDepth  = 400  // nested expressions
	maxBlocks = 200  // nested blocks
	maxChain  = 1000 // operators, calls and attributes that lie in each other
	maxFields = 20   // f-strings within f-strings
	maxErrors = 100
	maxSource = math.MaxInt32
	maxKept   = 1 << 18 // tokens of a buffer that is used again
)

// Parse parses a file. It always returns a module and takes time and memory in
// proportion to the source.
func Parse(src []byte) *Module {
	m := &Module{Source: string(src[:min(len(src), maxSource)])}
	m.End = uint32(len(m.Source))
	kept, _ := buffers.Get().(*[]token)
	if kept == nil {
		kept = new([]token)
	}
	l := lexer{src: m.Source, toks: (*kept)[:0]}
	l.lex()
	if len(src) > maxSource {
		l.error(len(m.Source), "source is too long")
	}
	p := parser{src: m.Source, toks: l.toks, k: l.toks[0].kind}
	m.Body = p.file()
	if *kept = l.toks; cap(l.toks) <= maxKept {
		buffers.Put(kept)
	}
	m.Errors = append(l.errors, p.errors...)
	slices.SortStableFunc(m.Errors, func(a, b Error) int { return cmp.Compare(a.Offset, b.Offset) })
	return m
}

// buffers keeps the memory of tokens, which nothing needs after a parse.
var buffers sync.Pool

// parser is a recursive descent over the tokens, which the lexer has balanced.
type parser struct {
	src    string
	toks   []token
	errors []Error
	i      int    // the current token
	end    uint32 // of the last one that is no newline, indent or dedent
	k      kind   // its kind
	depth  int    // of nested expressions
	links  int    // operators, calls and attributes on the longest way down the last one
	blocks int    // of nested blocks
	stray  int    // indents in this block that open no block

	nodes nodes
}

// nodes are slabs of the commonest nodes, and stacks on which lists are put together.
type nodes struct {
	names slab[Name]
	attrs slab[Attribute]
	calls slab[Call]
	strs  slab[Str]
	nums  slab[Number]
	subs  slab[Subscript]
	bins  slab[BinOp]
	exprs slab[ExprStmt]
	sets  slab[Assign]

	expr    stack[Expr]
	stmt    stack[Stmt]
	keyword stack[Keyword]
	item    stack[DictItem]
	param   stack[Param]
	pattern stack[*Pattern]
	ops     stack[Op]
}

// slab hands out zeroed nodes from larger and larger pieces of memory.
type slab[T any] struct {
	free []T
	size int
}

func (s *slab[T]) alloc() *T {
	if len(s.free) == 0 {
		s.size = min(max(2*s.size, 8), 256)
		s.free = make([]T, s.size)
	}
	n := &s.free[0]
	s.free = s.free[1:]
	return n
}

// stack collects the elements of nested lists; take moves the finished inner list into
// memory that many lists share.
type stack[T any] struct {
	open []T
	room []T
	size int
}

func (s *stack[T]) push(v T) { s.open = append(s.open, v) }

func (s *stack[T]) take(base int) []T {
	n := len(s.open) - base
	if n == 0 {
		return nil
	}
	if len(s.room) < n {
		s.size = min(max(2*s.size, 8), 512)
		s.room = make([]T, max(s.size, n))
	}
	list := s.room[:n:n]
	s.room = s.room[n:]
	copy(list, s.open[base:])
	s.open = s.open[:base]
	return list
}

func (p *parser) tok() *token { return &p.toks[p.i] }

// start is where the current token starts.
func (p *parser) start() uint32 { return p.toks[p.i].start }

// next goes to the next token; the last one is never left.
func (p *parser) next() {
	if p.i+1 < len(p.toks) {
		if p.k > kDedent {
			p.end = p.toks[p.i].end
		}
		p.i++
		p.k = p.toks[p.i].kind
	}
}

// peek is the kind of the token n behind the current one.
func (p *parser) peek(n int) kind {
	if p.i+n < len(p.toks) {
		return p.toks[p.i+n].kind
	}
	return kEOF
}

// accept goes past a token of a kind, if it is the current one.
func (p *parser) accept(k kind) bool {
	if p.k != k {
		return false
	}
	p.next()
	return true
}

// expect is accept where anything else is an error.
func (p *parser) expect(k kind, message string) bool {
	if p.accept(k) {
		return true
	}
	p.fail(message)
	return false
}

// fail notes an error at the current token.
func (p *parser) fail(message string) { p.error(p.start(), message) }

func (p *parser) error(at uint32, message string) {
	if n := len(p.errors); n < maxErrors && (n == 0 || p.errors[n-1].Offset != at) {
		p.errors = append(p.errors, Error{at, message})
	}
}

// since is the span from start to the end of the last token that is text.
func (p *parser) since(start uint32) Span { return Span{start, max(start, p.end)} }

// text is the current token as written.
func (p *parser) text() string {
	t := p.tok()
	return p.src[t.start:t.end]
}

// ident is the current token as an identifier.
func (p *parser) ident() string { return normal(p.text()) }

// normal is the form in which Python compares identifiers: an "eval" in mathematical
// letters is eval.
func normal(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return norm.NFKC.String(s)
		}
	}
	return s
}
