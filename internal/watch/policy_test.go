package watch

import (
	"slices"
	"testing"
	"time"

	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/run"
)

func TestSeveritiesOf(t *testing.T) {
	rules, err := run.DefaultRules()
	if err != nil {
		t.Fatal(err)
	}
	s, err := SeveritiesOf(config.Default(rules))
	if err != nil || s.Escalate == 0 || !slices.Contains(s.High, repoRecreated) {
		t.Errorf("got %+v, %v", s, err)
	}
	text := "version: '1'\nrules:\n  watch-alert: {level: deny, low: [" + repoRecreated + "], escalate_after: 7}\n"
	pol, err := config.Parse("p.yaml", []byte(text), rules, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if s, err = SeveritiesOf(pol); err != nil || s.Escalate != 7 || !slices.Contains(s.Low, repoRecreated) {
		t.Errorf("got %+v, %v", s, err)
	}
}
