// Package modeltest builds tiny model files of every format, good ones and bad ones, so
// that no binary stands in the repository. Nothing it builds does harm when it is loaded:
// what runs is the command "true".
package modeltest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Pickle assembles a pickle of protocol 2 from opcodes that are written as text: see
// Global, Str and the like.
func Pickle(ops ...string) []byte { return []byte("\x80\x02" + strings.Join(ops, "") + ".") }

// Global is the opcode that imports module.name.
func Global(module, name string) string { return "c" + module + "\n" + name + "\n" }

// Str is the opcode of a text.
func Str(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

// Int is the opcode of a number of at most 31 bits.
func Int(n int) string { return "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }

// Call is a call of a global with arguments.
func Call(global string, args ...string) string {
	return global + "(" + strings.Join(args, "") + "tR"
}

// Tensor is a float tensor of n elements in the storage with a key, as torch.save writes
// it.
func Tensor(key string, n int) string {
	storage := "(" + Str("storage") + Global("torch", "FloatStorage") + Str(key) + Str("cpu") + Int(n) + "tQ"
	return Global("torch._utils", "_rebuild_tensor_v2") + "(" + storage + "K\x00" + Int(n) + "\x85" + "K\x01\x85" + "\x89" +
		Global("collections", "OrderedDict") + ")R" + "tR"
}

// Entry is a file of an archive.
type Entry struct {
	Name string
	Data []byte
}

// Zip is an archive of stored entries with a fixed time.
func Zip(entries ...Entry) []byte { return archive(zip.Store, entries) }

// deflated is an archive of compressed entries.
func deflated(entries ...Entry) []byte { return archive(zip.Deflate, entries) }

// deep is a pickle in archives in archives.
func deep(n int) []byte {
	inside := Entry{"m.pkl", Pickle("}")}
	for range n {
		inside = Entry{"inner.zip", Zip(inside)}
	}
	return inside.Data
}

func archive(method uint16, entries []Entry) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.Name, Method: method, Modified: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = f.Write(e.Data)
		}
		if err != nil {
			panic(fmt.Sprintf("writing to memory: %v", err))
		}
	}
	if err := w.Close(); err != nil {
		panic(fmt.Sprintf("writing to memory: %v", err))
	}
	return b.Bytes()
}

// TorchZip is a checkpoint as torch.save writes it: a state dict with one tensor of n
// floats, over a record of the given size, and further entries.
func TorchZip(pickle []byte, record int, more ...Entry) []byte {
	entries := []Entry{
		{"archive/data.pkl", pickle},
		{"archive/byteorder", []byte("little")},
		{"archive/data/0", make([]byte, record)},
		{"archive/version", []byte("3\n")},
	}
	return Zip(append(entries, more...)...)
}

// StateDict is the pickle of a state dict with one tensor of n floats.
func StateDict(n int) []byte {
	return Pickle("}" + Str("weight") + Tensor("0", n) + "s")
}

// TorchTar is a checkpoint as torch wrote it before 0.1.10: a state dict with one tensor of
// n floats, in a storage that has so many.
func TorchTar(pickle []byte, n, storage int) []byte {
	le := binary.LittleEndian
	one := Pickle(Int(1))
	tensors := slices.Concat(one, Pickle(Int(200), Int(100), Global("torch", "FloatTensor"), "\x87"))
	for _, v := range []uint64{1, uint64(n), 1, 0} { // dimensions, sizes, strides, offset
		tensors = le.AppendUint64(tensors, v)
	}
	storages := slices.Concat(one, Pickle(Int(100), Str("cpu"), Global("torch", "FloatStorage"), "\x87"))
	storages = append(le.AppendUint64(storages, uint64(storage)), make([]byte, 4*storage)...)
	return Tar(
		Entry{"sys_info", Pickle("}" + Str("protocol_version") + Int(1000) + "s")},
		Entry{"pickle", pickle}, Entry{"tensors", tensors}, Entry{"storages", append(storages, Pickle("]")...)},
	)
}

// NumberedState is the pickle of the state dict of TorchTar.
func NumberedState() []byte {
	return Pickle(Call(Global("collections", "OrderedDict"), "](]("+Str("weight")+Str("200")+"Qee"))
}

// Safetensors is a file with a header and a number of bytes behind it.
func Safetensors(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

// GGUF is a file of version 3 with text metadata and no tensors.
func GGUF(keys ...string) []byte {
	b := []byte("GGUF")
	b = binary.LittleEndian.AppendUint32(b, 3)
	b = binary.LittleEndian.AppendUint64(b, 0)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(keys)/2))
	text := func(s string) {
		b = binary.LittleEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
	}
	for i := 0; i+1 < len(keys); i += 2 {
		text(keys[i])
		b = binary.LittleEndian.AppendUint32(b, 8)
		text(keys[i+1])
	}
	return b
}

// NPY is a numpy file of version 1 with a header and data.
func NPY(descr, shape, data string) []byte {
	header := fmt.Sprintf("{'descr': %s, 'fortran_order': False, 'shape': %s, }", descr, shape)
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	return append(append(b, header...), data...)
}

// field is a length-delimited field of a protocol buffer, number a varint field.
func field(n int, data ...[]byte) []byte {
	joined := bytes.Join(data, nil)
	b := binary.AppendUvarint(nil, uint64(n)<<3|2)
	return append(binary.AppendUvarint(b, uint64(len(joined))), joined...)
}

func number(n int, v uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(n)<<3), v)
}

// ONNX is a model with one node and, where a location is given, one external tensor.
func ONNX(domain, op, location string) []byte {
	node := field(1, field(1, []byte("x")), field(2, []byte("y")), field(4, []byte(op)), field(7, []byte(domain)))
	graph := [][]byte{node, field(2, []byte("g"))}
	if location != "" {
		entry := field(13, field(1, []byte("location")), field(2, []byte(location)))
		graph = append(graph, field(5, number(1, 1), number(2, 1), field(8, []byte("w")), entry, number(14, 1)))
	}
	opset := [][]byte{field(8, number(2, 17))}
	if domain != "" {
		opset = append(opset, field(8, field(1, []byte(domain)), number(2, 1)))
	}
	return bytes.Join(append([][]byte{number(1, 8), field(7, graph...)}, opset...), nil)
}

// SavedModel is a TensorFlow SavedModel whose graph has a node for each operation.
func SavedModel(ops ...string) []byte {
	var nodes [][]byte
	for i, op := range ops {
		nodes = append(nodes, field(1, field(1, fmt.Appendf(nil, "n%d", i)), field(2, []byte(op))))
	}
	meta := field(2, field(1, field(4, []byte("serve"))), field(2, nodes...))
	return append(number(1, 1), meta...)
}

// Paddle is a program of one block with operators.
func Paddle(ops ...string) []byte {
	block := [][]byte{number(1, 0), number(2, 1<<64-1)}
	for _, op := range ops {
		block = append(block, field(4, field(3, []byte(op))))
	}
	return field(1, block...)
}

// KerasConfig is the config.json of a Keras model with one layer.
func KerasConfig(module, class string, config map[string]any) []byte {
	doc := map[string]any{
		"module": "keras", "class_name": "Sequential", "registered_name": nil,
		"config": map[string]any{"name": "m", "layers": []any{
			map[string]any{"module": module, "class_name": class, "config": config, "registered_name": nil},
		}},
	}
	b, err := json.Marshal(doc)
	if err != nil {
		panic(fmt.Sprintf("encoding a table: %v", err))
	}
	return b
}

// Keras is a .keras archive with a config.json.
func Keras(config []byte) []byte {
	return Zip(Entry{"metadata.json", []byte(`{"keras_version": "3.8.0"}`)}, Entry{"config.json", config})
}

// Tar is an archive of files.
func Tar(entries ...Entry) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		err := w.WriteHeader(&tar.Header{Name: e.Name, Mode: 0o644, Size: int64(len(e.Data))})
		if err == nil {
			_, err = w.Write(e.Data)
		}
		if err != nil {
			panic(fmt.Sprintf("writing to memory: %v", err))
		}
	}
	if err := w.Close(); err != nil {
		panic(fmt.Sprintf("writing to memory: %v", err))
	}
	return b.Bytes()
}

// encrypted marks the entries of an archive as encrypted.
func encrypted(zip []byte) []byte {
	for _, header := range []struct {
		magic string
		flags int
	}{{"PK\x03\x04", 6}, {"PK\x01\x02", 8}} {
		if at := bytes.Index(zip, []byte(header.magic)); at >= 0 {
			zip[at+header.flags] |= 1
		}
	}
	return zip
}

// Skops is a skops file whose schema has one node.
func Skops(module, class, loader string) []byte {
	schema := fmt.Sprintf(`{"__class__": %q, "__module__": %q, "__loader__": %q, "__id__": 1, "content": {}, "protocol": 2}`, class, module, loader)
	return Zip(Entry{"schema.json", []byte(schema)})
}

// RDS is an R object as saveRDS writes it without compression.
func RDS(object string) []byte {
	return []byte("X\n\x00\x00\x00\x02\x00\x03\x06\x03\x00\x02\x03\x00" + object)
}
