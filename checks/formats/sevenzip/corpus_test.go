package sevenzip_test

import (
	"testing"

	"github.com/modelgate/gate/checks/formats/sevenzip"
	"github.com/modelgate/gate/internal/checktest/corpus"
)

func TestCorpus(t *testing.T) {
	corpus.Containers(t, sevenzip.Inspector{}, nil, "own/box/7z/")
}
