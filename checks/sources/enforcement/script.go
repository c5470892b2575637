package enforcement

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/modelgate/gate/internal/tokens"
)

// maxScript is the length of the longest script that is parsed, and maxNesting how many
// constructs it may open, since the parser recurses.
const (
	maxScript  = 256 << 10
	maxNesting = 2000
)

// runs tells whether a script has a command "gate check" whose failure is its own, and
// whether that names a commit or a digest of the gate.
func runs(script string) (pinned, ok bool) {
	if len(script) > maxScript || !strings.Contains(script, "gate") || !strings.Contains(script, "check") || nesting(script) > maxNesting {
		return false, false
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(filled(script, "${{", "}}")), "")
	if err != nil {
		return false, false
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Stmt:
			return !n.Negated && !n.Background
		case *syntax.BinaryCmd:
			return n.Op != syntax.OrStmt || fails(n.Y)
		case *syntax.CallExpr:
			if how, found := call(n); found {
				pinned, ok = pinned || how, true
			}
		}
		return true
	})
	return pinned, ok
}

// nesting bounds from above how deep the constructs of a script nest.
func nesting(script string) int {
	return strings.Count(script, "(") + strings.Count(script, "{") + strings.Count(script, "`") +
		strings.Count(script, "if") + strings.Count(script, "do") + strings.Count(script, "case")
}

// filled replaces expressions between two marks, such as "${{ … }}" of a workflow, by a
// word of a shell.
func filled(script, from, to string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(script, from)
		_, after, closed := strings.Cut(rest, to)
		if !ok || !closed {
			b.WriteString(script)
			return b.String()
		}
		b.WriteString(before + "expression")
		script = after
	}
}

// fails tells whether what runs instead of a failed command fails as well.
func fails(s *syntax.Stmt) bool {
	found := false
	syntax.Walk(s, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.CallExpr); ok && len(c.Args) > 0 {
			switch literal(c.Args[0]) {
			case "exit", "return":
				found = found || len(c.Args) < 2 || literal(c.Args[1]) != "0"
			case "false", "gate":
				found = true
			}
		}
		return !found
	})
	return found
}

// wrappers are commands whose arguments are a command: in them the gate may come later.
var wrappers = map[string]bool{
	"sudo": true, "env": true, "exec": true, "nice": true, "time": true, "timeout": true, "command": true,
	"docker": true, "podman": true, "nerdctl": true, "go": true, "nix": true, "mise": true,
}

// call tells whether a command is "gate check", as a program, an image or a Go package.
func call(c *syntax.CallExpr) (pinned, ok bool) {
	for i, word := range c.Args {
		text := literal(word)
		if i == 0 && !wrappers[path.Base(text)] && len(c.Args) > 1 {
			pinned, ok = program(text)
			return pinned, ok && literal(c.Args[1]) == "check"
		}
		if pinned, ok = program(text); ok && i+1 < len(c.Args) && literal(c.Args[i+1]) == "check" {
			return pinned, true
		}
	}
	return false, false
}

func program(word string) (pinned, ok bool) {
	name, ref, _ := strings.Cut(word, "@")
	name, _, _ = strings.Cut(path.Base(name), ":")
	return immutable(ref), strings.TrimSuffix(name, ".exe") == "gate"
}

// literal is the text of a word, in which "?" stands for what is not known.
func literal(w *syntax.Word) string {
	var b strings.Builder
	parts(&b, w.Parts)
	return b.String()
}

func parts(b *strings.Builder, list []syntax.WordPart) {
	for _, p := range list {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(p.Value)
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			parts(b, p.Parts)
		default:
			b.WriteByte('?')
		}
	}
}

// groovy is the syntax of a Jenkinsfile, as far as its strings go.
var groovy = tokens.Syntax{Single: true, Triple: true}

// steps are the steps of Jenkins that run a script.
var steps = map[string]bool{"sh": true, "bat": true, "powershell": true, "pwsh": true}

// jenkins looks for the gate in the strings that are given to a step: sh 'x', sh('x') and
// sh(script: 'x').
func (f *finding) jenkins(text string) {
	text = strings.ReplaceAll(text, `'''`, `"""`)
	list := tokens.Scan(text, groovy)
	for i, t := range list {
		if t.Kind != tokens.String && t.Kind != tokens.Partly || f.ctx.Err() != nil {
			continue
		}
		j := i - 1
		if j >= 2 && list[j].Is(":") && list[j-1].Is("script") {
			j -= 2
		}
		if j >= 0 && list[j].Is("(") {
			j--
		}
		if j < 0 || list[j].Kind != tokens.Word || !steps[list[j].Text] {
			continue
		}
		if pinned, ok := runs(filled(text[t.Start:t.End], "${", "}")); ok {
			f.workflow(t.Start, t.End, pinned)
		}
	}
}
