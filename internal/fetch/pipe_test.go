//go:build unix

package fetch

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestPipeInTheWay: where a file is to be, there is a pipe that nobody writes into. It is
// replaced, and not read.
func TestPipeInTheWay(t *testing.T) {
	s := newSite(t)
	folder := filepath.Join(t.TempDir(), "out")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(folder, "config.json"), 0o600); err != nil {
		t.Skip(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := s.fetch("acme/tiny", folder)
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("it waits for the pipe")
	}
	if info, err := os.Lstat(filepath.Join(folder, "config.json")); err != nil || !info.Mode().IsRegular() {
		t.Errorf("%v %v", info, err)
	}
}
