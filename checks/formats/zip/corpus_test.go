package zip_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/zip"
	"github.com/modelgate/gate/internal/archive"
	"github.com/modelgate/gate/internal/checktest"
	"github.com/modelgate/gate/internal/checktest/corpus"
	"github.com/modelgate/gate/internal/zipfile"
)

// TestCorpus holds that the bad content of a malicious archive is handed back, however
// deep in other archives, or left to the inspector of checkpoints, unless the archive is
// bad itself.
func TestCorpus(t *testing.T) {
	for _, f := range corpus.Files(t, "own/box/zip/", "own/box/npy/", "own/extra/pt2", "own/extra/dup", "own/extra/elf", "own/extra/gif", "peers/picklescan/") {
		if !checktest.Wants(zip.Inspector{}, f.Path, f.Data) {
			continue
		}
		bad, facts := look(t, f.Path, f.Data)
		switch f.Label {
		case "malicious":
			if !bad && !facts {
				t.Errorf("%s: missed", f.Path)
			}
		case "benign":
			if bad || facts {
				t.Errorf("%s: false alarm", f.Path)
			}
		}
	}
}

// look tells whether a pickle that calls something is inside, and whether the archive is
// bad itself.
func look(t *testing.T, path string, data []byte) (bad, facts bool) {
	t.Helper()
	r := checktest.Inspect(t, zip.Inspector{}, path, data)
	for _, e := range r.Evidence {
		switch e.Data.(type) {
		case archive.Entry, archive.Conflict, gate.Malformed:
			facts = true
		}
	}
	children := r.Children
	a, err := zipfile.Read(t.Context(), bytes.NewReader(data), int64(len(data)))
	if err == nil && a.Kind() == zipfile.TorchKind {
		for i := range a.Entries {
			a.Hand(&a.Entries[i], func(name string, _ int64, r io.Reader) {
				b, _ := io.ReadAll(r)
				children = append(children, checktest.Child{Name: name, Data: b})
			})
		}
	}
	for _, c := range children {
		bad = bad || bytes.Contains(c.Data, []byte("system")) || bytes.Contains(c.Data, []byte("eval"))
		if checktest.Wants(zip.Inspector{}, c.Name, c.Data) {
			b, f := look(t, c.Name, c.Data)
			bad, facts = bad || b, facts || f
		}
	}
	return bad, facts
}
