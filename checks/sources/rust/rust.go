// Package rust finds the models that Rust programs fetch with hf_hub
// (docs.rs/hf-hub), as candle, mistral.rs and their users do: ids in calls, in match arms
// and tables, and the revision that stands beside them.
package rust

import (
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/sourcefile"
	"github.com/modelgate/gate/internal/tokens"
)

// maxAttribute is how far the key of a value in an attribute is looked for.
const maxAttribute = 64

// Finder finds models in Rust.
type Finder struct{}

// Spec describes the finder.
func (Finder) Spec() gate.Spec {
	return gate.Spec{
		Name:      "rust",
		Doc:       "Finds models that Rust programs fetch from the Hub.",
		Languages: []string{"rs"},
		Emits:     map[gate.Kind]any{gate.KindIncomplete: gate.Incomplete{}},
	}
}

// Wants takes files by the ending of their names.
func (Finder) Wants(p string, head []byte) bool { return path.Ext(p) == ".rs" }

// libraries are the words without which a file fetches nothing from the Hub by itself.
var libraries = []string{"hf_hub", "Api::new", "ApiBuilder", "Repo::", "mistralrs", "ModelBuilder"}

// Find scans a file that uses a client of the Hub.
func (Finder) Find(ctx context.Context, src *gate.Source, out gate.Recorder) {
	client := sourcefile.Mentions(src.Text, libraries...)
	if !client && !sourcefile.Mentions(src.Text, "download") {
		return
	}
	file := sourcefile.File{Finder: "rust", Src: src, Out: out}
	list, _ := file.Tokens(tokens.Rust)
	f := &finding{file: file, client: client, list: list, pairs: tokens.Pairs(list)}
	f.groups()
	f.arms()
	for i, t := range f.list {
		if ctx.Err() != nil {
			return
		}
		if t.Kind == tokens.String {
			f.text(i)
		}
	}
}

type finding struct {
	file   sourcefile.File
	client bool // the file uses a client of the Hub
	list   []tokens.Token
	pairs  []int
	within []int // the index of the mark that opens the group around a token, or -1
	// revisions are those that match arms give, by the last name of the arm's pattern; ""
	// for a name with several.
	revisions map[string]string
	pinned    bool            // the file asks for revisions somewhere
	datasets  map[string]bool // names that are handed to a call for data sets
}

// groups notes around each token the group that it stands in.
func (f *finding) groups() {
	f.within = make([]int, len(f.list))
	stack := []int{-1}
	for i, t := range f.list {
		f.within[i] = stack[len(stack)-1]
		if t.Kind != tokens.Mark {
			continue
		}
		switch t.Text {
		case "(", "[", "{":
			stack = append(stack, i)
		case ")", "]", "}":
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
		}
	}
}

func (f *finding) at(i int) tokens.Token { return tokens.At(f.list, i) }

// text states a string that is an id of the Hub, unless a data set, a format or a message
// is what it is for.
func (f *finding) text(i int) {
	t := f.list[i]
	if !strings.Contains(t.Text, "/") {
		return
	}
	m, ok := modelid.Hub(t.Text)
	if !ok || revision.MatchString(t.Text) || f.datasets[f.binding(i)] {
		return
	}
	open := f.within[i]
	call := f.at(open - 1).Text
	if call == "!" && macros[f.at(open-2).Text] || calls[call] || f.dataset(open) || f.key(i) || f.described(i, open) {
		return
	}
	if !f.client && !f.download(i, open) {
		return
	}
	args := map[string]string{}
	rev := f.revision(i, open)
	if rev == "" {
		rev = f.armRevision(i)
	}
	if rev == "" {
		rev = f.nextRevision(i)
	}
	switch {
	case rev != "":
		args["revision"] = rev
		m.Revision = rev
	case f.pinned && call != "model":
		args["revision"] = "?" // it is followed no further
	}
	loader := "hf_hub"
	switch {
	case call == "model" || call == "repo" || call == "with_revision" || call == "new":
		loader += "." + call
	case f.download(i, open):
		loader = call
	}
	f.file.State(gate.Reference{Model: m, Loader: loader, Args: args, At: f.file.Src.At(t.Start, t.End), Resolution: f.resolution(call)})
}

// resolution tells an id that is written at the call from one of a table.
func (f *finding) resolution(call string) gate.Resolution {
	switch call {
	case "model", "with_revision", "new":
		return gate.Literal
	}
	if downloads.MatchString(call) {
		return gate.Literal
	}
	return gate.Resolved
}

var (
	macros = map[string]bool{"println": true, "print": true, "eprintln": true, "format": true, "bail": true, "panic": true,
		"write": true, "writeln": true, "info": true, "debug": true, "warn": true, "error": true, "anyhow": true, "assert": true,
		"assert_eq": true, "include_str": true, "include_bytes": true, "trace": true, "expect": true}
	calls = map[string]bool{"dataset": true, "space": true, "get": true, "join": true, "expect": true, "context": true, "open": true,
		"from_file": true, "pp": true, "starts_with": true, "ends_with": true, "contains": true, "doc": true}
	// downloads are the names of functions of the program that hand an id to a client which
	// another file uses.
	downloads = regexp.MustCompile(`^(download|fetch)_(model|models|artifacts?|weights|repo|hub|snapshot|safetensors|checkpoints?|tokenizer)$`)
	// defaults are the keys of an attribute that hold what an option is if it is not given.
	defaults = map[string]bool{"default_value": true, "default_value_t": true, "default_value_os": true, "default_missing_value": true,
		"default_values": true, "default_values_t": true, "default": true}
	// revision is how a revision looks that hf_hub takes.
	revision = regexp.MustCompile(`^(main|master|dev|fp16|bf16|refs/(pr|heads|tags|convert)/[\w.-]+|[0-9a-f]{7,40}|v[0-9][\w.]*)$`)
)

// arms notes the revisions that match arms give, and what is handed to calls for data sets.
func (f *finding) arms() {
	f.revisions, f.datasets = map[string]string{}, map[string]bool{}
	for i, t := range f.list {
		switch {
		case t.Is("with_revision"):
			f.pinned = true
		case t.Is("dataset") && f.at(i+1).Is("(") && f.at(i+2).Kind == tokens.Word:
			f.datasets[f.at(i+2).Text] = true
		case t.Kind == tokens.String && revision.MatchString(t.Text):
			for _, name := range f.patterns(i) {
				if old, ok := f.revisions[name]; ok && old != t.Text {
					f.revisions[name] = ""
				} else {
					f.revisions[name] = t.Text
				}
			}
		}
	}
}

// patterns are the last names of the alternatives of the arm whose value begins with the
// string at index i: V1 and V2 of "Which::V1 | Which::V2 => …".
func (f *finding) patterns(i int) []string {
	k := i - 1
	for f.at(k).Is("{") || f.at(k).Is("(") {
		k--
	}
	if !f.at(k).Is(">") || !f.at(k-1).Is("=") {
		return nil
	}
	var names []string
	last := true
	for k -= 2; k > i-64 && k >= 0; k-- {
		t := f.at(k)
		switch {
		case t.Kind == tokens.Word && last:
			names = append(names, t.Text)
			last = false
		case t.Is("|"):
			last = true
		case t.Kind != tokens.Word && !t.Is(":"):
			return names
		}
	}
	return names
}

// armRevision is the revision of the arms with the patterns of this one, if they agree.
func (f *finding) armRevision(i int) string {
	rev := ""
	for _, name := range f.patterns(i) {
		r := f.revisions[name]
		if r == "" || rev != "" && rev != r {
			return ""
		}
		rev = r
	}
	return rev
}

// nextRevision is that of "let revision = …" in the statement behind "let model = …".
func (f *finding) nextRevision(i int) string {
	if f.binding(i) == "" {
		return ""
	}
	for k := i + 1; k < i+16; k++ {
		if f.at(k).Kind == tokens.String {
			if strings.Contains(f.binding(k), "rev") && revision.MatchString(f.at(k).Text) {
				return f.at(k).Text
			}
			return ""
		}
	}
	return ""
}

// binding is the name that "let name = …" gives the string at index i.
func (f *finding) binding(i int) string {
	if f.at(i-1).Is("=") && f.at(i-3).Is("let") {
		return f.at(i - 2).Text
	}
	return ""
}

// key tells that the string is compared or matched, and not what a match gives.
func (f *finding) key(i int) bool {
	return f.at(i+1).Is("=") && f.at(i+2).Is(">") || f.at(i-1).Is("=") && f.at(i-2).Is("=")
}

// download tells that the string is the first argument of a call that downloads a model.
func (f *finding) download(i, open int) bool {
	return open == i-1 && f.at(open).Is("(") && downloads.MatchString(f.at(open-1).Text)
}

// described tells that the string stands in an attribute that documents or checks, and
// gives no default.
func (f *finding) described(i, open int) bool {
	for k, depth := open, 0; k >= 0 && depth < maxAttribute; k, depth = f.within[k], depth+1 {
		if f.at(k).Is("[") && (f.at(k-1).Is("#") || f.at(k-1).Is("!") && f.at(k-2).Is("#")) {
			return !defaults[f.attributeKey(i, k)]
		}
	}
	return false
}

// attributeKey is the word before the value that the string at index i belongs to.
func (f *finding) attributeKey(i, open int) string {
	for k := i - 1; k > open && k > i-maxAttribute; k-- {
		if t := f.at(k); t.Kind == tokens.Word && !t.Is("vec") {
			return t.Text
		}
	}
	return ""
}

// dataset tells that the call around names a data set or a space.
func (f *finding) dataset(open int) bool {
	if open < 0 || !f.at(open).Is("(") {
		return false
	}
	end := min(f.pairs[open], open+64)
	for k := open; k < end; k++ {
		if f.at(k).Is("Dataset") || f.at(k).Is("Space") {
			return true
		}
	}
	return false
}

// revision is the string beside an id, in a tuple or a call, that looks like one.
func (f *finding) revision(i, open int) string {
	if open < 0 || !f.at(open).Is("(") {
		return ""
	}
	for k := i + 1; k < min(len(f.list), i+32) && f.within[k] >= open; k++ {
		t := f.list[k]
		some := f.within[k] > open && f.at(f.within[k]-1).Is("Some") && f.within[f.within[k]] == open
		if t.Kind == tokens.String && (f.within[k] == open || some) {
			if revision.MatchString(t.Text) {
				return t.Text
			}
			return ""
		}
		if f.within[k] == open && t.Is(")") {
			return ""
		}
	}
	return ""
}
