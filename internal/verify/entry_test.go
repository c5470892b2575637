package verify

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/usage"
)

func locks(t *testing.T, keys ...string) *lock.File {
	t.Helper()
	f := lock.New(lock.Name)
	for _, key := range keys {
		if err := f.Put(gate.Locked{Key: key, Commit: strings.Repeat("1", 40), Name: "a/b", Owner: gate.Publisher{Name: "a"}}); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func TestEntryFor(t *testing.T) {
	for name, c := range map[string]struct {
		keys        []string
		folder, key string
		want        string // empty: the user must say which
	}{
		"the only one":        {[]string{"hf:a/b@main"}, "x", "", "hf:a/b@main"},
		"by the folder":       {[]string{"hf:a/b@main", "hf:a/c@main"}, "models/c", "", "hf:a/c@main"},
		"by the key":          {[]string{"hf:a/b@main", "hf:a/c@main"}, "models/c", "hf:a/b@main", "hf:a/b@main"},
		"two revisions":       {[]string{"hf:a/b@main", "hf:a/b@v2"}, "b", "", ""},
		"no such folder name": {[]string{"hf:a/b@main", "hf:a/c@main"}, "d", "", ""},
		"no such key":         {[]string{"hf:a/b@main"}, "b", "hf:a/b@v2", ""},
	} {
		got, err := EntryFor(locks(t, c.keys...), c.folder, c.key)
		if (c.want == "") != errors.As(err, &usage.Error{}) || got.Key != c.want {
			t.Errorf("%s: got %q, %v", name, got.Key, err)
		}
	}
}

func TestCache(t *testing.T) {
	dir := t.TempDir()
	snapshot := "models--a--b/snapshots/" + strings.Repeat("1", 40)
	if err := os.MkdirAll(filepath.Join(dir, snapshot), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, snapshot, "x.bin"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	facts, err := Cache(t.Context(), root, locks(t, "hf:a/b@main", "hf:a/elsewhere@main"))
	if err != nil || len(facts) != 1 || facts[0].At.Path != snapshot+"/x.bin" {
		t.Errorf("got %+v, %v", facts, err)
	}
}
