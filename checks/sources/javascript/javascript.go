// Package javascript finds the models that JavaScript and TypeScript load with
// transformers.js (huggingface.co/docs/transformers.js), kokoro-js, web-llm and the Hub's
// client: in calls, in the constants and fields that reach them, and in the defaults that
// a pipeline takes when it names no model.
package javascript

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/sourcefile"
	"github.com/modelgate/gate/internal/tokens"
)

// Finder finds models in JavaScript, TypeScript and the pages that hold them.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name:      "javascript",
		Doc:       "Finds models loaded by transformers.js and other libraries of JavaScript.",
		Languages: []string{"js", "jsx", "ts", "tsx", "typescript"},
		Emits:     map[gate.Kind]any{gate.KindIncomplete: gate.Incomplete{}},
	}
}

// Wants takes files by the endings of their names.
func (Finder) Wants(p string, head []byte) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".svelte", ".vue", ".html", ".htm", ".astro":
		return !strings.HasSuffix(p, ".min.js") && !strings.HasSuffix(p, ".d.ts")
	}
	return false
}

// libraries are the words without which no library that loads models is imported, and
// worker the one that a page needs to hand the name of a model to a script that does.
var (
	libraries = []string{"@huggingface/transformers", "@xenova/transformers", "kokoro-js", "@mlc-ai/web-llm",
		"@huggingface/hub", "transformers.js", "transformers.min.js", "from_pretrained", "@diffusionstudio/",
		"@lmstudio/sdk", "onnxruntime"}
	worker = "new Worker("
	field  = "<input"
)

// Find scans a file that imports a library, or that talks to a worker which may.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	library := sourcefile.Mentions(src.Text, libraries...)
	if !library && !sourcefile.Mentions(src.Text, worker, field) {
		return
	}
	file := sourcefile.File{Finder: "javascript", Src: src, Out: out}
	list, ok := file.Tokens(tokens.JavaScript)
	if !ok {
		return
	}
	f := &finding{ctx: ctx, file: file, list: list, pairs: tokens.Pairs(list), library: library, seen: map[int]bool{}, stated: map[int]bool{}}
	f.constants()
	f.calls()
	f.names()
	f.inputs()
}

type finding struct {
	ctx     context.Context
	file    sourcefile.File
	list    []tokens.Token
	pairs   []int
	library bool
	consts  map[string][]int // the strings that a name is given: indices into list
	seen    map[int]bool     // strings that were stated
	stated  map[int]bool     // and their offsets
}

func (f *finding) at(i int) tokens.Token { return tokens.At(f.list, i) }

// constants notes "name = 'x'", "name: 'x'" and "name = y ?? 'x'".
func (f *finding) constants() {
	f.consts = map[string][]int{}
	for i, t := range f.list {
		if t.Kind != tokens.String || t.Text == "" || len(t.Text) > 256 {
			continue
		}
		if name := f.target(i); name != "" && len(f.consts[name]) < 64 {
			f.consts[name] = append(f.consts[name], i)
		}
	}
}

// target is the name that the string at index i is assigned to, looking back over the
// alternatives of an expression.
func (f *finding) target(i int) string {
	for k := i - 1; k > i-12 && k >= 0; k-- {
		switch t := f.at(k); {
		case t.Is("=") && !f.at(k-1).Is("=") && !f.at(k-1).Is("!") && f.at(k-1).Kind == tokens.Word:
			return f.at(k - 1).Text
		case t.Is("=") && f.at(k-1).Kind == tokens.Word:
			return ""
		case t.Is(":") && f.at(k-1).Kind == tokens.Word && !f.at(k-2).Is("?"):
			if f.at(k+1).Kind == tokens.Word && f.at(k+2).Is("=") {
				continue // the type of a declaration
			}
			return f.at(k - 1).Text
		case t.Is(";") || t.Is("{") || t.Is("}") || t.Is(",") || t.Is("(") && !f.at(k-1).Is("="):
			return ""
		}
	}
	return ""
}

// calls looks at the calls that load.
func (f *finding) calls() {
	for i := range f.list {
		if !f.at(i).Is("(") || f.at(i-1).Kind != tokens.Word || f.ctx.Err() != nil {
			continue
		}
		name := f.at(i - 1).Text
		sink, ok := sinks[name]
		if !ok || !f.library || f.at(i-2).Is("function") || sink.method && !f.at(i-2).Is(".") || f.definition(i) {
			continue
		}
		f.call(name, sink, i)
	}
}

// definition tells that the group at index i is the parameters of a method.
func (f *finding) definition(i int) bool {
	end := f.pairs[i]
	return f.at(end+1).Is("{") && !f.at(i-2).Is(".") && !f.at(i-2).Is("await") && !f.at(i-2).Is("=")
}

// sink is a call that loads: which argument is the id, and whether it is always a method.
type sink struct {
	argument int
	method   bool
	source   string
}

var sinks = map[string]sink{
	"pipeline":                 {1, false, "hf"},
	"from_pretrained":          {0, true, "hf"},
	"CreateMLCEngine":          {0, false, "web-llm"},
	"CreateWebWorkerMLCEngine": {1, false, "web-llm"},
	"downloadFile":             {0, false, "hf"},
	"snapshotDownload":         {0, false, "hf"},
}

func (f *finding) call(name string, s sink, i int) {
	args := tokens.Arguments(f.list, f.pairs, i)
	loader := name
	if s.method {
		loader = f.at(i-3).Text + "." + name
	}
	options := map[string]string{}
	for _, a := range args {
		f.options(a, options)
	}
	at := f.file.Src.At(f.at(i-1).Start, f.at(i).End)
	if len(args) <= s.argument || name == "pipeline" && (f.at(args[1][0]).Is("null") || f.at(args[1][0]).Is("undefined")) {
		f.implicit(name, args)
		return
	}
	a := args[s.argument]
	found, dynamic := f.resolve(a)
	for _, k := range found {
		how := gate.Resolved
		switch {
		case len(found) > 1:
			how = gate.Alternative
		case a[0] <= k && k < a[1]:
			how = gate.Literal
		}
		f.load(k, s, loader, options, at, how)
	}
	if len(found) == 0 && dynamic {
		f.file.State(gate.Reference{Loader: loader, Args: options, At: at, LoadedAt: []gate.Location{at}, Resolution: gate.Dynamic})
	}
}

// maxArgument bounds the tokens of an argument that are looked at.
const maxArgument = 256

// resolve gives the strings that the argument [a[0], a[1]) may be.
func (f *finding) resolve(a [2]int) (found []int, dynamic bool) {
	dynamic = true
	for k := a[0]; k < min(a[1], a[0]+maxArgument); k++ {
		switch t := f.at(k); {
		case t.Kind == tokens.String && !f.at(k-1).Is("["):
			if strings.Contains(t.Text, "/") || strings.Contains(t.Text, "-") {
				found = append(found, k)
			}
			dynamic = false
		case t.Kind == tokens.Word && (k+1 == a[1] || f.at(k+1).Is("?") || f.at(k+1).Is("|")):
			found = append(found, f.consts[t.Text]...)
		}
	}
	return found, dynamic
}

func (f *finding) load(k int, s sink, loader string, args map[string]string, at gate.Location, how gate.Resolution) {
	t := f.at(k)
	m, ok := modelid.Any(t.Text)
	if s.source != "hf" && !ok {
		m, ok = gate.ModelID{Source: "catalog", Namespace: s.source, Name: t.Text}, !strings.ContainsAny(t.Text, " /")
	}
	if !ok {
		return
	}
	f.state(k, m, loader, args, how, at)
}

// options reads the revision in an object of options.
func (f *finding) options(a [2]int, args map[string]string) {
	for k := a[0]; k+2 < min(a[1], a[0]+maxArgument); k++ {
		if f.at(k+1).Is(":") && f.at(k+2).Kind == tokens.String {
			switch f.at(k).Text {
			case "revision":
				args["revision"] = f.at(k + 2).Text
			case "model_file_name", "path":
				args["filename"] = f.at(k + 2).Text
			}
		} else if f.at(k).Is("revision") && f.at(k+1).Is(":") {
			args["revision"] = "?"
		}
	}
}

// names states the other strings of the shape "org/name" that are given to a name or
// offered in a list: in a file that imports a library all but links, imports and
// attributes; in one that only talks to a worker those whose name says model.
func (f *finding) names() {
	for i, t := range f.list {
		if t.Kind != tokens.String || f.seen[i] || !strings.Contains(t.Text, "/") || f.ctx.Err() != nil {
			continue
		}
		m, ok := modelid.Hub(t.Text)
		if !ok || f.excluded(i) {
			continue
		}
		if name := f.holder(i); modelName.MatchString(name) || f.library && f.target(i) != "" {
			f.state(i, m, "transformers.js", nil, gate.Resolved, gate.Location{})
		}
	}
}

var modelName = regexp.MustCompile(`(?i)model|tokenizer|checkpoint|processor|repo_?id|pretrained`)

// holder is the name in whose initialiser, or as whose property, the string stands.
func (f *finding) holder(i int) string {
	if name := f.target(i); name != "" && modelName.MatchString(name) {
		return name
	}
	depth := 0
	for k := i - 1; k >= 0 && k > i-1024; k-- {
		switch t := f.at(k); {
		case t.Is(")") || t.Is("]") || t.Is("}"):
			depth++
		case t.Is("(") || t.Is("[") || t.Is("{"):
			depth--
			if depth < -4 {
				return ""
			}
		case t.Is("=") && depth <= 0 && f.at(k-1).Kind == tokens.Word && !f.at(k+1).Is(">") && !f.at(k+1).Is("="):
			return f.at(k - 1).Text
		case (t.Is("=") && f.at(k+1).Is(">") || t.Is("function") || t.Is("return")) && depth <= 0:
			return ""
		}
	}
	return ""
}

// excluded tells imports, the addresses of files, and attributes of elements.
func (f *finding) excluded(i int) bool {
	before, earlier := f.at(i-1), f.at(i-2)
	switch {
	case before.Is("from"), before.Is("import"), before.Is("(") && (earlier.Is("import") || earlier.Is("require") || earlier.Is("URL")):
		return true
	case before.Is("=") && attributes[strings.ToLower(earlier.Text)]:
		return true
	case before.Is(":") && attributes[strings.ToLower(earlier.Text)]:
		return true
	}
	return strings.HasPrefix(f.at(i).Text, "@")
}

var attributes = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields(`class classname src href type alt id style rel accept d to action method mimetype contenttype
		dataset datasetid import path url route pathname extends`) {
		m[s] = true
	}
	return m
}()

// inputs states the default of a field of a page that asks for a model.
func (f *finding) inputs() {
	src := f.file.Src
	for _, m := range input.FindAllSubmatchIndex(src.Text, 256) {
		tag, value := src.Text[m[0]:m[1]], src.Text[m[2]:m[3]]
		id, ok := modelid.Hub(string(value))
		if ok && !f.stated[m[2]] && modelName.Match(bytes.Replace(tag, value, nil, 1)) {
			f.file.State(gate.Reference{Model: id, Loader: "input", At: src.At(m[2], m[3]), Resolution: gate.Alternative})
		}
	}
}

var input = regexp.MustCompile(`<(?:input|option)\b[^<>]{0,400}?\bvalue="([\w.-]+/[\w.-]+)"[^<>]{0,400}>`)

func (f *finding) state(i int, m gate.ModelID, loader string, args map[string]string, how gate.Resolution, sink gate.Location) {
	if f.seen[i] {
		return
	}
	f.seen[i], f.stated[f.at(i).Start] = true, true
	if rev := args["revision"]; m.Revision == "" && rev != "?" {
		m.Revision = rev
	}
	ref := gate.Reference{Model: m, Loader: loader, Args: args, At: f.file.Src.At(f.at(i).Start, f.at(i).End), Resolution: how}
	if sink.Line > 0 && sink.Line != ref.At.Line {
		ref.LoadedAt = []gate.Location{sink}
	}
	f.file.State(ref)
}
