package gitrepo

import (
	"bytes"
	"cmp"
	"container/heap"
	"fmt"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
)

// maxWalk bounds the commits that are visited for one answer.
const maxWalk = 2_000_000

// What is known of a commit on the way to a merge base.
const (
	ofA, ofB = 1, 2 // an ancestor of either
	stale    = 4    // behind a common ancestor
	result   = 8
)

// MergeBase is the best common ancestor of two commits, as `git merge-base` finds it.
func (r *Repo) MergeBase(a, b Commit) (c Commit, err error) {
	defer recovered(&err)
	s := search{flags: map[plumbing.Hash]uint8{}, queued: map[plumbing.Hash]bool{}}
	s.push(a, ofA)
	s.push(b, ofB)
	cut := false
	for s.live > 0 && len(s.flags) < maxWalk {
		c := s.pop()
		flags := s.flags[c.hash] & (ofA | ofB | stale)
		if flags == ofA|ofB {
			s.found(c)
			flags |= stale
		}
		cut = cut || r.shallow[c.hash]
		for _, h := range c.parents {
			if s.flags[h]&flags == flags {
				continue
			}
			p, err := r.commit(h)
			if err != nil {
				return Commit{}, fmt.Errorf("walking to the common ancestor: %w", err)
			}
			s.push(p, flags)
		}
	}
	// One that is behind another was the wrong way round in time.
	results := slices.DeleteFunc(s.results, func(c Commit) bool { return s.flags[c.hash]&stale != 0 })
	switch {
	case s.live > 0:
		return Commit{}, fmt.Errorf("%s and %s have no common ancestor within %d commits", a.hash, b.hash, maxWalk)
	case len(results) > 0:
		return slices.MinFunc(results, newestFirst), nil
	case cut:
		return Commit{}, fmt.Errorf("%s and %s have their common ancestor where the history is cut: %w", a.hash, b.hash, r.missing(b.Hash()))
	}
	return Commit{}, fmt.Errorf("%s and %s have no common ancestor: %w", a.hash, b.hash, ErrNotFound)
}

// search is the state of a walk, the newest commit first.
type search struct {
	flags   map[plumbing.Hash]uint8
	queued  map[plumbing.Hash]bool
	queue   byTime
	live    int // commits in the queue that are not stale
	results []Commit
}

func (s *search) push(c Commit, flags uint8) {
	before := s.flags[c.hash]
	after := before | flags
	s.flags[c.hash] = after
	if !s.queued[c.hash] {
		s.queued[c.hash] = true
		heap.Push(&s.queue, c)
		if after&stale == 0 {
			s.live++
		}
	} else if before&stale == 0 && after&stale != 0 {
		s.live--
	}
}

func (s *search) pop() Commit {
	c := heap.Pop(&s.queue).(Commit)
	s.queued[c.hash] = false
	if s.flags[c.hash]&stale == 0 {
		s.live--
	}
	return c
}

func (s *search) found(c Commit) {
	if s.flags[c.hash]&result == 0 {
		s.flags[c.hash] |= result
		s.results = append(s.results, c)
	}
}

func newestFirst(a, b Commit) int {
	return cmp.Or(b.time.Compare(a.time), bytes.Compare(a.hash[:], b.hash[:]))
}

// byTime is a heap of commits.
type byTime []Commit

func (q byTime) Len() int           { return len(q) }
func (q byTime) Less(i, j int) bool { return newestFirst(q[i], q[j]) < 0 }
func (q byTime) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *byTime) Push(c any)        { *q = append(*q, c.(Commit)) }
func (q *byTime) Pop() any {
	last := len(*q) - 1
	c := (*q)[last]
	*q = (*q)[:last]
	return c
}
