package config

import (
	"strings"

	"github.com/modelgate/gate/internal/sourcefile"
	"github.com/modelgate/gate/internal/splice"
)

// readLines reads "key = value" and "key: value" under "[section]": the files of
// configparser, Java properties and the like. A dot in a key or section makes an object.
func readLines(text string, b *budget) ([]*node, error) {
	root := &node{kind: object}
	table := root
	b.left = min(b.left, maxKeys)
	for start, line := range sourcefile.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.ContainsRune("#;!", rune(trimmed[0])) {
			continue
		}
		if !b.take(1) {
			break
		}
		if trimmed[0] == '[' {
			table = &node{kind: object}
			root.insert(dotted(strings.Trim(trimmed, "[]")), start, table)
			continue
		}
		i := strings.IndexAny(line, "=:")
		if i < 0 {
			continue
		}
		key := strings.TrimSpace(line[:i])
		val, from := unquote(line[i+1:], start+i+1)
		if key != "" {
			table.insert(dotted(key), start, &node{val: splice.Plain(val, from)})
		}
	}
	return []*node{root}, nil
}

func dotted(key string) []string {
	keys := strings.Split(key, ".")
	return keys[:min(len(keys), maxDepth)]
}

// unquote trims a value and its quotes; at is its offset.
func unquote(s string, at int) (string, int) {
	trimmed := strings.TrimLeft(s, " \t")
	at += len(s) - len(trimmed)
	s = strings.TrimRight(trimmed, " \t\r\n")
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
			return s[1 : 1+end], at + 1
		}
	}
	if i := strings.Index(s, " #"); i >= 0 {
		s = strings.TrimRight(s[:i], " \t")
	}
	return s, at
}

// readEnv reads the lines "NAME=value" of a .env file.
func readEnv(text string) []setting {
	var out []setting
	for start, line := range sourcefile.Lines(text) {
		trimmed := strings.TrimLeft(line, " \t")
		start += len(line) - len(trimmed)
		if rest, ok := strings.CutPrefix(trimmed, "export "); ok {
			start += len("export ")
			trimmed = rest
		}
		i := strings.IndexByte(trimmed, '=')
		if i <= 0 || trimmed[0] == '#' {
			continue
		}
		val, from := unquote(trimmed[i+1:], start+i+1)
		out = append(out, setting{strings.TrimSpace(trimmed[:i]), splice.Plain(val, from)})
	}
	return out
}
