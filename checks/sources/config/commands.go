package config

import (
	"path"
	"regexp"
	"strings"

	"github.com/modelgate/gate/internal/splice"
)

// maxSettings bounds the variables that objects hand to those within; the value of one
// that is left out is not known there, which is stated.
const maxSettings = 256

// setting is a variable of an environment.
type setting struct {
	name string
	val  splice.Text
}

// environments are the keys under which variables are set.
var environments = words("env environment envs env_vars envVars environment_variables extraEnv extraEnvVars extra_env vars variables secrets_env")

// isEnvironment tells that a field sets variables and names nothing by its keys.
func (w *walker) isEnvironment(f field) bool {
	return environments[f.key] && len(settings(f.val)) > 0
}

// settings reads a map, a list of {name, value}, or a list of "NAME=value".
func settings(n *node) []setting {
	var out []setting
	add := func(name string, v *node) {
		if v != nil && v.kind == scalar && variableName.MatchString(name) {
			out = append(out, setting{name, v.val})
		}
	}
	for _, f := range n.fields {
		add(f.key, f.val)
	}
	for _, item := range n.items {
		if item.kind == object {
			add(item.get("name").text(), item.get("value"))
		} else if name, val, ok := strings.Cut(item.text(), "="); ok {
			from := len(item.val.S) - len(val)
			add(name, &node{val: item.val.Slice(from, len(item.val.S))})
		}
	}
	return out
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// commands hands back the commands of an object, as one script with its environment, and
// gives the environment for the objects within.
func (w *walker) commands(n *node, path []string, env []setting) []setting {
	var own []setting
	for _, f := range n.fields {
		if environments[f.key] {
			own = append(own, settings(f.val)...)
		}
	}
	var body splice.Builder
	w.container(&body, n, path)
	for _, f := range n.fields {
		if scripts[f.key] {
			script(&body, f.val)
		}
	}
	text := body.Text()
	var b splice.Builder
	for _, s := range env {
		if strings.Contains(text.S, "vars."+s.name) {
			assignment(&b, setting{"vars_" + s.name, s.val}, "local ")
		} else if strings.Contains(text.S, s.name) {
			assignment(&b, s, "local ")
		}
	}
	for _, s := range own {
		assignment(&b, s, "export ")
	}
	b.Append(text)
	if b.Len() > 0 {
		t := dottedVariables(b.Text())
		w.out.Embed("shell", []byte(t.S), t.Map)
	}
	return append(env[:len(env):len(env)], own...)[:min(len(env)+len(own), maxSettings)]
}

// environment hands back the lines of a .env file.
func (w *walker) environment(list []setting) {
	var b splice.Builder
	for _, s := range list {
		if variableName.MatchString(s.name) {
			assignment(&b, s, "export ")
		}
	}
	if b.Len() > 0 {
		t := b.Text()
		w.out.Embed("shell", []byte(t.S), t.Map)
	}
}

// assignment adds "export NAME='value'".
func assignment(b *splice.Builder, s setting, prefix string) {
	at := s.val.Map.Outer(0)
	b.Fixed(prefix+s.name+"=", at)
	argument(b, s.val)
	b.Fixed("\n", at)
}

// scripts are the keys whose values are shell scripts, or lists of their lines.
var scripts = words(`run script before_script after_script setup start_command build_commands cmd shell install
	pre_start post_start preStart commands bash bashScript inlineScript deps_command`)

// program hands back the JavaScript of the action that runs it, which stands under a key
// that holds a script of the shell elsewhere.
func (w *walker) program(n *node, f field) bool {
	if f.key != "with" || !strings.HasPrefix(n.get("uses").text(), "actions/github-script@") {
		return false
	}
	if v := f.val.get("script"); v.text() != "" {
		w.out.Embed("javascript", []byte(v.val.S), v.val.Map)
	}
	return true
}

// script adds the lines of a script.
func script(b *splice.Builder, n *node) {
	for _, v := range n.scalars() {
		if v.val.S != "" {
			b.Append(v.val)
			b.Fixed("\n", v.val.Map.Outer(len(v.val.S)))
		}
	}
}

// container adds the command line of a container, a service or a server.
func (w *walker) container(b *splice.Builder, n *node, path []string) {
	entry, command, args := n.get("entrypoint"), n.get("command"), n.get("args")
	if args == nil {
		args = n.get("extraArgs")
	}
	image := n.get("image").text()
	compose := len(path) > 0 && path[0] == "services"
	if entry == nil && !compose {
		entry = command
		command = nil
	}
	if entry == nil && command == nil && (args == nil || args.kind == object) {
		return
	}
	from := b.Len()
	if entry == nil && image != "" {
		b.Fixed("docker run ", n.get("image").val.Map.Outer(0))
		b.Quote(n.get("image").val)
		b.Fixed(" ", n.get("image").val.Map.Outer(0))
	} else if entry == nil {
		b.Fixed("args ", 0)
	}
	start := b.Len()
	for _, part := range []*node{entry, command, args} {
		line(b, part)
	}
	if b.Len() > start {
		b.Fixed("\n", 0)
	} else if b.Len() > from {
		b.Fixed(":\n", 0)
	}
}

// line adds the words of a command: a string as it stands, a list quoted.
func line(b *splice.Builder, n *node) {
	if n == nil {
		return
	}
	if n.kind == scalar {
		b.Append(folded(n.val))
		b.Fixed(" ", n.val.Map.Outer(len(n.val.S)))
		return
	}
	code := false
	for _, v := range n.scalars() {
		if code || strings.Contains(v.val.S, "\n") {
			b.Quote(v.val)
		} else {
			argument(b, v.val)
		}
		b.Fixed(" ", v.val.Map.Outer(len(v.val.S)))
		code = dashC.MatchString(v.val.S)
	}
}

var dashC = regexp.MustCompile(`^-[a-z]*c$`)

// folded keeps the lines of a command together.
func folded(t splice.Text) splice.Text {
	if !strings.Contains(strings.TrimRight(t.S, "\n"), "\n") {
		t = t.Slice(0, len(strings.TrimRight(t.S, "\n")))
	}
	return t
}

// argument adds one word in which variables are replaced: "$(NAME)" of Kubernetes and
// "${NAME}" of Compose.
func argument(b *splice.Builder, t splice.Text) {
	if !strings.Contains(t.S, "$") || strings.Contains(t.S, "${{") {
		b.Quote(t)
		return
	}
	at := t.Map.Outer(0)
	s := []byte(t.S)
	for _, m := range kubernetesVariable.FindAllStringIndex(t.S, -1) {
		s[m[0]+1], s[m[1]-1] = '{', '}'
	}
	t.S = string(s)
	b.Fixed(`"`, at)
	from := 0
	for i := range len(s) {
		if s[i] == '"' || s[i] == '`' || s[i] == '\\' || s[i] == '$' && i+1 < len(s) && s[i+1] == '(' {
			b.Append(t.Slice(from, i))
			b.Fixed(`\`, t.Map.Outer(i))
			from = i
		}
	}
	b.Append(t.Slice(from, len(s)))
	b.Fixed(`"`, at)
}

var kubernetesVariable = regexp.MustCompile(`\$\([A-Za-z_][A-Za-z0-9_]*\)`)

// dottedVariables writes "${vars.name}", which is no name in a shell, as "${vars_name}".
func dottedVariables(t splice.Text) splice.Text {
	if !strings.Contains(t.S, "${") {
		return t
	}
	s := []byte(t.S)
	for _, m := range dottedVariable.FindAllStringIndex(t.S, -1) {
		for i := m[0]; i < m[1]; i++ {
			if s[i] == '.' || s[i] == '-' {
				s[i] = '_'
			}
		}
	}
	t.S = string(s)
	return t
}

var dottedVariable = regexp.MustCompile(`\$\{[A-Za-z_]\w*(\.[\w-]+)+\}`)

// fileLanguage is the language of a document in a value, by a key that is a file name,
// or by its first words.
func fileLanguage(key, text string) string {
	switch strings.ToLower(path.Ext(key)) {
	case ".yaml", ".yml":
		return "yaml"
	case ".json":
		return "json"
	case ".toml":
		return "toml"
	case ".py":
		return "python"
	case ".sh":
		return "shell"
	case ".ipynb":
		return "notebook"
	case ".env":
		return "env"
	}
	switch {
	case strings.EqualFold(key, "modelfile"):
		return "modelfile"
	case strings.EqualFold(key, "dockerfile"):
		return "dockerfile"
	case key == "config_file" || key == "values" || key == "valuesContent" || key == "valuesInline":
		return "yaml"
	case strings.HasPrefix(text, "#!/") && strings.Contains(strings.SplitN(text, "\n", 2)[0], "python"):
		return "python"
	case strings.HasPrefix(text, "#!/"):
		return "shell"
	}
	return ""
}
