package modelscope

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

const (
	head = "cbee0850956aeb6fd9ac074a0270da820788ada7"
	old  = "2e50b77b0eee3083842019e257b74854323d880a"
)

// fake is ModelScope with one model, acme/tiny. Its answers have the fields, and its
// ranges the status, of the real one.
type fake struct {
	*httptest.Server
	files  map[string][]byte
	answer map[string]string // path below the model -> body instead
	status map[string]int
	log    []string
}

func newFake(t *testing.T) *fake {
	f := &fake{files: map[string][]byte{
		"config.json":           []byte("{}"),
		"sub/model.safetensors": bytes.Repeat([]byte("weights "), 50_000),
	}, answer: map[string]string{}, status: map[string]int{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Server.Close)
	return f
}

func (f *fake) registry(t *testing.T, more ...string) *Registry {
	t.Helper()
	r, err := New(Config{Endpoints: append([]string{f.URL + "/"}, more...), Rules: httpsafe.Rules{Loopback: true}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.log = append(f.log, r.URL.RequestURI())
	path, ok := strings.CutPrefix(r.URL.Path, "/api/v1/models/acme/tiny")
	if status := f.status[path]; status != 0 {
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(status)
	}
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"Code":10010205001,"Message":"model not exists","Success":false}`)
		return
	}
	if body, ok := f.answer[path]; ok {
		fmt.Fprint(w, body)
		return
	}
	q := r.URL.Query()
	switch path {
	case "":
		fmt.Fprint(w, `{"Code":200,"Success":true,"Data":{"Id":4711,"Name":"tiny","Path":"acme","License":"Apache License 2.0","Downloads":50622,
			"CreatedTime":1726665606,"LastUpdatedTime":"2024-09-20T14:28:21Z","Visibility":5,"Tags":["gguf"],"BaseModel":"not a list",
			"Organization":{"Id":7,"Name":"acme","GmtCreated":"2023-01-02 03:04:05"}}}`)
	case "/revisions":
		fmt.Fprint(w, `{"Code":200,"Data":{"RevisionMap":{"Branches":[{"Revision":"master","CreatedAt":1}],"Tags":[{"Revision":"v1","CommitId":"`+old+`"}]}}}`)
	case "/commits":
		id := map[string]string{"master": head, "v1": old}[q.Get("Ref")]
		fmt.Fprintf(w, `{"Code":200,"Data":{"Commit":[{"Id":%q,"ShortId":%q}]},"TotalCount":9}`, id, id[:8])
	case "/repo/files":
		f.list(w, q.Get("Revision"))
	case "/repo":
		data, ok := f.files[q.Get("FilePath")]
		if !ok || q.Get("Revision") != head {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		rec := httptest.NewRecorder()
		http.ServeContent(rec, r, "", time.Time{}, bytes.NewReader(data))
		w.Header().Set("Content-Range", rec.Header().Get("Content-Range"))
		_, _ = w.Write(rec.Body.Bytes())
	}
}

func (f *fake) list(w http.ResponseWriter, revision string) {
	files := []map[string]any{{"Path": "sub", "Type": "tree", "Size": 0, "Sha256": ""}}
	for path, data := range f.files {
		files = append(files, map[string]any{
			"Path": path, "Type": "blob", "Size": len(data), "Sha256": fmt.Sprintf("%X", sha256.Sum256(data)), "IsLFS": false, "Revision": old,
		})
	}
	latest := map[string]string{"Id": "", "ShortId": revision[:min(8, len(revision))]}
	_ = json.NewEncoder(w).Encode(map[string]any{"Code": 200, "Data": map[string]any{"Files": files, "LatestCommitter": latest}})
}

func tiny(revision string) gate.ModelID {
	return gate.ModelID{Source: "modelscope", Namespace: "acme", Name: "tiny", Revision: revision}
}

func reason(err error) string {
	u, ok := errors.AsType[*gate.Unavailable](err)
	if !ok {
		return fmt.Sprint(err)
	}
	return u.Reason
}

func TestRepository(t *testing.T) {
	f := newFake(t)
	r := f.registry(t)
	repo, err := r.Repository(t.Context(), tiny(""))
	if err != nil {
		t.Fatal(err)
	}
	if repo.Commit != head || repo.Name != "acme/tiny" || repo.Reachable != "yes" || repo.ID != "4711" || len(repo.Notes) != 0 {
		t.Errorf("repository %+v", repo)
	}
	if repo.License != "Apache License 2.0" || repo.DownloadsAll != 50622 || repo.Private || repo.Created.Unix() != 1726665606 || repo.Modified.Year() != 2024 {
		t.Errorf("description %+v", repo)
	}
	if o := repo.Owner; o == nil || o.Name != "acme" || o.ID != "7" || o.Created.Year() != 2023 {
		t.Errorf("owner %+v", repo.Owner)
	}
	if len(repo.Files) != 2 || len(repo.Refs) != 2 || repo.Refs[1] != (gate.Ref{Name: "v1", Kind: "tag", Commit: old}) {
		t.Errorf("files %+v, refs %+v", repo.Files, repo.Refs)
	}
	for _, file := range repo.Files {
		want := f.files[file.Path]
		if file.SHA256 != fmt.Sprintf("%x", sha256.Sum256(want)) {
			t.Errorf("%s: %s", file.Path, file.SHA256)
		}
		rd, err := r.Open(t.Context(), repo, file)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.NewSectionReader(rd, 0, file.Size))
		if err != nil || !bytes.Equal(got, want) || len(rd.Odd()) != 0 {
			t.Errorf("%s: %d bytes, odd %v, %v", file.Path, len(got), rd.Odd(), err)
		}
		_ = rd.Close()
	}
	if !slices.Contains(f.log, "/api/v1/models/acme/tiny/repo/files?Recursive=True&Revision="+head) {
		t.Errorf("the files are not those of the commit: %q", f.log)
	}
}

func TestCommit(t *testing.T) {
	noCommits := func(f *fake) { f.status["/commits"] = http.StatusForbidden }
	for _, c := range []struct {
		name, revision string
		change         func(*fake)
		commit, reach  string
		notes          int
	}{
		{"tag", "v1", nil, old, "yes", 0},
		{"commit", strings.Repeat("a", 40), nil, strings.Repeat("a", 40), "unknown", 0},
		{"commit of a tag", old, nil, old, "yes", 0},
		{"tag by the list of tags", "v1", noCommits, old, "yes", 1},
		{"branch without a commit", "master", noCommits, "", "yes", 2},
		{"commit by the list of files", "master", func(f *fake) {
			noCommits(f)
			f.answer["/repo/files"] = `{"Code":200,"Data":{"Files":[],"LatestCommitter":{"Id":"` + head + `","ShortId":"cbee0850"}}}`
		}, head, "yes", 1},
		{"no description", "master", func(f *fake) { f.answer[""] = `{"Code":200,"Data":null}` }, head, "yes", 1},
	} {
		f := newFake(t)
		if c.change != nil {
			c.change(f)
		}
		repo, err := f.registry(t).Repository(t.Context(), tiny(c.revision))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if repo.Commit != c.commit || repo.Reachable != c.reach || len(repo.Notes) != c.notes {
			t.Errorf("%s: commit %q, reachable %q, notes %+v", c.name, repo.Commit, repo.Reachable, repo.Notes)
		}
	}
}

func TestUnavailable(t *testing.T) {
	files := func(text string) func(*fake) {
		return func(f *fake) { f.answer["/repo/files"] = `{"Code":200,"Data":{"Files":[` + text + `]}}` }
	}
	for _, c := range []struct {
		name   string
		model  gate.ModelID
		change func(*fake)
		want   string
	}{
		{"another model", gate.ModelID{Source: "modelscope", Namespace: "acme", Name: "other"}, nil, gate.ReasonNotFound},
		{"revision", tiny("v9"), nil, gate.ReasonRevision},
		{"source", gate.ModelID{Source: "hf", Namespace: "acme", Name: "tiny"}, nil, gate.ReasonUnsupported},
		{"name", gate.ModelID{Source: "modelscope", Namespace: "..", Name: "tiny"}, nil, gate.ReasonUnsupported},
		{"odd revision", tiny("a&b=c"), nil, gate.ReasonUnsupported},
		{"not found in the envelope", tiny(""), func(f *fake) { f.answer["/revisions"] = `{"Code":10010205001,"Message":"no"}` }, gate.ReasonNotFound},
		{"trouble in the envelope", tiny(""), func(f *fake) { f.answer["/repo/files"] = `{"Code":500}` }, gate.ReasonNetwork},
		{"busy", tiny(""), func(f *fake) { f.status["/revisions"] = 429 }, gate.ReasonRateLimited},
		{"down", tiny(""), func(f *fake) { f.status["/repo/files"] = 503 }, gate.ReasonNetwork},
		{"no JSON", tiny(""), func(f *fake) { f.answer["/repo/files"] = `<html>` }, gate.ReasonBadAnswer},
		{"no files", tiny(""), func(f *fake) { f.answer["/repo/files"] = `{"Code":200,"Data":null}` }, gate.ReasonBadAnswer},
		{"traversal", tiny(""), files(`{"Path":"../x","Type":"blob"}`), gate.ReasonBadAnswer},
		{"twice", tiny(""), files(`{"Path":"x"},{"Path":"x"}`), gate.ReasonBadAnswer},
		{"size", tiny(""), files(`{"Path":"x","Size":-1}`), gate.ReasonBadAnswer},
		{"another commit", tiny(""), func(f *fake) {
			f.answer["/repo/files"] = `{"Code":200,"Data":{"Files":[],"LatestCommitter":{"Id":"` + old + `"}}}`
		}, gate.ReasonBadAnswer},
		{"another short commit", tiny(""), func(f *fake) {
			f.answer["/repo/files"] = `{"Code":200,"Data":{"Files":[],"LatestCommitter":{"ShortId":"00000000"}}}`
		}, gate.ReasonBadAnswer},
	} {
		f := newFake(t)
		if c.change != nil {
			c.change(f)
		}
		if _, err := f.registry(t).Repository(t.Context(), c.model); reason(err) != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	f := newFake(t)
	r := f.registry(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Repository(ctx, tiny("")); reason(err) != gate.ReasonNetwork {
		t.Errorf("no time: %v", err)
	}
	if _, err := r.Open(t.Context(), &gate.Repository{Model: tiny("")}, gate.RemoteFile{Path: "../x"}); reason(err) != gate.ReasonEntry {
		t.Errorf("open of a path: %v", err)
	}
}

// TestSecondSite shows that the second endpoint is asked for what the first does not
// know, and then for the files too.
func TestSecondSite(t *testing.T) {
	empty := httptest.NewServer(http.NotFoundHandler())
	defer empty.Close()
	f := newFake(t)
	r, err := New(Config{Endpoints: []string{empty.URL, f.URL}, Rules: httpsafe.Rules{Loopback: true}})
	if err != nil {
		t.Fatal(err)
	}
	repo, err := r.Repository(t.Context(), tiny(""))
	if err != nil {
		t.Fatal(err)
	}
	rd, err := r.Open(t.Context(), repo, repo.Files[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rd.ReadAt(make([]byte, 1), 0); err != nil {
		t.Error(err)
	}
}

func TestFromEnv(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want string // the first endpoint; empty: an error
	}{
		{nil, chinese},
		{map[string]string{"MODELSCOPE_PREFER_AI_SITE": "true"}, international},
		{map[string]string{"MODELSCOPE_DOMAIN": "www.modelscope.cn"}, "https://www.modelscope.cn"},
		{map[string]string{"MODELSCOPE_ENDPOINT": "https://ms.corp", "MODELSCOPE_DOMAIN": "x"}, "https://ms.corp"},
		{map[string]string{"MODELSCOPE_ENDPOINT": "http://127.0.0.1:8080"}, "http://127.0.0.1:8080"},
		{map[string]string{"MODELSCOPE_ENDPOINT": "https://10.0.0.1/ms/"}, "https://10.0.0.1/ms"},
		{map[string]string{"MODELSCOPE_ENDPOINT": "http://ms.corp"}, ""},
		{map[string]string{"MODELSCOPE_ENDPOINT": "https://user:hush@ms.corp"}, ""},
		{map[string]string{"MODELSCOPE_ENDPOINT": "https://ms.corp/?a=hush"}, ""},
		{map[string]string{"MODELSCOPE_ENDPOINT": "://"}, ""},
	} {
		r, err := New(FromEnv(func(name string) string { return c.env[name] }))
		if (err == nil) != (c.want != "") || err == nil && r.endpoints[0].String() != c.want {
			t.Errorf("%v: %v, want %q", c.env, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("%v: %v", c.env, err)
		}
	}
}
