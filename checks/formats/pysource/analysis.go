package pysource

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/pyconst"
	"github.com/modelgate/gate/internal/pysyntax"
)

const (
	minSteps     = 4_000_000 // of following names and folding constants, in any file
	stepsPerByte = 16
	maxFacts     = 1000
	maxDecodes   = 4 // code in decoded code
	maxText      = 200
)

// fact is a call, or with a target a patch, before it is known whether it runs on import.
type fact struct {
	start, end uint32
	call       Call
	target     string
}

// analysis reads one file and all that it decodes.
type analysis struct {
	ctx    context.Context
	out    gate.Recorder
	src    *gate.Source
	file   *module
	locals map[string]pyconst.Value // the variable of the comprehension that is folded
	steps  int
	folded int // bytes of constants
	facts  int
	handed map[uint32]bool // places whose decoded files were handed back
	read   map[code]bool   // what was decoded and read already

	unfinished, budget string
}

// code is text that a scope decodes.
type code struct {
	in   *scope
	text string
}

// step counts work, and tells whether there may be more.
func (a *analysis) step() bool {
	if a.steps--; a.steps >= 0 && (a.steps%4096 != 0 || a.ctx.Err() == nil) {
		return true
	}
	if a.unfinished == "" {
		a.unfinished, a.budget = "following the names of the file took too long", "time"
	}
	a.steps = min(a.steps, 0)
	return false
}

// cost is step for work on n bytes.
func (a *analysis) cost(n int) bool {
	a.steps = max(0, a.steps-n/32)
	return a.step()
}

// spend counts the bytes of constants that were computed.
func (a *analysis) spend(n int) bool {
	if a.folded += n; a.folded <= maxDecoded {
		return true
	}
	if a.unfinished == "" {
		a.unfinished, a.budget = "the constants that the file decodes are too long", "bytes"
	}
	return false
}

// module reads the file and what its own code runs on import.
func (a *analysis) module(m *pysyntax.Module) {
	a.locals, a.handed, a.read = map[string]pyconst.Value{}, map[uint32]bool{}, map[code]bool{}
	a.file = newModule(m, 0)
	walker{a, a.file}.each(m.Body, &a.file.scope)
	a.file.mark(&a.file.scope)
}

// mark notes that a scope runs on import, and what it calls.
func (m *module) mark(first *scope) {
	queue, done := []*scope{first}, map[use]bool{}
	for len(queue) > 0 {
		s := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if s.runs {
			continue
		}
		s.runs = true
		queue = append(queue, s.classes...)
		for _, u := range s.uses {
			if done[u] {
				continue
			}
			done[u] = true
			for _, f := range m.functions[u.name] {
				if f.class {
					queue = append(queue, f.constructors()...)
				} else if u.method || f.parent == nil || !f.parent.class {
					queue = append(queue, f)
				}
			}
		}
	}
}

// constructors are the methods that run without being named.
func (s *scope) constructors() []*scope {
	var list []*scope
	for _, f := range s.methods {
		if strings.HasPrefix(f.name, "__") && strings.HasSuffix(f.name, "__") {
			list = append(list, f)
		}
	}
	return list
}

// emit states all facts in the order of the file.
func (a *analysis) emit() {
	var calls []fact
	seen := map[fact]bool{}
	for _, s := range a.file.all {
		for _, f := range s.facts {
			f.call.Scope = inFunction
			if s.runs {
				f.call.Scope = onImport
			}
			if !seen[f] {
				seen[f] = true
				calls = append(calls, f)
			}
		}
	}
	slices.SortStableFunc(calls, func(x, y fact) int {
		return cmp.Or(cmp.Compare(x.start, y.start), cmp.Compare(x.end, y.end), cmp.Compare(x.call.Callee, y.call.Callee),
			cmp.Compare(x.target, y.target), cmp.Compare(x.call.Text, y.call.Text), cmp.Compare(x.call.Scope, y.call.Scope))
	})
	for _, f := range calls {
		at := a.src.At(int(f.start), int(f.end))
		if f.target != "" {
			a.out.Emit("python.patch", at, Patch{f.target})
			continue
		}
		a.out.Emit("python.call", at, f.call)
	}
	if a.facts > maxFacts && a.unfinished == "" {
		a.unfinished, a.budget = "the file has more such calls than are listed", "entries"
	}
}
