package shell

import (
	"context"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/splice"
)

// walker follows a script: what its variables hold, and which commands load.
type walker struct {
	ctx   context.Context
	src   *gate.Source
	out   gate.Recorder
	text  string
	masks map[int]string
	place gate.Context

	vars        map[string]variable
	assigned    []assignment
	conditional int            // depth of branches, in which an assignment does not replace
	bodies      []*syntax.Stmt // of functions, walked after the rest
	inBody      bool
	spent       gate.Incomplete // the limit that was reached first
	copied      int             // bytes that went into values
	pending     []gate.Reference
	digests     map[string]string // that the script checks, by file
	exported    map[string]bool   // names that were set before they were exported
	seen        map[string]bool
}

// assignment is a variable that was set, for the roles that the environment gives it.
type assignment struct {
	name   string
	values []value
	at     int
	export bool
}

func (w *walker) stmts(list []*syntax.Stmt, target string) {
	for _, s := range list {
		if w.ctx.Err() != nil {
			return
		}
		w.stmt(s, target)
	}
}

// nested walks statements whose assignments may not happen.
func (w *walker) nested(list []*syntax.Stmt, target string) {
	w.conditional++
	w.stmts(list, target)
	w.conditional--
}

// stmt walks a statement; target is the command that reads its output.
func (w *walker) stmt(s *syntax.Stmt, target string) {
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		w.call(c, s, target)
	case *syntax.DeclClause:
		export := c.Variant.Value == "export" || c.Variant.Value == "declare" || c.Variant.Value == "typeset"
		before := len(w.assigned)
		for _, a := range c.Args {
			w.assign(a, export)
		}
		if c.Variant.Value == "local" && !w.inBody {
			// No shell allows it here: the text around a script says so what the script is
			// given, and states that by itself.
			w.assigned = w.assigned[:before]
		}
	case *syntax.Block:
		w.stmts(c.Stmts, target)
	case *syntax.Subshell:
		w.nested(c.Stmts, target)
	case *syntax.IfClause:
		w.branches(c, target)
	case *syntax.WhileClause:
		w.stmts(c.Cond, target)
		w.nested(c.Do, target)
	case *syntax.ForClause:
		w.loop(c, target)
	case *syntax.CaseClause:
		for _, item := range c.Items {
			w.nested(item.Stmts, target)
		}
	case *syntax.BinaryCmd:
		w.binary(c, target)
	case *syntax.FuncDecl:
		if c.Body != nil {
			w.bodies = append(w.bodies, c.Body)
		}
	case *syntax.TimeClause:
		if c.Stmt != nil {
			w.stmt(c.Stmt, target)
		}
	case *syntax.CoprocClause:
		w.stmt(c.Stmt, target)
	}
	w.heredocs(s, target)
}

func (w *walker) branches(c *syntax.IfClause, target string) {
	for ; c != nil; c = c.Else {
		w.stmts(c.Cond, target)
		w.nested(c.Then, target)
	}
}

func (w *walker) binary(c *syntax.BinaryCmd, target string) {
	switch c.Op {
	case syntax.Pipe, syntax.PipeAll:
		if call, ok := c.X.Cmd.(*syntax.CallExpr); ok && checks(name(c.Y)) {
			for _, f := range w.fields(call.Args) {
				w.checked(f.text())
			}
		}
		w.stmt(c.X, name(c.Y))
		w.stmt(c.Y, target)
	default:
		w.stmt(c.X, target)
		w.conditional++
		w.stmt(c.Y, target)
		w.conditional--
	}
}

// name is the literal words of a command.
func name(s *syntax.Stmt) string {
	call, ok := s.Cmd.(*syntax.CallExpr)
	if !ok {
		return ""
	}
	var words []string
	for _, a := range call.Args {
		words = append(words, a.Lit())
	}
	return strings.Join(words, " ")
}

func (w *walker) loop(c *syntax.ForClause, target string) {
	if iter, ok := c.Loop.(*syntax.WordIter); ok && iter.Name != nil {
		var values []value
		for _, f := range w.fields(iter.Items) {
			values = append(values, f.values...)
		}
		for i := range values {
			if values[i].how != gate.Dynamic && len(values) > 1 {
				values[i].how = gate.Alternative
			}
		}
		if len(values) > maxFields {
			w.cut("entries", maxFields)
			values = values[:maxFields]
		}
		w.vars[iter.Name.Value] = variable{values: values}
	}
	w.nested(c.Do, target)
}

// later walks the bodies of functions, which see the variables of the whole script, and
// then states what assignments mean by themselves.
func (w *walker) later() {
	w.inBody = true
	for i := 0; i < len(w.bodies) && w.ctx.Err() == nil; i++ {
		w.conditional++
		w.stmt(w.bodies[i], "")
		w.conditional--
	}
	w.environment()
	w.flush()
}

// assign sets a variable; within a branch the earlier values stay possible.
func (w *walker) assign(a *syntax.Assign, export bool) {
	if a.Name == nil || a.Index != nil {
		return
	}
	name := a.Name.Value
	if a.Naked {
		if export {
			w.exported[name] = true
		}
		return
	}
	var next variable
	if a.Array != nil {
		for _, e := range a.Array.Elems {
			if e.Value != nil {
				next.array = append(next.array, w.word(e.Value)...)
			}
		}
		if a.Append {
			next.array = append(w.vars[name].array[:len(w.vars[name].array):len(w.vars[name].array)], next.array...)
		}
		if len(next.array) > maxFields {
			w.cut("entries", maxFields)
			next.array = next.array[:maxFields]
		}
		w.vars[name] = next
		return
	}
	next.values = w.word(a.Value)
	w.assigned = append(w.assigned, assignment{name, next.values, int(a.Pos().Offset()), export})
	old := w.vars[name]
	switch {
	case a.Append && len(old.values) == 1 && len(next.values) == 1:
		next.values = w.join(old.values[:1:1], next.values, splice.Text{})
	case w.conditional > 0 && len(old.values) >= maxAlternatives:
		w.cut("entries", maxAlternatives)
		next.values = old.values
	case w.conditional > 0:
		next.values = append(old.values[:len(old.values):len(old.values)], next.values...)
	}
	w.vars[name] = next
}

// call interprets a simple command.
func (w *walker) call(c *syntax.CallExpr, s *syntax.Stmt, target string) {
	if len(c.Args) == 0 {
		for _, a := range c.Assigns {
			w.assign(a, false)
		}
		return
	}
	for _, a := range c.Assigns { // the environment of this command alone
		if a.Name != nil && a.Value != nil && !a.Naked {
			w.assigned = append(w.assigned, assignment{a.Name.Value, w.word(a.Value), int(a.Pos().Offset()), true})
		}
	}
	at := w.src.At(int(c.Args[0].Pos().Offset()), int(c.End().Offset()))
	w.command(w.fields(c.Args), at)
}

// cut notes a limit that was reached.
func (w *walker) cut(budget string, limit int64) {
	if w.spent.Limit == 0 {
		w.spent = gate.Incomplete{Reason: "the script holds more than what is followed", Budget: budget, Limit: limit}
	}
}

// at is where a value stands.
func (w *walker) at(v value) gate.Location { return w.src.At(v.Span(0, len(v.S))) }
