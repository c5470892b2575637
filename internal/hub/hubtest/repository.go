package hubtest

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Repo is what the Hub says of a model beside its files.
type Repo struct {
	// ID is an object id; made from Created if it is empty.
	ID           string
	Created      time.Time // zero: now
	Downloads    int64
	DownloadsAll int64
	Likes        int
	License      string
	Tags         []string
	// BaseModels are those that the model is derived from, by Relation.
	BaseModels []string
	Relation   string // finetune, quantized, adapter, merge
	Gated      string // empty, auto or manual
	// Granted are the users who may read a gated or private model, beside the members of
	// its owner.
	Granted  []string
	Private  bool
	Disabled bool
	Scan     *Scan // nil: not scanned yet
}

// Scan is the state of the Hub's own scanners.
type Scan struct {
	Done   bool
	Issues []Issue
}

// Issue is a file with which they are not content.
type Issue struct {
	Path  string `json:"path"`
	Level string `json:"level"` // unsafe, suspicious, caution, queued, error
}

// Repository is a model at the Hub.
type Repository struct {
	Repo
	Name string // now

	hub      *Hub
	commits  map[string]*commit
	branches map[string]string
	tags     map[string]string
	pulls    map[string]string // by refs/pr/N
}

type commit struct {
	id, parent, message, author string
	at                          time.Time
	files                       map[string]File
}

// Repo makes a model, in place of one that has the name or a redirect from it. The owner
// is made an organisation if there is none.
func (h *Hub) Repo(name string, o Repo) *Repository {
	h.mu.Lock()
	defer h.mu.Unlock()
	if o.Created.IsZero() {
		o.Created = h.options.Now()
	}
	if o.ID == "" {
		o.ID = h.objectID(o.Created)
	}
	r := &Repository{
		Repo: o, Name: name, hub: h,
		commits: map[string]*commit{}, branches: map[string]string{}, tags: map[string]string{}, pulls: map[string]string{},
	}
	if h.accounts[fold(r.owner())] == nil {
		h.registerLocked(r.owner(), "org", Account{Created: o.Created})
	}
	if old := h.repos[fold(name)]; old != nil {
		h.forget(fold(name), old)
	}
	delete(h.moved, fold(name))
	h.repos[fold(name)] = r
	return r
}

// Find is the model that has the name now; nil if none has.
func (h *Hub) Find(name string) *Repository {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.repos[fold(name)]
}

// Move renames or transfers a model. Its old names redirect to it, however often it
// moves: a name without a namespace too.
func (h *Hub) Move(from, to string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.repos[fold(from)]
	delete(h.repos, fold(from))
	h.moved[fold(from)] = r
	delete(h.moved, fold(to))
	r.Name = to
	h.repos[fold(to)] = r
	if h.accounts[fold(r.owner())] == nil {
		h.registerLocked(r.owner(), "org", Account{})
	}
}

// Alias lets another name redirect to a model, like the old names without a namespace.
func (h *Hub) Alias(alias, name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.moved[fold(alias)] = h.repos[fold(name)]
}

// Delete deletes a model and the redirects to it.
func (h *Hub) Delete(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget(fold(name), h.repos[fold(name)])
}

func (h *Hub) forget(key string, r *Repository) {
	delete(h.repos, key)
	maps.DeleteFunc(h.moved, func(_ string, to *Repository) bool { return to == r })
}

// Edit changes what the Hub says of a model.
func (r *Repository) Edit(edit func(*Repo)) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	edit(&r.Repo)
}

// SetScan sets the state of the Hub's scanners.
func (r *Repository) SetScan(done bool, issues ...Issue) {
	r.Edit(func(o *Repo) { o.Scan = &Scan{Done: done, Issues: issues} })
}

// Commit makes the files the whole tree of main and returns the commit. The same history
// has the same commits in every repository.
func (r *Repository) Commit(message string, at time.Time, files map[string]File) string {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	id := r.commit(r.branches["main"], message, at, files)
	r.branches["main"] = id
	return id
}

// Head is the commit of main.
func (r *Repository) Head() string {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	return r.branches["main"]
}

// Files are those of main, to be changed and committed.
func (r *Repository) Files() map[string]File {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	return maps.Clone(r.commits[r.branches["main"]].files)
}

// Tag sets a tag, Branch a branch.
func (r *Repository) Tag(name, commit string)    { r.point(r.tags, name, commit) }
func (r *Repository) Branch(name, commit string) { r.point(r.branches, name, commit) }

// ForceReset sets main to a commit and forgets those that nothing leads to any more.
func (r *Repository) ForceReset(commit string) { r.point(r.branches, "main", commit) }

func (r *Repository) point(refs map[string]string, name, commit string) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	refs[name] = commit
	r.prune()
}

// PullRequest opens or updates a pull request, whose commits anybody may write and which
// are in the same repository.
func (r *Repository) PullRequest(number int, at time.Time, files map[string]File) string {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	ref := fmt.Sprintf("refs/pr/%d", number)
	id := r.commit(cmp.Or(r.pulls[ref], r.branches["main"]), "Upload files", at, files)
	r.commits[id].author = "stranger"
	r.pulls[ref] = id
	return id
}

// Squash makes the history of main one commit, and returns it.
func (r *Repository) Squash(at time.Time) string {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	id := r.commit("", "Super-squash branch 'main' using huggingface_hub", at, r.commits[r.branches["main"]].files)
	r.branches["main"] = id
	r.prune()
	return id
}

// TamperAt puts another file where a commit has one, and leaves the commit its id.
func (r *Repository) TamperAt(commit, path string, f File) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	r.commits[commit].files[path] = f
	r.store(f)
}

func (r *Repository) commit(parent, message string, at time.Time, files map[string]File) string {
	sum := sha1.New()
	fmt.Fprintf(sum, "parent %s\ndate %d\n\n%s\n", parent, at.Unix(), message)
	for _, p := range sorted(files) {
		fmt.Fprintf(sum, "%s %s\n", files[p].Git, p)
		r.store(files[p])
	}
	c := &commit{id: hex.EncodeToString(sum.Sum(nil)), parent: parent, message: message, author: r.owner(), at: at, files: maps.Clone(files)}
	r.commits[c.id] = c
	return c.id
}

func (r *Repository) store(f File) {
	if f.Large {
		r.hub.blobs[r.ID+"/"+f.xet()] = f
	}
}

// prune forgets the commits that no branch, tag or pull request leads to.
func (r *Repository) prune() {
	alive := map[string]*commit{}
	for _, refs := range []map[string]string{r.branches, r.tags, r.pulls} {
		for _, id := range refs {
			for c := r.commits[id]; c != nil && alive[c.id] == nil; c = r.commits[c.parent] {
				alive[c.id] = c
			}
		}
	}
	r.commits = alive
}

// revision is the commit that a branch, a tag, a ref or a full commit id means.
func (r *Repository) revision(rev string) *commit {
	if rev == "HEAD" {
		rev = "main"
	}
	for _, refs := range []map[string]string{r.branches, r.tags, r.pulls} {
		if id, ok := refs[rev]; ok {
			return r.commits[id]
		}
	}
	if name, ok := strings.CutPrefix(rev, "refs/heads/"); ok {
		return r.commits[r.branches[name]]
	}
	if name, ok := strings.CutPrefix(rev, "refs/tags/"); ok {
		return r.commits[r.tags[name]]
	}
	return r.commits[rev]
}

// history is a commit and those before it, newest first.
func (r *Repository) history(c *commit) []*commit {
	var out []*commit
	for ; c != nil; c = r.commits[c.parent] {
		out = append(out, c)
	}
	return out
}

func (r *Repository) owner() string {
	owner, _, _ := strings.Cut(r.Name, "/")
	return owner
}

// reads tells whether a visitor may read a gated or private model.
func (r *Repository) reads(visitor string) bool {
	if visitor == "" {
		return false
	}
	a := r.hub.accounts[fold(r.owner())]
	return fold(visitor) == fold(r.owner()) || a != nil && a.has(visitor) || slices.ContainsFunc(r.Granted, func(u string) bool { return fold(u) == fold(visitor) })
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
