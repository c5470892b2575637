package modelfolder

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
)

func blob(name string, data []byte) *gate.Blob {
	return gate.NewBlob(name, int64(len(data)), bytes.NewReader(data))
}

func safetensors(header string, data int) []byte {
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), make([]byte, data)...)
}

const pair = `{"__metadata__":{"format":"pt","b":"a"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}`

func TestSplit(t *testing.T) {
	folders := Split([]*gate.Blob{blob("hf:o/n@r/config.json", nil), blob("hf:o/n@r/unet/config.json", []byte(`{"a": 1}`)), blob("hf:o/n@r/a%21b", nil)})
	if len(folders) != 2 || folders[0].Path != "hf:o/n@r" || len(folders[0].Names()) != 2 || folders[0].File("a!b") == nil || folders[0].File("x") != nil {
		t.Fatalf("got %+v", folders)
	}
	doc := folders[1].JSON("config.json")
	if n, ok := Int(doc.Get("a")); !ok || n != 1 || doc.At(doc.Get("a")).Path != "hf:o/n@r/unet/config.json" || doc.At(doc.Get("a")).Line != 1 {
		t.Errorf("got %+v", doc)
	}
	if folders[0].JSON("config.json") != nil || folders[0].JSON("none") != nil || (*Document)(nil).Get("x") != nil {
		t.Error("there is a document where there is none")
	}
}

func TestInt(t *testing.T) {
	for text, want := range map[string]string{"7": "7 true", "-1": "-1 true", "1.5": "0 false", "1e3": "0 false", `"7"`: "0 false", "null": "0 false"} {
		v, err := jsontree.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		n, ok := Int(v)
		if got := fmt.Sprint(n, ok); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestSafetensors(t *testing.T) {
	f := Split([]*gate.Blob{blob("m.safetensors", safetensors(pair, 16))})[0]
	w, err := f.Safetensors(t.Context(), f.File("m.safetensors"))
	if err != nil || len(w.Tensors) != 1 || !w.Metadata["b"] {
		t.Fatalf("got %+v, %v", w, err)
	}
	if got := w.Tensors[0]; got.Name != "a" || got.DType != "F32" || len(got.Shape) != 2 || got.From != int64(8+len(pair)) || got.To-got.From != 16 {
		t.Errorf("got %+v", got)
	}
	for _, data := range [][]byte{nil, []byte("short"), safetensors(`[]`, 0), safetensors(`{"a": 1}`, 0), safetensors(`{"__metadata__": 1}`, 0), safetensors(`{"a":{"shape":[1.5]}}`, 0),
		binary.LittleEndian.AppendUint64(nil, 1<<62), safetensors(pair[:40], 0)} {
		if _, err := f.Safetensors(t.Context(), blob("x", data)); err == nil || errors.Is(err, ErrBudget) {
			t.Errorf("%.20q: %v", data, err)
		}
	}
}

func TestBudgets(t *testing.T) {
	f := Split([]*gate.Blob{blob("m", safetensors(pair, 16))})[0]
	f.tensors = 0
	if _, err := f.Safetensors(t.Context(), f.File("m")); !errors.Is(err, ErrBudget) {
		t.Errorf("too many tensors: %v", err)
	}
	f.header = 10
	if _, err := f.Safetensors(t.Context(), f.File("m")); !errors.Is(err, ErrBudget) {
		t.Errorf("too long headers: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	g := Split([]*gate.Blob{blob("m", safetensors(pair, 16))})[0]
	if _, err := g.Safetensors(ended, g.File("m")); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func TestModel(t *testing.T) {
	index := blob("model.safetensors.index.json", []byte(`{"weight_map": {"a": "1.safetensors", "c": "1.safetensors", "b": "2.safetensors"}}`))
	one, two := blob("1.safetensors", safetensors(pair, 16)), blob("2.safetensors", safetensors(strings.Replace(pair, `"a":{`, `"b":{`, 1), 16))
	for name, test := range map[string]struct {
		files []*gate.Blob
		want  string
	}{
		"one file": {[]*gate.Blob{blob("model.safetensors", safetensors(pair, 16)), index}, "1 model.safetensors true"},
		"sharded":  {[]*gate.Blob{one, two, index}, "2 model.safetensors.index.json true"},
		"in part":  {[]*gate.Blob{one, index}, "1 model.safetensors.index.json false"},
		"broken":   {[]*gate.Blob{one, blob("2.safetensors", []byte("x")), index}, "1 model.safetensors.index.json false"},
		"none":     {[]*gate.Blob{one}, "0 model.safetensors.index.json false"},
	} {
		tensors, source, complete, err := Split(test.files)[0].Model(t.Context())
		if got := fmt.Sprint(len(tensors), " ", source, " ", complete); got != test.want || err != nil {
			t.Errorf("%s: %s %v, want %s", name, got, err, test.want)
		}
	}
}
