package python

import "github.com/modelgate/gate/internal/pysyntax"

// scope holds the values of names, and of attributes as "a.b". A branch is a scope over
// the one it stands in: it catches what the branch assigns until the branches are merged.
type scope struct {
	vars   vars
	parent *scope
	body   scopeKind
	// shared are the names that a function declares global.
	shared map[string]bool
}

type scopeKind uint8

const (
	moduleScope scopeKind = iota
	functionScope
	classScope
	branchScope
)

func newScope(kind scopeKind, parent *scope) *scope {
	return &scope{parent: parent, body: kind}
}

// lookup finds a name as Python does: the scopes of classes are seen only by their own
// statements.
func (s *scope) lookup(name string) (set, bool) {
	inside := true
	for c := s; c != nil; c = c.parent {
		if c.body != classScope || inside {
			if v, ok := c.vars.get(name); ok {
				return v, true
			}
		}
		if c.body == functionScope {
			inside = false
		}
	}
	return nil, false
}

// local finds a name in the function, class or module that s is in.
func (s *scope) local(name string) (set, bool) {
	for c := s; c != nil; c = c.parent {
		if v, ok := c.vars.get(name); ok {
			return v, true
		}
		if c.body != branchScope {
			return nil, false
		}
	}
	return nil, false
}

// home is the function, class or module that s is a branch of.
func (s *scope) home() *scope {
	for s.body == branchScope {
		s = s.parent
	}
	return s
}

// branch runs alternatives, each in a scope of its own, and merges what those leave that
// do not end by return or raise. It says whether all of them end so.
func (m *machine) branch(alternatives ...func() bool) (ends bool) {
	base := m.scope
	live := make([]*scope, 0, len(alternatives))
	for _, run := range alternatives {
		m.enter(newScope(branchScope, base))
		b := m.scope
		ended := run()
		m.enter(base)
		if !ended {
			live = append(live, b)
		}
	}
	m.merge(live)
	return len(live) == 0
}

// enter makes s the scope in which statements run.
func (m *machine) enter(s *scope) {
	m.scope = s
	if s.home().body == moduleScope {
		m.globals = s
	}
}

// merge gives every name that a branch assigns the values of all branches: of those that
// do not assign it, what it was before.
func (m *machine) merge(live []*scope) {
	var merged vars
	var seen []int // of each name, in how many branches
	for i, b := range live {
		for _, a := range b.vars.list {
			n := merged.find(a.name)
			if n < 0 {
				n = len(seen)
				seen = append(seen, 0)
				merged.put(a.name, nil)
			}
			if seen[n] < i {
				m.before(&merged.list[n])
				seen[n] = len(live) // once is enough
			}
			merged.list[n].value = m.union(merged.list[n].value, a.value)
			seen[n]++
		}
	}
	for n, a := range merged.list {
		if seen[n] < len(live) {
			m.before(&a)
		}
		m.scope.vars.put(a.name, a.value)
	}
}

// before adds what a variable was before the branches.
func (m *machine) before(v *variable) {
	was, _ := m.scope.local(v.name)
	v.value = m.union(v.value, was)
}

// callable is a function of this file.
type callable struct {
	name   string
	node   pysyntax.Node // *pysyntax.FunctionDef or *pysyntax.Lambda
	params []pysyntax.Param
	scope  *scope // in which it was defined
	class  *classInfo
	kind   methodKind
	// defaults are values of parameters that decorators give, as click does.
	defaults map[string]set
}

type methodKind uint8

const (
	plainFunction methodKind = iota
	instanceMethod
	classMethod
	staticMethod
	property
)

// classInfo is a class of this file. Its attributes gather what any method assigns.
type classInfo struct {
	name    string
	bases   []set
	methods map[string]*callable
	fields  []string       // names that the body annotates, in order
	attrs   map[string]set // of the class and of self
}

// maxBases bounds the search for inherited attributes.
const maxBases = 8

// method finds a method of a class or of its bases in this file.
func (c *classInfo) method(name string, depth int) *callable {
	if f := c.methods[name]; f != nil || depth > maxBases {
		return f
	}
	for _, b := range c.bases {
		for _, v := range b {
			if v.kind == class {
				if f := v.class.method(name, depth+1); f != nil {
					return f
				}
			}
		}
	}
	return nil
}

// attr finds what a class or its bases in this file assign to an attribute.
func (c *classInfo) attr(name string, depth int) (set, bool) {
	if s, ok := c.attrs[name]; ok || depth > maxBases {
		return s, ok
	}
	for _, b := range c.bases {
		for _, v := range b {
			if v.kind == class {
				if s, ok := v.class.attr(name, depth+1); ok {
					return s, ok
				}
			}
		}
	}
	return nil, false
}

// base is the path of the first base outside this file, or "".
func (c *classInfo) base(depth int) string {
	for _, b := range c.bases {
		for _, v := range b {
			if v.kind == symbol {
				return v.text
			}
			if v.kind == class && depth < maxBases {
				if p := v.class.base(depth + 1); p != "" {
					return p
				}
			}
		}
	}
	return ""
}
