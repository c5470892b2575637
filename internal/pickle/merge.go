package pickle

import "github.com/modelgate/gate"

// Merge adds the facts of another stream of the same file. Start, Top and Protocol stay
// those of the first.
func (r *Result) Merge(other *Result) {
	limit := Limits{}.withDefaults().Facts
	room := true
	for _, i := range other.Imports {
		room = r.addImport(i, limit) >= 0 && room
	}
	for _, c := range other.Calls {
		room = r.addCall(c, limit) && room
	}
	for _, n := range []int{
		len(r.Builds) + len(other.Builds), len(r.Arguments) + len(other.Arguments), len(r.Extensions) + len(other.Extensions),
		len(r.Nested) + len(other.Nested), len(r.Embedded) + len(other.Embedded), len(r.Frames) + len(other.Frames),
	} {
		room = room && n <= limit
	}
	r.Builds = capped(r.Builds, other.Builds, limit)
	r.Arguments = capped(r.Arguments, other.Arguments, limit)
	r.Extensions = capped(r.Extensions, other.Extensions, limit)
	r.Nested = capped(r.Nested, other.Nested, limit)
	r.Embedded = capped(r.Embedded, other.Embedded, limit)
	r.Code = capped(r.Code, other.Code, limit)
	r.Frames = capped(r.Frames, other.Frames, limit)
	r.Siblings = capped(r.Siblings, other.Siblings, limit)
	r.Unusual = capped(r.Unusual, other.Unusual, limit)
	room = room && len(r.Persistent)+len(other.Persistent) <= mostTensors && len(r.Tensors)+len(other.Tensors) <= mostTensors
	r.Persistent = capped(r.Persistent, other.Persistent, mostTensors)
	r.Tensors = capped(r.Tensors, other.Tensors, mostTensors)
	r.Arrays = capped(r.Arrays, other.Arrays, mostTensors)
	r.Incomplete = capped(r.Incomplete, other.Incomplete, 64)
	if !room {
		r.Incomplete = capped(r.Incomplete, []gate.Incomplete{{
			Reason: "pickle: more facts than are reported", Budget: "facts", Limit: int64(limit),
		}}, 64)
		r.Grammar.OK = false
	}
	if r.Grammar.OK {
		r.Grammar = other.Grammar
	}
	if r.WeightsOnly.OK {
		r.WeightsOnly = other.WeightsOnly
	}
	if r.Malformed == "" {
		r.Malformed, r.BrokenAt = other.Malformed, other.BrokenAt
	}
	r.Opcodes += other.Opcodes
	r.End = max(r.End, other.End)
	r.Stopped = other.Stopped
}

func capped[T any](to, from []T, limit int) []T {
	return append(to, from[:max(0, min(len(from), limit-len(to)))]...)
}

// key is what two facts of the same import share.
func (i Import) key() [2]string { return [2]string{i.Module, i.Name + " " + i.Written} }

// addImport records an import and returns its index, -1 where there is no more room.
func (r *Result) addImport(i Import, limit int) int {
	n, ok := r.imports[i.key()]
	if !ok {
		if n = len(r.Imports); n >= limit {
			return -1
		}
		r.imports[i.key()] = n
		r.Imports = append(r.Imports, Import{
			Module: i.Module, Name: i.Name, Written: i.Written, Mapped: i.Mapped,
			Class: i.Class, Harm: i.Harm, Offset: i.Offset,
		})
	}
	r.Imports[n].Count += i.Count
	return n
}

// callKey is what two facts of the same call share: safe calls only their callee.
type callKey struct{ callee, opcode, text string }

func (c Call) key() callKey {
	if c.Class == Safe {
		return callKey{callee: c.Callee, opcode: c.Opcode}
	}
	return callKey{c.Callee, c.Opcode, string(c.Class) + c.Text}
}

// addCall records a call and tells whether there was room.
func (r *Result) addCall(c Call, limit int) bool {
	n, ok := r.calls[c.key()]
	if !ok {
		if n = len(r.Calls); n >= limit {
			return false
		}
		r.calls[c.key()] = n
		r.Calls = append(r.Calls, c)
		r.Calls[n].Count = 0
	}
	r.Calls[n].Count += c.Count
	return true
}

// moveTo makes a nested stream part of the one around it: its facts stand at the
// constant, and where it broke is told apart.
func (r *Result) moveTo(at int64) {
	r.Opcodes, r.End, r.Malformed = 0, 0, ""
	for i := range r.Imports {
		r.Imports[i].Offset = at
	}
	for i := range r.Calls {
		r.Calls[i].Offset = at
	}
	for i := range r.Builds {
		r.Builds[i].Offset = at
	}
	for i := range r.Arguments {
		r.Arguments[i].Offset = at
	}
	for i := range r.Extensions {
		r.Extensions[i].Offset = at
	}
	for i := range r.Nested {
		r.Nested[i].Offset = at
	}
	for i := range r.Persistent {
		r.Persistent[i].Offset = at
	}
}

// absorb merges a stream that stands inside, which does not end the one around it.
func (m *machine) absorb(sub *Result) {
	sub.Stopped = m.res.Stopped
	m.res.Merge(sub)
}

// alsoReads adds what another reading of the same stream does.
func (r *Result) alsoReads(other *Result, limit int) {
	room := true
	for _, i := range other.Imports {
		room = r.addImport(i, limit) >= 0 && room
	}
	for _, c := range other.Calls {
		room = r.addCall(c, limit) && room
	}
	r.Builds = capped(r.Builds, other.Builds, limit)
	r.Arguments = capped(r.Arguments, other.Arguments, limit)
	r.Extensions = capped(r.Extensions, other.Extensions, limit)
	r.Nested = capped(r.Nested, other.Nested, limit)
	r.Embedded = capped(r.Embedded, other.Embedded, limit)
	r.Incomplete = capped(r.Incomplete, other.Incomplete, 64)
	if !room {
		r.Incomplete = capped(r.Incomplete, []gate.Incomplete{{
			Reason: "pickle: more facts than are reported", Budget: "facts", Limit: int64(limit),
		}}, 64)
	}
	r.Grammar.OK = false
}

// AddCalls adds the imports and the calls of another reading of the same bytes, from an
// offset on, that are not safe. Where the bytes are a stream of their own, as in an array
// of objects, its memo is mistaken for the outer one and names get mixed up: then only
// what is known to harm counts.
func (r *Result) AddCalls(other *Result, from int64) {
	limit := Limits{}.withDefaults().Facts
	mixed := false
	for _, a := range r.Arrays {
		mixed = mixed || a.DType == "O"
	}
	real := map[string]bool{}
	for _, i := range other.Imports {
		name := i.Module + "." + i.Name
		real[name] = identifier(name) && i.Harm != "computed" && i.Class != Safe &&
			(!mixed || i.Class == Dangerous && i.Harm != "private" && i.Harm != "indirect")
		if i.Offset >= from && real[name] {
			r.addImport(i, limit)
			r.Grammar = Grammar{Reason: "another reading looks up " + name, Offset: i.Offset}
		}
	}
	for _, c := range other.Calls {
		if c.Offset >= from && c.Class != Safe && real[c.Callee] {
			r.addCall(c, limit)
		}
	}
}

// Summary is a copy with what tells one stream from another: what it yields.
func (r *Result) Summary() *Result {
	return &Result{Start: r.Start, End: r.End, Protocol: r.Protocol, Stopped: r.Stopped, Top: r.Top}
}
