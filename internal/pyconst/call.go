package pyconst

import (
	"strconv"
	"strings"
)

// Call is what a function that only computes returns; its name is the full one, and there
// is at least one argument.
func Call(name string, args []Value) (Value, bool) {
	x := args[0]
	switch name {
	case "chr", "unichr":
		return Value{Kind: Text, S: string(rune(x.N)), Decoded: true}, x.Kind == Int && x.N >= 0 && x.N <= 0x10ffff
	case "ord":
		for _, r := range x.S {
			return Value{Kind: Int, N: int64(r), Decoded: true}, true
		}
	case "str":
		return Value{Kind: Text, S: x.String(), Decoded: x.Decoded}, x.Kind != List
	case "int":
		return toInt(x, args[1:])
	case "list", "tuple":
		return Value{Kind: List, List: x.Elements(), Decoded: x.Decoded}, x.Kind != Int
	case "reversed":
		l := Value{Kind: List, List: x.Elements()}
		return l.pick(int64(len(l.List))-1, -1, -1), x.Kind != Int
	case "bytes", "bytearray":
		return toBytes(x)
	case "codecs.decode", "codecs.encode":
		if len(args) > 1 {
			return codec(x, args[1].S)
		}
	}
	if decode := decoders[name]; decode != nil && x.IsString() {
		s, ok := decode(x.S)
		return Value{Kind: Bytes, S: s, Decoded: true}, ok
	}
	return Value{}, false
}

func toInt(x Value, base []Value) (Value, bool) {
	if x.Kind == Int {
		return x, true
	}
	b := 10
	if len(base) > 0 {
		b = int(base[0].N)
	}
	if b < 0 || b == 1 || b > 36 {
		return x, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(x.S), b, 64)
	return Value{Kind: Int, N: n, Decoded: true}, err == nil
}

func toBytes(x Value) (Value, bool) {
	if x.IsString() {
		x.Kind = Bytes
		return x, true
	}
	b := make([]byte, 0, len(x.List))
	for _, v := range x.List {
		if v.Kind != Int || v.N < 0 || v.N > 255 {
			return x, false
		}
		b = append(b, byte(v.N))
	}
	return Value{Kind: Bytes, S: string(b), Decoded: true}, x.Kind == List
}

// Method is what a method of text or bytes returns.
func (v Value) Method(name string, args []Value) (Value, bool) {
	switch {
	case name == "join" && len(args) == 1:
		return v.join(args[0])
	case name == "decode" && len(args) > 0:
		return codec(v, args[0].S)
	case name == "decode":
		return Value{Kind: Text, S: v.S, Decoded: v.Decoded}, v.Kind == Bytes
	case name == "encode":
		v.Kind = Bytes
		return v, true
	case name == "replace" && len(args) >= 2:
		if args[0].S == "" || strings.Count(v.S, args[0].S)*len(args[1].S) > MaxBytes {
			return v, false
		}
		v.S, v.Decoded = strings.ReplaceAll(v.S, args[0].S, args[1].S), true
		return v, true
	case len(args) > 0:
		return v, false
	case name == "strip":
		v.S = strings.TrimSpace(v.S)
		return v, true
	case name == "lower":
		v.S = strings.ToLower(v.S)
		return v, true
	case name == "upper":
		v.S = strings.ToUpper(v.S)
		return v, true
	}
	return v, false
}

func (v Value) join(parts Value) (Value, bool) {
	if parts.Kind == Int {
		return v, false
	}
	out := Value{Kind: v.Kind, Decoded: v.Decoded || parts.Decoded}
	var b strings.Builder
	for i, p := range parts.Elements() {
		if !p.IsString() || b.Len() > MaxBytes {
			return v, false
		}
		if i > 0 {
			b.WriteString(v.S)
		}
		b.WriteString(p.S)
		out.Decoded = out.Decoded || p.Decoded
	}
	out.S = b.String()
	return out, true
}
