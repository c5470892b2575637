package torchtar_test

import (
	stdtar "archive/tar"
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/torchtar"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/pickle"
)

func build(t testing.TB, files ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := stdtar.NewWriter(&buf)
	for i := 0; i < len(files); i += 2 {
		if err := w.WriteHeader(&stdtar.Header{Name: files[i], Size: int64(len(files[i+1])), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(files[i+1]))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func number(n uint64) string { return string(binary.LittleEndian.AppendUint64(nil, n)) }

const (
	evil  = "\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R."
	empty = "\x80\x02]."
	one   = "\x80\x02K\x01."
)

// storages are one storage whose two elements look like pickles, and then the views.
func storages(views string) string {
	return one + "\x80\x02X\x01\x00\x00\x000X\x03\x00\x00\x00cpuctorch\nFloatStorage\n\x87." + number(2) + "\x80\x02N.\x80\x02N." + views
}

// tensors is one tensor of one dimension: size 2, stride 1, offset 0.
var tensors = one + "\x80\x02X\x01\x00\x00\x001X\x01\x00\x00\x000ctorch\nFloatTensor\n\x87." +
	"\x01\x00\x00\x00\x00\x00\x00\x00" + number(2) + number(1) + number(0)

const pickled = "\x80\x02}X\x01\x00\x00\x00wX\x01\x00\x00\x001Qs."

func TestBenign(t *testing.T) {
	data := build(t, "sys_info", empty, "pickle", pickled, "tensors", tensors, "storages", storages(empty))
	if !checktest.Wants(torchtar.Inspector{}, "m.pt", data) {
		t.Fatal("not wanted")
	}
	r := checktest.Inspect(t, torchtar.Inspector{}, "m.pt", data)
	if r.State != gate.Unproven || r.FormatName != "torchtar" || len(r.Children) != 0 {
		t.Errorf("%s %q %s", r.State, r.Reason, checktest.JSON(r.Evidence))
	}
	for _, e := range r.Evidence {
		if i, ok := e.Data.(pickle.Import); !ok || i.Class != pickle.Safe {
			t.Errorf("unexpected %s", checktest.JSON(e))
		}
	}
}

func TestEvilInEachPlace(t *testing.T) {
	whole := storages(empty)
	tests := []struct{ name, sysInfo, pickle, tensors, storages, path string }{
		{"sys_info", evil, pickled, tensors, whole, "m.pt!sys_info"},
		{"pickle", empty, evil, tensors, whole, "m.pt!pickle"},
		{"number of tensors", empty, pickled, evil, whole, "m.pt!tensors"},
		{"tensor", empty, pickled, one + evil, whole, "m.pt!tensors"},
		{"number of storages", empty, pickled, tensors, evil, "m.pt!storages"},
		{"storage", empty, pickled, tensors, one + evil, "m.pt!storages"},
		{"views", empty, pickled, tensors, storages(evil), "m.pt!storages"},
	}
	for _, tt := range tests {
		data := build(t, "sys_info", tt.sysInfo, "pickle", tt.pickle, "tensors", tt.tensors, "./storages", tt.storages)
		r := checktest.Inspect(t, torchtar.Inspector{}, "m.pt", data)
		found := false
		for _, e := range r.Evidence {
			c, ok := e.Data.(pickle.Call)
			found = found || ok && c.Class == pickle.Dangerous && strings.ReplaceAll(e.At.Path, "./", "") == tt.path
		}
		if !found {
			t.Errorf("%s: %s", tt.name, checktest.JSON(r.Evidence))
		}
	}
}

func TestMalformed(t *testing.T) {
	whole := storages(empty)
	for name, s := range map[string]string{
		"empty": "", "no number": "\x80\x02X\x01\x00\x00\x001.", "negative": "\x80\x02J\xff\xff\xff\xff.", "short": one,
		"unknown type": one + "\x80\x02K\x00K\x00K\x00\x87." + number(1), "too many": strings.Replace(whole, number(2), number(1<<62), 1),
	} {
		r := checktest.Inspect(t, torchtar.Inspector{}, "m.pt", build(t, "pickle", pickled, "tensors", tensors, "storages", s))
		if len(checktest.Of[gate.Malformed](r, torchtar.KindMalformed)) != 1 || r.State != gate.Unread {
			t.Errorf("%s: %s %s", name, r.State, checktest.JSON(r.Evidence))
		}
	}
}

func TestRestIsHandedBack(t *testing.T) {
	r := checktest.Inspect(t, torchtar.Inspector{}, "m.pt", build(t, "pickle", pickled+"more", "tensors", tensors, "storages", "", "other", "text"))
	var names []string
	for _, c := range r.Children {
		names = append(names, c.Name+"="+string(c.Data))
	}
	if got := strings.Join(names, " "); got != "pickle[suffix]=more other=text" {
		t.Errorf("children %q", got)
	}
}

func TestNotWanted(t *testing.T) {
	if checktest.Wants(torchtar.Inspector{}, "m.tar", build(t, "pickle", pickled)) || checktest.Wants(torchtar.Inspector{}, "m.tar", []byte("text")) {
		t.Error("wanted")
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, torchtar.Inspector{}, "m.pt",
		build(f, "sys_info", evil, "pickle", pickled, "tensors", tensors, "storages", storages(empty)))
}
