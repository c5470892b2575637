package yamltree

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/jsontree"
)

func TestParse(t *testing.T) {
	docs, err := Parse(t.Context(), []byte("a: &x os.system\nb:\n  - *x\n  - {c: 1, d: yes, e: true, f: null}\n---\ng: 'h'\n"))
	if err != nil || len(docs) != 2 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	items := docs[0].Get("b").Items
	if items[0].String() != "os.system" {
		t.Errorf("the alias is %q", items[0].String())
	}
	for name, want := range map[string]jsontree.Kind{"c": '0', "d": jsontree.String, "e": jsontree.True, "f": jsontree.Null} {
		if got := items[1].Get(name).Kind; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if g := docs[1].Get("g"); g.String() != "h" || g.Start != strings.Index("a: &x os.system\nb:\n  - *x\n  - {c: 1, d: yes, e: true, f: null}\n---\ng: 'h'\n", "'h'") {
		t.Errorf("g is %+v", g)
	}
}

func TestBroken(t *testing.T) {
	docs, err := Parse(t.Context(), []byte("a: 1\n---\nb: [\n"))
	if err == nil || len(docs) != 1 {
		t.Errorf("%d documents, %v", len(docs), err)
	}
	for name, text := range map[string]string{
		"deep": strings.Repeat("[", 1000) + strings.Repeat("]", 1000), "long": strings.Repeat("#", MaxSize+1),
	} {
		if _, err := Parse(t.Context(), []byte(text)); !errors.Is(err, jsontree.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Parse(ctx, []byte("a: 1")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("a: &x [1, {b: *x}]\n<<: {c: !!python/name:os.system ''}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		docs, err := Parse(t.Context(), text)
		for _, d := range docs {
			d.Walk(func(_ string, v *jsontree.Value) {
				if v.Start < 0 || v.Start > len(text) && err == nil {
					t.Errorf("value at %d of %d", v.Start, len(text))
				}
			})
		}
	})
}
