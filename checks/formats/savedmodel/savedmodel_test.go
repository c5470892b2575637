package savedmodel

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

func message(n protowire.Number, fields ...[]byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), slices.Concat(fields...))
}

func text(n protowire.Number, s string) []byte { return message(n, []byte(s)) }

func number(n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), v)
}

func op(n protowire.Number, kind string) []byte {
	return message(n, text(1, "node"), text(2, kind), text(3, "input"))
}

// model is a SavedModel around the fields of its one MetaGraphDef.
func model(fields ...[]byte) []byte {
	return slices.Concat(number(1, 1), message(2, message(1, text(5, "2.16")), slices.Concat(fields...)))
}

func TestOperators(t *testing.T) {
	function := message(2, message(1, message(1, text(1, "f")), op(3, "WriteFile")))
	for name, test := range map[string]struct {
		path string
		data []byte
		want []Operator
	}{
		"plain":      {"saved_model.pb", model(message(2, op(1, "MatMul"), op(1, "SaveV2"), op(1, "LookupTableExportV2"))), nil},
		"code":       {"saved_model.pb", model(message(2, op(1, "PyFunc"), op(1, "PyFunc"))), []Operator{{"PyFunc", "code"}}},
		"function":   {"saved_model.pb", model(message(2, function)), []Operator{{"WriteFile", "file"}}},
		"unknown":    {"saved_model.pb", model(message(2, op(1, "CustomEvilOp"))), []Operator{{"CustomEvilOp", "unknown"}}},
		"frozen":     {"graph.bin", slices.Concat(op(1, "MatMul"), op(1, "ReadFile")), []Operator{{"ReadFile", "file"}}},
		"any order":  {"graph.pb", slices.Concat(message(4, number(1, 9)), message(1, text(2, "PyFunc"), text(1, "n"))), []Operator{{"PyFunc", "code"}}},
		"meta graph": {"model.meta", slices.Concat(message(1, text(5, "1.15")), message(2, op(1, "PrintV2"))), []Operator{{"PrintV2", "output"}}},
		"other name": {"x.bin", model(message(2, op(1, "PyFunc"))), []Operator{{"PyFunc", "code"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if !checktest.Wants(Inspector{}, test.path, test.data) {
				t.Error("is not wanted")
			}
			r := checktest.Inspect(t, Inspector{}, test.path, test.data)
			if got := checktest.Of[Operator](r, "tf.operator"); !slices.Equal(got, test.want) || r.State != gate.Unproven {
				t.Errorf("got %v, want %v\n%s", got, test.want, checktest.JSON(r))
			}
		})
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"StatefulPartitionedCall": "", "Conv2DBackpropInput": "", "TopKV2": "", "CudnnRNNV3": "", "BesselI0e": "",
		"_FusedMatMul": "", "_Retval": "", "UnicodeScript": "", "RGBToHSV": "", "Atan2": "", "AddN": "", "If": "",
		"ShellExecute": "unknown", "Addons>Image": "unknown", "SentencepieceOp": "unknown", "Evil_Op": "unknown",
	} {
		if got := group(name); got != want {
			t.Errorf("%s: %q, want %q (%q)", name, got, want, split(name))
		}
	}
}

func TestMetadata(t *testing.T) {
	layer := `{"class_name": "Lambda"}`
	beside := message(1, number(2, 1), text(3, "root"), text(4, "_tf_keras_layer"), text(5, layer))
	inside := model(message(7, message(1, message(4, text(1, "_tf_keras_layer"), text(3, layer)))))
	for path, data := range map[string][]byte{"keras_metadata.pb": beside, "saved_model.pb": inside} {
		r := checktest.Inspect(t, Inspector{}, path, data)
		if len(r.Children) != 1 || string(r.Children[0].Data) != layer || r.Children[0].Name != "keras_metadata.json" {
			t.Errorf("%s: children %v", path, r.Children)
		}
	}
}

func TestText(t *testing.T) {
	text := `saved_model_schema_version: 1
meta_graphs { # op: "ReadFile"
  graph_def { node { name: "op: \'LoadLibrary\'" op: "Py" 'F\165nc' } library { function { node_def { op
    : 'WriteFile' } } } }
  object_graph_def { nodes { user_object { metadata: "{\"class_name\": \"Lambda\"}" } } }
  asset_file_def { filename: "../x" }
}`
	r := checktest.Inspect(t, Inspector{}, "saved_model.pbtxt", []byte(text))
	want := []Operator{{"PyFunc", "code"}, {"WriteFile", "file"}}
	if got := checktest.Of[Operator](r, "tf.operator"); !slices.Equal(got, want) {
		t.Errorf("operators %v", got)
	}
	if len(r.Children) != 1 || string(r.Children[0].Data) != `{"class_name": "Lambda"}` {
		t.Errorf("children %v", r.Children)
	}
	if got := checktest.Of[gate.External](r, gate.KindExternal); len(got) != 1 || got[0].Location != "../x" {
		t.Errorf("external %v", got)
	}
	if checktest.Wants(Inspector{}, "labels.pbtxt", []byte("item { id: 1 }")) {
		t.Error("wants a file of labels")
	}
}

func TestAssets(t *testing.T) {
	asset := func(name string) []byte { return message(6, message(1, text(1, "t")), text(2, name)) }
	r := checktest.Inspect(t, Inspector{}, "saved_model.pb", model(asset("vocab.txt"), asset("../../etc/passwd"), asset("a/b")))
	want := []gate.External{{Location: "../../etc/passwd", Field: "asset_file_def"}}
	if got := checktest.Of[gate.External](r, gate.KindExternal); !slices.Equal(got, want) {
		t.Errorf("external %v", got)
	}
}

func TestBroken(t *testing.T) {
	whole := model(message(2, op(1, "PyFunc"), op(1, "MatMul")))
	r := checktest.Inspect(t, Inspector{}, "saved_model.pb", append(whole, 0x12, 0x7f))
	if !slices.Equal(r.Kinds(), []gate.Kind{"tf.operator", "savedmodel.malformed"}) {
		t.Errorf("kinds %q", r.Kinds())
	}
	if r := checktest.Inspect(t, Inspector{}, "saved_model.pb", nil); r.State != gate.Unread {
		t.Errorf("an empty file is %q", r.State)
	}
	for _, data := range []string{"", "text", "\x08\x01", "\x0a\x03\x0a\x01a", "\x80\x02}q\x00.",
		string(slices.Concat(number(1, 1), message(2, text(1, "key"), message(2, number(1, 1))))),
		string(message(1, text(1, "name"), text(2, "two words")))} {
		if checktest.Wants(Inspector{}, "x.pb", []byte(data)) {
			t.Errorf("wants %q", data)
		}
	}
}

func TestCorpus(t *testing.T) {
	dir := os.Getenv("GATE_SHARED")
	if dir == "" {
		t.Skip("GATE_SHARED is not set")
	}
	paths, _ := filepath.Glob(filepath.Join(dir, "corpus/own/fmt/savedmodel_*/*.pb"))
	for _, path := range append(paths, filepath.Join(dir, "corpus/own/fmt/frozen_graph.pb")) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := checktest.Inspect(t, Inspector{}, path, data)
		benign := strings.Contains(path, "LookupTable") || strings.Contains(path, "SaveV2")
		if !checktest.Wants(Inspector{}, path, data) || benign != (len(r.Evidence)+len(r.Children) == 0) {
			t.Errorf("%s: %s", path, checktest.JSON(r))
		}
	}
	paths, _ = filepath.Glob(filepath.Join(dir, "corpus/own/benign/*/*"))
	more, _ := filepath.Glob(filepath.Join(dir, "corpus/own/fmt/onnx/*"))
	for _, path := range append(paths, more...) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if checktest.Wants(Inspector{}, path, data) {
			t.Errorf("%s is wanted", path)
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "saved_model.pb", model(message(2, op(1, "PyFunc"), message(2, message(1, op(3, "MatMul"))))),
		model(message(7, message(1, message(4, text(3, "{}"))))))
}

func FuzzText(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "saved_model.pbtxt", []byte(`node { op: "Py" 'F\165nc' # c
 metadata: "{}" }`))
}

func FuzzShape(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "x.bin", model(message(2, op(1, "PyFunc"))), op(1, "MatMul"))
}
