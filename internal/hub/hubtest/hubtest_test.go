package hubtest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate/internal/hub/hubtest"
)

// start serves the world.
func start(t *testing.T, o hubtest.Options) *hubtest.Hub {
	t.Helper()
	hub := hubtest.New(o)
	t.Cleanup(hub.Close)
	hubtest.World(hub)
	return hub
}

// ask makes a request and follows no redirect.
func ask(t *testing.T, hub *hubtest.Hub, method, path, token string, header ...string) (*http.Response, string) {
	t.Helper()
	if strings.HasPrefix(path, "/") {
		path = hub.URL + path
	}
	req, err := http.NewRequest(method, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := *hub.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp, string(body)
}

func TestAnswers(t *testing.T) {
	hub := start(t, hubtest.Options{})
	tiny := hub.Find("acme/tiny")
	head, pull := tiny.Head(), hub.Find("acme/tiny").PullRequest(2, time.Unix(1725000000, 0), nil)
	const m = "/api/models/acme/tiny"
	for _, c := range []struct {
		path, token string
		status      int
		code        string // X-Error-Code
		want        string // in the body
	}{
		{m, "", 200, "", `"sha":"` + head + `"`},
		{m, "", 200, "", `"_id":"` + tiny.ID + `"`},
		{m, "", 200, "", `"createdAt":"2024-07-14T22:20:15.000Z"`},
		{m + "?securityStatus=true", "", 200, "", `"scansDone":true`},
		{m + "?blobs=true", "", 200, "", `"pointerSize":`},
		{m + "?expand=gated&expand[]=sha", "", 200, "", `{"_id":"` + tiny.ID + `","gated":false,"id":"acme/tiny","sha":"` + head + `"}`},
		{m + "?expand=_id", "", 400, "", "Invalid option"},
		{m + "?revision=v1", "", 400, "", "path"},
		{m + "/revision/refs%2Fpr%2F2", "", 200, "", pull},
		{m + "/revision/" + pull, "", 200, "", pull},
		{m + "/revision/nope", "", 404, "RevisionNotFound", "nope"},
		{m + "/tree/main/onnx", "", 200, "", `"path":"onnx/config.json"`},
		{m + "/tree/main?expand=true", "", 200, "", `"securityFileStatus"`},
		{m + "/tree/main/nope", "", 404, "EntryNotFound", "nope"},
		{m + "/refs?include_prs=1", "", 200, "", `"ref":"refs/pr/1"`},
		{m + "/tree/refs/pr/1", "", 200, "", `"path":"config.json"`},
		{m + "/commits/refs/pr/1", "", 200, "", `"user":"stranger"`},
		{"/acme/tiny/raw/refs/pr/1/config.json", "", 200, "", "impostor"},
		{m + "/commits/main", "", 200, "", `"title":"better weights"`},
		{m + "/scan", "", 200, "", `"filesWithIssues":[]`},
		{m + "/auth-check", "", 200, "", "OK"},
		{m, "hf_wrong", 401, "", "Invalid credentials in Authorization header"},
		{"/api/models/acme/none", "", 401, "", "Invalid username or password."},
		{"/api/models/acme/none", "hf_bob", 404, "RepoNotFound", "Repository not found"},
		{"/api/models/acme/secret", "", 401, "", ""},
		{"/api/models/acme/secret", "hf_bob", 404, "RepoNotFound", ""},
		{"/api/models/acme/secret", "hf_alice", 200, "", `"private":true`},
		{"/api/models/acme/gated", "", 200, "", `"gated":"manual"`},
		{"/api/models/acme/gated/commits/main", "", 401, "GatedRepo", ""},
		{"/api/models/acme/gated/auth-check", "hf_bob", 403, "GatedRepo", ""},
		{"/acme/gated/resolve/main/config.json", "", 401, "GatedRepo", ""},
		{"/acme/gated/resolve/main/config.json", "hf_bob", 403, "GatedRepo", ""},
		{"/acme/gated/resolve/main/config.json", "hf_wrong", 401, "GatedRepo", ""},
		{"/acme/gated/resolve/main/config.json", "hf_carol", 307, "", ""},
		{"/acme/tiny/resolve/main/nope", "", 404, "EntryNotFound", ""},
		{"/acme/tiny/raw/main/model.safetensors", "", 200, "", "oid sha256:"},
		{"/api/resolve-cache/models/acme/tiny/main/config.json", "", 400, "", ""},
		{"/api/resolve-cache/models/acme/tiny/" + strings.Repeat("0", 40) + "/config.json", "", 404, "RevisionNotFound", ""},
		{"/api/organizations/ACME/overview", "", 200, "", `"isVerified":true`},
		{"/api/organizations/bob/overview", "", 404, "", ""},
		{"/api/organizations/acme/members", "", 200, "", `"user":"alice"`},
		{"/api/users/bob/overview", "", 200, "", `"createdAt":"2023-06-03T22:20:15.000Z"`},
		{"/api/users/acme/overview", "", 404, "", "This user does not exist"},
		{"/api/whoami-v2", "hf_alice", 200, "", `"name":"alice"`},
		{"/api/whoami-v2", "", 401, "", ""},
		{"/api/nothing", "", 404, "", ""},
	} {
		resp, body := ask(t, hub, "GET", c.path, c.token)
		if resp.StatusCode != c.status || resp.Header.Get("X-Error-Code") != c.code || !strings.Contains(body, c.want) {
			t.Errorf("%s (%s): %d %q %s", c.path, c.token, resp.StatusCode, resp.Header.Get("X-Error-Code"), body)
		}
		if c.status >= 400 && resp.Header.Get("X-Error-Message") == "" {
			t.Errorf("%s: no message", c.path)
		}
		if !regexp.MustCompile(`^"(api|resolvers|pages)";r=\d+;t=\d+$`).MatchString(resp.Header.Get("RateLimit")) {
			t.Errorf("%s: RateLimit %q", c.path, resp.Header.Get("RateLimit"))
		}
	}
}

func TestRedirects(t *testing.T) {
	hub := start(t, hubtest.Options{})
	for asked, want := range map[string]string{
		"/api/models/OldOrg/tiny?blobs=true":          "/api/models/acme/tiny?blobs=true",
		"/api/models/tiny/revision/v1":                "/api/models/acme/tiny/revision/v1",
		"/api/models/ACME/Tiny":                       "/api/models/acme/tiny",
		"/tiny/resolve/main/config.json":              "/acme/tiny/resolve/main/config.json",
		"/oldorg/tiny/resolve/refs%2Fpr%2F1/a%20b":    "/acme/tiny/resolve/refs%2Fpr%2F1/a%20b",
		"/api/resolve-cache/models/OldOrg/tiny/0/x.x": "/api/resolve-cache/models/acme/tiny/0/x.x",
	} {
		resp, _ := ask(t, hub, "GET", asked, "")
		if resp.StatusCode != 307 || resp.Header.Get("Location") != want {
			t.Errorf("%s: %d %q, want %q", asked, resp.StatusCode, resp.Header.Get("Location"), want)
		}
	}
	hub.Move("acme/tiny", "newco/big")
	if resp, _ := ask(t, hub, "GET", "/api/models/OldOrg/tiny", ""); resp.Header.Get("Location") != "/api/models/newco/big" {
		t.Errorf("after the second move: %q", resp.Header.Get("Location"))
	}
	hub.Repo("OldOrg/tiny", hubtest.Repo{})
	if resp, _ := ask(t, hub, "GET", "/api/models/OldOrg/tiny", ""); resp.StatusCode != 200 {
		t.Errorf("a new model does not displace the redirect: %d", resp.StatusCode)
	}
}

func TestContent(t *testing.T) {
	hub := start(t, hubtest.Options{})
	tiny := hub.Find("acme/tiny")
	small, large := tiny.Files()["config.json"], tiny.Files()["model.safetensors"]

	resp, _ := ask(t, hub, "HEAD", "/acme/tiny/resolve/main/config.json", "")
	check(t, resp, 307, "X-Repo-Commit", tiny.Head(), "X-Linked-Etag", `"`+small.Git+`"`, "X-Linked-Size", "24")
	if l := resp.Header.Get("Location"); !strings.HasPrefix(l, "/api/resolve-cache/models/acme/tiny/"+tiny.Head()+"/config.json?") {
		t.Fatalf("location %q", l)
	}
	resp, body := ask(t, hub, "GET", resp.Header.Get("Location"), "")
	check(t, resp, 200, "ETag", `"`+small.Git+`"`)
	if body != "{\"model_type\": \"llama\"}\n" {
		t.Errorf("body %q", body)
	}

	resp, _ = ask(t, hub, "GET", "/acme/tiny/resolve/v1/model.safetensors", "")
	if l := resp.Header.Get("Location"); resp.StatusCode != 302 || !strings.HasPrefix(l, hub.CDN+"/xet-bridge-us/"+tiny.ID+"/") {
		t.Fatalf("%d %q", resp.StatusCode, l)
	}
	resp, _ = ask(t, hub, "GET", "/acme/tiny/resolve/main/model.safetensors", "hf_alice")
	check(t, resp, 302, "X-Linked-Etag", `"`+large.SHA256+`"`, "Accept-Ranges", "bytes", "X-Xet-Hash", "")
	url := resp.Header.Get("Location")
	resp, body = ask(t, hub, "GET", url, "", "Range", "bytes=-2")
	check(t, resp, 206, "X-Repo-Commit", "")
	if body != "\x01\x01" || strings.Contains(resp.Header.Get("ETag"), large.SHA256) {
		t.Errorf("tail %q, etag %q", body, resp.Header.Get("ETag"))
	}
	resp, _ = ask(t, hub, "GET", strings.Replace(url, "Signature=", "Signature=0", 1), "")
	check(t, resp, 403)

	hub.Forget()
	ask(t, hub, "GET", url, "hf_alice", "Cookie", "a=b")
	if r := hub.Requests(); len(r) != 1 || !r[0].Storage || !r[0].Authorized || r[0].Cookie != "a=b" {
		t.Errorf("requests %+v", r)
	}
}

func check(t *testing.T, resp *http.Response, status int, header ...string) {
	t.Helper()
	if resp.StatusCode != status {
		t.Errorf("status %d, want %d", resp.StatusCode, status)
	}
	for i := 0; i < len(header); i += 2 {
		if got := resp.Header.Get(header[i]); got != header[i+1] {
			t.Errorf("%s %q, want %q", header[i], got, header[i+1])
		}
	}
}

func TestPages(t *testing.T) {
	hub := start(t, hubtest.Options{Page: 2})
	hub.Org("crowd", hubtest.Account{Members: []string{"a", "b", "c"}})
	for path, want := range map[string]int{
		"/api/models/acme/tiny/tree/main?recursive=true": 7,
		"/api/models/acme/tiny/tree/main":                6,
		"/api/models/acme/tiny/commits/main?limit=1":     2,
		"/api/organizations/crowd/members":               3,
	} {
		total := 0
		for next := path; next != ""; {
			resp, body := ask(t, hub, "GET", next, "")
			var list []any
			if err := json.Unmarshal([]byte(body), &list); err != nil || len(list) > 2 {
				t.Fatalf("%s: %v %s", next, err, body)
			}
			total += len(list)
			next, _, _ = strings.Cut(strings.TrimPrefix(resp.Header.Get("Link"), "<"), ">")
		}
		if total != want {
			t.Errorf("%s: %d entries, want %d", path, total, want)
		}
	}
}

func TestPathsInfo(t *testing.T) {
	hub := start(t, hubtest.Options{})
	at := hub.URL + "/api/models/acme/tiny/paths-info/main"
	paths := []string{"config.json", "onnx", "nope"}
	form, err := hub.Client().PostForm(at, url.Values{"paths": paths, "expand": {"True"}})
	if err != nil {
		t.Fatal(err)
	}
	body, _ := json.Marshal(map[string]any{"paths": paths, "expand": true})
	js, err := hub.Client().Post(at, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, resp := range []*http.Response{form, js} {
		raw, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if !strings.Contains(string(raw), `"lastCommit"`) || strings.Count(string(raw), `"path"`) != 2 {
			t.Errorf("%s", raw)
		}
	}
}

func TestTokenExchange(t *testing.T) {
	hub := start(t, hubtest.Options{})
	trade := func(resource string) (int, string) {
		body := `{"grant_type":"urn:ietf:params:oauth:grant-type:token-exchange","subject_token_type":"urn:ietf:params:oauth:token-type:id_token","subject_token":"a.b.c","resource":"` + resource + `"}`
		resp, err := hub.Client().Post(hub.URL+"/oauth/token", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var answer struct {
			Token string `json:"access_token"`
		}
		if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, answer.Token
	}
	if status, token := trade("nobody"); status != 403 || token != "" {
		t.Errorf("nobody: %d %q", status, token)
	}
	status, token := trade("carol")
	if status != 200 {
		t.Fatalf("carol: %d", status)
	}
	resp, _ := ask(t, hub, "GET", "/acme/gated/resolve/main/config.json", token)
	check(t, resp, 307)
}

func TestQuota(t *testing.T) {
	hub := start(t, hubtest.Options{Quota: 2})
	var got []int
	for range 3 {
		resp, _ := ask(t, hub, "GET", "/api/models/acme/tiny", "")
		got = append(got, resp.StatusCode)
	}
	if !slices.Equal(got, []int{200, 200, 429}) {
		t.Errorf("statuses %v", got)
	}
}
