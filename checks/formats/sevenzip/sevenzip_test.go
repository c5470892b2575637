package sevenzip_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"
	"unicode/utf16"

	"github.com/ulikunitz/xz/lzma"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/sevenzip"
	"github.com/modelgate/gate/internal/archive"
	"github.com/modelgate/gate/internal/checktest"
)

// build writes an archive of one file, stored, below 128 bytes each of name and data.
// The attributes are those of Windows with the mode of Unix in their upper half.
func build(name, data string, attributes uint32) []byte {
	le := binary.LittleEndian
	h := []byte{0x01, 0x04, 0x06, 0, 1, 0x09, byte(len(data)), 0, 0x07, 0x0b, 1, 0, 1, 0x01, 0, 0x0c, byte(len(data)), 0}
	h = append(h, 0x08, 0x0a, 1)
	h = le.AppendUint32(h, crc32.ChecksumIEEE([]byte(data)))
	h = append(h, 0, 0, 0x05, 1)
	var wide []byte
	for _, u := range utf16.Encode([]rune(name + "\x00")) {
		wide = le.AppendUint16(wide, u)
	}
	h = append(append(h, 0x11, byte(len(wide)+1), 0), wide...)
	h = append(h, 0x15, 6, 1, 0)
	h = append(le.AppendUint32(h, attributes), 0, 0)
	return wrap(data, h)
}

// wrap writes the start record, packed data and the header.
func wrap(packed string, header []byte) []byte {
	le := binary.LittleEndian
	start := le.AppendUint64(nil, uint64(len(packed)))
	start = le.AppendUint64(start, uint64(len(header)))
	start = le.AppendUint32(start, crc32.ChecksumIEEE(header))
	out := append([]byte("7z\xbc\xaf\x27\x1c\x00\x04"), le.AppendUint32(nil, crc32.ChecksumIEEE(start))...)
	return slices.Concat(out, start, []byte(packed), header)
}

// packed writes an archive whose header is packed by LZMA.
func packed(t testing.TB, data []byte) []byte {
	t.Helper()
	le := binary.LittleEndian
	n := int(le.Uint64(data[12:]))
	body, header := data[32:32+n], data[32+n:]
	var buf bytes.Buffer
	w, err := lzma.WriterConfig{SizeInHeader: true, Size: int64(len(header)), DictCap: 1 << 16}.NewWriter(&buf)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(header)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	small := buf.Bytes()
	h := []byte{0x17, 0x06, byte(n), 1, 0x09, 0x80 | byte(len(small)>>8), byte(len(small)), 0, 0x07, 0x0b, 1, 0, 1, 0x23, 3, 1, 1, 5}
	h = append(h, small[:5]...)
	h = append(h, 0x0c, 0x80|byte(len(header)>>8), byte(len(header)), 0, 0)
	h[5], h[6] = 0x80|byte((len(small)-13)>>8), byte(len(small)-13)
	return wrap(string(body)+string(small[13:]), h)
}

func TestEntry(t *testing.T) {
	data := build("m/data.pkl", "\x80\x02N.", 0x20)
	for name, d := range map[string][]byte{"plain": data, "packed header": packed(t, data)} {
		if !checktest.Wants(sevenzip.Inspector{}, "m.pt", d) {
			t.Fatalf("%s: not wanted", name)
		}
		r := checktest.Inspect(t, sevenzip.Inspector{}, "m.pt", d)
		if len(r.Children) != 1 || r.Children[0].Name != "m/data.pkl" || string(r.Children[0].Data) != "\x80\x02N." || r.State != gate.Verified || len(r.Evidence) != 0 {
			t.Errorf("%s: %s %s", name, r.State, checktest.JSON(r))
		}
	}
}

func TestEntries(t *testing.T) {
	const unix, link, device = 0x8000, 0o120777 << 16, 0o020666 << 16
	tests := []struct {
		name, data string
		attributes uint32
		want       string
	}{
		{"a", "x", 0x20, ""},
		{"../a", "x", 0x20, "parent"},
		{"/a", "x", 0x20, "absolute"},
		{"a", "/etc/passwd", unix | link, "link"},
		{"d/a", "../b", unix | link, ""},
		{"a", "x", unix | device, "device"},
	}
	for _, tt := range tests {
		r := checktest.Inspect(t, sevenzip.Inspector{}, "m.7z", build(tt.name, tt.data, tt.attributes))
		got := ""
		for _, e := range checktest.Of[archive.Entry](r, archive.KindEntry) {
			got += e.Problem
		}
		if got != tt.want {
			t.Errorf("%q to %q: got %q, want %q: %s", tt.name, tt.data, got, tt.want, checktest.JSON(r.Evidence))
		}
	}
}

// header returns data with the header changed and its checksums made right.
func header(data []byte, change func(h []byte) []byte) []byte {
	n := int(binary.LittleEndian.Uint64(data[12:]))
	return wrap(string(data[32:32+n]), change(bytes.Clone(data[32+n:])))
}

func TestDamage(t *testing.T) {
	data := build("a", "text", 0x20)
	at := func(i int, c ...byte) func([]byte) []byte {
		return func(h []byte) []byte { return slices.Concat(h[:i], c, h[i+1:]) }
	}
	broken := bytes.Clone(data)
	broken[12] ^= 1
	crc := header(data, func(h []byte) []byte { h[21] ^= 1; return h })
	many := []byte{0xf0, 0xff, 0xff, 0xff, 0xff}
	tests := []struct {
		name string
		data []byte
		kind gate.Kind
	}{
		{"start record", broken, archive.KindMalformed},
		{"cut", data[:len(data)-1], archive.KindMalformed},
		{"nothing", data[:6], archive.KindMalformed},
		{"first byte", header(data, at(0, 9)), archive.KindMalformed},
		{"folders", header(data, at(10, many...)), gate.KindIncomplete},
		{"packed streams", header(data, at(4, many...)), gate.KindIncomplete},
		{"coders", header(data, at(12, 200)), gate.KindIncomplete},
		{"method", header(data, at(14, 77)), gate.KindIncomplete},
		{"dictionary", header(data, func(h []byte) []byte {
			return slices.Concat(h[:13], []byte{0x23, 3, 1, 1, 5, 0x5d, 0, 0, 0, 0x80}, h[15:])
		}), gate.KindIncomplete},
		{"files", header(data, at(28, many...)), gate.KindIncomplete},
		{"checksum", crc, archive.KindAnomaly},
	}
	for _, tt := range tests {
		r := checktest.Inspect(t, sevenzip.Inspector{}, "m.7z", tt.data)
		if kinds := r.Kinds(); len(kinds) != 1 || kinds[0] != tt.kind || r.State == gate.Verified {
			t.Errorf("%s: want %s: %s %s", tt.name, tt.kind, r.State, checktest.JSON(r.Evidence))
		}
	}
}

func TestSuffix(t *testing.T) {
	r := checktest.Inspect(t, sevenzip.Inspector{}, "m.7z", append(build("a", "text", 0x20), "\x80\x02N."...))
	if len(r.Children) != 2 || string(r.Children[1].Data) != "\x80\x02N." || r.State != gate.Unproven {
		t.Errorf("%s %s", r.State, checktest.JSON(r))
	}
}

func TestNotWanted(t *testing.T) {
	if checktest.Wants(sevenzip.Inspector{}, "m.7z", []byte("7z is a format")) {
		t.Error("wanted")
	}
}

func FuzzInspect(f *testing.F) {
	data := build("a", "text", 0x20)
	f.Add(data)
	// The checksums are made right, else nothing behind them would be reached.
	f.Fuzz(func(t *testing.T, d []byte) {
		if len(d) < 33 {
			return
		}
		n := min(int(d[0]), len(d)-32)
		r := checktest.Inspect(t, sevenzip.Inspector{}, "m.7z", wrap(string(d[32:32+n]), d[32+n:]))
		if len(r.Evidence) == 0 && r.FormatName == "" {
			t.Error("silent")
		}
	})
}
