package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/modelgate/gate/internal/hub/hubtest"
)

// created is when the models of -repo were made; their commits are a day apart.
var created = time.Date(2024, 7, 14, 22, 20, 15, 0, time.UTC)

// build is what the flags put into a Hub beside the world.
type build struct {
	large  int64
	repos  []repo
	moves  [][2]string
	tokens [][2]string
}

type repo struct {
	name string
	dirs []string
}

func (b *build) addRepo(s string) error {
	name, dirs, ok := strings.Cut(s, "=")
	if !ok || strings.Count(name, "/") != 1 {
		return fmt.Errorf("want NAME=DIR[,DIR...]")
	}
	b.repos = append(b.repos, repo{name, strings.Split(dirs, ",")})
	return nil
}

func (b *build) addMove(s string) error  { return pair(&b.moves, s) }
func (b *build) addToken(s string) error { return pair(&b.tokens, s) }

func pair(list *[][2]string, s string) error {
	left, right, ok := strings.Cut(s, "=")
	if !ok {
		return fmt.Errorf("want two names with = between them")
	}
	*list = append(*list, [2]string{left, right})
	return nil
}

func (b *build) fill(hub *hubtest.Hub) error {
	hubtest.World(hub)
	for _, r := range b.repos {
		made := hub.Repo(r.name, hubtest.Repo{Created: created})
		for i, dir := range r.dirs {
			files, err := b.read(dir)
			if err != nil {
				return fmt.Errorf("read commit %d of %s: %w", i+1, r.name, err)
			}
			made.Commit(fmt.Sprintf("commit %d", i+1), created.AddDate(0, 0, i), files)
		}
	}
	for _, m := range b.moves {
		if hub.Find(m[1]) == nil {
			return fmt.Errorf("-move %s=%s: there is no %s", m[0], m[1], m[1])
		}
		hub.Alias(m[0], m[1])
	}
	for _, t := range b.tokens {
		hub.Token(t[0], t[1])
	}
	return nil
}

// read takes the files of a directory. The models, large by their kind, are in the storage.
func (b *build) read(dir string) (map[string]hubtest.File, error) {
	files := map[string]hubtest.File{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		file := hubtest.Bytes(data)
		if int64(len(data)) >= b.large || stored(name) {
			file = hubtest.LFS(data)
		}
		files[filepath.ToSlash(name)] = file
		return nil
	})
	return files, err
}

// stored tells whether the Hub keeps a file in its storage whatever its size.
func stored(name string) bool {
	switch filepath.Ext(name) {
	case ".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy", ".npz", ".h5", ".keras",
		".onnx", ".tflite", ".gguf", ".zip", ".tar", ".gz", ".model", ".msgpack", ".parquet", ".pb":
		return true
	}
	return false
}
