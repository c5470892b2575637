package onnx

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
	"google.golang.org/protobuf/encoding/protowire"
)

// message joins fields.
func message(fields ...[]byte) []byte { return slices.Concat(fields...) }

func bytesField(n protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), content)
}

func text(n protowire.Number, s string) []byte { return bytesField(n, []byte(s)) }

func number(n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), v)
}

func build(fields ...[]byte) []byte {
	return message(number(1, 8), text(2, "test"), message(fields...), bytesField(8, number(2, 17)))
}

func graph(fields ...[]byte) []byte { return bytesField(7, message(fields...)) }

func node(domain, op string, more ...[]byte) []byte {
	return bytesField(1, message(text(4, op), text(7, domain), message(more...)))
}

func external(location, offset string) []byte {
	return bytesField(5, message(number(1, 4), number(2, 1),
		bytesField(13, message(text(1, "location"), text(2, location))),
		bytesField(13, message(text(1, "offset"), text(2, offset)))))
}

func TestInspect(t *testing.T) {
	tensor := func(raw int) []byte {
		return bytesField(5, message(bytesField(1, []byte{2, 3}), number(2, 1), bytesField(9, make([]byte, raw))))
	}
	inner := bytesField(5, bytesField(6, node("evil", "Inner")))
	for name, test := range map[string]struct {
		data  []byte
		state gate.State
		kinds string
	}{
		"standard":       {build(graph(node("", "Relu"), node("ai.onnx.ml", "Scaler"), tensor(24))), gate.Unproven, ""},
		"foreign":        {build(graph(node("com.evil", "Run"))), gate.Unproven, "onnx.operator"},
		"python":         {build(graph(node("", "PyOp"))), gate.Unproven, "onnx.operator"},
		"subgraph":       {build(graph(node("", "If", inner))), gate.Unproven, "onnx.operator"},
		"training":       {build(graph(), bytesField(20, bytesField(1, node("x", "Y")))), gate.Unproven, "onnx.operator"},
		"own function":   {build(graph(node("my", "F")), bytesField(25, message(text(1, "F"), text(10, "my")))), gate.Unproven, ""},
		"in a function":  {build(graph(), bytesField(25, message(text(1, "F"), text(10, "my"), bytesField(7, message(text(4, "Z"), text(7, "evil")))))), gate.Unproven, "onnx.operator"},
		"external":       {build(graph(external("weights.bin", "0"))), gate.Unproven, "onnx.external"},
		"in attribute":   {build(graph(node("", "Constant", bytesField(5, external("w", "0"))))), gate.Unproven, "onnx.external"},
		"negative":       {build(graph(external("weights.bin", "-1"))), gate.Unread, "onnx.malformed onnx.external"},
		"script":         {build(graph(), bytesField(14, message(text(1, "k"), text(2, "#!/bin/sh\n")))), gate.Unproven, "onnx.metadata"},
		"wrong size":     {build(graph(tensor(23))), gate.Unread, "onnx.malformed"},
		"no graph":       {number(1, 8), gate.Unread, "onnx.malformed"},
		"cut":            {build(graph(node("", "Relu")))[:17], gate.Unread, "onnx.malformed"},
		"message as int": {message(number(1, 8), number(7, 8)), gate.Unread, "onnx.malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			r := checktest.Inspect(t, Inspector{}, "m.onnx", test.data)
			var kinds []string
			for _, k := range r.Kinds() {
				kinds = append(kinds, string(k))
			}
			if got := strings.Join(kinds, " "); got != test.kinds || r.State != test.state {
				t.Errorf("state %q, kinds %q, want %q, %q\n%s", r.State, got, test.state, test.kinds, checktest.JSON(r))
			}
		})
	}
}

func TestDepth(t *testing.T) {
	data := node("", "Relu")
	for range 2000 {
		data = node("", "If", bytesField(5, bytesField(6, data)))
	}
	r := checktest.Inspect(t, Inspector{}, "m.onnx", build(graph(data)))
	if r.State != gate.Unread || r.Kinds()[0] != gate.KindIncomplete {
		t.Errorf("state %q, kinds %q", r.State, r.Kinds())
	}
}

func TestEscape(t *testing.T) {
	for location, want := range map[string]string{
		"weights.bin": "", "a/b.bin": "", "./a": "", "..a": "", "a..b/c": "",
		"/etc/passwd": "absolute", "../x": "parent", "a/../../x": "parent", "a/../x": "unclean", "..": "parent",
		`..\x`: "parent", `a\b`: "backslash", `C:\x`: "absolute", "http://h/x": "url", "file:///x": "url",
	} {
		if got := escape(location); got != want {
			t.Errorf("%q: %q, want %q", location, got, want)
		}
	}
}

func TestWants(t *testing.T) {
	big := build(graph(node("", "Relu"), bytesField(10, make([]byte, 100_000))))
	for name, test := range map[string]struct {
		path string
		data []byte
		want bool
	}{
		"by name":    {"m.ONNX", nil, true},
		"by content": {"m", build(graph(node("", "Relu"))), true},
		"large":      {"m.bin", big, true},
		"text":       {"m", []byte("a text that is none"), false},
		"savedmodel": {"saved_model.pb", message(number(1, 1), bytesField(2, make([]byte, 40))), false},
		"empty":      {"m", nil, false},
	} {
		if got := checktest.Wants(Inspector{}, test.path, test.data); got != test.want {
			t.Errorf("%s: wants is %v", name, got)
		}
	}
}

func TestCorpus(t *testing.T) {
	dir := os.Getenv("GATE_SHARED")
	if dir == "" {
		t.Skip("GATE_SHARED is not set")
	}
	paths, _ := filepath.Glob(filepath.Join(dir, "corpus/own/fmt/onnx/*"))
	more, _ := filepath.Glob(filepath.Join(dir, "corpus/own/extra/*.onnx"))
	for _, path := range append(paths, more...) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := checktest.Inspect(t, Inspector{}, path, data)
		plain := strings.HasPrefix(filepath.Base(path), "benign")
		if !checktest.Wants(Inspector{}, path, data) || plain != (len(r.Evidence) == 0) {
			t.Errorf("%s: %s", path, checktest.JSON(r))
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.onnx", build(graph(node("", "If", bytesField(5, bytesField(6, node("a", "b")))))),
		build(graph(external("../x", "-1"))))
}
