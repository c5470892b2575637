package watch

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/hub"
	"github.com/modelgate/gate/internal/hub/hubtest"
	"github.com/modelgate/gate/internal/lock"
)

// world is a Hub with the models of the scenarios.
func world(t *testing.T, o hubtest.Options) *hubtest.Hub {
	t.Helper()
	h := hubtest.New(o)
	t.Cleanup(h.Close)
	hubtest.World(h)
	return h
}

func client(t *testing.T, h *hubtest.Hub, token string) *hub.Client {
	t.Helper()
	c, err := hub.New(hub.Config{Endpoint: h.URL, Token: token, EtagTimeout: 2 * time.Minute, DownloadTimeout: 2 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// locked is the entry of a model as `gate lock` makes it.
func locked(t *testing.T, h *hubtest.Hub, key, token string) gate.Locked {
	t.Helper()
	id, err := lock.ParseKey(key)
	if err != nil {
		t.Fatal(err)
	}
	r, err := client(t, h, token).Repository(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	l := gate.Locked{
		Key: key, Commit: r.Commit, ID: r.ID, Created: r.Created, Name: r.Name, Owner: *r.Owner, Gated: r.Gated, License: r.License,
		At: gate.Location{Path: "models.lock", Line: 4, Column: 3},
	}
	for _, f := range r.Files {
		l.Files = append(l.Files, gate.LockedFile{RemoteFile: f})
	}
	return l
}

// run watches with a client that knows nothing yet.
func runOnce(t *testing.T, h *hubtest.Hub, state *State, models ...gate.Locked) *Result {
	t.Helper()
	return runWith(t, Options{Hub: client(t, h, ""), State: state, Models: models})
}

func runWith(t *testing.T, o Options) *Result {
	t.Helper()
	r, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func typesOf(alerts []Alert) []string {
	var out []string
	for _, a := range alerts {
		if !slices.Contains(out, a.Type) {
			out = append(out, a.Type)
		}
	}
	return out
}

// reread is the state as the next run reads it.
func reread(t *testing.T, s *State) *State {
	t.Helper()
	text, err := s.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseState(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return again
}

func TestScenarios(t *testing.T) {
	for _, s := range hubtest.Scenarios {
		t.Run(s.Name, func(t *testing.T) {
			h := world(t, hubtest.Options{})
			l := locked(t, h, s.Lock, "")
			s.Apply(h)
			h.Forget()
			r := runOnce(t, h, nil, l)
			requests := len(h.Requests())
			got := typesOf(r.Raised)
			for _, want := range s.Alerts {
				if !slices.Contains(got, want) {
					t.Errorf("%s is missing", want)
				}
			}
			for _, a := range r.Raised {
				if !slices.Contains(s.Alerts, a.Type) && !slices.Contains(s.Also, a.Type) {
					t.Errorf("%s is too much: %s", a.Type, a.Message)
				}
				if a.Key != s.Lock || a.Model == "" || a.At != l.At || a.Details == nil || !strings.HasSuffix(a.Message, ".") {
					t.Errorf("an alert is not complete: %+v", a)
				}
			}
			documented(t, s.Name, s.Seen, got)
			if requests > 7 {
				t.Errorf("%d requests", requests)
			}
			again := runOnce(t, h, reread(t, r.State), l)
			if len(again.Raised) != 0 || len(again.Open) != len(r.Open) {
				t.Errorf("the second run raised %v, open %v", typesOf(again.Raised), typesOf(again.Open))
			}
		})
	}
}

func TestYoungerThanLock(t *testing.T) {
	h := world(t, hubtest.Options{})
	l := locked(t, h, "hf:acme/tiny@main", "")
	scenario(t, h, "reuse")
	at := map[string]time.Time{l.Key: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}
	r := runWith(t, Options{Hub: client(t, h, ""), Models: []gate.Locked{l}, LockedAt: at})
	a := find(t, r.Raised, namespaceReused)
	if !slices.Contains(a.Details, repoYoungerThanLock) || !slices.Contains(a.Details, ownerYoungerThanLock) {
		t.Errorf("got %q", a.Details)
	}
	if a.Before != l.ID || a.After == l.ID || a.After == "" {
		t.Errorf("got %q and %q", a.Before, a.After)
	}
}

// TestLockWithoutIDs tells a recreated repository by its day, and by the age of the lock.
func TestLockWithoutIDs(t *testing.T) {
	h := world(t, hubtest.Options{})
	l := locked(t, h, "hf:acme/tiny@main", "")
	l.ID, l.Owner.ID = "", ""
	if r := runOnce(t, h, nil, l); len(r.Raised) != 0 {
		t.Errorf("got %v", typesOf(r.Raised))
	}
	scenario(t, h, "recreate")
	find(t, runOnce(t, h, nil, l).Raised, repoRecreated)
	l.Created = time.Time{}
	at := map[string]time.Time{l.Key: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}
	find(t, runWith(t, Options{Hub: client(t, h, ""), Models: []gate.Locked{l}, LockedAt: at}).Raised, repoRecreated)
}

func scenario(t *testing.T, h *hubtest.Hub, name string) {
	t.Helper()
	i := slices.IndexFunc(hubtest.Scenarios, func(s hubtest.Scenario) bool { return s.Name == name })
	hubtest.Scenarios[i].Apply(h)
}

func find(t *testing.T, alerts []Alert, name string) Alert {
	t.Helper()
	i := slices.IndexFunc(alerts, func(a Alert) bool { return a.Type == name })
	if i < 0 {
		t.Fatalf("no %s in %v", name, typesOf(alerts))
	}
	return alerts[i]
}

// TestChanges are changes beside the scenarios.
func TestChanges(t *testing.T) {
	tiny := "hf:acme/tiny@main"
	commit := func(edit func(files map[string]hubtest.File)) func(*hubtest.Hub, *gate.Locked) {
		return func(h *hubtest.Hub, _ *gate.Locked) {
			r := h.Find("acme/tiny")
			files := r.Files()
			edit(files)
			r.Commit("update", h.Now(), files)
		}
	}
	edit := func(change func(*hubtest.Repo)) func(*hubtest.Hub, *gate.Locked) {
		return func(h *hubtest.Hub, _ *gate.Locked) { h.Find("acme/tiny").Edit(change) }
	}
	tests := []struct {
		name   string
		change func(*hubtest.Hub, *gate.Locked)
		want   []string
	}{
		{"a pickle is added", commit(func(f map[string]hubtest.File) { f["x.pkl"] = hubtest.LFS([]byte("x")) }),
			[]string{dangerousFileAdded, modelChanged, fileAdded}},
		{"code is changed", func(h *hubtest.Hub, l *gate.Locked) {
			l.Files = append(l.Files, gate.LockedFile{RemoteFile: gate.RemoteFile{Path: "extra.py", Size: 1, Git: strings.Repeat("a", 40)}})
			scenario(t, h, "new-commit")
		}, []string{pinnedContentChanged, codeFileChanged, modelChanged}},
		{"a file is removed", commit(func(f map[string]hubtest.File) { delete(f, "config.json") }), []string{modelChanged, fileRemoved}},
		{"only the card", commit(func(f map[string]hubtest.File) { f["README.md"] = hubtest.Text("# tiny, new\n") }), []string{modelChanged}},
		{"licence", edit(func(o *hubtest.Repo) { o.License = "proprietary" }), []string{licenseChanged}},
		{"licence taken away", edit(func(o *hubtest.Repo) { o.License = "" }), []string{licenseChanged}},
		{"suspicious", edit(func(o *hubtest.Repo) {
			o.Scan = &hubtest.Scan{Done: true, Issues: []hubtest.Issue{{Path: "a", Level: "suspicious"}, {Path: "b", Level: "caution"}}}
		}), []string{hubScanSuspicious}},
		{"pending", edit(func(o *hubtest.Repo) { o.Scan = &hubtest.Scan{} }), []string{hubScanPending}},
		{"private", edit(func(o *hubtest.Repo) { o.Private = true }), []string{modelUnavailable}},
		{"account replaced", func(h *hubtest.Hub, _ *gate.Locked) { h.Org("acme", hubtest.Account{Verified: true}) }, []string{ownerAccountReplaced}},
		{"safetensors", func(h *hubtest.Hub, l *gate.Locked) {
			l.Files = slices.DeleteFunc(l.Files, func(f gate.LockedFile) bool { return f.Path == "model.safetensors" })
		}, []string{pinnedContentChanged, safetensorsNow}},
		{"a commit of a pull request is locked", func(h *hubtest.Hub, l *gate.Locked) {
			r, err := client(t, h, "").Info(context.Background(), "acme/tiny", "refs/pr/1")
			if err != nil {
				t.Fatal(err)
			}
			l.Commit, l.Key, l.Files = r.Commit, "hf:acme/tiny@"+r.Commit, nil
			for _, f := range r.Files {
				l.Files = append(l.Files, gate.LockedFile{RemoteFile: f})
			}
		}, []string{impostorCommit}},
		{"a pinned commit goes", func(h *hubtest.Hub, l *gate.Locked) {
			l.Key = "hf:acme/tiny@" + l.Commit
			scenario(t, h, "squash")
		}, []string{pinnedCommitGone}},
		{"all commits go", func(h *hubtest.Hub, _ *gate.Locked) {
			h.Repo("acme/tiny", hubtest.Repo{License: "mit"})
		}, []string{modelUnavailable, pinnedCommitGone}},
		{"the branch goes", func(h *hubtest.Hub, l *gate.Locked) { l.Key = "hf:acme/tiny@dev" }, []string{modelUnavailable}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := world(t, hubtest.Options{})
			l := locked(t, h, tiny, "")
			test.change(h, &l)
			r := runOnce(t, h, nil, l)
			if got := typesOf(r.Raised); !slices.Equal(sorted(got), sorted(test.want)) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

// TestAccess asks as somebody who may read a gated model, and as somebody who may not.
func TestAccess(t *testing.T) {
	for _, hidden := range []bool{false, true} {
		h := world(t, hubtest.Options{HideGated: hidden})
		l := locked(t, h, "hf:acme/gated@main", "hf_carol")
		o := Options{Hub: client(t, h, "hf_carol"), Models: []gate.Locked{l}}
		if r := runWith(t, o); !slices.Equal(typesOf(r.Raised), []string{hubScanPending}) {
			t.Errorf("got %v", typesOf(r.Raised))
		}
		o.Hub = client(t, h, "hf_bob")
		find(t, runWith(t, o).Raised, accessLost)
		for i := range l.Files {
			l.Files[i].Excluded = "unread" // it was locked without access
		}
		if r := runWith(t, o); !slices.Equal(typesOf(r.Raised), []string{hubScanPending}) {
			t.Errorf("got %v", typesOf(r.Raised))
		}
	}
}

// TestFailures are no deletions, warn once, and are raised once more when they last.
func TestFailures(t *testing.T) {
	silent := func(*http.Request) bool { return true }
	tests := []struct {
		name, token, reason string
		fault               hubtest.Fault
	}{
		{"bad token", "hf_garbage", gate.ReasonBadToken, hubtest.Fault{Match: func(*http.Request) bool { return false }}},
		{"rate limit", "", gate.ReasonRateLimited, hubtest.RateLimited(300, 0)},
		{"server error", "", gate.ReasonNetwork, hubtest.Fault{Match: silent, Status: 500}},
		{"not JSON", "", gate.ReasonBadAnswer, hubtest.Fault{Match: silent, Body: hubtest.Fixed("<html>")}},
		{"endless", "", gate.ReasonBadAnswer, hubtest.Fault{Match: silent, Body: hubtest.Endless("[", "1,")}},
		{"captive portal", "", gate.ReasonBadAnswer, hubtest.Redirect(302, "https://portal.example/login")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := world(t, hubtest.Options{})
			l := locked(t, h, "hf:acme/tiny@main", "")
			h.Find("acme/tiny").Edit(func(o *hubtest.Repo) { o.License = "other" })
			first := runOnce(t, h, nil, l)
			find(t, first.Raised, licenseChanged)
			h.Fault(test.fault)
			state := first.State
			for n := 1; n <= 4; n++ {
				r := runWith(t, Options{Hub: client(t, h, test.token), State: reread(t, state), Models: []gate.Locked{l}})
				state = r.State
				want := 0
				if n == 1 || n == 3 {
					want = 1
				}
				if len(r.Raised) != want || len(r.Open) != 2 {
					t.Fatalf("run %d raised %v, open %v", n, r.Raised, typesOf(r.Open))
				}
				a := find(t, r.Open, checkFailed)
				if a.Reason != test.reason || a.Runs != n {
					t.Fatalf("run %d: %+v, want the reason %s", n, a, test.reason)
				}
			}
			h.Heal()
			r := runOnce(t, h, reread(t, state), l)
			if len(r.Raised) != 0 || !slices.Equal(typesOf(r.Open), []string{licenseChanged}) {
				t.Errorf("healed: raised %v, open %v", r.Raised, typesOf(r.Open))
			}
		})
	}
}

// TestPartsFail lets a part of the answers go wrong: what could be compared is told.
func TestPartsFail(t *testing.T) {
	for _, part := range []string{"/refs", "/tree/", "/overview", "/commits/"} {
		t.Run(part, func(t *testing.T) {
			h := world(t, hubtest.Options{})
			l := locked(t, h, "hf:acme/tiny@main", "")
			scenario(t, h, "new-commit")
			h.Find("acme/tiny").Edit(func(o *hubtest.Repo) { o.License = "other" })
			h.Fault(hubtest.Fault{Match: hubtest.PathHas(part), Body: hubtest.Fixed(`{"x": 1`)})
			r := runOnce(t, h, nil, l)
			find(t, r.Raised, licenseChanged)
			find(t, r.Raised, modelChanged)
			if a := find(t, r.Raised, checkFailed); a.Reason != gate.ReasonBadAnswer {
				t.Errorf("got %+v", a)
			}
		})
	}
}

// TestLimitStops asks nothing more once the Hub has said that it answers no more.
func TestLimitStops(t *testing.T) {
	h := world(t, hubtest.Options{})
	var models []gate.Locked
	l := locked(t, h, "hf:acme/tiny@main", "")
	for _, n := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		m := l
		m.Key = "hf:acme/tiny@" + n
		models = append(models, m)
	}
	h.Fault(hubtest.RateLimited(300, 0))
	h.Forget()
	r := runOnce(t, h, nil, models...)
	if n := len(h.Requests()); n > atOnce {
		t.Errorf("%d requests", n)
	}
	if len(r.Raised) != len(models) {
		t.Errorf("%d alerts", len(r.Raised))
	}
}

// TestForgotten raises an alert again whose cause was gone in between.
func TestForgotten(t *testing.T) {
	h := world(t, hubtest.Options{})
	l := locked(t, h, "hf:acme/tiny@main", "")
	state := NewState()
	for n, want := range []int{0, 1, 0, 0, 1} {
		h.Find("acme/tiny").Edit(func(o *hubtest.Repo) {
			o.License = "mit"
			if n == 1 || n == 2 || n == 4 {
				o.License = "other"
			}
		})
		r := runOnce(t, h, reread(t, state), l)
		if len(r.Raised) != want {
			t.Errorf("run %d: %v", n, r.Raised)
		}
		state = r.State
	}
}

// TestSeen compares with the last run what the lock does not have.
func TestSeen(t *testing.T) {
	h := world(t, hubtest.Options{})
	l := locked(t, h, "hf:acme/tiny@main", "")
	l.License, l.Owner.Verified = "", false
	r := runOnce(t, h, nil, l)
	if len(r.Raised) != 0 {
		t.Fatalf("got %v", r.Raised)
	}
	h.Find("acme/tiny").Edit(func(o *hubtest.Repo) { o.License = "other" })
	h.EditAccount("acme", func(a *hubtest.Account) { a.Verified = false })
	r = runOnce(t, h, reread(t, r.State), l)
	if got := typesOf(r.Raised); !slices.Equal(got, []string{publisherUnverified, licenseChanged}) {
		t.Errorf("got %v", got)
	}
	if r = runOnce(t, h, reread(t, r.State), l); len(r.Raised) != 0 || len(r.Open) != 2 {
		t.Errorf("raised %v, open %v", r.Raised, r.Open)
	}
}

// TestManyFiles bounds what one model can raise.
func TestManyFiles(t *testing.T) {
	h := world(t, hubtest.Options{})
	l := locked(t, h, "hf:acme/tiny@main", "")
	files := h.Find("acme/tiny").Files()
	for i := range 3000 {
		files["x/"+strings.Repeat("n", 200)+string(rune('a'+i%26))+time.Duration(i).String()+".py"] = hubtest.Text("x")
	}
	h.Find("acme/tiny").Commit("many", h.Now(), files)
	r := runOnce(t, h, nil, l)
	if n := len(r.Raised); n > 2*(maxOfType+1)+1 {
		t.Errorf("%d alerts", n)
	}
	if a := find(t, r.Raised, modelChanged); len(a.Details) > maxDetails+2 {
		t.Errorf("%d details", len(a.Details))
	}
	if again := runOnce(t, h, reread(t, r.State), l); len(again.Raised) != 0 {
		t.Errorf("raised again: %v", typesOf(again.Raised))
	}
}

func TestInspect(t *testing.T) {
	h := world(t, hubtest.Options{})
	l := locked(t, h, "hf:acme/tiny@main", "")
	scenario(t, h, "new-commit")
	looked, fails := 0, true
	o := Options{Hub: client(t, h, ""), Models: []gate.Locked{l}}
	o.Inspect = func(_ context.Context, r *gate.Repository, files []gate.RemoteFile) (Look, error) {
		looked++
		if len(files) != 2 || files[0].Path != "extra.py" || files[1].Path != "model.safetensors" {
			t.Errorf("got %v", files)
		}
		if fails {
			return Look{}, &gate.Unavailable{Reason: gate.ReasonNetwork, Detail: "no network"}
		}
		return Look{Denied: map[string]string{"model.safetensors": "a-rule: it is bad"}, Unread: []string{"extra.py"}}, nil
	}
	r := runWith(t, o)
	if d := find(t, r.Raised, modelChanged).Details; !slices.Contains(d, "the new files were not read: no network") {
		t.Errorf("got %q", d)
	}
	fails, o.State = false, reread(t, r.State)
	r = runWith(t, o)
	if a := find(t, r.Raised, dangerousFileAdded); a.File != "model.safetensors" || a.Details[0] != "a-rule: it is bad" || len(r.Raised) != 1 {
		t.Errorf("got %+v", r.Raised)
	}
	if d := find(t, r.Open, modelChanged).Details; !slices.Contains(d, `not read to its end: "extra.py"`) {
		t.Errorf("got %q", d)
	}
	o.State = reread(t, r.State)
	if r = runWith(t, o); looked != 2 || len(r.Raised) != 0 {
		t.Errorf("looked %d times, raised %v", looked, r.Raised)
	}
	find(t, r.Open, dangerousFileAdded)
}

func TestWorthALook(t *testing.T) {
	var changes []change
	for i := range 500 {
		name := fmt.Sprintf("a/%03d.txt", i)
		changes = append(changes, change{path: name, after: "x", file: gate.RemoteFile{Path: name}})
	}
	changes = append(changes, change{path: "z.PKL", after: "x", file: gate.RemoteFile{Path: "z.PKL"}}, change{path: "gone.py", before: "x"})
	files, left := worthALook(changes)
	if len(files) != maxLooks || left != 401 || files[0].Path != "z.PKL" {
		t.Errorf("%d files, %d left, %v first", len(files), left, files[0])
	}
}

// TestHostileAnswers are answers that no honest Hub gives: none is taken for a fact.
func TestHostileAnswers(t *testing.T) {
	commit := strings.Repeat("a", 40)
	for name, body := range map[string]string{
		"no id":          `{"id":"acme/tiny","sha":"` + commit + `","siblings":[]}`,
		"a wrong id":     `{"_id":"../../x","id":"acme/tiny","sha":"` + commit + `"}`,
		"a wrong name":   `{"_id":"66944f1f24794dc192000007","id":"a/../b","sha":"` + commit + `"}`,
		"a wrong commit": `{"_id":"66944f1f24794dc192000007","id":"acme/tiny","sha":"main"}`,
		"a path upwards": `{"_id":"66944f1f24794dc192000007","id":"acme/tiny","sha":"` + commit + `","siblings":[{"rfilename":"../x","size":1,"blobId":"` + commit + `"}]}`,
		"deep":           strings.Repeat("[", 100_000),
	} {
		h := world(t, hubtest.Options{})
		l := locked(t, h, "hf:acme/tiny@main", "")
		h.Fault(hubtest.Fault{Match: hubtest.PathHas("/revision/"), Body: hubtest.Fixed(body)})
		r := runOnce(t, h, nil, l)
		if a := find(t, r.Raised, checkFailed); a.Reason != gate.ReasonBadAnswer {
			t.Errorf("%s: got %+v", name, a)
		}
		for _, a := range r.Raised {
			if a.Type == namespaceReused || a.Type == repoRecreated || a.Type == modelUnavailable {
				t.Errorf("%s: raised %s", name, a.Type)
			}
		}
	}
}

func TestCancelled(t *testing.T) {
	h := world(t, hubtest.Options{})
	l := locked(t, h, "hf:acme/tiny@main", "")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, Options{Hub: client(t, h, ""), Models: []gate.Locked{l}}); err == nil {
		t.Error("no error")
	}
	ctx, cancel = context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	r, err := Run(ctx, Options{Hub: client(t, h, ""), Models: []gate.Locked{l}})
	if err != nil || find(t, r.Raised, checkFailed).Reason != gate.ReasonTimeout {
		t.Errorf("got %v, %v", r, err)
	}
	h.Fault(hubtest.Fault{Stall: time.Hour})
	ctx, cancel = context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	r, err = Run(ctx, Options{Hub: client(t, h, ""), Models: []gate.Locked{l}})
	if err != nil || find(t, r.Raised, checkFailed).Reason != gate.ReasonTimeout {
		t.Errorf("got %v, %v", r, err)
	}
}

// taciturn is a Hub that leaves out what it would have to lie about.
type taciturn struct {
	*hub.Client
	digests, account bool
}

func (h taciturn) Tree(ctx context.Context, name, revision string) ([]gate.RemoteFile, error) {
	files, err := h.Client.Tree(ctx, name, revision)
	for i := range files {
		if h.digests {
			files[i].Git, files[i].SHA256 = "", ""
		}
	}
	return files, err
}

func (h taciturn) Owner(ctx context.Context, name string) (*gate.Publisher, error) {
	p, err := h.Client.Owner(ctx, name)
	if err == nil && h.account {
		p.ID = ""
	}
	return p, err
}

// TestTaciturn does not take silence for an answer: the model could not be checked.
func TestTaciturn(t *testing.T) {
	h := world(t, hubtest.Options{})
	l := locked(t, h, "hf:acme/tiny@main", "")
	for _, asked := range []taciturn{{digests: true}, {account: true}} {
		asked.Client = client(t, h, "")
		if got := typesOf(runWith(t, Options{Hub: asked, Models: []gate.Locked{l}}).Raised); !slices.Equal(got, []string{checkFailed}) {
			t.Errorf("%+v: got %q", asked, got)
		}
	}
}
