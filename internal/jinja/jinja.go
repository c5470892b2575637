// Package jinja parses Jinja templates (https://jinja.palletsprojects.com/templates/)
// into a tree with positions. It evaluates nothing, reads on behind what it cannot parse,
// and bounds the depth and the size of the tree.
package jinja

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The limits of a tree.
const (
	MaxNodes = 100_000
	MaxDepth = 200
)

// ErrTooLarge says that a template is beyond the limits.
var ErrTooLarge = errors.New("template beyond the limits of depth or size")

// Kind is the kind of a node.
type Kind string

// The kinds of nodes. Where the comment names no Name, a node has none; operands stand
// in Kids in the order of the source.
const (
	Template Kind = "template" // Body
	Text     Kind = "text"     // Name: the text outside of tags
	Output   Kind = "output"   // {{ Kids[0] }}
	Tag      Kind = "tag"      // {% Name … %}, see Node

	Name    Kind = "name"    // Name: the variable
	Const   Kind = "string"  // Name: the decoded string
	Number  Kind = "number"  // Name: the digits, or true, false, none
	List    Kind = "list"    // also a tuple
	Dict    Kind = "dict"    // keys and values in turn
	Attr    Kind = "attr"    // Kids[0].Name
	Index   Kind = "index"   // Kids[0][Kids[1]]
	Slice   Kind = "slice"   // Kids[0][a:b:c], bounds that are written in Kids[1:]
	Call    Kind = "call"    // Kids[0](Kids[1:])
	Filter  Kind = "filter"  // Kids[0]|Name(Kids[1:]); Kids[0] is nil in the tag filter
	Test    Kind = "test"    // Kids[0] is Name Kids[1:]
	Unary   Kind = "unary"   // Name: the operator
	Binary  Kind = "binary"  // Name: the operator
	Cond    Kind = "cond"    // Kids[1] if Kids[0] else Kids[2]
	Keyword Kind = "keyword" // Name=Kids[0], in arguments and parameters; * and ** too
)

// Node is a node of the tree and the bytes [Start, End) of the source that it takes.
//
// A tag has its expressions in Kids and what it encloses in Body and Else: for has the
// target, the iterable and perhaps a condition; if has the test, and an elif is an if in
// Else; set has the target and perhaps the value; macro has its name and parameters; call
// has the call and its parameters. A tag that is not known has what expressions could be
// read.
type Node struct {
	Kind       Kind
	Name       string
	Kids       []*Node
	Body, Else []*Node
	Start, End int
}

// Walk calls visit for n and all nodes below it, outer ones first.
func (n *Node) Walk(visit func(*Node)) {
	if n == nil {
		return
	}
	visit(n)
	for _, list := range [][]*Node{n.Kids, n.Body, n.Else} {
		for _, kid := range list {
			kid.Walk(visit)
		}
	}
}

// Parse reads a template. The tree is complete up to what the error, the first one,
// tells; what follows a broken tag is read all the same.
func Parse(source string) (*Node, error) {
	p := &parser{lexer: lexer{src: source}}
	root := &Node{Kind: Template, End: len(source)}
	for p.pos < len(p.src) && p.nodes < MaxNodes {
		body, stop := p.body()
		root.Body = append(root.Body, body...)
		if stop != "" {
			p.fault(p.pos, fmt.Errorf("%q without its beginning", stop))
			p.close()
		}
	}
	if p.pos < len(p.src) {
		p.fault(p.pos, ErrTooLarge)
	}
	return root, p.err
}

// parser adds the tree to the tokens. A fault inside a tag ends the tag: until close,
// every token is then the end.
type parser struct {
	lexer
	nodes, depth int
}

func (p *parser) node(kind Kind, name string, start int, kids ...*Node) *Node {
	if p.nodes++; p.nodes > MaxNodes {
		p.fault(start, ErrTooLarge)
	}
	return &Node{Kind: kind, Name: name, Kids: kids, Start: start, End: max(start, p.last)}
}

// deeper reports whether one more level may be entered; the caller leaves by leave.
func (p *parser) deeper() bool {
	if p.depth++; p.depth > MaxDepth {
		p.fault(p.pos, ErrTooLarge)
		return false
	}
	return !p.failed
}

func (p *parser) leave() { p.depth-- }

// body reads nodes up to a tag that ends or continues an enclosing one, whose name it
// returns with the tag left open, or to the end of the source.
func (p *parser) body(stops ...string) (nodes []*Node, stop string) {
	for p.pos < len(p.src) && p.nodes < MaxNodes {
		start := p.pos
		open := p.text()
		if p.pos > start {
			nodes = append(nodes, p.textNode(start))
		}
		switch open {
		case "{{":
			nodes = append(nodes, p.output())
		case "{%":
			start := p.pos
			p.open()
			name := p.take().text
			if ends(name) || slices.Contains(stops, name) {
				return nodes, name
			}
			nodes = append(nodes, p.tag(name, start))
		}
	}
	return nodes, ""
}

func (p *parser) textNode(start int) *Node {
	n := p.node(Text, p.src[start:p.pos], start)
	n.End = p.pos
	return n
}

// ends tells whether a tag ends or continues another.
func ends(name string) bool {
	return name == "else" || name == "elif" || strings.HasPrefix(name, "end")
}

func (p *parser) output() *Node {
	start := p.pos
	p.open()
	n := p.node(Output, "", start, p.tuple())
	p.close()
	n.End = p.pos
	return n
}
