package gitrepo

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
)

// Bounds of what a store may have.
const (
	maxStores    = 32 // it may borrow from others ("alternates")
	maxPacks     = 10_000
	cacheSize    = 32 << 20
	maxAlternate = 64 << 10
)

// store reads objects by their hashes, packed and loose, and checks that what it read has
// the hash.
type store struct {
	dirs  []string // of objects: that of the repository, then those it borrows from
	cache cache.Object

	once   sync.Once
	opened []*pack
	failed error
}

func openStore(common string) (*store, error) {
	dirs, err := alternates(filepath.Join(common, "objects"))
	if err != nil {
		return nil, err
	}
	return &store{dirs: dirs, cache: cache.NewObjectLRU(cacheSize)}, nil
}

// alternates are a folder of objects and all those it borrows from.
func alternates(objects string) ([]string, error) {
	dirs := []string{objects}
	for i := 0; i < len(dirs); i++ {
		text, err := readSmall(filepath.Join(dirs[i], "info", "alternates"), maxAlternate)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\r\n")
			if line == "" || line[0] == '#' {
				continue
			}
			if dir := within(dirs[i], line); !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
			if len(dirs) > maxStores {
				return nil, fmt.Errorf("it borrows objects from more than %d other repositories", maxStores)
			}
		}
	}
	return dirs, nil
}

// packs are all packs, opened at the first call.
func (s *store) packs() ([]*pack, error) {
	s.once.Do(func() { s.opened, s.failed = s.openPacks() })
	return s.opened, s.failed
}

func (s *store) openPacks() (packs []*pack, err error) {
	defer recovered(&err)
	for _, dir := range s.dirs {
		folder := filepath.Join(dir, "pack")
		entries, err := os.ReadDir(folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		for _, e := range entries {
			name, isIndex := strings.CutSuffix(e.Name(), ".idx")
			if !isIndex {
				continue
			}
			if len(packs) >= maxPacks {
				return nil, fmt.Errorf("it has more than %d packs", maxPacks)
			}
			p, err := openPack(folder, name, s.cache)
			if err != nil {
				return nil, fmt.Errorf("reading the pack %q: %w", name, err)
			}
			packs = append(packs, p)
		}
	}
	return packs, nil
}

func (s *store) close() {
	for _, p := range s.opened {
		p.close()
	}
}

// find is the pack that has an object, and where; nil if none has.
func (s *store) find(h plumbing.Hash) (*pack, int64, error) {
	packs, err := s.packs()
	if err != nil {
		return nil, 0, err
	}
	for _, p := range packs {
		if offset, err := p.index.FindOffset(h); err == nil {
			return p, offset, nil
		}
	}
	return nil, 0, nil
}

// size is the size of an object, which is not read for it.
func (s *store) size(h plumbing.Hash) (size int64, err error) {
	defer recovered(&err)
	p, offset, err := s.find(h)
	if err != nil {
		return 0, err
	}
	if p != nil {
		return p.size(offset)
	}
	l, err := s.loose(h)
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.size, nil
}

// read is an object in memory; one of more than most bytes is an error.
func (s *store) read(h plumbing.Hash, want plumbing.ObjectType, most int64) (*object, error) {
	o, err := s.load(h, most)
	if err != nil {
		return nil, err
	}
	if want != plumbing.AnyObject && o.kind != want {
		return nil, fmt.Errorf("object %s is a %s, not a %s", h, o.kind, want)
	}
	return o, nil
}

func (s *store) load(h plumbing.Hash, most int64) (o *object, err error) {
	defer recovered(&err)
	p, offset, err := s.find(h)
	if err != nil {
		return nil, err
	}
	if p != nil {
		return p.load(h, offset, most)
	}
	l, err := s.loose(h)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	if l.size > most {
		return nil, tooLarge(l.size, most)
	}
	data, err := io.ReadAll(io.LimitReader(l, l.size+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) != l.size || plumbing.ComputeHash(l.kind, data) != h {
		return nil, damaged(h)
	}
	return newObject(l.kind, data), nil
}

// spool writes an object that is not kept in memory.
func (s *store) spool(h plumbing.Hash, w io.Writer) (err error) {
	defer recovered(&err)
	p, offset, err := s.find(h)
	if err != nil {
		return err
	}
	if p != nil {
		return p.spool(h, offset, w)
	}
	l, err := s.loose(h)
	if err != nil {
		return err
	}
	defer l.Close()
	hash := plumbing.NewHasher(l.kind, l.size)
	n, err := io.Copy(io.MultiWriter(w, hash), io.LimitReader(l, l.size+1))
	if err != nil {
		return err
	}
	if n != l.size || hash.Sum() != h {
		return damaged(h)
	}
	return nil
}

func damaged(h plumbing.Hash) error { return fmt.Errorf("object %s is damaged", h) }

func tooLarge(size, most int64) error {
	return fmt.Errorf("has %d bytes, more than %d", size, most)
}

// absent is an object that no part of the store has.
type absent plumbing.Hash

func (a absent) Error() string { return "object " + plumbing.Hash(a).String() + " is missing" }
