package config

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/splice"
)

// walker states what the tree of one document says of models.
type walker struct {
	ctx   context.Context
	src   *gate.Source
	out   gate.Recorder
	place gate.Context
	root  *node
	shape shape

	joined *node                      // the object whose arguments are in args
	args   map[bool]map[string]string // those of a model, and of a tokenizer
}

func (w *walker) document(doc *node, lang string) {
	w.root, w.shape = doc, shapeOf(doc, w.src.Path, lang)
	w.walk(doc, nil, nil)
}

// walk visits a value; env is what the objects around it set in the environment.
func (w *walker) walk(n *node, path []string, env []setting) {
	if w.ctx.Err() != nil || len(path) > maxDepth {
		return
	}
	switch n.kind {
	case list:
		for _, item := range n.items {
			w.walk(item, path, env)
		}
	case object:
		if elsewhere(n) {
			return
		}
		if w.shape == dvc {
			w.imported(n)
		}
		env = w.commands(n, path, env)
		for _, f := range n.fields {
			if skipped[f.key] || w.isEnvironment(f) || w.program(n, f) {
				continue
			}
			w.entry(n, f, path)
			w.walk(f.val, append(path[:len(path):len(path)], f.key), env)
		}
	}
}

// elsewhere tells that an object names a data set or a space.
func elsewhere(n *node) bool {
	return n.get("repo_type").text() == "dataset" || n.get("repo_type").text() == "space"
}

// skipped are keys under which names are not those of models that are loaded: data sets,
// labels, requests that are examples, texts for people.
var skipped = words(`datasets dataset eval_dataset eval_datasets test_datasets train_dataset pretraining_dataset dataset_mixer
	labels matchLabels annotations selector nodeSelector example_model_input urls icon description homepage
	documentation readme license supportedUriFormats hub_model_id served_model_name output_dir messages
	$schema author authors maintainers cache tags keywords`)

// entry looks at one key of an object.
func (w *walker) entry(n *node, f field, path []string) {
	role := w.shape.role(f.key, path, n)
	if role == modelid.TrustRole {
		w.trust(n, f)
		return
	}
	for _, v := range f.val.scalars() {
		if v.val.S == "" || len(v.val.S) > 2048 || strings.Contains(v.val.S, "\n") {
			w.embedded(f, v)
			continue
		}
		switch role {
		case modelid.ModelRole, modelid.MaybeModelRole, modelid.TokenizerRole:
			w.named(n, f, v, role, path)
		case modelid.NoRole:
			w.located(n, f, v, path)
		}
	}
}

// named reads the value of a key that names a model; a list in one string is split.
func (w *walker) named(n *node, f field, v *node, role modelid.Role, path []string) {
	if !v.quoted && (v.val.S == "true" || v.val.S == "false" || v.val.S == "null" || v.val.S == "~") {
		return
	}
	if strings.ContainsAny(v.val.S, " {") {
		w.one(n, f, v.val, role, path)
		return
	}
	from := 0
	for part := range strings.SplitSeq(v.val.S, ",") {
		w.one(n, f, v.val.Slice(from, from+len(part)), role, path)
		from += len(part) + 1
	}
}

func (w *walker) one(n *node, f field, t splice.Text, role modelid.Role, path []string) {
	how := gate.Literal
	variable := ""
	if strings.ContainsAny(t.S, "${") {
		value, state, name := w.expand(t)
		if state == gate.Dynamic {
			if role == modelid.ModelRole && pure(t.S) {
				w.reference(n, f, path, gate.ModelID{}, t, gate.Dynamic, name, role)
			}
			return
		}
		t, how, variable = value, state, name
	}
	m, ok := w.shape.read(t.S, f.key, path, role)
	if ok {
		w.reference(n, f, path, m, t, how, variable, role)
	}
}

// pure tells that a text is one variable and nothing beside it.
func pure(s string) bool {
	return strings.HasPrefix(s, "${") && strings.HasSuffix(s, "}") && strings.Count(s, "${") == 1 && !strings.HasPrefix(s, "${{") ||
		strings.HasPrefix(s, "{{") && strings.HasSuffix(s, "}}") && strings.Count(s, "{{") == 1
}

// located reads the value of any other key: only a URI that can name nothing but a model,
// or a file of weights that something downloads.
func (w *walker) located(n *node, f field, v *node, path []string) {
	if w.shape == frontMatter || !strings.Contains(v.val.S, "://") || strings.ContainsAny(v.val.S, " ${") {
		return
	}
	m, ok := modelid.URI(v.val.S)
	if !ok {
		return
	}
	web := strings.HasPrefix(v.val.S, "http") || m.Source == "url" || m.Source == "git"
	if web && m.File == "" && m.Source != "spacy" {
		return // a page for people
	}
	w.reference(n, f, path, m, v.val, gate.Literal, "", modelid.NoRole)
}

// expand resolves "${name}", "${name:-default}", and "${section.key}" within the file.
func (w *walker) expand(t splice.Text) (splice.Text, gate.Resolution, string) {
	inner, ok := strings.CutPrefix(t.S, "${")
	if !ok || !strings.HasSuffix(inner, "}") || !pure(t.S) {
		return t, gate.Dynamic, templated(t.S)
	}
	inner = strings.TrimSuffix(inner, "}")
	inner = strings.TrimPrefix(strings.TrimPrefix(inner, "oc.env:"), "env:")
	for _, mark := range []string{":-", ":=", ",", ":"} {
		if i := strings.Index(inner, mark); i > 0 && !strings.Contains(inner[:i], "{") {
			from := strings.Index(t.S, inner) + i + len(mark)
			def := t.Slice(from, len(t.S)-1)
			if strings.ContainsAny(def.S, "${") || def.S == "" {
				break
			}
			return def, gate.Alternative, "env:" + inner[:i]
		}
	}
	for name, step := inner, 0; step < 8; step++ {
		v := w.root.path(name)
		if v == nil || v.kind != scalar {
			break
		}
		if !strings.Contains(v.val.S, "${") {
			return v.val, gate.Resolved, ""
		}
		name = strings.TrimSuffix(strings.TrimPrefix(v.val.S, "${"), "}")
	}
	if strings.Contains(inner, ".") {
		return t, gate.Dynamic, "key:" + inner
	}
	return t, gate.Dynamic, "env:" + strings.TrimRight(strings.SplitN(inner, ":", 2)[0], "?")
}

// templated is the name by which a template asks: "{{ .Values.model.name }}".
func templated(s string) string {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(s, "$"), "{{"), "}}"))
	if name, ok := strings.CutPrefix(s, ".Values."); ok && !strings.ContainsAny(name, " |()") {
		return "key:" + name
	}
	return ""
}

// reference states a model with what stands beside its key.
func (w *walker) reference(n *node, f field, path []string, m gate.ModelID, t splice.Text, how gate.Resolution, variable string, role modelid.Role) {
	args := w.beside(n, role == modelid.TokenizerRole)
	if m.File == "" && m.URL == "" { // a digest is that of one file
		delete(args, "sha256")
		delete(args, "md5")
	}
	if rev := args["revision"]; m.Revision == "" && rev != "?" && how != gate.Dynamic {
		m.Revision = rev
	}
	key := strings.Join(append(path[:len(path):len(path)], f.key), ".")
	at := w.src.At(t.Span(0, len(t.S)))
	ref := gate.Reference{Model: m, Loader: w.shape.loader(key), Args: args, At: at, Finder: "config",
		Context: w.place, Resolution: how, Variable: variable, Immutable: how != gate.Dynamic && modelid.Immutable(m, args)}
	if how == gate.Resolved {
		ref.LoadedAt = []gate.Location{w.src.At(f.at, f.at+len(f.key))}
	}
	w.out.Reference(ref)
	if how != gate.Dynamic {
		w.out.Bind(gate.Binding{Name: "key:" + key, Value: t.S, At: at})
	}
}

// beside gives the arguments of a model, or of a tokenizer, that an object names.
func (w *walker) beside(n *node, tokenizer bool) map[string]string {
	if w.joined != n {
		w.joined, w.args = n, map[bool]map[string]string{}
	}
	if w.args[tokenizer] == nil {
		w.args[tokenizer] = siblings(n, tokenizer)
	}
	return maps.Clone(w.args[tokenizer])
}

// siblings joins the revision, trust and digest that stand in an object, and those among
// the flags of a server that it configures.
func siblings(n *node, tokenizer bool) map[string]string {
	args := map[string]string{}
	revision := modelid.RevisionRole
	if tokenizer {
		revision = modelid.TokenizerRevisionRole
	}
	for _, f := range n.fields[:min(len(n.fields), maxSearched)] {
		v := f.val
		if v.kind != scalar {
			continue
		}
		switch r := modelid.RoleOf(f.key); {
		case r == revision:
			if v.val.S != "" && args["revision"] == "" {
				args["revision"] = known(v.val.S)
			}
		case r == modelid.TrustRole:
			if b := boolean(v); b != "" {
				args["trust_remote_code"] = b
			}
		case r == modelid.DigestRole:
			args["sha256"] = strings.TrimPrefix(v.val.S, "sha256:")
		case f.key == "checksum" || f.key == "md5":
			digest(args, v.val.S)
		case f.key == "use_safetensors" && boolean(v) != "":
			args["use_safetensors"] = boolean(v)
		}
	}
	for _, flags := range []*node{n.get("args"), n.get("extraArgs"), n.path("vllmConfig.extraArgs"), n.get("extra_args")} {
		maps.Copy(args, flagArgs(flags))
	}
	return args
}

func digest(args map[string]string, s string) {
	algorithm, hex, ok := strings.Cut(s, ":")
	if !ok {
		hex, algorithm = s, map[int]string{32: "md5", 64: "sha256"}[len(s)]
	}
	if algorithm == "md5" || algorithm == "sha256" {
		args[algorithm] = hex
	}
}

// flagArgs reads "--revision=x", or "--revision", "x", in a list of arguments.
func flagArgs(flags *node) map[string]string {
	args := map[string]string{}
	if flags == nil || flags.kind != list {
		return args
	}
	for i, item := range flags.items {
		name, val, inline := strings.Cut(item.text(), "=")
		if !inline && i+1 < len(flags.items) && !strings.HasPrefix(flags.items[i+1].text(), "-") {
			val = flags.items[i+1].text()
		}
		if !strings.HasPrefix(name, "-") {
			continue
		}
		switch modelid.RoleOf(name) {
		case modelid.RevisionRole:
			args["revision"] = known(val)
		case modelid.TrustRole:
			args["trust_remote_code"] = "true"
			if b, err := strconv.ParseBool(val); err == nil {
				args["trust_remote_code"] = strconv.FormatBool(b)
			}
		}
	}
	return args
}

func known(s string) string {
	if strings.ContainsAny(s, "${") {
		return "?"
	}
	return s
}

// boolean reads a truth value: "true", "false", "?", or "" for nothing.
func boolean(v *node) string {
	switch strings.ToLower(v.val.S) {
	case "true", "yes", "on", "1":
		return "true"
	case "", "null", "~", "none":
		return ""
	case "false", "no", "off", "0":
		return "false"
	}
	return "?"
}

// trust states a key that lets the code of a model run.
func (w *walker) trust(n *node, f field) {
	if f.val.kind != scalar || boolean(f.val) != "true" {
		return
	}
	w.out.Emit(gate.KindLoad, w.src.At(f.at, f.at+len(f.key)), gate.Load{Callee: w.shape.loader(f.key), Flag: "trust_remote_code",
		Value: "true", Unsafe: "remote-code", Origin: "hub", Model: neighbour(n), Context: w.place})
}

// neighbour is the id of the model in the same object.
func neighbour(n *node) string {
	for _, f := range n.fields[:min(len(n.fields), maxSearched)] {
		if r := modelid.RoleOf(f.key); r == modelid.ModelRole || r == modelid.MaybeModelRole {
			if m, ok := modelid.Any(f.val.text()); ok {
				return m.Key()
			}
		}
	}
	return ""
}

// embedded hands back a value of several lines that is a document of its own.
func (w *walker) embedded(f field, v *node) {
	if lang := fileLanguage(f.key, v.val.S); lang != "" {
		w.out.Embed(lang, []byte(v.val.S), v.val.Map)
	}
}

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}
