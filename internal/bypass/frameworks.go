package bypass

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"github.com/modelgate/gate/internal/modeltest"
)

// layer is a Keras model with one layer.
func layer(module, class string, config map[string]any) string {
	return string(modeltest.KerasConfig(module, class, config))
}

var lambda = map[string]any{"function": map[string]any{"class_name": "__lambda__", "config": map[string]any{"code": "4wEAAAA=", "defaults": nil, "closure": nil}}}

// frameworks has recipes in the models of Keras and TensorFlow.
func frameworks() []Recipe {
	var out []Recipe
	keras := func(technique, name string, want Verdict, config string, more ...member) {
		members := append([]member{{name: "metadata.json", data: `{"keras_version": "3.8.0"}`}, {name: "config.json", data: config}}, more...)
		out = append(out, one(technique, name, "model.keras", []byte(zipOf(members...)), want))
	}
	file := func(technique, name, path string, want Verdict, data string) {
		out = append(out, one(technique, name, path, []byte(data), want))
	}
	plain := layer("keras.layers", "Dense", map[string]any{"units": 1})
	code := layer("keras.layers", "Lambda", lambda)
	keras("Keras Lambda", "layer", Denied, code)
	keras("Keras Lambda", "nested model", Denied, layer("keras", "Sequential", map[string]any{"layers": []any{map[string]any{"module": "keras.layers", "class_name": "Lambda", "config": lambda}}}))
	keras("Keras Lambda", "wrapped", Denied, layer("keras.layers", "TimeDistributed", map[string]any{"layer": map[string]any{"module": "keras.layers", "class_name": "Lambda", "config": lambda}}))
	keras("Keras Lambda", "function alone", Denied, layer("keras.layers", "Dense", map[string]any{"activation": lambda["function"]}))
	keras("Keras Lambda", "escapes", Denied, strings.Replace(code, `"Lambda"`, `"L\u0061mbda"`, 1))
	keras("Keras Lambda", "UTF-16", Denied, wide(code))
	keras("Keras Lambda", "registered name", Denied, strings.Replace(code, `"class_name":"Lambda"`, `"class_name":"Dense","registered_name":"Lambda"`, 1))
	keras("Keras Lambda", "last of two keys", Denied, strings.Replace(code, `"class_name":"Lambda"`, `"class_name":"Dense","class_name":"Lambda"`, 1))
	keras("Keras Lambda", "two configurations", Denied, plain, member{name: "config.json", data: code})
	file("Keras Lambda", "JSON alone", "config.json", Denied, code)
	file("Keras Lambda", "YAML alone", "model.yaml", Denied, "class_name: Sequential\nconfig:\n  layers:\n  - class_name: Lambda\n    config:\n      function: [4wEAAAA=, null, null]\n")
	file("Keras Lambda", "YAML with Python", "model.yaml", Denied, "class_name: !!python/object/apply:os.system ['true']\n")
	file("Keras Lambda", "legacy H5", "model.h5", Denied, hdf5(attribute("model_config", code)))
	file("Keras Lambda", "saved metadata", "keras_metadata.pb", Denied, string(message(1, bytesOf(4, "_tf_keras_layer"), bytesOf(5, `{"class_name": "Lambda", "config": {"function": {"class_name": "__tuple__", "items": ["4wEAAAA=", null, null]}}}`))))
	for _, m := range [][3]string{
		{"another module (1550)", "subprocess", "Popen"}, {"function of a module", "os", "system"}, {"torch module (49655)", "keras.layers", "TorchModuleWrapper"},
		{"saved model layer (1462)", "keras.layers", "TFSMLayer"}, {"turns safe mode off (9906)", "keras.config", "enable_unsafe_deserialization"},
		{"get_file (8747)", "keras.utils", "get_file"}, {"load_model", "keras.models", "load_model"}, {"dataset", "keras.datasets.mnist", "load_data"},
		{"images of a folder", "keras.utils", "image_dataset_from_directory"}, {"load_img", "keras.utils", "load_img"}, {"private module", "keras.src.utils.file_utils", "get_file"},
		{"unsafe by the source tree", "keras.src.saving.serialization_lib", "enable_unsafe_deserialization"},
	} {
		keras("Keras modules", m[0], Denied, layer(m[1], m[2], map[string]any{}))
	}
	keras("Keras modules", "in a dead node", Denied, strings.Replace(plain, `"units":1`, `"units":1,"unused":{"module":"os","class_name":"system","config":{}}`, 1))
	keras("Keras modules", "in compile_config", Denied, strings.Replace(plain, `"class_name":"Sequential"`, `"class_name":"Sequential","compile_config":{"loss":{"module":"os","class_name":"system","config":{}}}`, 1))
	keras("Keras modules", "in build_config", Denied, strings.Replace(plain, `"class_name":"Sequential"`, `"class_name":"Sequential","build_config":{"module":"os","class_name":"function","config":"system","registered_name":"system"}`, 1))
	keras("Keras modules", "fn_module", Denied, strings.Replace(plain, `"units":1`, `"units":1,"activation":{"class_name":"function","config":"system","fn_module":"os","module":"os","registered_name":"function"}`, 1))
	keras("Keras modules", "unknown registered class", Warned, strings.Replace(plain, `"registered_name":null}`, `"registered_name":"acme>Magic"}`, 1))
	keras("Keras files", "vocabulary by URL (12058)", Denied, layer("keras.layers", "StringLookup", map[string]any{"vocabulary": "https://example.org/v.txt"}))
	keras("Keras files", "vocabulary by path", Denied, layer("keras.layers", "TextVectorization", map[string]any{"vocabulary": "/etc/passwd"}))
	keras("Keras files", "layer name with dots (12479)", Denied, layer("keras.layers", "Dense", map[string]any{"units": 1, "name": "../../x"}))
	keras("Keras files", "traversal", Denied, plain, member{name: "assets/../../x", data: "x"})
	keras("Keras files", "H5 link outwards (1669)", Denied, plain, member{name: "model.weights.h5", data: hdf5(externalLink("w", "/etc/passwd"))})
	file("Keras files", "H5 external storage", "model.h5", Denied, hdf5(externalLink("w", "../../secret.h5")))
	keras("Keras members", "pickle", Denied, plain, member{name: "assets/x.pkl", data: evil2})
	keras("Keras members", "pickle without a name", Denied, plain, member{name: "assets/x", data: evil4})
	keras("Keras members", "library", Denied, plain, member{name: "assets/x.so", data: elf})
	file("Keras members", "shape bomb", "model.h5", Warned, hdf5bomb())
	return append(out, tensorflow()...)
}

// wide is UTF-16 with a byte order mark.
func wide(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

// tensorflow has recipes in the graphs of TensorFlow and TensorFlow Lite.
func tensorflow() []Recipe {
	var out []Recipe
	add := func(technique, name, path string, want Verdict, data []byte) {
		out = append(out, one(technique, name, path, data, want))
	}
	for _, op := range []string{"ReadFile", "WriteFile", "PyFunc", "PyFuncStateless", "EagerPyFunc", "LoadLibrary"} {
		add("TensorFlow operators", op, "saved_model.pb", Denied, modeltest.SavedModel("Placeholder", op))
	}
	for _, op := range []string{"MatchingFiles", "ImmutableConst", "PrintV2", "DebugIdentityV2", "TFRecordReaderV2", "ShellExecute", "AcmeMagic"} {
		add("TensorFlow operators", op, "saved_model.pb", Warned, modeltest.SavedModel("Placeholder", op))
	}
	node := message(3, bytesOf(1, "n"), bytesOf(2, "WriteFile"))
	function := message(2, message(1, message(1, bytesOf(1, "f")), node))
	good := message(1, bytesOf(1, "x"), bytesOf(2, "Placeholder"))
	graph := append(append([]byte(nil), good...), function...)
	meta := append(message(1, bytesOf(4, "serve")), message(2, graph)...)
	add("TensorFlow operators", "in a function", "saved_model.pb", Denied, append(varint(1, 1), message(2, meta)...))
	add("TensorFlow graph", "frozen", "frozen.pb", Denied, append(message(1, bytesOf(1, "x"), bytesOf(2, "Placeholder")), message(1, bytesOf(1, "n"), bytesOf(2, "WriteFile"))...))
	add("TensorFlow graph", "meta graph", "model.ckpt.meta", Denied, append(message(1, bytesOf(4, "serve")), message(2, message(1, bytesOf(1, "n"), bytesOf(2, "WriteFile")))...))
	add("TensorFlow graph", "text", "saved_model.pbtxt", Denied, []byte("saved_model_schema_version: 1\nmeta_graphs {\n  graph_def {\n    node {\n      name: \"n\"\n      op: \"WriteFile\"\n    }\n  }\n}\n"))
	add("TFLite", "custom operator", "model.tflite", Warned, modeltest.TFLite("AcmeMagic"))
	add("TFLite", "TensorFlow operator", "model.tflite", Denied, modeltest.TFLite("FlexWriteFile"))
	add("TFLite", "harmless TensorFlow operator", "model.tflite", Warned, modeltest.TFLite("FlexRelu"))
	add("TFLite", "archive behind", "model.tflite", Denied, append(modeltest.TFLite(""), zipOf(member{name: "x.pkl", data: evil2})...))
	add("TFLite", "cut off", "model.tflite", Warned, modeltest.TFLite("AcmeMagic")[:24])
	return out
}

// Protocol buffers: a message or text in a field, a number.
func message(n int, fields ...[]byte) []byte {
	var joined []byte
	for _, f := range fields {
		joined = append(joined, f...)
	}
	b := binary.AppendUvarint(nil, uint64(n)<<3|2)
	return append(binary.AppendUvarint(b, uint64(len(joined))), joined...)
}

func bytesOf(n int, s string) []byte { return message(n, []byte(s)) }

func varint(n int, v uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(n)<<3), v)
}

// hdf5 is a file of superblock 2 whose root group has header messages, checksums zero.
func hdf5(messages ...string) string {
	body := strings.Join(messages, "")
	head := "\x89HDF\r\n\x1a\n\x02\x08\x08\x00" + long(0) + long(1<<64-1) + long(0) + long(48) + "\x00\x00\x00\x00"
	return head + "OHDR\x02\x01" + short(len(body)) + body + "\x00\x00\x00\x00"
}

func short(n int) string { return string(binary.LittleEndian.AppendUint16(nil, uint16(n))) }

func headerMessage(kind byte, data string) string {
	return string([]byte{kind}) + short(len(data)) + "\x00" + data
}

// attribute is a text of fixed length.
func attribute(name, value string) string {
	size := string(binary.LittleEndian.AppendUint32(nil, uint32(len(value))))
	return headerMessage(12, "\x03\x00"+short(len(name)+1)+short(8)+short(4)+"\x00"+name+"\x00"+"\x13\x00\x00\x00"+size+"\x02\x00\x00\x00"+value)
}

func externalLink(name, file string) string {
	value := "\x00" + file + "\x00/x\x00"
	return headerMessage(6, "\x01\x08\x40"+string([]byte{byte(len(name))})+name+short(len(value))+value)
}

func hardLink(name string, address uint64) string {
	return headerMessage(6, "\x01\x00"+string([]byte{byte(len(name))})+name+long(address))
}

// hdf5bomb is a file with a dataset that claims 2^40 elements and stores none.
func hdf5bomb() string {
	at := uint64(len(hdf5(hardLink("d", 0))))
	dataset := headerMessage(1, "\x02\x01\x00\x01"+long(1<<40)) + headerMessage(3, "\x11\x00\x00\x00\x04\x00\x00\x00") + headerMessage(8, "\x03\x01"+long(48)+long(16))
	return hdf5(hardLink("d", at)) + "OHDR\x02\x01" + short(len(dataset)) + dataset + "\x00\x00\x00\x00"
}
