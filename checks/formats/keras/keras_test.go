package keras

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

// model wraps a layer in the configuration of a model.
func model(layer string) []byte {
	return []byte(`{"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": [` + layer + `]}, "registered_name": null}`)
}

func TestObjects(t *testing.T) {
	function := func(module, name string) string {
		return `{"module": "` + module + `", "class_name": "function", "config": "` + name + `", "registered_name": "` + name + `"}`
	}
	for name, test := range map[string]struct{ layer, problem string }{
		"dense":               {`{"module": "keras.layers", "class_name": "Dense", "config": {"name": "d", "activation": "relu"}}`, ""},
		"legacy":              {`{"class_name": "Dense", "config": {"name": "d"}}`, ""},
		"internal module":     {`{"module": "keras.src.models.functional", "class_name": "Functional", "config": {}}`, ""},
		"tensorflow":          {`{"module": "tensorflow.python.keras.layers", "class_name": "Dense", "config": {}}`, ""},
		"loss":                {function("builtins", "mean_squared_error"), ""},
		"activation":          {function("keras.activations", "relu"), ""},
		"tensor":              {`{"class_name": "__keras_tensor__", "config": {"shape": [null, 4]}}`, ""},
		"hub":                 {`{"module": "keras_hub.src.layers", "class_name": "Rope", "registered_name": "keras_hub>Rope", "config": {}}`, ""},
		"custom":              {`{"module": "my.layers", "class_name": "L", "registered_name": "Custom>L", "config": {}}`, "custom"},
		"custom, no module":   {`{"module": null, "class_name": "L", "registered_name": "pkg>L", "config": {}}`, "custom"},
		"custom, as Keras's":  {`{"module": "keras.layers", "class_name": "Dense", "registered_name": "pkg>Dense", "config": {}}`, "custom"},
		"Keras's, registered": {`{"module": "keras.layers", "class_name": "Dense", "registered_name": "keras>Dense", "config": {}}`, ""},
		"custom, legacy":      {`{"class_name": "Custom>L", "config": {}}`, "custom"},
		"foreign":             {`{"module": "my.layers", "class_name": "L", "registered_name": null}`, "foreign-module"},
		"registered system":   {`{"module": "subprocess", "class_name": "Popen", "registered_name": "Custom>Popen"}`, "foreign-module"},
		"foreign function":    {function("os", "system"), "foreign-module"},
		"builtin":             {function("builtins", "eval"), "foreign-module"},
		"dict":                {`{"module": "builtins", "class_name": "dict", "config": {}}`, "foreign-module"},
		"numpy":               {function("numpy", "load"), "foreign-module"},
		"download":            {function("keras.utils", "get_file"), "unsafe-function"},
		"download as class":   {`{"module": "keras.utils", "class_name": "get_file", "config": {}}`, "unsafe-function"},
		"switch off":          {function("keras.config", "enable_unsafe_deserialization"), "unsafe-function"},
		"data set":            {function("keras.datasets.mnist", "load_data"), "unsafe-function"},
		"directory":           {function("keras.utils", "image_dataset_from_directory"), "unsafe-function"},
		"walk":                {function("keras.ops", "np.os.system"), "unsafe-function"},
		"policy":              {function("keras.config", "set_dtype_policy"), "function"},
		"model of tensorflow": {`{"module": "keras.layers", "class_name": "TFSMLayer", "config": {}}`, "unsafe-class"},
		"the same, legacy":    {`{"class_name": "TFSMLayer", "config": {}}`, "unsafe-class"},
		"dead node":           {`{"module": "keras.layers", "class_name": "Dense", "build_config": {"x": [` + function("os", "system") + `]}}`, "foreign-module"},
		"function of a net":   {`{"fn_module": "os", "fn_name": "system"}`, "foreign-module"},
	} {
		t.Run(name, func(t *testing.T) {
			r := checktest.Inspect(t, Inspector{}, "m.keras!config.json", model(test.layer))
			problem := ""
			for _, o := range checktest.Of[Object](r, "keras.object") {
				problem += o.Problem
			}
			if problem != test.problem || r.State != gate.Unproven {
				t.Errorf("problem %q, want %q\n%s", problem, test.problem, checktest.JSON(r))
			}
		})
	}
}

func TestCode(t *testing.T) {
	lambda := string(model(`{"class_name": "Lambda", "config": {"name": "f"}}`))
	escaped := strings.Replace(lambda, "Lambda", `L\u0061mbda`, 1)
	var wide []byte
	for _, u := range utf16.Encode([]rune(lambda)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	for name, test := range map[string]struct{ path, text, layer string }{
		"lambda":    {"config.json", lambda, "f"},
		"escaped":   {"config.json", escaped, "f"},
		"key":       {"x.json", strings.ReplaceAll(lambda, "class_name", `class\u005fname`), "f"},
		"yaml key":  {"m.yaml", `"class_name": Lambda`, "Lambda"},
		"utf-16":    {"config.json", string(wide), "f"},
		"function":  {"config.json", `{"class_name": "__lambda__"}`, "__lambda__"},
		"torch":     {"config.json", `{"class_name": "TorchModuleWrapper"}`, "TorchModuleWrapper"},
		"twice":     {"config.json", `{"class_name": "Lambda", "class_name": "Dense"}`, "Lambda"},
		"yaml":      {"m.yaml", "class_name: Sequential\nconfig:\n- class_name: Lambda\n  config: {name: f}\n", "f"},
		"yaml tag":  {"m.yml", "a: !!python/object/apply:os.system [x]\n", "!!python/object/apply:os.system"},
		"long tag":  {"m.yml", "a: !<tag:yaml.org,2002:python/name:os.system> ''\n", "!!python/name:os.system"},
		"alias":     {"m.yml", "a: &a {class_name: Lambda}\nb: *a\n", "Lambda"},
		"broken":    {"config.json", `{"class_name": "Lambda", `, "Lambda"},
		"yaml pair": {"m.yml", "class_name: Dense\n---\nclass_name: Lambda\n", "Lambda"},
	} {
		t.Run(name, func(t *testing.T) {
			if !checktest.Wants(Inspector{}, test.path, []byte(test.text)) {
				t.Error("is not wanted")
			}
			r := checktest.Inspect(t, Inspector{}, test.path, []byte(test.text))
			if got := checktest.Of[Code](r, "keras.code"); !slices.Equal(got, []Code{{test.layer}}) {
				t.Errorf("code %v, want %q\n%s", got, test.layer, checktest.JSON(r))
			}
		})
	}
}

func TestPaths(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "config.json", model(
		`{"class_name": "StringLookup", "config": {"name": "../x", "vocabulary": "/etc/passwd"}},
		 {"class_name": "StringLookup", "config": {"vocabulary": ["a", "b"]}},
		 {"class_name": "TorchModuleWrapper", "config": {"module": "UEsDBBQAAAAAAAAAIQDH9wPHJgAAACYAAAAQAAAA"}}`))
	want := []gate.External{{Location: "../x", Field: "name"}, {Location: "/etc/passwd", Field: "vocabulary"}}
	if got := checktest.Of[gate.External](r, gate.KindExternal); !slices.Equal(got, want) {
		t.Errorf("external %v", got)
	}
	if len(r.Children) != 1 || !strings.HasPrefix(string(r.Children[0].Data), "PK\x03\x04") {
		t.Errorf("children %v", r.Children)
	}
}

func TestPlainYAML(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "m.yaml", []byte("class_name: Sequential\nshape: !!python/tuple [1, 2]\n"))
	if len(r.Evidence) > 0 || r.State != gate.Unproven {
		t.Errorf("%s", checktest.JSON(r))
	}
	if checktest.Wants(Inspector{}, "mkdocs.yml", []byte("a: !!python/name:x.y")) {
		t.Error("wants the configuration of a documentation tool")
	}
}

func TestCorpus(t *testing.T) {
	dir := os.Getenv("GATE_SHARED")
	if dir == "" {
		t.Skip("GATE_SHARED is not set")
	}
	// These are told by other entries of their archives.
	silent := []string{"ext_weights.keras", "traversal.keras", "pickle_member.keras", "bad_json.keras"}
	paths, _ := filepath.Glob(filepath.Join(dir, "corpus/own/fmt/keras/*.keras"))
	more, _ := filepath.Glob(filepath.Join(dir, "corpus/own/extra/*.keras"))
	for _, path := range append(paths, more...) {
		r := checktest.Inspect(t, Inspector{}, path+"!config.json", entry(t, path))
		if len(r.Evidence) == 0 && !slices.Contains(silent, filepath.Base(path)) {
			t.Errorf("%s: nothing stated", path)
		}
	}
	paths, _ = filepath.Glob(filepath.Join(dir, "corpus/own/*/*keras*.yaml"))
	more, _ = filepath.Glob(filepath.Join(dir, "corpus/own/fmt/keras/*.yaml"))
	for _, path := range append(paths, more...) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if r := checktest.Inspect(t, Inspector{}, path, data); len(checktest.Of[Code](r, "keras.code")) == 0 {
			t.Errorf("%s: %s", path, checktest.JSON(r))
		}
	}
}

func entry(t *testing.T, path string) []byte {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		if f.Name != "config.json" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	t.Fatalf("%s has no config.json", path)
	return nil
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.keras!config.json",
		model(`{"module": "os", "class_name": "function", "config": "system"}`), []byte("{\x00\"\x00}\x00"))
}

func FuzzYAML(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.yaml",
		[]byte("a: &a {class_name: Lambda}\nb: *a\n---\nc: !!python/name:os.system ''\n"))
}
