package cli

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate/internal/hub/hubtest"
)

func TestFetchExitCodes(t *testing.T) {
	storage := func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/xet-bridge-us/") }
	elsewhere := hubtest.Redirect(302, "https://evil.example/x")
	elsewhere.Match = hubtest.PathHas("/resolve/")
	for name, test := range map[string]struct {
		model string
		fault *hubtest.Fault
		code  int
		says  string // on either stream
	}{
		"fetched":         {"acme/tiny", nil, exitPass, "snapshots"},
		"other bytes":     {"acme/lie", nil, exitDenied, "digest-mismatch"},
		"another host":    {"acme/tiny", &elsewhere, exitDenied, "evil.example"},
		"a page":          {"acme/tiny", &hubtest.Fault{Match: storage, Header: map[string]string{"Content-Length": "5"}, Body: hubtest.Fixed("hello")}, exitDenied, "registry-misbehaves"},
		"hostile names":   {"acme/names", nil, exitDenied, "a device on Windows"},
		"colliding names": {"acme/case", nil, exitDenied, "one file on some systems"},
		"refused storage": {"acme/tiny", &hubtest.Fault{Match: storage, Status: 403}, exitUnfinished, "refuses the file"},
		"gated":           {"acme/gated", nil, exitUnfinished, "gated"},
		"nothing there":   {"acme/none", nil, exitUnfinished, "acme/none"},
		"no such name":    {"acme/a--b", nil, exitUsage, "cannot be the name"},
		"no model":        {"", nil, exitUsage, "needs one model"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := hubtest.New(hubtest.Options{})
			defer h.Close()
			hubtest.World(h)
			models(h)
			if test.fault != nil {
				h.Fault(*test.fault)
			}
			home := t.TempDir()
			var out bytes.Buffer
			env := map[string]string{"HF_ENDPOINT": h.URL, "HF_HOME": home, "HF_HUB_DOWNLOAD_TIMEOUT": "1"}
			c := Command{Stdout: &out, Stderr: &out, Getenv: func(k string) string { return env[k] }, Dir: t.TempDir()}
			args := []string{"fetch"}
			if test.model != "" {
				args = append(args, test.model)
			}
			if code := c.Main(context.Background(), args); code != test.code || !strings.Contains(out.String(), test.says) {
				t.Errorf("exit code %d, want %d:\n%s", code, test.code, out.String())
			}
			if _, err := os.Stat(filepath.Join(home, "hub", "models--acme--tiny")); (err == nil) != (test.code == exitPass) {
				t.Errorf("the cache: %v", err)
			}
		})
	}
}

// models adds some that no honest registry has.
func models(h *hubtest.Hub) {
	lie := hubtest.LFS([]byte("good"))
	lie.Data = strings.NewReader("evil")
	for name, files := range map[string]map[string]hubtest.File{
		"acme/lie":   {"README.md": lie},
		"acme/names": {"con": hubtest.Text("x")},
		"acme/case":  {"a.json": hubtest.Text("{}"), "A.json": hubtest.Text("{}")},
	} {
		h.Repo(name, hubtest.Repo{}).Commit("first", time.Now(), files)
	}
}

func TestTransferred(t *testing.T) {
	for _, test := range []struct {
		done, all, got int64
		took           time.Duration
		want           string
	}{
		{0, 999, 0, time.Second, "0 B of 999 B"},
		{1_500, 3_000_000, 1_500, time.Second, "1.5 kB of 3.0 MB, 1.5 kB/s, 33m19s left"},
		{5_000_000_000, 10_000_000_000, 2_500_000_000, 10 * time.Second, "5.0 GB of 10.0 GB, 250.0 MB/s, 20s left"},
		{100, 100, -5, time.Second, "100 B of 100 B"},
		{1, 2_000_000_000_000_000, 1, 0, "1 B of 2000.0 TB, 1.0 kB/s"},
	} {
		if got := transferred(test.done, test.all, test.got, test.took); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
