package bypass

import (
	"strings"

	"github.com/modelgate/gate/internal/modeltest"
)

// benign has ordinary files that resemble the others: nothing is to be said of them.
func benign() []Recipe {
	out := pickles("benign pickle", Clean,
		[2]string{"getattr of an enumeration", proto(4, stackGlobal("builtins", "getattr"), stackGlobal("transformers.trainer_utils", "IntervalStrategy"), text("STEPS"), "\x86R")},
		[2]string{"enumeration by value", proto(4, stackGlobal("transformers.trainer_utils", "SchedulerType"), text("linear"), "\x85R")},
		[2]string{"training arguments", proto(4, stackGlobal("transformers.training_args", "TrainingArguments"), ")\x81}", text("output_dir"), text("out"), "sb")},
		[2]string{"frightening texts", proto(4, "](", text("os.system('true')"), text("__import__('os')"), text("eval(exec)"), text("subprocess.Popen"), text("rm -rf /"), "e")},
		[2]string{"labels", proto(4, "}", text("exec"), "K\x01s")},
		[2]string{"construction of a transformer", proto(4, stackGlobal("sklearn.preprocessing._function_transformer", "FunctionTransformer"), ")\x81}", text("validate"), "\x89sb")},
		[2]string{"defaultdict of int", proto(4, stackGlobal("collections", "defaultdict"), stackGlobal("builtins", "int"), "\x85R")},
		[2]string{"old names", proto(2, global("copy_reg", "_reconstructor"), "(", global("argparse", "Namespace"), global("__builtin__", "object"), "NtR}", str("lr"), "K\x01sb")},
		[2]string{"array", proto(2, call("numpy.core.multiarray", "_reconstruct", global("numpy", "ndarray"), "K\x00\x85", call("_codecs", "encode", str("b"), str("latin1"))),
			"(K\x01K\x02\x85", call("numpy", "dtype", str("f4"), "\x89", "\x88"), "(K\x03", str("<"), "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89",
			call("_codecs", "encode", str(strings.Repeat("\x00", 8)), str("latin1")), "tb")},
		[2]string{"sparse matrix", proto(4, stackGlobal("scipy.sparse._csr", "csr_matrix"), ")\x81}", text("_shape"), "K\x01K\x01\x86sb")},
		[2]string{"date", proto(4, stackGlobal("datetime", "datetime"), "C\x0a\x07\xea\x01\x02\x03\x04\x05\x00\x00\x00\x85R")},
		[2]string{"path", proto(4, stackGlobal("pathlib", "PosixPath"), "(", text("a"), text("b"), "tR")},
		[2]string{"several streams", good2 + good2 + good2},
		[2]string{"protocol 0", "(dp0\nS'a'\np1\nI1\ns."},
		[2]string{"random bytes in a constant", proto(3, raw(strings.Repeat("\x80\x02\x9c.\x00\x7f", 200)))},
		[2]string{"set of numbers", proto(4, "\x8f(K\x01K\x02\x90")},
	)
	file := func(technique, name, path string, data []byte) {
		out = append(out, one(technique, name, path, data, Clean))
	}
	tied := modeltest.Pickle("}(" + modeltest.Str("a") + modeltest.Tensor("0", 4) + modeltest.Str("b") + modeltest.Tensor("0", 4) + "u")
	file("benign checkpoint", "state dict", "m.pt", modeltest.TorchZip(modeltest.StateDict(4), 16))
	file("benign checkpoint", "tied weights", "m.pt", modeltest.TorchZip(tied, 16))
	ordered := global("collections", "OrderedDict") + ")R" + str("w") + modeltest.Tensor("0", 4) + "s}" + str("_metadata") + global("collections", "OrderedDict") + ")Rsb"
	file("benign checkpoint", "metadata of a module", "m.pt", modeltest.TorchZip(modeltest.Pickle(ordered), 16))
	file("benign checkpoint", "no tensors", "m.pt", torchZip(good2))
	file("benign checkpoint", "legacy tail", "m.pt", []byte(legacyTorch(torchMagic, torchSystem, legacyState())))
	file("benign checkpoint", "legacy tail that begins as a pickle", "m.pt", []byte(strings.Replace(legacyTorch(torchMagic, torchSystem, legacyState()), long(4)+strings.Repeat("\x00", 16), long(4)+"\x80\x02\x9c\x01.\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 1)))
	file("benign checkpoint", "storage that begins with STOP", "m.pt", []byte(zipOf(member{name: "archive/data.pkl", data: string(modeltest.StateDict(4))},
		member{name: "archive/data/0", data: ".(]}N0000KMJ\x80\x02c\n"}, member{name: "archive/version", data: "3\n"})))
	file("benign array", "floats", "a.npy", modeltest.NPY("'<f4'", "(2,)", "\x00\x00\x00\x00\x00\x00\x00\x00"))
	file("benign array", "structured", "a.npy", modeltest.NPY("[('a', '<f4'), ('b', '<i4')]", "(1,)", "\x00\x00\x00\x00\x00\x00\x00\x00"))
	file("benign array", "joblib", "m.joblib", []byte(wrapped(1, "f8", true)+"\x03\xff\xff\xff\x01\x02\x03\x04\x05\x06\x07\x08."))
	file("benign array", "joblib, compressed", "m.joblib", []byte(deflate(wrapped(1, "f8", false)+"\x01\x02\x03\x04\x05\x06\x07\x08.")))
	file("benign array", "npz", "a.npz", []byte(zipOf(member{name: "a.npy", data: string(modeltest.NPY("'<f4'", "(1,)", "\x00\x00\x00\x00"))})))
	st := `{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`
	file("benign safetensors", "header of 640 bytes", "m.safetensors", modeltest.Safetensors(st+strings.Repeat(" ", 640-len(st)), 16))
	file("benign safetensors", "tensors out of order", "m.safetensors", modeltest.Safetensors(`{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 8))
	file("benign safetensors", "no tensors", "m.safetensors", modeltest.Safetensors(`{}`, 0))
	file("benign safetensors", "empty tensor", "m.safetensors", modeltest.Safetensors(`{"w":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]}}`, 0))
	file("benign safetensors", "prose in the metadata", "m.safetensors", modeltest.Safetensors(`{"__metadata__":{"note":"do not run os.system on eval data; AMZ Corp"},"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`, 16))
	file("benign GGUF", "text metadata", "m.gguf", modeltest.GGUF("general.architecture", "llama", "general.description", "run exec and eval with os.system in prose"))
	file("benign GGUF", "template", "m.gguf", modeltest.GGUF("general.architecture", "llama", "tokenizer.chat_template", "{% for m in messages %}{{ m['content'] | trim }}{% endfor %}"))
	file("benign Keras", "Dense", "m.keras", modeltest.Keras(modeltest.KerasConfig("keras.layers", "Dense", map[string]any{"units": 1, "activation": "relu"})))
	file("benign Keras", "layer called Lambda", "m.keras", modeltest.Keras(modeltest.KerasConfig("keras.layers", "Dense", map[string]any{"units": 1, "name": "Lambda"})))
	file("benign Keras", "vocabulary as a list", "m.keras", modeltest.Keras(modeltest.KerasConfig("keras.layers", "StringLookup", map[string]any{"vocabulary": []string{"a", "b"}})))
	file("benign Keras", "H5", "m.h5", []byte(hdf5(attribute("model_config", string(modeltest.KerasConfig("keras.layers", "Dense", map[string]any{"units": 1}))))))
	file("benign TensorFlow", "files and queues", "saved_model.pb", modeltest.SavedModel("SaveV2", "RestoreV2", "MergeV2Checkpoints", "LookupTableFindV2", "Assert", "QueueDequeueV2", "DecodeJpeg"))
	file("benign TensorFlow", "PyFunc inside a name", "saved_model.pb", append(varint(1, 1), message(2, message(1, bytesOf(4, "serve")), message(2, message(1, bytesOf(1, "PyFunc_like"), bytesOf(2, "MatMul"))))...))
	file("benign TensorFlow", "TFLite", "m.tflite", modeltest.TFLite(""))
	file("benign ONNX", "Relu", "m.onnx", modeltest.ONNX("", "Relu", ""))
	file("benign ONNX", "ai.onnx.ml", "m.onnx", modeltest.ONNX("ai.onnx.ml", "Scaler", ""))
	file("benign template", "common", "chat_template.jinja", []byte("{%- for message in messages %}{%- if loop.first and message['role'] != 'system' %}{{ raise_exception('first') }}{%- endif %}{{ bos_token ~ message.role | upper }}: {{ message['content'] | trim }}{%- endfor %}{%- if add_generation_prompt %}{{ 'assistant' }}{%- endif %}"))
	file("benign template", "prose of a shell", "chat_template.jinja", []byte("{# os.system is not called #}{{ 'Use os.system and __class__ with care' }}{% filter trim %} x {% endfilter %}{{ x | default('') | sort | join(',') }}"))
	file("benign config", "plain", "config.json", []byte(`{"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 2, "pad_token_id": -1}`))
	file("benign config", "attention by name", "config.json", []byte(`{"model_type": "llama", "_attn_implementation": "flash_attention_2"}`))
	file("benign config", "Hydra of known libraries", "config.yaml", []byte("model:\n  _target_: torch.nn.Linear\n  in_features: 1\n"))
	file("benign code", "comments and prose", "modeling_ok.py", []byte("\"\"\"Do not use os.system or eval.\"\"\"\nimport torch\n# exec('x')\nclass Model(torch.nn.Module):\n    def forward(self, x):\n        return x\n"))
	file("benign archive", "zip", "m.zip", []byte(zipOf(member{name: "readme.txt", data: "hello"}, member{name: "a/b.txt", data: "hello", deflated: true})))
	file("benign archive", "tar", "m.tar", modeltest.Tar(modeltest.Entry{Name: "readme.txt", Data: []byte("hello")}))
	small := modeltest.Safetensors(st, 16)
	file("benign archive", "zip of weights", "m.zip", []byte(zipOf(member{name: "m.safetensors", data: string(small)})))
	file("benign archive", "tar of weights", "m.tar", modeltest.Tar(modeltest.Entry{Name: "m.safetensors", Data: small}))
	file("benign archive", "7z of weights", "m.7z", []byte(sevenZip("m.safetensors", string(small))))
	file("benign checkpoint", "tar of the first torch.save", "m.pt", modeltest.TorchTar(modeltest.NumberedState(), 4, 4))
	file("benign checkpoint", "tar without tensors", "m.pt", legacyTar(torchSystem, "\x80\x02K\x00.\x80\x02].", "\x80\x02K\x00.", good2))
	file("benign checkpoint", "program of ExecuTorch", "m.pte", modeltest.ExecuTorch("aten::add", 4, 16, "", nil))
	file("benign checkpoint", "program of ExecuTorch for a backend", "m.pte", modeltest.ExecuTorch("aten::add", 4, 16, "XnnpackBackend", []byte("\x00\x00\x00\x00XH00 a graph")))
	file("benign checkpoint", "bytecode", "m.ptl", []byte(zipOf(member{name: "m/data.pkl", data: good2}, member{name: "m/bytecode.pkl", data: "\x80\x02K\x04\x85."}, member{name: "m/version", data: "3\n"})))
	file("benign checkpoint", "part of a distributed checkpoint", "__0_0.distcp", modeltest.TorchZip(modeltest.StateDict(4), 16))
	file("benign checkpoint", "parts of a distributed checkpoint", "__0_0.distcp", append(modeltest.TorchZip(modeltest.StateDict(4), 16), modeltest.TorchZip(modeltest.StateDict(4), 16)...))
	file("benign archive", "skops", "m.skops", modeltest.Skops("builtins", "dict", "DictNode"))
	file("benign archive", "text that begins as opcodes", "notes.txt", []byte("I am a note.\n(See below.)\ncat\ndog\n"))
	for _, l := range modeltest.Layouts() {
		want := Clean
		if l.Code {
			want = Warned
		}
		out = append(out, Recipe{Technique: "benign layout", Name: l.Name, Files: l.Files, Want: want})
	}
	return out
}
