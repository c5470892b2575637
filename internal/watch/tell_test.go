package watch

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modelgate/gate/internal/httpsafe"
)

var usual = &Severities{
	Critical: []string{namespaceReused}, High: []string{codeFileChanged}, Medium: []string{fileAdded, modelChanged},
	Low: []string{modelMoved, checkFailed}, Escalate: 3,
}

// nasty are alerts of which a stranger chose the texts.
func nasty() []Alert {
	return []Alert{
		{Type: fileAdded, Key: "hf:a/b@main", File: "x", Details: []string{"[d](https://evil.example)"}, Message: "The file \"@channel <!everyone> [x](http://evil.example) <img src=x> *b* `c` | --> \u202egnp\n## h\" of a/b."},
		{Type: namespaceReused, Key: "hf:a/b@main", Details: []string{}, Message: "Taken over."},
	}
}

func TestSeverities(t *testing.T) {
	for want, a := range map[string]Alert{
		"critical": {Type: namespaceReused}, "medium": {Type: fileAdded}, "low": {Type: checkFailed, Runs: 2},
	} {
		if got := usual.Of(&a); got != want {
			t.Errorf("%s: got %s", a.Type, got)
		}
	}
	for _, a := range []Alert{{Type: codeFileChanged}, {Type: checkFailed, Runs: 3}, {Type: "UNKNOWN"}} {
		if got := usual.Of(&a); got != "high" {
			t.Errorf("%s: got %s", a.Type, got)
		}
	}
}

// receiver is a server that keeps what it is sent and answers with statuses in turn.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	statuses []int
	bodies   [][]byte
	headers  []http.Header
}

func receive(t *testing.T, statuses ...int) *receiver {
	r := &receiver{statuses: statuses}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		status := 200
		if n := len(r.bodies); n < len(r.statuses) {
			status = r.statuses[n]
		}
		r.bodies, r.headers = append(r.bodies, body), append(r.headers, req.Header.Clone())
		if status == 302 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func deliver(t *testing.T, target, secret, format string) error {
	t.Helper()
	w, err := NewWebhook(target, secret, format)
	if err != nil {
		t.Fatal(err)
	}
	w.wait = time.Millisecond
	return w.Deliver(context.Background(), nasty(), usual)
}

func TestDeliver(t *testing.T) {
	r := receive(t)
	if err := deliver(t, r.URL+"/hook", "s3cret", ""); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Text, Severity string
		Alerts         []struct{ Type, Severity, Key, Message string }
	}
	if err := json.Unmarshal(r.bodies[0], &got); err != nil {
		t.Fatal(err)
	}
	if got.Severity != "critical" || len(got.Alerts) != 2 || got.Alerts[0].Type != namespaceReused || got.Alerts[1].Severity != "medium" {
		t.Errorf("got %+v", got)
	}
	if !strings.HasPrefix(got.Text, "gate watch: 2 alerts, the worst critical\n- critical NAMESPACE_REUSED hf:a/b@main: Taken over.\n") {
		t.Errorf("got %q", got.Text)
	}
	for _, bad := range []string{"\"@channel", "<!everyone>", "http://evil", "\u202e", "\n## h"} {
		if strings.Contains(got.Text, bad) {
			t.Errorf("%q is in %q", bad, got.Text)
		}
	}
	signature := r.headers[0].Get("X-Gate-Signature-256")
	if !hmac.Equal([]byte(signature), []byte(Sign("s3cret", r.bodies[0]))) || !strings.HasPrefix(signature, "sha256=") || len(signature) != 71 {
		t.Errorf("got the signature %q", signature)
	}
	if r.headers[0].Get("Content-Type") != "application/json" {
		t.Errorf("got %v", r.headers[0])
	}
}

// TestSignature is the example of RFC 4231, section 4.3.
func TestSignature(t *testing.T) {
	const want = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
	if got := Sign("Jefe", []byte("what do ya want for nothing?")); got != want {
		t.Errorf("got %s", got)
	}
}

func TestFormats(t *testing.T) {
	for format, keys := range map[string][]string{"slack": {"text"}, "discord": {"content", "allowed_mentions"}, "teams": {"type", "attachments"}} {
		r := receive(t)
		if err := deliver(t, r.URL, "", format); err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(r.bodies[0], &got); err != nil || len(got) != len(keys) {
			t.Errorf("%s: %v, %v", format, got, err)
		}
		for _, k := range keys {
			if got[k] == nil {
				t.Errorf("%s has no %s", format, k)
			}
		}
		body := string(r.bodies[0])
		for _, bad := range []string{"<!everyone>", "http://evil", "\u202e", "<img"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s: %q is in %s", format, bad, body)
			}
		}
		if r.headers[0].Get("X-Gate-Signature-256") != "" {
			t.Errorf("%s: signed without a secret", format)
		}
	}
}

func TestDeliverAgain(t *testing.T) {
	tests := []struct {
		statuses []int
		posts    int
		ok       bool
	}{
		{[]int{200}, 1, true},
		{[]int{204}, 1, true},
		{[]int{503, 429, 200}, 3, true},
		{[]int{500, 500, 500, 200}, 3, false},
		{[]int{404, 200}, 1, false},
		{[]int{302, 200}, 1, false},
	}
	for _, test := range tests {
		r := receive(t, test.statuses...)
		err := deliver(t, r.URL+"/T0KEN", "", "")
		if (err == nil) != test.ok || len(r.bodies) != test.posts {
			t.Errorf("%v: %v after %d posts", test.statuses, err, len(r.bodies))
		}
		if err != nil && strings.Contains(err.Error(), "T0KEN") {
			t.Errorf("the error has the URL: %v", err)
		}
	}
	r := receive(t)
	r.Close()
	if err := deliver(t, r.URL+"/T0KEN", "", ""); err == nil || strings.Contains(err.Error(), "T0KEN") {
		t.Errorf("got %v", err)
	}
}

func TestWebhookURLs(t *testing.T) {
	for _, bad := range []string{
		"", "hooks.example/x", "http://hooks.example/x", "ftp://hooks.example/x", "https://10.0.0.1/x", "https://169.254.169.254/x",
		"https://0x7f.1/x", "https://[fd00::1]/x", "https://u:p@hooks.example/x", "https:///x", "://",
	} {
		if w, err := NewWebhook(bad, "", ""); err == nil {
			t.Errorf("%q is taken: %v", bad, w)
		}
	}
	if _, err := NewWebhook("https://hooks.example/x", "", "irc"); err == nil {
		t.Error("the format irc is taken")
	}
	for _, good := range []string{"https://hooks.example/x", "http://127.0.0.1:1/x", "http://localhost/x"} {
		if _, err := NewWebhook(good, "", ""); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	if _, err := NewWebhook("http://hooks.example/x", "", ""); !errors.Is(err, httpsafe.ErrRefused) {
		t.Errorf("got %v", err)
	}
}

func TestIssue(t *testing.T) {
	if got := Issue(nil, usual); got != "" {
		t.Errorf("got %q", got)
	}
	got := Issue(nasty(), usual)
	if !strings.HasPrefix(got, IssueMarker+"\n") || strings.Count(got, "-->") != 1 {
		t.Errorf("the marker: %q", got)
	}
	if strings.Index(got, "### critical") > strings.Index(got, "### medium") || !strings.Contains(got, "### medium") {
		t.Errorf("not the worst first: %q", got)
	}
	for _, bad := range []string{"@channel", "<img", "&\\#", " [", "x](", "http://", "https://", "\u202e", "\n## h", " *b*", " `c`"} {
		if strings.Contains(got, bad) {
			t.Errorf("%q is in %q", bad, got)
		}
	}
	var many []Alert
	for range 5000 {
		many = append(many, nasty()...)
	}
	if got = Issue(many, usual); len(got) > 65_536 || !strings.Contains(got, " more\n") {
		t.Errorf("%d bytes", len(got))
	}
}

func TestParseState(t *testing.T) {
	for _, bad := range []string{
		"", "{", "[]", "null", `{"models":{}}`, `{"version":0}`, `{"version":2,"later":1}`, `{"version":1,"later":1}`, `{"version":1}{}`,
		`{"version":1,"models":{"hf:a/b@main":{"seen":{},"failures":-1,"alerts":[]}}}`,
		`{"version":1,"models":{"hf:a/b@main":{"seen":{},"alerts":[{"type":"NO_TYPE","key":"hf:a/b@main"}]}}}`,
		`{"version":1,"models":{"hf:a/b@main":{"seen":{},"alerts":[{"type":"FILE_ADDED","key":"hf:c/d@main"}]}}}`,
		`{"version":1,"models":{"hf:a/b@main":{"seen":{},"alerts":[],"x":1}}}`,
		`{"version":1,"models":` + strings.Repeat("[", 100_000),
	} {
		if s, err := ParseState([]byte(bad)); err == nil {
			t.Errorf("%.80s is taken: %v", bad, s)
		}
	}
	if _, err := ParseState([]byte(`{"version":9}`)); err == nil || !strings.Contains(err.Error(), "version 9") || !strings.Contains(err.Error(), "update gate") {
		t.Errorf("got %v", err)
	}
	if _, err := ParseState(make([]byte, MaxState+1)); err == nil {
		t.Error("too long a state is taken")
	}
}

// FuzzParseState reads whatever is read back as the same.
func FuzzParseState(f *testing.F) {
	f.Add([]byte(`{"version":1,"models":{"hf:a/b@main":{"seen":{"license":"mit","verified":true},"failures":2,"alerts":[{"type":"FILE_ADDED","key":"hf:a/b@main","model":"a/b","file":"x","after":"y","details":["z"],"message":"m"}]}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ParseState(text)
		if err != nil {
			return
		}
		first, err := s.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseState(first)
		if err != nil {
			t.Fatalf("%v: %s", err, first)
		}
		if second, err := again.Bytes(); err != nil || string(second) != string(first) {
			t.Fatalf("%s\n%s", first, second)
		}
	})
}
