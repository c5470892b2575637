package shell

import (
	"fmt"
	"maps"
	"path"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
)

// report states what a command loads.
func (w *walker) report(l *loading) {
	if l.skip {
		return
	}
	first := ""
	for _, id := range l.ids {
		if m, ok := w.loaded(l, id); ok && first == "" {
			first = m.Key()
		}
	}
	if l.args["trust_remote_code"] == "true" {
		w.out.Emit(gate.KindLoad, l.trust, gate.Load{Callee: l.loader, Flag: "trust_remote_code", Value: "true",
			Unsafe: "remote-code", Origin: "hub", Model: first, Context: w.place})
	}
}

func (w *walker) loaded(l *loading, id loaded) (gate.ModelID, bool) {
	args := maps.Clone(l.args)
	delete(args, "tokenizer_revision")
	if id.tokenizer {
		delete(args, "revision")
		if rev := l.args["tokenizer_revision"]; rev != "" {
			args["revision"] = rev
		}
	}
	if !id.known() {
		if id.sure && !w.senseless(l, id) {
			w.dynamic(l, id, args)
		}
		return gate.ModelID{}, false
	}
	m, ok := id.read(id.S)
	if !ok {
		return gate.ModelID{}, false
	}
	return w.state(m, l.loader, args, id.value, l.at), true
}

// senseless tells that an unknown value is not worth stating: a blank in a document, or
// a repository that git clones and that nothing says to be one of the Hub's.
func (w *walker) senseless(l *loading, id loaded) bool {
	if strings.HasPrefix(l.loader, "git ") {
		host, _, _ := strings.Cut(id.S, unknown)
		m, ok := modelid.URI(host + "owner/name")
		return !ok || m.Source == "url"
	}
	return w.place == gate.InDoc && id.variable == ""
}

// dynamic states a load whose model only running the script tells.
func (w *walker) dynamic(l *loading, id loaded, args map[string]string) {
	delete(args, "output")
	w.out.Reference(gate.Reference{Loader: l.loader, Args: args, At: l.at, LoadedAt: []gate.Location{l.at},
		Finder: "shell", Context: w.place, Resolution: gate.Dynamic, Variable: id.variable})
}

// state states a reference, once for one id at one place and loader.
func (w *walker) state(m gate.ModelID, loader string, args map[string]string, v value, sink gate.Location) gate.ModelID {
	if rev := args["revision"]; m.Revision == "" && rev != "?" {
		m.Revision = rev
	}
	at := w.at(v)
	once := fmt.Sprintf("%s %d:%d", m, at.Line, at.Column)
	if w.seen[once] && sink.Line == 0 {
		return m
	}
	if w.seen[once+loader] {
		return m
	}
	w.seen[once], w.seen[once+loader] = true, true
	ref := gate.Reference{Model: m, Loader: loader, Args: args, At: at, Finder: "shell", Context: w.place,
		Resolution: v.how, Immutable: modelid.Immutable(m, args)}
	if v.how == gate.Alternative {
		ref.Variable = v.variable
	}
	if sink.Line > 0 && (sink.Line != at.Line) {
		ref.LoadedAt = []gate.Location{sink}
	}
	w.pending = append(w.pending, ref)
	return m
}

// flush states what was collected: a download whose digest the script checks is pinned.
func (w *walker) flush() {
	if w.spent.Limit > 0 {
		w.out.Emit(gate.KindIncomplete, w.src.At(0, 0), w.spent)
	}
	for _, ref := range w.pending {
		file := ref.Model.File
		if saved := ref.Args["output"]; saved != "" {
			file = path.Base(saved)
		}
		delete(ref.Args, "output")
		if digest := w.digests[file]; digest != "" && file != "" {
			ref.Args["sha256"] = digest
			ref.Immutable = modelid.Immutable(ref.Model, ref.Args)
		}
		w.out.Reference(ref)
	}
}

// checked notes the lines "digest  file" that sha256sum checks.
func (w *walker) checked(text string) {
	for line := range strings.Lines(strings.ReplaceAll(text, `\n`, "\n")) {
		f := strings.Fields(line)
		if len(f) == 2 && len(f[0]) == 64 && strings.Trim(f[0], "0123456789abcdefABCDEF") == "" {
			w.digests[path.Base(strings.TrimPrefix(f[1], "*"))] = f[0]
		}
	}
}

// checks tells that a command compares digests with a list of them.
func checks(command string) bool {
	return (strings.Contains(command, "sha256sum") || strings.Contains(command, "shasum") && strings.Contains(command, "256")) &&
		(strings.Contains(command, " -c") || strings.Contains(command, " --check"))
}
