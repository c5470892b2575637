// Package pyconst computes with constants of Python as the language and its decoders do
// (https://docs.python.org/3/library/stdtypes.html), so that what a file says in some
// other form can be read. Every function is bounded, and reports whether it knows the
// answer.
package pyconst

import (
	"slices"
	"strconv"
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// What a value may grow to.
const (
	MaxBytes    = 1 << 20
	MaxElements = 1 << 16
)

// Value is the value of an expression that is known without running it.
type Value struct {
	Kind    Kind
	S       string // of Text and Bytes
	N       int64  // of Int
	List    []Value
	Decoded bool // it was written in some other form
}

// Kind is the type of a value.
type Kind uint8

// The kinds of values; a tuple is a list.
const (
	Text Kind = iota
	Bytes
	Int
	List
)

// IsString tells whether a value is text or bytes.
func (v Value) IsString() bool { return v.Kind == Text || v.Kind == Bytes }

// Len is the number of elements.
func (v Value) Len() int {
	switch v.Kind {
	case List:
		return len(v.List)
	case Text:
		return len([]rune(v.S))
	}
	return len(v.S)
}

// String is the value as str() writes it; of a list that is not known.
func (v Value) String() string {
	switch {
	case v.IsString():
		return v.S
	case v.Kind == Int:
		return strconv.FormatInt(v.N, 10)
	}
	return ""
}

// Elements are what iterating over the value gives.
func (v Value) Elements() []Value {
	if v.Kind == List {
		return v.List
	}
	var out []Value
	if v.Kind == Bytes {
		for i := range min(len(v.S), MaxElements) {
			out = append(out, v.at(i))
		}
		return out
	}
	for _, r := range v.S {
		if len(out) == MaxElements {
			break
		}
		out = append(out, Value{Kind: Text, S: string(r), Decoded: v.Decoded})
	}
	return out
}

// Index is the element at i, counted from the end if that is negative.
func (v Value) Index(i Value) (Value, bool) {
	n := int64(v.Len())
	if i.N < 0 {
		i.N += n
	}
	if v.Kind == Int || i.Kind != Int || i.N < 0 || i.N >= n {
		return v, false
	}
	return v.at(int(i.N)), true
}

// at is an element; an element of bytes is a number.
func (v Value) at(i int) Value {
	switch v.Kind {
	case List:
		return v.List[i]
	case Bytes:
		return Value{Kind: Int, N: int64(v.S[i]), Decoded: v.Decoded}
	}
	return Value{Kind: Text, S: string([]rune(v.S)[i]), Decoded: v.Decoded}
}

// Slice takes elements as [from:to:step] does; nil is what is not written.
func (v Value) Slice(from, to, step *Value) (Value, bool) {
	by := int64(1)
	for _, bound := range []*Value{from, to, step} {
		if bound != nil && bound.Kind != Int {
			return v, false
		}
	}
	if step != nil {
		by = step.N
	}
	n := int64(v.Len())
	if by == 0 || v.Kind == Int || n > MaxElements && v.Kind != Text {
		return v, false
	}
	first, last := int64(0), n
	if by < 0 {
		first, last = n-1, -1
	}
	if from != nil {
		first = clamp(from.N, n)
	}
	if to != nil {
		last = clamp(to.N, n)
	}
	if by < 0 {
		first = min(first, n-1)
	}
	return v.pick(first, last, by), true
}

func clamp(i, n int64) int64 {
	if i < 0 {
		i += n
	}
	return max(0, min(i, n))
}

// pick takes elements from one index up to another.
func (v Value) pick(from, to, step int64) Value {
	out := Value{Kind: v.Kind, Decoded: v.Decoded || step != 1}
	runes := []rune(v.S)
	var b strings.Builder
	for i := from; step > 0 && i < to || step < 0 && i > to; i += step {
		switch v.Kind {
		case List:
			out.List = append(out.List, v.List[i])
		case Bytes:
			b.WriteByte(v.S[i])
		default:
			b.WriteRune(runes[i])
		}
	}
	out.S = b.String()
	return out
}

// Binary is what an operator makes of two values.
func Binary(op pysyntax.Op, l, r Value) (Value, bool) {
	if l.Kind == Int && r.Kind == Int {
		n, ok := arithmetic(op, l.N, r.N)
		return Value{Kind: Int, N: n, Decoded: l.Decoded || r.Decoded}, ok
	}
	switch op {
	case pysyntax.Add:
		return add(l, r)
	case pysyntax.Mult:
		if l.IsString() && r.Kind == Int && r.N >= 0 && r.N <= MaxBytes && r.N*int64(len(l.S)) <= MaxBytes {
			l.S = strings.Repeat(l.S, int(r.N))
			return l, true
		}
	case pysyntax.Mod:
		if l.IsString() {
			args := []Value{r}
			if r.Kind == List {
				args = r.List
			}
			return percent(l, args)
		}
	}
	return Value{}, false
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
func add(l, r Value) (Value, bool) {
	if l.Kind != r.Kind || len(l.S)+len(r.S) > MaxBytes || len(l.List)+len(r.List) > MaxElements {
		return Value{}, false
	}
	return Value{Kind: l.Kind, S: l.S + r.S, List: slices.Concat(l.List, r.List), Decoded: l.Decoded || r.Decoded}, true
}

// percent fills the plain fields of a format.
func percent(format Value, args []Value) (Value, bool) {
	var b strings.Builder
	rest := format.S
	for {
		before, after, found := strings.Cut(rest, "%")
		b.WriteString(before)
		if !found {
			break
		}
		if after == "" || len(args) == 0 && after[0] != '%' || b.Len() > MaxBytes {
			return Value{}, false
		}
		switch after[0] {
		case '%':
			b.WriteByte('%')
		case 's', 'd', 'c':
			if after[0] == 'c' && args[0].Kind == Int {
				b.WriteRune(rune(args[0].N))
			} else {
				b.WriteString(args[0].String())
			}
			args = args[1:]
		default:
			return Value{}, false
		}
		rest = after[1:]
	}
	format.S = b.String()
	return format, true
}

// Concat writes values one after the other, as an f-string does.
func Concat(parts []Value) (Value, bool) {
	out := Value{Kind: Text}
	var b strings.Builder
	for _, p := range parts {
		if p.Kind == List || b.Len() > MaxBytes {
			return out, false
		}
		b.WriteString(p.String())
		out.Decoded = out.Decoded || p.Decoded
	}
	out.S = b.String()
	return out, true
}
