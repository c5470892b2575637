package httpsafe

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestFourAtATime: a place is held until the body is closed, over all requests.
func TestFourAtATime(t *testing.T) {
	var now, most atomic.Int32
	full := make(chan struct{})
	fill := sync.OnceFunc(func() { close(full) })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n >= perHost {
			fill()
		}
		select { // until all places are taken
		case <-full:
		case <-r.Context().Done():
		}
		time.Sleep(10 * time.Millisecond) // for one too many to come
		_, _ = io.WriteString(w, "ok")
	}))
	defer server.Close()
	client := New(Rules{Loopback: true})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if err := fetch(t.Context(), client, server.URL); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if m := most.Load(); m != perHost {
		t.Errorf("%d at a time", m)
	}
	var open []*http.Response
	for range perHost {
		resp, err := client.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, resp)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := fetch(ctx, client, server.URL); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a fifth request: %v", err)
	}
	for _, resp := range open {
		_ = resp.Body.Close()
		_ = resp.Body.Close() // gives back nothing twice
	}
	if err := fetch(t.Context(), client, server.URL); err != nil {
		t.Error(err)
	}
}

func fetch(ctx context.Context, client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// TestSlow: neither a server that says nothing nor one that stalls or drips holds a
// client, and what is refused so gives its place back.
func TestSlow(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pause := func(d time.Duration) {
			select {
			case <-r.Context().Done():
			case <-time.After(d):
			}
		}
		switch r.URL.Path {
		case "/silent":
			pause(time.Hour)
		case "/stalls":
			_, _ = io.WriteString(w, "begin")
			w.(http.Flusher).Flush()
			pause(time.Hour)
		case "/drips":
			for range 1000 {
				_, _ = io.WriteString(w, "x")
				w.(http.Flusher).Flush()
				pause(20 * time.Millisecond)
			}
		}
	}))
	defer server.Close()
	const long, soon = 2 * time.Minute, 100 * time.Millisecond
	for path, test := range map[string]struct {
		answer, stall time.Duration
		want          error
	}{
		"/silent": {soon, long, errSilent}, "/stalls": {long, soon, ErrStalled}, "/drips": {long, soon, ErrStalled},
	} {
		client := New(Rules{Loopback: true, Connect: long, Answer: long, Stall: long})
		if err := fetch(t.Context(), client, server.URL); err != nil {
			t.Fatal(err)
		}
		// A host that has answered is not given up, however slow this machine is.
		rules := &client.Transport.(*guard).rules
		rules.Answer, rules.Stall = test.answer, test.stall
		for range perHost + 1 {
			if err := fetch(t.Context(), client, server.URL+path); !errors.Is(err, test.want) {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	spent := New(Rules{Loopback: true, Deadline: time.Now().Add(100 * time.Millisecond)})
	for range 2 {
		if err := fetch(t.Context(), spent, server.URL+"/silent"); !errors.Is(err, ErrSpent) {
			t.Errorf("after the deadline: %v", err)
		}
	}
}

// TestSilentHost: a host that never answers is given up after a few requests, one that
// answered once never.
func TestSilentHost(t *testing.T) {
	var asked atomic.Int32
	var wakes atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1); !wakes.Load() {
			panic(http.ErrAbortHandler)
		}
	}))
	defer server.Close()
	client := New(Rules{Loopback: true})
	for i := range 3 * silences {
		err := fetch(t.Context(), client, server.URL)
		if _, gone := errors.AsType[*UnreachableError](err); gone != (i >= silences-1) {
			t.Errorf("request %d: %v", i, err)
		}
	}
	if asked.Load() != silences {
		t.Errorf("%d requests", asked.Load())
	}
	client = New(Rules{Loopback: true})
	wakes.Store(true)
	if err := fetch(t.Context(), client, server.URL); err != nil {
		t.Fatal(err)
	}
	wakes.Store(false)
	for range 2 * silences {
		if _, gone := errors.AsType[*UnreachableError](fetch(t.Context(), client, server.URL)); gone {
			t.Error("a host that answered is given up")
		}
	}
}

// TestMeter: hops count, whatever came of them, and what was not asked does not.
func TestMeter(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/from" {
			w.Header().Set("Location", "/to")
			w.WriteHeader(http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, "12345")
	}))
	defer server.Close()
	client := New(Rules{Loopback: true})
	var outer, inner Meter
	ctx := outer.Count(t.Context())
	if err := fetch(ctx, client, server.URL+"/to"); err != nil {
		t.Fatal(err)
	}
	if err := fetch(inner.Count(ctx), client, server.URL+"/from"); err != nil {
		t.Fatal(err)
	}
	_ = fetch(inner.Count(ctx), client, "http://10.0.0.1/")
	for name, m := range map[*Meter][2]int64{&outer: {10, 3}, &inner: {5, 2}} {
		if bytes, requests := name.Total(); bytes != m[0] || int64(requests) != m[1] {
			t.Errorf("%d bytes in %d requests, want %v", bytes, requests, m)
		}
	}
}

func TestPrivateBelow(t *testing.T) {
	r := Rules{Private: []string{"store.corp", ".files.corp", ".0.0.1"}}
	for host, want := range map[string]bool{
		"store.corp": true, "STORE.corp": true, "a.store.corp": false, "files.corp": false, "a.files.corp": true, "a.b.FILES.corp": true,
		"afiles.corp": false, ".files.corp": false, "files.corp.evil.example": false, "10.0.0.1": false,
	} {
		if r.private(host) != want {
			t.Errorf("%s: %v", host, !want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	soon := time.Now().Add(30 * time.Second).UTC().Format(http.TimeFormat)
	for text, want := range map[string]time.Duration{"": -1, "x": -1, "0": 0, "7": 7 * time.Second, "-3": 0, "99999999": time.Hour, "Sun, 06 Nov 1994 08:49:37 GMT": 0, soon: 30 * time.Second} {
		got, ok := RetryAfter(http.Header{"Retry-After": {text}})
		if ok != (want >= 0) || ok && (got > want || got < want-25*time.Second) {
			t.Errorf("%q: %v, %v", text, got, ok)
		}
	}
}

// TestBounds: a body that is as long as it may be is read, and one byte more is not.
func TestBounds(t *testing.T) {
	if text, err := ReadAll(strings.NewReader("12345"), 5); err != nil || len(text) != 5 {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := ReadAll(strings.NewReader("123456"), 5); !errors.Is(err, ErrTooLong) {
		t.Errorf("%v", err)
	}
	if !Ended(strings.NewReader("")) || Ended(strings.NewReader("x")) {
		t.Error("Ended is wrong")
	}
}
