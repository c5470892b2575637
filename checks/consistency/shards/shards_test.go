package shards

import (
	"slices"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/modeltest"
)

const (
	one     = "model-00001-of-00002.safetensors"
	two     = "model-00002-of-00002.safetensors"
	listing = "model.safetensors.index.json"
)

func TestBenign(t *testing.T) { checktest.Benign(t, Auditor{}) }

func TestMismatch(t *testing.T) {
	file := func(name string, tensors ...string) modeltest.Entry {
		return modeltest.Entry{Name: name, Data: modeltest.Weights(tensors...)}
	}
	index := func(lines ...string) modeltest.Entry {
		return modeltest.Entry{Name: listing, Data: modeltest.Index(lines...)}
	}
	raw := func(name, data string) modeltest.Entry { return modeltest.Entry{Name: name, Data: []byte(data)} }
	filled := func(name, tensor string) modeltest.Entry {
		e := file(name, tensor)
		e.Data[len(e.Data)-1] = 1
		return e
	}
	a, b := file(one, "a F32 4"), file(two, "b F32 4")
	for name, test := range map[string]struct {
		files []modeltest.Entry
		want  []Mismatch
	}{
		"agree":                 {[]modeltest.Entry{a, b, index("a "+one, "b "+two)}, nil},
		"swapped":               {[]modeltest.Entry{a, b, index("a "+two, "b "+one)}, []Mismatch{{listing, elsewhere, one, "b", two, 1}, {listing, elsewhere, two, "a", one, 1}}},
		"absent":                {[]modeltest.Entry{a, b, index("a "+one, "b "+two, "d "+two, "c "+two)}, []Mismatch{{listing, absent, two, "c", "", 2}}},
		"unlisted":              {[]modeltest.Entry{a, file(two, "b F32 4", "evil F32 4"), index("a "+one, "b "+two)}, []Mismatch{{listing, unlisted, two, "evil", "", 1}}},
		"missing":               {[]modeltest.Entry{a, index("a "+one, "b "+two)}, []Mismatch{{listing, missing, two, "", "", 1}}},
		"only the index":        {[]modeltest.Entry{index("a "+one, "b "+two)}, nil},
		"file that is unlisted": {[]modeltest.Entry{a, b, index("a " + one)}, []Mismatch{{listing, unlistedAll, two, "", "", 1}}},
		"nothing is listed":     {[]modeltest.Entry{a, index()}, []Mismatch{{listing, unlistedAll, one, "", "", 1}}},
		"in a file that is unlisted": {[]modeltest.Entry{a, b, index("a "+one, "b "+one)},
			[]Mismatch{{listing, elsewhere, one, "b", two, 1}, {listing, unlistedAll, two, "", "", 1}}},
		"twice the same":    {[]modeltest.Entry{a, file(two, "b F32 4", "a F32 4"), index("a "+one, "b "+two)}, nil},
		"twice and another": {[]modeltest.Entry{a, filled(two, "a F32 4"), index("a "+one, "b "+two)}, []Mismatch{{listing, absent, two, "b", "", 1}, {listing, differs, one, "a", two, 1}}},
		"another shape":     {[]modeltest.Entry{a, file(two, "a F32 2x2", "b F32 4"), index("a "+one, "b "+two)}, []Mismatch{{listing, differs, one, "a", two, 1}}},
		"named twice":       {[]modeltest.Entry{a, b, raw(listing, `{"weight_map": {"a": "`+two+`", "b": "`+two+`", "a": "`+one+`"}}`)}, []Mismatch{{listing, twice, one, "a", two, 1}}},
		"outside and below": {[]modeltest.Entry{a, b, index("a "+one, "b "+two, "c ../x.safetensors", "d sub/y.safetensors")}, nil},
		"pointer":           {[]modeltest.Entry{raw(one, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"), b, index("a "+one, "b "+two)}, nil},
		"broken file":       {[]modeltest.Entry{raw(one, "\xff\xff\xff\xff\xff\xff\xff\xff{}"), b, index("a "+one, "b "+two)}, nil},
		"broken index":      {[]modeltest.Entry{a, b, raw(listing, `{"weight_map": `)}, nil},
		"odd index":         {[]modeltest.Entry{a, b, raw(listing, `{"weight_map": [1, 2]}`), raw("x.bin.index.json", `[]`)}, []Mismatch{{listing, unlistedAll, one, "", "", 1}, {listing, unlistedAll, two, "", "", 1}}},
		"pickles": {[]modeltest.Entry{raw("pytorch_model-00001-of-00002.bin", "x"), raw("pytorch_model.bin.index.json", `{"weight_map": {"a": "pytorch_model-00002-of-00002.bin", "b": "pytorch_model-00001-of-00002.bin"}}`)},
			[]Mismatch{{"pytorch_model.bin.index.json", missing, "pytorch_model-00002-of-00002.bin", "", "", 1}}},
		"two indexes": {[]modeltest.Entry{raw("p.bin.index.json", `{"weight_map": {"a": "1.bin", "b": "2.bin"}}`), raw("q.bin.index.json", `{"weight_map": {"a": "2.bin", "b": "1.bin", "c": "3.bin"}}`), raw("1.bin", "x"), raw("2.bin", "x"), raw("3.bin", "x")},
			[]Mismatch{{"q.bin.index.json", indexes, "1.bin", "b", "p.bin.index.json", 1}, {"q.bin.index.json", indexes, "2.bin", "a", "p.bin.index.json", 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := checktest.Audit(t, Auditor{}, checktest.Subject(test.files...))
			if got := checktest.Of[Mismatch](r, kind); !slices.Equal(got, test.want) || len(r.Evidence) != len(test.want) {
				t.Errorf("got %s", checktest.JSON(r.Evidence))
			}
			for _, e := range r.Evidence {
				if e.At.Line == 0 {
					t.Errorf("%s has no line", checktest.JSON(e))
				}
			}
		})
	}
}

func TestTooManyIndexes(t *testing.T) {
	var files []modeltest.Entry
	for i := range maxIndexes + 1 {
		files = append(files, modeltest.Entry{Name: string(rune('a'+i)) + ".safetensors.index.json", Data: modeltest.Index("a 1.safetensors")})
	}
	r := checktest.Audit(t, Auditor{}, checktest.Subject(files...))
	if got := r.Kinds(); !slices.Equal(got, []gate.Kind{gate.KindIncomplete}) {
		t.Errorf("got %s", checktest.JSON(r.Evidence))
	}
}

func FuzzIndex(f *testing.F) {
	beside := []modeltest.Entry{{Name: one, Data: modeltest.Weights("a F32 4")}, {Name: two, Data: modeltest.Weights("b F32 4", "a F32 4")}}
	checktest.FuzzAudit(f, Auditor{}, listing, beside, modeltest.Index("a "+one, "b "+two), modeltest.Index("b "+one, "c x"), modeltest.Index())
}

func FuzzShard(f *testing.F) {
	beside := []modeltest.Entry{{Name: listing, Data: modeltest.Index("a "+one, "b "+two)}, {Name: two, Data: modeltest.Weights("b F32 4", "a F32 4")}}
	checktest.FuzzAudit(f, Auditor{}, one, beside, modeltest.Weights("a F32 4"), modeltest.Weights("b F32 1", "a = b"))
}
