package jsontree

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestParse(t *testing.T) {
	text := `{"a": [1, NaN, -Infinity, "NaN\u005f"], "b": {"a": true}, "a": null}`
	root, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := root.Duplicates(); !slices.Equal(got, []string{"a"}) {
		t.Errorf("duplicates %q", got)
	}
	if root.Get("a").Kind != Null || root.Get("b").Get("a").Kind != True || root.Get("c").Get("d") != nil {
		t.Error("Get does not find the last value of a name")
	}
	last := root.Members[0].Value.Items[3]
	if last.String() != "NaN_" || text[last.Start:last.End] != `"NaN\u005f"` {
		t.Errorf("string %q at %q", last.String(), text[last.Start:last.End])
	}
	var names []string
	root.Walk(func(name string, v *Value) { names = append(names, name+text[v.Start:v.Start+1]) })
	if got := strings.Join(names, " "); got != `{ a[ a1 aN a- a" b{ at an` {
		t.Errorf("walked %q", got)
	}
}

func TestParseKeepsWhatItRead(t *testing.T) {
	for _, text := range []string{`{"a": {"b": "c"`, `{"a": {"b": "c"}} x`, `{"a": {"b": "c"}, d`} {
		root, err := Parse([]byte(text))
		if err == nil || root.Get("a").Get("b").String() != "c" {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestLimits(t *testing.T) {
	for _, text := range []string{strings.Repeat("[", 5000), strings.Repeat(`{"a":`, 300)} {
		if _, err := Parse([]byte(text)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%.10s…: %v", text, err)
		}
	}
}

func TestDecode(t *testing.T) {
	const text = `{"ä": "😀"}`
	var le, be, le32 []byte
	for _, u := range utf16.Encode([]rune(text)) {
		le = append(le, byte(u), byte(u>>8))
		be = append(be, byte(u>>8), byte(u))
	}
	for _, r := range text {
		le32 = append(le32, byte(r), byte(r>>8), byte(r>>16), 0)
	}
	for name, raw := range map[string]string{
		"utf-8": text, "utf-8 with mark": "\ufeff" + text, "utf-16-le": string(le), "utf-16-be": string(be),
		"utf-16 with mark": "\xff\xfe" + string(le), "utf-16-be with mark": "\xfe\xff" + string(be),
		"utf-32-le": string(le32), "utf-32 with mark": "\xff\xfe\x00\x00" + string(le32),
	} {
		if got := string(Decode([]byte(raw))); got != text {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"a": [1, NaN, "b\u005f"], "a": null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		text := Decode(data)
		root, _ := Parse(text)
		root.Walk(func(_ string, v *Value) {
			if v.Start < 0 || v.Start > v.End || v.End > len(text) {
				t.Errorf("value takes [%d, %d) of %d bytes", v.Start, v.End, len(text))
			}
		})
	})
}
