package checksum

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// entry is a line of a list.
type entry struct {
	digest, name string
	line         int
}

// maxEntries bounds the lines of a list.
const maxEntries = 10_000

var (
	plain  = regexp.MustCompile(`^([0-9a-fA-F]{64})(?:[ \t]+\*?(.*))?$`)
	tagged = regexp.MustCompile(`^SHA256 ?\((.*)\) ?= ?([0-9a-fA-F]{64})$`)
)

// parse reads the lines "digest  name" and "SHA256 (name) = digest". A list that is named
// after one file, name.sha256, may have its digest alone. The entries that are returned
// with an error are those before it.
func parse(text, list string) ([]entry, error) {
	var out []entry
	known := map[string]string{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n \t")
		if line == "" || line[0] == '#' {
			continue
		}
		e := entry{line: number}
		if m := tagged.FindStringSubmatch(line); m != nil {
			e.name, e.digest = m[1], strings.ToLower(m[2])
		} else if m := plain.FindStringSubmatch(line); m != nil {
			e.digest, e.name = strings.ToLower(m[1]), m[2]
		} else {
			return out, fmt.Errorf("line %d is no digest with a name", number)
		}
		if e.name == "" {
			e.name = subject(list)
		}
		e.name = strings.TrimPrefix(e.name, "./")
		if why := unsafe(e.name); why != "" {
			return out, fmt.Errorf("line %d names %.80q, which %s", number, e.name, why)
		}
		if before, ok := known[e.name]; ok && before != e.digest {
			return out, fmt.Errorf("line %d gives %.80q another digest than a line before", number, e.name)
		}
		if len(out) == maxEntries {
			return out, fmt.Errorf("more than %d lines", maxEntries)
		}
		known[e.name] = e.digest
		out = append(out, e)
	}
	return out, nil
}

// subject is the file after which a list is named, or nothing.
func subject(list string) string {
	for _, suffix := range []string{".sha256", ".sha256sum"} {
		if stem := list[:max(0, len(list)-len(suffix))]; strings.EqualFold(list[len(stem):], suffix) {
			return stem
		}
	}
	return ""
}

// unsafe says why a name is none of a file below the folder of the list, or nothing.
func unsafe(name string) string {
	switch {
	case name == "":
		return "is empty"
	case len(name) > 1024:
		return "is too long"
	case strings.ContainsFunc(name, unicode.IsControl):
		return "has a control character"
	case strings.ContainsAny(name, `\:`):
		return "is no portable path"
	case strings.HasPrefix(name, "/"):
		return "is absolute"
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." || part == "." || part == "" {
			return "leaves the folder or is not plain"
		}
	}
	return ""
}
