package tflite

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

// code is an operator code to build: a builtin number and a custom name.
type code struct {
	builtin uint32
	name    string
}

// build writes a model with operator codes.
func build(codes ...code) []byte {
	le := binary.LittleEndian
	out := le.AppendUint32(nil, 16) // root
	out = append(out, "TFL3"...)
	out = append(out, 8, 0, 8, 0, 0, 0, 4, 0) // vtable of the model at 8: field 1 at 4
	out = le.AppendUint32(out, 8)             // model at 16
	out = le.AppendUint32(out, 4)             // its operator codes
	out = le.AppendUint32(out, uint32(len(codes)))
	vector := len(out)
	out = append(out, make([]byte, 4*len(codes))...)
	for i, c := range codes {
		vtable := len(out)
		out = append(out, 12, 0, 16, 0, 4, 0, 8, 0, 0, 0, 12, 0)
		if c.name == "" {
			out[vtable+6] = 0
		}
		table := len(out)
		le.PutUint32(out[vector+4*i:], uint32(table-vector-4*i))
		out = le.AppendUint32(out, uint32(table-vtable))
		out = le.AppendUint32(out, min(c.builtin, 127))
		out = le.AppendUint32(out, 8) // the name behind the table
		out = le.AppendUint32(out, c.builtin)
		out = le.AppendUint32(out, uint32(len(c.name)))
		out = append(out, c.name...)
		out = append(out, make([]byte, 4-len(out)%4)...)
	}
	return out
}

func TestInspect(t *testing.T) {
	lost := build(code{3, ""})
	binary.LittleEndian.PutUint32(lost[24:], 1<<30)
	for name, test := range map[string]struct {
		data  []byte
		state gate.State
		want  []Operator
	}{
		"builtin":       {build(code{3, ""}, code{130, ""}), gate.Unproven, nil},
		"custom":        {build(code{32, "Mine"}, code{3, ""}, code{32, "Mine"}), gate.Unproven, []Operator{{"Mine"}}},
		"flex":          {build(code{32, "FlexWriteFile"}), gate.Unproven, []Operator{{"FlexWriteFile"}}},
		"without name":  {build(code{32, ""}), gate.Unproven, []Operator{{"?"}}},
		"named builtin": {build(code{3, "Hidden"}), gate.Unproven, []Operator{{"Hidden"}}},
		"no codes":      {build(), gate.Unproven, nil},
		"lost":          {lost, gate.Unread, nil},
		"cut":           {build(code{32, "Mine"})[:40], gate.Unread, nil},
		"head only":     {[]byte("\x08\x00\x00\x00TFL3"), gate.Unread, nil},
		"nothing":       {nil, gate.Unread, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := checktest.Inspect(t, Inspector{}, "m.tflite", test.data)
			if got := checktest.Of[Operator](r, "tflite.operator"); !slices.Equal(got, test.want) || r.State != test.state {
				t.Errorf("got %v, want %v\n%s", got, test.want, checktest.JSON(r))
			}
			if malformed := len(checktest.Of[gate.Malformed](r, "tflite.malformed")); malformed > 0 != (test.state == gate.Unread) {
				t.Errorf("%d malformed", malformed)
			}
		})
	}
}

func TestWants(t *testing.T) {
	if !checktest.Wants(Inspector{}, "weights.bin", build()) || checktest.Wants(Inspector{}, "a", []byte("TFL3")) {
		t.Error("the identifier does not decide")
	}
}

func TestCorpus(t *testing.T) {
	dir := os.Getenv("GATE_SHARED")
	if dir == "" {
		t.Skip("GATE_SHARED is not set")
	}
	paths, _ := filepath.Glob(filepath.Join(dir, "corpus/own/fmt/tflite/*"))
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := checktest.Inspect(t, Inspector{}, path, data)
		if benign := strings.HasPrefix(filepath.Base(path), "benign"); benign != (len(r.Evidence) == 0) {
			t.Errorf("%s: %s", path, checktest.JSON(r))
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.tflite", build(code{32, "FlexWriteFile"}, code{3, ""}))
}
