package scan

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/modelgate/gate"
)

// lazy opens a file when it is first read: auditors read few files of a model, and those of
// a registry cost requests.
type lazy[R file] struct {
	open func() (R, error)

	mu     sync.Mutex
	opened bool
	r      R
	err    error
}

type file interface {
	io.ReaderAt
	io.Closer
}

// ReadAt implements io.ReaderAt.
func (l *lazy[R]) ReadAt(p []byte, off int64) (int, error) {
	l.mu.Lock()
	if !l.opened {
		l.opened = true
		l.r, l.err = l.open()
	}
	l.mu.Unlock()
	if l.err != nil {
		return 0, l.err
	}
	return l.r.ReadAt(p, off)
}

// close closes the file if it was opened, and tells whether it was.
func (l *lazy[R]) close() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.opened || l.err != nil {
		return false
	}
	l.r.Close()
	l.err = os.ErrClosed
	return true
}

// shelved is a file of a registry that auditors may read.
type shelved struct {
	name string
	lazy[*tracked]
}

// shelve gives the subject the files of its registry.
func shelve(ctx context.Context, s *gate.Subject, opt *Online) (files []*shelved) {
	if s.Repository == nil {
		return nil
	}
	registry := opt.Registries[s.Model.Source]
	for _, f := range s.Repository.Files {
		file := &shelved{name: Remote(s.Model, f.Path)}
		file.open = func() (*tracked, error) {
			r, err := registry.Open(ctx, s.Repository, f)
			return &tracked{RemoteReader: r, limit: opt.Limits.Fetched}, err
		}
		files = append(files, file)
		blob := gate.NewBlob(file.name, f.Size, file)
		blob.Ranged = true
		s.Blobs = append(s.Blobs, blob)
	}
	return files
}

// settle closes the files that auditors read, counts what that cost, and states what could
// not be read, unless that was stated when the file was inspected.
func (m *modelResult) settle(w *worker, files []*shelved, id gate.ModelID) {
	for _, f := range files {
		err := f.err
		if f.close() {
			bytes, requests := f.r.Fetched()
			m.artifact.Fetched += bytes
			m.artifact.Requests += requests
			err = f.r.failed()
			for _, odd := range f.r.Odd() {
				w.anew(m.evidence, gate.KindServer, f.name, gate.Server{ID: id.Key(), Reason: odd})
			}
		}
		if err != nil {
			w.anew(m.evidence, gate.KindIncomplete, f.name, gate.Incomplete{Reason: "cannot be read to its end: " + reason(err)})
		}
	}
}

// anew states a fact about a file of which none of its kind was stated before.
func (w *worker) anew(before []gate.Evidence, kind gate.Kind, name string, data any) {
	if !slices.ContainsFunc(before, func(e gate.Evidence) bool { return e.Kind == kind && e.At.Path == name }) {
		w.emit(kind, gate.Location{Path: name}, data)
	}
}

// overdue states that the auditors were not done in time.
func (w *worker) overdue(timed, whole context.Context, name string, limit time.Duration) {
	if errors.Is(timed.Err(), context.DeadlineExceeded) && whole.Err() == nil {
		w.incomplete(name, "comparing its files took longer than the limit", "time", int64(limit.Seconds()))
	}
}
