package fetch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Folder is a folder that is to hold the files of a model. What else is in it stays.
type Folder struct {
	Path string // absolute
}

// stageDir is where files wait in a folder that exists already. No file of a model can
// have that name.
const stageDir = ".cache/gate"

func (f *Folder) prepare() (string, error) {
	if real, err := filepath.EvalSymlinks(f.Path); err == nil {
		f.Path = real
	}
	beside := filepath.Join(filepath.Dir(f.Path), ".gate-quarantine")
	info, err := os.Stat(f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return beside, os.MkdirAll(beside, 0o700)
	case err != nil:
		return "", err
	case !info.IsDir():
		return "", fmt.Errorf("%q is no folder", f.Path)
	}
	return firstPlace([]string{beside, filepath.Join(f.Path, filepath.FromSlash(stageDir), "quarantine")}, f.Path)
}

func (f *Folder) staged(run string) string {
	return filepath.Join(f.Path, filepath.FromSlash(stageDir), run)
}

func (f *Folder) existing(w *want) (*os.File, error) {
	root, err := os.OpenRoot(f.Path)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return openFile(root, w.paths[0])
}

// promote lets the folder appear by one rename. In one that exists, files appear one
// after the other, each by a rename.
func (f *Folder) promote(r *run, wants []*want) (string, error) {
	if _, err := os.Lstat(f.Path); errors.Is(err, fs.ErrNotExist) {
		if os.Rename(r.path(treeDir), f.Path) == nil {
			return f.Path, nil
		}
	}
	root, err := os.OpenRoot(f.Path)
	if err != nil {
		return "", err
	}
	defer root.Close()
	var paths []string
	for _, w := range wants {
		paths = append(paths, w.paths...)
	}
	slices.Sort(paths)
	if err := free(root, paths); err != nil {
		return "", err
	}
	defer tidy(root)
	if err := f.stage(root, r); err != nil {
		return "", err
	}
	stage := path.Join(stageDir, r.name)
	for _, p := range paths {
		if err := root.MkdirAll(path.Dir(p), 0o755); err != nil {
			return "", err
		}
		if err := root.Rename(path.Join(stage, p), p); err != nil {
			return "", err
		}
	}
	return f.Path, root.RemoveAll(stage)
}

// stage moves the files into the folder, where no loader looks. Another run may take the
// empty folder of all stages away just then.
func (f *Folder) stage(root *os.Root, r *run) (err error) {
	for range 5 {
		if err = root.MkdirAll(stageDir, 0o700); err == nil {
			err = os.Rename(r.path(treeDir), f.staged(r.name))
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return err
}

// free makes sure, before anything is replaced, that each path can be a file.
func free(root *os.Root, paths []string) error {
	for _, p := range paths {
		elements := strings.Split(p, "/")
		for i := range elements {
			at := path.Join(elements[:i+1]...)
			last := i == len(elements)-1
			info, err := root.Lstat(at)
			if errors.Is(err, fs.ErrNotExist) {
				break
			}
			if err != nil {
				return err
			}
			if last == info.IsDir() {
				return fmt.Errorf("%q cannot be written: %q is in its way", p, at)
			}
		}
	}
	return nil
}

// tidy removes the folders of the stage where they are empty.
func tidy(root *os.Root) {
	_ = root.Remove(stageDir)
	_ = root.Remove(path.Dir(stageDir))
}
