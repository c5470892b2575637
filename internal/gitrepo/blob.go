package gitrepo

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
)

// Bounds of a file: over the first it goes to a temporary file, over the second it is not
// read.
const (
	maxMemory = 8 << 20
	maxBlob   = 4 << 30
)

// file is an open file. Its content is read at the first use.
type file struct {
	name  string
	info  info
	store *store

	mu      sync.Mutex
	content io.ReaderAt
	failed  error
	spooled *os.File
	offset  int64 // of Read
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }

// ReadAt implements io.ReaderAt.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	content, err := f.load()
	if err != nil {
		return 0, &fs.PathError{Op: "read", Path: f.name, Err: err}
	}
	if off < 0 {
		return 0, &fs.PathError{Op: "read", Path: f.name, Err: fs.ErrInvalid}
	}
	return content.ReadAt(p, off)
}

// Read implements io.Reader.
func (f *file) Read(p []byte) (int, error) {
	f.mu.Lock()
	off := f.offset
	f.mu.Unlock()
	n, err := f.ReadAt(p, off)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	f.mu.Lock()
	f.offset = off + int64(n)
	f.mu.Unlock()
	return n, err
}

func (f *file) load() (io.ReaderAt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.content == nil && f.failed == nil {
		f.content, f.failed = f.open()
	}
	return f.content, f.failed
}

func (f *file) open() (io.ReaderAt, error) {
	if f.info.size <= maxMemory {
		o, err := f.store.read(f.info.hash, plumbing.BlobObject, maxMemory)
		if err != nil {
			return nil, err
		}
		return o, nil
	}
	if f.info.size > maxBlob {
		return nil, tooLarge(f.info.size, maxBlob)
	}
	spool, err := os.CreateTemp("", "gate-blob-")
	if err != nil {
		return nil, err
	}
	f.spooled = spool
	if err := f.store.spool(f.info.hash, spool); err != nil {
		return nil, err
	}
	return spool, nil
}

// Close removes what was spooled.
func (f *file) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.content, f.failed = nil, fs.ErrClosed
	if f.spooled == nil {
		return nil
	}
	name := f.spooled.Name()
	err := errors.Join(f.spooled.Close(), os.Remove(name))
	f.spooled = nil
	return err
}
