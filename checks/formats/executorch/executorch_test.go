package executorch_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/executorch"
	"github.com/modelgate/gate/internal/checktest"
)

// build is a program of 48 bytes with what follows it.
func build(length uint32, program, base, segments uint64, rest string) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32([]byte("\x20\x00\x00\x00ET12eh00"), length)
	for _, v := range []uint64{program, base, segments} {
		b = le.AppendUint64(b, v)
	}
	return append(append(b, make([]byte, 8)...), rest...)
}

func TestInspect(t *testing.T) {
	for _, c := range []struct {
		name     string
		data     []byte
		state    gate.State
		children []string
	}{
		{"program alone", build(32, 48, 0, 0, ""), gate.Unproven, nil},
		{"segments", build(32, 48, 48, 4, "data"), gate.Unproven, []string{"segments@48"}},
		{"no size of the segments", build(24, 48, 48, 1<<60, "data"), gate.Unproven, []string{"segments@48"}},
		{"gap and suffix", build(32, 48, 52, 2, "gap.daxx"), gate.Unproven, []string{"gap@48", "segments@52", "suffix@54"}},
		{"old", []byte("\x08\x00\x00\x00ET12"), gate.Unproven, nil},
		{"cut off", build(32, 48, 0, 0, "")[:20], gate.Unread, nil},
		{"short header", build(8, 48, 0, 0, ""), gate.Unread, nil},
		{"program outside", build(32, 1<<63, 0, 0, ""), gate.Unread, nil},
		{"segments in the program", build(32, 48, 40, 0, ""), gate.Unread, nil},
		{"segments outside", build(32, 48, 1<<63, 0, ""), gate.Unread, nil},
		{"segments too long", build(32, 48, 48, 1<<63, "data"), gate.Unread, nil},
	} {
		r := checktest.Inspect(t, executorch.Inspector{}, "m.pte", c.data)
		var children []string
		for _, child := range r.Children {
			children = append(children, child.Name)
		}
		if r.State != c.state || !slices.Equal(children, c.children) || (r.State == gate.Unread) != (len(r.Evidence) == 1) {
			t.Errorf("%s: %s %q %v", c.name, r.State, r.Reason, children)
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
	checktest.FuzzInspect(f, executorch.Inspector{}, "m.pte", build(32, 48, 52, 2, "gap.daxx"), build(32, 48, 1<<63, 0, ""))
}
