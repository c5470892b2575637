package proposal

import (
	"os"
	"testing"

	"github.com/modelgate/gate/internal/config"
)

func TestRuleChanges(t *testing.T) {
	was, is := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{
		was + "/same.rego": "1", is + "/same.rego": "1", was + "/edited.rego": "1", is + "/edited.rego": "2",
		was + "/gone.rego": "1", is + "/new.rego": "1", is + "/new_test.rego": "1",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]string{}
	for _, e := range ruleChanges(os.DirFS(was), os.DirFS(is), &config.Policy{Rego: []string{"."}}) {
		got[e.At.Path] = e.Data.(config.Change).Direction
	}
	if len(got) != 3 || got["edited.rego"] != config.Looser || got["gone.rego"] != config.Looser || got["new.rego"] != config.Tighter {
		t.Errorf("got %v", got)
	}
}
