package fetch

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/modelgate/gate"
)

// The folders of a quarantine.
const (
	partsDir = "parts" // by digest, while they grow
	treeDir  = "tree"  // by path, once they are complete
	repoDir  = "repo"  // laid out for the cache, once they are allowed
)

// leftover is how long what a killed run left is kept for the next.
const leftover = 7 * 24 * time.Hour

// run is the quarantine of one run. A lock beside it, which the system takes back from a
// process that dies, tells others that it is in use.
type run struct {
	base string   // the folder of all quarantines
	root *os.Root // the same
	name string
	lock *os.File

	repository *gate.Repository
	target     Target
}

// begin makes a quarantine.
func begin(repo *gate.Repository, target Target) (*run, error) {
	base, err := target.prepare()
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(base)
	if err != nil {
		return nil, err
	}
	r := &run{base: base, root: root, repository: repo, target: target}
	if err := r.claim(prefix(repo)); err != nil {
		root.Close()
		return nil, err
	}
	for _, dir := range []string{"", partsDir, treeDir} {
		if err := root.Mkdir(r.in(dir), 0o755); err != nil {
			r.remove()
			return nil, err
		}
	}
	return r, nil
}

// claim takes a name that nobody has. Another run that goes through the quarantines may
// come between the making of a lock and the locking, and take it for that of a dead one.
func (r *run) claim(prefix string) (err error) {
	for range 20 {
		r.name = prefix + rand.Text()[:12]
		if r.lock, err = r.root.OpenFile(r.name+lockSuffix, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			return err
		}
		held, err := tryLock(r.lock)
		if err != nil {
			return nil // there are no locks here: nobody takes over from anybody
		}
		if held && r.ownsLock() {
			return nil
		}
		r.lock.Close()
	}
	return errors.New("other runs take every lock")
}

// ownsLock tells that the lock is still the one that others see.
func (r *run) ownsLock() bool {
	mine, err := r.lock.Stat()
	if err != nil {
		return false
	}
	seen, err := r.root.Stat(r.name + lockSuffix)
	return err == nil && os.SameFile(mine, seen)
}

const lockSuffix = ".lock"

// prefix begins the names of the quarantines of a model at a commit.
func prefix(repo *gate.Repository) string { return repoFolder(repo) + "--" + repo.Commit + "." }

// repoFolder is the name of a model in the cache: that by which it was asked for.
func repoFolder(repo *gate.Repository) string {
	return "models--" + strings.ReplaceAll(repo.Model.Key(), "/", "--")
}

func (r *run) in(elements ...string) string {
	return path.Join(append([]string{r.name}, elements...)...)
}

func (r *run) path(elements ...string) string {
	return filepath.Join(r.base, filepath.FromSlash(r.in(elements...)))
}

func (r *run) part(w *want) string { return r.in(partsDir, w.etag+".part") }
func (r *run) etag(w *want) string { return r.in(partsDir, w.etag+".etag") }

// release leaves the quarantine for a next run.
func (r *run) release() {
	r.lock.Close()
	r.root.Close()
}

// remove takes the quarantine away.
func (r *run) remove() {
	_ = r.root.RemoveAll(r.name)
	r.lock.Close()
	_ = r.root.Remove(r.name + lockSuffix)
	r.root.Close()
	_ = os.Remove(r.base) // where it is empty
}

// takeUp goes through the quarantines of runs that are dead: what they have of this model
// is taken over, and what is old is removed. That nothing can be had from one is no error.
func (r *run) takeUp(wants []*want) {
	entries, err := fs.ReadDir(r.root.FS(), ".")
	if err != nil {
		return
	}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), lockSuffix)
		if name == r.name || !strings.HasPrefix(name, "models--") {
			continue
		}
		r.inherit(name, wants)
	}
}

func (r *run) inherit(name string, wants []*want) {
	lock, err := r.root.OpenFile(name+lockSuffix, os.O_RDWR, 0)
	if err == nil {
		defer lock.Close()
		if held, err := tryLock(lock); err != nil || !held {
			return
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return
	}
	if !strings.HasPrefix(name, prefix(r.repository)) && !r.isOld(name) {
		return
	}
	if strings.HasPrefix(name, prefix(r.repository)) {
		if staged := r.target.staged(name); staged != "" {
			_ = os.Rename(staged, filepath.Join(r.base, name, treeDir))
		}
		for _, w := range wants {
			r.takeOver(name, w)
		}
	}
	_ = r.root.RemoveAll(name)
	_ = r.root.Remove(name + lockSuffix)
}

func (r *run) isOld(name string) bool {
	info, err := r.root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		info, err = r.root.Stat(name + lockSuffix)
	}
	return err == nil && time.Since(info.ModTime()) > leftover
}

// takeOver takes the most that a dead run has of a file: its bytes are hashed again.
func (r *run) takeOver(name string, w *want) {
	dead := &run{name: name}
	from := []string{dead.part(w), dead.in(repoDir, "blobs", w.etag)}
	for _, p := range w.paths {
		from = append(from, dead.in(treeDir, p), dead.in(repoDir, "snapshots", r.repository.Commit, p))
	}
	for _, f := range from {
		info, err := r.root.Lstat(f)
		if err != nil || !info.Mode().IsRegular() || info.Size() > w.file.Size {
			continue
		}
		if mine, err := r.root.Stat(r.part(w)); err == nil && mine.Size() >= info.Size() {
			continue
		}
		if r.root.Rename(f, r.part(w)) == nil {
			_ = r.root.Rename(dead.etag(w), r.etag(w))
		}
	}
}
