package bypass

import (
	"strings"

	"github.com/modelgate/gate/internal/modeltest"
)

// array is the start of an array of one element, up to its data, with flags of its dtype.
func array(code, flags string) string {
	const sizes = "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xff"
	return call("numpy.core.multiarray", "_reconstruct", global("numpy", "ndarray"), "K\x00\x85", str("b")) + "(K\x01K\x01\x85" +
		call("numpy", "dtype", str(code), "\x89", "\x88") + "(K\x03" + str("<") + sizes + flags + "tb\x89"
}

// grammar has recipes that call listed names only, with arguments that no writer gives
// them, or lay out a checkpoint as no writer does.
func grammar() []Recipe {
	out := pickles("argument of the wrong type", Denied,
		[2]string{"OrderedDict of a text", proto(2, call("collections", "OrderedDict", str("cmd")))},
		[2]string{"Size of a text", proto(2, call("torch", "Size", str("cmd")))},
		[2]string{"device with a command", proto(2, call("torch", "device", str("cpu;x")))},
		[2]string{"bytearray of a number", proto(2, call("__builtin__", "bytearray", "J\xff\xff\xff\x7f"))},
		[2]string{"encode with another codec", proto(2, call("_codecs", "encode", str("x"), str("rot13")))},
		[2]string{"Parameter of a text", proto(2, call("torch._utils", "_rebuild_parameter", str("x"), "\x89", global("collections", "OrderedDict")+")R"))},
		[2]string{"tensor of a text", proto(2, call("torch._utils", "_rebuild_tensor_v2", str("x"), "K\x00", "K\x01\x85", "K\x01\x85", "\x89", global("collections", "OrderedDict")+")R"))},
		[2]string{"pointers in an array of numbers", proto(2, array("f8", "K\x01"), raw("12345678"), "tb")},
		[2]string{"list shorter than its array", proto(2, array("O8", "K\x3f"), "]", "tb")},
		[2]string{"set of a function", proto(2, call("__builtin__", "set", global("posix", "system")))},
	)
	torch := func(technique, name string, want Verdict, pickle string, record int, more ...member) {
		members := append([]member{{name: "archive/data.pkl", data: pickle}, {name: "archive/data/0", data: strings.Repeat("\x00", record)}, {name: "archive/version", data: "3\n"}}, more...)
		out = append(out, one(technique, name, "model.pt", []byte(zipOf(members...)), want))
	}
	state := func(change ...string) string {
		return strings.NewReplacer(change...).Replace(string(modeltest.StateDict(4)))
	}
	four := "J\x04\x00\x00\x00"
	dict := global("collections", "OrderedDict") + ")R"
	torch("callables in hooks", "filled", Denied, state(dict+"tR", dict+str("h")+global("posix", "system")+"stR"), 16)
	torch("callables in hooks", "by the memo, afterwards", Denied, "\x80\x02"+dict+"q\x000"+strings.TrimSuffix(strings.TrimPrefix(state(dict+"tR", "h\x00tR"), "\x80\x02"), ".")+"0h\x00"+str("h")+global("acme", "hook")+"s.", 16)
	torch("storage id", "class that is no storage", Denied, state("torch\nFloatStorage", "collections\nOrderedDict"), 16)
	torch("storage id", "key with a path", Denied, state(str("0"), str("../0")), 16)
	torch("storage id", "negative size", Denied, state(str("cpu")+four, str("cpu")+"J\xff\xff\xff\xff"), 16)
	torch("storage id", "device with a command", Denied, state(str("cpu"), str("cpu;true")), 16)
	torch("storage id", "text", Denied, "\x80\x02Ptext\n.", 16)
	torch("storage and record", "longer than its record (24747)", Denied, string(modeltest.StateDict(400)), 16)
	torch("storage and record", "no record", Denied, state(str("0"), str("9")), 16)
	torch("storage and record", "two readings", Denied, "\x80\x02}("+str("a")+modeltest.Tensor("0", 4)+str("b")+strings.Replace(modeltest.Tensor("0", 2), "FloatStorage", "DoubleStorage", 1)+"u.", 16)
	torch("view outside", "offset", Denied, state("K\x00"+four+"\x85", "K\x09"+four+"\x85"), 16)
	torch("view outside", "stride", Denied, state("K\x01\x85\x89", "K\x63\x85\x89"), 16)
	torch("view outside", "negative stride", Denied, state("K\x01\x85\x89", "J\xff\xff\xff\xff\x85\x89"), 16)
	torch("view outside", "overflow", Denied, state("K\x00"+four+"\x85K\x01\x85", "K\x00\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85"), 16)
	torch("SETITEM on no dict", "tensor (24747)", Denied, "\x80\x02"+modeltest.Tensor("0", 4)+"K\x00K\x01s.", 16)
	torch("SETITEM on no dict", "APPEND on a tensor", Denied, "\x80\x02"+modeltest.Tensor("0", 4)+"K\x00a.", 16)
	torch("unread bytes", "record that nothing names", Denied, state(), 16, member{name: "archive/data/1", data: strings.Repeat("\x00", 100)})
	torch("unread bytes", "record longer than its storage", Denied, state(), 64)
	torch("unread bytes", "behind STOP", Denied, state()+"left over", 16)
	torch("unread bytes", "long version", Denied, state(), 16, member{name: "archive/byteorder", data: strings.Repeat("little", 40)})
	out = append(out, one("unread bytes", "behind the last old storage", "m.pt", []byte(legacyTorch(torchMagic, torchSystem, legacyState())+"left over"), Warned))
	torch("TorchScript mask", "code beside a checkpoint", Denied, evil2, 16, member{name: "archive/code/__torch__.py", data: "x = 1\n"})
	torch("TorchScript mask", "unlisted class", Warned, "\x80\x02"+global("acme", "Model")+")\x81}b.", 16, member{name: "archive/code/__torch__.py", data: "x = 1\n"})
	out = append(out, pickles("other forms", Warned,
		[2]string{"long form of a number", proto(2, "M\x01\x00")},
		[2]string{"slot written twice", proto(2, "]q\x000]q\x00")},
		[2]string{"tuple by a mark", proto(2, "(K\x01t")},
		[2]string{"PROTO twice", "\x80\x02" + proto(2, "N")},
		[2]string{"Python 2 name at protocol 3", proto(3, call("__builtin__", "set", "]"))},
	)...)
	return append(out, unlisted()...)
}

// unlisted has recipes that put other objects under listed names.
func unlisted() []Recipe {
	out := pickles("overwritten module", Denied,
		[2]string{"item of sys.modules", proto(2, global("sys", "modules"), str("collections"), call("importlib", "import_module", str("posix")), "s0") + proto(2, call("collections", "OrderedDict", str("cmd")))},
		[2]string{"attribute of a module", proto(2, call("importlib", "import_module", str("collections")), "N}", str("OrderedDict"), global("posix", "system"), "s\x86b")},
		[2]string{"only listed names", proto(2, global("torch.serialization", "_get_layout"), "}", str("x"), global("collections", "OrderedDict"), "sb")},
	)
	for _, c := range [][2]string{
		{"class of collections", "import collections\nclass D(dict): pass\ncollections.OrderedDict = D\n"},
		{"rebuild function", "import torch\ntorch._utils._rebuild_tensor_v2 = print\n"},
		{"sys.modules", "import sys, types\nsys.modules['collections'] = types.ModuleType('collections')\n"},
		{"find_class", "import pickle\ndef f(self, m, n): return print\npickle.Unpickler.find_class = f\n"},
		{"setattr", "import torch\nsetattr(torch._utils, '_rebuild_tensor_v2', print)\n"},
	} {
		out = append(out, one("patched unpickler", c[0], "modeling_x.py", []byte(c[1]), Denied))
	}
	out = append(out, pickles("external gadgets", Denied,
		[2]string{"IPython", proto(4, call("IPython.utils.process", "system", str("true")))},
		[2]string{"numpy runstring", proto(4, call("numpy.testing._private.utils", "runstring", str("pass"), "}"))},
		[2]string{"mlflow", proto(4, call("mlflow.projects.backend.local", "_run_entry_point", str("true"), str("."), "N", "N"))},
		[2]string{"collect_env", proto(4, call("torch.utils.collect_env", "run", str("true")))},
	)...)
	good := "}(" + str("a") + "r\x00\x10\x00\x00" + str("b") + "r\x01\x10\x00\x00u"
	out = append(out, pickles("splice", Denied, [2]string{"unlisted call in front", "\x80\x02" + call("acme", "f") + "q\x000" + good + "."})...)
	out = append(out, pickles("splice", Warned, [2]string{"hole in the memo", "\x80\x02]q\x000" + good + "."})...)
	return append(out, pickles("factory by a wrapper", Denied,
		[2]string{"ChainMap of defaultdict", proto(2, call("operator", "getitem", call("collections", "ChainMap", call("collections", "defaultdict", global("acme", "f"))), str("x")))},
		[2]string{"MappingProxyType", proto(2, call("types", "MappingProxyType", call("collections", "defaultdict", global("acme", "f"))))},
		[2]string{"str.format", proto(4, stackGlobal("builtins", "str.format"), "(", text("{0[x]}"), call("collections", "defaultdict", global("posix", "system")), "tR")},
		[2]string{"item of a listed module", proto(2, global("torch", "_utils"), str("x"), global("posix", "system"), "s")},
		[2]string{"weights_only reads Python 2 names at protocol 4", proto(4, call("__builtin__", "getattr", str("a"), str("b")))},
	)...)
}
