package notebook

import (
	"bytes"
	"path"
	"strings"

	"github.com/modelgate/gate"
)

// splitter takes cells apart as IPython does
// (https://ipython.readthedocs.io/en/stable/interactive/magics.html).
type splitter struct {
	out     gate.Recorder
	program mapped // all Python so far
}

// cell hands back one code cell.
func (s *splitter) cell(text mapped, language string) {
	start := preface(text.bytes)
	if bytes.HasPrefix(text.bytes[start:], []byte("%%")) {
		s.cellMagic(text.slice(start, len(text.bytes)))
		return
	}
	if language != "" && !strings.HasPrefix(strings.ToLower(language), "python") && !strings.EqualFold(language, "ipython") {
		if l := languages["."+strings.ToLower(language)]; l != "" {
			s.out.Embed(l, text.bytes, text.places)
		}
		return
	}
	s.python(text)
}

// preface measures the empty lines and the comments before a cell magic: the forms of
// hosted notebooks are such comments, and stand first.
func preface(b []byte) int {
	for at := 0; ; {
		at += len(b[at:]) - len(bytes.TrimLeft(b[at:], " \t\r\n"))
		if at == len(b) || b[at] != '#' {
			return at
		}
		at = lineEnd(b, at)
	}
}

// cellMagic reads a cell whose first line says what the rest is.
func (s *splitter) cellMagic(text mapped) {
	end := bytes.IndexByte(text.bytes, '\n')
	if end < 0 {
		end = len(text.bytes) - 1
	}
	words := strings.Fields(string(text.bytes[2 : end+1]))
	rest := text.slice(end+1, len(text.bytes))
	name := ""
	if len(words) > 0 {
		name = words[0]
	}
	language := ""
	switch name {
	case "bash", "sh", "shell", "!", "sx", "system", "cmd":
		language = "shell"
	case "script":
		if len(words) > 1 {
			language = languages["."+path.Base(words[1])]
		}
	case "writefile", "file":
		language = fileLanguage(words[len(words)-1])
	case "js", "javascript":
		language = "javascript"
	case "html", "HTML", "svg", "SVG", "latex", "markdown", "sql", "R", "ruby", "perl", "julia", "cython", "bigquery":
		return
	default: // those that time, capture or profile, and the magics of libraries around Python
		s.python(rest)
		return
	}
	if language != "" && len(rest.bytes) > 0 {
		s.out.Embed(language, rest.bytes, rest.places)
	}
}

// fileLanguage is the language of a file that a cell writes.
func fileLanguage(name string) string {
	base := strings.ToLower(path.Base(strings.Trim(name, `"'`)))
	for _, p := range []string{"dockerfile", "modelfile", "makefile"} {
		if strings.HasPrefix(base, p) {
			return p
		}
	}
	if strings.HasPrefix(base, ".env") {
		return "env"
	}
	return languages[path.Ext(base)]
}

// languages are the names of finders, or of what they read, by file extension and by the
// name of an interpreter.
var languages = map[string]string{
	".py": "python", ".python": "python", ".python3": "python", ".sh": "shell", ".bash": "shell", ".zsh": "shell",
	".shell": "shell", ".shellscript": "shell",
	".js": "javascript", ".ts": "javascript", ".mjs": "javascript", ".javascript": "javascript", ".typescript": "javascript",
	".tsx": "javascript", ".jsx": "javascript", ".node": "javascript",
	".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml", ".properties": "properties", ".env": "env",
	".rs": "rust", ".rust": "rust", ".cfg": "ini", ".ini": "ini",
}

// python adds the text of a cell to the program, without its magics. Commands in it are
// handed back, or become the call that IPython makes of them where names of the program
// stand in them.
func (s *splitter) python(text mapped) {
	var st state
	for from := 0; from < len(text.bytes); {
		line := lineEnd(text.bytes, from)
		first := from + indent(text.bytes[from:line])
		if st.open() || !s.magic(&text, from, first, &line) {
			st.scan(text.bytes[from:line])
			s.program.append(text.slice(from, line))
		}
		from = line
	}
	if n := len(s.program.bytes); n > 0 && s.program.bytes[n-1] != '\n' {
		s.program.fixed([]byte{'\n'}, s.program.places.Outer(n-1))
	}
}

// lineEnd is the offset behind the newline of the line that begins at from.
func lineEnd(b []byte, from int) int {
	if i := bytes.IndexByte(b[from:], '\n'); i >= 0 {
		return from + i + 1
	}
	return len(b)
}

func indent(b []byte) int { return len(b) - len(bytes.TrimLeft(b, " \t")) }

// magic reads a line that is not Python. It moves the end of the line behind what is
// continued.
func (s *splitter) magic(text *mapped, from, first int, end *int) bool {
	b := text.bytes
	if first >= *end {
		return false
	}
	switch {
	case b[first] == '!':
		start := first + 1
		if start < len(b) && b[start] == '!' {
			start++
		}
		*end = continued(b, *end)
		s.command(text.slice(from, first), text.slice(start, *end))
	case b[first] == '%':
		*end = continued(b, *end)
		s.lineMagic(text, from, first, *end)
	case automagic(b[first:*end]):
		*end = continued(b, *end)
		s.command(text.slice(from, first), text.slice(first, *end))
	case b[first] == '?' || helps(b[first:*end]):
		s.nothing(text.slice(from, first), text.places.Outer(first))
	default:
		return s.assigned(text, from, first, end)
	}
	return true
}

// automagic tells that a line is a command without its "%", as in "pip install x". What
// follows the name would make it an expression of Python, if it is one.
func automagic(line []byte) bool {
	name, rest, ok := bytes.Cut(line, []byte{' '})
	rest = bytes.TrimSpace(rest)
	return ok && automagics[string(name)] && len(rest) > 0 && bytes.IndexByte([]byte("!=()<>,+*/%^&|.:["), rest[0]) < 0
}

// automagics are those commands among them that are no usual names of variables.
var automagics = map[string]bool{"pip": true, "conda": true, "mamba": true, "cd": true, "ls": true, "mkdir": true, "rm": true, "mv": true, "cp": true}

// helps tells that a line asks for help: "name?" or "name??".
func helps(line []byte) bool {
	line = bytes.TrimRight(line, " \t\r\n")
	return bytes.HasSuffix(line, []byte("?")) && !bytes.ContainsAny(line, "#'\"")
}

// continued moves the end of a line behind the lines that a backslash joins to it.
func continued(b []byte, end int) int {
	for end < len(b) && bytes.HasSuffix(bytes.TrimRight(b[:end], "\r\n"), []byte(`\`)) {
		end = lineEnd(b, end)
	}
	return end
}

// nothing puts a statement without effect in the place of a magic, since a block may not
// be empty.
func (s *splitter) nothing(before mapped, at int) {
	s.program.append(before)
	s.program.fixed([]byte("None\n"), at)
}

// assigned reads "name = !command" and "name = %magic".
func (s *splitter) assigned(text *mapped, from, first int, end *int) bool {
	b := text.bytes
	i := bytes.IndexByte(b[first:*end], '=')
	if i < 0 {
		return false
	}
	value := first + i + 1 + indent(b[first+i+1:*end])
	if value >= *end || b[value] != '!' && b[value] != '%' || bytes.ContainsAny(b[first:first+i], "('\"#") {
		return false
	}
	*end = continued(b, *end)
	if b[value] == '!' {
		s.command(text.slice(from, value), text.slice(value+1, *end))
	} else {
		s.nothing(text.slice(from, value), text.places.Outer(value))
	}
	return true
}

// lineMagic reads "%name rest".
func (s *splitter) lineMagic(text *mapped, from, first, end int) {
	b := text.bytes
	name := first + 1
	after := name
	for after < end && b[after] != ' ' && b[after] != '\t' && b[after] != '\n' && b[after] != '\r' {
		after++
	}
	rest := min(after+indent(b[after:end]), end)
	switch string(b[name:after]) {
	case "time", "timeit", "prun", "memit", "lprun":
		s.program.append(text.slice(from, first))
		s.program.append(text.slice(rest, end))
		if end > 0 && b[end-1] != '\n' {
			s.program.fixed([]byte("\n"), text.places.Outer(end-1))
		}
		return
	case "pip", "conda", "mamba", "uv":
		s.command(text.slice(from, first), text.slice(name, end))
		return
	case "sx", "system", "bash", "sh":
		s.command(text.slice(from, first), text.slice(rest, end))
		return
	case "env", "set_env":
		if s.setenv(text, from, first, rest, end) {
			return
		}
	}
	s.nothing(text.slice(from, first), text.places.Outer(first))
}

// setenv puts what "%env NAME=value" or "%env NAME value" sets into the program.
func (s *splitter) setenv(text *mapped, from, first, rest, end int) bool {
	line := bytes.TrimRight(text.bytes[rest:end], " \t\r\n")
	i := bytes.IndexAny(line, "= \t")
	if i <= 0 || bytes.ContainsAny(line, "{$\"\\") {
		return false
	}
	value := bytes.TrimLeft(line[i:], "= \t")
	if len(value) == 0 {
		return false
	}
	s.program.append(text.slice(from, first))
	at := rest + len(line) - len(value)
	s.program.append(call(text.slice(at, rest+len(line)), `import os; os.environ["`+string(line[:i])+`"] = "`, "\"\n"))
	return true
}
