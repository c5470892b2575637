package torchzip_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/torchzip"
	"github.com/modelgate/gate/internal/archive"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/pickle"
)

// build writes an archive of names and texts in turn; a name that begins with "~" is
// deflated.
func build(t testing.TB, files ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i < len(files); i += 2 {
		name, deflated := strings.CutPrefix(files[i], "~")
		method := zip.Store
		if deflated {
			method = zip.Deflate
		}
		e, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(e, files[i+1])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// tensor is the opcodes of a tensor of size elements over a storage of numel.
func tensor(class, key string, numel, size byte) string {
	return "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\n" + class + "\nX\x01\x00\x00\x00" + key +
		"X\x03\x00\x00\x00cpuK" + string(numel) + "tQK\x00K" + string(size) + "\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR"
}

func list(values ...string) string { return "\x80\x02](" + strings.Join(values, "") + "e." }

var (
	pkl  = list(tensor("FloatStorage", "0", 2, 2))
	evil = "\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R."
)

const eight = "12345678"

func inspect(t testing.TB, files ...string) *checktest.Record {
	t.Helper()
	return checktest.Inspect(t, torchzip.Inspector{}, "m.pt", build(t, files...))
}

// told sums up what was found wrong.
func told(r *checktest.Record) []string {
	var words []string
	for _, e := range r.Evidence {
		switch d := e.Data.(type) {
		case torchzip.Storage:
			words = append(words, "storage "+d.Problem)
		case torchzip.Call:
			words = append(words, "call "+d.Name)
		case archive.Unread:
			words = append(words, "unread "+d.Reason)
		case archive.Conflict:
			words = append(words, "conflict "+d.What)
		case archive.Anomaly:
			words = append(words, "anomaly "+d.Problem)
		case pickle.Call:
			if d.Class != pickle.Safe {
				words = append(words, "pickle "+string(d.Class))
			}
		case gate.Malformed:
			words = append(words, "malformed")
		case gate.Incomplete:
			words = append(words, "incomplete")
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func TestVerified(t *testing.T) {
	for name, files := range map[string][]string{
		"tensor":       {"m/data.pkl", pkl, "m/data/0", eight, "m/version", "3\n", "m/byteorder", "little", "m/.data/serialization_id", "0123"},
		"deflated":     {"~m/data.pkl", pkl, "m/data/0", eight, "m/version", "3\n"},
		"no tensor":    {"m/data.pkl", "\x80\x02]."},
		"tied":         {"m/data.pkl", list(tensor("FloatStorage", "0", 2, 2), tensor("FloatStorage", "0", 2, 1)), "m/data/0", eight},
		"half":         {"m/data.pkl", list(tensor("BFloat16Storage", "0", 4, 4)), "m/data/0", eight},
		"empty":        {"m/data.pkl", list(tensor("FloatStorage", "0", 0, 0))},
		"empty record": {"m/data.pkl", list(tensor("FloatStorage", "0", 0, 0)), "m/data/0", ""},
	} {
		if !checktest.Wants(torchzip.Inspector{}, "m.pt", build(t, files...)) {
			t.Errorf("%s: not wanted", name)
		}
		r := inspect(t, files...)
		if words := told(r); len(words) != 0 || r.State != gate.Verified || r.FormatName != "torchzip" || len(r.Children) != 0 {
			t.Errorf("%s: %v %s %s", name, words, r.State, checktest.JSON(checktest.Of[torchzip.Grammar](r, torchzip.KindGrammar)))
		}
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		name     string
		files    []string
		want     []string
		children []string
	}{
		{"short", []string{"m/data.pkl", pkl, "m/data/0", "1234567"}, []string{"storage short"}, nil},
		{"longer", []string{"m/data.pkl", pkl, "m/data/0", eight + "more"}, []string{"unread longer"}, []string{"m/data/0"}},
		{"missing", []string{"m/data.pkl", pkl}, []string{"storage missing"}, nil},
		{"view", []string{"m/data.pkl", list(tensor("FloatStorage", "0", 2, 3)), "m/data/0", eight}, []string{"storage view"}, nil},
		{"conflict", []string{"m/data.pkl", list(tensor("FloatStorage", "0", 2, 2), tensor("DoubleStorage", "0", 1, 1)), "m/data/0", eight}, []string{"storage conflict"}, nil},
		{"unreferenced", []string{"m/data.pkl", pkl, "m/data/0", eight, "m/data/7", evil}, []string{"unread unreferenced"}, []string{"m/data/7"}},
		{"another record", []string{"m/data.pkl", pkl, "m/data/0", eight, "m/x.txt", evil}, nil, []string{"m/x.txt"}},
		{"version too long", []string{"m/data.pkl", pkl, "m/data/0", eight, "m/version", strings.Repeat("3", 65)}, []string{"unread longer"}, []string{"m/version"}},
		{"compressed storage", []string{"m/data.pkl", pkl, "~m/data/0", eight}, nil, []string{"m/data/0"}},
		{"behind a pickle", []string{"m/data.pkl", pkl + "#tail", "m/data/0", eight}, []string{"unread trailing"}, []string{"m/data.pkl[suffix]"}},
		{"second pickle", []string{"m/data.pkl", pkl + evil, "m/data/0", eight}, []string{"pickle dangerous"}, nil},
		{"evil", []string{"m/data.pkl", evil}, []string{"pickle dangerous"}, nil},
		{"constants", []string{"m/data.pkl", pkl, "m/data/0", eight, "m/constants.pkl", evil}, []string{"pickle dangerous"}, nil},
		{"another root", []string{"m/data.pkl", pkl, "m/data/0", eight, "n/data.pkl", evil}, []string{"conflict roots", "pickle dangerous"}, nil},
		{"another case", []string{"m/DATA.PKL", evil}, []string{"pickle dangerous"}, nil},
		{"deeper", []string{"m/data.pkl", "\x80\x02].", "m/x/data.pkl", evil}, []string{"pickle dangerous"}, nil},
		{"no pickle", []string{"m/data.pkl", "text"}, []string{"malformed"}, nil},
		{"empty pickle", []string{"m/data.pkl", ""}, []string{"malformed"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := inspect(t, tt.files...)
			var children []string
			for _, c := range r.Children {
				children = append(children, c.Name)
			}
			if got := told(r); !slices.Equal(got, tt.want) || !slices.Equal(children, tt.children) || r.State == gate.Verified {
				t.Errorf("got %v %q %s: %s", got, children, r.State, checktest.JSON(r.Evidence))
			}
			if g := checktest.Of[torchzip.Grammar](r, torchzip.KindGrammar); len(g) != 1 || g[0].OK || g[0].Reason == "" {
				t.Errorf("grammar %+v", g)
			}
		})
	}
}

func TestPickleInTheStorageOfATensor(t *testing.T) {
	data := list(tensor("ByteStorage", "0", byte(len(evil)), byte(len(evil))))
	r := inspect(t, "m/data.pkl", data, "m/data/0", evil)
	if len(r.Children) != 1 || string(r.Children[0].Data) != evil || r.State != gate.Unproven {
		t.Errorf("%s %s", r.State, checktest.JSON(r.Children))
	}
}

func TestPlaces(t *testing.T) {
	r := inspect(t, "m/data.pkl", evil)
	for _, e := range r.Evidence {
		if _, ok := e.Data.(pickle.Call); ok && e.At.Path != "m.pt!m/data.pkl" {
			t.Errorf("%+v", e)
		}
	}
}

func TestTorchScript(t *testing.T) {
	code := "def forward(self, x):\n  %s\n"
	model := "\x80\x02c__torch__.net\nNet\n)\x81}X\x01\x00\x00\x00nctorch.jit._pickle\nbuild_intlist\n](K\x01e\x85Rsb."
	for line, want := range map[string][]string{
		"return torch.add(x, x)":               nil,
		`torch.save(x, "/tmp/x")`:              {"call aten::save"},
		`y = ops.aten.from_file("x", None, 3)`: {"call aten::from_file"},
		"y = ^Evil(1)(x)":                      {"call prim::PythonOp"},
		"saved = self.torch_save(x)":           nil,
	} {
		r := inspect(t, "m/data.pkl", model, "m/code/__torch__/net.py", fmt.Sprintf(code, line), "m/constants.pkl", "\x80\x02).", "m/version", "3")
		if got := told(r); !slices.Equal(got, want) || len(r.Children) != 0 || r.State != gate.Unproven {
			t.Errorf("%s: %v, %d children, %s", line, got, len(r.Children), r.State)
		}
		for _, i := range checktest.Of[pickle.Import](r, pickle.KindImport) {
			if i.Class != pickle.Safe {
				t.Errorf("import %+v", i)
			}
		}
		if c := checktest.Of[torchzip.Checkpoint](r, torchzip.KindCheckpoint); len(c) != 1 || c[0].Form != "torchscript" || c[0].Version != "3" {
			t.Errorf("%+v", c)
		}
	}
}

func TestPackage(t *testing.T) {
	r := inspect(t, "p/.data/extern_modules", "sys", "p/.data/version", "3", "p/.data/0.storage", eight, "p/m/model.pkl", pkl, "p/m/code.py", "import os")
	if got := told(r); len(got) != 0 || len(r.Children) != 2 || r.State != gate.Unproven {
		t.Errorf("%v %s %s", got, r.State, checktest.JSON(r.Children))
	}
	if c := checktest.Of[torchzip.Checkpoint](r, torchzip.KindCheckpoint); len(c) != 1 || c[0].Form != "package" || c[0].Version != "3" {
		t.Errorf("%+v", c)
	}
	r = inspect(t, "p/.data/extern_modules", "sys", "p/m/model.pkl", evil)
	if got := told(r); !slices.Equal(got, []string{"pickle dangerous"}) {
		t.Errorf("%v", got)
	}
}

func TestDuplicateRecords(t *testing.T) {
	r := inspect(t, "m/data.pkl", "\x80\x02].", "m/data.pkl", evil)
	if got := told(r); !slices.Equal(got, []string{"pickle dangerous"}) || r.State == gate.Verified {
		t.Errorf("%v %s", got, r.State)
	}
}

func TestNotWanted(t *testing.T) {
	if checktest.Wants(torchzip.Inspector{}, "m.pt", build(t, "a.npy", "x")) || checktest.Wants(torchzip.Inspector{}, "m.pt", []byte("m/data.pkl")) {
		t.Error("wanted")
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	data := build(t, "m/data.pkl", pkl)
	r := &checktest.Record{}
	torchzip.Inspector{}.Inspect(ctx, gate.NewBlob("m.pt", int64(len(data)), bytes.NewReader(data)), r)
	if got := told(r); !slices.Equal(got, []string{"incomplete"}) || r.State != gate.Unread {
		t.Errorf("%v %s", got, r.State)
	}
}

// hollow is an archive of a gigabyte that is not held in memory: zeros in its middle.
type hollow struct {
	head, tail []byte
	size       int64
}

func (h hollow) ReadAt(p []byte, at int64) (int, error) {
	for i := range p {
		switch j := at + int64(i); {
		case j >= h.size:
			return i, io.EOF
		case j < int64(len(h.head)):
			p[i] = h.head[j]
		case j >= h.size-int64(len(h.tail)):
			p[i] = h.tail[j-h.size+int64(len(h.tail))]
		default:
			p[i] = 0
		}
	}
	return len(p), nil
}

// BenchmarkGigabyte inspects a checkpoint of one tensor of a gigabyte.
func BenchmarkGigabyte(b *testing.B) {
	const n = 1 << 28
	var head, all bytes.Buffer
	counted := &splitter{head: &head, all: &all, skip: 4 * n}
	w := zip.NewWriter(counted)
	e, err := w.CreateHeader(&zip.FileHeader{Name: "m/data.pkl"})
	if err != nil {
		b.Fatal(err)
	}
	_, _ = io.WriteString(e, strings.Replace(list(tensor("FloatStorage", "0", 1, 1)), "K\x01", "J\x00\x00\x00\x10", 2))
	e, err = w.CreateRaw(&zip.FileHeader{Name: "m/data/0", CompressedSize64: 4 * n, UncompressedSize64: 4 * n})
	if err != nil {
		b.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	counted.split = true
	zeros := make([]byte, 1<<20)
	for range 4 * n / len(zeros) {
		_, _ = e.Write(zeros)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	tail := all.Bytes()
	h := hollow{head.Bytes(), tail, int64(head.Len()) + 4*n + int64(len(tail))}
	b.ReportAllocs()
	for b.Loop() {
		r := &checktest.Record{}
		torchzip.Inspector{}.Inspect(b.Context(), gate.NewBlob("m.pt", h.size, h), r)
		if r.State != gate.Verified {
			b.Fatal(checktest.JSON(r.Evidence))
		}
	}
}

// splitter keeps what is written before a run of zeros, and after it.
type splitter struct {
	head, all *bytes.Buffer
	split     bool
	skip      int64
}

func (s *splitter) Write(p []byte) (int, error) {
	if !s.split {
		return s.head.Write(p)
	}
	n := min(s.skip, int64(len(p)))
	s.skip -= n
	s.all.Write(p[n:])
	return len(p), nil
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, torchzip.Inspector{}, "m.pt",
		build(f, "m/data.pkl", pkl, "m/data/0", eight, "m/version", "3"),
		build(f, "m/data.pkl", evil, "m/code/__torch__/x.py", "torch.save(x)"),
		build(f, "p/.data/extern_modules", "", "p/m.pkl", pkl, "p/.data/0.storage", eight))
}
