// Package cmdline tells whether a text, as a whole, is a command: a line for a shell, or
// a statement of Python or Lua that runs another program or code. It parses the text, so
// that prose which mentions such words is none.
package cmdline

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/pysyntax"
)

// Kind is the fact that a value of a model file is a command; the inspectors of several
// formats state it.
const Kind gate.Kind = "embedded.command"

// Command is the data of Kind.
type Command struct {
	Field string `json:"field"` // the key of the value
	Text  string `json:"text"`
	Type  string `json:"type"` // shell or script, or base64 and one of them
	// Evaluated says that the value is given to code that the model brings or asks for.
	Evaluated bool `json:"evaluated"`
}

const (
	maxSize  = 64 << 10
	maxText  = 200
	minCoded = 24 // characters of base64
)

// Of returns the command that a value is.
func Of(field, value string, evaluated bool) (Command, bool) {
	kind, text := classify(value), value
	if kind == "" {
		if text = decoded(value); text != "" {
			if kind = classify(text); kind != "" {
				kind = "base64 " + kind
			}
		}
	}
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return Command{field, text, kind, evaluated}, kind != ""
}

func decoded(value string) string {
	value = strings.TrimSpace(value)
	if len(value) < minCoded || len(value) > maxSize {
		return ""
	}
	out, err := base64.StdEncoding.DecodeString(value)
	if err != nil || !utf8.Valid(out) {
		return ""
	}
	return string(out)
}

func classify(text string) string {
	switch {
	case len(text) > maxSize || strings.IndexByte(text, 0) >= 0:
		return ""
	case shell(text):
		return "shell"
	case strings.ContainsRune(text, '(') && script(text):
		return "script"
	}
	return ""
}

// runners are the programs that run what they are given, and the option that gives it.
var runners = map[string]string{
	"sh": "-c", "bash": "-c", "zsh": "-c", "dash": "-c", "ksh": "-c", "fish": "-c", "python": "-c", "python2": "-c",
	"python3": "-c", "perl": "-e", "ruby": "-e", "node": "-e", "php": "-r", "lua": "-e", "cmd": "/c", "cmd.exe": "/c",
	"powershell": "-c", "powershell.exe": "-c", "pwsh": "-c", "nc": "-e", "ncat": "-e",
}

// shell tells whether text is a line that hands code to an interpreter, or what it
// fetches to a shell.
func shell(text string) bool {
	stages := strings.Split(text, "|")
	words := strings.Fields(stages[0])
	for len(words) > 0 && (words[0] == "sudo" || words[0] == "exec" || words[0] == "nohup") {
		words = words[1:]
	}
	if len(words) < 2 {
		return false
	}
	name := program(words[0])
	if option := runners[name]; option != "" {
		for _, w := range words[1:min(len(words), 6)] {
			if w = strings.ToLower(w); w == option || strings.HasPrefix(w, "-enc") || w == "-command" || w == "-lc" {
				return true
			}
		}
	}
	if name != "curl" && name != "wget" {
		return false
	}
	for _, stage := range stages[1:] {
		if into := strings.Fields(stage); len(into) > 0 && runners[program(into[0])] != "" {
			return true
		}
	}
	return false
}

func program(word string) string {
	return strings.ToLower(word[strings.LastIndexAny(word, `/\`)+1:])
}

// running are functions that run code or programs, of Python and of Lua.
var running = map[string]bool{
	"eval": true, "exec": true, "compile": true, "__import__": true, "execfile": true,
	"os.system": true, "os.popen": true, "os.execute": true, "io.popen": true, "loadstring": true, "dofile": true,
	"pty.spawn": true, "commands.getoutput": true, "runpy.run_path": true, "ctypes.CDLL": true,
	"pickle.loads": true, "pickle.load": true, "marshal.loads": true, "importlib.import_module": true,
}

// script tells whether text parses without an error and calls such a function.
func script(text string) bool {
	module := pysyntax.Parse([]byte(text))
	if len(module.Errors) > 0 {
		return false
	}
	found := false
	pysyntax.Inspect(module, func(n pysyntax.Node) bool {
		if call, ok := n.(*pysyntax.Call); ok {
			name := pysyntax.Dotted(call.Func)
			if running[name] || strings.HasPrefix(name, "subprocess.") || strings.HasPrefix(name, "os.exec") || strings.HasPrefix(name, "os.spawn") {
				found = true
			}
		}
		return !found
	})
	return found
}
