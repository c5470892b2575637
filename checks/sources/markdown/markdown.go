// Package markdown hands back the fenced blocks of Markdown whose language is known, so
// that the commands and configurations that a document tells its reader to use are read
// as what they are; prose and links are not. Fences are those of spec.commonmark.org.
package markdown

import (
	"context"
	"path"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/pysyntax"
	"github.com/modelgate/gate/internal/sourcefile"
	"github.com/modelgate/gate/internal/splice"
)

// Finder finds code in Markdown documents and notebook cells.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name:      "markdown",
		Doc:       "Hands the fenced code of Markdown documents to the finders of its language.",
		Languages: []string{"md"},
	}
}

// Wants takes files by their names.
func (Finder) Wants(p string, head []byte) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".md", ".mdx", ".markdown", ".qmd", ".rmd":
		return true
	}
	return false
}

// languages are the info strings of fences, and the language that they name.
var languages = map[string]string{
	"bash": "shell", "sh": "shell", "shell": "shell", "zsh": "shell", "console": "shell", "shell-session": "shell", "shellsession": "shell",
	"python": "python", "py": "python", "python3": "python", "pycon": "python",
	"yaml": "yaml", "yml": "yaml", "json": "json", "jsonc": "json", "toml": "toml",
	"dockerfile": "dockerfile", "docker": "dockerfile", "modelfile": "modelfile", "makefile": "makefile", "make": "makefile",
	"javascript": "javascript", "js": "javascript", "jsx": "javascript", "ts": "javascript", "tsx": "javascript", "typescript": "javascript",
	"rust": "rust", "rs": "rust", "java": "java", "kotlin": "java",
}

// Find walks the lines; the indent of a fence is removed from the lines of its block.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	f := document{File: sourcefile.File{Finder: "markdown", Src: src, Out: out}}
	defer f.program()
	var block splice.Builder
	fence, indent, language := "", 0, ""
	for start, line := range sourcefile.Lines(string(src.Text)) {
		if ctx.Err() != nil {
			return
		}
		text := strings.TrimLeft(line, " \t>")
		if fence == "" {
			if fence = opening(text); fence != "" {
				indent = len(line) - len(text)
				language = info(text[len(fence):])
				block = splice.Builder{}
			}
			continue
		}
		if strings.HasPrefix(text, fence) && strings.Trim(strings.TrimSpace(text), fence[:1]) == "" {
			if language != "" {
				f.block(language, block.Text())
			}
			fence = ""
			continue
		}
		if language == "" {
			continue
		}
		cut := min(indent, len(line)-len(strings.TrimLeft(line, " \t>")))
		if language == "shell" || language == "python" {
			cut += prompt(line[cut:])
		}
		block.Copy(line[cut:], start+cut)
	}
}

// document is a file, and its blocks of Python.
type document struct {
	sourcefile.File
	python []splice.Text
}

func (d *document) block(language string, t splice.Text) {
	if language != "python" {
		d.Embed(language, t)
		return
	}
	d.python = append(d.python, t)
}

// program hands the blocks of Python back as one program, since a later one uses the names
// of those before it; one in which something is left open, which would change what
// follows, by itself.
func (d *document) program() {
	var all splice.Builder
	for _, t := range d.python {
		if len(d.python) > 1 && len(pysyntax.Parse([]byte(t.S)).Errors) > 0 {
			d.Embed("python", t)
			continue
		}
		all.Append(t)
	}
	d.Embed("python", all.Text())
}

// opening is the fence with which a line begins.
func opening(s string) string {
	for _, c := range []string{"`", "~"} {
		if n := len(s) - len(strings.TrimLeft(s, c)); n >= 3 {
			return s[:n]
		}
	}
	return ""
}

// info is the language of a fence: "```yaml title=x", "```{python}".
func info(s string) string {
	s = strings.Trim(strings.TrimSpace(s), "{}")
	end := strings.IndexAny(s, " ,:{}")
	if end >= 0 {
		s = s[:end]
	}
	return languages[strings.ToLower(strings.TrimPrefix(s, "."))]
}

// prompt is the length of "$ " or ">>> " before a command.
func prompt(s string) int {
	for _, p := range []string{"$ ", ">>> ", "... ", "% "} {
		if strings.HasPrefix(s, p) {
			return len(p)
		}
	}
	return 0
}
