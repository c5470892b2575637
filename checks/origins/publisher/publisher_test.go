package publisher

import (
	"reflect"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func subject(r *gate.Repository) *gate.Subject {
	m := gate.ModelID{Source: "hf", Namespace: "acme", Name: "tiny"}
	return &gate.Subject{
		Model: m, Repository: r, Now: now,
		References: []gate.Reference{{Model: m, At: gate.Location{Path: "app.py", Line: 3}}, {Model: m, At: gate.Location{Path: "b.py", Line: 1}}},
	}
}

func days(n int) *int { return &n }

func TestAudit(t *testing.T) {
	r := checktest.Audit(t, Auditor{}, subject(&gate.Repository{
		Name: "acme-labs/tiny", ID: "66944f1fddd6b603d1444b8e", Commit: "aa", Downloads: 12, Gated: "auto", Disabled: true,
		Private: true, License: "mit", Created: time.Date(2024, 7, 14, 22, 20, 15, 0, time.UTC),
		Owner: &gate.Publisher{Name: "acme-labs", ID: "5f0c", Type: "org", Verified: true, Created: now.AddDate(0, 0, -9)},
		Scan:  &gate.HubScan{Done: true, Files: []gate.HubScanResult{{Path: "a.bin", Level: "unsafe"}}},
	}))
	want := []gate.Evidence{
		{Kind: "hub.model", Data: Model{
			ID: "acme/tiny", Model: "acme/tiny", Registry: "hf", Name: "acme-labs/tiny", ObjectID: "66944f1fddd6b603d1444b8e",
			Commit: "aa", Downloads: 12, AgeDays: days(862), Gated: "auto", Disabled: true, Private: true, License: "mit",
		}},
		{Kind: "hub.publisher", Data: Publisher{Model: "acme/tiny", Registry: "hf", Name: "acme-labs", ID: "5f0c", Type: "org", Verified: true, AgeDays: days(9)}},
		{Kind: "hub.scan", Data: Scan{Model: "acme/tiny", Registry: "hf", Done: true, Files: []gate.HubScanResult{{Path: "a.bin", Level: "unsafe"}}}},
	}
	for i := range want {
		want[i].At = gate.Location{Path: "app.py", Line: 3}
	}
	if !reflect.DeepEqual(r.Evidence, want) {
		t.Errorf("got %s", checktest.JSON(r.Evidence))
	}
}

func TestNothingAsked(t *testing.T) {
	if r := checktest.Audit(t, Auditor{}, subject(nil)); len(r.Evidence) != 0 {
		t.Errorf("got %s", checktest.JSON(r.Evidence))
	}
	r := checktest.Audit(t, Auditor{}, subject(&gate.Repository{Name: "acme/tiny"}))
	if len(r.Evidence) != 1 || r.Evidence[0].Data.(Model).AgeDays != nil {
		t.Errorf("got %s", checktest.JSON(r.Evidence))
	}
}

func TestAge(t *testing.T) {
	for _, test := range []struct {
		id      string
		created time.Time
		want    *int
	}{
		{"", time.Time{}, nil},
		{"", now.Add(-23 * time.Hour), days(0)},
		{"", now.Add(-25 * time.Hour), days(1)},
		{"", now.Add(time.Hour), days(0)},
		{"66944f1fddd6b603d1444b8e", time.Time{}, days(862)},
		{"66944f1fddd6b603d1444b8e", now.AddDate(-9, 0, 0), days(862)}, // the later of the two
	} {
		if got := age(test.id, test.created, now); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%+v: got %v", test, got)
		}
	}
	if age("", now, time.Time{}) != nil {
		t.Error("an age without a clock")
	}
}
