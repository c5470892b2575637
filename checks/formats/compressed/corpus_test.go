package compressed_test

import (
	"bytes"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/compressed"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/checktest/corpus"
)

// TestCorpus holds that of a malicious file the pickle is handed back, or the file is
// bad itself, and that a benign one is verified.
func TestCorpus(t *testing.T) {
	for _, f := range corpus.Files(t, "own/box/comp/", "own/box/joblib/", "own/extra/bz2", "own/extra/xz") {
		if !checktest.Wants(compressed.Inspector{}, f.Path, f.Data) {
			continue
		}
		r := checktest.Inspect(t, compressed.Inspector{}, f.Path, f.Data)
		bad := false
		for _, c := range r.Children {
			bad = bad || bytes.Contains(c.Data, []byte("posix"))
		}
		if f.Label == "malicious" && !bad {
			t.Errorf("%s: missed: %s", f.Path, checktest.JSON(r.Evidence))
		}
		if f.Label == "benign" && (bad || r.State != gate.Verified) {
			t.Errorf("%s: %s %s", f.Path, r.State, checktest.JSON(r.Evidence))
		}
	}
}
