package pysource

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"compress/zlib"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strconv"
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// foldCall finds the value of a call of a function or method that only computes.
func (a *analysis) foldCall(c *pysyntax.Call, s *scope, depth int) (constant, bool) {
	if len(c.Args) > 3 {
		return constant{}, false
	}
	if attr, ok := c.Func.(*pysyntax.Attribute); ok {
		if on, ok := a.fold(attr.Value, s, depth+1); ok && on.isString() {
			return a.method(on, attr.Attr, c, s, depth)
		}
	}
	callee := a.resolve(c.Func, s, depth+1)
	if callee == "" || len(c.Args) == 0 {
		return constant{}, false
	}
	if callee == "map" && len(c.Args) == 2 {
		return a.foldMap(c, s, depth)
	}
	args := make([]constant, 0, len(c.Args))
	for _, e := range c.Args {
		v, ok := a.fold(e, s, depth+1)
		if !ok {
			return v, false
		}
		args = append(args, v)
	}
	return a.compute(callee, args)
}

func (a *analysis) foldMap(c *pysyntax.Call, s *scope, depth int) (constant, bool) {
	over, ok := a.fold(c.Args[1], s, depth+1)
	if !ok || over.kind == number {
		return over, false
	}
	out := constant{kind: list}
	if l, ok := c.Args[0].(*pysyntax.Lambda); ok && len(l.Params) == 1 {
		return a.foldComp(&pysyntax.Comp{Elt: l.Body, Generators: []pysyntax.Generator{
			{Target: &pysyntax.Name{ID: l.Params[0].Name}, Iter: c.Args[1]},
		}}, s, depth)
	}
	f := a.resolve(c.Args[0], s, depth+1)
	for _, v := range over.elements() {
		r, ok := a.compute(f, []constant{v})
		if !ok {
			return out, false
		}
		out.list = append(out.list, r)
		out.decoded = out.decoded || r.decoded
	}
	return out, true
}

// compute calls a function that only computes.
func (a *analysis) compute(callee string, args []constant) (constant, bool) {
	x := args[0]
	if !a.step() {
		return x, false
	}
	switch callee {
	case "chr", "unichr":
		return constant{kind: text, s: string(rune(x.n)), decoded: true}, x.kind == number && x.n >= 0 && x.n <= 0x10ffff
	case "ord":
		for _, r := range x.s {
			return constant{kind: number, n: int64(r), decoded: true}, true
		}
	case "str", "list", "tuple", "reversed", "int", "bytes", "bytearray", "sorted":
		return convert(callee, x, args)
	case "codecs.decode", "codecs.encode":
		if len(args) > 1 {
			return a.codec(x, args[1].s)
		}
	}
	if decode := decoders[callee]; decode != nil && x.isString() {
		s, ok := decode(x.s)
		return constant{kind: data, s: s, decoded: true}, ok && a.spend(len(s))
	}
	return constant{}, false
}

func convert(callee string, x constant, args []constant) (constant, bool) {
	switch callee {
	case "str":
		x.s, x.kind = x.format(false), text
		return x, x.list == nil
	case "int":
		base := 10
		if len(args) > 1 {
			base = int(args[1].n)
		}
		if x.kind == number {
			return x, true
		}
		if base < 0 || base == 1 || base > 36 {
			return x, false
		}
		n, err := strconv.ParseInt(strings.TrimSpace(x.s), base, 64)
		return constant{kind: number, n: n, decoded: true}, err == nil
	case "list", "tuple":
		return constant{kind: list, list: x.elements(), decoded: x.decoded}, x.kind != number
	case "reversed":
		l := constant{kind: list, list: x.elements()}
		return l.pick(int64(len(l.list))-1, -1, -1), x.kind != number
	case "bytes", "bytearray":
		if x.isString() {
			x.kind = data
			return x, true
		}
		b := make([]byte, 0, len(x.list))
		for _, v := range x.list {
			if v.kind != number || v.n < 0 || v.n > 255 {
				return x, false
			}
			b = append(b, byte(v.n))
		}
		return constant{kind: data, s: string(b), decoded: true}, x.kind == list
	}
	return x, false
}

// decoders are the functions that turn text or bytes into what was encoded.
var decoders = map[string]func(string) (string, bool){
	"base64.b64decode": fromBase64, "base64.standard_b64decode": fromBase64, "base64.urlsafe_b64decode": fromBase64,
	"base64.decodebytes": fromBase64, "base64.decodestring": fromBase64, "binascii.a2b_base64": fromBase64,
	"base64.b32decode": fromBase32, "base64.b16decode": fromHex,
	"binascii.unhexlify": fromHex, "binascii.a2b_hex": fromHex, "bytes.fromhex": fromHex, "bytearray.fromhex": fromHex,
	"zlib.decompress": inflate, "gzip.decompress": inflate, "bz2.decompress": inflate,
}

func fromBase64(s string) (string, bool) {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '-':
			return '+'
		case r == '_':
			return '/'
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '+', r == '/':
			return r
		}
		return -1
	}, s)
	b, err := base64.RawStdEncoding.DecodeString(s)
	return string(b), err == nil
}

func fromBase32(s string) (string, bool) {
	b, err := base32.StdEncoding.DecodeString(s)
	return string(b), err == nil
}

func fromHex(s string) (string, bool) {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	return string(b), err == nil
}

// inflate decompresses by the first bytes. What does not end well counts as far as it
// came.
func inflate(s string) (string, bool) {
	var r io.Reader
	var err error
	switch {
	case strings.HasPrefix(s, "\x1f\x8b"):
		r, err = gzip.NewReader(strings.NewReader(s))
	case strings.HasPrefix(s, "BZh"):
		r = bzip2.NewReader(strings.NewReader(s))
	default:
		r, err = zlib.NewReader(strings.NewReader(s))
	}
	if err != nil {
		return "", false
	}
	var b bytes.Buffer
	n, _ := io.Copy(&b, io.LimitReader(r, maxConstant))
	return b.String(), n > 0
}

// codec decodes by the name of a codec.
func (a *analysis) codec(x constant, name string) (constant, bool) {
	name = strings.TrimSuffix(strings.ReplaceAll(strings.ToLower(name), "-", "_"), "_codec")
	var decode func(string) (string, bool)
	switch name {
	case "rot13", "rot_13":
		x.s, x.decoded = strings.Map(rot13, x.s), true
		return x, true
	case "base64":
		decode = fromBase64
	case "hex":
		decode = fromHex
	case "zlib", "zip", "bz2":
		decode = inflate
	case "utf8", "utf_8", "ascii", "latin1", "latin_1", "":
		x.kind = text
		return x, true
	case "unicode_escape", "string_escape":
		x.kind = text
		return a.unescape(x)
	default:
		return x, false
	}
	s, ok := decode(x.s)
	return constant{kind: data, s: s, decoded: true}, ok && a.spend(len(s))
}

// unescape reads text as the body of a string.
func (a *analysis) unescape(x constant) (constant, bool) {
	m := pysyntax.Parse([]byte(`"""` + strings.ReplaceAll(x.s, `"`, `\"`) + `"""`))
	if len(m.Body) != 1 || len(m.Errors) > 0 {
		return x, false
	}
	if e, ok := m.Body[0].(*pysyntax.ExprStmt); ok {
		if s, ok := e.Value.(*pysyntax.Str); ok {
			return constant{kind: text, s: s.Value(), decoded: true}, a.spend(len(x.s))
		}
	}
	return x, false
}

func rot13(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z':
		return 'a' + (r-'a'+13)%26
	case r >= 'A' && r <= 'Z':
		return 'A' + (r-'A'+13)%26
	}
	return r
}

// method calls a method of a string.
func (a *analysis) method(on constant, name string, c *pysyntax.Call, s *scope, depth int) (constant, bool) {
	args := make([]constant, 0, len(c.Args))
	for _, e := range c.Args {
		v, ok := a.fold(e, s, depth+1)
		if !ok {
			return v, false
		}
		args = append(args, v)
	}
	switch {
	case name == "join" && len(args) == 1:
		return a.join(on, args[0])
	case name == "decode" && on.kind == data, name == "decode" && len(args) > 0:
		if len(args) == 0 {
			on.kind = text
			return on, true
		}
		return a.codec(on, args[0].s)
	case name == "encode":
		on.kind = data
		return on, true
	case name == "replace" && len(args) >= 2:
		if args[0].s == "" || strings.Count(on.s, args[0].s)*len(args[1].s) > maxConstant {
			return on, false
		}
		on.s, on.decoded = strings.ReplaceAll(on.s, args[0].s, args[1].s), true
		return on, a.spend(len(on.s))
	case len(args) > 0:
		return on, false
	case name == "strip":
		on.s = strings.TrimSpace(on.s)
		return on, true
	case name == "lower":
		on.s = strings.ToLower(on.s)
		return on, true
	case name == "upper":
		on.s = strings.ToUpper(on.s)
		return on, true
	}
	return on, false
}

func (a *analysis) join(sep, parts constant) (constant, bool) {
	if parts.kind == number {
		return sep, false
	}
	out := constant{kind: sep.kind, decoded: sep.decoded || parts.decoded}
	var b strings.Builder
	for i, p := range parts.elements() {
		if !p.isString() || b.Len() > maxConstant {
			return sep, false
		}
		if i > 0 {
			b.WriteString(sep.s)
		}
		b.WriteString(p.s)
		out.decoded = out.decoded || p.decoded
	}
	out.s = b.String()
	return out, a.spend(b.Len())
}
