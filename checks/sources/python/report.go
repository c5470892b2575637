package python

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/modelid"
)

// report gathers what the machine finds, each thing once, and states it in the order of
// the text.
type report struct {
	src      *gate.Source
	context  gate.Context
	refs     map[refKey]*found
	unknown  map[int]*found // by the start of the sink
	loads    map[loadKey]*loadFound
	binds    map[bindKey]bool
	commands map[string]embedded

	// followed and unfollowed are the functions that calls were followed into, and those
	// with calls that were not.
	followed, unfollowed map[*callable]bool
}

type span struct{ start, end int }

type refKey struct {
	at            span
	id            string
	revision, arg string
}

type found struct {
	ref   gate.Reference
	at    span
	sinks []span
	in    *callable // of a dynamic one: the function it stands in
}

type loadKey struct {
	at     int
	unsafe string
}

type loadFound struct {
	load gate.Load
	at   span
}

type bindKey struct {
	name, value string
	at          span
}

type embedded struct {
	language string
	text     []byte
	places   gate.PositionMap
	start    int
}

func newReport(src *gate.Source) *report {
	r := &report{src: src, context: modelid.ContextOf(src.Path)}
	r.reset()
	return r
}

func (r *report) reset() {
	r.refs = map[refKey]*found{}
	r.unknown = map[int]*found{}
	r.loads = map[loadKey]*loadFound{}
	r.binds = map[bindKey]bool{}
	r.commands = map[string]embedded{}
	r.followed, r.unfollowed = map[*callable]bool{}, map[*callable]bool{}
}

// add notes a model that a sink loads.
func (r *report) add(id gate.ModelID, loader string, args map[string]string, start, end, sinkStart, sinkEnd int, how gate.Resolution, variable string) {
	rev := args["revision"]
	if id.Revision == "" && rev != "?" {
		id.Revision = rev
	}
	sink := span{sinkStart, sinkEnd}
	key := refKey{span{start, end}, id.Source + ":" + id.Key(), id.Revision, rev}
	f := r.refs[key]
	if f == nil {
		f = &found{at: key.at, ref: gate.Reference{Model: id, Loader: clean(loader), Args: map[string]string{}, Finder: "python",
			Context: r.context, Resolution: how, Variable: variable}}
		r.refs[key] = f
	}
	join(f.ref.Args, args)
	if how == gate.Alternative {
		f.ref.Resolution = how
	}
	if !slices.Contains(f.sinks, sink) && sinkEnd > 0 {
		f.sinks = append(f.sinks, sink)
	}
}

// join takes of two values of an argument the one that permits more.
func join(into, args map[string]string) {
	for k, v := range args {
		if old, ok := into[k]; !ok || k != "use_safetensors" && k != "weights_only" && k != "safe_mode" && v == "true" || old != "?" && v == "?" ||
			(k == "use_safetensors" || k == "weights_only" || k == "safe_mode") && v == "false" {
			into[k] = v
		}
	}
}

func (r *report) addDynamic(loader string, args map[string]string, start, end int, variable string, in *callable) {
	f := r.unknown[start]
	if f == nil {
		f = &found{at: span{start, end}, ref: gate.Reference{Loader: clean(loader), Args: args, Finder: "python",
			Context: r.context, Resolution: gate.Dynamic, Variable: variable}}
		r.unknown[start] = f
	}
	f.ref.Variable = joinAsked(f.ref.Variable, variable)
	f.in = in
}

// clean is a callee as a person writes it.
func clean(loader string) string { return strings.TrimPrefix(loader, "?.") }

func (r *report) addLoad(l gate.Load, start, end int) {
	l.Context = r.context
	key := loadKey{start, l.Unsafe}
	if old := r.loads[key]; old == nil {
		r.loads[key] = &loadFound{l, span{start, end}}
	} else if old.load.Model == "" && l.Model != "" {
		old.load = l
	}
}

func (r *report) setenv(name string, v set) {
	for _, k := range v.known() {
		r.binds[bindKey{"env:" + name, k.text, span{k.start, k.end}}] = true
	}
}

// standsAt tells whether a reference was found where a string stands.
func (r *report) standsAt(start, end int) bool {
	for k := range r.refs {
		if k.at.start <= start && end <= k.at.end {
			return true
		}
	}
	return false
}

// flush states everything.
func (r *report) flush(out gate.Recorder) {
	var all []*found
	resolved := map[span]bool{}
	for _, f := range r.refs {
		all = append(all, f)
		for _, s := range f.sinks {
			resolved[s] = true
		}
	}
	for _, f := range r.unknown {
		if resolved[f.at] && r.private(f.in) {
			f.ref.Variable = doubtful(f.ref.Variable)
		}
		if !resolved[f.at] || !r.private(f.in) || f.ref.Variable != "" {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b *found) int {
		return cmp.Or(cmp.Compare(a.at.start, b.at.start), cmp.Compare(a.at.end, b.at.end), cmp.Compare(a.ref.Model.String(), b.ref.Model.String()),
			cmp.Compare(a.ref.Model.Source, b.ref.Model.Source), cmp.Compare(a.ref.Args["revision"], b.ref.Args["revision"]))
	})
	for _, f := range all {
		r.state(f, out)
	}
	for _, k := range slices.SortedFunc(maps.Keys(r.loads), func(a, b loadKey) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.unsafe, b.unsafe))
	}) {
		l := r.loads[k]
		out.Emit(gate.KindLoad, r.src.At(l.at.start, l.at.end), l.load)
	}
	for _, k := range slices.SortedFunc(maps.Keys(r.binds), func(a, b bindKey) int {
		return cmp.Or(cmp.Compare(a.at.start, b.at.start), cmp.Compare(a.name, b.name), cmp.Compare(a.value, b.value))
	}) {
		out.Bind(gate.Binding{Name: k.name, Value: k.value, At: r.src.At(k.at.start, k.at.end)})
	}
	for _, k := range slices.SortedFunc(maps.Keys(r.commands), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.commands[a].start, r.commands[b].start), cmp.Compare(a, b))
	}) {
		c := r.commands[k]
		out.Embed(c.language, c.text, c.places)
	}
}

// private tells that a function is called from this file only, and that all its calls
// were followed: what its parameters may be is then known.
func (r *report) private(f *callable) bool {
	if f == nil || !r.followed[f] || r.unfollowed[f] {
		return false
	}
	return strings.HasPrefix(f.name, "_") && !strings.HasPrefix(f.name, "__") || f.name == "main" || f.scope.home().body == functionScope
}

func (r *report) state(f *found, out gate.Recorder) {
	ref := f.ref
	ref.At = r.src.At(f.at.start, f.at.end)
	slices.SortFunc(f.sinks, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	for _, s := range f.sinks {
		ref.LoadedAt = append(ref.LoadedAt, r.src.At(s.start, s.end))
	}
	if len(ref.Args) == 0 {
		ref.Args = nil
	}
	if ref.Resolution != gate.Dynamic {
		ref.Immutable = ref.Args["revision"] != "?" && modelid.Immutable(ref.Model, ref.Args)
	}
	out.Reference(ref)
}
