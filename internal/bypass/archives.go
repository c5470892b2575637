package bypass

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"github.com/modelgate/gate/internal/modeltest"
)

// archives has recipes in other containers than zip, and in compressed streams.
func archives() []Recipe {
	var out []Recipe
	add := func(technique, name, path string, want Verdict, data string) {
		out = append(out, one(technique, name, path, []byte(data), want))
	}
	pickle := modeltest.Entry{Name: "m.pkl", Data: []byte(evil2)}
	tarred := string(modeltest.Tar(modeltest.Entry{Name: "readme", Data: []byte("hello")}, pickle))
	add("7z", "copied", "m.7z", Denied, sevenZip("m.pkl", evil2))
	add("7z", "as a checkpoint", "model.pt", Denied, sevenZip("data.pkl", evil2))
	add("7z", "without an extension", "weights", Denied, sevenZip("data.pkl", evil2))
	add("7z", "header cut off", "m.7z", Warned, sevenZip("m.pkl", evil2)[:40])
	add("tar", "plain", "m.tar", Denied, tarred)
	add("tar", "as a checkpoint", "model.bin", Denied, tarred)
	add("tar", "behind the end", "m.tar", Denied, string(modeltest.Tar(modeltest.Entry{Name: "readme", Data: []byte("hello")}))+tarred)
	for _, c := range codecs {
		add("tar", c.name, "m.tar."+c.name, Denied, c.write(tarred))
		add("compressed pickle", c.name, "m.pkl."+c.name, Denied, c.write(evil2))
		add("compressed pickle", c.name+" as pkl", "m.pkl", Denied, c.write(evil2))
		add("joblib codecs", c.name, "m.joblib", Denied, c.write(evil4))
	}
	add("compressed pickle", "bz2", "m.pkl.bz2", Denied, bzipped)
	add("joblib codecs", "bz2", "m.joblib", Denied, bzipped)
	add("joblib codecs", "ZF", "m.joblib", Denied, zf(evil2, ""))
	add("joblib codecs", "ZF with a blank", "m.joblib", Denied, zf(evil2, " "))
	add("joblib codecs", "two members", "m.joblib", Denied, gzipped(good2)+gzipped(evil2))
	add("joblib codecs", "a pickle cut by members", "m.joblib", Denied, gzipped(evil2[:10])+gzipped(evil2[10:]))
	add("joblib codecs", "junk behind", "m.joblib", Denied, gzipped(good2)+evil2)
	add("joblib codecs", "empty first member of xz", "m.joblib", Denied, codecs[1].write("")+codecs[1].write(evil2))
	add("joblib codecs", "skipped frame of zstd", "m.joblib", Denied, "\x50\x2a\x4d\x18\x04\x00\x00\x00none"+codecs[3].write(evil2))
	add("joblib codecs", "skipped frame of lz4", "m.joblib", Denied, "\x50\x2a\x4d\x18\x04\x00\x00\x00none"+codecs[4].write(evil2))
	add("joblib codecs", "pickle in a skipped frame", "m.joblib", Warned,
		"\x50\x2a\x4d\x18"+string(binary.LittleEndian.AppendUint32(nil, uint32(len(evil2))))+evil2+codecs[3].write(good2))
	add("joblib codecs", "cut off", "m.joblib", Denied, codecs[2].write(evil2 + "a tail of many letters, so that the cut is behind the call")[:70])
	for _, h := range []struct {
		name string
		tar.Header
	}{
		{"dots", tar.Header{Name: "../../evil"}},
		{"absolute", tar.Header{Name: "/etc/evil"}},
		{"symbolic link", tar.Header{Name: "a", Linkname: "../../etc", Typeflag: tar.TypeSymlink}},
		{"absolute link", tar.Header{Name: "a", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink}},
		{"hard link", tar.Header{Name: "a", Linkname: "../../etc/passwd", Typeflag: tar.TypeLink}},
		{"device", tar.Header{Name: "a", Typeflag: tar.TypeChar}},
		{"name in a PAX record", tar.Header{Name: "../" + strings.Repeat("a", 120), Format: tar.FormatPAX}},
	} {
		add("traversal", "tar "+h.name, "m.tar", Denied, tarOf(h.Header))
	}
	return out
}

var codecs = []struct {
	name  string
	write func(string) string
}{
	{"gz", gzipped},
	{"xz", func(s string) string {
		return through(s, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) })
	}},
	{"z", deflate},
	{"zst", func(s string) string {
		return through(s, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
	}},
	{"lz4", func(s string) string {
		return through(s, func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil })
	}},
	{"lzma", func(s string) string {
		return through(s, func(w io.Writer) (io.WriteCloser, error) { return lzma.NewWriter(w) })
	}},
}

func gzipped(s string) string {
	return through(s, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
}

func through(s string, open func(io.Writer) (io.WriteCloser, error)) string {
	var b bytes.Buffer
	w, err := open(&b)
	if err == nil {
		_, err = io.WriteString(w, s)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("writing to memory: " + err.Error())
	}
	return b.String()
}

// zf is a file of old joblib: ZF, a length in 19 characters, a zlib stream.
func zf(s, blank string) string {
	return fmt.Sprintf("ZF%-19s%s", fmt.Sprintf("%#x", len(s)), blank) + deflate(s)
}

func tarOf(h tar.Header) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	h.Mode = 0o644
	err := w.WriteHeader(&h)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("writing to memory: " + err.Error())
	}
	return b.String()
}

// sevenZip is an archive of one file that is copied, not compressed.
func sevenZip(name, data string) string {
	utf16 := ""
	for _, c := range name + "\x00" {
		utf16 += string([]byte{byte(c), 0})
	}
	size := string([]byte{byte(len(data))})
	header := "\x01" + "\x04" + // header, streams
		"\x06\x00\x01\x09" + size + "\x00" + // packed: at 0, one stream, its size
		"\x07\x0b\x01\x00\x01\x01\x00\x0c" + size + "\x00" + // one folder, one coder: copy
		"\x08\x00" + "\x00" + // no substreams
		"\x05\x01\x11" + string([]byte{byte(len(utf16) + 1)}) + "\x00" + utf16 + "\x00\x00"
	le := binary.LittleEndian
	start := le.AppendUint64(nil, uint64(len(data)))
	start = le.AppendUint64(start, uint64(len(header)))
	start = le.AppendUint32(start, crc32.ChecksumIEEE([]byte(header)))
	b := []byte("7z\xbc\xaf\x27\x1c\x00\x04")
	b = le.AppendUint32(b, crc32.ChecksumIEEE(start))
	return string(append(b, start...)) + data + header
}

// bzipped is a pickle in a bzip2 stream, which no library here writes.
const bzipped = "\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\x06\xca\x6f\xcc\x00\x00\x0d\x53\xc0\x54\x10\x00\x01\x10\x40\x0a\x22\xde\x60\x42\x00\x20\x00\x22\x80\x69\xa6\x83\x4c\xd4\x28\x1a\x68\x64\x64" +
	"\xc4\x9c\xa0\xe4\x8c\x60\xcd\x9d\xfa\xcb\x66\x06\x4a\x05\x02\x7c\x5d\xc9\x14\xe1\x42\x40\x1b\x29\xbf\x30"
