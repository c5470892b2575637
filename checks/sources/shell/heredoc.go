package shell

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/modelgate/gate/internal/splice"
)

// heredocs hands back what stands in the heredocs of a statement.
func (w *walker) heredocs(s *syntax.Stmt, target string) {
	for _, r := range s.Redirs {
		if r.Op == syntax.WordHdoc && checks(name(s)) {
			w.checked(w.word(r.Word)[0].S)
		}
		if r.Hdoc == nil {
			continue
		}
		body := w.parts(r.Hdoc.Parts, true)[0]
		if checks(name(s)) {
			w.checked(body.S)
		}
		if language := w.reader(s, target, body.S); language != "" {
			t := restore(body.Text, w.src.Text)
			w.out.Embed(language, []byte(t.S), t.Map)
		}
	}
}

// restore puts the text of the script back where a value is not known, so that the
// reader of the heredoc sees a template.
func restore(t splice.Text, raw []byte) splice.Text {
	if !strings.Contains(t.S, unknown) {
		return t
	}
	var b splice.Builder
	for i := 0; i < len(t.S); {
		k := strings.Index(t.S[i:], unknown)
		if k < 0 {
			k = len(t.S) - i
		}
		b.Append(t.Slice(i, i+k))
		i += k
		if i < len(t.S) {
			at := t.Map.Outer(i)
			b.Fixed(expression(raw, at), at)
			i++
		}
	}
	return b.Text()
}

// expression is the source of the expansion at an offset.
func expression(raw []byte, at int) string {
	if at >= len(raw) || raw[at] != '$' && raw[at] != '{' && raw[at] != '`' {
		return "${?}"
	}
	rest := string(raw[at:min(len(raw), at+256)])
	if strings.HasPrefix(rest, "{{") || strings.HasPrefix(rest, "${{") {
		if i := strings.Index(rest, "}}"); i > 0 {
			return rest[:i+2]
		}
	}
	if strings.HasPrefix(rest, "${") {
		if i := strings.IndexByte(rest, '}'); i > 0 && !strings.ContainsAny(rest[:i], "\"'\n") {
			return rest[:i+1]
		}
		return "${?}"
	}
	n := 1
	for n < len(rest) && (rest[n] == '_' || '0' <= rest[n] && rest[n] <= '9' || 'A' <= rest[n] && rest[n] <= 'Z' || 'a' <= rest[n] && rest[n] <= 'z') {
		n++
	}
	if n == 1 {
		return "${?}"
	}
	return rest[:n]
}

// reader is the language in which the reader of a heredoc takes it: by the file that it
// is written to, by the command, by the command behind the pipe, or by its first words.
func (w *walker) reader(s *syntax.Stmt, target, body string) string {
	command := name(s)
	for _, r := range s.Redirs {
		if r.Hdoc == nil && r.Word != nil && strings.HasPrefix(r.Op.String(), ">") {
			if l := byFile(w.word(r.Word)[0].S); l != "" {
				return l
			}
		}
	}
	for _, c := range []string{target, command} {
		words := strings.Fields(c)
		if len(words) == 0 {
			continue
		}
		for _, word := range words {
			switch base := path.Base(word); {
			case strings.HasPrefix(base, "python"), base == "ipython":
				return "python"
			case base == "bash", base == "sh", base == "ssh", base == "zsh":
				return "shell"
			case base == "kubectl", base == "helm", base == "oc", base == "docker-compose", base == "compose", base == "kustomize":
				return "yaml"
			}
		}
		if words[0] == "tee" || words[0] == "sudo" {
			if l := byFile(words[len(words)-1]); l != "" {
				return l
			}
		}
	}
	if strings.Contains(body, "apiVersion:") {
		return "yaml"
	}
	return ""
}

// byFile is the language of a file that a script writes.
func byFile(p string) string {
	base := strings.ToLower(path.Base(p))
	switch path.Ext(base) {
	case ".py":
		return "python"
	case ".sh", ".bash":
		return "shell"
	case ".yaml", ".yml":
		return "yaml"
	case ".json":
		return "json"
	case ".toml":
		return "toml"
	case ".env":
		return "env"
	}
	switch {
	case strings.HasPrefix(base, "dockerfile"):
		return "dockerfile"
	case strings.HasPrefix(base, "modelfile"):
		return "modelfile"
	}
	return ""
}
