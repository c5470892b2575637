package bypass

import (
	"strings"

	"github.com/modelgate/gate/internal/modeltest"
)

// names has recipes in which the name of a file hides what it is.
func names() []Recipe {
	var out []Recipe
	for _, name := range []string{"weights", "model/pytorch_model", "data"} {
		out = append(out, one("no extension", name+", protocol 2", name, []byte(evil2), Denied))
	}
	out = append(out, one("no extension", "protocol 0", "weights", []byte(evil0), Denied), one("no extension", "protocol 4", "weights", []byte(evil4), Denied))
	for _, name := range []string{"m.weights", "M.PKL", "m.bst", "m.model", "m.dat", "m.txt", "m.md", "m.p", "m.sav", "m.npz", "m.data", "m.pickle.bak", "m.json", "m.py"} {
		out = append(out, one("odd extension", name, name, []byte(evil2), Denied))
		out = append(out, one("odd extension", name+", protocol 0", name, []byte(evil0), Denied))
	}
	checkpoint := torchZip(evil2)
	for _, name := range []string{"m.png", "m.json", "m.safetensors", "m.gguf", "m.onnx"} {
		out = append(out, one("type mismatch", "checkpoint as "+name, name, checkpoint, Denied))
		out = append(out, one("type mismatch", "pickle as "+name, name, []byte(evil4), Denied))
	}
	return append(out, one("type mismatch", "benign checkpoint as safetensors", "m.safetensors", modeltest.TorchZip(modeltest.StateDict(4), 16), Denied))
}

// zips has recipes in which two readers of an archive see different files, or none.
func zips() []Recipe {
	var out []Recipe
	add := func(technique, name string, want Verdict, data string) {
		out = append(out, one(technique, name, "model.pt", []byte(data), want))
	}
	evil := member{name: "archive/data.pkl", data: evil2}
	with := func(change func(*member)) string {
		m := evil
		change(&m)
		return zipOf(m, member{name: "archive/version", data: "3\n"})
	}
	add("torch zip", "stored", Denied, zipOf(evil))
	add("torch zip", "deflated", Denied, with(func(m *member) { m.deflated = true }))
	add("torch zip", "protocol 0", Denied, zipOf(member{name: "archive/data.pkl", data: evil0}))
	add("torch zip", "deep root", Denied, zipOf(member{name: "a/b/data.pkl", data: evil2}))
	add("torch zip", "evil constants", Denied, string(torchZip(good2, member{name: "archive/constants.pkl", data: evil2})))
	for _, f := range []struct {
		name string
		flag uint16
	}{{"0x1", 1}, {"0x20", 0x20}, {"0x40", 0x40}, {"0x2000", 0x2000}} {
		add("flag bits", f.name+" in both", Denied, with(func(m *member) { m.flags = f.flag }))
		add("flag bits", f.name+" in the local header", Denied, with(func(m *member) { m.localFlags = f.flag }))
	}
	add("wrong CRC", "in both", Denied, with(func(m *member) { m.crc, m.localCRC = 1, 1 }))
	add("wrong CRC", "in the directory", Denied, with(func(m *member) { m.crc = 1 }))
	add("wrong CRC", "in the local header", Denied, with(func(m *member) { m.localCRC = 1 }))
	add("name mismatch", "harmless in the directory", Denied, zipOf(member{name: "archive/note.txt", local: "archive/data.pkl", data: evil2}, member{name: "archive/version", data: "3"}))
	add("name mismatch", "harmless in the local header", Denied, with(func(m *member) { m.local = "archive/note.txx" }))
	add("name mismatch", "benign", Denied, zipOf(member{name: "archive/data.pkl", local: "archive/DATA.pk2", data: good2}))
	add("duplicates", "evil first", Denied, zipOf(evil, member{name: "archive/data.pkl", data: good2}))
	add("duplicates", "evil last", Denied, zipOf(member{name: "archive/data.pkl", data: good2}, evil))
	add("duplicates", "by case", Denied, zipOf(member{name: "archive/data.pkl", data: good2}, member{name: "archive/DATA.PKL", data: evil2}))
	add("duplicates", "cut by a NUL", Denied, zipOf(member{name: "archive/data.pkl", data: good2}, member{name: "archive/data.pkl\x00.txt", data: evil2}))
	add("duplicates", "both benign", Denied, zipOf(member{name: "archive/data.pkl", data: good2}, member{name: "archive/data.pkl", data: good2 + good2}))
	add("member names", "config.p", Denied, string(checkpoint(member{name: "archive/config.p", data: evil2})))
	add("member names", "protocol 0 in a text", Denied, string(checkpoint(member{name: "archive/notes.txt", data: evil0})))
	add("member names", "two roots", Denied, zipOf(member{name: "a/data.pkl", data: good2}, member{name: "b/data.pkl", data: evil2}))
	add("member names", "two roots, benign", Denied, zipOf(member{name: "a/data.pkl", data: good2}, member{name: "b/data.pkl", data: good2}))
	add("hidden record", "pickle as a storage that nothing names", Warned, string(checkpoint(member{name: "archive/data/7", data: evil2})))
	state := modeltest.Pickle("}" + modeltest.Str("w") + modeltest.Tensor("0", len(evil4)/4) + "s")
	hidden := evil4[:len(evil4)-1] + strings.Repeat("0N", 40)
	add("hidden record", "pickle as a storage that fits", Warned, zipOf(member{name: "archive/data.pkl", data: string(state)},
		member{name: "archive/data/0", data: (hidden + ".")[:len(evil4)/4*4-1] + "."}, member{name: "archive/version", data: "3\n"}))
	add("hidden record", "local header only", Denied, string(checkpoint(member{name: "archive/extra.pkl", data: evil2, hidden: true})))
	out = append(out, polyglots()...)
	return append(out, odd()...)
}

// polyglots has archives that are something else, too.
func polyglots() []Recipe {
	var out []Recipe
	add := func(name string, want Verdict, data string) {
		out = append(out, one("polyglot", name, "model.pt", []byte(data), want))
	}
	good := member{name: "archive/data.pkl", data: good2}
	add("pickle in front", Denied, zipBehind(evil2, "", good))
	add("benign pickle in front", Denied, zipBehind(good2, "", good))
	add("text pickle in front", Denied, zipBehind(evil0, "", good))
	add("pickle behind", Denied, zipOf(good)+evil2)
	add("pickle as a comment", Denied, zipBehind("", evil2, good))
	add("pickle between", Denied, strings.Replace(zipOf(good, member{name: "archive/version", data: "3"}), "PK\x01\x02", evil2+"PK\x01\x02", 1))
	add("image in front", Warned, zipBehind("GIF89a\x01\x00\x01\x00\x00\x00\x00;", "", good))
	add("program in front", Warned, zipBehind("\x7fELF\x02\x01\x01"+strings.Repeat("\x00", 57), "", good))
	add("comment", Warned, zipBehind("", "made by nobody in particular", good))
	add("suffix", Warned, zipOf(good)+strings.Repeat("x", 100))
	return out
}

// odd has archives that are cut off or use what few readers do.
func odd() []Recipe {
	var out []Recipe
	add := func(technique, name string, want Verdict, data string) {
		out = append(out, one(technique, name, "model.pt", []byte(data), want))
	}
	evil := member{name: "archive/data.pkl", data: evil2}
	with := func(change func(*member)) string {
		m := evil
		change(&m)
		return zipOf(m, member{name: "archive/version", data: "3\n"})
	}
	whole := zipOf(evil)
	add("truncated", "no end record", Denied, whole[:strings.Index(whole, "PK\x05\x06")])
	add("truncated", "no directory", Denied, whole[:strings.Index(whole, "PK\x01\x02")])
	add("truncated", "end record far in front", Denied, whole+strings.Repeat("\x00", 70_000))
	benign := zipOf(member{name: "archive/data.pkl", data: good2})
	add("truncated", "benign", Warned, benign[:strings.Index(benign, "PK\x01\x02")])
	add("version and method", "version 63", Denied, with(func(m *member) { m.version = 63 }))
	add("version and method", "version 99", Denied, with(func(m *member) { m.version = 99 }))
	add("version and method", "disk 9", Denied, with(func(m *member) { m.disk = 9 }))
	add("version and method", "folder by its attribute", Denied, string(checkpoint(member{name: "archive/more.pkl", data: good2, attributes: 0x10})))
	add("version and method", "bytes behind deflated data", Denied, Deflated("archive/data.pkl", deflated(good2)+evil2, uint32(len(good2))))
	add("version and method", "method 99 over stored bytes", Denied, with(func(m *member) { m.method = 99 }))
	add("version and method", "unknown method", Warned, zipOf(member{name: "archive/data.pkl", data: "\x01\x02\x03\x04", method: 97}))
	add("version and method", "UTF-8 flag and invalid name", Denied, zipOf(evil, member{name: "archive/\xff\xfe", data: "x", flags: 0x800}))
	add("version and method", "overlong extra field", Denied, with(func(m *member) { m.extra = "\xfe\xca\xff\x00ab" }))
	add("encrypted", "flag on all", Warned, zipOf(member{name: "archive/data.pkl", data: "\x9f\x11\x42\x77\xe0\x01\x5c", flags: 1}))
	inner := evil2
	for range 5 {
		inner = zipOf(member{name: "inner.zip", data: inner})
	}
	add("nested archives", "five deep", Denied, inner)
	add("nested archives", "tar in gzip in zip", Denied, zipOf(member{name: "a.tgz", data: gzipped(string(modeltest.Tar(modeltest.Entry{Name: "m.pkl", Data: []byte(evil2)})))}))
	add("nested archives", "gzip in gzip", Denied, gzipped(gzipped(evil2)))
	deep := good2
	for range 12 {
		deep = zipOf(member{name: "inner.zip", data: deep})
	}
	add("nested archives", "deeper than the limit", Warned, deep)
	add("bombs", "zip", Warned, zipOf(member{name: "archive/data/0", data: strings.Repeat("\x00", 64<<20), deflated: true}))
	add("bombs", "gzip", Warned, gzipped(strings.Repeat("\x00", 64<<20)))
	for _, name := range []string{"../../evil", "/etc/evil", `..\..\evil`, `C:\evil`, "a/../../evil", "a\x00b"} {
		add("traversal", "zip "+strings.ReplaceAll(name, "\x00", " NUL "), Denied, zipOf(member{name: name, data: "x"}))
	}
	add("traversal", "zip link outwards", Denied, zipOf(member{name: "link", data: "../../etc", attributes: 0o120777 << 16}))
	return append(out, one("traversal", "zip device", "model.zip", []byte(zipOf(member{name: "dev", data: "", attributes: 0o020666 << 16})), Denied))
}
