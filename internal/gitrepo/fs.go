package gitrepo

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// Bounds of a file system.
const (
	maxLinks   = 40
	maxTarget  = 4 << 10
	maxFolders = 2_000_000 // folders that are listed: a small repository can have far more
)

// FS is the files of the commit, read when they are asked for. Its files implement
// io.ReaderAt. Links are followed within the tree only; a submodule is an empty folder.
func (c Commit) FS() fs.FS { return &treeFS{repo: c.repo, root: c.tree, time: c.time} }

type treeFS struct {
	repo   *Repo
	root   plumbing.Hash
	time   time.Time
	listed atomic.Int64
}

var _ interface {
	fs.StatFS
	fs.ReadDirFS
	fs.ReadLinkFS
} = (*treeFS)(nil)

// Open implements fs.FS.
func (t *treeFS) Open(name string) (fs.File, error) {
	e, err := t.find("open", name, true)
	if err != nil {
		return nil, err
	}
	if e.mode.IsDir() {
		return &folder{fs: t, name: name, info: info{entry: e, time: t.time}}, nil
	}
	i, err := t.info(e)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	i.entry.name = path.Base(name)
	return &file{name: name, info: i, store: t.repo.store}, nil
}

// Stat implements fs.StatFS.
func (t *treeFS) Stat(name string) (fs.FileInfo, error) { return t.stat("stat", name, true) }

// Lstat implements fs.ReadLinkFS.
func (t *treeFS) Lstat(name string) (fs.FileInfo, error) { return t.stat("lstat", name, false) }

func (t *treeFS) stat(op, name string, follow bool) (fs.FileInfo, error) {
	e, err := t.find(op, name, follow)
	if err != nil {
		return nil, err
	}
	i, err := t.info(e)
	if err != nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: err}
	}
	i.entry.name = path.Base(name)
	return i, nil
}

// ReadLink implements fs.ReadLinkFS.
func (t *treeFS) ReadLink(name string) (string, error) {
	e, err := t.find("readlink", name, false)
	if err != nil {
		return "", err
	}
	if e.mode&fs.ModeSymlink == 0 {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	target, err := t.repo.target(e)
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
	}
	return target, nil
}

// ReadDir implements fs.ReadDirFS.
func (t *treeFS) ReadDir(name string) ([]fs.DirEntry, error) {
	e, err := t.find("readdir", name, true)
	if err != nil {
		return nil, err
	}
	list, err := t.list(e)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	return list, nil
}

func (t *treeFS) list(e entry) ([]fs.DirEntry, error) {
	if !e.mode.IsDir() {
		return nil, errors.New("not a folder")
	}
	if e.module {
		return nil, nil
	}
	if t.listed.Add(1) > maxFolders {
		return nil, fmt.Errorf("the tree has more than %d folders", maxFolders)
	}
	entries, err := t.repo.tree(e.hash)
	if err != nil {
		return nil, err
	}
	list := make([]fs.DirEntry, len(entries))
	for i, e := range entries {
		list[i] = dirEntry{t, e}
	}
	return list, nil
}

// find walks to a path. A link in its way is followed, one at its end only if asked.
func (t *treeFS) find(op, name string, follow bool) (entry, error) {
	fail := func(err error) (entry, error) {
		return entry{}, &fs.PathError{Op: op, Path: name, Err: err}
	}
	if !fs.ValidPath(name) {
		return fail(fs.ErrInvalid)
	}
	way, links := []entry{root(t.root)}, 0
	for rest := strings.Split(name, "/"); len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			if len(way) == 1 {
				return fail(errOutside)
			}
			way = way[:len(way)-1]
			continue
		}
		e, err := t.repo.child(way[len(way)-1], part)
		if err != nil {
			return fail(err)
		}
		if e.mode&fs.ModeSymlink == 0 || len(rest) == 0 && !follow {
			way = append(way, e)
			continue
		}
		if links++; links > maxLinks {
			return fail(fmt.Errorf("more than %d links on the way", maxLinks))
		}
		target, err := t.repo.target(e)
		if err != nil {
			return fail(err)
		}
		if strings.HasPrefix(target, "/") {
			return fail(errOutside)
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	return way[len(way)-1], nil
}

var errOutside = errors.New("a link leads out of the tree")

// target is what a link says.
func (r *Repo) target(e entry) (string, error) {
	o, err := r.store.read(e.hash, plumbing.BlobObject, maxTarget)
	if err != nil {
		return "", r.explain(err)
	}
	text, err := o.bytes()
	return string(text), err
}

// info finds the size of a file, which its folder does not tell.
func (t *treeFS) info(e entry) (info, error) {
	i := info{entry: e, time: t.time}
	if e.mode.IsDir() {
		return i, nil
	}
	var err error
	i.size, err = t.repo.store.size(e.hash)
	return i, t.repo.explain(err)
}

type info struct {
	entry
	size int64
	time time.Time
}

// The methods of fs.FileInfo.

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return i.time }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }

type dirEntry struct {
	fs *treeFS
	entry
}

// The methods of fs.DirEntry.

func (d dirEntry) Name() string      { return d.name }
func (d dirEntry) IsDir() bool       { return d.mode.IsDir() }
func (d dirEntry) Type() fs.FileMode { return d.mode.Type() }
func (d dirEntry) Info() (fs.FileInfo, error) {
	i, err := d.fs.info(d.entry)
	if err != nil {
		return nil, err
	}
	return i, nil
}
func (d dirEntry) String() string { return fs.FormatDirEntry(d) }

// folder is an open folder.
type folder struct {
	fs   *treeFS
	name string
	info info
	list []fs.DirEntry
	read bool
}

func (f *folder) Stat() (fs.FileInfo, error) {
	i := f.info
	i.entry.name = path.Base(f.name)
	return i, nil
}

func (f *folder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.name, Err: errors.New("is a folder")}
}

func (f *folder) Close() error { return nil }

// ReadDir implements fs.ReadDirFile.
func (f *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	if !f.read {
		list, err := f.fs.list(f.info.entry)
		if err != nil {
			return nil, &fs.PathError{Op: "readdir", Path: f.name, Err: err}
		}
		f.list, f.read = list, true
	}
	if n > 0 && len(f.list) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(f.list) {
		n = len(f.list)
	}
	list := f.list[:n]
	f.list = f.list[n:]
	return list, nil
}
