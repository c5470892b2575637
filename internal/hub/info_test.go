package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/hub/hubtest"
)

func hf(name, rev string) gate.ModelID {
	ns, n := split(name)
	return gate.ModelID{Source: "hf", Namespace: ns, Name: n, Revision: rev}
}

func TestRepository(t *testing.T) {
	h, c := world(t, hubtest.Options{}, nil)
	h.Find("acme/tiny").SetScan(false, hubtest.Issue{Path: "pytorch_model.bin", Level: "queued"})
	r, err := c.Repository(t.Context(), hf("acme/tiny", ""))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(h.Requests()); n != 3 {
		t.Errorf("%d requests: %v", n, h.Requests())
	}
	tiny := h.Find("acme/tiny")
	if r.Name != "acme/tiny" || r.ID != tiny.ID || r.Commit != tiny.Head() || r.Reachable != "yes" || len(r.Notes) > 0 {
		t.Errorf("%+v", r)
	}
	if !r.Created.Equal(time.Date(2024, 7, 14, 22, 20, 15, 0, time.UTC)) || !IDTime(r.ID).Equal(r.Created) {
		t.Errorf("made at %v, id of %v", r.Created, IDTime(r.ID))
	}
	if r.License != "mit" || len(r.BaseModels) != 1 || r.BaseModels[0] != "acme/gated" || r.Downloads != 1234 {
		t.Errorf("license %q, base models %q, %d downloads", r.License, r.BaseModels, r.Downloads)
	}
	if o := r.Owner; o == nil || o.Name != "acme" || o.Type != "org" || !o.Verified || !o.Created.Equal(IDTime(o.ID)) || o.Created.Year() != 2023 {
		t.Errorf("owner %+v", o)
	}
	if r.Scan == nil || r.Scan.Done || len(r.Scan.Files) != 1 || r.Scan.Files[0].Level != "pending" {
		t.Errorf("scan %+v", r.Scan)
	}
	if len(r.Refs) != 2 || r.Refs[0].Kind != "branch" || r.Refs[1].Name != "v1" {
		t.Errorf("refs %+v", r.Refs)
	}
	files := map[string]gate.RemoteFile{}
	for _, f := range r.Files {
		files[f.Path] = f
	}
	if len(files) != 6 || files["model.safetensors"].SHA256 == "" || files["config.json"].Git == "" || files["config.json"].SHA256 != "" || files["config.json"].Size == 0 {
		t.Errorf("files %+v", r.Files)
	}
}

// TestMoved: old names, names of before namespaces and other spellings lead to the model,
// whose identity stays, and the question is kept on the way.
func TestMoved(t *testing.T) {
	h, c := world(t, hubtest.Options{}, nil)
	for _, name := range []string{"OldOrg/tiny", "tiny", "ACME/Tiny"} {
		r, err := c.Repository(t.Context(), hf(name, ""))
		if err != nil {
			t.Fatal(err)
		}
		if r.Name != "acme/tiny" || r.ID != h.Find("acme/tiny").ID || r.Model.Key() != name || r.Owner.Name != "acme" || len(r.Files) != 6 || r.Scan == nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestRevisions: a revision is one part of the path, and a commit must be on a branch or
// behind a tag to be the publisher's.
func TestRevisions(t *testing.T) {
	h, c := world(t, hubtest.Options{}, nil)
	tiny := h.Find("acme/tiny")
	first, err := c.Info(t.Context(), "acme/tiny", "v1")
	if err != nil {
		t.Fatal(err)
	}
	pull, err := c.Repository(t.Context(), hf("acme/tiny", "refs/pr/1"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(h.Requests()[1].Path, "/api/models/acme/tiny/revision/refs%2Fpr%2F1?") {
		t.Errorf("asked %s", h.Requests()[1].Path)
	}
	middle := tiny.Commit("third", time.Now(), map[string]hubtest.File{"a": hubtest.Text("x")})
	tiny.Commit("fourth", time.Now(), map[string]hubtest.File{"a": hubtest.Text("y")})
	for rev, want := range map[string]string{first.Commit: "yes", middle: "yes", pull.Commit: "no", tiny.Head(): "yes", "main": "yes"} {
		r, err := c.Repository(t.Context(), hf("acme/tiny", rev))
		if err != nil {
			t.Fatal(err)
		}
		if r.Reachable != want || len(r.Notes) > 0 {
			t.Errorf("%s is reachable: %s, want %s (%v)", rev, r.Reachable, want, r.Notes)
		}
	}
	if pull.Reachable != "no" {
		t.Errorf("the commit of a pull request is reachable: %s", pull.Reachable)
	}
	_, err = c.Repository(t.Context(), hf("acme/tiny", "v9"))
	wantReason(t, err, gate.ReasonRevision)
}

func TestReachableBudget(t *testing.T) {
	h, c := world(t, hubtest.Options{Page: 1}, nil)
	tiny := h.Find("acme/tiny")
	for i := range 8 {
		tiny.Commit(fmt.Sprint(i), time.Now(), map[string]hubtest.File{"a": hubtest.Text(fmt.Sprint(i))})
	}
	h.Forget()
	refs, err := c.Refs(t.Context(), "acme/tiny")
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Reachable(t.Context(), "acme/tiny", commitA, refs)
	if got != "unknown" || err == nil || len(h.Requests()) != 1+historyPages {
		t.Errorf("%s, %v after %d requests", got, err, len(h.Requests()))
	}
}

func TestUserOwns(t *testing.T) {
	h, c := world(t, hubtest.Options{}, nil)
	h.Repo("bob/toy", hubtest.Repo{}).Commit("first", time.Now(), map[string]hubtest.File{"a": hubtest.Text("x")})
	h.Forget()
	r, err := c.Repository(t.Context(), hf("bob/toy", ""))
	if err != nil {
		t.Fatal(err)
	}
	if o := r.Owner; o.Type != "user" || o.Verified || o.Created.Year() != 2023 || o.ID == "" {
		t.Errorf("owner %+v", o)
	}
	before := len(h.Requests())
	if _, err := c.Owner(t.Context(), "Bob"); err != nil || len(h.Requests()) != before {
		t.Errorf("an owner was asked for again: %v", err)
	}
	if m, err := c.Members(t.Context(), "acme"); err != nil || len(m) != 1 || m[0] != "alice" {
		t.Errorf("members %q, %v", m, err)
	}
	_, err = c.Owner(t.Context(), "nobody")
	wantReason(t, err, gate.ReasonNotFound)
}

// TestStaleBranch: the list of references knows better than a stale answer about one.
func TestStaleBranch(t *testing.T) {
	h, c := world(t, hubtest.Options{}, nil)
	tiny := h.Find("acme/tiny")
	stale, err := c.Info(t.Context(), "acme/tiny", "v1")
	if err != nil {
		t.Fatal(err)
	}
	h.Fault(hubtest.Fault{Match: hubtest.PathHas("revision/main"), Times: 1, Body: hubtest.Fixed(modelJSON(commitA, stale.Commit))})
	r, err := c.Repository(t.Context(), hf("acme/tiny", "main"))
	if err != nil || r.Commit != tiny.Head() || len(r.Files) != 6 || r.Model.Revision != "main" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestTree(t *testing.T) {
	h, c := world(t, hubtest.Options{Page: 2}, nil)
	files, err := c.Tree(t.Context(), "acme/tiny", "main")
	if err != nil || len(files) != 6 || len(h.Requests()) != 4 {
		t.Fatalf("%d files in %d requests, %v", len(files), len(h.Requests()), err)
	}
	info, err := c.Info(t.Context(), "acme/tiny", "main")
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(info.Files) != fmt.Sprint(files) {
		t.Errorf("the model lists\n%v, the tree\n%v", info.Files, files)
	}
	// A model whose list is too long for one answer has its tree too.
	h.Fault(hubtest.Fault{Match: func(r *http.Request) bool { return r.URL.Query().Get("blobs") != "" }, Times: 1, Body: hubtest.Endless("[", "1,")})
	if r, err := c.Info(t.Context(), "acme/tiny", "main"); err != nil || len(r.Files) != 6 || r.Files[0].Git == "" {
		t.Errorf("%+v, %v", r, err)
	}
	// A mirror that leaves sizes out is asked for the tree.
	h.Fault(hubtest.Fault{Match: hubtest.PathHas("revision/main"), Body: hubtest.Fixed(modelJSON(`"size":3,`, "", commitA, info.Commit))})
	if r, err := c.Info(t.Context(), "acme/tiny", "main"); err != nil || len(r.Files) != 6 {
		t.Errorf("%+v, %v", r, err)
	}
	h.Heal()
	h.Fault(hubtest.Fault{Match: hubtest.PathHas("/tree/"), Body: hubtest.Fixed("null")})
	_, err = c.Tree(t.Context(), "acme/tiny", "main")
	wantReason(t, err, gate.ReasonBadAnswer)
}

// TestBadAnswers: what makes no sense is no answer, and no panic or flood either.
func TestBadAnswers(t *testing.T) {
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	for name, body := range map[string]string{
		"html":           "<html>Log in to the network</html>",
		"empty":          "",
		"a list":         "[]",
		"null":           "null",
		"no commit":      modelJSON(commitA, "main"),
		"another name":   modelJSON("acme/tiny", "../../etc"),
		"odd id":         modelJSON(someID, "xyz"),
		"negative size":  modelJSON(`"size":3`, `"size":-3`),
		"absurd size":    modelJSON(`"size":3`, `"size":9000000000000000000`),
		"fractional":     modelJSON(`"size":3`, `"size":3.5`),
		"downloads":      modelJSON("1234", "-1"),
		"gated":          modelJSON(`"gated":false`, `"gated":{}`),
		"up":             modelJSON("config.json", "a/../../b"),
		"absolute":       modelJSON("config.json", "/etc/passwd"),
		"no path":        modelJSON("config.json", ""),
		"twice":          modelJSON(`"siblings":[`, `"siblings":[{"rfilename":"config.json","size":3},`),
		"digest":         modelJSON(`"size":3`, `"size":3,"lfs":{"sha256":"00","size":3}`),
		"two sizes":      modelJSON(`"size":3`, `"size":3,"lfs":{"sha256":"`+strings.Repeat("a", 64)+`","size":4}`),
		"git":            modelJSON(commitB, "zz"),
		"deep":           modelJSON(`"tags":`, `"x":`+deep+`,"tags":`),
		"truncated":      modelJSON()[:100],
		"trailing":       modelJSON() + "{}",
		"too long":       modelJSON(`"tags":`, `"x":"`+strings.Repeat("x", maxJSON)+`","tags":`),
		"too many files": manyFiles(maxFiles + 1),
		"too many parts": modelJSON(`"tags":`, `"siblings":[`+strings.Repeat("{},", maxNodes)+`{}],"tags":`),
	} {
		t.Run(name, func(t *testing.T) {
			_, c := serve(t, text(body), nil)
			_, err := c.Info(t.Context(), "acme/tiny", "main")
			u := wantReason(t, err, gate.ReasonBadAnswer)
			if len(u.Detail) > 600 {
				t.Errorf("says %d bytes", len(u.Detail))
			}
		})
	}
	_, c := serve(t, text(modelJSON()), nil)
	_, err := c.Info(t.Context(), "acme/tiny", commitB)
	wantReason(t, err, gate.ReasonBadAnswer)
}

// TestLevels keeps the verdicts of the Hub's scanners, and lets none pass that is new.
func TestLevels(t *testing.T) {
	for stated, want := range map[string]string{
		"unsafe": "unsafe", "suspicious": "suspicious", "caution": "caution", "queued": "pending", "pending": "pending", "error": "error",
		"safe": "safe", "Unsafe": "unsafe", "malicious": "unsafe", "": "unsafe",
	} {
		var m model
		if err := json.Unmarshal([]byte(`{"securityRepoStatus":{"scansDone":true,"filesWithIssues":[{"path":"a.pkl","level":"`+stated+`"}]}}`), &m); err != nil {
			t.Fatal(err)
		}
		if got := m.repository().Scan.Files[0]; got.Level != want || got.Path != "a.pkl" {
			t.Errorf("%q is %+v", stated, got)
		}
	}
}

func manyFiles(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"rfilename":"f%d","size":1},`, i)
	}
	return modelJSON(`"siblings":[`, `"siblings":[`+b.String())
}

// TestClaims: what the publisher writes may have any shape.
func TestClaims(t *testing.T) {
	for card, want := range map[string][2]string{
		`{"license":"mit","base_model":"a/b"}`:             {"mit", "[a/b]"},
		`{"license":["mit","x"],"base_model":["c","a/b"]}`: {"mit", "[a/b c]"},
		`{"license":{"a":1},"base_model":7}`:               {"", "[]"},
		`"text"`:                                           {"", "[]"},
		`null`:                                             {"", "[]"},
	} {
		var m model
		if err := json.Unmarshal([]byte(`{"cardData":`+card+`}`), &m); err != nil {
			t.Fatal(err)
		}
		license, bases := m.claims()
		if license != want[0] || fmt.Sprint(bases) != want[1] {
			t.Errorf("%s: %q, %v", card, license, bases)
		}
	}
	for license, want := range map[string]string{
		"mit": "mit", "mit\n  evil: 1": "mit?  evil: 1", "\x1b[31mmit\u202e": "?[31mmit?", "\xff": "?", strings.Repeat("é", 150): strings.Repeat("é", 100) + "…", " ": "",
	} {
		m := model{Tags: []string{"license:" + license}}
		if got := m.repository().License; got != want {
			t.Errorf("%q is shown as %q", license, got)
		}
	}
	m := model{Tags: []string{"license:apache-2.0", "base_model:a/b", "base_model:quantized:a/b"}}
	if license, bases := m.claims(); license != "apache-2.0" || fmt.Sprint(bases) != "[a/b]" {
		t.Errorf("%q, %v", license, bases)
	}
}

// TestNotes: what is missing beside the model itself does not hide the model.
func TestNotes(t *testing.T) {
	h, c := world(t, hubtest.Options{}, nil)
	h.Fault(hubtest.Fault{Match: hubtest.PathHas("/refs"), Status: 500})
	h.Fault(hubtest.Fault{Match: hubtest.PathHas("/overview"), Body: hubtest.Fixed(`{"name":"other"}`)})
	r, err := c.Repository(t.Context(), hf("acme/tiny", ""))
	if err != nil {
		t.Fatal(err)
	}
	if r.Reachable != "unknown" || r.Owner != nil || len(r.Notes) != 2 || r.Notes[0].Reason != gate.ReasonNetwork || r.Notes[1].Reason != gate.ReasonBadAnswer {
		t.Errorf("%+v", r)
	}
	h.Heal()
	h.Fault(hubtest.Fault{Match: hubtest.PathHas("/refs"), Status: 401})
	if r, err = c.Repository(t.Context(), hf("acme/gated", "")); err != nil || len(r.Notes) != 1 || r.Notes[0].Reason != gate.ReasonGated {
		t.Errorf("%+v, %v", r, err)
	}
	h.Heal()
	h.Fault(hubtest.Fault{Match: hubtest.PathHas("/overview"), Status: 404}) // a mirror without it
	c = client(t, Config{Endpoint: h.URL})                                   // which knows no account yet
	if r, err = c.Repository(t.Context(), hf("acme/gated", "")); err != nil || len(r.Notes) != 1 || r.Notes[0].Reason != gate.ReasonBadAnswer || !strings.Contains(r.Notes[0].Detail, "the account acme") {
		t.Errorf("%+v, %v", r, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Repository(ctx, hf("acme/tiny", "")); err == nil || reason(err) != "" {
		t.Errorf("a caller that gave up gets %v", err)
	}
}

func TestNothingIsAskedInVain(t *testing.T) {
	r, c := serve(t, func(http.ResponseWriter, *http.Request) {}, nil)
	for _, m := range []struct {
		id     gate.ModelID
		reason string
	}{
		{gate.ModelID{Source: "ollama", Name: "x"}, gate.ReasonUnsupported},
		{hf("аcme/tiny", ""), gate.ReasonNotFound}, // a Cyrillic letter
		{hf("acme/tiny/x", ""), gate.ReasonNotFound},
		{hf("acme/..", ""), gate.ReasonNotFound},
		{hf("acme/tiny?x", ""), gate.ReasonNotFound},
		{hf("acme/tiny.git", ""), gate.ReasonNotFound},
		{hf("acme/"+strings.Repeat("a", 97), ""), gate.ReasonNotFound},
		{gate.ModelID{Source: "hf", URL: "https://evil.example/x"}, gate.ReasonNotFound},
		{gate.ModelID{Source: "hf"}, gate.ReasonNotFound},
		{hf("acme/tiny", "../main"), gate.ReasonRevision},
		{hf("acme/tiny", "main\n"), gate.ReasonRevision},
		{hf("acme/tiny", "a b"), gate.ReasonRevision},
	} {
		_, err := c.Repository(t.Context(), m.id)
		if reason(err) != m.reason {
			t.Errorf("%+v: %v", m.id, err)
		}
	}
	if r.count() != 0 {
		t.Errorf("%d requests", r.count())
	}
}
