package bypass

import "strings"

// machine has recipes that rely on a reader whose stack, memo or opcodes are not those of
// the unpickler.
func machine() []Recipe {
	var out []Recipe
	add := func(technique string, want Verdict, rows ...[2]string) {
		out = append(out, pickles(technique, want, rows...)...)
	}
	add("protocols", Denied,
		[2]string{"0", evil0},
		[2]string{"1", "cposix\nsystem\n(" + command + "tR."},
		[2]string{"2", evil2},
		[2]string{"3", proto(3, system)},
		[2]string{"4", evil4},
		[2]string{"5", "\x80\x05" + frame(stackGlobal("posix", "system")+text("true")+"\x85R.", 0)},
		[2]string{"4 without PROTO", evil4[2:]},
		[2]string{"PROTO twice", "\x80\x02\x80\x04" + evil4[2:]},
		[2]string{"late PROTO", "]0\x80\x02" + system + "."},
	)
	add("memo confusion", Denied,
		[2]string{"PUT after POP", "\x80\x02" + str("safe") + "q\x000" + global("posix", "system") + "q\x010h\x01" + command + "\x85R."},
		[2]string{"slot overwritten", "\x80\x02" + global("collections", "OrderedDict") + "q\x000" + global("posix", "system") + "q\x000h\x00" + command + "\x85R."},
		[2]string{"text keys", "cposix\nsystem\np+1\n0g 1\n(S'true'\ntR."},
		[2]string{"padded keys", "cposix\nsystem\np007\n0g7\n(S'true'\ntR."},
		[2]string{"huge index", "\x80\x02" + global("posix", "system") + "r\xf0\xff\xff\x7f0j\xf0\xff\xff\x7f" + command + "\x85R."},
		[2]string{"MEMOIZE counts slots", proto(4, str("x"), "q\x050", stackGlobal("posix", "system"), "\x940h\x01", command, "\x85R")},
	)
	add("memoised callable", Denied,
		[2]string{"GET and call", "\x80\x02]q\x00" + global("posix", "system") + "q\x01ah\x01" + command + "\x85R."},
		[2]string{"BINGET of a container", proto(4, "]\x94(", stackGlobal("posix", "system"), "\x94e0h\x01", command, "\x85R")},
	)
	add("memo across streams", Denied,
		[2]string{"indices used again", proto(2, global("collections", "OrderedDict"), "q\x00") + proto(2, global("posix", "system"), "q\x000h\x00", command, "\x85R")},
		[2]string{"MEMOIZE starts again", proto(4, text("a"), "\x94") + proto(4, stackGlobal("posix", "system"), "\x940h\x00", command, "\x85R")},
	)
	add("STACK_GLOBAL operands", Denied,
		[2]string{"text popped between", proto(4, text("posix"), text("safe"), "0", text("system"), "\x93", text("true"), "\x85R")},
		[2]string{"DUP", proto(4, text("posix"), "20", text("system"), "\x93", text("true"), "\x85R")},
		[2]string{"marks", proto(4, text("posix"), "(", text("x"), "1", text("system"), "\x93", text("true"), "\x85R")},
		[2]string{"from the memo", proto(4, text("system"), "\x940", text("posix"), "h\x00\x93", text("true"), "\x85R")},
		[2]string{"escapes", proto(4, "V\\u0070osix\n", "Vs\\u0079stem\n", "\x93", text("true"), "\x85R")},
		[2]string{"BINSTRING", proto(4, "U\x05posix", "T\x06\x00\x00\x00system", "\x93", text("true"), "\x85R")},
		[2]string{"STRING with hex escapes", proto(4, "S'\\x70osix'\n", "S'system'\n", "\x93", text("true"), "\x85R")},
		[2]string{"BINUNICODE8", proto(4, "\x8d"+long(5)+"posix", text("system"), "\x93", text("true"), "\x85R")},
	)
	add("computed names", Denied,
		[2]string{"rot13", proto(4, call("codecs", "decode", str("cbfvk"), str("rot13")), text("system"), "\x93", text("true"), "\x85R")},
		[2]string{"join", proto(4, stackGlobal("builtins", "str.join"), text(""), "]", text("po"), "a", text("six"), "a\x86R", text("system"), "\x93", text("true"), "\x85R")},
		[2]string{"getitem", proto(4, call("operator", "getitem", str("posix"), "K\x00"), text("system"), "\x93", text("true"), "\x85R")},
		[2]string{"persistent id", proto(4, text("a"), "Q", text("system"), "\x93", text("true"), "\x85R")},
		[2]string{"encode of a listed callable", proto(4, call("_codecs", "encode", str("posix"), str("latin1")), text("system"), "\x93", text("true"), "\x85R")},
	)
	for _, walk := range [][2]string{
		{"torch", "os.system"}, {"collections", "abc.sys.modules"}, {"numpy", "os.system"}, {"torch.serialization", "os.system"},
		{"argparse", "_os.system"}, {"logging", "os.system"}, {"typing", "sys.modules"}, {"collections", "OrderedDict.__reduce__"},
		{"builtins", "object.__subclasses__"}, {"sklearn", "os.system"}, {"torch._utils", "torch.os.system"},
	} {
		add("dotted walk", Denied, [2]string{walk[0] + " " + walk[1], proto(4, stackGlobal(walk[0], walk[1]), text("true"), "\x85R")})
	}
	add("dotted walk", Denied,
		[2]string{"by GLOBAL", proto(4, global("torch", "os.system"), text("true"), "\x85R")},
		[2]string{"by INST", proto(4, "("+command+"itorch\nos.system\n")},
		[2]string{"looked up only", proto(4, stackGlobal("torch", "os.system"))},
		[2]string{"below protocol 4", proto(2, global("torch", "os.system"), command, "\x85R")},
	)
	return append(out, calls()...)
}

// calls has recipes that call or change things in ways that readers forget.
func calls() []Recipe {
	var out []Recipe
	add := func(technique string, want Verdict, rows ...[2]string) {
		out = append(out, pickles(technique, want, rows...)...)
	}
	add("call opcodes", Denied,
		[2]string{"INST", "(S'true'\niposix\nsystem\n."},
		[2]string{"OBJ", "(cposix\nsystem\nS'true'\no."},
		[2]string{"NEWOBJ", proto(2, global("subprocess", "Popen"), command, "\x85\x81")},
		[2]string{"NEWOBJ_EX", proto(4, global("subprocess", "Popen"), "(", command, "t}\x92")},
		[2]string{"result popped", proto(2, system, "0N")},
		[2]string{"INST popped", "(S'true'\niposix\nsystem\n0N."},
		[2]string{"OBJ popped", "(cposix\nsystem\nS'true'\no0N."},
		[2]string{"popped by a mark", proto(2, "(", system, "1N")},
		[2]string{"in a tuple that is dropped", proto(2, system, "\x850N")},
	)
	add("build override", Denied,
		[2]string{"attribute of a function", proto(2, global("numpy", "prod"), "}", str("x"), global("posix", "system"), "sb")},
		[2]string{"slots of a function", proto(2, global("numpy", "prod"), "N}", str("__code__"), "Ns\x86b")},
		[2]string{"attribute of a class", proto(2, global("collections", "OrderedDict"), "N}", str("__init__"), global("posix", "system"), "s\x86b")},
		[2]string{"item of sys.modules", proto(2, global("sys", "modules"), str("collections"), global("posix", "system"), "s")},
		[2]string{"items of sys.modules", proto(2, global("sys", "modules"), "(", str("collections"), "Nu")},
		[2]string{"append to sys.path", proto(2, global("sys", "path"), str("/tmp"), "a")},
		[2]string{"on a call of a call", proto(2, call("operator", "attrgetter", str("x")), ")R}", str("y"), "Nsb")},
	)
	add("listed callers", Denied,
		[2]string{"deque of map", proto(2, call("collections", "deque", call("__builtin__", "map", global("posix", "system"), "]"+command+"a")))},
		[2]string{"list of map", proto(2, call("__builtin__", "list", call("__builtin__", "map", global("posix", "system"), "]"+command+"a")))},
		[2]string{"Counter of filter", proto(2, call("collections", "Counter", call("__builtin__", "filter", global("posix", "system"), "]"+command+"a")))},
		[2]string{"rebuild from type", proto(2, call("torch._tensor", "_rebuild_from_type_v2", global("posix", "system"), global("torch", "Tensor"), command+"\x85", "N"))},
		[2]string{"wrapper subclass", proto(2, call("torch._utils", "_rebuild_wrapper_subclass", global("subprocess", "Popen"), global("torch", "float32"), ")", ")", "K\x00", "N", "N", "\x89"))},
		[2]string{"scalar of objects", proto(3, call("numpy.core.multiarray", "scalar", call("numpy", "dtype", str("O8"), "K\x00K\x01"), raw(evil2)))},
		[2]string{"generator with a constructor", proto(2, call("numpy.random._pickle", "__generator_ctor", str("true"), global("posix", "system")))},
		[2]string{"random state with a constructor", proto(2, call("numpy.random._pickle", "__randomstate_ctor", str("true"), global("posix", "system")))},
		[2]string{"ufunc of a module", proto(2, call("numpy.core", "_ufunc_reconstruct", str("posix"), str("system")))},
		[2]string{"defaultdict of a function", proto(2, call("collections", "defaultdict", global("posix", "system")))},
		[2]string{"reconstruct a memmap", proto(2, call("numpy.core.multiarray", "_reconstruct", global("numpy", "memmap"), "K\x00\x85", str("b")))},
		[2]string{"newObj of a class", proto(2, call("sklearn.tree._tree", "Tree", global("posix", "system"), "K\x01", "K\x01"))},
		[2]string{"reconstructor of a process", proto(2, call("copyreg", "_reconstructor", global("subprocess", "Popen"), global("builtins", "object"), "N"))},
	)
	register := call("copyreg", "add_extension", str("posix"), str("system"), "K\x01")
	add("extension registry", Denied,
		[2]string{"added, then EXT1", proto(2, register, "0\x82\x01", command, "\x85R")},
		[2]string{"added, then EXT4", proto(2, register, "0\x84\x01\x00\x00\x00", command, "\x85R")},
		[2]string{"item of the inverted registry", proto(2, global("copyreg", "_inverted_registry"), "K\x01", str("posix"), str("system"), "\x86s\x82\x01", command, "\x85R")},
		[2]string{"item of the cache", proto(2, global("copyreg", "_extension_cache"), "K\x01", global("posix", "system"), "s")},
	)
	add("extension registry", Warned, [2]string{"bare EXT4", proto(2, "\x84\x07\x00\x00\x00")}, [2]string{"bare EXT2", proto(2, "\x83\x07\x00")})
	for _, name := range [][2]string{
		{"__builtin__", "eval"}, {"__builtin__", "apply"}, {"commands", "getoutput"}, {"cPickle", "loads"}, {"urllib2", "urlopen"},
		{"__builtin__", "execfile"}, {"UserDict", "os.system"}, {"httplib", "HTTPConnection"}, {"anydbm", "open"}, {"StringIO", "os.system"},
	} {
		add("Python 2 names", Denied, [2]string{name[0] + " " + name[1], proto(2, call(name[0], name[1], str("1")))})
	}
	add("Python 2 names", Denied, [2]string{"at protocol 4", proto(4, call("__builtin__", "eval", str("1")))})
	return append(out, broken()...)
}

// broken has recipes that a loader stops at, after the harm is done.
func broken() []Recipe {
	var out []Recipe
	add := func(technique string, want Verdict, rows ...[2]string) {
		out = append(out, pickles(technique, want, rows...)...)
	}
	before := "\x80\x02" + system
	add("broken after the call", Denied,
		[2]string{"no STOP", before},
		[2]string{"unknown opcode", before + "\xff."},
		[2]string{"missing memo slot", before + "h\x63."},
		[2]string{"empty stack", before + "000."},
		[2]string{"unknown protocol", before + "\x80\x09."},
		[2]string{"text cut off", before + "X\xff\x00\x00\x00ab"},
		[2]string{"text that is no UTF-8", before + "X\x02\x00\x00\x00\xc3\x28."},
		[2]string{"bad number", before + "Ixyz\n."},
		[2]string{"bad float", before + "F1,5\n."},
		[2]string{"MARK missing", before + "t."},
	)
	add("parser gap", Denied,
		[2]string{"hexadecimal INT", "I0x10\n0" + evil0},
		[2]string{"octal INT", "I010\n0" + evil0},
		[2]string{"INT with a NUL", "I1\x002\n0" + evil0},
		[2]string{"INT with blanks", "I 12\n0" + evil0},
		[2]string{"octal LONG", "L0o7\n0" + evil0},
		[2]string{"LONG without L", "L12\n0" + evil0},
		[2]string{"non-ASCII STRING", "S'\xe9'\n0" + evil0},
		[2]string{"STRING with escapes", "S'\\x00\\'\\\\'\n0" + evil0},
		[2]string{"FLOAT with underscore", "F1_0.5\n0" + evil0},
		[2]string{"surrogates", "\x80\x02X\x03\x00\x00\x00\xed\xa0\x80" + "0" + system + "."},
		[2]string{"empty LONG1", "\x80\x02\x8a\x000" + system + "."},
		[2]string{"UNICODE with a bare backslash", "V\\x\n0" + evil0},
	)
	four := stackGlobal("posix", "system") + text("true") + "\x85R."
	add("frame lies", Denied,
		[2]string{"crossing", "\x80\x04" + frame(four, -7)},
		[2]string{"too long", "\x80\x04" + frame(four, 100)},
		[2]string{"empty", "\x80\x04" + frame("", 0) + four},
		[2]string{"nested", "\x80\x04" + frame(frame(four, 0), 0)},
		[2]string{"decoy behind", "\x80\x04" + frame("N0", 0) + frame(four, 0)},
		[2]string{"crossing, benign", "\x80\x04" + frame("]"+text("aaaa")+"a.", -4)},
		[2]string{"beyond the end, benign", "\x80\x04" + frame("]K\x01a.", 9)},
		[2]string{"behind the end in a low protocol", "\x80\x02" + frame(system+".", -3)},
	)
	out = append(out, one("frame lies", "crossing in a torch zip", "model.pt", torchZip("\x80\x04"+frame("]"+text("aaaa")+"a.", -4)), Denied))
	add("call chain", Denied,
		[2]string{"getattr of import_module", proto(2, call("__builtin__", "getattr", call("importlib", "import_module", str("posix")), str("system")), command, "\x85R")},
		[2]string{"partial", proto(2, call("functools", "partial", global("posix", "system"), command), ")R")},
		[2]string{"Timer", proto(2, call("threading", "Timer", "K\x00", global("posix", "system"), command+"\x85"))},
		[2]string{"methodcaller", proto(2, call("operator", "methodcaller", str("system"), command), call("importlib", "import_module", str("posix")), "\x85R")},
		[2]string{"reduce", proto(2, call("functools", "reduce", global("__builtin__", "getattr"), "]"+global("posix", "system")+"a"))},
		[2]string{"call of a persistent id", proto(2, str("a"), "Q", command, "\x85R")},
		[2]string{"call of a list item", proto(2, call("operator", "itemgetter", "K\x00"), "]"+global("posix", "system")+"a\x85R", command, "\x85R")},
		[2]string{"getattribute by a library", proto(2, call("transformers.models.auto.auto_factory", "getattribute_from_module", global("transformers", "AutoModel"), str("from_pretrained")), str("org/name"), "\x85R")},
	)
	add("obfuscation", Denied,
		[2]string{"exec of base64", proto(2, call("__builtin__", "exec", call("base64", "b64decode", str("cGFzcw=="))))},
		[2]string{"lzma", proto(3, call("builtins", "exec", call("lzma", "decompress", raw("\xfd7zXZ\x00"))))},
		[2]string{"marshal and FunctionType", proto(3, call("types", "FunctionType", call("marshal", "loads", raw("\xe3\x00")), "}"), ")R")},
		[2]string{"codecs", proto(2, call("__builtin__", "eval", call("_codecs", "decode", str("66"), str("hex"))))},
		[2]string{"many opcodes between", proto(2, global("posix", "system"), strings.Repeat("N0", 500), command, strings.Repeat("(1", 500), "\x85R")},
	)
	add("import only", Denied, [2]string{"posix system", proto(2, global("posix", "system"))}, [2]string{"text", "cposix\nsystem\n."})
	add("import only", Warned, [2]string{"antigravity", proto(2, global("antigravity", "x"))}, [2]string{"unknown module", proto(2, global("evil_local", "f"))})
	return out
}
