package gguf

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

// writer builds a GGUF file of version 2 or 3 in either byte order.
type writer struct {
	binary.AppendByteOrder
	out []byte
}

func header(order binary.AppendByteOrder, version uint32, tensors, pairs uint64) *writer {
	w := &writer{order, []byte("GGUF")}
	return w.u32(version).u64(tensors).u64(pairs)
}

func (w *writer) u32(v uint32) *writer { w.out = w.AppendUint32(w.out, v); return w }
func (w *writer) u64(v uint64) *writer { w.out = w.AppendUint64(w.out, v); return w }

func (w *writer) text(s string) *writer {
	w.u64(uint64(len(s)))
	w.out = append(w.out, s...)
	return w
}

func (w *writer) pair(key, value string) *writer { return w.text(key).u32(typeString).text(value) }

func (w *writer) tensor(name string, kind uint32, offset uint64, dims ...uint64) *writer {
	w.text(name).u32(uint32(len(dims)))
	for _, d := range dims {
		w.u64(d)
	}
	return w.u32(kind).u64(offset)
}

// data pads to the alignment and adds n bytes.
func (w *writer) data(n int) []byte {
	w.out = append(w.out, make([]byte, (32-len(w.out)%32)%32+n)...)
	return w.out
}

func little(tensors, pairs uint64) *writer { return header(binary.LittleEndian, 3, tensors, pairs) }

func TestInspect(t *testing.T) {
	elf := "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 64)
	tests := map[string]struct {
		data  []byte
		state gate.State
		kinds string
	}{
		"empty":         {little(0, 0).out, gate.Verified, ""},
		"vocabulary":    {little(0, 1).pair("general.name", "x").out, gate.Verified, ""},
		"two tensors":   {little(2, 0).tensor("a", 0, 0, 4, 2).tensor("b", 2, 32, 32).data(50), gate.Verified, ""},
		"padded end":    {little(1, 0).tensor("a", 2, 0, 32).data(32), gate.Verified, ""},
		"unknown type":  {little(1, 0).tensor("a", 99, 0, 32).data(32), gate.Unproven, ""},
		"payload":       {little(0, 1).pair("note", elf).out, gate.Verified, "gguf.metadata"},
		"tail":          {append(little(1, 0).tensor("a", 0, 0, 8).data(32), "more"...), gate.Unproven, "gguf.layout"},
		"zero tail":     {little(1, 0).tensor("a", 0, 0, 8).data(64), gate.Unproven, "gguf.layout"},
		"wrong offset":  {little(1, 0).tensor("a", 0, 32, 8).data(64), gate.Unread, "gguf.layout gguf.malformed"},
		"short":         {little(1, 0).tensor("a", 0, 0, 8).data(16), gate.Unread, "gguf.layout gguf.malformed"},
		"big-endian":    {header(binary.BigEndian, 3, 0, 1).pair("a", "b").out, gate.Unread, "gguf.malformed"},
		"twice":         {little(0, 2).pair("a", "b").pair("a", "c").out, gate.Unread, "gguf.malformed"},
		"no key":        {little(0, 1).pair("", "b").out, gate.Unread, "gguf.malformed"},
		"alignment":     {little(0, 1).text("general.alignment").u32(4).u32(3).out, gate.Unread, "gguf.tensor gguf.malformed"},
		"five dims":     {little(1, 0).tensor("a", 0, 0, 1, 1, 1, 1, 1).data(32), gate.Unread, "gguf.tensor gguf.malformed"},
		"overflow":      {little(1, 0).tensor("a", 0, 0, 1<<40, 1<<40).data(32), gate.Unread, "gguf.tensor gguf.malformed"},
		"half a block":  {little(1, 0).tensor("a", 2, 0, 33).data(32), gate.Unread, "gguf.tensor gguf.malformed"},
		"many pairs":    {little(0, 1<<60).out, gate.Unread, "gguf.tensor gguf.malformed"},
		"huge string":   {little(0, 1).text("k").u32(typeString).u64(1 << 61).out, gate.Unread, "gguf.malformed"},
		"huge array":    {little(0, 1).text("k").u32(typeArray).u32(4).u64(1 << 61).out, gate.Unread, "gguf.tensor gguf.malformed"},
		"nested array":  {little(0, 1).text("k").u32(typeArray).u32(typeArray).u64(1).u32(4).u64(1).u32(7).out, gate.Unread, "gguf.malformed"},
		"version 4":     {header(binary.LittleEndian, 4, 0, 0).out, gate.Unread, "gguf.malformed"},
		"old container": {[]byte("tjgg\x01\x00\x00\x00"), gate.Unread, "gguf.malformed"},
		"other":         {[]byte("nothing"), gate.Unread, "gguf.malformed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := checktest.Inspect(t, Inspector{}, "m.gguf", test.data)
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

func TestTemplatesAreHandedBack(t *testing.T) {
	list := little(0, 2).pair("tokenizer.chat_template.rag", "{{ a }}").
		text("tokenizer.chat_template").u32(typeArray).u32(typeString).u64(2).text("{{ b }}").text("{{ c }}").out
	old := (&writer{binary.LittleEndian, []byte("GGUF")}).u32(1).u32(0).u32(1).u32(23)
	old.out = append(old.out, "tokenizer.chat_template"...)
	old.u32(typeString).u32(7).out = append(old.out, "{{ d }}"...)
	swapped := header(binary.BigEndian, 2, 0, 1).pair("tokenizer.chat_template", "{{ e }}").out
	for _, test := range []struct {
		data []byte
		want []string
	}{
		{list, []string{"{{ a }}", "{{ b }}", "{{ c }}"}},
		{old.out, []string{"{{ d }}"}},
		{swapped, []string{"{{ e }}"}},
	} {
		r := checktest.Inspect(t, Inspector{}, "m.gguf", test.data)
		var got []string
		for _, c := range r.Children {
			got = append(got, string(c.Data))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("templates %q, want %q (%s)", got, test.want, r.Reason)
		}
	}
}

func TestWants(t *testing.T) {
	for text, want := range map[string]bool{
		"GGUF\x03\x00\x00\x00": true, "lmgg\x01\x00\x00\x00": true, "GGML\x01\x00\x00\x00": true,
		"GGML is a library": false, "GGUF": false,
	} {
		if got := checktest.Wants(Inspector{}, "weights.bin", []byte(text)); got != want {
			t.Errorf("%q: wants is %v", text, got)
		}
	}
}

func TestCorpus(t *testing.T) {
	dir := os.Getenv("GATE_SHARED")
	if dir == "" {
		t.Skip("GATE_SHARED is not set")
	}
	for _, pattern := range []string{"fmt/gguf/*", "fmt/jinja/*.gguf", "extra/*.gguf"} {
		paths, _ := filepath.Glob(filepath.Join(dir, "corpus/own", pattern))
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			r := checktest.Inspect(t, Inspector{}, path, data)
			benign := strings.HasPrefix(filepath.Base(path), "benign")
			if benign && (len(r.Evidence) > 0 || r.State != gate.Verified) {
				t.Errorf("%s: %s", path, checktest.JSON(r))
			}
			if !benign && len(r.Evidence) == 0 && len(r.Children) == 0 {
				t.Errorf("%s: nothing stated", path)
			}
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.gguf", little(0, 1).pair("a", "b").out,
		little(2, 0).tensor("a", 0, 0, 4, 2).tensor("b", 2, 32, 32).data(50),
		header(binary.BigEndian, 3, 0, 1).pair("a", "b").out, []byte("tjgg\x01\x00\x00\x00"))
}
