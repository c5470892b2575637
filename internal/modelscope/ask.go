package modelscope

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

const (
	answerBytes = 16 << 20
	answerTime  = time.Minute
	maxFiles    = 100_000
	maxRefs     = 10_000
	maxSize     = 1 << 46
)

// ask is one model at one endpoint.
type ask struct {
	http     *http.Client
	endpoint *url.URL
	model    gate.ModelID
	revision string
	notes    []gate.Unavailable
}

// repository asks for the revisions first, so that a revision that is not there is told
// from a model that is not; then for the commit, so that the files are of that and not of
// a branch that moves meanwhile.
func (a *ask) repository(ctx context.Context) (*gate.Repository, error) {
	repo := &gate.Repository{Model: a.model, Name: a.model.Key(), Reachable: "unknown"}
	var revs revisions
	if err := a.optional(ctx, "the revisions", "/revisions", nil, &revs); err != nil {
		return nil, err
	}
	repo.Refs = revs.refs()
	if len(repo.Refs) > 0 && !commit.MatchString(a.revision) {
		if !known(repo.Refs, a.revision) {
			return nil, a.unavailable(gate.ReasonRevision, fmt.Sprintf("it has no revision %q", a.revision))
		}
		repo.Reachable = "yes"
	}
	if err := a.commit(ctx, repo); err != nil {
		return nil, err
	}
	if err := a.files(ctx, repo); err != nil {
		return nil, err
	}
	var i info
	if err := a.optional(ctx, "the description", "", url.Values{"Revision": {a.revision}}, &i); err != nil {
		return nil, err
	}
	i.describe(repo)
	if repo.Commit == "" {
		a.note(gate.ReasonRevision, fmt.Sprintf("ModelScope states no commit for %q, so that its files may change while they are read", a.revision))
	}
	for _, ref := range repo.Refs {
		if ref.Commit != "" && ref.Commit == repo.Commit {
			repo.Reachable = "yes"
		}
	}
	repo.Notes = a.notes
	return repo, nil
}

// commit finds out what the revision means now.
func (a *ask) commit(ctx context.Context, repo *gate.Repository) error {
	if commit.MatchString(a.revision) {
		repo.Commit = a.revision
		return nil
	}
	var history struct{ Commit []committer }
	query := url.Values{"Ref": {a.revision}, "PageNumber": {"1"}, "PageSize": {"1"}}
	if err := a.optional(ctx, "the commits", "/commits", query, &history); err != nil {
		return err
	}
	if len(history.Commit) > 0 && commit.MatchString(history.Commit[0].ID) {
		repo.Commit = history.Commit[0].ID
		return nil
	}
	for _, ref := range repo.Refs {
		if ref.Name == a.revision {
			repo.Commit = ref.Commit
		}
	}
	return nil
}

func (a *ask) files(ctx context.Context, repo *gate.Repository) error {
	asked := a.revision
	if repo.Commit != "" {
		asked = repo.Commit
	}
	var list struct {
		Files           []file
		LatestCommitter committer
	}
	if err := a.get(ctx, "/repo/files", url.Values{"Revision": {asked}, "Recursive": {"True"}}, &list); err != nil {
		return err
	}
	if err := list.LatestCommitter.check(a, repo); err != nil {
		return err
	}
	if len(list.Files) > maxFiles {
		return a.bad("it lists %d files, more than %d", len(list.Files), maxFiles)
	}
	seen := map[string]bool{}
	for _, f := range list.Files {
		if f.Type == "tree" {
			continue
		}
		if !httpsafe.FilePath(f.Path) || f.Size < 0 || f.Size > maxSize || seen[f.Path] {
			return a.bad("it lists the file %q of %d bytes", short(f.Path), f.Size)
		}
		seen[f.Path] = true
		r := gate.RemoteFile{Path: f.Path, Size: f.Size}
		if sum := strings.ToLower(f.SHA256); digest.MatchString(sum) {
			r.SHA256 = sum
		}
		repo.Files = append(repo.Files, r)
	}
	return nil
}

// check holds the commit of a list of files to the one that was asked for. ModelScope
// leaves the long form empty where it was asked by commit.
func (c committer) check(a *ask, repo *gate.Repository) error {
	switch {
	case repo.Commit == "" && commit.MatchString(c.ID):
		repo.Commit = c.ID
	case c.ID != "" && c.ID != repo.Commit, !strings.HasPrefix(repo.Commit, c.ShortID) && repo.Commit != "":
		return a.bad("it lists the files of another commit than %s", repo.Commit)
	}
	return nil
}

// optional asks for what a repository can be judged without: an answer that is missing
// is noted, except that there is no such model.
func (a *ask) optional(ctx context.Context, what, path string, query url.Values, data any) error {
	err := a.get(ctx, path, query, data)
	if err == nil {
		return nil
	}
	if err.Reason == gate.ReasonNotFound && path == "/revisions" {
		return err
	}
	if err.Reason == gate.ReasonNetwork || err.Reason == gate.ReasonRateLimited {
		return err // the next question would fare no better
	}
	a.note(err.Reason, what+" did not come: "+err.Detail)
	return nil
}

// get asks and decodes the data of an answer.
func (a *ask) get(ctx context.Context, path string, query url.Values, data any) *gate.Unavailable {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url(path, query).String(), nil)
	if err != nil {
		return a.unavailable(gate.ReasonUnsupported, "it is no part of a URL")
	}
	body, _, err := httpsafe.Get(a.http.Do, req, answerBytes)
	if err != nil {
		return httpsafe.Unavailable(a.model.String(), a.endpoint.Host, err)
	}
	return a.decode(body, data)
}

func (a *ask) url(path string, query url.Values) *url.URL {
	u := *a.endpoint
	u.Path += "/api/v1/models/" + a.model.Namespace + "/" + a.model.Name + path
	u.RawQuery = query.Encode()
	return &u
}

func (a *ask) bad(format string, args ...any) *gate.Unavailable {
	return a.unavailable(gate.ReasonBadAnswer, fmt.Sprintf(format, args...))
}

func (a *ask) unavailable(reason, why string) *gate.Unavailable {
	id := a.model.String()
	return &gate.Unavailable{ID: id, Reason: reason, Detail: strconv.Quote(id) + " at " + strconv.Quote(a.endpoint.Host) + ": " + why}
}

func (a *ask) note(reason, why string) {
	a.notes = append(a.notes, gate.Unavailable{ID: a.model.String(), Reason: reason, Detail: why})
}

func known(refs []gate.Ref, name string) bool {
	for _, r := range refs {
		if r.Name == name {
			return true
		}
	}
	return false
}
