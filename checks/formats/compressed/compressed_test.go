package compressed_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/compressed"
	"github.com/modelgate/gate/internal/archive"
	"github.com/modelgate/gate/internal/checktest"
)

const text = "hello bzip2"

// bzip2Data is text, since there is no writer.
const bzip2Data = "425a6839314159265359555a44f70000021980400010001264c0102000220069ea100305d3b62183c5dc914e14241556913dc0"

func pack(t testing.TB, name, s string) []byte {
	t.Helper()
	var buf bytes.Buffer
	var w io.WriteCloser
	var err error
	switch name {
	case "gzip":
		w = gzip.NewWriter(&buf)
	case "zlib":
		w = zlib.NewWriter(&buf)
	case "xz":
		w, err = xz.NewWriter(&buf)
	case "lzma":
		w, err = lzma.NewWriter(&buf)
	case "zstd":
		w, err = zstd.NewWriter(&buf)
	case "lz4":
		w = lz4.NewWriter(&buf)
	case "lz4 legacy":
		l := lz4.NewWriter(&buf)
		err = l.Apply(lz4.LegacyOption(true))
		w = l
	case "ZF":
		fmt.Fprintf(&buf, "ZF%-19s", fmt.Sprintf("%#x", len(s)))
		w = zlib.NewWriter(&buf)
	case "bzip2":
		data, err := hex.DecodeString(bzip2Data)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

var all = []string{"gzip", "bzip2", "xz", "zstd", "lz4", "lz4 legacy", "lzma", "zlib", "ZF"}

func TestWhole(t *testing.T) {
	for _, name := range all {
		data := pack(t, name, text)
		if !checktest.Wants(compressed.Inspector{}, "m", data) {
			t.Errorf("%s: not wanted", name)
			continue
		}
		r := checktest.Inspect(t, compressed.Inspector{}, "m", data)
		if len(r.Children) != 1 || string(r.Children[0].Data) != text || r.State != gate.Verified || len(r.Evidence) != 0 {
			t.Errorf("%s: %s %s %s", name, r.State, checktest.JSON(r.Children), checktest.JSON(r.Evidence))
		}
	}
}

func TestMembersAndSuffix(t *testing.T) {
	for _, name := range []string{"gzip", "bzip2", "xz", "zstd", "lz4", "zlib"} {
		data := slices.Concat(pack(t, name, text), pack(t, name, text), []byte("\x80\x04K\x01."))
		r := checktest.Inspect(t, compressed.Inspector{}, "m", data)
		if len(r.Children) != 2 || string(r.Children[0].Data) != text+text || string(r.Children[1].Data) != "\x80\x04K\x01." {
			t.Errorf("%s: %s", name, checktest.JSON(r))
			continue
		}
		if a := checktest.Of[archive.Anomaly](r, archive.KindAnomaly); len(a) != 1 || a[0].Problem != "suffix" || r.State != gate.Unproven {
			t.Errorf("%s: %v %s", name, a, r.State)
		}
	}
}

func TestFirstStreamEmpty(t *testing.T) {
	for _, name := range []string{"gzip", "xz", "zstd", "lz4", "zlib"} {
		r := checktest.Inspect(t, compressed.Inspector{}, "m", slices.Concat(pack(t, name, ""), pack(t, name, text)))
		if len(r.Children) != 1 || string(r.Children[0].Data) != text {
			t.Errorf("%s: %s", name, checktest.JSON(r))
		}
	}
}

func TestSkippableFrames(t *testing.T) {
	skip := []byte{0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a', 'b', 'c'}
	for _, name := range []string{"zstd", "lz4"} {
		r := checktest.Inspect(t, compressed.Inspector{}, "m", slices.Concat(skip, pack(t, name, text), skip))
		if len(r.Children) != 1 || string(r.Children[0].Data) != text {
			t.Errorf("%s: %s", name, checktest.JSON(r))
		}
	}
}

// TestCut holds that what is there is handed back, since a loader has read it by then.
func TestCut(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 1<<14)
	for _, name := range []string{"gzip", "xz", "zstd", "lz4", "lzma", "zlib", "ZF"} {
		data := pack(t, name, long)
		r := checktest.Inspect(t, compressed.Inspector{}, "m", data[:len(data)-3])
		if len(checktest.Of[gate.Malformed](r, archive.KindMalformed)) != 1 || r.State != gate.Unread {
			t.Errorf("%s: %s %s", name, r.State, checktest.JSON(r.Evidence))
		}
		if len(r.Children) != 1 || !strings.HasPrefix(long, string(r.Children[0].Data)) {
			t.Errorf("%s: %d children", name, len(r.Children))
		}
	}
}

func TestTooMuchMemory(t *testing.T) {
	old := pack(t, "lzma", text)
	binary.LittleEndian.PutUint32(old[1:], 1<<31)
	window := pack(t, "xz", text)
	window[16] = 39 // a dictionary of 3 GiB
	for name, data := range map[string][]byte{"lzma": old, "xz": window} {
		r := checktest.Inspect(t, compressed.Inspector{}, "m", data)
		if i := checktest.Of[gate.Incomplete](r, gate.KindIncomplete); len(i) != 1 || i[0].Budget != "memory" {
			t.Errorf("%s: %s", name, checktest.JSON(r.Evidence))
		}
	}
}

func TestNotWanted(t *testing.T) {
	for _, s := range []string{"", "x^2 + y^2 = z^2, says the teacher", "BZh9 is the magic", "]\x00\x00\x80\x00", "x\x9c", "ZF", "text"} {
		if checktest.Wants(compressed.Inspector{}, "m.gz", []byte(s)) {
			t.Errorf("%q is wanted", s)
		}
	}
}

func TestNames(t *testing.T) {
	for path, want := range map[string]string{
		"a/model.pkl.gz": "model.pkl", "model.gz": "model", "m.tgz": "m.tar", "a.zip!b/c.GZ": "c", "m.joblib": "m.joblib", ".gz": ".gz",
	} {
		r := checktest.Inspect(t, compressed.Inspector{}, path, pack(t, "gzip", text))
		if r.Children[0].Name != want {
			t.Errorf("%s: got %q, want %q", path, r.Children[0].Name, want)
		}
	}
}

func FuzzInspect(f *testing.F) {
	var seeds [][]byte
	for _, name := range all {
		seeds = append(seeds, pack(f, name, text))
	}
	checktest.FuzzInspect(f, compressed.Inspector{}, "m", seeds...)
}
