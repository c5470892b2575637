package hubtest_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate/internal/hub/hubtest"
)

func TestFaults(t *testing.T) {
	const path = "/api/models/acme/tiny"
	for name, c := range map[string]struct {
		fault  hubtest.Fault
		status int
		body   string
		header string
	}{
		"status":     {hubtest.Fault{Status: 503}, 503, "", ""},
		"rate limit": {hubtest.RateLimited(7, 0), 429, "", `"api";r=0;t=7`},
		"header":     {hubtest.Fault{Header: map[string]string{"RateLimit": "x"}}, 200, "acme/tiny", "x"},
		"no header":  {hubtest.Fault{Header: map[string]string{"RateLimit": ""}}, 200, "acme/tiny", ""},
		"body":       {hubtest.Fault{Body: hubtest.Nested(3)}, 200, "[[[]]]", ""},
		"other path": {hubtest.Fault{Match: hubtest.PathHas("/tree/"), Status: 500}, 200, "acme/tiny", `"api"`},
	} {
		t.Run(name, func(t *testing.T) {
			hub := start(t, hubtest.Options{})
			hub.Fault(c.fault)
			resp, body := ask(t, hub, "GET", path, "")
			if resp.StatusCode != c.status || !strings.Contains(body, c.body) || !strings.HasPrefix(resp.Header.Get("RateLimit"), c.header) {
				t.Errorf("%d %q %s", resp.StatusCode, resp.Header.Get("RateLimit"), body)
			}
			if c.header == "" && name == "no header" && resp.Header.Get("RateLimit") != "" {
				t.Error("the header is still there")
			}
		})
	}
}

func TestFaultEnds(t *testing.T) {
	hub := start(t, hubtest.Options{})
	hub.Fault(hubtest.Fault{Status: 502, Times: 1})
	for _, want := range []int{502, 200} {
		if resp, _ := ask(t, hub, "GET", "/api/models/acme/tiny", ""); resp.StatusCode != want {
			t.Errorf("status %d, want %d", resp.StatusCode, want)
		}
	}
	hub.Fault(hubtest.Fault{Status: 502})
	hub.Heal()
	if resp, _ := ask(t, hub, "GET", "/api/models/acme/tiny", ""); resp.StatusCode != 200 {
		t.Errorf("status %d after healing", resp.StatusCode)
	}
}

func TestFaultsOfBodies(t *testing.T) {
	hub := start(t, hubtest.Options{})
	repo := hub.Find("acme/tiny")
	files := repo.Files()
	files["huge.bin"] = hubtest.Sparse(10<<30, bytes.NewReader([]byte("head")))
	repo.Commit("huge", time.Unix(1725000000, 0), files)
	get := func(header ...string) (*http.Response, []byte, error) {
		req, err := http.NewRequest("GET", hub.URL+"/acme/tiny/resolve/main/huge.bin", nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		resp, err := hub.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(io.LimitReader(resp.Body, 64))
		return resp, body, err
	}
	resp, body, err := get("Range", "bytes=2-7")
	if err != nil || resp.StatusCode != 206 || string(body) != "ad\x00\x00\x00\x00" || resp.Header.Get("Content-Range") != "bytes 2-7/10737418240" {
		t.Errorf("%d %q %v %q", resp.StatusCode, body, err, resp.Header.Get("Content-Range"))
	}
	storage := hubtest.PathHas("/xet-bridge-us/")
	for name, c := range map[string]struct {
		fault  hubtest.Fault
		status int
		bytes  int
		broken bool
	}{
		"ignored range": {hubtest.Fault{Match: storage, IgnoreRange: true}, 200, 64, false},
		"truncated":     {hubtest.Fault{Match: storage, Truncate: 3}, 206, 3, true},
		"endless":       {hubtest.Fault{Match: storage, Body: hubtest.Endless("[", "1,")}, 200, 64, false},
		"dripping":      {hubtest.Fault{Match: storage, Drip: time.Millisecond}, 206, 6, false},
		"stalled":       {hubtest.Fault{Match: storage, Stall: 5 * time.Millisecond}, 206, 6, false},
		"elsewhere":     {hubtest.Fault{Match: storage, Status: 302, Header: map[string]string{"Location": hub.URL + "/api/nothing"}}, 404, 21, false},
	} {
		hub.Heal()
		hub.Fault(c.fault)
		resp, body, err := get("Range", "bytes=2-7")
		if resp.StatusCode != c.status || len(body) != c.bytes || (err != nil) != c.broken {
			t.Errorf("%s: %d, %d bytes, %v", name, resp.StatusCode, len(body), err)
		}
	}
}

// TestCloseEndsStalls: a Hub that keeps a client waiting can be closed.
func TestCloseEndsStalls(t *testing.T) {
	hub := hubtest.New(hubtest.Options{})
	hub.Fault(hubtest.Fault{Stall: time.Hour})
	failed := make(chan error, 1)
	go func() {
		resp, err := hub.Client().Get(hub.URL)
		if err == nil {
			resp.Body.Close()
		}
		failed <- err
	}()
	for len(hub.Requests()) == 0 {
		time.Sleep(time.Millisecond)
	}
	closed := make(chan struct{})
	go func() { hub.Close(); close(closed) }()
	select {
	case <-closed:
	case <-time.After(5 * time.Second):
		t.Fatal("not closed")
	}
	<-failed
}
