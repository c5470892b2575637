package safetensors

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

// build writes a file of a header and a buffer of n bytes.
func build(header string, n int) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), make([]byte, n)...)
}

const one = `{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}`

func TestInspect(t *testing.T) {
	script := `,"__metadata__":{"note":"#!/bin/sh\necho"}}`
	tests := map[string]struct {
		data  []byte
		state gate.State
		kinds string
	}{
		"plain":           {build(one+`}`, 16), gate.Verified, ""},
		"padded":          {build(one+"}     ", 16), gate.Verified, ""},
		"metadata":        {build(one+`,"__metadata__":{"format":"pt"}}`, 16), gate.Verified, ""},
		"empty":           {build(`{}`, 0), gate.Verified, ""},
		"scalar and none": {build(`{"s":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"e":{"dtype":"F32","shape":[0,9],"data_offsets":[8,8]}}`, 8), gate.Verified, ""},
		"half bytes":      {build(`{"a":{"dtype":"F4","shape":[2,3],"data_offsets":[0,3]}}`, 3), gate.Verified, ""},
		"tail":            {build(one+`}`, 20), gate.Unproven, "safetensors.gap"},
		"hole":            {build(`{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}`, 8), gate.Unproven, "safetensors.gap"},
		"script":          {build(one+script, 16), gate.Verified, "safetensors.metadata"},
		"duplicate":       {build(one+`,"a":{"dtype":"F32","shape":[4],"data_offsets":[16,32]}}`, 32), gate.Unproven, "safetensors.duplicate"},
		"unknown field":   {build(`{"a":{"x":[1,{}],"dtype":"U8","shape":[4],"data_offsets":[0,4]}}`, 4), gate.Unproven, ""},
		"overlap":         {build(one+`,"b":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`, 16), gate.Unread, "safetensors.malformed"},
		"outside":         {build(`{"a":{"dtype":"U8","shape":[99],"data_offsets":[0,99]}}`, 16), gate.Unread, "safetensors.tensor safetensors.malformed"},
		"other shape":     {build(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}}`, 16), gate.Unread, "safetensors.tensor safetensors.malformed"},
		"overflow":        {build(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}}`, 16), gate.Unread, "safetensors.tensor safetensors.malformed"},
		"odd bits":        {build(`{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}`, 1), gate.Unread, "safetensors.tensor safetensors.malformed"},
		"negative":        {build(`{"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}`, 16), gate.Unread, "safetensors.malformed"},
		"unknown dtype":   {build(`{"a":{"dtype":"F33","shape":[4],"data_offsets":[0,16]}}`, 16), gate.Unread, "safetensors.malformed"},
		"no offsets":      {build(`{"a":{"dtype":"F32","shape":[4]}}`, 0), gate.Unread, "safetensors.malformed"},
		"object as value": {build(`{"__metadata__":{"a":{}}}`, 0), gate.Unread, "safetensors.malformed"},
		"two objects":     {build(`{}{}`, 0), gate.Unread, "safetensors.malformed"},
		"array":           {build(`[]`, 0), gate.Unread, "safetensors.malformed"},
		"huge header":     {binary.LittleEndian.AppendUint64(nil, 1<<62), gate.Unread, "safetensors.malformed"},
		"nothing":         {nil, gate.Unread, "safetensors.malformed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := checktest.Inspect(t, Inspector{}, "m.safetensors", test.data)
			if r.State != test.state {
				t.Errorf("state %q (%s), want %q", r.State, r.Reason, test.state)
			}
			var kinds []string
			for _, k := range r.Kinds() {
				kinds = append(kinds, string(k))
			}
			if got := strings.Join(kinds, " "); got != test.kinds {
				t.Errorf("kinds %q, want %q\n%s", got, test.kinds, checktest.JSON(r.Evidence))
			}
		})
	}
}

func TestGapIsHandedBack(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "m.safetensors", append(build(one+`}`, 16), "PK\x03\x04"...))
	if len(r.Children) != 1 || string(r.Children[0].Data) != "PK\x03\x04" {
		t.Errorf("children are %v", r.Children)
	}
	from := int64(len(build(one+`}`, 16)))
	if got := checktest.Of[Gap](r, "safetensors.gap"); len(got) != 1 || got[0] != (Gap{"tail", from, from + 4}) {
		t.Errorf("gaps are %v", got)
	}
}

func TestWants(t *testing.T) {
	for name, test := range map[string]struct {
		path string
		data []byte
		want bool
	}{
		"by name":    {"x.SafeTensors", []byte("?"), true},
		"by content": {"weights.bin", build(one+`}`, 16), true},
		"a pickle":   {"weights.bin", []byte("\x80\x02}q\x00."), false},
		"text":       {"a.txt", bytes.Repeat([]byte("{\""), 50), false},
	} {
		if got := checktest.Wants(Inspector{}, test.path, test.data); got != test.want {
			t.Errorf("%s: wants is %v", name, got)
		}
	}
}

func TestCorpus(t *testing.T) {
	dir := os.Getenv("GATE_SHARED")
	if dir == "" {
		t.Skip("GATE_SHARED is not set")
	}
	paths, _ := filepath.Glob(filepath.Join(dir, "corpus/own/fmt/st/*.safetensors"))
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if r := checktest.Inspect(t, Inspector{}, path, data); len(r.Evidence) == 0 || r.State == gate.Verified {
			t.Errorf("%s: state %q, nothing stated", path, r.State)
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.safetensors", build(one+`}`, 16), build(one+`}`, 20), build(`{"__metadata__":{"a":"b"}}`, 0))
}
