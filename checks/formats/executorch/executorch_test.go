package executorch_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/executorch"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/modeltest"
)

var library = append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 60)...)

func plain() []byte { return modeltest.ExecuTorch("aten::add", 4, 16, "", nil) }

// with is the plain program with a number of 8 bytes in its extended header.
func with(at int, v uint64, behind ...byte) []byte {
	b := plain()
	binary.LittleEndian.PutUint64(b[at:], v)
	return append(b, behind...)
}

const length, program, base, segments = 12, 16, 24, 32 // in the extended header

func TestInspect(t *testing.T) {
	start := uint64(len(plain()) - 16)
	longer := modeltest.ExecuTorch("aten::add", 4, 4096+100, "", nil)
	hidden := modeltest.ExecuTorch("aten::add", 4, 100, "", nil)
	copy(hidden[len(hidden)-84:], library)
	disguised := modeltest.ExecuTorch("aten::add", 25, 100, "", nil)
	copy(disguised[len(disguised)-100:], library)
	inside := bytes.Replace(plain(), []byte("forward"), []byte("for\x00\x00\x00\x00"), 1)
	for _, c := range []struct {
		name     string
		data     []byte
		state    gate.State
		children string
	}{
		{"plain", plain(), gate.Verified, ""},
		{"text of another length", inside, gate.Verified, ""},
		{"no size of the segments", func() []byte { b := with(segments, 0); b[length] = 24; return b }(), gate.Verified, ""},
		{"bytes behind the header", func() []byte { b := with(segments, 1<<60); b[length] = 24; return b }(), gate.Unproven, "program"},
		{"suffix", append(plain(), "more"...), gate.Unproven, "suffix"},
		{"gap", slices.Concat(with(base, start+16)[:start], []byte("something else.."), make([]byte, 16)), gate.Unproven, "gap"},
		{"more than the tensor has", longer, gate.Unproven, "segment"},
		{"library behind a tensor", hidden, gate.Unproven, "segment"},
		{"library as a tensor", disguised, gate.Unproven, "tensor"},
		{"delegate", modeltest.ExecuTorch("aten::add", 4, 16, "XnnpackBackend", library), gate.Unproven, "delegate"},
		{"fewer than the tensor has", modeltest.ExecuTorch("aten::add", 5, 16, "", nil), gate.Unread, "program segments"},
		{"a shape without bounds", modeltest.ExecuTorch("aten::add", 1<<31-1, 16, "", nil), gate.Unread, "program segments"},
		{"head alone", []byte("\x08\x00\x00\x00ET12"), gate.Unread, "program"},
		{"zeros", []byte("\x20\x00\x00\x00ET12" + strings.Repeat("\x00", 56)), gate.Unread, "program"},
		{"cut off", plain()[:20], gate.Unread, ""},
		{"short header", with(length, 8), gate.Unread, ""},
		{"program outside", with(program, 1<<63), gate.Unread, ""},
		{"program cut off", with(program, start/2), gate.Unread, "gap program segments"},
		{"segments in the program", with(base, 40), gate.Unread, ""},
		{"segments outside", with(base, 1<<63), gate.Unread, ""},
		{"segments too long", with(segments, 1<<63), gate.Unread, ""},
		{"segment outside", with(segments, 8), gate.Unread, "program segments"},
	} {
		r := checktest.Inspect(t, executorch.Inspector{}, "m.pte", c.data)
		var children []string
		for _, child := range r.Children {
			what, _, _ := strings.Cut(child.Name, "@")
			children = append(children, what)
		}
		if r.State != c.state || strings.Join(children, " ") != c.children || (r.State == gate.Unread) != (len(r.Evidence) == 1) {
			t.Errorf("%s: %s %q %q %s", c.name, r.State, r.Reason, children, checktest.JSON(r.Evidence))
		}
	}
}

func TestNeeded(t *testing.T) {
	for _, c := range []struct {
		data []byte
		want string
	}{
		{plain(), ""},
		{modeltest.ExecuTorch("acme::magic", 4, 16, "", nil), "executorch.operator acme::magic"},
		{modeltest.ExecuTorch("magic", 4, 16, "", nil), "executorch.operator magic"},
		{modeltest.ExecuTorch("aten::add", 4, 16, "AcmeBackend", []byte("blob")), "executorch.delegate AcmeBackend"},
	} {
		r := checktest.Inspect(t, executorch.Inspector{}, "m.pte", c.data)
		got := ""
		for _, e := range r.Evidence {
			got += string(e.Kind) + " " + e.Data.(executorch.Needed).Type
		}
		if got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestWants(t *testing.T) {
	if !checktest.Wants(executorch.Inspector{}, "x", []byte("\x08\x00\x00\x00ET12")) {
		t.Error("does not want a program")
	}
	for _, data := range []string{"", "ET12", "\x08\x00\x00\x00TFL3"} {
		if checktest.Wants(executorch.Inspector{}, "m.pte", []byte(data)) {
			t.Errorf("wants %q", data)
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, executorch.Inspector{}, "m.pte", plain(), modeltest.ExecuTorch("acme::magic", 4, 100, "AcmeBackend", library))
}
