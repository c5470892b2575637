package tar_test

import (
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/tar"
	"github.com/modelgate/gate/internal/archive"
	"github.com/modelgate/gate/internal/checktest/corpus"
)

func TestCorpus(t *testing.T) {
	corpus.Containers(t, tar.Inspector{}, []gate.Kind{archive.KindEntry}, "own/box/tar/")
}
