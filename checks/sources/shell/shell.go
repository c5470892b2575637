// Package shell finds the models that shell scripts fetch and serve: the ids in the
// arguments of commands, in variables and in environment assignments, with what stands
// inside heredocs and "-c" handed back. The syntax is that of mvdan.cc/sh.
package shell

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/sourcefile"
)

const (
	maxText  = 1 << 20 // bytes of one script
	maxDepth = 2000    // nested constructs: the parser recurses on them
	maxStops = 20      // errors after which a script is taken up again
)

// Finder finds models in shell scripts and in commands embedded in other files.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name:      "shell",
		Doc:       "Finds models that shell commands download, serve or name in the environment.",
		Languages: []string{"sh", "bash", "zsh", "console"},
		Emits: map[gate.Kind]any{
			gate.KindLoad:       gate.Load{},
			gate.KindUnparsed:   gate.Unparsed{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// Wants takes files named or begun as scripts.
func (Finder) Wants(p string, head []byte) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".sh", ".bash", ".zsh", ".ksh", ".slurm", ".sbatch", ".command":
		return true
	}
	switch path.Base(p) {
	case "justfile", "Justfile", "Procfile", ".envrc", ".bashrc", ".profile":
		return true
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return bytes.HasPrefix(line, []byte("#!")) && shebang(string(line))
}

func shebang(line string) bool {
	for _, f := range strings.Fields(strings.TrimPrefix(line, "#!")) {
		switch path.Base(f) {
		case "sh", "bash", "dash", "zsh", "ksh", "ash":
			return true
		}
	}
	return false
}

// Find walks the statements of a script in order.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	if !sourcefile.Mentions(bytes.ToLower(src.Text), triggers...) {
		return
	}
	file := sourcefile.File{Finder: "shell", Src: src, Out: out}
	if len(src.Text) > maxText {
		file.Unread("the script is longer than what is parsed", "bytes", maxText)
		return
	}
	text, masks := mask(string(src.Text))
	place := modelid.ContextOf(src.Path)
	if place == gate.InDoc {
		text = blanks.ReplaceAllStringFunc(text, hide)
	}
	if depth(text) > maxDepth {
		file.Unread("the script nests deeper than what is parsed", "depth", maxDepth)
		return
	}
	w := &walker{ctx: ctx, src: src, out: out, text: text, masks: masks,
		vars: map[string]variable{}, place: place, seen: map[string]bool{}, exported: map[string]bool{}, digests: map[string]string{}}
	w.script()
}

// triggers are the words without which no command, option or value that this package
// knows can stand in a text.
var triggers = []string{
	"model", "huggingface", "hf", "ollama", "vllm", "spacy",
	"trust", "pretrained", "://", "kaggle", "litgpt", "tune",
	"lora", "adapter", "tokenizer", "llm", "load(", "pickle",
	"whisper", "kit ", "oras", "torch", "_core_", "checkpoint",
	"numpy", "keras", "tensorflow",
}

// script parses the text, and after an error the lines that follow it.
func (w *walker) script() {
	text := w.text
	for stop := 0; ; stop++ {
		parser := syntax.NewParser(syntax.RecoverErrors(5), syntax.Variant(syntax.LangBash))
		file, err := parser.Parse(strings.NewReader(text), "")
		if file != nil {
			w.stmts(file.Stmts, "")
		}
		if err == nil || w.ctx.Err() != nil {
			break
		}
		next := after(text, err)
		if stop == 0 && w.place != gate.InDoc {
			w.out.Emit(gate.KindUnparsed, w.src.At(0, 0), gate.Unparsed{Language: "shell", Reason: reason(err)})
		}
		if next >= len(text) || stop == maxStops {
			break
		}
		text = blank(text[:next]) + text[next:]
	}
	w.later()
}

// after is the offset of the line behind a syntax error.
func after(text string, err error) int {
	at := 0
	switch e := err.(type) {
	case syntax.ParseError:
		at = int(e.Pos.Offset())
	case syntax.LangError:
		at = int(e.Pos.Offset())
	}
	first := len(text) - len(strings.TrimLeft(text, " \t\r\n"))
	at = min(max(at, first), len(text))
	if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

func reason(err error) string {
	switch e := err.(type) {
	case syntax.ParseError:
		return fmt.Sprintf("line %d: %q", e.Pos.Line(), e.Text)
	case syntax.LangError:
		return fmt.Sprintf("line %d: not the syntax of bash", e.Pos.Line())
	}
	return "not the syntax of bash"
}

// blank keeps only the line breaks of a text.
func blank(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c != '\n' {
			b[i] = ' '
		}
	}
	return string(b)
}

// hole stands for each byte of a template expression, which is not known here.
const hole = '\x01'

// mask replaces "${{ … }}" and "{{ … }}" of templates by holes of the same length. Keys
// of the map are their offsets; values are the expressions.
func mask(s string) (string, map[int]string) {
	masks := map[int]string{}
	b := []byte(strings.NewReplacer("\x00", " ", "\x01", " ").Replace(s))
	for i := 0; i < len(b); {
		k := strings.Index(s[i:], "{{")
		if k < 0 {
			break
		}
		start := i + k
		end := strings.Index(s[start:], "}}")
		if end < 0 {
			break
		}
		end += start + 2
		expr := strings.TrimSpace(s[start+2 : end-2])
		if start > 0 && s[start-1] == '$' {
			start--
		}
		if !strings.Contains(expr, "\n") {
			masks[start] = expr
			for j := start; j < end; j++ {
				b[j] = hole
			}
		}
		i = end
	}
	return string(b), masks
}

// blanks are what a document leaves for its reader to fill in: "--model <your model>".
var blanks = regexp.MustCompile(`(?m)(^|[\s="'/:@])<[A-Za-z]([\w ./:-]*\w)?>($|[\s"'/:,)])`)

func hide(match string) string {
	from, to := strings.IndexByte(match, '<'), strings.IndexByte(match, '>')+1
	return match[:from] + strings.Repeat(string(rune(hole)), to-from) + match[to:]
}

// depth bounds from above how deep constructs of a text nest.
func depth(s string) int {
	now, deepest, word := 0, 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && 'a' <= s[i] && s[i] <= 'z' {
			continue
		}
		switch s[word:i] {
		case "if", "while", "until", "for", "case", "select", "time", "coproc":
			now++
		case "fi", "done", "esac":
			now = max(0, now-1)
		}
		word = i + 1
		if i == len(s) {
			break
		}
		switch s[i] {
		case '(', '{', '`', '[':
			now++
		case ')', '}', ']':
			now = max(0, now-1)
		case '\n':
			if i > 0 && s[i-1] == '\n' {
				now = max(0, now-1) // words of comments have no end
			}
		}
		deepest = max(deepest, now)
	}
	return deepest
}
