package fetch

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/modelgate/gate/internal/hub"
)

// Cache is the cache that the Hub's own clients share.
type Cache struct {
	Home, Dir string // HF_HOME and HF_HUB_CACHE
	Model     string // as it was asked for
	Commit    string
	Revision  string // the branch or tag that is to lead to the commit; a commit needs none
	NoLinks   bool   // HF_HUB_DISABLE_SYMLINKS: files instead of links to them
}

// tag marks a cache for backup programs: https://bford.info/cachedir/.
const tag = "Signature: 8a477f597d28d172789f06886806bc55\n# This is the cache of the Hugging Face Hub's clients.\n# For information about cache directory tags, see:\n#\thttps://bford.info/cachedir/\n"

func (c *Cache) prepare() (string, error) {
	if c.Dir == "" {
		return "", errors.New("there is no cache: set HF_HOME, or name a folder with --local-dir")
	}
	if name := c.ref(); name != "" {
		if err := hub.SafeName(name); err != nil {
			return "", fmt.Errorf("the revision %q cannot be the name of a file: %w", c.Revision, err)
		}
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return "", err
	}
	// The clients take each folder directly in the cache for a broken repository.
	var places []string
	if home := filepath.Join(c.Home, "gate", "quarantine"); c.Home != "" && !within(c.Dir, home) {
		places = append(places, home)
	}
	places = append(places, filepath.Join(filepath.Dir(c.Dir), ".gate-quarantine"), filepath.Join(c.Dir, ".locks", "gate-quarantine"))
	return firstPlace(places, c.Dir)
}

// within tells that a path is in a folder.
func within(dir, p string) bool {
	rel, err := filepath.Rel(dir, p)
	return err == nil && filepath.IsLocal(rel)
}

// firstPlace makes the first of some folders that is on the file system of a target.
func firstPlace(places []string, target string) (string, error) {
	var errs []error
	for _, p := range places {
		if err := os.MkdirAll(p, 0o700); err != nil {
			errs = append(errs, err)
			continue
		}
		if sameDevice(p, target) {
			return p, nil
		}
		_ = os.Remove(p)
	}
	return "", errors.Join(append(errs, fmt.Errorf("no folder for it is on the file system of %q", target))...)
}

func (c *Cache) folder() string {
	return filepath.Join(c.Dir, "models--"+strings.ReplaceAll(c.Model, "/", "--"))
}

func (c *Cache) staged(string) string { return "" }

func (c *Cache) existing(w *want) (*os.File, error) {
	root, err := os.OpenRoot(c.folder())
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if f, err := openFile(root, path.Join("blobs", w.etag)); err == nil {
		return f, nil
	}
	return openFile(root, path.Join("snapshots", c.Commit, w.paths[0]))
}

// openFile opens a regular file: to open a pipe would wait for its other end.
func openFile(root *os.Root, name string) (*os.File, error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is no file", name)
	}
	return root.Open(name)
}

// promote lays the files out as the cache has them, and lets the whole appear by one
// rename where the cache has nothing of the model yet, or nothing of the commit.
func (c *Cache) promote(r *run, wants []*want) (string, error) {
	if err := c.layOut(r, wants); err != nil {
		return "", err
	}
	if err := c.mark(); err != nil {
		return "", err
	}
	snapshot := filepath.Join(c.folder(), "snapshots", c.Commit)
	if _, err := os.Lstat(c.folder()); errors.Is(err, fs.ErrNotExist) {
		if os.Rename(r.path(repoDir), c.folder()) == nil {
			return snapshot, nil
		} // another run was faster
	}
	root, err := os.OpenRoot(c.folder())
	if err != nil {
		return "", err
	}
	defer root.Close()
	m := &merge{cache: c, run: r, root: root}
	return snapshot, m.all(wants)
}

// layOut makes the folder of the model in the quarantine.
func (c *Cache) layOut(r *run, wants []*want) error {
	snapshot := r.in(repoDir, "snapshots", c.Commit)
	for _, dir := range []string{r.in(repoDir, "blobs"), r.in(repoDir, "refs"), path.Dir(snapshot)} {
		if err := r.root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if name := c.ref(); name != "" {
		if err := r.root.MkdirAll(path.Dir(r.in(repoDir, name)), 0o755); err != nil {
			return err
		}
		if err := r.root.WriteFile(r.in(repoDir, name), []byte(c.Commit), 0o644); err != nil {
			return err
		}
	}
	if c.NoLinks || !r.canLink() {
		return r.root.Rename(r.in(treeDir), snapshot)
	}
	for _, w := range wants {
		if err := r.root.Rename(r.in(treeDir, w.paths[0]), r.in(repoDir, "blobs", w.etag)); err != nil {
			return err
		}
		for _, p := range w.paths {
			link := path.Join(snapshot, p)
			if err := r.root.MkdirAll(path.Dir(link), 0o755); err != nil {
				return err
			}
			if err := r.root.Symlink(pointer(p, w.etag), link); err != nil {
				return err
			}
		}
	}
	return nil
}

// pointer leads from a file of a snapshot to its blob.
func pointer(p, etag string) string {
	return filepath.FromSlash(strings.Repeat("../", strings.Count(p, "/")+2) + "blobs/" + etag)
}

// canLink tells whether the file system and the user's rights permit links.
func (r *run) canLink() bool {
	probe := r.in("link")
	if r.root.Symlink(partsDir, probe) != nil {
		return false
	}
	return r.root.Remove(probe) == nil
}

// ref is the file of the branch or tag; empty where a commit was asked for.
func (c *Cache) ref() string {
	if c.Revision == "" || hub.IsCommit(c.Revision) {
		return ""
	}
	return "refs/" + c.Revision
}

// mark writes the tag of the cache.
func (c *Cache) mark() error {
	f, err := os.OpenFile(filepath.Join(c.Dir, "CACHEDIR.TAG"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, tag)
	return errors.Join(err, f.Close())
}

// merge puts what was laid out into a folder that the cache has already. Each step is a
// rename, and what leads to a file comes after it.
type merge struct {
	cache *Cache
	run   *run
	root  *os.Root // the folder in the cache
}

func (m *merge) all(wants []*want) error {
	for _, dir := range []string{"blobs", "snapshots", "refs"} {
		if err := m.root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	for _, w := range wants {
		if err := m.blob(w); err != nil {
			return err
		}
	}
	snapshot := path.Join("snapshots", m.cache.Commit)
	if _, err := m.root.Lstat(snapshot); !errors.Is(err, fs.ErrNotExist) || os.Rename(m.run.path(repoDir, snapshot), m.to(snapshot)) != nil {
		for _, w := range wants {
			for _, p := range w.paths {
				if err := m.file(path.Join(snapshot, p), w); err != nil {
					return err
				}
			}
		}
	}
	if ref := m.cache.ref(); ref != "" {
		return m.replace(ref)
	}
	return nil
}

func (m *merge) to(name string) string {
	return filepath.Join(m.cache.folder(), filepath.FromSlash(name))
}

// blob adds a blob. One of that name that has other bytes is not ours to replace, since
// other snapshots lead to it, and not fit to be led to.
func (m *merge) blob(w *want) error {
	name := path.Join("blobs", w.etag)
	if _, err := m.run.root.Lstat(m.run.in(repoDir, name)); errors.Is(err, fs.ErrNotExist) {
		return nil // a file of the snapshot itself
	}
	_, err := m.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return os.Rename(m.run.path(repoDir, name), m.to(name))
	}
	if err != nil {
		return err
	}
	got, err := sha256Of(m.root, name)
	if err != nil {
		return err
	}
	if got != w.got {
		return &Mismatch{Path: w.file.Path, Want: w.got, Got: got, By: "what was fetched; remove " + m.to(name) + ", which is broken"}
	}
	return nil
}

// file adds one file to a snapshot that is there.
func (m *merge) file(name string, w *want) error {
	ours, err := m.run.root.Readlink(m.run.in(repoDir, name))
	if err == nil {
		if theirs, err := m.root.Readlink(name); err == nil && theirs == ours {
			return nil
		}
	}
	if got, err := sha256Of(m.root, name); err == nil && got == w.got {
		return nil
	}
	return m.replace(name)
}

// replace puts a file of the quarantine in place of one of the cache, by a name that no
// client looks at.
func (m *merge) replace(name string) error {
	if err := m.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	if ours, err := m.run.root.ReadFile(m.run.in(repoDir, name)); err == nil && strings.HasPrefix(name, "refs/") {
		if theirs, err := m.root.ReadFile(name); err == nil && bytes.Equal(ours, theirs) {
			return nil
		}
	}
	passing := path.Join("blobs", ".gate-"+rand.Text()[:12])
	if err := os.Rename(m.run.path(repoDir, name), m.to(passing)); err != nil {
		return err
	}
	if err := m.root.Rename(passing, name); err != nil {
		return errors.Join(err, m.root.Remove(passing))
	}
	return nil
}

// sha256Of hashes a regular file.
func sha256Of(root *os.Root, name string) (string, error) {
	f, err := openFile(root, name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
