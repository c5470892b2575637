package python

import (
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
	"github.com/modelgate/gate/internal/pyversion"
)

// loader is a call that can run code from what it loads: a row of the table.
type loader struct {
	lib, call string
	unsafe    string
	// flag decides: where it is safe the call is, and where it is absent the call is
	// unsafe unless optional says that its default is safe.
	flag, safe string
	optional   bool
	// deep says that modules may stand between the library and the call.
	deep bool
	// downloaded says that the call matters only for what comes from elsewhere.
	downloaded bool
	// origin is where the thing comes from if its argument does not tell.
	origin string
	// arg is the position of what is loaded.
	arg int
}

var loadsByName = indexedLoads(loads)

func indexedLoads(rows []loader) map[string][]loader {
	out := map[string][]loader{}
	for _, l := range rows {
		name := l.call[strings.LastIndexByte(l.call, '.')+1:]
		out[name] = append(out[name], l)
	}
	return out
}

// load states a call that can run code from what it loads.
func (m *machine) load(path string, a *arguments, model string) {
	for _, l := range loadsByName[path[strings.LastIndexByte(path, '.')+1:]] {
		if !l.fits(path) {
			continue
		}
		ev, unsafe := l.judge(a)
		if !unsafe {
			m.relies(l, ev, path, a)
			return
		}
		ev.Callee, ev.Unsafe = clean(path), l.unsafe
		ev.Origin, ev.Model = m.origin(argAt(a, l.arg), 0)
		if l.downloaded && ev.Origin != "hub" && ev.Origin != "url" {
			return
		}
		if ev.Origin == "" || l.origin == "hub" && l.unsafe != "pickle" { // owner/name looks like a path
			ev.Origin = l.origin
		}
		if ev.Model == "" {
			ev.Model = model
		}
		start, end := a.node.Range()
		m.report.addLoad(ev, start, end)
		return
	}
}

// relies binds a load that leaves out an argument whose default was not always safe, for
// the versions that other files name.
func (m *machine) relies(l loader, ev gate.Load, path string, a *arguments) {
	root, _, _ := strings.Cut(path, ".")
	if pkg, ok := pyversion.Package(root); ok && l.optional && ev.Value == "absent" {
		start, end := a.node.Range()
		m.report.binds[bindKey{"load:" + pkg, clean(path), span{start, end}}] = true
	}
}

// fits is stricter than that of sinks: "torch.jit.load" is not "torch.load".
func (l *loader) fits(path string) bool {
	if strings.Contains(path, "safetensors.") {
		return false
	}
	if l.deep || l.lib == "" {
		return fits(path, l.lib, l.call)
	}
	return fits(path, "", l.lib+"."+l.call)
}

func argAt(a *arguments, pos int) set {
	if pos < len(a.pos) {
		return a.pos[pos]
	}
	for _, name := range []string{"f", "file", "filename", "filepath", "model_uri", "repo_or_dir", "url", "path"} {
		if k, ok := a.named(name); ok {
			return k.value
		}
	}
	return nil
}

// judge reads the flag of a load.
func (l *loader) judge(a *arguments) (ev gate.Load, unsafe bool) {
	if l.flag == "" {
		return ev, true
	}
	if _, ok := a.named("pickle_module"); ok && l.flag == "weights_only" {
		return gate.Load{Flag: "pickle_module", Value: "?"}, true
	}
	ev.Flag, ev.Value = l.flag, "absent"
	pos := -1
	if l.flag == "Loader" {
		pos = 1
	}
	v, ok := a.at(pos, l.flag)
	if !ok {
		return ev, !l.optional
	}
	ev.Value, _ = v.flag()
	if l.safe == "true" && v.has("False") {
		ev.Value = "false" // on one way at least
	}
	if l.flag == "Loader" {
		return loaderOf(v)
	}
	if (ev.Value == "?" || ev.Value == "none") && l.optional {
		return ev, false // what is not known is no sign of danger where the default is safe
	}
	return ev, ev.Value != l.safe
}

// loaderOf judges the Loader argument of yaml.load.
func loaderOf(s set) (ev gate.Load, unsafe bool) {
	ev.Flag, ev.Value = "Loader", "?"
	for _, v := range s {
		if v.kind == symbol {
			ev.Value = v.text[strings.LastIndexByte(v.text, '.')+1:]
		}
	}
	switch ev.Value {
	case "Loader", "UnsafeLoader", "FullLoader", "CLoader", "CUnsafeLoader", "CFullLoader", "CoreLoader":
		return ev, true
	}
	return ev, false // SafeLoader, CSafeLoader, and loaders of the file, which derive from it as a rule
}

// flags states arguments that make a call unsafe whatever it calls.
func (m *machine) flags(path string, a *arguments, model string) {
	given := withNested(a)
	for _, f := range unsafeFlags {
		for _, k := range given {
			if k.name == f.flag && (f.lib == "" || hasPart(path, f.lib)) {
				m.flag(path, f, k, model)
			}
		}
	}
}

func (m *machine) flag(path string, f unsafeFlag, k keyword, model string) {
	value, at := k.value.flag()
	if f.flag == trustFlag && m.trust != nil && value == "true" {
		value, _ = m.trust.flag()
	}
	if f.value == "false" && k.value.has("False") {
		value = "false"
	}
	if f.value == "set" {
		if s := written(k.value); s == "" || s == "false" || modelid.IsLocal(s) {
			return
		}
		value = written(k.value)
	} else if value != f.value {
		return
	}
	start, end := k.start, k.end
	if at != nil && at.end > 0 {
		start, end = at.start, at.end
	}
	if strings.HasPrefix(path, "?.") && len(loadsByName[path[2:]]) > 0 && f.flag == "weights_only" {
		return
	}
	m.report.addLoad(gate.Load{Callee: clean(path), Flag: f.flag, Value: value, Unsafe: f.unsafe, Origin: f.origin, Model: model}, start, end)
}

// withNested are the keywords of a call with those in mappings that it passes on.
func withNested(a *arguments) []keyword {
	out := a.kw[:len(a.kw):len(a.kw)]
	for _, k := range a.kw {
		if !strings.HasSuffix(k.name, "_kwargs") && k.name != "model_args" && k.name != "kwargs" {
			continue
		}
		for _, d := range k.value {
			for _, p := range d.pairs {
				out = append(out, keyword{p.key, p.value, p.start, p.end})
			}
		}
	}
	return out
}

// local looks at a call of a function or class of this file: only its flags, since what it
// loads is found in its body.
func (m *machine) local(name string, a *arguments) {
	if !m.reporting || a.node == nil {
		return
	}
	m.shapes(nothing, a)
	for _, k := range a.kw {
		if k.name == "trust_remote_code" {
			m.flag(name, unsafeFlags[0], k, "")
		}
	}
}

// maxOrigin bounds the search for where a value comes from.
const maxOrigin = 6

// origin tells where what a value holds comes from: hub, url, file, memory or "".
func (m *machine) origin(s set, depth int) (where, model string) {
	if depth > maxOrigin {
		return "", ""
	}
	for _, v := range s {
		switch v.kind {
		case text:
			if v.args != nil && v.partial {
				where, model = m.origin(first(v.args.pos), depth+1)
			}
			if where == "" {
				where, model = originOfText(v)
			}
		case symbol:
			where, model = m.originOfCall(v, depth)
		case list:
			for _, e := range v.elts {
				if where == "" {
					where, model = m.origin(e, depth+1)
				}
			}
		}
		if where != "" {
			return where, model
		}
	}
	return "", ""
}

func originOfText(v *value) (string, string) {
	if id, ok := modelid.URI(v.text); ok && !v.partial {
		if id.Source == "url" {
			return "url", id.Key()
		}
		return "hub", id.Key()
	}
	if strings.HasPrefix(v.text, "http://") || strings.HasPrefix(v.text, "https://") {
		return "url", ""
	}
	if v.text == "" {
		return "", ""
	}
	return "file", ""
}

func (m *machine) originOfCall(v *value, depth int) (string, string) {
	if v.args == nil {
		return "", ""
	}
	path := strings.TrimSuffix(v.text, "()")
	for strings.Contains(path, "()") {
		if where := origins[lastName(path)]; where != "" {
			break
		}
		path = path[:strings.LastIndex(path, "()")]
	}
	if path == "requests.get" || path == "httpx.get" || path == "wget.download" || path == "gdown.download" {
		return "url", ""
	}
	if where := origins[lastName(path)]; where != "" {
		id := ""
		if s := sinkOf(path); s != nil && len(s.ids) > 0 {
			ids, _ := v.args.at(s.ids[0].pos, strings.Fields(s.ids[0].names)...)
			for _, k := range ids.known() {
				if got, ok := s.ids[0].read(k.text); ok {
					id = got.Key()
				}
			}
		}
		return where, id
	}
	weak := ""
	for _, p := range v.args.pos {
		where, id := m.origin(p, depth+1)
		if where != "" && where != "file" {
			return where, id
		}
		if where == "file" {
			weak = where
		}
	}
	return weak, ""
}

func lastName(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }
