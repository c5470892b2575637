package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/hub"
	"github.com/modelgate/gate/internal/hub/hubtest"
)

// site is a Hub with a client of it, and a home on disk.
type site struct {
	t    *testing.T
	hub  *hubtest.Hub
	home string
	c    *hub.Client
	scan func(context.Context, fs.FS, map[string]string) (bool, error)
	lock *gate.Locked
	keep bool
}

func newSite(t *testing.T) *site {
	t.Helper()
	return siteAt(t, t.TempDir())
}

func siteAt(t *testing.T, home string) *site {
	t.Helper()
	return patientSite(t, home, 2*time.Minute)
}

// patientSite is a site whose client waits so long for further bytes.
func patientSite(t *testing.T, home string, stall time.Duration) *site {
	t.Helper()
	h := hubtest.New(hubtest.Options{})
	t.Cleanup(h.Close)
	hubtest.World(h)
	c, err := hub.New(hub.Config{
		Endpoint: h.URL, HomeDir: home, CacheDir: filepath.Join(home, "hub"),
		EtagTimeout: 2 * time.Minute, DownloadTimeout: stall, Budget: 10 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &site{t: t, hub: h, home: home, c: c, scan: allow}
}

func allow(context.Context, fs.FS, map[string]string) (bool, error) { return true, nil }

func deny(context.Context, fs.FS, map[string]string) (bool, error) { return false, nil }

// fetch gets a model into the cache, or into a folder.
func (s *site) fetch(name, folder string) (string, error) {
	return s.fetchWith(context.Background(), name, folder, nil)
}

func (s *site) fetchWith(ctx context.Context, name, folder string, progress func(done, all int64)) (string, error) {
	s.t.Helper()
	m := gate.ModelID{Source: "hf", Revision: "main"}
	m.Namespace, m.Name, _ = strings.Cut(name, "/")
	r, err := s.c.Repository(ctx, m)
	if err != nil {
		return "", err
	}
	var target Target = s.cache(m, r.Commit)
	if folder != "" {
		target = &Folder{Path: folder}
	}
	return Model(ctx, Options{
		Client: s.c, Repository: r, Files: r.Files, Locked: s.lock, Target: target, Scan: s.scan, Keep: s.keep, Progress: progress,
	})
}

func (s *site) cache(m gate.ModelID, commit string) *Cache {
	return &Cache{Home: s.home, Dir: filepath.Join(s.home, "hub"), Model: m.Key(), Commit: commit, Revision: m.Revision}
}

// tree are the files below a folder, without those of quarantines that are released.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, p)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return out
}

var tinyNames = []string{".gitattributes", "README.md", "config.json", "model.safetensors", "onnx/config.json", "pytorch_model.bin"}

func wantNames(t *testing.T, dir string, names []string) {
	t.Helper()
	got := tree(t, dir)
	slices.Sort(got)
	if !slices.Equal(got, names) {
		t.Errorf("%s has %q, want %q", dir, got, names)
	}
}

// wantNothing makes sure that a failed run left nothing that a loader would find.
func (s *site) wantNothing() {
	s.t.Helper()
	if left := tree(s.t, filepath.Join(s.home, "hub")); len(left) > 0 {
		s.t.Errorf("the cache has %q", left)
	}
}

func (s *site) wantNoQuarantine() {
	s.t.Helper()
	if left := tree(s.t, filepath.Join(s.home, "gate")); len(left) > 0 {
		s.t.Errorf("the quarantine has %q", left)
	}
}

func TestCache(t *testing.T) {
	s := newSite(t)
	var seen map[string]string
	s.scan = func(_ context.Context, files fs.FS, digests map[string]string) (bool, error) {
		seen = digests
		s.wantNothing()
		names, err := fs.Glob(files, "*")
		if err != nil || !slices.Contains(names, "model.safetensors") {
			t.Errorf("the scan sees %q, %v", names, err)
		}
		return true, nil
	}
	at, err := s.fetch("OldOrg/tiny", "") // it moved: the name that was asked for stays
	if err != nil {
		t.Fatal(err)
	}
	r := s.hub.Find("acme/tiny")
	repo := filepath.Join(s.home, "hub", "models--OldOrg--tiny")
	if want := filepath.Join(repo, "snapshots", r.Head()); at != want {
		t.Errorf("got %s, want %s", at, want)
	}
	wantNames(t, at, tinyNames)
	for name, f := range r.Files() {
		want, err := io.ReadAll(io.NewSectionReader(f.Data, 0, f.Size))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(at, filepath.FromSlash(name)))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: other bytes, %v", name, err)
		}
		etag := f.SHA256
		if !f.Large {
			etag = f.Git
		}
		link, err := os.Readlink(filepath.Join(at, filepath.FromSlash(name)))
		if err != nil || filepath.Base(link) != etag || filepath.IsAbs(link) {
			t.Errorf("%s leads to %q, %v", name, link, err)
		}
		if len(seen[name]) != 64 {
			t.Errorf("%s: the scan has the digest %q", name, seen[name])
		}
	}
	if ref, err := os.ReadFile(filepath.Join(repo, "refs", "main")); err != nil || string(ref) != r.Head() {
		t.Errorf("refs/main is %q, %v", ref, err)
	}
	if tag, err := os.ReadFile(filepath.Join(s.home, "hub", "CACHEDIR.TAG")); err != nil || !bytes.HasPrefix(tag, []byte("Signature: 8a477f597d28d172789f06886806bc55")) {
		t.Errorf("CACHEDIR.TAG is %q, %v", tag, err)
	}
	s.wantNoQuarantine()
	for _, q := range s.hub.Requests() {
		if q.Storage && q.Authorized {
			t.Error("the storage got a token")
		}
	}
}

func TestCacheAgain(t *testing.T) {
	s := newSite(t)
	first, err := s.fetch("acme/tiny", "")
	if err != nil {
		t.Fatal(err)
	}
	s.hub.Forget()
	if again, err := s.fetch("acme/tiny", ""); err != nil || again != first {
		t.Fatalf("%q, %v", again, err)
	}
	for _, q := range s.hub.Requests() {
		if strings.Contains(q.Path, "/resolve/") || q.Storage {
			t.Errorf("%s was asked for again", q.Path)
		}
	}
	// A new commit comes beside the old one, and the branch leads to it.
	r := s.hub.Find("acme/tiny")
	files := r.Files()
	files["config.json"] = hubtest.Text("{}")
	r.Commit("more", time.Now(), files)
	second, err := s.fetch("acme/tiny", "")
	if err != nil || second == first {
		t.Fatalf("%q, %v", second, err)
	}
	wantNames(t, first, tinyNames)
	wantNames(t, second, tinyNames)
	if ref, err := os.ReadFile(filepath.Join(first, "..", "..", "refs", "main")); err != nil || string(ref) != r.Head() {
		t.Errorf("refs/main is %q, %v", ref, err)
	}
	// What somebody took out of a snapshot comes back.
	if err := os.Remove(filepath.Join(second, "onnx", "config.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.fetch("acme/tiny", ""); err != nil {
		t.Fatal(err)
	}
	wantNames(t, second, tinyNames)
	s.wantNoQuarantine()
}

func TestCacheWithoutLinks(t *testing.T) {
	s := newSite(t)
	m := gate.ModelID{Source: "hf", Namespace: "acme", Name: "tiny", Revision: "v1"}
	r, err := s.c.Repository(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	target := s.cache(m, r.Commit)
	target.NoLinks = true
	for range 2 {
		at, err := Model(t.Context(), Options{Client: s.c, Repository: r, Files: r.Files, Target: target, Scan: allow})
		if err != nil {
			t.Fatal(err)
		}
		wantNames(t, at, tinyNames)
		if info, err := os.Lstat(filepath.Join(at, "model.safetensors")); err != nil || !info.Mode().IsRegular() {
			t.Errorf("%v, %v", info, err)
		}
	}
	s.wantNoQuarantine()
}

func TestBrokenBlobInTheCache(t *testing.T) {
	s := newSite(t)
	at, err := s.fetch("acme/tiny", "")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(at, "config.json")
	blob, err := filepath.EvalSymlinks(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(blob, []byte(`{"model_type": "evil!"}`+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = s.fetch("acme/tiny", "")
	if wrong, ok := errors.AsType[*Mismatch](err); !ok || wrong.Path != "config.json" {
		t.Errorf("got %v", err)
	}
	s.wantNoQuarantine()
}

func TestFolder(t *testing.T) {
	s := newSite(t)
	dir := filepath.Join(s.home, "a", "model")
	for range 2 {
		if at, err := s.fetch("acme/tiny", dir); err != nil || at != dir {
			t.Fatalf("%q, %v", at, err)
		}
		wantNames(t, filepath.Dir(dir), prefixed("model/", tinyNames))
	}
	s.wantNothing()
}

func prefixed(prefix string, names []string) []string {
	var out []string
	for _, n := range names {
		out = append(out, prefix+n)
	}
	return out
}

func TestFolderThatExists(t *testing.T) {
	s := newSite(t)
	dir := filepath.Join(s.home, "model")
	write(t, filepath.Join(dir, "mine.txt"), "mine")
	write(t, filepath.Join(dir, "config.json"), "old")
	outside := filepath.Join(s.home, "outside")
	write(t, outside, "outside")
	if err := os.Symlink(outside, filepath.Join(dir, "README.md")); err != nil {
		t.Skip("no links here")
	}
	if _, err := s.fetch("acme/tiny", dir); err != nil {
		t.Fatal(err)
	}
	names := append(slices.Clone(tinyNames), "mine.txt")
	slices.Sort(names)
	wantNames(t, dir, names)
	wantText(t, filepath.Join(dir, "config.json"), `{"model_type": "llama"}`+"\n")
	wantText(t, filepath.Join(dir, "mine.txt"), "mine")
	wantText(t, outside, "outside")
	if _, err := os.Lstat(filepath.Join(dir, ".cache")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the stage is still there: %v", err)
	}
}

func TestFolderWithSomethingInTheWay(t *testing.T) {
	for name, prepare := range map[string]func(dir string) error{
		"a link out of it":    func(dir string) error { return os.Symlink(os.TempDir(), filepath.Join(dir, "onnx")) },
		"a file for a folder": func(dir string) error { return os.WriteFile(filepath.Join(dir, "onnx"), nil, 0o644) },
		"a folder for a file": func(dir string) error { return os.Mkdir(filepath.Join(dir, "config.json"), 0o755) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			dir := filepath.Join(s.home, "model")
			write(t, filepath.Join(dir, "mine.txt"), "mine")
			if err := prepare(dir); err != nil {
				t.Skip(err)
			}
			before := tree(t, s.home)
			if _, err := s.fetch("acme/tiny", dir); err == nil || !strings.Contains(err.Error(), "in its way") {
				t.Errorf("got %v", err)
			}
			if after := tree(t, s.home); !slices.Equal(before, after) {
				t.Errorf("%q became %q", before, after)
			}
		})
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func wantText(t *testing.T, name, want string) {
	t.Helper()
	if got, err := os.ReadFile(name); err != nil || string(got) != want {
		t.Errorf("%s is %q, %v", name, got, err)
	}
}

func TestRefusal(t *testing.T) {
	s := newSite(t)
	s.scan = deny
	_, err := s.fetch("acme/tiny", "")
	if r, ok := errors.AsType[*Refusal](err); !ok || r.Kept != "" {
		t.Errorf("got %v", err)
	}
	s.wantNothing()
	s.wantNoQuarantine()
	s.keep = true
	_, err = s.fetch("acme/tiny", "")
	r, ok := errors.AsType[*Refusal](err)
	if !ok || r.Kept == "" {
		t.Fatalf("got %v", err)
	}
	wantNames(t, r.Kept, tinyNames)
	s.wantNothing()
}

func TestFailingScan(t *testing.T) {
	s := newSite(t)
	broken := errors.New("broken")
	s.scan = func(context.Context, fs.FS, map[string]string) (bool, error) { return true, broken }
	if _, err := s.fetch("acme/tiny", ""); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	s.wantNothing()
	s.wantNoQuarantine()
}

func TestSameBytesUnderTwoNames(t *testing.T) {
	s := newSite(t)
	same := hubtest.LFS(bytes.Repeat([]byte("same"), 1000))
	s.hub.Repo("acme/twice", hubtest.Repo{}).Commit("first", time.Now(), map[string]hubtest.File{
		"a.bin": same, "b/b.bin": same, "empty": hubtest.Text(""), "none": hubtest.Text(""),
	})
	for _, folder := range []string{"", filepath.Join(s.home, "twice")} {
		at, err := s.fetch("acme/twice", folder)
		if err != nil {
			t.Fatal(err)
		}
		wantNames(t, at, []string{"a.bin", "b/b.bin", "empty", "none"})
		wantText(t, filepath.Join(at, "b", "b.bin"), strings.Repeat("same", 1000))
	}
}

func TestConcurrentRuns(t *testing.T) {
	s := newSite(t)
	for _, folder := range []string{"", filepath.Join(s.home, "model")} {
		var wg sync.WaitGroup
		places := make([]string, 6)
		for i := range places {
			wg.Go(func() {
				var err error
				if places[i], err = s.fetch("acme/tiny", folder); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, at := range places {
			wantNames(t, at, tinyNames)
		}
	}
	s.wantNoQuarantine()
}

func TestInterrupted(t *testing.T) {
	s := newSite(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.scan = func(context.Context, fs.FS, map[string]string) (bool, error) {
		cancel()
		return true, nil
	}
	if _, err := s.fetchWith(ctx, "acme/tiny", "", nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	s.wantNothing()
	s.scan = allow
	s.hub.Forget()
	if _, err := s.fetch("acme/tiny", ""); err != nil {
		t.Fatal(err)
	}
	for _, q := range s.hub.Requests() {
		if strings.Contains(q.Path, "/resolve/") {
			t.Errorf("%s was asked for again", q.Path)
		}
	}
	s.wantNoQuarantine()
}

// TestNeverHalfDone looks at the targets all the time: what is seen at some moment is what
// a kill at that moment would leave.
func TestNeverHalfDone(t *testing.T) {
	s := newSite(t)
	repo, folder := filepath.Join(s.home, "hub", "models--acme--tiny"), filepath.Join(s.home, "model")
	stop, looks := make(chan struct{}), 0
	var wg sync.WaitGroup
	wg.Go(func() {
		for ; ; looks++ {
			select {
			case <-stop:
				return
			default:
				lookAt(t, repo, folder)
			}
		}
	})
	r := s.hub.Find("acme/tiny")
	for i := range 10 {
		files := r.Files()
		files["config.json"] = hubtest.Text(strings.Repeat(" ", i) + "{}")
		r.Commit("more", time.Now(), files)
		for _, to := range []string{"", folder} {
			if _, err := s.fetch("acme/tiny", to); err != nil {
				t.Error(err)
			}
		}
		if i == 0 || i == 5 { // sometimes there is nothing yet, and sometimes an old commit
			if err := errors.Join(os.Rename(folder, filepath.Join(s.home, "was"+r.Head())), os.Rename(repo, filepath.Join(s.home, "old"+r.Head()))); err != nil {
				t.Error(err)
			}
		}
	}
	close(stop)
	wg.Wait()
	if looks < 20 {
		t.Errorf("only %d looks", looks)
	}
}

// lookAt makes sure that what is in a cache or folder is whole. What somebody takes away
// meanwhile is no fault.
func lookAt(t *testing.T, repo, folder string) {
	t.Helper()
	whole := func(dir string) {
		for _, name := range tinyNames {
			if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
				if _, gone := os.Stat(dir); gone == nil {
					t.Error(err)
				}
			}
		}
	}
	if _, err := os.Stat(folder); err == nil {
		whole(folder)
	}
	if _, err := os.Stat(repo); err != nil {
		return
	}
	if commit, err := os.ReadFile(filepath.Join(repo, "refs", "main")); err == nil {
		whole(filepath.Join(repo, "snapshots", string(commit)))
	}
	snapshots, err := os.ReadDir(filepath.Join(repo, "snapshots"))
	if err != nil {
		return
	}
	for _, d := range snapshots {
		whole(filepath.Join(repo, "snapshots", d.Name()))
	}
}

func TestOldQuarantines(t *testing.T) {
	s := newSite(t)
	q := filepath.Join(s.home, "gate", "quarantine")
	other := "models--acme--other--" + strings.Repeat("1", 40) + "."
	for name, age := range map[string]time.Duration{"old": 8 * 24 * time.Hour, "new": time.Hour, "future": -24 * time.Hour} {
		write(t, filepath.Join(q, other+name, "parts", "x.part"), "x")
		write(t, filepath.Join(q, other+name+".lock"), "")
		when := time.Now().Add(-age)
		if err := errors.Join(os.Chtimes(filepath.Join(q, other+name), when, when), os.Chtimes(filepath.Join(q, other+name+".lock"), when, when)); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(q, "mine.txt"), "mine")
	if _, err := s.fetch("acme/tiny", ""); err != nil {
		t.Fatal(err)
	}
	wantNames(t, q, []string{"mine.txt", other + "future.lock", other + "future/parts/x.part", other + "new.lock", other + "new/parts/x.part"})
}

func TestLocked(t *testing.T) {
	r := newSite(t)
	m := gate.ModelID{Source: "hf", Namespace: "acme", Name: "tiny", Revision: "main"}
	repo, err := r.c.Repository(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*gate.LockedFile)
		ok     bool
	}{
		"same":         {func(*gate.LockedFile) {}, true},
		"other size":   {func(f *gate.LockedFile) { f.Size++ }, false},
		"other digest": {func(f *gate.LockedFile) { f.SHA256 = strings.Repeat("0", 64) }, false},
		"other object": {func(f *gate.LockedFile) { f.Git = strings.Repeat("0", 40) }, false},
		"not listed":   {func(f *gate.LockedFile) { f.Path = "other" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.lock = &gate.Locked{Commit: repo.Commit}
			for _, f := range repo.Files {
				s.lock.Files = append(s.lock.Files, gate.LockedFile{RemoteFile: f})
			}
			i := slices.IndexFunc(s.lock.Files, func(f gate.LockedFile) bool { return f.Path == "config.json" })
			test.change(&s.lock.Files[i])
			_, err := s.fetch("acme/tiny", "")
			if wrong, ok := errors.AsType[*Mismatch](err); test.ok && err != nil || !test.ok && (!ok || wrong.By != "" || wrong.Path != "config.json") {
				t.Errorf("got %v", err)
			}
			if !test.ok {
				s.wantNothing()
				s.wantNoQuarantine()
			}
		})
	}
}

func TestHostileNames(t *testing.T) {
	for _, names := range [][]string{
		{"../evil"}, {"/evil"}, {"a/../../evil"}, {`..\evil`}, {`C:\evil`}, {"C:evil"}, {`\\host\share`}, {"con"}, {"a/NUL.txt"}, {"a/com1"},
		{"evil."}, {"evil "}, {"a:stream"}, {"a\x00b"}, {"a\nb"}, {".git/config"}, {".cache/x"}, {"a//b"}, {"./a"}, {strings.Repeat("a", 300)},
		{"A.json", "a.json"}, {"a", "a/b"}, {"\u00e9", "e\u0301"}, {"\u202ecod.exe"},
	} {
		s := newSite(t)
		files := map[string]hubtest.File{}
		for _, n := range names {
			files[n] = hubtest.Text("evil")
		}
		s.hub.Repo("acme/evil", hubtest.Repo{}).Commit("first", time.Now(), files)
		for _, folder := range []string{"", filepath.Join(s.home, "model")} {
			if at, err := s.fetch("acme/evil", folder); err == nil {
				t.Errorf("%q was fetched to %s", names, at)
			} else if names[0] == "con" && !strings.Contains(err.Error(), "--exclude") {
				t.Errorf("%q: what to do is not said: %v", names, err)
			}
		}
		if left := tree(t, s.home); len(left) > 0 {
			t.Errorf("%q left %q", names, left)
		}
	}
}

// storage are the requests for the bytes of a large file.
func storage(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/xet-bridge-us/") }

func TestFaults(t *testing.T) {
	for name, test := range map[string]struct {
		faults []hubtest.Fault
		reason string // empty: it is fetched all the same
	}{
		"cut short once":       {[]hubtest.Fault{{Match: storage, Times: 1, Truncate: 1000}}, ""},
		"busy once":            {[]hubtest.Fault{{Match: storage, Times: 1, Status: 503}}, ""},
		"limited for a second": {[]hubtest.Fault{hubtest.RateLimited(1, 1)}, ""},
		"no ranges":            {[]hubtest.Fault{{Match: storage, IgnoreRange: true}}, ""},
		"endless":              {[]hubtest.Fault{{Match: storage, Body: hubtest.Endless("", "x")}}, gate.ReasonBadAnswer},
		"too long":             {[]hubtest.Fault{{Match: storage, Header: map[string]string{"Content-Length": ""}, Body: hubtest.Fixed(strings.Repeat("x", 6000))}}, gate.ReasonBadAnswer},
		"a page":               {[]hubtest.Fault{{Match: storage, Header: map[string]string{"Content-Length": "13"}, Body: hubtest.Fixed("<html></html>")}}, gate.ReasonBadAnswer},
		"refused":              {[]hubtest.Fault{{Match: storage, Status: 403}}, gate.ReasonNetwork},
		"gone":                 {[]hubtest.Fault{{Match: storage, Status: 404}}, gate.ReasonBadAnswer},
		"unauthorized":         {[]hubtest.Fault{{Match: hubtest.PathHas("/resolve/"), Status: 401, Header: map[string]string{"X-Error-Code": "GatedRepo"}}}, gate.ReasonGated},
		"elsewhere":            {[]hubtest.Fault{withMatch(hubtest.Redirect(302, "https://evil.example/x"), hubtest.PathHas("/resolve/"))}, gate.ReasonBadAnswer},
		"into the network":     {[]hubtest.Fault{withMatch(hubtest.Redirect(302, "https://169.254.169.254/x"), hubtest.PathHas("/resolve/"))}, gate.ReasonBadAnswer},
		"to a file":            {[]hubtest.Fault{withMatch(hubtest.Redirect(302, "file:///etc/passwd"), hubtest.PathHas("/resolve/"))}, gate.ReasonBadAnswer},
		"further":              {[]hubtest.Fault{withMatch(hubtest.Redirect(302, "https://cdn-lfs.hf.co/x"), storage)}, gate.ReasonBadAnswer},
		"other commit":         {[]hubtest.Fault{{Match: hubtest.PathHas("/resolve/"), Header: map[string]string{"X-Repo-Commit": strings.Repeat("1", 40)}}}, gate.ReasonBadAnswer},
		"other digest stated":  {[]hubtest.Fault{{Match: hubtest.PathHas("/resolve/"), Header: map[string]string{"X-Linked-Etag": `"` + strings.Repeat("1", 64) + `"`}}}, gate.ReasonBadAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			for _, f := range test.faults {
				s.hub.Fault(f)
			}
			_, err := s.fetch("acme/tiny", "")
			u, ok := errors.AsType[*gate.Unavailable](err)
			if test.reason == "" && err != nil || test.reason != "" && (!ok || u.Reason != test.reason) {
				t.Errorf("got %v", err)
			}
			if test.reason != "" {
				s.wantNothing()
			}
			if test.reason == gate.ReasonBadAnswer || test.reason == "" {
				s.wantNoQuarantine()
			}
			s.hub.Heal()
			if _, err := s.fetch("acme/tiny", ""); err != nil {
				t.Errorf("once it is well: %v", err)
			}
			s.wantNoQuarantine()
		})
	}
}

func withMatch(f hubtest.Fault, match func(*http.Request) bool) hubtest.Fault {
	f.Match = match
	return f
}

func TestStall(t *testing.T) {
	t.Parallel()
	s := patientSite(t, t.TempDir(), 2*time.Second)
	s.hub.Fault(hubtest.Fault{Match: storage, Times: 2, Drip: time.Hour})
	if _, err := s.fetch("acme/tiny", ""); err != nil {
		t.Fatal(err)
	}
}

// lie is a large file whose bytes are not those of its digest.
func lie() hubtest.File {
	f := hubtest.LFS(bytes.Repeat([]byte("good"), 1000))
	f.Data = bytes.NewReader(bytes.Repeat([]byte("evil"), 1000))
	return f
}

func TestWrongBytes(t *testing.T) {
	small := hubtest.Text(`{"a": "good"}`)
	small.Data = strings.NewReader(`{"a": "evil"}`)
	for name, f := range map[string]hubtest.File{"large": lie(), "small": small} {
		s := newSite(t)
		s.hub.Repo("acme/lie", hubtest.Repo{}).Commit("first", time.Now(), map[string]hubtest.File{"file": f})
		_, err := s.fetch("acme/lie", "")
		if wrong, ok := errors.AsType[*Mismatch](err); !ok || wrong.Path != "file" || wrong.By == "" {
			t.Errorf("%s: got %v", name, err)
		}
		s.wantNothing()
		s.wantNoQuarantine()
	}
}

func largeSite(t *testing.T) *site {
	s := newSite(t)
	s.hub.Repo("acme/large", hubtest.Repo{}).Commit("first", time.Now(), map[string]hubtest.File{"weights": hubtest.LFS(bytes.Repeat([]byte("0123456789"), 1000))})
	return s
}

func ranges(s *site) []string {
	var out []string
	for _, q := range s.hub.Requests() {
		if q.Storage {
			out = append(out, q.Range)
		}
	}
	return out
}

func TestResume(t *testing.T) {
	for name, test := range map[string]struct {
		fault hubtest.Fault
		want  []string
	}{
		"as it was":      {hubtest.Fault{Match: func(*http.Request) bool { return false }}, []string{"bytes=1000-"}},
		"without ranges": {hubtest.Fault{Match: storage, IgnoreRange: true}, []string{"bytes=1000-"}},
		"another ETag":   {hubtest.Fault{Match: storage, Times: 1, Header: map[string]string{"ETag": `"other"`}}, []string{"bytes=1000-", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			s := largeSite(t)
			s.hub.Fault(hubtest.Fault{Match: storage, Times: 1, Truncate: 1000})
			s.hub.Fault(hubtest.Fault{Match: storage, Status: 403})
			if _, err := s.fetch("acme/large", ""); err == nil {
				t.Fatal("it did not break off")
			}
			s.wantNothing()
			s.hub.Heal()
			s.hub.Forget()
			s.hub.Fault(test.fault)
			at, err := s.fetch("acme/large", "")
			if err != nil {
				t.Fatal(err)
			}
			wantText(t, filepath.Join(at, "weights"), strings.Repeat("0123456789", 1000))
			if got := ranges(s); !slices.Equal(got, test.want) {
				t.Errorf("asked for %q, want %q", got, test.want)
			}
			s.wantNoQuarantine()
		})
	}
}

func TestResumeOfSpoiltPart(t *testing.T) {
	s := largeSite(t)
	s.hub.Fault(hubtest.Fault{Match: storage, Times: 1, Truncate: 1000})
	s.hub.Fault(hubtest.Fault{Match: storage, Status: 403})
	if _, err := s.fetch("acme/large", ""); err == nil {
		t.Fatal("it did not break off")
	}
	s.hub.Heal()
	parts, err := filepath.Glob(filepath.Join(s.home, "gate", "quarantine", "*", "parts", "*.part"))
	if err != nil || len(parts) != 1 {
		t.Fatalf("%q, %v", parts, err)
	}
	write(t, parts[0], strings.Repeat("x", 500))
	at, err := s.fetch("acme/large", "")
	if err != nil {
		t.Fatal(err)
	}
	wantText(t, filepath.Join(at, "weights"), strings.Repeat("0123456789", 1000))
}

// TestDeathWhilePromoting begins with what a run leaves that was killed in the midst of it.
func TestDeathWhilePromoting(t *testing.T) {
	for name, at := range map[string]func(home, run, commit, etag string) string{
		"laid out": func(home, run, _, etag string) string {
			return filepath.Join(home, "gate", "quarantine", run, "repo", "blobs", etag)
		},
		"without links": func(home, run, commit, _ string) string {
			return filepath.Join(home, "gate", "quarantine", run, "repo", "snapshots", commit, "weights")
		},
		"complete": func(home, run, _, _ string) string {
			return filepath.Join(home, "gate", "quarantine", run, "tree", "weights")
		},
		"staged": func(home, run, _, _ string) string {
			return filepath.Join(home, "model", ".cache", "gate", run, "weights")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := largeSite(t)
			r := s.hub.Find("acme/large")
			run := "models--acme--large--" + r.Head() + ".DEAD"
			base, folder := filepath.Join(s.home, "gate", "quarantine"), ""
			if name == "staged" {
				base, folder = filepath.Join(s.home, ".gate-quarantine"), filepath.Join(s.home, "model")
			}
			write(t, filepath.Join(base, run+".lock"), "")
			write(t, filepath.Join(base, run, "parts", "none"), "")
			write(t, at(s.home, run, r.Head(), r.Files()["weights"].SHA256), strings.Repeat("0123456789", 1000))
			place, err := s.fetch("acme/large", folder)
			if err != nil {
				t.Fatal(err)
			}
			wantText(t, filepath.Join(place, "weights"), strings.Repeat("0123456789", 1000))
			if got := ranges(s); len(got) > 0 {
				t.Errorf("asked for %q", got)
			}
			s.wantNoQuarantine()
			if left := tree(t, base); len(left) > 0 {
				t.Errorf("left %q", left)
			}
			if left := tree(t, filepath.Join(s.home, "model", ".cache")); len(left) > 0 {
				t.Errorf("left %q", left)
			}
		})
	}
}

func TestRevisionThatIsNoName(t *testing.T) {
	s := newSite(t)
	m := gate.ModelID{Source: "hf", Namespace: "acme", Name: "tiny", Revision: "main"}
	r, err := s.c.Repository(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	for _, rev := range []string{"../../../evil", "a/../b", "/x", "a:b", "con"} {
		m.Revision = rev
		if _, err := Model(t.Context(), Options{Client: s.c, Repository: r, Files: r.Files, Target: s.cache(m, r.Commit), Scan: allow}); err == nil {
			t.Errorf("%q was taken", rev)
		}
		s.wantNothing()
	}
}

func TestLivingRunIsLeftAlone(t *testing.T) {
	s := largeSite(t)
	inside := make(chan struct{})
	leave := make(chan struct{})
	s.scan = func(context.Context, fs.FS, map[string]string) (bool, error) {
		close(inside)
		<-leave
		return true, nil
	}
	failed := make(chan error)
	go func() {
		_, err := s.fetch("acme/large", "")
		failed <- err
	}()
	<-inside
	other := *s
	other.scan = allow
	s.hub.Forget()
	if _, err := other.fetch("acme/large", ""); err != nil {
		t.Error(err)
	}
	if got := ranges(s); len(got) != 1 {
		t.Errorf("asked for %q: the other run has the bytes", got)
	}
	close(leave)
	if err := <-failed; err != nil {
		t.Error(err)
	}
	s.wantNoQuarantine()
}

func TestProgress(t *testing.T) {
	s := newSite(t)
	var mu sync.Mutex
	var most, total int64
	if _, err := s.fetchWith(t.Context(), "acme/tiny", "", func(done, all int64) {
		mu.Lock()
		defer mu.Unlock()
		most, total = max(most, done), all
	}); err != nil {
		t.Fatal(err)
	}
	if most != total || total == 0 {
		t.Errorf("%d of %d", most, total)
	}
}

func TestMatch(t *testing.T) {
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"*.json", "config.json", true}, {"*.json", "onnx/config.json", true}, {"*.json", "config.jsonl", false},
		{"onnx/", "onnx/a/b", true}, {"onnx/*", "other/onnx/a", false}, {"model-0000[1-2]-*", "model-00002-of-9", true},
		{"[!a]*", "abc", false}, {"[!a]*", "bc", true}, {"a?c", "abc", true}, {"a[", "a[", true}, {"a.b", "axb", false}, {"[]]", "]", true}, {"[", "x", false}, {"[!", "[!", true},
	} {
		if got := Match(test.pattern, test.name); got != test.want {
			t.Errorf("Match(%q, %q) is %v", test.pattern, test.name, got)
		}
	}
}

func TestFormat(t *testing.T) {
	for name, want := range map[string]string{
		"a/model.safetensors": "safetensors", "PYTORCH_MODEL.BIN": "torchzip", "openvino_model.bin": "openvino", "config.json": "", "x": "", "m.Q4_K_M.gguf": "gguf",
	} {
		if got := Format(name); got != want {
			t.Errorf("Format(%q) is %q", name, got)
		}
	}
}
