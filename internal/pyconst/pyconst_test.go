package pyconst

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/pysyntax"
)

func text(s string) Value  { return Value{Kind: Text, S: s} }
func data(s string) Value  { return Value{Kind: Bytes, S: s} }
func number(n int64) Value { return Value{Kind: Int, N: n} }
func list(v ...Value) Value {
	return Value{Kind: List, List: v}
}

// written is a value as the tests write it, "*" where it was decoded, or "?".
func written(v Value, ok bool) string {
	if !ok {
		return "?"
	}
	out := fmt.Sprintf("%q", v.S)
	switch v.Kind {
	case Bytes:
		out = "b" + out
	case Int:
		out = fmt.Sprint(v.N)
	case List:
		var parts []string
		for _, e := range v.List {
			parts = append(parts, written(e, true))
		}
		out = "[" + strings.Join(parts, " ") + "]"
	}
	if v.Decoded {
		out += "*"
	}
	return out
}

func TestBinary(t *testing.T) {
	long := text(strings.Repeat("x", MaxBytes))
	for _, c := range []struct {
		op   pysyntax.Op
		l, r Value
		want string
	}{
		{pysyntax.Add, text("os."), text("system"), `"os.system"`},
		{pysyntax.Add, list(number(1)), list(number(2)), "[1 2]"},
		{pysyntax.Add, text("a"), data("b"), "?"},
		{pysyntax.Add, long, text("y"), "?"},
		{pysyntax.Mult, text("ab"), number(3), `"ababab"`},
		{pysyntax.Mult, long, number(2), "?"},
		{pysyntax.Mult, text(""), number(1 << 40), "?"},
		{pysyntax.Mod, text("%s%%%c%d"), list(text("a"), number(98), number(3)), `"a%b3"`},
		{pysyntax.Mod, text("%s%s"), text("a"), "?"},
		{pysyntax.Mod, text("%r"), text("a"), "?"},
		{pysyntax.Mod, text("a%"), text("a"), "?"},
		{pysyntax.BitXor, number(5), number(1), "4"},
		{pysyntax.LShift, number(1), number(63), "?"},
		{pysyntax.RShift, number(8), number(2), "2"},
		{pysyntax.FloorDiv, number(7), number(0), "?"},
		{pysyntax.FloorDiv, number(7), number(2), "3"},
		{pysyntax.Mod, number(-7), number(2), "?"},
		{pysyntax.Sub, text("a"), text("b"), "?"},
	} {
		if got := written(Binary(c.op, c.l, c.r)); got != c.want {
			t.Errorf("operator %d gives %s, want %s", c.op, got, c.want)
		}
	}
	if v, ok := Binary(pysyntax.Mod, text(strings.Repeat("%s", 4)), list(long, long, long, long)); ok {
		t.Errorf("a format of %d bytes", len(v.S))
	}
}

func TestElements(t *testing.T) {
	n := func(i int64) *Value { v := number(i); return &v }
	word := text("añb")
	for _, c := range []struct{ got, want string }{
		{written(word.Index(number(-2))), `"ñ"`},
		{written(word.Index(number(3))), "?"},
		{written(data("ab").Index(number(1))), "98"},
		{written(list(text("x")).Index(number(0))), `"x"`},
		{written(number(5).Index(number(0))), "?"},
		{written(word.Slice(nil, nil, n(-1))), `"bña"*`},
		{written(word.Slice(n(1), n(100), nil)), `"ñb"`},
		{written(data("abcdef").Slice(n(-4), nil, n(2))), `b"ce"*`},
		{written(list(number(1), number(2)).Slice(nil, n(1), nil)), "[1]"},
		{written(word.Slice(nil, nil, n(0))), "?"},
		{written(word.Slice(&word, nil, nil)), "?"},
		{written(Concat([]Value{text("a"), number(5), data("b")})), `"a5b"`},
		{written(Concat([]Value{list()})), "?"},
		{written(list(word.Elements()...), true), `["a" "ñ" "b"]`},
		{written(list(data("ab").Elements()...), true), "[97 98]"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
	if got := len(text(strings.Repeat("x", MaxBytes)).Elements()); got != MaxElements {
		t.Errorf("%d elements", got)
	}
}

func TestCall(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write([]byte("code"))
	w.Close()
	for _, c := range []struct {
		name string
		args []Value
		want string
	}{
		{"chr", []Value{number(111)}, `"o"*`},
		{"chr", []Value{number(-1)}, "?"},
		{"ord", []Value{text("o")}, "111*"},
		{"ord", []Value{text("")}, "?"},
		{"str", []Value{number(5)}, `"5"`},
		{"str", []Value{list()}, "?"},
		{"int", []Value{text(" ff "), number(16)}, "255*"},
		{"int", []Value{text("ff"), number(99)}, "?"},
		{"bytes", []Value{list(number(111), number(115))}, `b"os"*`},
		{"bytes", []Value{list(number(300))}, "?"},
		{"bytes", []Value{number(3)}, "?"},
		{"list", []Value{text("ab")}, `["a" "b"]`},
		{"reversed", []Value{text("ab")}, `["b" "a"]*`},
		{"base64.b64decode", []Value{text("b3M=")}, `b"os"*`},
		{"base64.b64decode", []Value{list()}, "?"},
		{"binascii.unhexlify", []Value{text("6f 73")}, `b"os"*`},
		{"base64.b32decode", []Value{text("N5ZQ====")}, `b"os"*`},
		{"zlib.decompress", []Value{data("nonsense")}, "?"},
		{"gzip.decompress", []Value{data(zipped.String())}, `b"code"*`},
		{"codecs.decode", []Value{text("bf"), text("rot13")}, `"os"*`},
		{"codecs.decode", []Value{text(`\x6fs`), text("unicode_escape")}, `"os"*`},
		{"codecs.decode", []Value{text("os"), text("klingon")}, "?"},
		{"os.system", []Value{text("true")}, "?"},
	} {
		if got := written(Call(c.name, c.args)); got != c.want {
			t.Errorf("%s gives %s, want %s", c.name, got, c.want)
		}
	}
}

func TestMethod(t *testing.T) {
	for _, c := range []struct {
		on   Value
		name string
		args []Value
		want string
	}{
		{text("."), "join", []Value{list(text("os"), text("system"))}, `"os.system"`},
		{text("."), "join", []Value{list(number(1))}, "?"},
		{text("."), "join", []Value{number(1)}, "?"},
		{data("os"), "decode", nil, `"os"`},
		{text("os"), "decode", nil, "?"},
		{data("b3M="), "decode", []Value{text("base64")}, `b"os"*`},
		{text("os"), "encode", []Value{text("utf-8")}, `b"os"`},
		{text("oXs"), "replace", []Value{text("X"), text("")}, `"os"*`},
		{text("oXs"), "replace", []Value{text(""), text("x")}, "?"},
		{text(" Os "), "strip", nil, `"Os"`},
		{text("Os"), "lower", nil, `"os"`},
		{text("os"), "upper", nil, `"OS"`},
		{text("os"), "upper", []Value{number(1)}, "?"},
		{text("os"), "title", nil, "?"},
	} {
		if got := written(c.on.Method(c.name, c.args)); got != c.want {
			t.Errorf("%s of %q gives %s, want %s", c.name, c.on.S, got, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("base64.b64decode", base64.StdEncoding.EncodeToString([]byte("x")))
	f.Add("codecs.decode", `\x00`)
	f.Fuzz(func(t *testing.T, name, s string) {
		for _, codec := range []string{"unicode_escape", "hex", "zlib", "rot13"} {
			if v, ok := Call(name, []Value{data(s), text(codec)}); ok && len(v.S) > 2*MaxBytes+2*len(s) {
				t.Errorf("%d bytes of %d", len(v.S), len(s))
			}
		}
	})
}
