package rds

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

// The parts of a stream in XDR.
func num(n ...int) string {
	var b []byte
	for _, i := range n {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(i)))
	}
	return string(b)
}

func chars(s string) string      { return num(char|0x40000, len(s)) + s }
func sym(s string) string        { return num(symbol) + chars(s) }
func text(s ...string) string    { return num(strs, len(s)) + each(s) }
func nothing() string            { return num(null) }
func cons(s ...string) string    { return strings.Join(s, "") }
func arg(v string) string        { return num(pairlist) + v }
func tagged(n, v string) string  { return num(pairlist|hasTag) + sym(n) + v }
func call(f, args string) string { return num(language) + sym(f) + args + nothing() }
func system() string             { return call("system", arg(text("true"))) }
func stream(v ...string) []byte  { return []byte("X\n" + num(2, 0x30603, 0x20300) + cons(v...)) }
func version3(v ...string) []byte {
	return []byte("X\n" + num(3, 0x40301, 0x30500, 5) + "UTF-8" + cons(v...))
}

func each(list []string) string {
	out := ""
	for _, s := range list {
		out += chars(s)
	}
	return out
}

func TestObjects(t *testing.T) {
	unforced := num(promise|hasTag, globalEnv, unbound) + system()
	for name, test := range map[string]struct {
		data     []byte
		promises []Promise
		code     []Code
		state    gate.State
	}{
		"strings":     {stream(text("a", "b")), nil, nil, gate.Verified},
		"numbers":     {version3(num(double|hasAttributes, 2), strings.Repeat("\x00", 16), tagged("names", text("a", "b")), nothing()), nil, nil, gate.Verified},
		"list":        {stream(num(list, 3), num(integer, 1, 7), num(raw, 3), "abc", nothing()), nil, nil, gate.Verified},
		"promise":     {stream(unforced), []Promise{{`system("true")`}}, []Code{{"call", `system("true")`}}, gate.Unproven},
		"in a list":   {stream(num(list, 1), unforced), []Promise{{`system("true")`}}, []Code{{"call", `system("true")`}}, gate.Unproven},
		"forced":      {stream(num(promise), num(integer, 1, 7), sym("x")), nil, nil, gate.Unproven},
		"call":        {stream(call("lm", arg(sym("y")))), nil, nil, gate.Unproven},
		"qualified":   {stream(num(language), call("::", arg(sym("base"))+arg(sym("system"))), arg(text("true")), nothing()), nil, []Code{{"call", `base::system("true")`}}, gate.Unproven},
		"closure":     {stream(num(closure|hasTag, globalEnv), nothing(), call("f", "")), nil, []Code{{"closure", "f()"}}, gate.Unproven},
		"environment": {stream(num(environment, 0, globalEnv, null, null, null)), nil, nil, gate.Verified},
		"reference":   {stream(num(list, 2), sym("a"), num(1<<8|reference)), nil, nil, gate.Verified},
		"active":      {stream(num(environment, 0, globalEnv), num(pairlist|hasTag|activeBinding), sym("x"), num(closure), nothing(), nothing(), nothing(), num(null, null)), nil, []Code{{"active-binding", "x"}, {"closure", "NULL"}}, gate.Unproven},
		"workspace":   {[]byte("RDX2\n" + string(stream(tagged("x", unforced), nothing()))), []Promise{{`system("true")`}}, []Code{{"call", `system("true")`}}, gate.Unproven},
		"bytecode": {stream(num(bytecode, 1), num(integer, 1, 7), num(2), num(language), nothing(), num(0), sym("system"), num(pairlist), nothing(), num(0), text("true"), num(0), nothing(),
			num(integer), num(integer, 1, 3)), nil, []Code{{"call", `system("true")`}, {"bytecode", `system("true")`}}, gate.Unproven},
		"altrep": {stream(num(altrep), nothing(), num(double, 1), "12345678", nothing()), nil, nil, gate.Verified},
		"text":   {[]byte("A\n2\n197123\n131840\n6\n1\n262153\n6\nsystem\n2\n16\n1\n262153\n5\na\\040b\\nc\n254\n"), nil, []Code{{"call", `system("a b\nc")`}}, gate.Unproven},
		"native": {[]byte("B\n\x02\x00\x00\x00\x03\x06\x03\x00\x00\x03\x02\x00\x0d\x00\x00\x00\x01\x00\x00\x00\x07\x00\x00\x00"), nil, nil, gate.Verified},
		"tail":   {stream(nothing(), "x"), nil, nil, gate.Unproven},
	} {
		t.Run(name, func(t *testing.T) {
			if !checktest.Wants(Inspector{}, "m.rds", test.data) {
				t.Error("not wanted")
			}
			r := checktest.Inspect(t, Inspector{}, "m.rds", test.data)
			if got := checktest.Of[Promise](r, "rds.promise"); !slices.Equal(got, test.promises) {
				t.Errorf("promises %v, want %v", got, test.promises)
			}
			if got := checktest.Of[Code](r, "rds.code"); !slices.Equal(got, test.code) {
				t.Errorf("code %v, want %v", got, test.code)
			}
			if r.State != test.state || len(r.Evidence) != len(test.promises)+len(test.code) {
				t.Errorf("%s", checktest.JSON(r))
			}
		})
	}
}

func TestBroken(t *testing.T) {
	for name, test := range map[string]struct {
		data []byte
		want gate.Kind
	}{
		"short":     {[]byte("X\n\x00\x00\x00\x02\x00\x03\x06\x03"), "rds.malformed"},
		"length":    {stream(num(integer, 1<<30)), "rds.malformed"},
		"negative":  {stream(num(double, -5)), "rds.malformed"},
		"reference": {stream(num(7<<8 | reference)), "rds.malformed"},
		"type":      {stream(num(99)), "rds.malformed"},
		"workspace": {[]byte("RDX2\nplain text"), "rds.malformed"},
		"deep":      {stream(strings.Repeat(num(list, 1), maxDepth+1)), gate.KindIncomplete},
	} {
		r := checktest.Inspect(t, Inspector{}, "m.rds", test.data)
		if !slices.Equal(r.Kinds(), []gate.Kind{test.want}) || r.State != gate.Unread {
			t.Errorf("%s: %s", name, checktest.JSON(r))
		}
	}
}

func TestWants(t *testing.T) {
	for _, head := range []string{"", "X\nmodel\nlm", "A\nbook", "RDF2\n", "RDX4\n", "A\n2 pieces"} {
		if checktest.Wants(Inspector{}, "m.rds", []byte(head)) {
			t.Errorf("%q is wanted", head)
		}
	}
}

func TestBounds(t *testing.T) {
	long := strings.Repeat(arg(text(strings.Repeat("a", 1000))), 5000)
	r := checktest.Inspect(t, Inspector{}, "m.rds", stream(call("system", long)))
	if code := checktest.Of[Code](r, "rds.code"); len(code) != 1 || len(code[0].Text) > maxText+len("…") {
		t.Errorf("%s", fmt.Sprintf("%.300v", code))
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.rds", stream(num(promise), num(unbound), system()),
		version3(num(bytecode, 1, 1)), []byte("A\n2\n1\n1\n13\n1\n7\n"))
}
