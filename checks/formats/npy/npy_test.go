package npy_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/npy"
	"github.com/modelgate/gate/internal/checktest"
)

func build(major byte, header, data string) []byte {
	b := append([]byte("\x93NUMPY"), major, 0)
	if major == 1 {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	} else {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(header)))
	}
	return append(append(b, header...), data...)
}

func header(descr, shape string) string {
	return fmt.Sprintf("{'descr': %s, 'fortran_order': False, 'shape': %s, }   \n", descr, shape)
}

func TestArrays(t *testing.T) {
	tests := []struct {
		descr, shape string
		size         int
		want         string // the dtype in the fact
	}{
		{`'<f4'`, `(2, 3)`, 24, `"<f4"`},
		{`'|b1'`, `(5,)`, 5, `"|b1"`},
		{`'<U3'`, `(2L,)`, 24, `"<U3"`},
		{`'<M8[ns]'`, `(2,)`, 16, `"<M8[ns]"`},
		{`"<f8"`, `()`, 8, `"<f8"`},
		{`'<f8'`, `(0, 9223372036854775807)`, 0, `"<f8"`},
		{`[('a', '<i4'), (u'b', '<f8', (2,)), ('', '|V4')]`, `(3,)`, 72, `[("a", "<i4"), ("b", "<f8", (2)), ("", "|V4")]`},
		{`[(('title', 'a'), [('x', '<i2')])]`, `(4,)`, 8, `[(("title", "a"), [("x", "<i2")])]`},
		{`('<f4', (3,))`, `(2,)`, 24, `("<f4", (3))`},
	}
	for _, tt := range tests {
		for _, major := range []byte{1, 2, 3} {
			r := checktest.Inspect(t, npy.Inspector{}, "a.npy", build(major, header(tt.descr, tt.shape), strings.Repeat("x", tt.size)))
			h := checktest.Of[npy.Header](r, npy.KindHeader)
			if len(h) != 1 || h[0].Descr != tt.want || h[0].Objects || h[0].Field != "" || r.State != gate.Verified || len(r.Evidence) != 1 {
				t.Errorf("%s %s: %s %s", tt.descr, tt.shape, r.State, checktest.JSON(r.Evidence))
			}
		}
	}
}

func TestObjects(t *testing.T) {
	pickle := "\x80\x04K\x01."
	for _, descr := range []string{`'|O'`, `'O'`, `'object'`, `'<f8,O'`, `[('a', '<i4'), ('b', '|O')]`, `[('a', [('b', '|O8', (2, 2))])]`, `('|O', (2,))`} {
		r := checktest.Inspect(t, npy.Inspector{}, "a.npy", build(1, header(descr, "(1,)"), pickle))
		h := checktest.Of[npy.Header](r, npy.KindHeader)
		if len(h) != 1 || !h[0].Objects || len(r.Children) != 1 || string(r.Children[0].Data) != pickle || r.Children[0].Name != "data.pkl" {
			t.Errorf("%s: %s", descr, checktest.JSON(r))
		}
	}
}

func TestOutOfBounds(t *testing.T) {
	tests := []struct {
		name  string
		data  []byte
		field string
	}{
		{"short", build(1, header("'<f8'", "(2,)"), "too short"), "data"},
		{"overflow", build(1, header("'<f8'", "(4294967296, 4294967296)"), ""), "shape"},
		{"wraps to nothing", build(1, header("'<f8'", "(2305843009213693952, 8)"), ""), "shape"},
		{"dimensions", build(1, header("'<f8'", "("+strings.Repeat("1, ", 65)+")"), "12345678"), "dimensions"},
		{"header behind the end", append([]byte("\x93NUMPY\x01\x00"), 0xff, 0xff, '{'), "header"},
		{"header of a gigabyte", append([]byte("\x93NUMPY\x02\x00"), 0, 0, 0, 0x40, '{'), "header"},
		{"header that numpy refuses", build(1, header("'|V0'", "(1,)")+strings.Repeat(" ", 20_000), ""), "header"},
	}
	for _, tt := range tests {
		r := checktest.Inspect(t, npy.Inspector{}, "a.npy", tt.data)
		h := checktest.Of[npy.Header](r, npy.KindHeader)
		if len(h) != 1 || h[0].Field != tt.field || h[0].Claims == "" || h[0].Limit == "" || r.State != gate.Unread {
			t.Errorf("%s: %s %s", tt.name, r.State, checktest.JSON(r.Evidence))
		}
	}
}

func TestMalformed(t *testing.T) {
	for _, h := range []string{
		"", "{", "[]", "None", "__import__('os').system('x')", header("__import__('os')", "(1,)"),
		"{'descr': '<f8', 'fortran_order': False}", header("'<f8'", "[1]"), header("'<f8'", "(-1,)"), header("'<f8'", "(True,)"),
		header("'<f8'", "(99999999999999999999,)"), header("'zz'", "(1,)"), header("''", "(1,)"), header("5", "(1,)"),
		header("[('a',)]", "(1,)"), "{'descr': 'a', 'descr': 'b'}", header("'<f8'", "(1,)") + "x", "{1: 2}", `{'descr\q': 1}`,
		strings.Repeat("(", 1000), "{'descr': '<f8', 'fortran_order': 0, 'shape': ()}",
	} {
		r := checktest.Inspect(t, npy.Inspector{}, "a.npy", build(1, h, "12345678"))
		if len(checktest.Of[gate.Malformed](r, npy.KindMalformed)) != 1 || r.State != gate.Unread {
			t.Errorf("%q: %s %s", h, r.State, checktest.JSON(r.Evidence))
		}
		if len(r.Children) != 1 || string(r.Children[0].Data) != "12345678" {
			t.Errorf("%q: what is behind is not handed back", h)
		}
	}
	for _, data := range []string{"\x93NUMPY", "\x93NUMPY\x01\x00\x01", "\x93NUMPY\x09\x00\x01\x00{", "\x93NUMPY\x02\x00\x01\x00"} {
		r := checktest.Inspect(t, npy.Inspector{}, "a.npy", []byte(data))
		if len(checktest.Of[gate.Malformed](r, npy.KindMalformed)) != 1 {
			t.Errorf("%q: %s", data, checktest.JSON(r.Evidence))
		}
	}
}

func TestSuffixAndSeveral(t *testing.T) {
	one := build(1, header("'<f8'", "(1,)"), "12345678")
	r := checktest.Inspect(t, npy.Inspector{}, "a.npy", append(slices.Clone(one), one...))
	if len(checktest.Of[npy.Header](r, npy.KindHeader)) != 2 || r.State != gate.Verified {
		t.Errorf("two arrays: %s %s", r.State, checktest.JSON(r.Evidence))
	}
	r = checktest.Inspect(t, npy.Inspector{}, "a.npy", append(slices.Clone(one), "cos\nsystem\n."...))
	if len(r.Children) != 1 || string(r.Children[0].Data) != "cos\nsystem\n." || r.State != gate.Unproven {
		t.Errorf("suffix: %s %s", r.State, checktest.JSON(r))
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, npy.Inspector{}, "a.npy",
		build(1, header("'<f8'", "(1,)"), "12345678"), build(3, header("[('a', '|O')]", "(1,)"), "N."),
		build(2, `{'descr': '\u0041\x41', "a": [(), (1, -2)]}`, ""))
}
