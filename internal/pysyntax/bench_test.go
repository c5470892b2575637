package pysyntax

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkParse parses Python's own library, or the folder that PYSYNTAX_TREE names.
func BenchmarkParse(b *testing.B) {
	dir := os.Getenv("PYSYNTAX_TREE")
	if dir == "" {
		out, err := exec.Command("python3", "-c", "import os;print(os.path.dirname(os.__file__))").Output()
		if err != nil {
			b.Skip("no python3")
		}
		dir = strings.TrimSpace(string(out))
	}
	var sources [][]byte
	size := 0
	for _, path := range pythonFiles(b, dir) {
		if src, err := os.ReadFile(filepath.Clean(path)); err == nil && size < 32<<20 {
			sources = append(sources, src)
			size += len(src)
		}
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, src := range sources {
			Parse(src)
		}
	}
	b.ReportMetric(float64(len(sources)), "files")
}
