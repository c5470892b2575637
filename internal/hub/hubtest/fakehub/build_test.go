package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/hub/hubtest"
)

func TestBuildAndControl(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	write(t, filepath.Join(first, "config.json"), "{}")
	write(t, filepath.Join(second, "sub", "weights.bin"), "weights")
	b := build{large: 100}
	for _, err := range []error{
		b.addRepo("me/mine=" + first + "," + second), b.addMove("them/theirs=me/mine"), b.addToken("hf_x=bob"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	hub := hubtest.New(hubtest.Options{})
	t.Cleanup(hub.Close)
	if err := b.fill(hub); err != nil {
		t.Fatal(err)
	}
	hub.Handle("POST /_control/{scenario}", b.control(hub))
	hub.Handle("GET /_control/requests", requests(hub))

	if files := hub.Find("me/mine").Files(); len(files) != 1 || !files["sub/weights.bin"].Large {
		t.Errorf("files %v", files)
	}
	mine := get(t, hub, "/api/models/them/theirs/commits/main")
	if strings.Count(mine, `"title":"commit `) != 2 {
		t.Errorf("commits %s", mine)
	}
	resp, err := http.Post(hub.URL+"/_control/rename", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if body := get(t, hub, "/api/models/acme/tiny"); !strings.Contains(body, `"id":"acme/tiny-v2"`) {
		t.Errorf("after the renaming: %s", body)
	}
	if got := get(t, hub, "/_control/requests"); !strings.Contains(got, `"Path":"/api/models/acme/tiny"`) {
		t.Errorf("requests %s", got)
	}
	if resp, err = http.Post(hub.URL+"/_control/nonsense", "", nil); err != nil || resp.StatusCode != 404 {
		t.Errorf("nonsense: %v %v", resp, err)
	}
}

func TestBadFlags(t *testing.T) {
	for name, err := range map[string]error{
		"no directory": new(build).addRepo("me/mine"),
		"no namespace": new(build).addRepo("mine=dir"),
		"one name":     new(build).addMove("me/mine"),
	} {
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	hub := hubtest.New(hubtest.Options{})
	t.Cleanup(hub.Close)
	for _, b := range []build{
		{repos: []repo{{"me/mine", []string{filepath.Join(t.TempDir(), "none")}}}},
		{moves: [][2]string{{"a/b", "none/none"}}},
	} {
		if err := b.fill(hub); err == nil {
			t.Errorf("%+v filled a hub", b)
		}
	}
}

func get(t *testing.T, hub *hubtest.Hub, path string) string {
	t.Helper()
	resp, err := http.Get(hub.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
