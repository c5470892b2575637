package policy

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/modelgate/gate"
)

type inner struct {
	A string `json:"a"`
	B int    `json:"b,omitempty"`
}

type hidden struct {
	C string `json:"c"`
}

type everything struct {
	inner
	hidden
	Name    string
	Skipped string         `json:"-"`
	Empty   []string       `json:"empty,omitempty"`
	List    []inner        `json:"list"`
	Map     map[string]any `json:"map"`
	Bytes   []byte         `json:"bytes"`
	Float   float64        `json:"float"`
	Uint    uint64         `json:"uint"`
	Pointer *inner         `json:"pointer"`
	None    *inner         `json:"none"`
	Any     any            `json:"any"`
	Time    time.Time      `json:"time"`
	Raw     json.RawMessage
	Number  json.Number
	Kinds   map[gate.Kind]bool `json:"kinds"`
	private int
}

type quoted struct {
	N int `json:"n,string"`
}

// TestAnAbsentListIsEmpty holds the one difference from JSON: rules count lists.
func TestAnAbsentListIsEmpty(t *testing.T) {
	got, err := newEncoder().term(reflect.ValueOf(struct {
		List []string       `json:"list"`
		Map  map[string]any `json:"map"`
	}{}), 0)
	if err != nil {
		t.Fatal(err)
	}
	if want := ast.MustParseTerm(`{"list": [], "map": {}}`); got.Value.Compare(want.Value) != 0 {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEncodeIsJSON(t *testing.T) {
	values := []any{
		nil,
		everything{
			inner: inner{A: "own", B: 1}, hidden: hidden{C: "c"}, Name: "n\xffx\ufffd", List: []inner{{"x", 0}},
			Map: map[string]any{"k": []any{1.5, nil, true}}, Bytes: []byte("bytes"), Float: 1e300, Uint: math.MaxUint64,
			Pointer: &inner{"p", 2}, Any: inner{"any", 3}, Time: noon, Raw: json.RawMessage(`{"r":[1,2]}`), Number: "12",
			Kinds: map[gate.Kind]bool{"a.b": true}, private: 1,
		},
		quoted{7},
		gate.ReferenceFact{Reference: gate.Reference{Args: map[string]string{"revision": "main"}}, ID: "a/b"},
		gate.Load{Callee: "torch.load"},
		[2]int{1, 2},
		map[int]string{1: "a"},
		math.Copysign(0, -1),
	}
	for _, v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var plain any
		if err := decode(text, &plain); err != nil {
			t.Fatal(err)
		}
		want, err := ast.InterfaceToValue(plain)
		if err != nil {
			t.Fatal(err)
		}
		got, err := newEncoder().term(reflect.ValueOf(v), 0)
		if err != nil {
			t.Fatal(err)
		}
		if got.Value.Compare(want) != 0 {
			t.Errorf("%T: got %v, want %v", v, got, want)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	type deep struct {
		Next any `json:"next"`
	}
	loop := &deep{}
	loop.Next = loop
	for name, v := range map[string]any{
		"cycle": loop, "not a number": math.NaN(), "infinite": []float64{math.Inf(1)}, "channel": make(chan int),
	} {
		if _, err := newEncoder().term(reflect.ValueOf(v), 0); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
