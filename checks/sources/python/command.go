package python

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/modelgate/gate"
)

// command hands back the command lines that a call runs.
func (m *machine) command(callee string, a *arguments) {
	v, ok := a.at(0, "args", "cmd", "command", "commands")
	if !ok || lastName(callee) != "create_subprocess_exec" && !slices.ContainsFunc(v, func(c *value) bool { return c.kind == text || c.kind == list }) {
		return
	}
	kind, ok := m.runs[callee]
	if !ok {
		kind = runnerOf(callee)
		m.runs[callee] = kind
	}
	if kind == noRunner {
		return
	}
	runs := kind == runner
	if lastName(callee) == "create_subprocess_exec" {
		v = one(&value{kind: list, elts: a.pos})
	}
	for _, c := range v {
		switch c.kind {
		case text:
			if !runs && !looksLikeCommand(c.text) {
				continue
			}
			m.embed(c.parts(), false)
		case list:
			m.argv(c, runs)
		}
	}
}

// runnerKind is how surely a callee runs a command.
type runnerKind uint8

const (
	noRunner runnerKind = iota
	maybeRunner
	runner
)

func runnerOf(callee string) runnerKind {
	if runners[strings.ReplaceAll(callee, "()", "")] {
		return runner
	}
	if containsAny(strings.ToLower(lastName(callee)), runnerWords) {
		return maybeRunner
	}
	return noRunner
}

// argv hands back a list of arguments as a command line. Where an argument is one of
// several, each is tried in turn; with items of lists of commands, too.
func (m *machine) argv(c *value, runs bool) {
	rounds := 1
	for _, e := range c.elts {
		rounds = max(rounds, len(e))
	}
	for n := range min(rounds, maxSet) {
		var parts []piece
		for _, e := range c.elts {
			if len(parts) > 0 {
				parts = append(parts, piece{text: " "})
			}
			if len(e) == 0 {
				parts = append(parts, piece{text: "{}"})
				continue
			}
			v := e[n%len(e)]
			if v.kind == text || v.kind == constant {
				parts = append(parts, quoted(v)...)
			} else {
				parts = append(parts, placeholder(v.text, "", v.start, v.end).pieces...)
			}
		}
		line := ""
		if len(c.elts) > 0 {
			if first := textOf(c.elts[0]); first != nil {
				line = first.text + " -"
			}
		}
		if len(parts) > 1 && (runs || looksLikeCommand(line)) {
			m.embed(parts, true)
		}
	}
}

// quoted are the pieces of an argument, between quotes where the shell would split it.
func quoted(v *value) []piece {
	if v.text != "" && !strings.ContainsAny(v.text, " \t\n'\"$`\\;&|<>()*?#") {
		return v.parts()
	}
	quote := piece{text: "'", start: v.start, end: v.start}
	out := []piece{quote}
	for _, p := range v.parts() {
		if strings.Contains(p.text, "'") {
			p.text, p.literal = strings.ReplaceAll(p.text, "'", `'\''`), nil
		}
		out = append(out, p)
	}
	return append(out, quote)
}

// embed hands back text that is made of pieces, with the place of each.
func (m *machine) embed(parts []piece, argv bool) {
	var line strings.Builder
	var places gate.PositionMap
	start := -1
	for _, p := range parts {
		if p.end == 0 && start >= 0 {
			places = append(places, gate.Segment{From: line.Len(), To: places[len(places)-1].To, Fixed: true})
		} else {
			places = append(places, p.places(line.Len())...)
		}
		if start < 0 {
			start = p.start
		}
		line.WriteString(p.text)
		if line.Len() > maxText {
			return
		}
	}
	if strings.TrimSpace(line.String()) == "" {
		return
	}
	m.report.command(line.String(), places, start)
}

func (r *report) command(line string, places gate.PositionMap, start int) {
	key := fmt.Sprintf("%s\x00%v", line, places)
	r.commands[key] = embedded{"shell", []byte(line), places, start}
}

// looksLikeCommand tells whether a string begins with a program that loads models or runs
// one that does, and has options.
func looksLikeCommand(s string) bool {
	for w := range strings.FieldsSeq(s) {
		if strings.Contains(w, "=") && !strings.HasPrefix(w, "-") || w == "sudo" || w == "nohup" || w == "exec" {
			continue
		}
		return programs[strings.TrimSuffix(path.Base(w), ".exe")] && strings.ContainsAny(s, " \t")
	}
	return false
}

func containsAny(s string, subs []string) bool {
	for _, sub := range subs {
		if strings.Contains(s, sub) {
			return true
		}
	}
	return false
}

var runners = wordSet(`os.system os.popen os.execvp subprocess.run subprocess.call subprocess.Popen subprocess.check_call
	subprocess.check_output subprocess.getoutput subprocess.getstatusoutput asyncio.create_subprocess_shell
	asyncio.create_subprocess_exec get_ipython.system get_ipython.getoutput commands.getoutput pexpect.spawn
	sh.bash shlex.split`)

var runnerWords = strings.Fields(`run cmd command exec launch spawn shell system popen call process start invoke bash`)

var programs = wordSet(`python python3 vllm hf huggingface-cli ollama text-generation-launcher text-embeddings-router
	lmdeploy wget curl git docker accelerate torchrun optimum-cli llama-server llama-cli spacy pip pip3 deepspeed axolotl
	llamafactory-cli trtllm-serve sglang mlc_llm uv litgpt tune aria2c gdown modelscope kaggle lm_eval nohup bash sh`)
