package shell

import (
	"path"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/splice"
)

// interpreter hands back the code that an interpreter takes as an argument.
func (w *walker) interpreter(argv []field) bool {
	base, language := path.Base(argv[0].text()), ""
	switch {
	case python.MatchString(base):
		language = "python"
	case base == "bash" || base == "sh" || base == "zsh" || base == "eval" || base == "ssh" || base == "su":
		language = "shell"
	case base == "node":
		language = "javascript"
	default:
		return false
	}
	if base == "eval" && len(argv) > 1 {
		w.embed(language, argv[1].values[0])
		return true
	}
	for i, f := range argv[1:] {
		t := f.text()
		if i+2 < len(argv) && (t == "-c" || language == "shell" && shortC.MatchString(t) || language == "javascript" && t == "-e") {
			w.embed(language, argv[i+2].values[0])
			return true
		}
		if base != "ssh" && !strings.HasPrefix(t, "-") {
			return false // a script: its options follow
		}
	}
	return false
}

var shortC = regexp.MustCompile(`^-[a-z]*c$`)

func (w *walker) embed(language string, v value) {
	t := restore(v.Text, w.src.Text)
	w.out.Embed(language, []byte(t.S), t.Map)
}

// container finds what "docker run [options] image [arguments]" runs.
func (w *walker) container(argv []field) ([]field, bool) {
	if len(argv) < 3 || argv[1].text() != "run" && argv[1].text() != "exec" {
		return nil, false
	}
	for i := 2; i < len(argv); i++ {
		t := argv[i].text()
		if !strings.HasPrefix(t, "-") {
			return w.image(t, argv[i+1:]), true
		}
		name, value, inline := strings.Cut(t, "=")
		if name == "-e" || name == "--env" {
			if !inline && i+1 < len(argv) {
				w.setting(argv[i+1].values[0])
			} else if inline && strings.Contains(value, "=") {
				w.setting(argv[i].values[0])
			}
		}
		if !inline && !switches[strings.TrimLeft(name, "-")] {
			i++
		}
	}
	return nil, false
}

// setting is a variable that a container is given.
func (w *walker) setting(v value) {
	s := strings.TrimPrefix(v.S, "--env=")
	name, _, ok := strings.Cut(s, "=")
	if !ok {
		return
	}
	from := len(v.S) - len(s) + len(name) + 1
	val := value{Text: v.Slice(from, len(v.S)), how: v.how}
	at, _ := v.Span(0, len(v.S))
	w.assigned = append(w.assigned, assignment{name, []value{val}, at, true})
	w.vars[name] = variable{values: []value{val}}
}

// image puts what an image runs before its arguments.
func (w *walker) image(image string, args []field) []field {
	for _, s := range servers {
		if !strings.Contains(image, s.image) {
			continue
		}
		if spec, _, ok := match(args); ok && strings.HasPrefix(spec.words, strings.Fields(s.command)[0]) {
			return args
		}
		if strings.HasPrefix(s.command, "vllm") && (len(args) == 0 || strings.HasPrefix(args[0].text(), "-")) {
			return append(words("vllm"), args...)
		}
		return append(words(s.command), args...)
	}
	if len(args) == 0 || strings.HasPrefix(args[0].text(), "-") {
		return append(words(image), args...)
	}
	return args
}

func words(s string) []field {
	var out []field
	for _, f := range strings.Fields(s) {
		out = append(out, field{[]value{{Text: splice.Text{S: f}, how: gate.Literal}}})
	}
	return out
}

// switches are options without a value that stand before the arguments that matter.
var switches = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields(`quiet q verbose v force f force-download resume resume-download d it i t ti rm init
		privileged help h y yes no-cache trust-remote-code trust_remote_code enforce-eager insecure direct recursive L
		no-directory-prefix single-branch P publish-all read-only detach interactive tty`) {
		m[s] = true
	}
	return m
}()
