// Package place finds the files of places: the path of a place in evidence escapes what
// parts the entries of containers and the registries from the rest.
package place

import (
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// Outermost is the file itself of a place, without the entry of a container.
func Outermost(place string) string {
	outer, _, _ := strings.Cut(place, "!")
	return outer
}

// Of is the path of a file as places have it: there "!" parts the entries of containers,
// and a colon in the first part is that of a registry.
func Of(path string) string {
	first, rest, more := strings.Cut(path, "/")
	first = strings.ReplaceAll(first, ":", "%3A")
	if more {
		first += "/" + rest
	}
	return strings.ReplaceAll(first, "!", "%21")
}

// Names are the files that have a place: more than one where a name looks escaped already.
func Names(place string) []string {
	plain := strings.NewReplacer("%21", "!", "%3A", ":").Replace(place)
	if plain == place {
		return []string{place}
	}
	return []string{place, plain}
}

// Text is the file that has a place, or nothing where that is not one.
func Text(fsys fs.FS, place string) []byte {
	var found [][]byte
	for _, name := range Names(place) {
		if t, err := Read(fsys, name); err == nil {
			found = append(found, t)
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

// Exists tells whether there is a file that has a place.
func Exists(fsys fs.FS, place string) bool {
	return slices.ContainsFunc(Names(place), func(name string) bool {
		_, err := fs.Stat(fsys, name)
		return err == nil
	})
}

// maxRead bounds the files that are read whole: sources, and what configures the gate.
const maxRead = 32 << 20

// Read reads a file whole, if it is not too large for that.
func Read(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxRead+1))
	if err == nil && len(text) > maxRead {
		err = fmt.Errorf("%q is larger than %d bytes", name, maxRead)
	}
	return text, err
}
