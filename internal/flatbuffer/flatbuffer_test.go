package flatbuffer_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/flatbuffer"
	"github.com/modelgate/gate/internal/modeltest"
)

var schema = flatbuffer.Schema{
	"Root":  {flatbuffer.Number(4), flatbuffer.Text(), flatbuffer.Refs("Item"), flatbuffer.Numbers(8)},
	"Item":  {flatbuffer.Number(1), flatbuffer.Union("Leaf", "Item"), flatbuffer.Ref("Leaf")},
	"Leaf":  {flatbuffer.Number(8)},
	"Other": {},
}

type (
	fields = modeltest.Fields
	list   = []modeltest.Fields
)

func walk(t testing.TB, data []byte) (flatbuffer.Table, *flatbuffer.Layout, error) {
	t.Helper()
	return flatbuffer.Walk(t.Context(), bytes.NewReader(data), int64(len(data)), schema, "Root")
}

func plain() []byte {
	return modeltest.Flatbuffer("TEST", 0, fields{uint32(7), "name", list{
		{uint8(1), fields{uint64(1 << 40)}, nil}, {uint8(2), fields{nil, nil, fields{uint64(5)}}}, {},
	}, []uint64{1, 2, 3}})
}

func TestWalk(t *testing.T) {
	data := plain()
	root, layout, err := walk(t, data)
	if err != nil {
		t.Fatal(err)
	}
	items := root.Tables(2)
	if root.Uint(0, 4) != 7 || root.Text(1, 99) != "name" || root.Text(1, 2) != "na" || len(items) != 3 || !slices.Equal(root.Uints(3, 8, 2), []uint64{1, 2}) {
		t.Errorf("%d %q %d %v", root.Uint(0, 4), root.Text(1, 99), len(items), root.Uints(3, 8, 2))
	}
	if items[0].Table(1).Uint(0, 8) != 1<<40 || items[1].Table(1).Table(2).Uint(0, 8) != 5 || items[2].Has(0) || items[2].Table(1).Uint(0, 8) != 0 {
		t.Error("the items are others")
	}
	if layout.Overlap || layout.Newer {
		t.Errorf("%+v", layout)
	}
	at := int64(8) // behind the root and the identifier
	for _, e := range layout.Used[1:] {
		if gap := data[at:e.From]; len(bytes.Trim(gap, "\x00")) > 0 {
			t.Errorf("%q at %d is not accounted for", gap, at)
		}
		at = e.To
	}
}

func TestNewer(t *testing.T) {
	for name, data := range map[string][]byte{
		"field": modeltest.Flatbuffer("TEST", 0, fields{nil, nil, nil, nil, uint32(1)}),
		"union": modeltest.Flatbuffer("TEST", 0, fields{nil, nil, list{{uint8(3), fields{}}}}),
	} {
		if _, layout, err := walk(t, data); err != nil || !layout.Newer {
			t.Errorf("%s: %+v %v", name, layout, err)
		}
	}
}

func TestBroken(t *testing.T) {
	data := plain()
	for n := range data {
		if _, _, err := walk(t, data[:n]); err == nil && n < len(data)-24 {
			t.Errorf("cut off at %d of %d: no error", n, len(data))
		}
	}
	for name, data := range map[string]string{
		"nothing":            "",
		"root at zero":       strings.Repeat("\x00", 64),
		"root outside":       "\xff\xff\xff\x7f" + strings.Repeat("\x00", 64),
		"fields outside":     "\x04\x00\x00\x00\xff\xff\xff\x7f",
		"odd list of fields": "\x08\x00\x00\x00\x05\x00\x04\x00\x04\x00\x00\x00",
	} {
		if _, _, err := walk(t, []byte(data)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := flatbuffer.Walk(cancelled, bytes.NewReader(data), int64(len(data)), schema, "Root"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestRings holds that what refers to itself is read once.
func TestRings(t *testing.T) {
	data := modeltest.Flatbuffer("TEST", 0, fields{nil, nil, list{{nil, nil, nil}, {nil, nil, nil}}})
	for i := 8; i+4 <= len(data); i += 4 { // each offset leads to four bytes before it
		d := bytes.Clone(data)
		copy(d[i:], "\xfc\xff\xff\xff")
		_, _, _ = walk(t, d)
	}
}

func FuzzWalk(f *testing.F) {
	f.Add(plain())
	f.Fuzz(func(t *testing.T, data []byte) {
		root, layout, err := walk(t, data)
		if err != nil {
			return
		}
		last := int64(-1)
		for _, e := range layout.Used {
			if e.From <= last || e.To <= e.From || e.To > int64(len(data)) {
				t.Errorf("%+v in %d bytes", layout.Used, len(data))
			}
			last = e.To
		}
		for _, item := range root.Tables(2) {
			_ = item.Table(2).Uint(0, 8)
		}
		_ = root.Text(1, 10)
	})
}
