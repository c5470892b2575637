// Command docs writes the generated part of docs/ from what the code and the rules say
// of themselves: a page for each rule with its real example, the formats, the sentences
// of a policy, the standards: docs ROOT.
package main

import (
	"fmt"
	"log"
	"os"
	"path"
	"path/filepath"
)

//go:generate go run . ../../..
//go:generate go test -run TestTranscripts . -update

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: docs ROOT")
	}
	if err := write(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// write replaces the generated files under root.
func write(root string) error {
	pages, err := generate(os.DirFS(root))
	if err != nil {
		return err
	}
	stale, err := written(os.DirFS(root))
	if err != nil {
		return err
	}
	for _, name := range stale {
		if _, ok := pages[name]; !ok {
			if err := os.Remove(filepath.Join(root, filepath.FromSlash(name))); err != nil {
				return fmt.Errorf("removing a page that has no rule: %w", err)
			}
		}
	}
	for name, text := range pages {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return fmt.Errorf("writing the pages: %w", err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return fmt.Errorf("writing %s: %w", path.Base(name), err)
		}
	}
	return nil
}
