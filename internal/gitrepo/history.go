package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// Needle is a text that a file has, such as the id of a model.
type Needle struct {
	Path string // in the tree of the commit, slash-separated
	Text string
}

// Bounds of a search in the history.
const (
	historyTime    = 3 * time.Second
	historyCommits = 50_000
	maxSearched    = 16 << 20 // bytes of a file
	largeText      = 1 << 20  // more than a person writes in one
	maxMoved       = 300      // files of a commit in which a text is looked for that moved
	maxMovedText   = 64 << 20 // bytes of them
)

// FirstSeen tells for each text when it first came into the history behind a commit: the
// time of the commit on the line of first parents that brought it. From must be one that
// is reviewed, such as the base of a pull request, since whoever makes a commit chooses
// its time. The zero time says that it is not known: from does not have the text in that
// file, the history is cut before it comes to an answer, or the search takes too long.
func (r *Repo) FirstSeen(ctx context.Context, from Commit, needles []Needle) map[string]time.Time {
	ctx, cancel := context.WithTimeout(ctx, historyTime)
	defer cancel()
	seen := make(map[string]time.Time, len(needles))
	for _, n := range needles {
		seen[n.Text] = time.Time{}
	}
	h := history{repo: r, seen: seen, lost: map[string]bool{}}
	if err := h.begin(from, needles); err != nil {
		return seen
	}
	defer h.forget()
	for c, n := from, 0; len(h.trails) > 0 && n < historyCommits && ctx.Err() == nil; n++ {
		var parent *Commit
		if len(c.parents) > 0 {
			p, err := r.commit(c.parents[0])
			if err != nil {
				break
			}
			parent = &p
		} else if r.shallow[c.hash] {
			break
		}
		if err := h.back(ctx, c, parent); err != nil || parent == nil {
			break
		}
		c = *parent
	}
	return seen
}

// history is a walk back that follows texts until they are no longer there.
type history struct {
	repo   *Repo
	seen   map[string]time.Time
	lost   map[string]bool // texts of which a trail ended without an answer
	trails []trail
}

// forget takes back what was found of a text that may be older in another file.
func (h *history) forget() {
	for _, t := range h.trails {
		h.lost[t.text] = true
	}
	for text := range h.lost {
		h.seen[text] = time.Time{}
	}
}

// trail is a text that the file at a path has in the commit where the walk is.
type trail struct {
	path, text string
	blob       plumbing.Hash
}

// begin starts a trail for each needle that is in the commit.
func (h *history) begin(from Commit, needles []Needle) (err error) {
	defer recovered(&err)
	known := map[Needle]bool{}
	for _, n := range needles {
		if known[n] || n.Text == "" {
			continue
		}
		known[n] = true
		e, err := h.repo.at(from.tree, n.Path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !e.isFile() {
			continue
		}
		var text []byte
		if err == nil {
			text, err = h.text(e.hash)
		}
		if err != nil {
			h.lost[n.Text] = true
		} else if mentions(text, n.Text) {
			h.trails = append(h.trails, trail{n.Path, n.Text, e.hash})
		}
	}
	return nil
}

// back goes from a commit to its first parent, or to the beginning of all.
func (h *history) back(ctx context.Context, c Commit, parent *Commit) (err error) {
	defer recovered(&err)
	if parent != nil && parent.tree == c.tree {
		return nil
	}
	step := step{h: h, commit: c, parent: parent, files: map[string]entry{}, texts: map[plumbing.Hash][]byte{}}
	var kept []trail
	for _, t := range h.trails {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch there, err := step.follow(&t); {
		case err != nil || !there && c.time.IsZero():
			h.lost[t.text] = true
		case there:
			kept = append(kept, t)
		default:
			if first := h.seen[t.text]; first.IsZero() || c.time.Before(first) {
				h.seen[t.text] = c.time
			}
		}
	}
	h.trails = kept
	return nil
}

// step is one commit of the walk.
type step struct {
	h      *history
	commit Commit
	parent *Commit
	files  map[string]entry         // of the parent, by path
	texts  map[plumbing.Hash][]byte // of those that were searched
	moved  []moved
	looked bool
}

// moved is a file of the parent that the commit changed or removed.
type moved struct {
	path string
	blob plumbing.Hash
	text []byte
}

// follow tells whether the parent has the text, and where.
func (s *step) follow(t *trail) (bool, error) {
	if s.parent == nil {
		return false, nil
	}
	e, err := s.file(t.path)
	if err != nil {
		return false, err
	}
	if e.hash == t.blob {
		return true, nil
	}
	if e.isFile() {
		text, ok := s.texts[e.hash]
		if !ok {
			if text, err = s.h.text(e.hash); err != nil {
				return false, err
			}
			if len(text) <= largeText {
				s.texts[e.hash] = text // several ids stand in one file
			}
		}
		if mentions(text, t.text) {
			t.blob = e.hash
			return true, nil
		}
	}
	for _, m := range s.others() {
		if mentions(m.text, t.text) {
			t.path, t.blob = m.path, m.blob
			return true, nil
		}
	}
	return false, nil
}

// file is what the parent has at a path: a folder stands for nothing.
func (s *step) file(path string) (entry, error) {
	if e, ok := s.files[path]; ok {
		return e, nil
	}
	e, err := s.h.repo.at(s.parent.tree, path)
	if errors.Is(err, fs.ErrNotExist) {
		e, err = entry{mode: fs.ModeDir}, nil
	}
	if err == nil {
		s.files[path] = e
	}
	return e, err
}

// others are the files from which a text may have moved in this commit.
func (s *step) others() []moved {
	if s.looked {
		return s.moved
	}
	s.looked = true
	var files []moved
	// Too many differences: those that were found are enough.
	_ = s.h.repo.differ(s.parent.tree, s.commit.tree, 10*maxMoved, func(path string, old, _ *entry) {
		if old != nil && old.isFile() && len(files) < maxMoved {
			files = append(files, moved{path: path, blob: old.hash})
		}
	})
	total := 0
	for _, m := range files {
		if size, err := s.h.repo.store.size(m.blob); err == nil && size <= largeText && total < maxMovedText {
			total += int(size)
			if m.text, err = s.h.text(m.blob); err == nil {
				s.moved = append(s.moved, m)
			}
		}
	}
	return s.moved
}

// text is a file to search.
func (h *history) text(blob plumbing.Hash) ([]byte, error) {
	o, err := h.repo.store.read(blob, plumbing.BlobObject, maxSearched)
	if err != nil {
		return nil, err
	}
	return o.bytes()
}

// mentions tells whether a text has an id that is not merely a part of another: "org/name" is
// not in "org/name-v2", and it is in "https://host/org/name/file".
func mentions(text []byte, id string) bool {
	for id != "" {
		i := bytes.Index(text, []byte(id))
		if i < 0 {
			return false
		}
		end := i + len(id)
		if (i == 0 || !inName(text[i-1])) && !continued(text[end:]) {
			return true
		}
		text = text[i+1:]
	}
	return false
}

func inName(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == '-' || c == '.'
}

// continued tells whether a name goes on: a dot alone may end a sentence.
func continued(rest []byte) bool {
	if len(rest) == 0 || !inName(rest[0]) {
		return false
	}
	return rest[0] != '.' || len(rest) > 1 && inName(rest[1]) && rest[1] != '.'
}
