package watch

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/hub"
)

// change is a file that is not as in the lock. Before or after is empty where there is no
// such file.
type change struct {
	path, before, after string
	file                gate.RemoteFile // now
}

func (c change) words() string {
	switch {
	case c.before == "":
		return "new"
	case c.after == "":
		return "missing"
	}
	return "another"
}

// difference compares the files of the lock with those of a listing, by path.
func difference(locked []gate.LockedFile, now []gate.RemoteFile, same func(a, b gate.RemoteFile) bool) []change {
	old := make(map[string]gate.RemoteFile, len(locked))
	for _, f := range locked {
		old[f.Path] = f.RemoteFile
	}
	var out []change
	for _, f := range now {
		before, there := old[f.Path]
		delete(old, f.Path)
		switch {
		case !there:
			out = append(out, change{f.Path, "", digest(f), f})
		case !same(before, f):
			out = append(out, change{f.Path, digest(before), digest(f), f})
		}
	}
	for _, f := range old {
		out = append(out, change{path: f.Path, before: digest(f)})
	}
	slices.SortFunc(out, func(a, b change) int { return strings.Compare(a.path, b.path) })
	return out
}

// identical tells that all which both sides state is the same: at one commit nothing may
// differ.
func identical(a, b gate.RemoteFile) bool {
	agree := func(x, y string) bool { return x == "" || y == "" || x == y }
	return a.Size == b.Size && agree(a.SHA256, b.SHA256) && agree(a.Git, b.Git)
}

// incomparable is a file of which the lock and a listing have no digest in common, so that
// nothing can be said of its bytes.
func incomparable(locked []gate.LockedFile, now []gate.RemoteFile) (path string, found bool) {
	old := make(map[string]gate.RemoteFile, len(locked))
	for _, f := range locked {
		old[f.Path] = f.RemoteFile
	}
	for _, f := range now {
		before, there := old[f.Path]
		if there && (before.SHA256 == "" || f.SHA256 == "") && (before.Git == "" || f.Git == "") {
			return f.Path, true
		}
	}
	return "", false
}

// equal tells that the content is the same, whatever it is stored as.
func equal(a, b gate.RemoteFile) bool {
	if a.SHA256 != "" && b.SHA256 != "" {
		return a.SHA256 == b.SHA256
	}
	return identical(a, b)
}

func digest(f gate.RemoteFile) string {
	switch {
	case f.SHA256 != "":
		return "sha256:" + f.SHA256
	case f.Git != "":
		return "git:" + f.Git
	}
	return fmt.Sprintf("%d bytes", f.Size)
}

// moved compares the branch or tag that the code asks for with the locked commit.
func (m *inspection) moved(ctx context.Context, repo *gate.Repository, refs []gate.Ref) {
	m.safetensors(repo)
	if hub.IsCommit(m.id.Revision) || repo.Commit == m.locked.Commit {
		return
	}
	changes := difference(m.locked.Files, repo.Files, equal)
	a := Alert{Type: modelChanged, Before: m.locked.Commit, After: repo.Commit, Details: summary(changes)}
	if refOf(refs, m.id.Revision).Kind == "tag" {
		a.Type = tagMoved
	} else if refs != nil && !slices.ContainsFunc(refs, func(r gate.Ref) bool { return r.Kind == "tag" && r.Commit == repo.Commit }) {
		a.Details = append(a.Details, "no tag is at the new commit")
	}
	m.raise(a, "%q of %s is at the commit %.12s, and the lock has %.12s: %s.", clip(m.id.Revision), m.id.Key(), repo.Commit, m.locked.Commit, count(changes))
	for _, c := range changes {
		m.file(c)
	}
	m.look(ctx, repo, changes)
}

func count(changes []change) string {
	if len(changes) == 1 {
		return "1 file differs"
	}
	return fmt.Sprintf("%d files differ", len(changes))
}

func summary(changes []change) []string {
	out := []string{}
	for i, c := range changes {
		if i == maxDetails {
			return append(out, fmt.Sprintf("and %d more", len(changes)-i))
		}
		word := map[string]string{"new": "added", "missing": "removed", "another": "changed"}[c.words()]
		out = append(out, fmt.Sprintf("%s: %q", word, clip(c.path)))
	}
	return out
}

// file states what a changed file means by its name.
func (m *inspection) file(c change) {
	a := Alert{File: c.path, Before: c.before, After: c.after}
	state := func(name, what string) {
		a.Type = name
		m.raise(a, "%s %q of %s.", what, clip(c.path), m.id.Key())
	}
	switch c.words() {
	case "missing":
		state(fileRemoved, "Since the lock was made, somebody removed the file")
		return
	case "new":
		state(fileAdded, "Since the lock was made, somebody added the file")
		if dangerous.MatchString(strings.ToLower(c.path)) {
			state(dangerousFileAdded, "The new file can run code when it is loaded:")
		}
	}
	if code.MatchString(strings.ToLower(c.path)) && !slices.Contains(m.locked.Reviewed, c.file.SHA256) {
		state(codeFileChanged, "There is new code in the file")
	}
}

// The names are those of the rules code-file-changed and dangerous-file-added.
var (
	code      = regexp.MustCompile(`\.(py|pyc|pyx|sh|js|ts|lua|jar|class|ipynb)$`)
	dangerous = regexp.MustCompile(`\.(bin|ckpt|cloudpickle|dill|h5|hdf5|joblib|keras|mar|nemo|p|pdmodel|pdparams|pickle|pkl|pt|pt2|pth|ptl` +
		`|rda|rdata|rds|bat|cmd|com|dll|dylib|exe|msi|node|ps1|pyd|scr|so(\.[0-9]+)*)$`)
)

// maxLooks bounds the files of one model that are read.
const maxLooks = 100

// Look is what reading new files of a model came to.
type Look struct {
	Denied map[string]string // why the policy denies a file, by its path
	Unread []string          // files that were not read to their end
}

// look reads the files that are new or changed, once for each commit. What it does not
// read is said in the alert about the commit.
func (m *inspection) look(ctx context.Context, repo *gate.Repository, changes []change) {
	if m.Inspect == nil || m.over(ctx) {
		return
	}
	if m.before.Looked == repo.Commit {
		m.keep(m.State.alerts(m.locked.Key))
		return
	}
	files, left := worthALook(changes)
	if len(files) == 0 {
		return
	}
	seen, err := m.Inspect(ctx, repo, files)
	if err != nil {
		m.unread("the new files were not read: " + clip(err.Error()))
		return
	}
	for _, f := range files {
		if why, ok := seen.Denied[f.Path]; ok {
			m.raise(Alert{Type: dangerousFileAdded, File: f.Path, After: digest(f), Details: []string{clip(why)}},
				"The policy denies the file %q that is new in %s.", clip(f.Path), m.id.Key())
		}
	}
	for _, f := range seen.Unread[:min(len(seen.Unread), maxDetails)] {
		m.unread(fmt.Sprintf("not read to its end: %q", clip(f)))
	}
	if left > 0 {
		m.unread(fmt.Sprintf("%d more new or changed files were not read", left))
	}
	m.now.Looked = repo.Commit
}

// worthALook are the new and changed files, and the number of those that are too many.
// What can run code by its name comes first, so that no mass of other files hides it.
func worthALook(changes []change) (files []gate.RemoteFile, left int) {
	suspect := func(f gate.RemoteFile) bool {
		name := strings.ToLower(f.Path)
		return dangerous.MatchString(name) || code.MatchString(name)
	}
	for _, first := range []bool{true, false} {
		for _, c := range changes {
			if c.after != "" && suspect(c.file) == first {
				files = append(files, c.file)
			}
		}
	}
	n := min(len(files), maxLooks)
	return files[:n], len(files) - n
}

// keep takes over what an earlier run saw in the files of the same commit.
func (m *inspection) keep(before []Alert) {
	for _, a := range before {
		if a.Type == dangerousFileAdded && !m.hasFile(a.Type, a.File) {
			a.At = m.locked.At
			m.alerts = append(m.alerts, a)
		}
	}
}

// unread completes the alert about the new commit.
func (m *inspection) unread(detail string) {
	for i, a := range m.alerts {
		if a.Type == modelChanged || a.Type == tagMoved {
			m.alerts[i].Details = append(m.alerts[i].Details, detail)
			return
		}
	}
}

func (m *inspection) hasFile(name, file string) bool {
	return slices.ContainsFunc(m.alerts, func(a Alert) bool { return a.Type == name && a.File == file })
}

// safetensors tells that there are weights now which cannot run code.
func (m *inspection) safetensors(repo *gate.Repository) {
	is := func(p string) bool { return path.Ext(p) == ".safetensors" }
	if slices.ContainsFunc(m.locked.Files, func(f gate.LockedFile) bool { return is(f.Path) }) || len(m.locked.Files) == 0 {
		return
	}
	for _, f := range repo.Files {
		if is(f.Path) {
			m.raise(Alert{Type: safetensorsNow, File: f.Path}, "The model %s has its weights as safetensors now, in %q.", m.id.Key(), clip(f.Path))
			return
		}
	}
}
