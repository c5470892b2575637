package python

import (
	"context"
	"fmt"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/pysyntax"
)

// Limits on the work for one file.
const (
	maxSteps  = 3_000_000 // nodes looked at, besides one for each byte of the file
	maxInline = 120_000   // of them in bodies of functions that are followed at a call
	maxCalls  = 6         // local functions followed into one another
	maxDepth  = 500       // nested nodes
	maxUnroll = 256       // runs of the body of nested loops, one for each item
	maxStored = 200_000   // items of all lists and dicts that are written in the file
)

// machine runs a module without executing it: statement by statement, with sets of values
// for names. It runs again where something that was used was set later, since methods and
// functions use what stands further down; what the last run reports holds.
type machine struct {
	ctx     context.Context
	mod     *pysyntax.Module
	path    string
	report  *report
	scope   *scope
	globals *scope

	reporting bool
	kept      kept
	cut       bool // alternatives were left out
	stopped   string
	steps     int
	inlined   int
	depth     int
	unrolled  int // runs of the loops that are being run
	trust     set // the option whose test guards what is being run: trustFlag is what it says
	stored    int
	calls     []*callable // that are being followed
	current   *callable   // that is run without a call

	bodies    bodies
	strings   map[*pysyntax.Str]*value
	classes   map[*pysyntax.ClassDef]*classInfo
	functions []*callable
	dotted    map[string]bool // last names of what was assigned as "a.b"
	fields    map[string]set  // by name: options of argument parsers, fields of data classes
	declared  []declaration
	environ   map[string]set  // that the file itself sets
	stars     []string        // modules of star imports
	bound     int             // constants that other files may import
	imports   map[string]bool // names and modules that are imported; true for relative imports
	returned  []set           // by the functions that are being followed
	runs      map[string]runnerKind
	chunk     []value // for the values to come
}

func newMachine(ctx context.Context, mod *pysyntax.Module, path string, known bodies, r *report) *machine {
	return &machine{ctx: ctx, mod: mod, path: path, report: r,
		bodies:  known,
		strings: map[*pysyntax.Str]*value{},
		classes: map[*pysyntax.ClassDef]*classInfo{},
		dotted:  map[string]bool{},
		fields:  map[string]set{},
		environ: map[string]set{},
		imports: map[string]bool{},
		runs:    map[string]runnerKind{},
	}
}

func (m *machine) run() {
	for range 2 {
		m.reporting, m.kept = true, kept{}
		m.functions, m.stars, m.declared, m.steps, m.inlined = nil, nil, nil, 0, 0
		m.unrolled, m.stored = 1, 0
		m.report.reset()
		m.enter(newScope(moduleScope, nil))
		m.block(m.mod.Body)
		for i := 0; i < len(m.functions) && m.stopped == ""; i++ {
			m.alone(m.functions[i])
		}
		if m.stopped != "" || !m.kept.stale {
			break
		}
	}
	m.nameDefaults()
	m.bindConstants()
}

// stateLimits says what the limits left out.
func (m *machine) stateLimits(out gate.Recorder) {
	at := m.report.src.At(0, 0)
	if m.stopped != "" {
		out.Emit(gate.KindIncomplete, at, gate.Incomplete{Reason: "following values through Python code stopped: " + m.stopped, Budget: m.stopped, Limit: maxSteps})
	}
	if m.cut {
		out.Emit(gate.KindIncomplete, at, gate.Incomplete{Reason: fmt.Sprintf("an expression has more than %d alternatives, or the file more than %d items", maxSet, maxStored), Budget: "entries", Limit: maxSet})
	}
}

// step counts work and says whether there is still some allowed.
func (m *machine) step() bool {
	m.steps++
	if len(m.calls) > 0 {
		m.inlined++
	}
	if m.stopped != "" {
		return false
	}
	if m.steps > maxSteps+len(m.mod.Source) {
		m.stopped = "steps"
	} else if m.steps%4096 == 0 && m.ctx.Err() != nil {
		m.stopped = "time"
	}
	return m.stopped == ""
}

// alone runs a function whose arguments are not known but for their defaults.
func (m *machine) alone(f *callable) {
	def, ok := f.node.(*pysyntax.FunctionDef)
	if !ok || !m.bodies[def].needed {
		return
	}
	outer, globals := m.scope, m.globals
	m.current = f
	defer func() { m.current = nil }()
	m.enter(m.frame(f))
	for _, p := range f.params {
		m.scope.vars.put(p.Name, m.ownDefault(f, p))
	}
	if f.class != nil && f.kind != staticMethod && len(f.params) > 0 {
		m.scope.vars.put(f.params[0].Name, m.receiver(f, nil))
	}
	m.returned = append(m.returned, nil)
	m.block(def.Body)
	m.returned = m.returned[:len(m.returned)-1]
	m.scope, m.globals = outer, globals
}

// frame is the scope for a run of a function.
func (m *machine) frame(f *callable) *scope {
	parent := f.scope
	if parent.home().body == moduleScope {
		parent = m.globals
	}
	return newScope(functionScope, parent)
}

// receiver is what self or cls is.
func (m *machine) receiver(f *callable, self *value) set {
	if f.kind == classMethod {
		return one(&value{kind: class, class: f.class, text: f.class.name})
	}
	if self == nil {
		self = &value{kind: instance, class: f.class, text: f.class.name}
	}
	return one(self)
}

// ownDefault is what a parameter is without an argument.
func (m *machine) ownDefault(f *callable, p pysyntax.Param) set {
	if d, ok := f.defaults[p.Name]; ok {
		return d
	}
	if p.Default == nil && p.Annotation != nil && p.Kind < pysyntax.VarPositional {
		for _, c := range m.eval(p.Annotation) {
			if c.kind == class {
				return one(&value{kind: instance, class: c.class, text: c.class.name})
			}
		}
	}
	switch {
	case p.Default != nil:
		return m.eval(p.Default)
	case p.Kind == pysyntax.VarKeyword:
		return one(&value{kind: dict, partial: true})
	case p.Kind == pysyntax.VarPositional:
		return one(&value{kind: list, partial: true})
	}
	return one(&value{kind: unknown, text: p.Name})
}

// block runs statements and says whether the last one that is reached ends the block.
func (m *machine) block(body []pysyntax.Stmt) bool {
	m.depth++
	defer func() { m.depth-- }()
	if m.depth > maxDepth {
		m.stopped = "depth"
	}
	ended := false
	for _, s := range body {
		if !m.step() {
			return ended
		}
		if m.stmt(s) {
			ended = true // what follows is dead, unless the flow was misread: look at it too
		}
	}
	return ended
}
