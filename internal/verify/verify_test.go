package verify

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/modelgate/gate"
)

func TestFolder(t *testing.T) {
	fsys := fstest.MapFS{}
	locked := gate.Locked{Key: "hf:acme/tiny@main"}
	add := func(name, text, was, excluded string) {
		if text != "" {
			fsys[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if was != "" {
			locked.Files = append(locked.Files, gate.LockedFile{
				RemoteFile: gate.RemoteFile{Path: name, SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(was)))}, Excluded: excluded,
			})
		}
	}
	add("same.bin", "x", "x", "")
	add("sub/changed.bin", "x", "y", "")
	add("gone.bin", "", "x", "")
	add("left-out.bin", "", "x", "format")
	add("new.py", "x", "", "")
	add(".cache/huggingface/download/x.metadata", "x", "", "")
	add("sub/.cache/new.py", "x", "", "")
	fsys["git.txt"] = &fstest.MapFile{Data: []byte("hello\n")}
	locked.Files = append(locked.Files, gate.LockedFile{RemoteFile: gate.RemoteFile{Path: "git.txt", Git: "ce013625030ba8dba906f756967f9e9ca394464a"}})

	evidence, err := Folder(t.Context(), fsys, "models", locked)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range evidence {
		f := e.Data.(gate.Checksum)
		got = append(got, f.State+" "+e.At.Path)
		if f.Model != "acme/tiny" {
			t.Errorf("%s is of %q", f.Name, f.Model)
		}
	}
	want := []string{"same models/git.txt", "missing models/gone.bin", "extra models/new.py", "same models/same.bin", "extra models/sub/.cache/new.py", "differs models/sub/changed.bin"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestLinks: the cache of the Hub's clients links its snapshots to blobs beside them; a
// link that leaves the model is not followed.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside")
	for name, text := range map[string]string{"outside": "x", "model/blobs/b": "x"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	snapshot := filepath.Join(dir, "model/snapshots/s")
	if err := os.MkdirAll(snapshot, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"in": "../../blobs/b", "out": outside} {
		if err := os.Symlink(target, filepath.Join(snapshot, name)); err != nil {
			t.Skip(err)
		}
	}
	root, err := os.OpenRoot(filepath.Join(dir, "model"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte("x")))
	locked := gate.Locked{Key: "hf:a/b@main", Files: []gate.LockedFile{
		{RemoteFile: gate.RemoteFile{Path: "in", SHA256: sum}}, {RemoteFile: gate.RemoteFile{Path: "out", SHA256: sum}},
	}}
	fsys, err := fs.Sub(root.FS(), "snapshots/s")
	if err != nil {
		t.Fatal(err)
	}
	evidence, err := Folder(t.Context(), fsys, "", locked)
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := evidence[0].Data.(gate.Checksum); !ok || f.State != "same" {
		t.Errorf("the link within: %+v", evidence[0])
	}
	if evidence[1].Kind != gate.KindIncomplete {
		t.Errorf("the link to outside: %+v", evidence[1])
	}
}
