package gitrepo

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/config"
)

// layout is where the parts of a repository are.
type layout struct {
	gitDir, common string
	root           string // of the work tree, empty for a bare repository
	prefix         string
	partial        bool
}

// The largest files of a repository that are read whole.
const (
	maxPointer = 4 << 10
	maxConfig  = 1 << 20
	maxShallow = 16 << 20
)

// find looks for the repository as git does: ".git" in dir and above. Only where there is
// none may dir be a bare repository: a pull request can commit files that look like one.
func find(dir string) (layout, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return layout{}, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return layout{}, err
	}
	for root := dir; ; root = filepath.Dir(root) {
		if gitDir, err := gitDirOf(root); err != nil {
			return layout{}, err
		} else if gitDir != "" {
			prefix, err := filepath.Rel(root, dir)
			if err != nil {
				return layout{}, err
			}
			l, err := open(gitDir, filepath.ToSlash(prefix))
			l.root = root
			return l, err
		}
		if root == filepath.Dir(root) {
			break
		}
	}
	if looksLikeRepository(dir) {
		return open(dir, ".")
	}
	return layout{}, ErrNotRepository
}

// gitDirOf is the repository whose work tree has its root at dir, or nothing.
func gitDirOf(dir string) (string, error) {
	dot := filepath.Join(dir, ".git")
	info, err := os.Stat(dot)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	case info.IsDir():
		if !looksLikeRepository(dot) {
			return "", nil // git passes over an empty one too
		}
		return dot, nil
	}
	text, err := readSmall(dot, maxPointer)
	if err != nil {
		return "", err
	}
	target, ok := strings.CutPrefix(string(text), "gitdir: ")
	if !ok {
		return "", fmt.Errorf("%q does not begin with \"gitdir: \"", dot)
	}
	return within(dir, strings.TrimRight(target, "\r\n")), nil
}

func looksLikeRepository(dir string) bool {
	for _, name := range []string{"HEAD", "objects", "refs"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

func open(gitDir, prefix string) (layout, error) {
	l := layout{gitDir: gitDir, common: gitDir, prefix: prefix}
	text, err := readSmall(filepath.Join(gitDir, "commondir"), maxPointer)
	if err == nil {
		l.common = within(gitDir, strings.TrimRight(string(text), "\r\n"))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return l, err
	}
	if info, err := os.Stat(filepath.Join(l.common, "objects")); err != nil || !info.IsDir() {
		return l, fmt.Errorf("%q has no objects: %w", l.common, ErrNotRepository)
	}
	return l, l.configure()
}

// configure reads what the configuration says of the format. One that does not parse says
// nothing.
func (l *layout) configure() (err error) {
	defer recovered(&err)
	text, err := readSmall(filepath.Join(l.common, "config"), maxConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	c := config.New()
	if config.NewDecoder(bytes.NewReader(text)).Decode(c) != nil {
		return nil
	}
	extensions := c.Section("extensions")
	if format := extensions.Option("objectformat"); format != "" && !strings.EqualFold(format, "sha1") {
		return fmt.Errorf("its objects are named by %q: only SHA-1 is supported", format)
	}
	if storage := extensions.Option("refstorage"); storage != "" && !strings.EqualFold(storage, "files") {
		return fmt.Errorf("it keeps its references as %q: only files are supported, see `git refs migrate`", storage)
	}
	l.partial = extensions.Option("partialclone") != ""
	for _, remote := range c.Section("remote").Subsections {
		l.partial = l.partial || strings.EqualFold(remote.Option("promisor"), "true")
	}
	return nil
}

// readShallow is the set of commits whose parents were not cloned.
func readShallow(common string) (map[plumbing.Hash]bool, error) {
	text, err := readSmall(filepath.Join(common, "shallow"), maxShallow)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	cut := map[plumbing.Hash]bool{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if h, ok := fullHash(lines.Text()); ok {
			cut[h] = true
		}
	}
	return cut, nil
}

// within is a path that a file in dir names.
func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}

// readSmall reads a regular file of at most so many bytes.
func readSmall(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > most {
		return nil, fmt.Errorf("%q is no file of at most %d bytes", path, most)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

func fullHash(s string) (plumbing.Hash, bool) {
	if len(s) != 40 || strings.Trim(s, "0123456789abcdef") != "" {
		return plumbing.ZeroHash, false
	}
	return plumbing.NewHash(s), true
}
