package compressed_test

import (
	"testing"

	"github.com/modelgate/gate/checks/formats/compressed"
	"github.com/modelgate/gate/internal/checktest/corpus"
)

func TestCorpus(t *testing.T) {
	corpus.Containers(t, compressed.Inspector{}, nil, "own/box/comp/", "own/box/joblib/", "own/extra/bz2", "own/extra/xz")
}
