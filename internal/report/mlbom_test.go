package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/modelgate/gate"
)

func bomOf(t *testing.T, r *gate.Report) (*cdx.BOM, string) {
	t.Helper()
	var b bytes.Buffer
	if err := MLBOM(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	bom := &cdx.BOM{}
	if err := json.Unmarshal(b.Bytes(), bom); err != nil {
		t.Fatal(err)
	}
	return bom, b.String()
}

func TestMLBOM(t *testing.T) {
	bom, _ := bomOf(t, asking())
	refs := map[string]cdx.Component{}
	for _, c := range *bom.Components {
		refs[c.BOMRef] = c
	}
	if len(refs) != 4 {
		t.Fatalf("got %d models; one in a document is none: %v", len(refs), refs)
	}
	tiny := refs["hf:acme/tiny"]
	if tiny.Type != cdx.ComponentTypeMachineLearningModel || tiny.Group != "acme" || tiny.Name != "tiny" || tiny.Version != commit ||
		tiny.PackageURL != "pkg:huggingface/acme/tiny@"+commit || tiny.Publisher != "acme" || (*tiny.Licenses)[0].License.ID != "MIT" || tiny.Scope != "" {
		t.Errorf("got %+v", tiny)
	}
	if a := *tiny.Pedigree.Ancestors; len(a) != 1 || a[0].PackageURL != "pkg:huggingface/acme/base" {
		t.Errorf("got the ancestors %+v", a)
	}
	p := tiny.ModelCard.ModelParameters
	if p.Task != "text-generation" || len(*p.Datasets) != 1 || (*p.Datasets)[0].ComponentData.Name != "acme/words" {
		t.Errorf("got the model card %+v", p)
	}
	if o := *tiny.Evidence.Occurrences; len(o) != 2 || o[0].Location != "app.py" || *o[0].Line != 2 || o[0].Symbol != "from_pretrained" || o[1].AdditionalContext != "test" {
		t.Errorf("got the occurrences %+v", o)
	}
	if f := *tiny.Components; len(f) != 3 || f[1].Name != "model.safetensors" || (*f[1].Hashes)[0].Value != sum || bomProperty(f[2].Properties, "gate:reason") != "the budget is spent" {
		t.Errorf("got the files %+v", f)
	}
	for name, want := range map[string]string{"gate:pinned": "false", "gate:state": "verified", "gate:revision": "main", "gate:publisher:verified": "true", "gate:read": "range"} {
		if got := bomProperty(tiny.Properties, name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	gone, local, test := refs["hf:acme/gone@"+commit], refs["local:models"], refs["hf:bert"]
	if gone.Version != commit || bomProperty(gone.Properties, "gate:pinned") != "true" || bomProperty(gone.Properties, "gate:unavailable") == "" {
		t.Errorf("got %+v of a model that no registry has", gone)
	}
	if local.PackageURL != "" || (*local.Licenses)[0].License.Name != "acme 1" || (*local.Components)[0].Name != "m.pkl" {
		t.Errorf("got %+v of a model in the repository", local)
	}
	if test.Scope != cdx.ScopeExcluded || test.PackageURL != "pkg:huggingface/bert" {
		t.Errorf("got %+v of a model that only tests load", test)
	}
	if d := (*bom.Dependencies)[0]; d.Ref != "root" || len(*d.Dependencies) != 4 {
		t.Errorf("got the dependencies %+v", d)
	}
	if c := (*bom.Compositions)[0]; c.Aggregate != cdx.CompositionAggregateIncomplete {
		t.Errorf("got %s, though a model is known only at run time", c.Aggregate)
	}
	if got := bomProperty(bom.Metadata.Properties, "gate:unresolved"); got != "app.py:7:5 load" {
		t.Errorf("got the unresolved reference %q", got)
	}
}

func bomProperty(list *[]cdx.Property, name string) string {
	i := slices.IndexFunc(*list, func(p cdx.Property) bool { return p.Name == name })
	if i < 0 {
		return ""
	}
	return (*list)[i].Value
}

func TestMLBOMIsDeterministic(t *testing.T) {
	bom, first := bomOf(t, asking())
	if _, second := bomOf(t, again(t, asking())); first != second {
		t.Error("the report read again gives another bill")
	}
	if !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(bom.SerialNumber) {
		t.Errorf("got the serial number %q", bom.SerialNumber)
	}
	r := asking()
	r.References[0].Loader = "other"
	if other, _ := bomOf(t, r); other.SerialNumber == bom.SerialNumber {
		t.Error("two bills have one serial number")
	}
}

func TestMLBOMOfNothing(t *testing.T) {
	bom, text := bomOf(t, &gate.Report{Verdict: gate.Pass})
	if bom.Components != nil || strings.Contains(text, "null") || (*bom.Compositions)[0].Aggregate != cdx.CompositionAggregateUnknown {
		t.Errorf("got %s", text)
	}
}

// TestMLBOMOfHostileNames holds what attacks a reader to what the schema allows: plain
// text, addresses, no digest that is none, no reference twice.
func TestMLBOMOfHostileNames(t *testing.T) {
	r := hostileReport()
	r.Artifacts[0].Files = append(r.Artifacts[0].Files, gate.File{Path: "a\x01"}, gate.File{Path: `a\u0001`})
	r.References[0].Model.Source, r.Artifacts[0].Model.Source = "hf", "hf"
	bom, text := bomOf(t, r)
	if strings.ContainsAny(text, "\x1b\u202e\x00") {
		t.Error("a character that acts got through")
	}
	seen := map[string]bool{}
	var walk func([]cdx.Component)
	walk = func(list []cdx.Component) {
		for _, c := range list {
			if seen[c.BOMRef] || c.Hashes != nil {
				t.Errorf("got %q twice, or with hashes %v", c.BOMRef, c.Hashes)
			}
			seen[c.BOMRef] = true
			if c.ExternalReferences != nil {
				for _, e := range *c.ExternalReferences {
					if u, err := url.Parse(e.URL); err != nil || u.Host != "huggingface.co" || strings.ContainsAny(e.URL, " <>\"`\n") {
						t.Errorf("got the address %q", e.URL)
					}
				}
			}
			if c.Components != nil {
				walk(*c.Components)
			}
		}
	}
	walk(*bom.Components)
	if len(seen) < 4 {
		t.Errorf("got only %d components", len(seen))
	}
}

func TestPurl(t *testing.T) {
	for _, c := range []struct {
		model        gate.ModelID
		commit, want string
	}{
		{gate.ModelID{Source: "hf", Namespace: "Org", Name: "M"}, "ABC", "pkg:huggingface/Org/M@abc"},
		{gate.ModelID{Source: "hf", Name: "bert"}, "", "pkg:huggingface/bert"},
		{gate.ModelID{Source: "hf", Namespace: "a@b", Name: "c/d?"}, "", "pkg:huggingface/a%40b/c%2Fd%3F"},
		{gate.ModelID{Source: "torchhub", Namespace: "PyTorch", Name: "Vision"}, "", "pkg:github/pytorch/vision"},
		{gate.ModelID{Source: "ollama", Name: "x"}, "", ""},
		{gate.ModelID{Source: "url", URL: "https://e.com/m.pt"}, "", ""},
	} {
		if got := purl(c.model, c.commit); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestMLBOMOfManyPlaces(t *testing.T) {
	r := asking()
	for i := range 3 * maxOccurrences {
		ref := r.References[0]
		ref.At.Path = fmt.Sprint(i)
		r.References = append(r.References, ref)
	}
	bom, _ := bomOf(t, r)
	if n := len(*(*bom.Components)[0].Evidence.Occurrences); n != maxOccurrences {
		t.Errorf("got %d occurrences", n)
	}
}
