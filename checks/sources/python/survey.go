package python

import (
	"slices"
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// survey looks through a module once.
type survey struct {
	*filter
	all       []*body
	module    body // all that is in no function
	top       *body
	classes   []*pysyntax.ClassDef
	bound     map[string]bool     // names that stand for what is in a table
	derived   map[string][]string // classes by their base
	binding   int                 // the end of the last assignment, import or head of a class
	targets   []string            // what it binds
	callee    pysyntax.Expr       // of the last call
	relevant  bool
	catalogue bool // there are models that are names of functions
	commands  bool // there are strings that may be commands
	flags     bool // there are names of arguments that matter
}

// look tells which functions are worth to be followed or run, and whether the module has
// anything to be found at all.
func look(mod *pysyntax.Module, file string) (bodies, bool) {
	s := &survey{filter: newFilter(mod.Source, file), bound: map[string]bool{}, derived: map[string][]string{}}
	s.module.end = len(mod.Source) + 1
	s.top = &s.module
	pysyntax.Inspect(mod, s.visit)
	if !s.relevant && len(mod.Errors) == 0 {
		return nil, false
	}
	for _, b := range s.all {
		b.telling = b.telling || slices.ContainsFunc(b.uses, func(n string) bool { return s.bound[n] })
	}
	s.need(len(mod.Errors) > 0)
	return spreadInterest(s.all), s.relevant
}

func (s *survey) visit(n pysyntax.Node) bool {
	start, end := n.Range()
	for s.top.parent != nil && start >= s.top.end {
		s.top = s.top.parent
	}
	if d, ok := n.(*pysyntax.FunctionDef); ok {
		s.enter(d, start, end)
	}
	s.top.size++
	if docstring(n) {
		s.top.size++
		return false
	}
	s.note(n, start)
	return true
}

func (s *survey) enter(d *pysyntax.FunctionDef, start, end int) {
	b := &body{def: d, parent: s.top, end: end}
	for len(s.classes) > 0 {
		c := s.classes[len(s.classes)-1]
		if _, outer := c.Range(); start < outer {
			b.class = c.Name
			break
		}
		s.classes = s.classes[:len(s.classes)-1]
	}
	s.top.inner = append(s.top.inner, b)
	s.top = b
	s.all = append(s.all, b)
}

// docstring tells whether a statement is only a string, which nothing uses.
func docstring(n pysyntax.Node) bool {
	s, ok := n.(*pysyntax.ExprStmt)
	if ok {
		_, ok = s.Value.(*pysyntax.Str)
	}
	return ok
}

func (s *survey) note(n pysyntax.Node, start int) {
	b := s.top
	switch n := n.(type) {
	case *pysyntax.Name:
		if s.fits(s.use(n.ID), !s.stars) || s.bound[n.ID] {
			s.tell(n, start)
		}
	case *pysyntax.Attribute:
		if s.fits(s.use(n.Attr), false) {
			s.tell(n, start)
		}
	case *pysyntax.Str:
		s.str(n, start)
	case *pysyntax.Keyword:
		b.spreads = b.spreads || n.Name == ""
		b.needed = b.needed || n.Name == "base_model"
		if flagNames[n.Name] || genericKeywords[n.Name] {
			s.flags = true
			s.tell(n, start)
		}
	case *pysyntax.Call:
		s.callee = n.Func
		if f, ok := n.Func.(*pysyntax.Attribute); ok && mutators[f.Attr] {
			s.bind(0, f.Value)
			v, ok := f.Value.(*pysyntax.Attribute)
			b.needed = b.needed || ok && v.Attr == "path" // where modules are imported from
		}
	default:
		s.binds(n, start)
	}
}

// use notes a name. Some tell something wherever they stand.
func (s *survey) use(name string) *word {
	s.top.uses = append(s.top.uses, name)
	w := words[name]
	if w != nil {
		s.relevant = s.relevant || w.tells
		s.catalogue = s.catalogue || w.catalogue
		s.top.needed = s.top.needed || w.acts
	}
	return w
}

// modules notes the names of a dotted path of an import.
func (s *survey) modules(path string) {
	for path != "" {
		var name string
		path, name, _ = cutLast(path)
		s.use(name)
	}
}

func (s *survey) str(n *pysyntax.Str, start int) {
	if inner := strings.Trim(n.Raw, `-"'`); len(inner) <= maxKey {
		s.top.keys = append(s.top.keys, inner)
		s.top.needed = s.top.needed || inner == "base_model" || s.fits(words[inner], false)
		s.flags = s.flags || flagNames[inner]
		s.relevant = s.relevant || s.top == &s.module && namesModel(inner)
	}
	if tellingString(n) {
		s.commands = s.commands || mayBeCommand(n)
		s.tell(n, start)
	}
}

// mayBeCommand tells whether a string is a program, or a line that begins with one.
func mayBeCommand(n *pysyntax.Str) bool {
	v := n.Value()
	return len(v) > maxText || looksLikeCommand(v+" ")
}

// runs tells whether a function uses a name that may be of a call that runs commands.
func (b *body) runs() bool {
	return slices.ContainsFunc(b.uses, func(name string) bool { return containsAny(strings.ToLower(name), runnerWords) })
}

// tell notes a node of interest. A function or class of a table that is not called where
// it stands gets a further name.
func (s *survey) tell(n pysyntax.Node, start int) {
	s.relevant, s.top.telling = true, true
	if start < s.binding && n != s.callee {
		for _, t := range s.targets {
			s.bound[t] = true
		}
	}
}

// binds notes the names that a statement binds.
func (s *survey) binds(n pysyntax.Node, start int) {
	switch n := n.(type) {
	case *pysyntax.Alias:
		name := n.AsName
		if name == "" {
			name = lastName(n.Name)
		}
		s.top.needed = s.top.needed || name == "*"
		s.binding, s.targets = start+1, append(s.targets[:0], name)
		s.modules(n.Name)
		if s.fits(words[lastName(n.Name)], false) {
			s.tell(n, start)
		}
	case *pysyntax.ImportFrom:
		s.modules(n.Module)
	case *pysyntax.ClassDef:
		s.classes = append(s.classes, n)
		s.top.needed = s.top.needed || s.top != &s.module
		for _, a := range n.Args {
			if base := lastName(pysyntax.Dotted(a)); base != "" {
				s.derived[base] = append(s.derived[base], n.Name)
			}
			_, s.binding = a.Range()
		}
		s.targets = append(s.targets[:0], n.Name)
	case *pysyntax.Global:
		s.top.sets = append(s.top.sets, n.Names...)
	case *pysyntax.Assign:
		_, end := n.Range()
		s.bind(end, n.Targets...)
	case *pysyntax.AnnAssign:
		_, end := n.Range()
		s.bind(end, n.Target)
	case *pysyntax.AugAssign:
		_, end := n.Range()
		s.bind(end, n.Target)
	case *pysyntax.For:
		_, end := n.Iter.Range()
		s.bind(end, n.Target)
	case *pysyntax.WithItem:
		_, end := n.Range()
		s.bind(end, n.Vars)
	}
}

// bind notes targets: attributes anywhere, names where they are seen by all functions.
func (s *survey) bind(end int, targets ...pysyntax.Expr) {
	s.binding, s.targets = end, s.targets[:0]
	for depth := 0; len(targets) > 0 && depth < 4; depth++ {
		var inner []pysyntax.Expr
		for _, t := range targets {
			switch t := t.(type) {
			case *pysyntax.Name:
				if s.top == &s.module {
					s.targets = append(s.targets, t.ID)
				}
			case *pysyntax.Attribute:
				s.targets = append(s.targets, t.Attr)
				s.top.sets = append(s.top.sets, t.Attr)
			case *pysyntax.Subscript:
				inner = append(inner, t.Value)
			case *pysyntax.Starred:
				inner = append(inner, t.Value)
			case *pysyntax.Tuple:
				inner = append(inner, t.Elts...)
			case *pysyntax.List:
				inner = append(inner, t.Elts...)
			}
		}
		targets = inner
	}
}

// mutators are methods that change what they are called on.
var mutators = wordSet("append extend insert update setdefault pop")
