package torchzip_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/torchzip"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/checktest/corpus"
)

// TestCorpus holds that every benign checkpoint is verified, and that of a malicious one
// a call is stated or the bad record handed back.
func TestCorpus(t *testing.T) {
	for _, f := range corpus.Files(t, "own/box/zip/", "own/extra/", "own/benign/torch/") {
		if !checktest.Wants(torchzip.Inspector{}, f.Path, f.Data) {
			continue
		}
		r := checktest.Inspect(t, torchzip.Inspector{}, f.Path, f.Data)
		switch f.Label {
		case "benign":
			if r.State != gate.Verified || len(told(r)) != 0 {
				t.Errorf("%s: %s %v %s", f.Path, r.State, told(r), checktest.JSON(checktest.Of[torchzip.Grammar](r, torchzip.KindGrammar)))
			}
		case "malicious":
			inside := slices.ContainsFunc(r.Children, func(c checktest.Child) bool { return strings.Contains(string(c.Data), "system") })
			prefix := strings.Contains(f.Path, "evilpickle_then_zip") // handed back with the archive's structure
			if !slices.Contains(told(r), "pickle dangerous") && !inside && !prefix || r.State == gate.Verified {
				t.Errorf("%s: missed, %s", f.Path, r.State)
			}
		}
	}
}
