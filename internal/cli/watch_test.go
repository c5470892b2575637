package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modelgate/gate/internal/hub/hubtest"
	"github.com/modelgate/gate/internal/watch"
)

// watched is a repository with a lock, and the Hub that it was made from.
type watched struct {
	*testing.T
	hub *hubtest.Hub
	dir string
	env map[string]string
}

func newWatched(t *testing.T) *watched {
	h := hubtest.New(hubtest.Options{})
	t.Cleanup(h.Close)
	hubtest.World(h)
	w := &watched{t, h, t.TempDir(), map[string]string{"HF_ENDPOINT": h.URL}}
	w.write("app.py", "from transformers import AutoModel\n\nAutoModel.from_pretrained(\"acme/tiny\")\n")
	if code, _, stderr := w.run("lock", "--quiet"); code != 0 {
		t.Fatal(stderr)
	}
	return w
}

func (w *watched) write(name, text string) {
	w.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o644); err != nil {
		w.Fatal(err)
	}
}

func (w *watched) read(name string) string {
	w.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		w.Fatal(err)
	}
	return string(text)
}

func (w *watched) run(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	c := Command{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: func(k string) string { return w.env[k] }, Dir: w.dir, Version: "test"}
	code = c.Main(context.Background(), args)
	return code, out.String(), errs.String()
}

func (w *watched) apply(scenario string) {
	w.Helper()
	for _, s := range hubtest.Scenarios {
		if s.Name == scenario {
			s.Apply(w.hub)
			return
		}
	}
	w.Fatalf("no scenario %q", scenario)
}

// TestWatchDelivers keeps the state only after the webhook has taken the alerts.
func TestWatchDelivers(t *testing.T) {
	w := newWatched(t)
	status, posts := http.StatusNotFound, [][]byte(nil)
	hook := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("X-Gate-Signature-256") != watch.Sign("s3cret", body) {
			t.Error("the signature is wrong")
		}
		posts = append(posts, body)
		rw.WriteHeader(status)
	}))
	defer hook.Close()
	w.env["GATE_WEBHOOK"], w.env["GATE_WEBHOOK_SECRET"] = hook.URL+"/T0KEN", "s3cret"
	w.apply("reuse-replay")

	code, _, stderr := w.run("watch", "--state", "state.json")
	if code != exitUnfinished || !strings.Contains(stderr, "status 404") || strings.Contains(stderr, "T0KEN") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if _, err := os.Stat(filepath.Join(w.dir, "state.json")); err == nil {
		t.Error("the state was kept")
	}
	status = http.StatusOK
	if code, _, stderr = w.run("watch", "--state", "state.json"); code != exitDenied {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	var got struct{ Severity string }
	if err := json.Unmarshal(posts[1], &got); err != nil || got.Severity != "critical" {
		t.Errorf("got %s", posts[1])
	}
	if code, stdout, stderr := w.run("watch", "--state", "state.json"); code != exitPass || stdout+stderr != "" || len(posts) != 2 {
		t.Errorf("exit code %d after %d posts: %s%s", code, len(posts), stdout, stderr)
	}
}

// TestWatchAtOnce runs several times on one state: each reads and leaves a whole one.
func TestWatchAtOnce(t *testing.T) {
	w := newWatched(t)
	w.apply("new-commit")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if code, _, stderr := w.run("watch", "--quiet", "--state", "state.json"); code > exitDenied {
				t.Errorf("exit code %d: %s", code, stderr)
			}
		})
	}
	wg.Wait()
	if _, err := watch.ParseState([]byte(w.read("state.json"))); err != nil {
		t.Error(err)
	}
	if code, stdout, _ := w.run("watch", "--state", "state.json"); code != exitPass || stdout != "" {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	if left, _ := filepath.Glob(filepath.Join(w.dir, ".gate-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestWatchHugeLock stops at the limit of requests and tells it of each model.
func TestWatchHugeLock(t *testing.T) {
	w := newWatched(t)
	head, block, _ := strings.Cut(w.read("models.lock"), "  hf:acme/tiny@main:")
	var text strings.Builder
	text.WriteString(head)
	const models = 2000
	for i := range models {
		fmt.Fprintf(&text, "  hf:acme/tiny@b%04d:%s", i, block)
	}
	w.write("models.lock", text.String())
	w.hub.Fault(hubtest.RateLimited(300, 0))
	w.hub.Forget()
	code, _, stderr := w.run("watch", "--quiet", "--state", "state.json", "--report", "json=out.json", "--issue", "issue.md")
	if code != exitPass {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if n := len(w.hub.Requests()); n > 4 {
		t.Errorf("%d requests", n)
	}
	if n := strings.Count(w.read("out.json"), `"type": "CHECK_FAILED"`); n != models {
		t.Errorf("%d alerts", n)
	}
	if len(w.read("issue.md")) > 65_536 {
		t.Error("the issue is too long")
	}
}

// TestWatchHistory knows from the history of the lock what is younger than it.
func TestWatchHistory(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git")
	}
	w := newWatched(t)
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "lock"}} {
		cmd := exec.Command(git, args...)
		cmd.Dir = w.dir
		cmd.Env = append(os.Environ(), "GIT_AUTHOR_DATE=2025-01-01T00:00:00Z", "GIT_COMMITTER_DATE=2025-01-01T00:00:00Z", "GIT_CONFIG_GLOBAL=/dev/null")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	w.apply("reuse")
	_, stdout, _ := w.run("watch")
	if !strings.Contains(stdout, "(REPO_YOUNGER_THAN_LOCK; OWNER_YOUNGER_THAN_LOCK; the new owner is not verified, the locked one was)") {
		t.Errorf("got %s", stdout)
	}
}

// TestWatchReadsNewFiles denies by its content a file whose name tells nothing.
func TestWatchReadsNewFiles(t *testing.T) {
	w := newWatched(t)
	r := w.hub.Find("acme/tiny")
	files := r.Files()
	files["pytorch_model.bin"] = hubtest.LFS([]byte("\x80\x02cposix\nsystem\nq\x00X\x04\x00\x00\x00trueq\x01\x85q\x02Rq\x03."))
	r.Commit("update", time.Now(), files)
	code, stdout, stderr := w.run("watch", "--state", "state.json")
	if code != exitDenied || !strings.Contains(stdout, `DANGEROUS_FILE_ADDED: The policy denies the file "pytorch_model.bin"`) || !strings.Contains(stdout, "(pickle-unsafe-import: ") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	w.hub.Forget()
	if code, stdout, _ := w.run("watch", "--state", "state.json"); code != exitPass || stdout != "" {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	for _, req := range w.hub.Requests() {
		if req.Storage {
			t.Errorf("the file was read again: %s", req.Path)
		}
	}
}
