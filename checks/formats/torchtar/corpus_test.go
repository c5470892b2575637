package torchtar_test

import (
	"testing"

	"github.com/modelgate/gate/checks/formats/torchtar"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/checktest/corpus"
	"github.com/modelgate/gate/internal/pickle"
)

// TestCorpus holds that a call is stated for every malicious file.
func TestCorpus(t *testing.T) {
	for _, f := range corpus.Files(t, "own/box/legacy/", "own/extra/tar_in") {
		if !checktest.Wants(torchtar.Inspector{}, f.Path, f.Data) {
			continue
		}
		r := checktest.Inspect(t, torchtar.Inspector{}, f.Path, f.Data)
		found := false
		for _, c := range checktest.Of[pickle.Call](r, pickle.KindCall) {
			found = found || c.Class == pickle.Dangerous
		}
		if f.Label == "malicious" && !found {
			t.Errorf("%s: missed: %s", f.Path, checktest.JSON(r.Evidence))
		}
	}
}
