// Package verify compares the files of a model on disk with its entry in the lock: every
// byte is hashed, on all cores.
package verify

import (
	"context"
	"crypto/sha1" // git names blobs by it
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/modelgate/gate"
)

// maxFiles bounds the files of a folder.
const maxFiles = 100_000

// Folder compares the files of a folder with the lock. Locations begin with prefix. Its
// error says that the folder cannot be listed or that the context ended.
func Folder(ctx context.Context, fsys fs.FS, prefix string, l gate.Locked) ([]gate.Evidence, error) {
	names, err := list(ctx, fsys)
	if err != nil {
		return nil, err
	}
	v := &verifier{fsys: fsys, prefix: prefix, locked: map[string]gate.LockedFile{}, entry: l}
	for _, f := range l.Files {
		v.locked[f.Path] = f
		if f.Excluded == "" {
			names = append(names, f.Path)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	out := make([]gate.Evidence, len(names))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(len(names), runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(names) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				out[i] = v.file(ctx, names[i])
			}
		})
	}
	wg.Wait()
	return out, ctx.Err()
}

// list has the files of a folder, but for what the clients of the Hub keep in it.
func list(ctx context.Context, fsys fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return err
		case d.IsDir():
			if p == ".git" || p == ".cache" {
				return fs.SkipDir
			}
			return nil
		case len(names) >= maxFiles:
			return fmt.Errorf("the folder has more than %d files", maxFiles)
		}
		names = append(names, p)
		return nil
	})
	return names, err
}

type verifier struct {
	fsys   fs.FS
	prefix string
	entry  gate.Locked
	locked map[string]gate.LockedFile
}

// file states how a file compares with the lock. One that cannot be read is unfinished
// work.
func (v *verifier) file(ctx context.Context, name string) gate.Evidence {
	at := gate.Location{Path: strings.ReplaceAll(path.Join(v.prefix, name), "!", "%21")}
	want, known := v.locked[name]
	registry, model, _ := strings.Cut(v.entry.Key, ":")
	model, _, _ = strings.Cut(model, "@")
	fact := gate.Checksum{Model: model, Registry: registry, Name: name, Want: want.SHA256, State: "extra", By: v.entry.At.Path}
	sum := sha256.New
	if known && fact.Want == "" {
		fact.Want, sum = want.Git, nil
	}
	got, err := v.digest(ctx, name, sum)
	switch {
	case errors.Is(err, fs.ErrNotExist) && known: // else it is a link to nothing
		fact.State = "missing"
	case err != nil:
		return gate.Evidence{Kind: gate.KindIncomplete, At: at, Data: gate.Incomplete{Reason: "cannot be read: " + err.Error()}}
	case known && got == strings.ToLower(fact.Want):
		fact.State = "same"
	case known:
		fact.State = "differs"
	}
	fact.Got = got
	return gate.Evidence{Kind: gate.KindChecksum, At: at, Data: fact}
}

// digest is that of a file: by a hash, or as git names it where there is none.
func (v *verifier) digest(ctx context.Context, name string, sum func() hash.Hash) (string, error) {
	info, err := fs.Stat(v.fsys, name)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() { // to open a pipe would wait for its other end
		return "", errors.New("it is not a file")
	}
	f, err := v.fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return "", err
	}
	var h hash.Hash
	if sum != nil {
		h = sum()
	} else {
		h = sha1.New()
		fmt.Fprintf(h, "blob %d\x00", info.Size())
	}
	if _, err := io.CopyBuffer(h, bounded{ctx, f}, make([]byte, 1<<20)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// bounded stops reading when its context ends.
type bounded struct {
	ctx context.Context
	io.Reader
}

// Read implements io.Reader.
func (b bounded) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.Reader.Read(p)
}
