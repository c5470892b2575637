package modeltest

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// models are the named models for scripts.
var models = map[string]func() []byte{
	"pickle":               func() []byte { return Pickle("}" + Str("a") + "K\x01s") },
	"pickle-system":        func() []byte { return Pickle(Call(Global("posix", "system"), Str("true"))) },
	"pickle-import":        func() []byte { return Pickle(Global("subprocess", "Popen")) },
	"pickle-computed-call": func() []byte { return Pickle(Call(Call(Global("operator", "attrgetter"), Str("upper")), Str("x"))) },
	"pickle-unknown-call":  func() []byte { return Pickle(Call(Global("acme.factory", "build"), Str("x"))) },
	"pickle-unknown-class": func() []byte { return Pickle(Global("acme.models", "Ranker") + ")\x81}" + Str("a") + "K\x01sb") },
	"pickle-argument":      func() []byte { return Pickle(Call(Global("collections", "OrderedDict"), Str("true"))) },
	"pickle-extension":     func() []byte { return Pickle("\x82\x01") },
	"pickle-frame":         func() []byte { return []byte("\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00]K\x01a.") },
	"pickle-truncated":     func() []byte { return []byte("\x80\x02}" + Str("a") + "K") },
	"pickle-trailing":      func() []byte { return append(Pickle("}"), "left over bytes \xff\xfe"...) },
	"pickle-hidden":        func() []byte { return Pickle("C" + string(rune(len(inner))) + inner) },
	"pickle-code":          func() []byte { return Pickle(Call(Global("types", "CodeType"), Int(0))) },
	"pickle-odd":           func() []byte { return Pickle("]q\x000}q\x00") },
	"joblib-external": func() []byte {
		return Pickle(Global("joblib.numpy_pickle", "NDArrayWrapper") + ")\x81}" + Str("filename") + Str("model_01.npy") + "sb")
	},

	"pickle-long":         func() []byte { return []byte("\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.") },
	"pickle-hostile-text": func() []byte { return Pickle(Call(Global("posix", "system"), Str("true\n::error::forged\x1b[2J"))) },

	"torch":               func() []byte { return TorchZip(StateDict(4), 16) },
	"torch-system":        func() []byte { return TorchZip(Pickle(Call(Global("posix", "system"), Str("true"))), 16) },
	"torch-short-storage": func() []byte { return TorchZip(StateDict(400), 16) },
	"torch-script": func() []byte {
		return TorchZip(StateDict(4), 16, Entry{"archive/code/__torch__.py", []byte(scriptPlain)})
	},
	"torch-script-file": func() []byte {
		return TorchZip(StateDict(4), 16, Entry{"archive/code/__torch__.py", []byte(scriptSave)})
	},
	"torch-tar":    func() []byte { return TorchTar(NumberedState(), 4, 4) },
	"torch-unread": func() []byte { return TorchZip(StateDict(4), 16, Entry{"archive/data/1", make([]byte, 100)}) },

	"safetensors":          func() []byte { return Safetensors(oneTensor, 16) },
	"safetensors-overlap":  func() []byte { return Safetensors(strings.Replace(oneTensor, "[0,16]", "[0,160]", 1), 16) },
	"safetensors-long":     func() []byte { return []byte("\xff\xff\xff\xff\xff\xff\xff\x7f{}") },
	"safetensors-appended": func() []byte { return Safetensors(oneTensor, 64) },
	"safetensors-other":    func() []byte { return Safetensors(strings.Replace(oneTensor, `"w"`, `"v"`, 1), 16) },
	"safetensors-embedding": func() []byte {
		return Safetensors(`{"model.embed_tokens.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}`, 16)
	},

	"gguf":                 func() []byte { return GGUF("general.architecture", "llama") },
	"gguf-long":            func() []byte { return []byte("GGUF\x03\x00\x00\x00" + strings.Repeat("\xff", 16)) },
	"gguf-template-escape": func() []byte { return GGUF("general.architecture", "llama", "tokenizer.chat_template", templateEscape) },

	"npy": func() []byte { return NPY("'<f4'", "(2,)", "\x00\x00\x00\x00\x00\x00\x00\x00") },
	"npy-object": func() []byte {
		return NPY("'|O'", "(1,)", string(Pickle(Call(Global("posix", "system"), Str("true")))))
	},
	"npy-overflow":  func() []byte { return NPY("'<f4'", "(4611686018427387904, 4611686018427387904)", "") },
	"zip":           func() []byte { return Zip(Entry{"a.txt", []byte("hello")}) },
	"zip-traversal": func() []byte { return Zip(Entry{"../../.bashrc", []byte("hello")}) },
	"zip-duplicate": func() []byte { return Zip(Entry{"m/data.pkl", StateDict(4)}, Entry{"m/data.pkl", Pickle("]")}) },
	"zip-hidden":    func() []byte { return append([]byte("a few bytes in front"), Zip(Entry{"a.txt", []byte("hello")})...) },
	"zip-checksum": func() []byte {
		return bytes.Replace(Zip(Entry{"a.txt", []byte("hello")}), []byte("hello"), []byte("hallo"), 1)
	},
	"zip-encrypted":       func() []byte { return encrypted(Zip(Entry{"a.txt", []byte("hello")})) },
	"tar-traversal":       func() []byte { return Tar(Entry{"../../.bashrc", []byte("hello")}) },
	"skops":               func() []byte { return Skops("builtins", "dict", "DictNode") },
	"skops-system":        func() []byte { return Skops("os", "system", "FunctionNode") },
	"zip-bomb":            func() []byte { return deflated(Entry{"zeros.bin", make([]byte, 64<<20)}) },
	"zip-deep":            func() []byte { return deep(12) },
	"zip-pickle":          func() []byte { return Zip(Entry{"inner/m.pkl", Pickle(Call(Global("posix", "system"), Str("true")))}) },
	"onnx":                func() []byte { return ONNX("", "Relu", "") },
	"onnx-custom":         func() []byte { return ONNX("acme.ops", "Magic", "") },
	"onnx-escape":         func() []byte { return ONNX("", "Relu", "../../etc/passwd") },
	"tflite":              func() []byte { return TFLite("") },
	"tflite-custom":       func() []byte { return TFLite("AcmeMagic") },
	"executorch":          func() []byte { return ExecuTorch("aten::add", 4, 16, "", nil) },
	"executorch-operator": func() []byte { return ExecuTorch("acme::magic", 4, 16, "", nil) },
	"savedmodel":          func() []byte { return SavedModel("Placeholder", "MatMul") },
	"savedmodel-file": func() []byte {
		return SavedModel("Placeholder", "ReadFile")
	},
	"keras":        func() []byte { return Keras(KerasConfig("keras.layers", "Dense", map[string]any{"units": 1})) },
	"keras-lambda": func() []byte { return Keras(KerasConfig("keras.layers", "Lambda", lambdaLayer)) },
	"keras-module": func() []byte { return Keras(KerasConfig("subprocess", "Popen", map[string]any{"args": "true"})) },
	"elf": func() []byte {
		return append([]byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00\x01\x00\x00\x00"), make([]byte, 200)...)
	},
	"rds":         func() []byte { return RDS(rdsText) },
	"rds-promise": func() []byte { return RDS(rdsPromise) },
	"paddle":      func() []byte { return Paddle("relu") },
	"paddle-func": func() []byte { return Paddle("relu", "py_func") },
	"noise":       func() []byte { return bytes.Repeat([]byte("\xf1\x00\x9c\xe7"), 64) },
	"png":         func() []byte { return []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") },
}

const (
	oneTensor      = `{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`
	templateEscape = "{% for m in messages %}{{ m.__class__.__mro__[1].__subclasses__() }}{% endfor %}"
	scriptPlain    = "def forward(self, x: Tensor) -> Tensor:\n  return torch.relu(x)\n"
	scriptSave     = "def forward(self, x: Tensor) -> Tensor:\n  ops.aten.save(x, \"/tmp/x\")\n  return x\n"
	rdsText        = "\x00\x00\x00\x10\x00\x00\x00\x01" + rdsTrue
	rdsTrue        = "\x00\x04\x00\x09\x00\x00\x00\x04true"
	rdsPromise     = "\x00\x00\x04\x05\x00\x00\x00\xfd\x00\x00\x00\xfc" + rdsSystem
	rdsSystem      = "\x00\x00\x00\x06\x00\x00\x00\x01\x00\x04\x00\x09\x00\x00\x00\x06system" + "\x00\x00\x00\x02" + rdsText + "\x00\x00\x00\xfe"
	inner          = "\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R."
)

var lambdaLayer = map[string]any{"function": map[string]any{
	"class_name": "__lambda__", "config": map[string]any{"code": "4wEAAAAAAAAAAAAAAAAAAAAAAQAAAAMAAADzBAAAAA==", "defaults": nil, "closure": nil},
}}

// Build returns the model that a script names.
func Build(name string) ([]byte, error) {
	build, ok := models[name]
	if !ok {
		return nil, fmt.Errorf("no model %q: one of %s", name, strings.Join(slices.Sorted(maps.Keys(models)), ", "))
	}
	return build(), nil
}
