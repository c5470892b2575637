package npy_test

import (
	"testing"

	"github.com/modelgate/gate/checks/formats/npy"
	"github.com/modelgate/gate/internal/checktest/corpus"
)

func TestCorpus(t *testing.T) {
	corpus.Containers(t, npy.Inspector{}, nil, "own/box/npy/")
}
