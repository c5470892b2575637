package hubtest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/modelgate/gate/internal/hub/hubtest"
)

type state struct {
	ID      string `json:"_id"`
	Name    string `json:"id"`
	Author  string `json:"author"`
	SHA     string `json:"sha"`
	status  int
	ownerID string
	old     int // status of the commit that was locked
}

// look asks for what a lock holds of a reference, and follows redirects within the Hub.
func look(t *testing.T, hub *hubtest.Hub, key, locked string) state {
	t.Helper()
	name, rev, _ := strings.Cut(strings.TrimPrefix(key, "hf:"), "@")
	path := "/api/models/" + name + "/revision/" + rev
	resp, body := ask(t, hub, "GET", path, "")
	if resp.StatusCode == 307 {
		path = resp.Header.Get("Location")
		resp, body = ask(t, hub, "GET", path, "")
	}
	s := state{status: resp.StatusCode}
	if s.status != 200 {
		return s
	}
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		t.Fatal(err)
	}
	_, body = ask(t, hub, "GET", "/api/organizations/"+s.Author+"/overview", "")
	var owner struct {
		ID string `json:"_id"`
	}
	if err := json.Unmarshal([]byte(body), &owner); err != nil {
		t.Fatal(err)
	}
	s.ownerID = owner.ID
	if locked != "" {
		resp, _ := ask(t, hub, "GET", "/api/models/"+s.Name+"/revision/"+locked, "")
		s.old = resp.StatusCode
	}
	return s
}

// TestScenarios checks what each does against the table of identities: the alerts follow
// from it.
func TestScenarios(t *testing.T) {
	seen := 0
	for _, s := range hubtest.Scenarios {
		t.Run(s.Name, func(t *testing.T) {
			hub := start(t, hubtest.Options{})
			before := look(t, hub, s.Lock, "")
			s.Apply(hub)
			after := look(t, hub, s.Lock, before.SHA)
			if noticed := after.status != 200 || after.SHA != before.SHA; noticed != s.Seen {
				t.Errorf("a monitor of commits notices: %v", noticed)
			}
			if s.Seen {
				seen++
			}
			if after.status != 200 {
				if s.Alerts[0] != "MODEL_UNAVAILABLE" {
					t.Fatalf("status %d", after.status)
				}
				return
			}
			sameRepo, sameOwner := after.ID == before.ID, after.ownerID == before.ownerID
			for alert, holds := range map[string]bool{
				"MODEL_MOVED":        sameRepo && after.Name != before.Name,
				"OWNER_CHANGED":      sameRepo && !sameOwner && after.Author != before.Author,
				"REPO_RECREATED":     !sameRepo && sameOwner,
				"NAMESPACE_REUSED":   !sameRepo && !sameOwner,
				"PINNED_COMMIT_GONE": after.old == 404,
			} {
				if has(s.Alerts, alert) != holds && !has(s.Also, alert) {
					t.Errorf("%s holds: %v", alert, holds)
				}
			}
		})
	}
	if len(hubtest.Scenarios) != 16 || seen != 7 {
		t.Errorf("%d scenarios, %d of them seen by commit", len(hubtest.Scenarios), seen)
	}
}

func has(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// TestSameWorld: the world is the same after a reset, ids included.
func TestSameWorld(t *testing.T) {
	hub := start(t, hubtest.Options{})
	before := look(t, hub, "hf:acme/tiny@v1", "")
	hub.Reset()
	hubtest.World(hub)
	if after := look(t, hub, "hf:acme/tiny@v1", ""); after != before {
		t.Errorf("%+v, before %+v", after, before)
	}
}
