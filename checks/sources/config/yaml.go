package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/modelgate/gate/internal/splice"
)

// yamlReader builds trees from the nodes of YAML documents.
type yamlReader struct {
	raw    string // as it stands in the file
	masked string // with template expressions replaced
	lines  []int
	budget *budget
}

// readYAML reads all documents of a text. After an error it gives what came before, and
// the lines of "key: value" behind.
func readYAML(text string, b *budget) ([]*node, error) {
	r := &yamlReader{raw: text, masked: maskTemplates(text), lines: lineStarts(text), budget: b}
	decoder := yaml.NewDecoder(strings.NewReader(r.masked))
	var docs []*node
	for {
		var doc yaml.Node
		err := decoder.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			if len(docs) == 0 {
				docs = r.flat()
			}
			return docs, err
		}
		if n := r.tree(&doc, 0); n != nil {
			docs = append(docs, n)
		}
	}
}

func lineStarts(s string) []int {
	starts := []int{0}
	for i := range len(s) {
		if s[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// offset is the byte of a line and column, which counts characters.
func (r *yamlReader) offset(line, column int) int {
	if line < 1 || line > len(r.lines) {
		return len(r.raw)
	}
	at := r.lines[line-1]
	for ; column > 1 && at < len(r.masked) && r.masked[at] != '\n'; column-- {
		_, size := utf8.DecodeRuneInString(r.masked[at:])
		at += size
	}
	return at
}

func (r *yamlReader) tree(n *yaml.Node, depth int) *node {
	if n == nil || !r.budget.take(depth) {
		return nil
	}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) > 0 {
			return r.tree(n.Content[0], depth)
		}
	case yaml.AliasNode:
		return r.tree(n.Alias, depth+1)
	case yaml.SequenceNode:
		out := &node{kind: list}
		for _, c := range n.Content {
			if item := r.tree(c, depth+1); item != nil {
				out.items = append(out.items, item)
			}
		}
		return out
	case yaml.MappingNode:
		return r.mapping(n, depth)
	case yaml.ScalarNode:
		return &node{val: r.scalar(n), quoted: n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0}
	}
	return nil
}

func (r *yamlReader) mapping(n *yaml.Node, depth int) *node {
	out := &node{kind: object}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], r.tree(n.Content[i+1], depth+1)
		switch {
		case val == nil:
		case key.Value == "<<" && val.kind == object:
			out.fields = append(out.fields, val.fields...)
		case key.Value == "<<" && val.kind == list:
			for _, item := range val.items {
				out.fields = append(out.fields, item.fields...)
			}
		default:
			out.fields = append(out.fields, field{key.Value, r.offset(key.Line, key.Column), val})
		}
		if len(out.fields) > maxNodes {
			r.budget.spent = "entries"
			break
		}
	}
	return out
}

// scalar maps the text of a scalar to the file: the position of a block scalar is that
// of its "|", and no scalar has an end.
func (r *yamlReader) scalar(n *yaml.Node) splice.Text {
	at := r.offset(n.Line, n.Column)
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		if n.Line < len(r.lines) {
			at = r.lines[n.Line]
		} else {
			at = len(r.masked)
		}
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		at++
	}
	at = min(at, len(r.masked))
	rest := r.masked[at:]
	if strings.HasPrefix(rest, n.Value) {
		return splice.Plain(r.raw[at:at+len(n.Value)], at)
	}
	rest = rest[:min(len(rest), 4*len(n.Value)+4096)]
	return r.unmask(splice.Align(n.Value, rest, at))
}

// unmask puts template expressions back.
func (r *yamlReader) unmask(t splice.Text) splice.Text {
	if !strings.Contains(t.S, filler) {
		return t
	}
	b := []byte(t.S)
	for i, s := range t.Map {
		end := len(b)
		if i+1 < len(t.Map) {
			end = t.Map[i+1].From
		}
		if !s.Fixed && s.To+end-s.From <= len(r.raw) {
			copy(b[s.From:end], r.raw[s.To:])
		}
	}
	t.S = string(b)
	return t
}

// filler stands in masked text for three bytes of a template expression.
const filler = "\ue000"

// maskTemplates replaces the expressions of Helm and Jinja by text of the same length: a
// comment where a line holds nothing else, else a word.
func maskTemplates(s string) string {
	if !strings.Contains(s, "{{") && !strings.Contains(s, "{%") {
		return s
	}
	b := []byte(s)
	until, comment := 0, false // the lines that were judged last
	for _, span := range template.FindAllStringIndex(s, -1) {
		start, end := span[0], span[1]
		if end > until {
			until, comment = alone(s, start, end)
		}
		switch {
		case comment:
			for i := start; i < end; i++ {
				if b[i] > ' ' {
					b[i] = '#'
				}
			}
			continue
		case bytes.IndexByte(b[start:end], '\n') >= 0:
			continue
		}
		for ; start+3 <= end; start += 3 {
			copy(b[start:], filler)
		}
		for ; start < end; start++ {
			b[start] = '_'
		}
	}
	return string(b)
}

// alone gives the end of the lines of s[start:end], and tells that nothing but template
// expressions stands on them.
func alone(s string, start, end int) (int, bool) {
	line := strings.LastIndexByte(s[:start], '\n') + 1
	rest, _, _ := strings.Cut(s[end:], "\n")
	until := end + len(rest)
	return until, strings.TrimSpace(template.ReplaceAllString(s[line:until], "")) == ""
}

var template = regexp.MustCompile(`(?s)\{\{.*?\}\}|\{%.*?%\}`)

// flat reads the lines "key: value" of what is no YAML, each as an object of its own.
func (r *yamlReader) flat() []*node {
	out := &node{kind: list}
	for _, m := range keyValue.FindAllStringSubmatchIndex(r.raw, 20_000) {
		val := strings.TrimRight(r.raw[m[4]:m[5]], " \r")
		at := m[4]
		if len(val) > 1 && (val[0] == '"' || val[0] == '\'') && val[len(val)-1] == val[0] {
			val, at = val[1:len(val)-1], at+1
		}
		if !r.budget.take(1) {
			break
		}
		one := &node{kind: object}
		one.fields = []field{{r.raw[m[2]:m[3]], m[2], &node{val: splice.Plain(val, at)}}}
		out.items = append(out.items, one)
	}
	return []*node{out}
}

var keyValue = regexp.MustCompile(`(?m)^[ \t]*(?:- +)?["']?([A-Za-z_][\w.-]*)["']?[ \t]*:[ \t]+([^\s#{\[|>][^\n#]*)`)
