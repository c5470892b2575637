package pickle

import (
	"path"
	"strings"
	"testing"
)

// TestTables holds the tables to their form: known shapes, signatures that parse,
// products that exist, harms that are named.
func TestTables(t *testing.T) {
	products := map[string]bool{"": true}
	for _, p := range strings.Fields("object value dict list set tensor storage bytes ndarray npdtype npscalar arrayclass layout qscheme enum ufunc") {
		products[p] = true
	}
	for _, f := range rows(safeTSV, 6) {
		if len(f) != 6 || strings.Trim(f[2], "RN=") != "" || f[2] == "" || f[5] == "" {
			t.Errorf("row %q", f)
		}
		if _, err := parseSignature(f[3]); err != nil {
			t.Errorf("row %q: %v", f, err)
		}
		p, _, sized := strings.Cut(f[4], ":")
		if !products[p] && !(sized && (p == "storage" || p == "dtype")) {
			t.Errorf("row %q: product %q", f, f[4])
		}
		for _, pattern := range strings.Fields(f[0] + " " + f[1]) {
			if _, err := path.Match(pattern, ""); err != nil {
				t.Errorf("row %q: %v", f, err)
			}
		}
	}
	for _, f := range rows(dangerousTSV, 4) {
		if len(f) != 4 || f[2] == "" || f[3] == "" {
			t.Errorf("row %q", f)
		}
	}
	for _, f := range rows(python2TSV, 4) {
		if len(f) != 4 {
			t.Errorf("row %q", f)
		}
	}
}

func TestClassify(t *testing.T) {
	for name, want := range map[string]Class{
		"collections OrderedDict": Safe, "types SimpleNamespace": Safe, "types FunctionType": Dangerous,
		"os.path join": Dangerous, "osmosis f": Unknown, "sklearn.tree._classes DecisionTreeClassifier": Safe,
		"sklearn.externals.joblib load": Dangerous, "sklearn.utils f": Unknown, "_private f": Dangerous, "_codecs encode": Safe,
		"__main__ eval": Dangerous, "__main__ Model": Unknown, "numpy.core._internal f": Dangerous, "torch load": Dangerous,
		"torch float32": Safe, "torch FloatTensor": Safe, "datetime datetime.now": Dangerous,
	} {
		module, n, _ := strings.Cut(name, " ")
		if got, _, _ := DefaultLists().Classify(module, n); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestWith(t *testing.T) {
	l, err := DefaultLists().With(Entry{Module: "acme.models", Name: "*", Shape: "N", Source: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	if c, _, _ := l.Classify("acme.models", "Net"); c != Safe {
		t.Errorf("the organisation's class is %s", c)
	}
	if c, _, _ := DefaultLists().Classify("acme.models", "Net"); c != Unknown {
		t.Errorf("the built-in lists were changed: %s", c)
	}
	for _, e := range []Entry{
		{Module: "a", Name: "b", Shape: "X"}, {Module: "a", Name: "b"}, {Name: "b", Shape: "N"},
		{Module: "a[", Name: "b", Shape: "N"}, {Module: "a", Name: "b", Shape: "R", Signature: "nonsense"},
	} {
		if _, err := DefaultLists().With(e); err == nil {
			t.Errorf("%+v is taken", e)
		}
	}
	wide, err := DefaultLists().With(Entry{Module: "*", Name: "*", Shape: "RN="})
	if err != nil {
		t.Fatal(err)
	}
	if c, _, _ := wide.Classify("os", "system"); c != Dangerous {
		t.Error("a pattern lifts a dangerous name")
	}
}
