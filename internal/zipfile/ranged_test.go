package zipfile

import (
	"slices"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modeltest"
)

// TestRanged: where reading is dear, the entries are the same, and the headers of large
// ones were not read unless the directory leaves room for something.
func TestRanged(t *testing.T) {
	file := modeltest.SparseTorch(modeltest.StateDict(4), 3, 1<<20)
	blob := gate.NewBlob("m.pt", file.Size, file)
	whole, err := ReadBlob(t.Context(), blob)
	if err != nil {
		t.Fatal(err)
	}
	blob.Ranged = true
	ranged, err := ReadBlob(t.Context(), blob)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(whole.Facts, ranged.Facts) || !slices.Equal(whole.Spans, ranged.Spans) {
		t.Errorf("facts %v and %v, spans %v and %v", whole.Facts, ranged.Facts, whole.Spans, ranged.Spans)
	}
	var assumed []string
	for i, e := range ranged.Entries {
		if e.Assumed {
			assumed = append(assumed, e.Name)
		}
		if w := whole.Entries[i]; w.Name != e.Name || w.Data != e.Data || w.end != e.end {
			t.Errorf("%s is at %d to %d, by ranges at %d to %d", w.Name, w.Data, w.end, e.Data, e.end)
		}
	}
	// Nothing but the directory follows the last entry, and its header is read.
	if want := []string{"archive/data/0", "archive/data/1"}; !slices.Equal(assumed, want) {
		t.Errorf("assumed %q, want %q", assumed, want)
	}
}
