package zipfile

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCorpus compares with archive/zip over the archives of a corpus: what it reads
// without an error must be among the entries, byte for byte.
func TestCorpus(t *testing.T) {
	root := os.Getenv("GATE_SHARED")
	if root == "" {
		t.Skip("GATE_SHARED is not set")
	}
	archives := 0
	err := filepath.WalkDir(filepath.Join(root, "corpus"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		judge, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil && !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
			return nil
		}
		archives++
		a, err := Read(t.Context(), bytes.NewReader(data), int64(len(data)))
		if err != nil {
			if judge != nil {
				t.Errorf("%s: %v", p, err)
			}
			return nil
		}
		if len(a.Facts)+len(a.Spans) > 0 {
			t.Logf("%s: %s %v %v", p, a.Kind(), a.Facts, a.Spans)
		}
		if judge != nil {
			against(t, p, a, judge)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d archives", archives)
}

func against(t *testing.T, path string, a *Archive, judge *zip.Reader) {
	t.Helper()
	for _, f := range judge.File {
		if strings.HasSuffix(f.Name, "/") {
			continue // a folder: its data, if any, is not looked at
		}
		r, err := f.Open()
		if err != nil {
			continue
		}
		want, err := io.ReadAll(io.LimitReader(r, 32<<20))
		if err != nil {
			continue
		}
		if !holds(a, f.Name, want) {
			t.Errorf("%s: no entry %q with the %d bytes that archive/zip reads", path, f.Name, len(want))
		}
	}
}

func holds(a *Archive, name string, want []byte) bool {
	for i := range a.Entries {
		if a.Entries[i].Name != name {
			continue
		}
		r, err := a.Open(&a.Entries[i])
		if err != nil {
			continue
		}
		if got, err := io.ReadAll(io.LimitReader(r, 32<<20)); err == nil && bytes.Equal(got, want) {
			return true
		}
	}
	return false
}
