package python

import (
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
)

// sink is a call that loads a model: a row of the tables.
type sink struct {
	// lib is a part of the callee's path that must occur, as "transformers"; a final "*"
	// stands for any ending, and nothing for any library.
	lib string
	// call is the end of the path: a function, or a class and its method.
	call string
	ids  []arg
	// implicit is the model that is loaded where no id is given.
	implicit string
	// tasks are such models by the first argument.
	tasks map[string]string
	// when is a flag that must be true for anything to be downloaded.
	when string
	// quiet says that the argument may as well be an object, so that an unknown value is
	// no sign of a model.
	quiet bool
	// fetch says that anything may be fetched: only the name of a file of weights tells
	// that it is a model.
	fetch bool
	// saved is the second argument, the file that is written, where the address does not
	// tell the name of what is fetched.
	saved string
}

// arg is an argument that names a model.
type arg struct {
	pos      int    // -1: by keyword only
	names    string // keywords, separated by spaces
	read     reader
	revision string // the keyword of its revision, where it is not "revision"
}

// reader reads the name of a model in the manner of one library.
type reader func(string) (gate.ModelID, bool)

// byName has the rows of all tables under the last name of their callee.
var byName = indexed(transformersSinks, diffusersSinks, hubSinks, textSinks, serverSinks, visionSinks,
	audioSinks, kerasSinks, registrySinks, frameworkSinks, urlSinks)

func indexed(tables ...[]sink) map[string][]sink {
	out := map[string][]sink{}
	for _, t := range tables {
		for _, s := range t {
			name := s.call[strings.LastIndexByte(s.call, '.')+1:]
			out[name] = append(out[name], s)
		}
	}
	return out
}

// knownName tells whether a path that a star import may stand for is in a table.
func knownName(p string) bool {
	name := p[strings.LastIndexByte(p, '.')+1:]
	return len(byName[name]) > 0 || len(loadsByName[name]) > 0 || strings.HasPrefix(name, "Auto")
}

// sinkOf is the row that fits a path best: the one that says most of it.
func sinkOf(path string) *sink {
	name := path[strings.LastIndexByte(path, '.')+1:]
	var best *sink
	score := -1
	for i := range byName[name] {
		s := &byName[name][i]
		n := 2 * strings.Count(s.call, ".")
		if s.lib != "" {
			n++
		}
		if n > score && fits(path, s.lib, s.call) {
			best, score = s, n
		}
	}
	return best
}

// fits tells whether a dotted path ends in a call and has the library in it.
func fits(path, lib, call string) bool {
	if strings.HasSuffix(path, "()") {
		return false
	}
	path = strings.ReplaceAll(path, "()", "")
	more := true
	for want := true; want; {
		var name, pattern string
		if !more {
			return false
		}
		call, pattern, want = cutLast(call)
		path, name, more = cutLast(path)
		if !glob(pattern, name) {
			return false
		}
	}
	return lib == "" || more && hasPart(path, lib)
}

// cutLast splits a dotted path before its last name, and says whether anything stands
// before it.
func cutLast(path string) (before, name string, more bool) {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)], path[i+1:], i >= 0
}

// hasPart tells whether a dotted path has a name that a pattern fits.
func hasPart(path, pattern string) bool {
	for more := true; more; {
		var name string
		if path, name, more = cutLast(path); glob(pattern, name) {
			return true
		}
	}
	return false
}

// glob compares a name with a pattern that may begin or end in "*".
func glob(pattern, s string) bool {
	if p, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(s, p)
	}
	if p, ok := strings.CutPrefix(pattern, "*"); ok {
		return strings.HasSuffix(s, p)
	}
	return pattern == s
}

// sink looks up a call of something outside the file.
func (m *machine) sink(path string, callee *value, a *arguments) {
	if !m.reporting || a.node == nil || path == "" {
		return
	}
	m.command(path, a)
	m.generic(path, a)
	m.catalogue(path, a)
	s := sinkOf(path)
	model := ""
	if s != nil && !hosted(path) && !m.otherType(a) {
		model = m.references(s, path, a)
	}
	m.load(path, a, model)
	m.flags(path, a, model)
}

// otherType tells whether a call of the Hub is about a data set or a space.
func (m *machine) otherType(a *arguments) bool {
	t, ok := a.at(-1, "repo_type")
	if !ok {
		return false
	}
	for _, v := range t {
		if v.kind == text && v.text == "model" || v.kind == unknown || v.text == "None" {
			return false
		}
	}
	return len(t) > 0
}

// references reports what the arguments of a sink name, and returns the first id.
func (m *machine) references(s *sink, path string, a *arguments) string {
	if s.when != "" {
		w, ok := a.at(-1, s.when)
		flag, _ := w.flag()
		if !ok || flag == "false" || flag == "none" {
			return ""
		}
	}
	model := ""
	for i, id := range s.ids {
		v, given := a.at(id.pos, strings.Fields(id.names)...)
		if !given && i == 0 {
			m.absent(s, path, a)
			continue
		}
		if given && i == 0 && v.has("None") && len(v) == 1 {
			m.absent(s, path, a)
		} else if given {
			if key := m.argument(s, &id, path, a, flat(v)); model == "" {
				model = key
			}
		}
	}
	if len(s.ids) == 0 {
		m.absent(s, path, a)
	}
	return model
}

// flat puts the items of lists in the place of the lists.
func flat(s set) set {
	var out set
	for _, v := range s {
		if v.kind != list {
			out = append(out, v)
			continue
		}
		for _, e := range v.elts {
			out = append(out, e...)
		}
	}
	return out
}

// absent reports a call without an id: the library's own choice, or an argument in an
// unknown mapping.
func (m *machine) absent(s *sink, path string, a *arguments) {
	implicit := s.implicit
	if s.tasks != nil {
		if task := textOf(first(a.pos)); task != nil {
			implicit = s.tasks[task.text]
		}
	}
	if a.open || a.rest {
		if len(s.ids) > 0 && !s.quiet {
			m.dynamic(path, a, "")
		}
		return
	}
	if implicit == "" {
		return
	}
	id, ok := modelid.Any(implicit)
	if !ok {
		id = gate.ModelID{Source: "catalog", Name: implicit}
	}
	m.atCall(id, path, a)
}

// atCall reports a model that a call itself names.
func (m *machine) atCall(id gate.ModelID, path string, a *arguments) {
	start, end := a.node.Range()
	m.report.add(id, path, argsOf(a, "", m), start, end, start, end, gate.Resolved, "")
}

// argument reports what one argument names.
func (m *machine) argument(s *sink, id *arg, path string, a *arguments, v set) string {
	args := argsOf(a, id.revision, m)
	start, end := a.node.Range()
	var models []gate.ModelID
	var from []*value
	known := v.known()
	if s.saved != "" && !partWeights(v) {
		if to, _ := a.at(1, s.saved); !partWeights(to) {
			return ""
		}
	}
	for _, k := range known {
		model, ok := id.read(k.text)
		if !ok {
			model, ok = m.shipped(k)
		}
		if ok {
			models, from = append(models, model), append(from, k)
		}
	}
	first := ""
	for i, model := range models {
		k, how := from[i], gate.Resolved
		if len(models) > 1 {
			how = gate.Alternative
		} else if k.start >= start && k.end <= end && k.literal != nil {
			how = gate.Literal
		}
		m.report.add(model, path, m.digests(model, args), k.start, k.end, start, end, how, k.variable)
		if first == "" {
			first = model.Key()
		}
	}
	names := m.askedBy(id, v)
	if len(known) == 0 && m.unresolved(v, s.quiet) && (!s.fetch || partWeights(v)) {
		m.dynamic(path, a, names)
	} else if names = doubtful(names); names != "" {
		m.dynamic(path, a, names)
	}
	return first
}

// partWeights tells whether an address that is known in part ends as files of weights do.
func partWeights(s set) bool {
	return slices.ContainsFunc(s, func(v *value) bool { return v.kind == text && modelid.WeightsFile(v.text) })
}

// shipped accepts the path of a file of weights that lies beside the program.
func (m *machine) shipped(k *value) (gate.ModelID, bool) {
	if !modelid.IsLocal(k.text) || !modelid.WeightsFile(k.text) || strings.Contains(k.text, "{") {
		return gate.ModelID{}, false
	}
	return gate.ModelID{Source: "local", Name: k.text}, true
}

// unresolved tells whether a set leaves open what is loaded: a name that is not known, not
// an object that was made elsewhere.
func (m *machine) unresolved(v set, quiet bool) bool {
	if len(v) == 0 {
		return !quiet
	}
	for _, w := range v {
		switch {
		case w.variable != "", w.kind == text && w.partial:
			return true
		case w.kind == unknown:
			return !quiet
		case w.kind == symbol && !quiet && !strings.HasPrefix(w.text, "tempfile."):
			if origin, _ := m.origin(one(w), 0); origin != "hub" && origin != "url" {
				return true
			}
		}
	}
	return false
}

func (m *machine) dynamic(path string, a *arguments, variable string) {
	start, end := a.node.Range()
	args := argsOf(a, "", m)
	if v := firstArgument(a); len(v) > 0 && v[0].kind == text && v[0].partial {
		args["pattern"] = v[0].text
	}
	m.report.addDynamic(path, args, start, end, variable, m.inside())
}

// inside is the function whose body is being run.
func (m *machine) inside() *callable {
	if n := len(m.calls); n > 0 {
		return m.calls[n-1]
	}
	return m.current
}

func firstArgument(a *arguments) set {
	if len(a.pos) > 0 {
		return a.pos[0]
	}
	if len(a.kw) > 0 {
		return a.kw[0].value
	}
	return nil
}
