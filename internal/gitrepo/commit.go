package gitrepo

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// maxCommit bounds a commit or a tag; a message is a part of it.
const maxCommit = 16 << 20

// Commit is a commit of a repository.
type Commit struct {
	repo    *Repo
	hash    plumbing.Hash
	tree    plumbing.Hash
	parents []plumbing.Hash // as they are there: none where the history is cut
	time    time.Time
}

// Hash is the full id, 40 hexadecimal digits.
func (c Commit) Hash() string { return c.hash.String() }

// Time is when the committer says to have made it. Whoever makes a commit can say what he
// likes.
func (c Commit) Time() time.Time { return c.time }

// commit reads the commit with a hash. It follows a tag.
func (r *Repo) commit(h plumbing.Hash) (Commit, error) {
	const maxTags = 8 // a tag may be that of another tag
	for range maxTags {
		o, err := r.store.read(h, plumbing.AnyObject, maxCommit)
		if a := absent(h); errors.Is(err, a) {
			return Commit{}, r.missing(h.String())
		} else if err != nil {
			return Commit{}, err
		}
		text, err := o.bytes()
		if err != nil {
			return Commit{}, err
		}
		switch o.kind {
		case plumbing.CommitObject:
			return r.parse(h, text)
		case plumbing.TagObject:
			target, ok := hashField(&text, "object ")
			if !ok {
				return Commit{}, damaged(h)
			}
			h = target
		default:
			return Commit{}, fmt.Errorf("%s is a %s, not a commit", h, o.kind)
		}
	}
	return Commit{}, fmt.Errorf("%s is behind more than %d tags", h, maxTags)
}

func (r *Repo) parse(h plumbing.Hash, text []byte) (Commit, error) {
	c := Commit{repo: r, hash: h}
	var ok bool
	if c.tree, ok = hashField(&text, "tree "); !ok {
		return c, damaged(h)
	}
	for {
		parent, ok := hashField(&text, "parent ")
		if !ok {
			break
		}
		if !r.shallow[h] {
			c.parents = append(c.parents, parent)
		}
	}
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte("committer ")); ok {
			c.time = committed(rest)
		}
		if len(line) == 1 {
			break // the message begins
		}
	}
	return c, nil
}

// hashField takes a line with a hash off the text.
func hashField(text *[]byte, key string) (plumbing.Hash, bool) {
	line, rest, _ := bytes.Cut(*text, []byte("\n"))
	value, ok := bytes.CutPrefix(line, []byte(key))
	if !ok {
		return plumbing.ZeroHash, false
	}
	h, ok := fullHash(string(value))
	if ok {
		*text = rest
	}
	return h, ok
}

// committed reads "Name <mail> 1720995615 +0200"; zero where it cannot be read.
func committed(line []byte) time.Time {
	fields := bytes.Fields(line[bytes.LastIndexByte(line, '>')+1:])
	if len(fields) == 0 {
		return time.Time{}
	}
	const latest = 253402300799 // the year 9999
	s, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil || s <= 0 || s > latest {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}

// explain says of a tree or a file that is missing why that may be. A shallow clone has
// those of the commits that it has.
func (r *Repo) explain(err error) error {
	var a absent
	switch {
	case !errors.As(err, &a):
		return err
	case r.partial:
		return &missing{what: plumbing.Hash(a).String(), partial: true}
	}
	return fmt.Errorf("%w: the clone is not complete, see `git fsck`", err)
}
