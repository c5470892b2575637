package catboost

import (
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

func TestModels(t *testing.T) {
	for data, want := range map[string]gate.State{
		"CBM1\x04\x00\x00\x00core": gate.Unproven, "CBM1\x02\x00\x00\x00core": gate.Unproven,
		"CBM1\x80\x00\x00\x00core": gate.Unread, "CBM1": gate.Unread, "": gate.Unread, "text": gate.Unread,
	} {
		r := checktest.Inspect(t, Inspector{}, "m.cbm", []byte(data))
		if r.State != want || (want == gate.Unread) != (len(r.Evidence) == 1) || r.FormatName != "catboost" {
			t.Errorf("%q: %s", data, checktest.JSON(r))
		}
	}
	if !checktest.Wants(Inspector{}, "m", []byte("CBM1")) || checktest.Wants(Inspector{}, "m", []byte("CBM")) {
		t.Error("the magic decides")
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.cbm", []byte("CBM1\x04\x00\x00\x00core"))
}
