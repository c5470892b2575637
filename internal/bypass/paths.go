package bypass

import (
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/modelgate/gate/internal/modeltest"
)

// paths has recipes in files that few think of as models, and contradictions between
// what files say.
func paths() []Recipe {
	var out []Recipe
	add := func(technique, name, path string, want Verdict, data string) {
		out = append(out, one(technique, name, path, []byte(data), want))
	}
	add("loading paths", "metadata of a distributed checkpoint", ".metadata", Denied, evil4)
	add("loading paths", "part of a distributed checkpoint", "__0_0.distcp", Denied, string(torchZip(evil2)))
	add("loading paths", "parts of a distributed checkpoint, one behind the other", "__0_0.distcp", Denied, string(torchZip(good2))+string(torchZip(evil2)))
	add("loading paths", "vector index", "index.pkl", Denied, evil4)
	add("loading paths", "sibling of old joblib", "m.joblib_01.npy", Denied, string(modeltest.NPY("'|O'", "(1,)", evil2)))
	add("loading paths", "sibling of old joblib, compressed", "m.joblib_01.npy.z", Denied, deflate(evil2))
	add("loading paths", "pickled string in HDF5", "frame.h5", Denied, hdf5(attribute("TITLE", evil2)))
	add("loading paths", "random state of a trainer", "rng_state_0.pth", Denied, evil2)
	add("loading paths", "scheduler", "scheduler.pt", Denied, string(torchZip(evil2)))
	add("loading paths", "protocol 0 under another name", "notes.txt", Denied, evil0)
	add("loading paths", "protocol 0 behind a comment", "weights.bin", Denied, "# weights\n"+evil0)
	add("loading paths", "protocol 0 by MARK and INST", "weights.bin", Denied, "(S'true'\niposix\nsystem\n.")
	good := member{name: "archive/data.pkl", data: good2}
	evil := member{name: "archive/extra.pkl", data: evil2}
	add("readers that raise", "invalid UTF-8 in another name", "m.pt", Denied, zipOf(good, evil, member{name: "archive/\xff", data: "x", flags: 0x800}))
	add("readers that raise", "patched data", "m.pt", Denied, zipOf(good, evil, member{name: "archive/x", data: "x", flags: 0x20}))
	add("readers that raise", "strong encryption", "m.pt", Denied, zipOf(good, evil, member{name: "archive/x", data: "x", flags: 0x40}))
	add("readers that raise", "version needed", "m.pt", Denied, zipOf(good, evil, member{name: "archive/x", data: "x", version: 99}))
	add("readers that raise", "another name in the local header", "m.pt", Denied, zipOf(good, evil, member{name: "archive/x", local: "archive/y", data: "x"}))
	add("readers that raise", "directory that is broken", "m.pt", Denied, strings.Replace(zipOf(good, evil), "PK\x01\x02", "PK\x01\x03", 1))
	return append(append(out, layout()...), configs()...)
}

func layout() []Recipe {
	var out []Recipe
	add := func(technique, name, path string, want Verdict, data []byte) {
		out = append(out, one(technique, name, path, data, want))
	}
	little := func(tensors, pairs uint64) *gguf {
		return newGGUF(binary.LittleEndian, 3, tensors, pairs).pair("general.architecture", "llama")
	}
	add("GGUF layout", "overlap", "m.gguf", Denied, little(2, 1).tensor("a", 0, 0, 16).tensor("b", 0, 32, 16).data(128))
	add("GGUF layout", "gap", "m.gguf", Denied, little(2, 1).tensor("a", 0, 0, 8).tensor("b", 0, 64, 8).data(96))
	add("GGUF layout", "bytes behind", "m.gguf", Denied, little(1, 1).tensor("a", 0, 0, 8).data(256))
	add("GGUF layout", "pickle behind", "m.gguf", Denied, append(little(1, 1).tensor("a", 0, 0, 8).data(32), evil2...))
	add("GGUF layout", "cut off (7482)", "m.gguf", Warned, little(1, 1).tensor("a", 0, 0, 8).data(10))
	add("metadata payload", "program", "m.gguf", Denied, little(0, 2).pair("general.description", "x"+elf).b)
	add("metadata payload", "archive", "m.gguf", Denied, little(0, 2).pair("general.description", "x"+zipOf(member{name: "a", data: "x"})).b)
	add("metadata payload", "base64 of a program", "m.gguf", Denied, little(0, 2).pair("general.description", base64.StdEncoding.EncodeToString([]byte(elf+strings.Repeat(zeros, 20)))).b)
	add("metadata payload", "in an array", "m.gguf", Denied, little(0, 2).text("tokenizer.tokens").u32(9).u32(8).u64(1).text("#!/bin/sh\ntrue\n"+strings.Repeat("#", 80)).b)
	add("quantisation name", "Q8_0 without one", "model-Q8_0.gguf", Denied, little(1, 1).tensor("a", 0, 0, 8).data(32))
	return out
}

func configs() []Recipe {
	tensor := func(name string) []byte {
		return modeltest.Safetensors(`{"`+name+`":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`, 16)
	}
	folder := func(technique, name string, want Verdict, files ...modeltest.Entry) Recipe {
		return Recipe{Technique: technique, Name: name, Files: files, Want: want}
	}
	index := func(text string) modeltest.Entry {
		return modeltest.Entry{Name: "model.safetensors.index.json", Data: []byte(text)}
	}
	shard := modeltest.Entry{Name: "model-00001-of-00001.safetensors", Data: tensor("a")}
	return []Recipe{
		folder("index and shards", "tensor that no shard has", Denied, shard, index(`{"metadata":{},"weight_map":{"a":"model-00001-of-00001.safetensors","b":"model-00001-of-00001.safetensors"}}`)),
		folder("index and shards", "tensor that the index does not name", Denied, shard, index(`{"metadata":{},"weight_map":{}}`)),
		folder("index and shards", "missing shard", Warned, shard, index(`{"metadata":{},"weight_map":{"a":"model-00001-of-00001.safetensors","b":"model-00002-of-00002.safetensors"}}`)),
		folder("index and shards", "agree", Clean, shard, index(`{"metadata":{},"weight_map":{"a":"model-00001-of-00001.safetensors"}}`)),
		folder("config and weights", "fewer rows than the vocabulary", Denied,
			modeltest.Entry{Name: "model.safetensors", Data: modeltest.Safetensors(`{"model.embed_tokens.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}`, 16)},
			modeltest.Entry{Name: "config.json", Data: []byte(`{"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":2,"vocab_size":32000,"num_hidden_layers":1}`)}),
	}
}
