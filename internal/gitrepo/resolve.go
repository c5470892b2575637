package gitrepo

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

const (
	maxPackedRefs = 256 << 20
	maxSymbolic   = 8 // references to references
	minAbbrev     = 4
)

var (
	steps   = regexp.MustCompile(`[~^][0-9]*$`)
	refName = regexp.MustCompile(`^[^\x00-\x20~^:?*\[\\\x7f]+$`)
)

// Resolve is the commit that a revision names: a full or abbreviated hash, a branch, a tag,
// a full reference, or a branch of the remote "origin", where a checkout in CI has the base
// of a pull request; with "^2" and "~3" for parents behind it.
func (r *Repo) Resolve(rev string) (c Commit, err error) {
	defer recovered(&err)
	name, path := rev, []string(nil)
	for at := steps.FindStringIndex(name); at != nil; at = steps.FindStringIndex(name) {
		path = append(path, name[at[0]:])
		name = name[:at[0]]
	}
	h, err := r.lookup(name)
	if err != nil {
		return Commit{}, fmt.Errorf("finding the commit %q: %w", rev, err)
	}
	c, err = r.commit(h)
	for i := len(path) - 1; i >= 0 && err == nil; i-- {
		c, err = r.step(c, path[i])
	}
	if err != nil {
		return Commit{}, fmt.Errorf("finding the commit %q: %w", rev, err)
	}
	return c, nil
}

// step goes to a parent ("^2") or back by first parents ("~3").
func (r *Repo) step(c Commit, how string) (Commit, error) {
	n := 1
	if how[1:] != "" {
		var err error
		if n, err = strconv.Atoi(how[1:]); err != nil {
			return c, err
		}
	}
	parent, times := 1, n
	if how[0] == '^' {
		parent, times = n, min(n, 1)
	}
	for range times {
		if len(c.parents) < parent {
			if r.shallow[c.hash] {
				return c, r.missing(fmt.Sprintf("%s^%d", c.hash, parent))
			}
			return c, fmt.Errorf("commit %s has %d parents: %w", c.hash, len(c.parents), ErrNotFound)
		}
		var err error
		if c, err = r.commit(c.parents[parent-1]); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (r *Repo) lookup(name string) (plumbing.Hash, error) {
	if h, ok := fullHash(strings.ToLower(name)); ok {
		return h, nil
	}
	h, err := r.named(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return h, err
	}
	if h, err = r.abbreviated(name); !errors.Is(err, fs.ErrNotExist) {
		return h, err
	}
	return plumbing.ZeroHash, r.missing(name)
}

// named looks a reference up in the order of git. A name that is a branch and a tag may
// mean either, and whoever can push tags must not choose.
func (r *Repo) named(name string) (plumbing.Hash, error) {
	if name == "HEAD" || strings.HasPrefix(name, "refs/") {
		return r.reference(name, 0)
	}
	tag, noTag := r.reference("refs/tags/"+name, 0)
	head, noHead := r.reference("refs/heads/"+name, 0)
	switch {
	case noTag == nil && noHead == nil && tag != head:
		return tag, fmt.Errorf("%q is a branch and a tag: write refs/heads/%s or refs/tags/%s", name, name, name)
	case noTag == nil:
		return tag, nil
	case !errors.Is(noTag, fs.ErrNotExist):
		return tag, noTag
	case !errors.Is(noHead, fs.ErrNotExist):
		return head, noHead
	}
	for _, prefix := range []string{"refs/remotes/", "refs/remotes/origin/"} {
		if h, err := r.reference(prefix+name, 0); !errors.Is(err, fs.ErrNotExist) {
			return h, err
		}
	}
	return plumbing.ZeroHash, fs.ErrNotExist
}

// reference reads a reference by its full name.
func (r *Repo) reference(name string, depth int) (plumbing.Hash, error) {
	if !refName.MatchString(name) || strings.Contains(name, "..") || !fs.ValidPath(name) || !filepath.IsLocal(filepath.FromSlash(name)) {
		return plumbing.ZeroHash, fs.ErrNotExist
	}
	if depth > maxSymbolic {
		return plumbing.ZeroHash, fmt.Errorf("the reference %q refers to itself", name)
	}
	dir := r.common
	if name == "HEAD" {
		dir = r.gitDir
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return r.packedRef(name)
	}
	text, err := readSmall(path, maxPointer)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	line := strings.TrimSpace(string(text))
	if target, ok := strings.CutPrefix(line, "ref:"); ok {
		return r.reference(strings.TrimSpace(target), depth+1)
	}
	h, ok := fullHash(line)
	if !ok {
		return h, fmt.Errorf("the reference %q is damaged", name)
	}
	return h, nil
}

func (r *Repo) packedRef(name string) (plumbing.Hash, error) {
	text, err := readSmall(filepath.Join(r.common, "packed-refs"), maxPackedRefs)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if hash, ref, ok := strings.Cut(lines.Text(), " "); ok && ref == name {
			if h, ok := fullHash(hash); ok {
				return h, nil
			}
		}
	}
	return plumbing.ZeroHash, errors.Join(lines.Err(), fs.ErrNotExist)
}

// abbreviated is the one commit or tag whose hash begins so.
func (r *Repo) abbreviated(start string) (plumbing.Hash, error) {
	start = strings.ToLower(start)
	if len(start) < minAbbrev || len(start) >= 40 || strings.Trim(start, "0123456789abcdef") != "" {
		return plumbing.ZeroHash, fs.ErrNotExist
	}
	all, err := r.store.beginning(start)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	var found []plumbing.Hash
	for _, h := range all {
		if o, err := r.store.load(h, maxCommit); err == nil && (o.kind == plumbing.CommitObject || o.kind == plumbing.TagObject) {
			found = append(found, h)
		}
	}
	switch len(found) {
	case 0:
		return plumbing.ZeroHash, fs.ErrNotExist
	case 1:
		return found[0], nil
	}
	return found[0], fmt.Errorf("%q begins the hashes of %d commits: write more of it", start, len(found))
}

// beginning are the objects whose hashes begin so, at most some.
func (s *store) beginning(start string) ([]plumbing.Hash, error) {
	const most = 1000
	seen := map[plumbing.Hash]bool{}
	packs, err := s.packs()
	if err != nil {
		return nil, err
	}
	even, err := hex.DecodeString(start[:len(start)&^1])
	if err != nil {
		return nil, err
	}
	for _, p := range packs {
		// The index parts the hashes by their first byte.
		if k := p.index.FanoutMapping[even[0]]; k >= 0 && k < len(p.index.Names) {
			for names := p.index.Names[k]; len(names) >= 20 && len(seen) < most; names = names[20:] {
				if bytes.HasPrefix(names, even) && strings.HasPrefix(hex.EncodeToString(names[:20]), start) {
					seen[plumbing.Hash(names[:20])] = true
				}
			}
		}
	}
	for _, dir := range s.dirs {
		entries, err := os.ReadDir(filepath.Join(dir, start[:2]))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			if h, ok := fullHash(start[:2] + e.Name()); ok && strings.HasPrefix(h.String(), start) && len(seen) < most {
				seen[h] = true
			}
		}
	}
	var all []plumbing.Hash
	for h := range seen {
		all = append(all, h)
	}
	return all, nil
}
