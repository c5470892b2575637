// Package suppression finds the comments that ask for a finding to be waived where it
// stands: "gate: ignore[rule-id] reason". The policy decides which of them count.
package suppression

import (
	"bytes"
	"context"
	"path"
	"strings"

	"github.com/modelgate/gate"
)

// Finder finds comments that waive.
type Finder struct{}

const kindIgnore gate.Kind = "policy.ignore"

// ignore is the data of kindIgnore.
type ignore struct {
	Rules  []string `json:"rules"`
	Reason string   `json:"reason"`
	Alone  bool     `json:"alone"` // nothing else stands on the line
	// Line is the one that is meant, the next where the comment stands alone. Zero says
	// that there is none, or that the file puts several lines of a cell on one.
	Line int `json:"line"`
}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name:      "suppression",
		Doc:       "Finds comments that waive a rule in the line where they stand.",
		Languages: []string{"python", "shell", "javascript", "yaml", "dockerfile"},
		Emits:     map[gate.Kind]any{kindIgnore: ignore{}},
	}
}

const (
	hash  = "#"
	slash = "//"
	page  = "<!-- //"
)

// marks are what begins a comment, by the endings of file names.
var marks = map[string]string{
	".py": hash, ".pyw": hash, ".pyi": hash, ".pyx": hash,
	".sh": hash, ".bash": hash, ".zsh": hash, ".ksh": hash, ".slurm": hash, ".sbatch": hash, ".command": hash,
	".yaml": hash, ".yml": hash, ".toml": hash, ".properties": hash, ".env": hash, ".dvc": hash, ".mk": hash,
	".tpl": hash, ".gotmpl": hash, ".j2": hash, ".modelfile": hash,
	".cfg": "# ;", ".ini": "# ;", ".conf": "# ;",
	".go": slash, ".rs": slash, ".java": slash, ".kt": slash, ".kts": slash, ".scala": slash, ".groovy": slash,
	".js": slash, ".mjs": slash, ".cjs": slash, ".jsx": slash, ".ts": slash, ".mts": slash, ".cts": slash, ".tsx": slash,
	".jsonc": slash, ".json5": slash, ".html": page, ".htm": page, ".svelte": page, ".vue": page, ".astro": page,
}

// named are files with "#" by how their names begin, or end behind a dot.
var named = strings.Fields("dockerfile containerfile makefile gnumakefile modelfile justfile procfile kitfile pipfile .env .bashrc .profile")

// marksOf are what begins a comment in a file, or nothing where it is no source or has no
// comments. A document that shows such a comment waives nothing.
func marksOf(p string, head []byte) []string {
	base := strings.ToLower(path.Base(p))
	ext := path.Ext(base)
	if m, ok := marks[ext]; ok {
		return strings.Fields(m)
	}
	for _, name := range named {
		if strings.HasPrefix(base, name) || strings.HasSuffix(base, "."+name) {
			return []string{hash}
		}
	}
	pip := (ext == ".txt" || ext == ".in") && (strings.HasPrefix(base, "requirements") || strings.HasPrefix(base, "constraints"))
	if pip || bytes.HasPrefix(head, []byte("#!")) {
		return []string{hash}
	}
	return nil
}

// Wants takes the sources that the other finders search and that have comments.
func (Finder) Wants(p string, head []byte) bool { return len(marksOf(p, head)) > 0 }

const (
	opening   = "gate: ignore["
	maxRules  = 32
	maxReason = 500
)

// Find states each comment. Text inside of a file is read with the file, but for the cells
// of a notebook, whose lines are strings there.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	cell := strings.HasSuffix(strings.ToLower(src.Path), ".ipynb")
	if cell != (src.Language != "") || !bytes.Contains(src.Text, []byte(opening)) {
		return
	}
	f := finding{src: src, marks: []string{hash, slash}}
	if !cell {
		f.marks = marksOf(src.Path, src.Text)
	}
	for line := range bytes.Lines(src.Text) {
		f.starts = append(f.starts, f.end)
		f.end += len(line)
	}
	for i, start := range f.starts {
		if ctx.Err() != nil {
			return
		}
		text := string(src.Text[start:f.after(i)])
		if mark, at, ok := f.comment(text); ok {
			fact := read(text[at:])
			fact.Alone = strings.TrimSpace(text[:at-len(mark)]) == ""
			fact.Line = f.line(i, fact.Alone)
			from := start + at - len(mark)
			out.Emit(kindIgnore, src.At(from, start+len(strings.TrimRight(text, "\r\n"))), fact)
		}
	}
}

// finding is the work on one text.
type finding struct {
	src    *gate.Source
	marks  []string
	starts []int // offsets of the lines
	end    int
}

func (f *finding) after(i int) int {
	if i+1 < len(f.starts) {
		return f.starts[i+1]
	}
	return f.end
}

// comment looks for a comment that begins with the opening, and gives its mark and the
// offset behind it.
func (f *finding) comment(line string) (mark string, at int, ok bool) {
	i := strings.Index(line, opening)
	if i < 0 {
		return "", 0, false
	}
	before := strings.TrimRight(line[:i], " \t")
	for _, m := range f.marks {
		if strings.HasSuffix(before, m) {
			return m, len(before), true
		}
	}
	return "", 0, false
}

// read takes a comment behind its mark apart.
func read(text string) ignore {
	_, text, _ = strings.Cut(text, opening)
	list, reason, closed := strings.Cut(text, "]")
	fact := ignore{Rules: []string{}}
	if !closed {
		return fact
	}
	for _, id := range strings.SplitN(list, ",", maxRules+1) {
		if id = clean(id, 100); id != "" && len(fact.Rules) < maxRules {
			fact.Rules = append(fact.Rules, id)
		}
	}
	reason = strings.TrimSuffix(strings.TrimSpace(reason), "-->")
	fact.Reason = clean(strings.TrimLeft(reason, " \t:-"), maxReason)
	return fact
}

func clean(s string, limit int) string {
	s = strings.TrimSpace(s)
	return strings.ToValidUTF8(s[:min(len(s), limit)], "")
}

// line is the line of the outermost file that a comment in line i means. Where that file
// has a neighbour on the same line, findings there cannot be told apart.
func (f *finding) line(i int, alone bool) int {
	if alone {
		i++
	}
	if i >= len(f.starts) {
		return 0
	}
	line := f.outer(i)
	if i > 0 && f.outer(i-1) == line || i+1 < len(f.starts) && f.outer(i+1) == line {
		return 0
	}
	return line
}

func (f *finding) outer(i int) int { return f.src.At(f.starts[i], f.starts[i]).Line }
