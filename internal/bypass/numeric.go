package bypass

import (
	"encoding/binary"
	"strings"

	"github.com/modelgate/gate/internal/modeltest"
)

// wrapped is the pickle of an array of joblib up to the BUILD behind which its bytes
// stand.
func wrapped(n byte, dtype string, alignment bool) string {
	s := "\x80\x03" + global("joblib.numpy_pickle", "NumpyArrayWrapper") + ")\x81}(" +
		str("subclass") + global("numpy", "ndarray") + str("shape") + "K" + string([]byte{n}) + "\x85" + str("order") + str("C") +
		str("dtype") + call("numpy", "dtype", str(dtype), "K\x00", "K\x01") + str("allow_mmap") + "\x88"
	if alignment {
		s += str("numpy_array_alignment_bytes") + "K\x10"
	}
	return s + "ub"
}

// numeric has recipes in the files of joblib and numpy.
func numeric() []Recipe {
	var out []Recipe
	add := func(technique, name string, want Verdict, data string) {
		out = append(out, one(technique, name, "model.joblib", []byte(data), want))
	}
	eight := "\x01\x02\x03\x04\x05\x06\x07\x08"
	add("joblib raw arrays", "call behind an array", Denied, wrapped(1, "f8", false)+eight+"0"+system+".")
	add("joblib raw arrays", "call behind an aligned array", Denied, wrapped(1, "f8", true)+"\x03\xff\xff\xff"+eight+"0"+system+".")
	add("joblib raw arrays", "array of STOP", Denied, wrapped(1, "f8", false)+strings.Repeat(".", 8)+"0"+system+".")
	add("joblib raw arrays", "second array", Denied, wrapped(1, "f8", false)+eight+"0"+wrapped(2, "f4", false)[2:]+eight+"0"+system+".")
	add("joblib raw arrays", "array that ends early", Warned, wrapped(200, "f8", false)+eight+".")
	add("joblib raw arrays", "element size is not known", Warned, wrapped(2, "V", false)+eight+".")
	add("joblib raw arrays", "array in a sibling file", Warned, "\x80\x03"+global("joblib.numpy_pickle", "NDArrayWrapper")+")\x81}"+str("filename")+str("m.joblib_01.npy")+"sb.")
	add("joblib objects", "evil elements", Denied, wrapped(1, "O8", false)+evil2+".")
	add("joblib objects", "evil behind the elements", Denied, wrapped(1, "O8", false)+"\x80\x02]N\x61.0"+system+".")
	add("joblib objects", "structured with objects", Denied, strings.Replace(wrapped(1, "V8", false), "ub", "ub", 1)+evil2+".")
	npy := func(technique, name string, want Verdict, data []byte) {
		out = append(out, one(technique, name, "array.npy", data, want))
	}
	npy("npy objects", "O", Denied, modeltest.NPY("'|O'", "(1,)", evil2))
	npy("npy objects", "structured", Denied, modeltest.NPY("[('a', '<f4'), ('b', '|O')]", "(1,)", evil2))
	npy("npy objects", "structured inside", Denied, modeltest.NPY("[('a', [('b', 'O')])]", "(1,)", evil2))
	npy("npy objects", "sub-array", Denied, modeltest.NPY("[('a', '|O', (2,))]", "(1,)", evil2))
	npy("npy objects", "no magic", Denied, []byte(evil2))
	npy("npy objects", "behind the data", Denied, modeltest.NPY("'<f4'", "(1,)", "\x00\x00\x00\x00"+evil2))
	npy("npy objects", "second array", Denied, append(modeltest.NPY("'<f4'", "(1,)", "\x00\x00\x00\x00"), modeltest.NPY("'|O'", "(1,)", evil2)...))
	npy("npy objects", "protocol 0", Denied, modeltest.NPY("'|O'", "(1,)", evil0))
	out = append(out, one("npy objects", "in npz", "arrays.npz", []byte(zipOf(member{name: "a.npy", data: string(modeltest.NPY("'|O'", "(1,)", evil2))})), Denied))
	out = append(out, one("npy objects", "pickle in npz", "arrays.npz", []byte(zipOf(member{name: "a.npy", data: evil2})), Denied))
	npy("npy objects", "benign objects", Clean, modeltest.NPY("'|O'", "(1,)", "\x80\x02]K\x01a."))
	header := func(version byte, text, data string) []byte {
		b := []byte("\x93NUMPY" + string([]byte{version, 0}))
		if version == 1 {
			return []byte(string(binary.LittleEndian.AppendUint16(b, uint16(len(text)))) + text + data)
		}
		return []byte(string(binary.LittleEndian.AppendUint32(b, uint32(len(text)))) + text + data)
	}
	npy("npy header", "expression", Warned, header(1, "{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (1,)}\n", "\x00\x00\x00\x00"))
	npy("npy header", "names a call", Warned, header(1, "{'descr': dict(a=1), 'fortran_order': False, 'shape': (1,)}\n", ""))
	npy("npy header", "length of four gigabytes", Warned, []byte("\x93NUMPY\x02\x00\xff\xff\xff\xff{"))
	npy("npy header", "nested", Warned, header(2, "{'descr': "+strings.Repeat("[", 50_000)+strings.Repeat("]", 50_000)+", 'shape': ()}\n", ""))
	npy("npy header", "version 3", Denied, header(3, "{'descr': [('é', '|O')], 'fortran_order': False, 'shape': (1,)}\n", evil2))
	npy("npy header", "version 9", Warned, header(9, "{}\n", ""))
	npy("npy header", "shape overflows", Warned, modeltest.NPY("'<f4'", "(4611686018427387904, 4611686018427387904)", ""))
	npy("npy header", "negative shape", Warned, modeltest.NPY("'<f4'", "(-1,)", ""))
	npy("npy header", "data ends early", Warned, modeltest.NPY("'<f4'", "(100,)", "\x00\x00\x00\x00"))
	return out
}

// legacyTorch is a file of torch.save before 1.6 with one storage of four floats: five
// pickles, then for each storage its number of elements and their bytes.
func legacyTorch(magic, system, object string) string {
	const keys = "\x80\x02]X\x01\x00\x00\x000a."
	return magic + "\x80\x02M\xe9\x03." + system + object + keys + long(4) + strings.Repeat("\x00", 16)
}

const (
	torchMagic  = "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
	torchSystem = "\x80\x02}(X\x10\x00\x00\x00protocol_versionM\xe9\x03X\x0d\x00\x00\x00little_endian\x88u."
)

// legacyState is the pickle of a state dict in such a file: the id of a storage has a
// sixth part.
func legacyState() string {
	s := string(modeltest.StateDict(4))
	return strings.Replace(s, "J\x04\x00\x00\x00tQ", "J\x04\x00\x00\x00NtQ", 1)
}

// legacyTar is a file of the first torch.save: a tar with four pickles.
func legacyTar(sysInfo, storages, tensors, pickle string) []byte {
	return modeltest.Tar(modeltest.Entry{Name: "sys_info", Data: []byte(sysInfo)}, modeltest.Entry{Name: "storages", Data: []byte(storages)},
		modeltest.Entry{Name: "tensors", Data: []byte(tensors)}, modeltest.Entry{Name: "pickle", Data: []byte(pickle)})
}

// executorch is a program with a constant of so many bytes, and data for a backend.
func executorch(bytes int, backend, data string) string {
	return string(modeltest.ExecuTorch("aten::add", bytes/4, bytes, backend, []byte(data)))
}

// torch has recipes in the other forms of checkpoints.
func torch() []Recipe {
	var out []Recipe
	add := func(technique, name, path string, want Verdict, data string) {
		out = append(out, one(technique, name, path, []byte(data), want))
	}
	add("legacy torch", "system pickle", "m.pt", Denied, legacyTorch(torchMagic, evil2, legacyState()))
	add("legacy torch", "object pickle", "m.pt", Denied, legacyTorch(torchMagic, torchSystem, evil2))
	add("legacy torch", "sixth pickle", "m.pt", Denied, legacyTorch(torchMagic, torchSystem, legacyState())+evil2)
	add("legacy torch", "magic by eval", "m.pt", Denied, legacyTorch("\x80\x02"+call("__builtin__", "eval", str("0x1950a86a20f9469cfc6c"))+".", torchSystem, legacyState()))
	add("legacy torch", "magic in hexadecimal", "m.pt", Warned, legacyTorch("I0x1950a86a20f9469cfc6c\n.", torchSystem, legacyState()))
	add("legacy torch", "magic by an unlisted call", "m.pt", Denied, legacyTorch("\x80\x02"+call("acme", "number")+".", torchSystem, legacyState()))
	add("legacy torch", "benign", "m.pt", Clean, legacyTorch(torchMagic, torchSystem, legacyState()))
	add("legacy torch", "storage of another size", "m.pt", Denied, strings.Replace(legacyTorch(torchMagic, torchSystem, legacyState()), long(4), long(3), 1))
	add("legacy torch", "cut off", "m.pt", Denied, legacyTorch(torchMagic, torchSystem, legacyState())[:245])
	none := "\x80\x02K\x00."
	add("legacy tar", "storages", "m.pt", Denied, string(legacyTar(good2, none+evil2, none, good2)))
	add("legacy tar", "storage count", "m.pt", Denied, string(legacyTar(good2, evil2, none, good2)))
	add("legacy tar", "pickle", "m.pt", Denied, string(legacyTar(good2, none, none, evil2)))
	add("legacy tar", "sys_info", "m.pt", Denied, string(legacyTar(evil2, none, none, good2)))
	add("legacy tar", "tensors", "m.pt", Denied, string(legacyTar(good2, none, none+evil2, good2)))
	add("legacy tar", "tensor outside its storage", "m.pt", Denied, string(modeltest.TorchTar(modeltest.NumberedState(), 5, 4)))
	for _, part := range []string{"data/weights/weight_0", "data/constants/tensor_0", "data/sample_inputs/model.pt", "extra/x"} {
		add(".pt2", part, "m.pt2", Denied, zipOf(member{name: "m/archive_format", data: "pt2"}, member{name: "m/models/model.json", data: "{}"}, member{name: "m/" + part, data: string(torchZip(evil2))}))
	}
	add(".pt2", "pickle as weights", "m.pt2", Denied, zipOf(member{name: "m/archive_format", data: "pt2"}, member{name: "m/data/weights/weights.pt", data: evil2}))
	add(".pt2", "library", "m.pt2", Denied, zipOf(member{name: "m/archive_format", data: "pt2"}, member{name: "m/data/aotinductor/model/a.so", data: elf}))
	add("ExecuTorch", "pickle in .ptl", "m.ptl", Denied, zipOf(member{name: "m/data.pkl", data: evil2}, member{name: "m/bytecode.pkl", data: good2}))
	add("ExecuTorch", "bytecode in .ptl", "m.ptl", Denied, zipOf(member{name: "m/data.pkl", data: good2}, member{name: "m/bytecode.pkl", data: evil2}))
	program := executorch(16, "", "")
	weights := executorch(len(elf), "", "")
	add("ExecuTorch", "library as a tensor", "m.pte", Denied, weights[:len(weights)-len(elf)]+elf)
	add("ExecuTorch", "library behind a program", "m.pte", Denied, program+elf)
	inside := modeltest.Flatbuffer("ET12", len(elf), modeltest.Fields{nil, []modeltest.Fields{}})
	copy(inside[8:], elf)
	add("ExecuTorch", "library inside a program", "m.pte", Denied, string(inside))
	add("ExecuTorch", "library for a backend", "m.pte", Denied, executorch(16, "XnnpackBackend", elf))
	add("ExecuTorch", "unknown backend", "m.pte", Warned, executorch(16, "AcmeBackend", "blob"))
	add("ExecuTorch", "unknown operator", "m.pte", Warned, string(modeltest.ExecuTorch("acme::magic", 4, 16, "", nil)))
	add("ExecuTorch", "pickle behind the segments", "m.pte", Denied, program+evil2)
	add("ExecuTorch", "segment too short", "m.pte", Warned, string(modeltest.ExecuTorch("aten::add", 5, 16, "", nil)))
	add("ExecuTorch", "program without a root", "m.pte", Denied, "\x20\x00\x00\x00ET12"+strings.Repeat("\x00", 56)+elf)
	script := func(code string) string {
		return string(checkpoint(member{name: "archive/code/__torch__.py", data: code}, member{name: "archive/constants.pkl", data: "\x80\x02)."}))
	}
	add("TorchScript", "evil constants", "m.pt", Denied, string(checkpoint(member{name: "archive/code/__torch__.py", data: "x = 1\n"}, member{name: "archive/constants.pkl", data: evil2})))
	add("TorchScript", "saves a file", "m.pt", Denied, script("def forward(self, x: Tensor) -> Tensor:\n  ops.aten.save(x, \"/tmp/x\")\n  return x\n"))
	add("TorchScript", "reads a file", "m.pt", Denied, script("def forward(self, x: Tensor) -> Tensor:\n  y = torch.from_file(\"/etc/passwd\", False, 10)\n  return y\n"))
	add("TorchScript", "benign", "m.pt", Clean, script("def forward(self, x: Tensor) -> Tensor:\n  return torch.relu(x)\n"))
	add("torch.package and MAR", "pickle in a package", "m.pt", Denied, zipOf(member{name: "m/.data/extern_modules", data: "torch\n"}, member{name: "m/.data/version", data: "6\n"}, member{name: "m/model/model.pkl", data: evil2}))
	add("torch.package and MAR", "code in a package", "m.pt", Denied, zipOf(member{name: "m/.data/extern_modules", data: "torch\n"}, member{name: "m/.data/version", data: "6\n"}, member{name: "m/model/model.pkl", data: good2}, member{name: "m/model/__init__.py", data: evilPython}))
	add("torch.package and MAR", "pickle in MAR", "m.mar", Denied, zipOf(member{name: "MAR-INF/MANIFEST.json", data: "{}"}, member{name: "model.pt", data: evil2}))
	add("torch.package and MAR", "handler in MAR", "m.mar", Denied, zipOf(member{name: "MAR-INF/MANIFEST.json", data: `{"model":{"handler":"handler.py"}}`}, member{name: "handler.py", data: evilPython}))
	add("other weights", "Paddle parameters", "m.pdparams", Denied, evil2)
	add("other weights", "XGBoost that is a pickle", "m.bst", Denied, evil4)
	add("other weights", "tensorizer that is a pickle", "m.tensors", Denied, "|TZR|\n"+strings.Repeat("\x00", 24)+evil4)
	add("other weights", "CatBoost that is a pickle", "m.cbm", Denied, evil2)
	return out
}

const evilPython = "import os\nos.system('true')\n"

// elf is the header of a shared library and nothing else.
const elf = "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00\x01\x00\x00\x00" + zeros

const zeros = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
