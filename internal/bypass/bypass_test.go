package bypass

import (
	"reflect"
	"strings"
	"testing"
)

func TestRecipes(t *testing.T) {
	first, second := Recipes(), Recipes()
	if !reflect.DeepEqual(first, second) {
		t.Error("two builds differ")
	}
	seen := map[string]bool{}
	for _, r := range first {
		if seen[r.ID()] {
			t.Errorf("two recipes are called %s", r.ID())
		}
		seen[r.ID()] = true
		if len(r.Files) == 0 || r.Want == "" {
			t.Errorf("%s has no file or no verdict", r.ID())
		}
		if strings.ContainsAny(r.ID(), "\t\n|\x00") {
			t.Errorf("%q does not fit into a table", r.ID())
		}
	}
	for id := range misses {
		if !seen[id] {
			t.Errorf("a miss of %s is explained, which is no recipe", id)
		}
	}
}
