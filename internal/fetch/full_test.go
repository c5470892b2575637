//go:build linux

package fetch

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/modelgate/gate/internal/hub/hubtest"
)

// smallDisk is a home on a file system of so many bytes.
func smallDisk(t *testing.T, size string) *site {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small disk cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	s := siteAt(t, dir)
	s.hub.Repo("acme/large", hubtest.Repo{}).Commit("first", time.Now(), map[string]hubtest.File{
		"weights": hubtest.LFS(bytes.Repeat([]byte("0123456789"), 60_000)), "more": hubtest.LFS(bytes.Repeat([]byte("9876543210"), 60_000)),
	})
	return s
}

func TestFullDisk(t *testing.T) {
	s := smallDisk(t, "1m")
	s.hub.Forget()
	_, err := s.fetch("acme/large", "")
	if _, ok := errors.AsType[*fullDisk](err); !ok {
		t.Errorf("got %v", err)
	}
	if got := ranges(s); len(got) > 0 {
		t.Errorf("the download began all the same: %q", got)
	}
	s.wantNothing()
	s.wantNoQuarantine()
}

func TestDiskFillsMidway(t *testing.T) {
	s := smallDisk(t, "2m")
	fill := sync.OnceFunc(func() {
		f, err := os.Create(filepath.Join(s.home, "junk"))
		if err != nil {
			t.Error(err)
			return
		}
		defer f.Close()
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
	})
	_, err := s.fetchWith(t.Context(), "acme/large", "", func(int64, int64) { fill() })
	if _, ok := errors.AsType[*fullDisk](err); !ok {
		t.Errorf("got %v", err)
	}
	s.wantNothing()
	s.wantNoQuarantine()
}
