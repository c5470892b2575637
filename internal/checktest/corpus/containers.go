package corpus

import (
	"bytes"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

// Containers holds an inspector of containers to the files below the prefixes: of a
// malicious one it hands the pickle back, or states one of the kinds, and a benign one it
// verifies.
func Containers(t *testing.T, i checktest.Inspector, kinds []gate.Kind, prefixes ...string) {
	t.Helper()
	for _, f := range Files(t, prefixes...) {
		if !checktest.Wants(i, f.Path, f.Data) {
			continue
		}
		r := checktest.Inspect(t, i, f.Path, f.Data)
		bad := false
		for _, c := range r.Children {
			bad = bad || bytes.Contains(c.Data, []byte("posix"))
		}
		for _, e := range r.Evidence {
			for _, k := range kinds {
				bad = bad || e.Kind == k
			}
		}
		if f.Label == "malicious" && !bad {
			t.Errorf("%s: missed: %s", f.Path, checktest.JSON(r.Evidence))
		}
		if f.Label == "benign" && (bad || r.State != gate.Verified) {
			t.Errorf("%s: %s %s", f.Path, r.State, checktest.JSON(r.Evidence))
		}
	}
}
