//go:build unix

package verify

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/modelgate/gate"
)

// TestPipe: a pipe that nobody writes into, and links to it and to nothing, end the reading
// of no folder.
func TestPipe(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Skip(err)
	}
	for name, target := range map[string]string{"link": "pipe", "nothing": "none"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	done := make(chan []gate.Kind, 1)
	go func() {
		var kinds []gate.Kind
		evidence, err := Folder(t.Context(), root.FS(), "m", gate.Locked{Key: "hf:acme/tiny@main"})
		for _, e := range evidence {
			kinds = append(kinds, e.Kind)
		}
		if err != nil {
			t.Error(err)
		}
		done <- kinds
	}()
	select {
	case got := <-done:
		if !slices.Equal(got, []gate.Kind{gate.KindIncomplete, gate.KindIncomplete, gate.KindIncomplete}) {
			t.Errorf("got %q", got)
		}
	case <-time.After(10 * time.Second):
		t.Error("it waits for the pipe")
	}
}
