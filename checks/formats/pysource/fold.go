package pysource

import (
	"strconv"
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// Limits of what constants may grow to.
const (
	maxConstant = 1 << 20
	maxElements = 1 << 16
	maxDecoded  = 8 << 20 // for all of a file
)

// constant is the value of an expression that is known without running it.
type constant struct {
	kind    constantKind
	s       string // of text and data
	n       int64
	list    []constant
	decoded bool // it was written in some other form
}

type constantKind uint8

const (
	text constantKind = iota
	data
	number
	list
)

func (c constant) isString() bool { return c.kind == text || c.kind == data }

// fold finds the value of an expression, if it is known.
func (a *analysis) fold(e pysyntax.Expr, s *scope, depth int) (constant, bool) {
	if depth > 4*maxFollow || a.folded > maxDecoded || !a.step() {
		return constant{}, false
	}
	switch e := e.(type) {
	case *pysyntax.Str:
		if len(e.Raw) > maxConstant {
			return constant{}, false
		}
		if !a.cost(len(e.Raw)) {
			return constant{}, false
		}
		c := constant{kind: text, s: e.Value()}
		if e.Bytes {
			c.kind = data
		}
		return c, true
	case *pysyntax.Number:
		n, ok := e.Int()
		return constant{kind: number, n: n}, ok
	case *pysyntax.Name:
		return a.foldName(e, s, depth)
	case *pysyntax.Tuple:
		return a.foldList(e.Elts, s, depth)
	case *pysyntax.List:
		return a.foldList(e.Elts, s, depth)
	case *pysyntax.UnaryOp:
		c, ok := a.fold(e.Operand, s, depth+1)
		c.n = -c.n
		return c, ok && c.kind == number && e.Op == pysyntax.Sub
	case *pysyntax.BinOp:
		return a.foldBinary(e, s, depth)
	case *pysyntax.JoinedStr:
		return a.foldJoined(e, s, depth)
	case *pysyntax.Subscript:
		return a.foldSubscript(e, s, depth)
	case *pysyntax.Comp:
		return a.foldComp(e, s, depth)
	case *pysyntax.NamedExpr:
		return a.fold(e.Value, s, depth+1)
	case *pysyntax.Call:
		return a.foldCall(e, s, depth)
	}
	return constant{}, false
}

func (a *analysis) foldName(n *pysyntax.Name, s *scope, depth int) (constant, bool) {
	if c, ok := a.locals[n.ID]; ok {
		return c, true
	}
	found, _ := s.lookup(n.ID, n.Start)
	if len(found) == 0 || found[0].value == nil {
		return constant{}, false
	}
	c, ok := a.fold(found[0].value, s, depth+1)
	if !ok {
		return c, false
	}
	if i := found[0].index; i >= 0 {
		if c.kind != list || i >= len(c.list) {
			return constant{}, false
		}
		return c.list[i], true
	}
	if found[0].adds {
		before := *n
		before.Start = found[0].at
		old, ok := a.foldName(&before, s, depth+1)
		if !ok {
			return old, false
		}
		return a.add(old, c)
	}
	return c, true
}

func (a *analysis) foldList(elts []pysyntax.Expr, s *scope, depth int) (constant, bool) {
	if len(elts) > maxElements {
		return constant{}, false
	}
	c := constant{kind: list, list: make([]constant, 0, len(elts))}
	for _, e := range elts {
		v, ok := a.fold(e, s, depth+1)
		if !ok {
			return c, false
		}
		c.decoded = c.decoded || v.decoded
		c.list = append(c.list, v)
	}
	return c, true
}

func (a *analysis) foldBinary(e *pysyntax.BinOp, s *scope, depth int) (constant, bool) {
	l, ok := a.fold(e.Left, s, depth+1)
	if !ok {
		return l, false
	}
	r, ok := a.fold(e.Right, s, depth+1)
	if !ok {
		return r, false
	}
	if l.kind == number && r.kind == number {
		n, ok := arithmetic(e.Op, l.n, r.n)
		return constant{kind: number, n: n, decoded: l.decoded || r.decoded}, ok
	}
	switch e.Op {
	case pysyntax.Add:
		return a.add(l, r)
	case pysyntax.Mult:
		if l.isString() && r.kind == number && r.n >= 0 && r.n*int64(len(l.s)) <= maxConstant && r.n <= maxConstant {
			if !a.spend(len(l.s) * int(r.n)) {
				return l, false
			}
			l.s = strings.Repeat(l.s, int(r.n))
			return l, true
		}
	case pysyntax.Mod:
		if l.isString() {
			args := []constant{r}
			if r.kind == list {
				args = r.list
			}
			return a.percent(l, args)
		}
	}
	return constant{}, false
}

func arithmetic(op pysyntax.Op, l, r int64) (int64, bool) {
	switch op {
	case pysyntax.Add:
		return l + r, true
	case pysyntax.Sub:
		return l - r, true
	case pysyntax.Mult:
		return l * r, true
	case pysyntax.BitXor:
		return l ^ r, true
	case pysyntax.BitOr:
		return l | r, true
	case pysyntax.BitAnd:
		return l & r, true
	case pysyntax.Mod, pysyntax.FloorDiv:
		if l < 0 || r <= 0 {
			return 0, false
		}
		if op == pysyntax.Mod {
			return l % r, true
		}
		return l / r, true
	case pysyntax.LShift, pysyntax.RShift:
		if r < 0 || r > 62 {
			return 0, false
		}
		if op == pysyntax.LShift {
			return l << r, true
		}
		return l >> r, true
	}
	return 0, false
}

// add joins strings or lists.
func (a *analysis) add(l, r constant) (constant, bool) {
	if l.kind != r.kind || l.kind == number || len(l.s)+len(r.s) > maxConstant || len(l.list)+len(r.list) > maxElements {
		return constant{}, false
	}
	return constant{kind: l.kind, s: l.s + r.s, list: append(l.list[:len(l.list):len(l.list)], r.list...), decoded: l.decoded || r.decoded},
		a.spend(len(l.s) + len(r.s))
}

// percent fills the plain fields of a format.
func (a *analysis) percent(format constant, args []constant) (constant, bool) {
	var b strings.Builder
	rest := format.s
	for {
		before, after, found := strings.Cut(rest, "%")
		b.WriteString(before)
		if !found {
			break
		}
		if after == "" || len(args) == 0 && after[0] != '%' {
			return constant{}, false
		}
		switch after[0] {
		case '%':
			b.WriteByte('%')
		case 's', 'd', 'c':
			b.WriteString(args[0].format(after[0] == 'c'))
			args = args[1:]
		default:
			return constant{}, false
		}
		rest = after[1:]
	}
	format.s = b.String()
	return format, a.spend(len(format.s))
}

// format is the constant as str() or %c writes it.
func (c constant) format(character bool) string {
	switch {
	case c.isString():
		return c.s
	case c.kind == number && character:
		return string(rune(c.n))
	case c.kind == number:
		return strconv.FormatInt(c.n, 10)
	}
	return ""
}

func (a *analysis) foldJoined(e *pysyntax.JoinedStr, s *scope, depth int) (constant, bool) {
	c := constant{kind: text}
	var b strings.Builder
	for _, v := range e.Values {
		if f, ok := v.(*pysyntax.FormattedValue); ok {
			if f.Conversion != 0 || len(f.Format) > 0 {
				return c, false
			}
			v = f.Value
		}
		part, ok := a.fold(v, s, depth+1)
		if !ok || part.kind == list || b.Len() > maxConstant {
			return c, false
		}
		b.WriteString(part.format(false))
		c.decoded = c.decoded || part.decoded
	}
	c.s = b.String()
	return c, a.spend(len(c.s))
}

func (a *analysis) foldSubscript(e *pysyntax.Subscript, s *scope, depth int) (constant, bool) {
	c, ok := a.fold(e.Value, s, depth+1)
	if !ok || c.kind == number {
		return c, false
	}
	if sl, ok := e.Index.(*pysyntax.Slice); ok {
		return a.foldSlice(c, sl, s, depth)
	}
	i, ok := a.fold(e.Index, s, depth+1)
	if !a.cost(len(c.s)) {
		return c, false
	}
	n := int64(c.len())
	if ok && i.n < 0 {
		i.n += n
	}
	if !ok || i.kind != number || i.n < 0 || i.n >= n {
		return c, false
	}
	return c.at(int(i.n)), true
}

func (c constant) len() int {
	switch c.kind {
	case list:
		return len(c.list)
	case text:
		return len([]rune(c.s))
	}
	return len(c.s)
}

// at is an element; an element of bytes is a number.
func (c constant) at(i int) constant {
	switch c.kind {
	case list:
		return c.list[i]
	case data:
		return constant{kind: number, n: int64(c.s[i]), decoded: c.decoded}
	}
	return constant{kind: text, s: string([]rune(c.s)[i]), decoded: c.decoded}
}

func (a *analysis) foldSlice(c constant, sl *pysyntax.Slice, s *scope, depth int) (constant, bool) {
	bound := func(e pysyntax.Expr, none int64) (int64, bool) {
		if e == nil {
			return none, true
		}
		v, ok := a.fold(e, s, depth+1)
		return v.n, ok && v.kind == number
	}
	if !a.cost(len(c.s) + len(c.list)) {
		return c, false
	}
	n := int64(c.len())
	step, ok := bound(sl.Step, 1)
	if !ok || step == 0 || n > maxElements && c.kind != text {
		return c, false
	}
	first, last := int64(0), n
	if step < 0 {
		first, last = n-1, -1
	}
	from, ok1 := bound(sl.Lower, first)
	to, ok2 := bound(sl.Upper, last)
	if !ok1 || !ok2 {
		return c, false
	}
	if sl.Lower != nil {
		from = clamp(from, n)
	}
	if sl.Upper != nil {
		to = clamp(to, n)
	}
	if step < 0 {
		from = min(from, n-1)
	}
	return c.pick(from, to, step), a.spend(int(n))
}

func clamp(i, n int64) int64 {
	if i < 0 {
		i += n
	}
	return max(0, min(i, n))
}

// pick takes elements from one index up to another.
func (c constant) pick(from, to, step int64) constant {
	out := constant{kind: c.kind, decoded: c.decoded || step != 1}
	runes := []rune(c.s)
	var b strings.Builder
	for i := from; step > 0 && i < to || step < 0 && i > to; i += step {
		switch c.kind {
		case list:
			out.list = append(out.list, c.list[i])
		case data:
			b.WriteByte(c.s[i])
		default:
			b.WriteRune(runes[i])
		}
	}
	out.s = b.String()
	return out
}

// elements are what iterating over the constant gives.
func (c constant) elements() []constant {
	if c.kind == list {
		return c.list
	}
	var out []constant
	if c.kind == data {
		for i := range min(len(c.s), maxElements) {
			out = append(out, c.at(i))
		}
		return out
	}
	for _, r := range c.s {
		if len(out) == maxElements {
			break
		}
		out = append(out, constant{kind: text, s: string(r), decoded: c.decoded})
	}
	return out
}

// foldComp runs a comprehension over one known list.
func (a *analysis) foldComp(e *pysyntax.Comp, s *scope, depth int) (constant, bool) {
	if len(e.Generators) != 1 || e.Value != nil || len(e.Generators[0].Ifs) > 0 {
		return constant{}, false
	}
	name, ok := e.Generators[0].Target.(*pysyntax.Name)
	if !ok {
		return constant{}, false
	}
	over, ok := a.fold(e.Generators[0].Iter, s, depth+1)
	if !ok || over.kind == number || !a.cost(len(over.s)*16) {
		return over, false
	}
	old, had := a.locals[name.ID]
	defer func() {
		delete(a.locals, name.ID)
		if had {
			a.locals[name.ID] = old
		}
	}()
	out := constant{kind: list, decoded: over.decoded}
	for _, v := range over.elements() {
		a.locals[name.ID] = v
		c, ok := a.fold(e.Elt, s, depth+1)
		if !ok {
			return out, false
		}
		out.list = append(out.list, c)
	}
	return out, true
}
