package license

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

var (
	model = gate.ModelID{Source: "hf", Namespace: "acme", Name: "tiny"}
	at    = gate.Location{Path: "app.py", Line: 3}
	lock  = gate.Location{Path: "models.lock", Line: 4}
)

func TestAudit(t *testing.T) {
	registry := Found{Model: "acme/tiny", Registry: "hf", Source: "registry"}
	of := func(f Found, id, spdx string) Found { f.ID, f.SPDX = id, spdx; return f }
	locked := &gate.Locked{License: "mit", At: lock}
	for name, test := range map[string]struct {
		repository *gate.Repository
		locked     *gate.Locked
		want       []Found
	}{
		"field":    {&gate.Repository{License: "apache-2.0", Tags: []string{"license:mit"}}, nil, []Found{of(registry, "apache-2.0", "Apache-2.0")}},
		"tags":     {&gate.Repository{Tags: []string{"a", "license:mit", "license:llama3.1", "license:"}}, nil, []Found{of(registry, "mit", "MIT"), of(registry, "llama3.1", "LicenseRef-llama3.1")}},
		"none":     {&gate.Repository{}, locked, nil},
		"lock":     {nil, locked, []Found{{"acme/tiny", "hf", "mit", "MIT", "lock"}}},
		"old lock": {nil, &gate.Locked{}, nil},
		"nothing":  {nil, nil, nil},
	} {
		r := checktest.Audit(t, Auditor{}, &gate.Subject{
			Model: model, References: []gate.Reference{{Model: model, At: at}}, Repository: test.repository, Locked: test.locked,
		})
		if got := checktest.Of[Found](r, kind); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v", name, got)
		}
		for _, e := range r.Evidence {
			if want := map[string]gate.Location{"registry": at, "lock": lock}[e.Data.(Found).Source]; e.At != want {
				t.Errorf("%s: at %+v", name, e.At)
			}
		}
	}
}

func TestCard(t *testing.T) {
	for text, want := range map[string][]Found{
		"---\ntags: [x]\nlicense: cc-by-4.0\n---\n# T":     {{ID: "cc-by-4.0", SPDX: "CC-BY-4.0", Source: "card"}},
		"---\nlicense: [mit, gpl]\n---\n":                  {{ID: "mit", SPDX: "MIT", Source: "card"}, {ID: "gpl", SPDX: "LicenseRef-gpl", Source: "card"}},
		"---\nlicense: other\nlicense_name: acme 1\n---\n": {{ID: "acme 1", SPDX: "LicenseRef-acme-1", Source: "card"}},
		"---\nlicense: other\n---\n":                       {{ID: "other", SPDX: "LicenseRef-other", Source: "card"}},
		"---\nlicense:\n---\n":                             nil,
		"---\nlicense: mit\n":                              nil,
		"--- x\nlicense: mit\n---\n":                       nil,
		"license: mit\n":                                   nil,
		"---\nlicense: [\n---\n":                           nil,
		"":                                                 nil,
	} {
		b := gate.NewBlob("m/README.md", int64(len(text)), strings.NewReader(text))
		other := gate.NewBlob("m/other.md", int64(len(text)), strings.NewReader(text))
		r := checktest.Audit(t, Auditor{}, &gate.Subject{Dir: "m", Blobs: []*gate.Blob{b, other}})
		if got := checktest.Of[Found](r, kind); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v", text, got)
		}
		if len(r.Evidence) > 0 && (r.Evidence[0].At.Path != "m/README.md" || r.Evidence[0].At.Line != strings.Count(text[:strings.Index(text, "license:")], "\n")+1) {
			t.Errorf("%q: at %+v", text, r.Evidence[0].At)
		}
	}
}

func TestIdentify(t *testing.T) {
	for id, want := range map[string]string{
		"MIT": "MIT", " mit ": "MIT", "GPL-3.0-only": "GPL-3.0-only", "gpl-3.0": "GPL-3.0-only", "gpl": "LicenseRef-gpl",
		"llama3.1": "LicenseRef-llama3.1", "openrail++": "LicenseRef-openrail--", "LicenseRef-x": "LicenseRef-x",
		"é\x00": "LicenseRef---", strings.Repeat("a", 99): "LicenseRef-" + strings.Repeat("a", 80),
	} {
		if got := identify(id); got != want {
			t.Errorf("%q: got %q", id, got)
		}
	}
}

func FuzzCard(f *testing.F) {
	f.Add("---\ntags: [x]\nlicense: cc-by-4.0\n---\n# T")
	f.Add("---\r\nlicense: [mit, gpl]\r\n---\r\n")
	f.Add("---\nlicense: other\nlicense_name: acme 1\n---\n")
	listed := slices.Collect(maps.Values(spdx))
	f.Fuzz(func(t *testing.T, text string) {
		b := gate.NewBlob("README.md", int64(len(text)), strings.NewReader(text))
		for _, e := range checktest.Audit(t, Auditor{}, &gate.Subject{Blobs: []*gate.Blob{b}}).Evidence {
			if found := e.Data.(Found); found.ID == "" || !strings.HasPrefix(found.SPDX, "LicenseRef-") && !slices.Contains(listed, found.SPDX) {
				t.Errorf("got %+v", found)
			}
			if e.At.Line < 1 || e.At.Line > strings.Count(text, "\n")+1 {
				t.Errorf("line %d", e.At.Line)
			}
		}
	})
}
