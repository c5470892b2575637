package npy

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// array is what a header says.
type array struct {
	descr string
	dtype dtype
	shape []int64
}

// dtype is what matters of a type: how long an element is, and whether it has objects.
type dtype struct {
	size    int64
	objects bool
}

// arrayOf makes an array of a header's literal, which has exactly three keys.
func arrayOf(v any) (array, error) {
	d, ok := v.(dict)
	if !ok {
		return array{}, errors.New("it is no dict")
	}
	if len(d) != 3 {
		return array{}, fmt.Errorf("it has %d keys", len(d))
	}
	if _, ok := d["fortran_order"].(bool); !ok {
		return array{}, errors.New("fortran_order is no bool")
	}
	shape, ok := shapeOf(d["shape"])
	if !ok {
		return array{}, errors.New("shape is no tuple of sizes")
	}
	t, err := dtypeOf(d["descr"], 0)
	if err != nil {
		return array{}, fmt.Errorf("descr: %w", err)
	}
	return array{descr: text(d["descr"]), dtype: t, shape: shape}, nil
}

func shapeOf(v any) ([]int64, bool) {
	t, ok := v.(tuple)
	if !ok {
		return nil, false
	}
	shape := make([]int64, 0, len(t))
	for _, x := range t {
		n, ok := x.(int64)
		if !ok || n < 0 {
			return nil, false
		}
		shape = append(shape, n)
	}
	return shape, true
}

// dtypeOf reads a type: a string, a list of fields, or a type with a shape.
func dtypeOf(v any, depth int) (dtype, error) {
	if depth > maxDepth {
		return dtype{}, errors.New("nested too deep")
	}
	switch v := v.(type) {
	case string:
		return scalar(v)
	case tuple:
		if len(v) != 2 {
			return dtype{}, fmt.Errorf("a tuple of %d", len(v))
		}
		return repeated(v[0], v[1], depth)
	case list:
		var all dtype
		for _, f := range v {
			t, err := field(f, depth)
			if err != nil {
				return dtype{}, err
			}
			if all.size > math.MaxInt64-t.size {
				return dtype{}, errors.New("an element does not fit in 63 bits")
			}
			all.size += t.size
			all.objects = all.objects || t.objects
		}
		return all, nil
	default:
		return dtype{}, fmt.Errorf("%s is no type", text(v))
	}
}

// field reads (name, type) or (name, type, shape).
func field(v any, depth int) (dtype, error) {
	f, ok := v.(tuple)
	switch {
	case ok && len(f) == 2:
		return dtypeOf(f[1], depth+1)
	case ok && len(f) == 3:
		return repeated(f[1], f[2], depth)
	default:
		return dtype{}, fmt.Errorf("%s is no field", text(v))
	}
}

func repeated(of, shape any, depth int) (dtype, error) {
	t, err := dtypeOf(of, depth+1)
	if err != nil {
		return dtype{}, err
	}
	if n, ok := shape.(int64); ok {
		shape = tuple{n}
	}
	sizes, ok := shapeOf(shape)
	if !ok {
		return dtype{}, fmt.Errorf("%s is no shape", text(shape))
	}
	for _, n := range sizes {
		hi, lo := bits.Mul64(uint64(t.size), uint64(n))
		if hi != 0 || lo > math.MaxInt64 {
			return dtype{}, errors.New("an element does not fit in 63 bits")
		}
		t.size = int64(lo)
	}
	return t, nil
}

// sizes are those of the types that a letter alone names.
var sizes = map[byte]int64{
	'?': 1, 'b': 1, 'B': 1, 'h': 2, 'H': 2, 'i': 4, 'I': 4, 'l': 8, 'L': 8, 'q': 8, 'Q': 8,
	'e': 2, 'f': 4, 'd': 8, 'g': 16, 'F': 8, 'D': 16, 'G': 32, 'm': 8, 'M': 8, 'S': 0, 'U': 0, 'V': 0, 'a': 0,
}

// scalar reads a type such as "<f8", "|O" or "<M8[ns]". What is written otherwise but
// has the letter of objects, which numpy reads too, has objects.
func scalar(s string) (dtype, error) {
	t := strings.TrimLeft(s, "<>|=")
	if strings.Contains(t, "O") || strings.Contains(t, "object") {
		return dtype{size: 8, objects: true}, nil
	}
	if t == "" {
		return dtype{}, fmt.Errorf("%q is no type", s)
	}
	kind, rest := t[0], t[1:]
	if kind == 'm' || kind == 'M' {
		rest, _, _ = strings.Cut(rest, "[")
	}
	if size, ok := sizes[kind]; ok && rest == "" {
		return dtype{size: size}, nil
	}
	n, err := strconv.ParseInt(rest, 10, 48)
	if err != nil || n < 0 {
		return dtype{}, fmt.Errorf("%q is no type", s)
	}
	switch kind {
	case 'U':
		return dtype{size: 4 * n}, nil
	case 'b', 'i', 'u', 'f', 'c', 'm', 'M', 'S', 'a', 'V', 't', '?':
		return dtype{size: n}, nil
	}
	return dtype{}, fmt.Errorf("%q is no type", s)
}

// text writes a literal back, up to a length that a report can hold.
func text(v any) string {
	const limit = 256
	var b strings.Builder
	write(&b, v, limit)
	if b.Len() > limit {
		return b.String()[:limit] + "…"
	}
	return b.String()
}

func write(b *strings.Builder, v any, limit int) {
	items := func(open string, items []any, end string) {
		b.WriteString(open)
		for i, x := range items {
			if i > 0 {
				b.WriteString(", ")
			}
			if b.Len() > limit {
				return
			}
			write(b, x, limit)
		}
		b.WriteString(end)
	}
	switch v := v.(type) {
	case tuple:
		items("(", v, ")")
	case list:
		items("[", v, "]")
	case string:
		b.WriteString(strconv.QuoteToASCII(v))
	case dict:
		b.WriteString("{…}")
	case nil:
		b.WriteString("None")
	default:
		fmt.Fprint(b, v)
	}
}
