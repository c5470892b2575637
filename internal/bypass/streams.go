package bypass

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// operands has recipes that confuse the types of operands, and that exhaust.
func operands() []Recipe {
	out := pickles("type confusion", Denied,
		[2]string{"bytes as a module, after a call", proto(4, evil4[2:len(evil4)-1], "0C\x05posix", text("system"), "\x93")},
		[2]string{"number as a name, after a call", proto(4, evil4[2:len(evil4)-1], "0", text("posix"), "K\x01\x93")},
		[2]string{"tuple as a module, after a call", proto(4, evil4[2:len(evil4)-1], "0", text("a"), "\x85", text("system"), "\x93")},
		[2]string{"dict that is none", proto(4, evil4[2:len(evil4)-1], "0]", text("a"), "K\x01s")},
	)
	out = append(out, pickles("type confusion", Warned,
		[2]string{"bytes as a module", proto(4, "C\x05posix", text("system"), "\x93")},
		[2]string{"number as a name", proto(4, text("posix"), "K\x01\x93")},
		[2]string{"call of a number", proto(2, "K\x01)R")},
		[2]string{"append to a text", proto(2, str("a"), str("b"), "a")},
	)...)
	laughs := "\x80\x02]q\x00(" + strings.Repeat("h\x00", 10) + "e0"
	for i := range byte(9) {
		laughs += "]q" + string([]byte{i + 1}) + "(" + strings.Repeat("h"+string([]byte{i}), 10) + "e0"
	}
	return append(out, pickles("exhaustion", Warned,
		[2]string{"claimed length", proto(4, "\x8e"+long(1<<62))},
		[2]string{"claimed length of text", "\x80\x02X\xff\xff\xff\xffa."},
		[2]string{"claimed length of a number", "\x80\x02\x8b\xff\xff\xff\x7f."},
		[2]string{"negative length of a number", "\x80\x02\x8b\xff\xff\xff\xff."},
		[2]string{"digits", "I" + strings.Repeat("9", 100_000) + "\n."},
		[2]string{"marks", "\x80\x02" + strings.Repeat("(", 1_100_000) + "."},
		[2]string{"line without an end", "\x80\x02c" + strings.Repeat("a", 200_000)},
		[2]string{"memo index", "\x80\x02]r\xff\xff\xff\xff."},
		[2]string{"billion laughs", laughs + "h\x09."},
		[2]string{"key that is shared tuples", "\x80\x04}(K\x00\x94" + shared(40) + "K\x01u."},
		[2]string{"deep tuples", "\x80\x02N" + strings.Repeat("\x85", 500_000) + "."},
	)...)
}

// shared is a tuple of the value before twice, and so on: hashing it takes 2^n steps.
func shared(n byte) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("h" + string([]byte{i}) + "\x86\x94")
	}
	return b.String()
}

// streams has recipes with several streams, or with streams in constants.
func streams() []Recipe {
	out := pickles("nested pickle", Denied,
		[2]string{"loads", proto(3, call("pickle", "loads", raw(evil2)))},
		[2]string{"loads of zlib", proto(3, call("pickle", "loads", call("zlib", "decompress", raw(deflate(evil2)))))},
		[2]string{"three deep", proto(3, call("_pickle", "loads", raw(proto(3, call("pickle", "loads", raw(proto(3, call("pickle", "loads", raw(evil2)))))))))},
		[2]string{"dill", proto(3, call("dill", "loads", raw(evil2)))},
		[2]string{"torch load from bytes", proto(3, call("torch.storage", "_load_from_bytes", raw(evil2)))},
	)
	out = append(out, pickles("nested pickle", Warned,
		[2]string{"inert bytes", proto(3, raw(evil2))},
		[2]string{"inert zlib", proto(3, raw(deflate(evil2)))},
		[2]string{"inert base64", proto(2, str(base64.StdEncoding.EncodeToString([]byte(evil2))))},
		[2]string{"inert hex", proto(2, str(hex.EncodeToString([]byte(evil2))))},
	)...)
	out = append(out, pickles("offset", Warned,
		[2]string{"zeros", strings.Repeat("\x00", 16) + evil2},
		[2]string{"byte order mark", "\xef\xbb\xbf" + evil2},
		[2]string{"comment", "# a model\n" + evil0},
		[2]string{"comment, protocol 2", "# a model\n" + evil2},
		[2]string{"blanks", "\r\n  " + evil0},
	)...)
	out = append(out, pickles("multi-pickle", Denied,
		[2]string{"fiftieth", strings.Repeat(good2, 50) + evil2},
		[2]string{"text behind binary", good2 + evil0},
		[2]string{"behind a gap", good2 + strings.Repeat("\x00", 100) + evil2},
		[2]string{"behind junk", good2 + "junk" + evil4},
	)...)
	out = append(out, pickles("size", Denied,
		[2]string{"a megabyte of NONE POP", "\x80\x02" + strings.Repeat("N0", 1<<19) + system + "."},
		[2]string{"two megabytes of bytes first", proto(3, raw(strings.Repeat("\x00", 2<<20)), "0", system)},
		[2]string{"two megabytes of text, no PROTO", "X\x00\x00\x20\x00" + strings.Repeat("a", 2<<20) + "0" + system + "."},
		[2]string{"a hundred thousand items", "\x80\x02](" + strings.Repeat("K\x01", 100_000) + "e0" + system + "."},
	)...)
	tensors := strings.Repeat(global("torch._utils", "_rebuild_tensor_v2")+"0"+global("collections", "OrderedDict")+"0"+global("torch", "FloatStorage")+"0", 300)
	return append(out, pickles("dilution", Denied,
		[2]string{"listed globals around", "\x80\x02" + tensors + system + "0" + tensors + "N."},
		[2]string{"unlisted call among listed", "\x80\x02" + tensors + call("acme.tools", "build", str("x")) + "0" + tensors + "N."},
	)...)
}

// deflate is a zlib stream.
func deflate(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		panic("writing to memory: " + err.Error())
	}
	if err := w.Close(); err != nil {
		panic("writing to memory: " + err.Error())
	}
	return b.String()
}
