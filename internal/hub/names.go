package hub

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// The bounds of the name of a file: what common file systems take.
const (
	maxPath    = 1024
	maxElement = 255
	maxLevels  = 64
)

// SafeName tells what keeps the name of a repository's file from being a path below a
// folder. It applies the rules of POSIX and of Windows on every system, since what is
// checked on one is used on another, and refuses what would be read as something of git
// or of the Hub's own cache.
func SafeName(name string) error {
	if err := plainPath(name); err != nil {
		return err
	}
	if len(name) > maxPath {
		return fmt.Errorf("it has more than %d bytes", maxPath)
	}
	if strings.ContainsAny(name, `:<>"|?*`) {
		return errors.New(`it has one of : < > " | ? *, which Windows reads as something else`)
	}
	elements := strings.Split(name, "/")
	if len(elements) > maxLevels {
		return fmt.Errorf("it is more than %d folders deep", maxLevels)
	}
	for _, e := range elements {
		if err := safeElement(e); err != nil {
			return err
		}
	}
	return nil
}

// plainPath tells what keeps a name from being a relative path without detours.
func plainPath(name string) error {
	switch {
	case name == "":
		return errors.New("it is empty")
	case !utf8.ValidString(name):
		return errors.New("it is no UTF-8")
	case name[0] == '/':
		return errors.New("it is an absolute path")
	case strings.Contains(name, `\`):
		return errors.New("it has a backslash, which Windows reads as a slash")
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }):
		return errors.New("it has a control character")
	}
	for e := range strings.SplitSeq(name, "/") {
		if e == "" || e == "." || e == ".." {
			return fmt.Errorf("it has the element %q", e)
		}
	}
	return nil
}

func safeElement(e string) error {
	base, _, _ := strings.Cut(e, ".")
	switch last := e[len(e)-1]; {
	case len(e) > maxElement:
		return fmt.Errorf("a part of it has more than %d bytes", maxElement)
	case last == '.' || last == ' ':
		return errors.New("a part of it ends with a dot or a space, which Windows removes")
	case reserved[strings.ToUpper(strings.TrimRight(base, " "))]:
		return fmt.Errorf("%q is a device on Windows", e)
	case strings.EqualFold(e, ".git") || strings.EqualFold(e, ".cache"):
		return fmt.Errorf("it has the folder %q, which belongs to git or to the Hub's clients", e)
	}
	return nil
}

// reserved are the names of devices on Windows, with any extension.
var reserved = devices()

func devices() map[string]bool {
	names := map[string]bool{"CON": true, "PRN": true, "AUX": true, "NUL": true, "CONIN$": true, "CONOUT$": true, "CLOCK$": true}
	for _, n := range []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³"} {
		names["COM"+n], names["LPT"+n] = true, true
	}
	return names
}

// Collisions are the groups of names that are one file on a file system that folds case or
// normalises Unicode, or that need one name to be a file and a folder. The lists are
// sorted.
func Collisions(names []string) [][]string {
	type place struct {
		spelling string
		folder   bool
	}
	first := map[string]place{} // by folded path
	groups := map[string][]string{}
	owner := map[string]string{} // a name that needs the folded path
	fold := cases.Fold()
	for _, name := range names {
		for _, end := range ends(name) {
			spelling := name[:end]
			key := norm.NFC.String(fold.String(norm.NFC.String(spelling)))
			here := place{spelling, end < len(name)}
			before, known := first[key]
			if !known {
				first[key], owner[key] = here, name
				continue
			}
			if before == here && here.folder {
				continue
			}
			groups[key] = append(groups[key], owner[key], name)
		}
	}
	var out [][]string
	for _, g := range groups {
		slices.Sort(g)
		out = append(out, slices.Compact(g))
	}
	slices.SortFunc(out, slices.Compare)
	return slices.CompactFunc(out, slices.Equal)
}

// ends are the lengths of a path and of the folders above it.
func ends(name string) []int {
	var out []int
	for i := range len(name) {
		if name[i] == '/' {
			out = append(out, i)
		}
	}
	return append(out, len(name))
}
