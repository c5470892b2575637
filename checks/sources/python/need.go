package python

import "slices"

// link joins the functions that use a name to those that give it a value.
type link struct {
	users, setters []*body
	classes        []string // that derive from the one of this name
	live           bool     // used by what is run
	telling        bool     // worth to be run for whoever uses it
}

// needs finds the functions that must be run by themselves: those that may report
// something, those that set what these use, and those that call either.
type needs struct {
	links map[string]*link
	queue []*body
}

// need marks the functions to run. The others could neither report anything nor change
// what is reported.
func (s *survey) need(all bool) {
	if all || s.catalogue {
		for _, b := range s.all {
			b.needed = true
		}
		return
	}
	n := &needs{links: map[string]*link{}}
	n.link(s)
	for _, b := range s.all {
		b.needed = b.needed || b.telling || s.commands && b.runs() || b.spreads && s.flags
		if b.needed {
			n.queue = append(n.queue, b)
		}
	}
	n.live(&s.module)
	for name := range s.bound {
		n.tell(name, 0)
	}
	for len(n.queue) > 0 {
		b := n.queue[len(n.queue)-1]
		n.queue = n.queue[:len(n.queue)-1]
		n.run(b)
	}
}

// link makes the links of all names that join anything.
func (n *needs) link(s *survey) {
	at := func(name string) *link {
		l := n.links[name]
		if l == nil {
			l = &link{}
			n.links[name] = l
		}
		return l
	}
	for name := range s.bound {
		at(name)
	}
	for base, classes := range s.derived {
		at(base).classes = classes
		for _, c := range classes {
			at(c)
		}
	}
	for _, b := range s.all {
		at(b.def.Name)
		if b.class != "" {
			at(b.class)
		}
		slices.Sort(b.sets)
		for _, name := range slices.Compact(b.sets) {
			l := at(name)
			l.setters = append(l.setters, b)
		}
	}
	for _, b := range s.all {
		for _, name := range b.uses {
			if l := n.links[name]; l != nil && (len(l.users) == 0 || l.users[len(l.users)-1] != b) {
				l.users = append(l.users, b)
			}
		}
	}
}

func (n *needs) add(bodies ...*body) {
	for _, b := range bodies {
		if !b.needed {
			b.needed = true
			n.queue = append(n.queue, b)
		}
	}
}

// run draws the consequences of that a function is run.
func (n *needs) run(b *body) {
	n.tell(b.def.Name, 0)
	if b.def.Name == "__init__" || b.def.Name == "__call__" || b.def.Name == "__post_init__" {
		n.tell(b.class, 0)
	}
	if b.parent.def != nil {
		n.add(b.parent)
	}
	n.add(b.inner...)
	n.live(b)
}

// live marks the names that a body uses: what sets them must be run.
func (n *needs) live(b *body) {
	for _, names := range [][]string{b.uses, b.keys} {
		for _, name := range names {
			if l := n.links[name]; l != nil && !l.live {
				l.live = true
				n.add(l.setters...)
			}
		}
	}
}

// tell marks the functions that use a name, which is of a function that is run, or of a
// class that runs one when it is called.
func (n *needs) tell(name string, depth int) {
	l := n.links[name]
	if l == nil || l.telling {
		return
	}
	l.telling = true
	n.add(l.users...)
	for _, c := range l.classes {
		if depth < maxBases {
			n.tell(c, depth+1)
		}
	}
}
