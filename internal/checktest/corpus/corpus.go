// Package corpus gives tests the labelled model files of a folder outside the
// repository: GATE_SHARED names a folder with corpus/labels.tsv. Without it the tests
// that ask are skipped.
package corpus

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// File is a file of the corpus. The label is malicious, suspicious, malformed, benign or
// unlabelled.
type File struct {
	Path, Label string
	Data        []byte
}

// Files returns the files whose path begins with one of the prefixes.
func Files(t *testing.T, prefixes ...string) []File {
	t.Helper()
	shared := os.Getenv("GATE_SHARED")
	if shared == "" {
		t.Skip("GATE_SHARED is not set")
	}
	root := filepath.Join(shared, "corpus")
	labels, err := os.ReadFile(filepath.Join(root, "labels.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var files []File
	for line := range strings.Lines(string(labels)) {
		columns := strings.Split(line, "\t")
		if len(columns) < 2 || !hasPrefix(columns[0], prefixes) {
			continue
		}
		path := filepath.Join(root, columns[0])
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, File{columns[0], columns[1], data})
	}
	return files
}

func hasPrefix(path string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}
