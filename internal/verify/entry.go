package verify

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/usage"
)

// Cache compares locked models with their snapshots in the cache of the Hub's clients.
// Models that are not in the cache are left out.
func Cache(ctx context.Context, cache *os.Root, locks *lock.File) ([]gate.Evidence, error) {
	var out []gate.Evidence
	for _, key := range locks.Keys() {
		facts, err := cached(ctx, cache, key, locks)
		if err != nil {
			return nil, err
		}
		out = append(out, facts...)
	}
	return out, nil
}

// EntryFor is the entry of the lock that a folder is compared with: the one that is named,
// the only one, or the one whose model has the name of the folder.
func EntryFor(locks *lock.File, folder, key string) (gate.Locked, error) {
	var fitting []string
	for _, k := range locks.Keys() {
		id, err := lock.ParseKey(k)
		if err != nil {
			return gate.Locked{}, err
		}
		if key == k || key == "" && (len(locks.Keys()) == 1 || id.Name == filepath.Base(folder)) {
			fitting = append(fitting, k)
		}
	}
	if len(fitting) != 1 {
		return gate.Locked{}, usage.Errorf("which model is in %q? Name its key with --model: one of %s", folder, strings.Join(locks.Keys(), ", "))
	}
	id, err := lock.ParseKey(fitting[0])
	if err != nil {
		return gate.Locked{}, err
	}
	entry, _ := locks.Lookup(id)
	return entry, nil
}

func cached(ctx context.Context, cache *os.Root, key string, locks *lock.File) ([]gate.Evidence, error) {
	id, err := lock.ParseKey(key)
	if err != nil || id.Source != "hf" {
		return nil, err
	}
	entry, _ := locks.Lookup(id)
	folder := "models--" + strings.ReplaceAll(id.Key(), "/", "--")
	root, err := cache.OpenRoot(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, usage.Errorf("the cache: %w", err)
	}
	defer root.Close()
	snapshot := path.Join("snapshots", entry.Commit)
	if _, err := root.Stat(snapshot); err != nil {
		return nil, nil
	}
	fsys, err := fs.Sub(root.FS(), snapshot)
	if err != nil {
		return nil, err
	}
	facts, err := Folder(ctx, fsys, folder+"/"+snapshot, entry)
	return append(facts, refOf(root, folder, id, entry)...), err
}

// refOf states that the cache leads to another commit than the locked one, where the code
// asks for a branch or a tag: that is what is loaded offline.
func refOf(root *os.Root, folder string, id gate.ModelID, entry gate.Locked) []gate.Evidence {
	name := path.Join("refs", cmp.Or(id.Revision, "main"))
	f, err := root.Open(name)
	if err != nil {
		return nil // a commit, or nothing that is loaded by this name
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 256))
	commit := strings.TrimSpace(string(text))
	if err != nil || strings.EqualFold(commit, entry.Commit) {
		return nil
	}
	return []gate.Evidence{{Kind: gate.KindChecksum, At: gate.Location{Path: path.Join(folder, name)}, Data: gate.Checksum{
		Model: id.Key(), Registry: id.Source, Name: name, Want: entry.Commit, Got: commit, State: "differs", By: entry.At.Path,
	}}}
}
