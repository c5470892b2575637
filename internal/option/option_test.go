package option

import (
	"fmt"
	"reflect"
	"testing"
)

func TestStricter(t *testing.T) {
	list := func(words ...any) []any { return words }
	for _, c := range []struct {
		direction string
		a, b      any
		want      string // empty where they cannot be compared
	}{
		{"higher", 5, 7, "7"}, {"higher", 7, 5.5, "7"}, {"lower", 5, 7, "5"}, {"higher", 5, "7", ""},
		{"subset", list("x", "y"), list("x"), "[x]"}, {"superset", list("x", "y"), []string{"x"}, "[x, y]"},
		{"subset", list("x"), list("y"), ""}, {"subset", list("any"), list("y"), "[y]"},
		{"superset", map[string]any{"a": "b"}, map[string]any{}, "{a: b}"},
		{"subset", map[string]any{"a": "b"}, map[string]any{"a": "c"}, ""},
		{"", 5, 7, ""}, {"subset", 5, 7, ""}, {"subset", nil, list(), ""},
	} {
		got, ok := Stricter(c.direction, c.a, c.b)
		if ok != (c.want != "") || ok && Show(got) != c.want {
			t.Errorf("%s of %v and %v is %v, %v, want %q", c.direction, c.a, c.b, got, ok, c.want)
		}
	}
}

func TestSets(t *testing.T) {
	if !Equal([]string{"a", "b"}, []any{"b", "a"}) || Equal([]any{"a"}, []any{"a", "b"}) || !Equal(int64(5), 5.0) || Equal(5, "5") {
		t.Error("lists are not compared as sets, or numbers by their types")
	}
	if got := Show(Union([]any{"a"}, []any{"a", "b"})); got != "[a, b]" {
		t.Errorf("the union is %s", got)
	}
	if got := Show(Union(map[string]any{"a": "b"}, map[string]any{"c": "d"})); got != "{a: b, c: d}" {
		t.Errorf("the union is %s", got)
	}
	if got := Union(5, 7); got != 7 {
		t.Errorf("of two numbers %v", got)
	}
	if !Has([]any{"a", 5}, 5) || Has(nil, 5) {
		t.Error("Has is wrong")
	}
}

func TestPlain(t *testing.T) {
	from := map[string]any{"list": []string{"a"}, "map": map[string]string{"k": "v"}, "number": int64(3), "float": float32(0.5), "text": "t", "nil": nil}
	got := PlainAll(from)
	want := map[string]any{"list": []any{"a"}, "map": map[string]any{"k": "v"}, "number": 3, "float": 0.5, "text": "t", "nil": nil}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %s", fmt.Sprint(got))
	}
}
