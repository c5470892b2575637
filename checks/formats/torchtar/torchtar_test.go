package torchtar_test

import (
	stdtar "archive/tar"
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/torchtar"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/modeltest"
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

// storages are one storage of two elements, which begin as a pickle without an import
// does, and then the views.
func storages(views string) string {
	return one + "\x80\x02K\x64X\x03\x00\x00\x00cpuctorch\nFloatStorage\n\x87." + number(2) + "\x80\x02N.\x80\x02N." + views
}

// tensor is one tensor of one dimension.
func tensor(size, stride, offset uint64) string {
	return one + "\x80\x02K\xc8K\x64ctorch\nFloatTensor\n\x87." + number(1) + number(size) + number(stride) + number(offset)
}

const pickled = "\x80\x02}X\x01\x00\x00\x00wX\x03\x00\x00\x00200Qs."

// view is a view of the last element of the storage.
const view = "\x80\x02](" + "(K\x65K\x64K\x01K\x01te."

func parts(sysInfo, pickle, tensors, storages string) []string {
	return []string{"sys_info", sysInfo, "pickle", pickle, "tensors", tensors, "storages", storages}
}

// sound are the files that torch loads whole.
func sound(t testing.TB) map[string][]byte {
	both := strings.Replace(pickled, "s.", "sX\x01\x00\x00\x00vX\x03\x00\x00\x00101Qs.", 1)
	return map[string][]byte{
		"plain":           build(t, parts(empty, pickled, tensor(2, 1, 0), storages(empty))...),
		"view":            build(t, parts(empty, both, tensor(2, 1, 0), storages(view))...),
		"empty tensor":    build(t, parts(empty, pickled, tensor(0, 1, 0), storages(empty))...),
		"ordered":         modeltest.TorchTar(modeltest.NumberedState(), 4, 4),
		"shorter":         modeltest.TorchTar(modeltest.NumberedState(), 3, 4),
		"text of the ids": build(t, parts(empty, "(dS'w'\nP200\ns.", tensor(2, 1, 0), storages(empty))...),
	}
}

func TestVerified(t *testing.T) {
	for name, data := range sound(t) {
		if !checktest.Wants(torchtar.Inspector{}, "m.pt", data) {
			t.Errorf("%s: not wanted", name)
			continue
		}
		r := checktest.Inspect(t, torchtar.Inspector{}, "m.pt", data)
		if r.State != gate.Verified || r.FormatName != "torchtar" || len(r.Children) != 0 {
			t.Errorf("%s: %s %q %s", name, r.State, r.Reason, checktest.JSON(r.Evidence))
		}
		for _, e := range r.Evidence {
			if i, ok := e.Data.(pickle.Import); ok && i.Class == pickle.Safe {
				continue
			}
			if c, ok := e.Data.(pickle.Call); !ok || c.Class != pickle.Safe {
				t.Errorf("%s: unexpected %s", name, checktest.JSON(e))
			}
		}
	}
}

// TestTorch holds that torch itself, where it is installed, loads what is verified.
func TestTorch(t *testing.T) {
	pythons := []string{"python3", "/usr/bin/python3"}
	python := slices.IndexFunc(pythons, func(p string) bool {
		return exec.Command(p, "-c", "import torch").Run() == nil
	})
	if python < 0 {
		t.Skip("no torch")
	}
	const load = `
import sys, inspect, torch
safe = {'weights_only': False} if 'weights_only' in inspect.signature(torch.load).parameters else {}
for p in sys.argv[1:]: torch.load(p, **safe)
`
	args := []string{"-c", load}
	dir := t.TempDir()
	for name, data := range sound(t) {
		args = append(args, filepath.Join(dir, name))
		if err := os.WriteFile(args[len(args)-1], data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command(pythons[python], args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestUnproven(t *testing.T) {
	plain := parts(empty, pickled, tensor(2, 1, 0), storages(empty))
	with := func(i int, s string) []byte {
		p := slices.Clone(plain)
		p[i] = s
		return build(t, p...)
	}
	twice := "\x80\x02K\x02." + strings.Repeat(storages("")[len(one):], 2) + empty
	pax := stdtar.Header{Name: "pickle", Size: 0, PAXRecords: map[string]string{"GATE.note": "hidden"}}
	var extended bytes.Buffer
	w := stdtar.NewWriter(&extended)
	pax.Size = int64(len(pickled))
	if err := w.WriteHeader(&pax); err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte(pickled))
	_ = w.Flush()
	padded := build(t, plain...)
	padded[512+len(empty)+1] = 'x' // behind the first member
	for _, c := range []struct {
		name string
		data []byte
		kind gate.Kind // that is stated besides
	}{
		{"another member", build(t, append(plain, "other", "text")...), ""},
		{"a member twice", build(t, append(plain, "pickle", pickled)...), ""},
		{"under another name", build(t, append(slices.Clone(plain[:6]), "./storages", plain[7])...), ""},
		{"no use of a tensor", with(3, empty), ""},
		{"no use of a storage", build(t, parts(empty, empty, "\x80\x02K\x00.", storages(empty))...), ""},
		{"a storage twice", with(7, twice), ""},
		{"a tensor that is not there", with(3, strings.Replace(pickled, "200", "201", 1)), "torch.storage"},
		{"an id that is no number", with(3, strings.Replace(pickled, "200", "2 0", 1)), pickle.KindPersistent},
		{"a tensor outside", with(5, tensor(3, 1, 0)), "torch.storage"},
		{"a tensor outside by its stride", with(5, tensor(2, 2, 0)), "torch.storage"},
		{"a tensor outside by its offset", with(5, tensor(2, 1, 1)), "torch.storage"},
		{"a tensor of another type", with(5, strings.Replace(tensor(2, 1, 0), "Float", "Long", 1)), ""},
		{"a tensor without a storage", with(5, strings.Replace(tensor(2, 1, 0), "K\x64", "K\x65", 1)), "torch.storage"},
		{"a view outside", with(7, storages(strings.Replace(view, "K\x01K\x01", "K\x01K\x02", 1))), "torch.storage"},
		{"a device that is none", with(7, strings.Replace(storages(empty), "cpu", "c;u", 1)), ""},
		{"a library", with(7, strings.Replace(strings.Replace(storages(empty), number(2), number(20), 1), "\x80\x02N.\x80\x02N.", "\x7fELF"+strings.Repeat("\x00", 76), 1)), ""},
		{"bytes behind a member", padded, ""},
		{"a note in the header", append(extended.Bytes(), build(t, "sys_info", empty, "tensors", tensor(2, 1, 0), "storages", storages(empty))...), ""},
		{"bytes behind the archive", append(build(t, plain...), "more"...), ""},
		{"dimensions of 8 bytes", with(5, strings.Replace(tensor(2, 1, 0), number(1), number(1|1<<32), 1)), ""},
	} {
		r := checktest.Inspect(t, torchtar.Inspector{}, "m.pt", c.data)
		if r.State != gate.Unproven || r.Reason == "" {
			t.Errorf("%s: %s %q", c.name, r.State, r.Reason)
		}
		for _, kind := range []gate.Kind{"torch.storage", pickle.KindPersistent} {
			if slices.Contains(r.Kinds(), kind) != (kind == c.kind) {
				t.Errorf("%s: %s", c.name, checktest.JSON(r.Evidence))
			}
		}
	}
}

func TestEvilInEachPlace(t *testing.T) {
	whole, tensors := storages(empty), tensor(2, 1, 0)
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
		"views that are none": storages("\x80\x02N."),
	} {
		r := checktest.Inspect(t, torchtar.Inspector{}, "m.pt", build(t, "pickle", pickled, "tensors", tensor(2, 1, 0), "storages", s))
		if len(checktest.Of[gate.Malformed](r, torchtar.KindMalformed)) != 1 || r.State != gate.Unread {
			t.Errorf("%s: %s %s", name, r.State, checktest.JSON(r.Evidence))
		}
	}
	for name, s := range map[string]string{
		"negative size": tensor(1<<63, 1, 0), "dimensions": strings.Replace(tensor(2, 1, 0), number(1), number(65), 1),
	} {
		r := checktest.Inspect(t, torchtar.Inspector{}, "m.pt", build(t, "pickle", pickled, "tensors", s, "storages", whole))
		if len(checktest.Of[gate.Malformed](r, torchtar.KindMalformed)) != 1 || r.State != gate.Unread {
			t.Errorf("%s: %s %s", name, r.State, checktest.JSON(r.Evidence))
		}
	}
}

func TestRestIsHandedBack(t *testing.T) {
	r := checktest.Inspect(t, torchtar.Inspector{}, "m.pt", build(t, "pickle", pickled+"more", "tensors", tensor(2, 1, 0), "storages", "", "other", "text"))
	var names []string
	for _, c := range r.Children {
		names = append(names, c.Name+"="+string(c.Data))
	}
	if got := strings.Join(names, " "); got != "other=text pickle[suffix]=more" {
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
		build(f, parts(evil, pickled, tensor(2, 1, 0), storages(view))...), modeltest.TorchTar(modeltest.NumberedState(), 4, 4))
}
