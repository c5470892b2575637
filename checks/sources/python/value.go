package python

import (
	"slices"
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// kind tells what is known of a value.
type kind uint8

const (
	unknown  kind = iota
	text          // a string, perhaps with unknown parts
	constant      // None, a boolean or a number, as text
	list          // a list, tuple or set
	dict
	symbol    // an imported or built-in name, or what a call of one returned
	function  // a function of this file
	class     // a class of this file
	instance  // of a class of this file
	namespace // what a parser of arguments returned
)

// value is one thing that an expression may be. Values are not changed once others can
// see them, except the attributes of an instance.
type value struct {
	kind kind
	// text is a string, a constant as Python writes it, the dotted path of a symbol, or
	// for an unknown value the expression that it stands for.
	text       string
	start, end int // where it stands
	literal    *pysyntax.Str
	pieces     []piece // of a string that was put together
	nesting    uint8   // of lists and dicts in a list or dict
	partial    bool    // a string with unknown parts; a dict or list with unknown items
	// variable names what a value is asked from: "env:NAME" or "key:a.b".
	variable string
	// member is the dotted path of an unknown item of something that is imported.
	member string
	elts   []set  // of a list
	pairs  []pair // of a dict
	fn     *callable
	class  *classInfo
	attrs  map[string]set // of an instance
	args   *arguments     // of the call that gave this result
	bound  *arguments     // that functools.partial gave a function
	self   [1]*value      // of one
}

// piece is a part of a string that was put together. Its literal is nil where the part is
// not known.
type piece struct {
	text       string
	literal    *pysyntax.Str
	start, end int
}

// pair is an item of a dict.
type pair struct {
	key        string
	value      set
	start, end int // of the value
}

// set is what an expression may be: all that is known. An empty set knows nothing.
type set []*value

// one is the set of a single value, which keeps it in itself.
func one(v *value) set {
	v.self[0] = v
	return v.self[:]
}

// chunk is how many values are allocated at once.
const chunk = 32

// keep is a value in memory that many share.
func (m *machine) keep(v value) *value {
	if len(m.chunk) == 0 {
		m.chunk = make([]value, chunk)
	}
	p := &m.chunk[0]
	m.chunk = m.chunk[1:]
	*p = v
	return p
}

// known are the strings of a set that have no unknown parts.
func (s set) known() []*value {
	var out []*value
	for _, v := range s {
		if v.kind == text && !v.partial {
			out = append(out, v)
		}
	}
	return out
}

// flag reads a set as a boolean argument: true as soon as one alternative is, else false
// if one is, else the text of another constant, with "none" last; "?" where nothing is
// known.
func (s set) flag() (string, *value) {
	answer, at, best := "?", (*value)(nil), 0
	for _, v := range s {
		if v.kind != constant && v.kind != text || v.partial {
			continue
		}
		t, rank := v.text, 2
		switch t {
		case "True", "1", "true":
			return "true", v
		case "False", "0", "false":
			t, rank = "false", 3
		case "None":
			t, rank = "none", 1
		}
		if rank > best {
			answer, at, best = t, v, rank
		}
	}
	return answer, at
}

// has tells whether one of the alternatives is the constant.
func (s set) has(c string) bool {
	return slices.ContainsFunc(s, func(v *value) bool { return v.kind == constant && v.text == c })
}

// variable is the name by which an unknown value may be found elsewhere.
func (s set) variable() string {
	for _, v := range s {
		if v.variable != "" {
			return v.variable
		}
		if v.kind == symbol && v.args == nil {
			if key := keyOfPath(v.text); key != "" {
				return "key:" + key
			}
		}
	}
	return ""
}

// keyOfPath is what follows the name of a configuration in a dotted path.
func keyOfPath(path string) string {
	for rest := path; rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, ".")
		if configRoots[strings.ToLower(strings.TrimLeft(part, "_"))] {
			return rest
		}
	}
	return ""
}

// item is what a dict has under a key, and where.
func (v *value) item(key string) (pair, bool) {
	for i := len(v.pairs) - 1; i >= 0; i-- {
		if v.pairs[i].key == key {
			return v.pairs[i], true
		}
	}
	return pair{}, false
}

// with is the dict with a further item.
func (v *value) with(p pair) *value {
	w := *v
	w.pairs = slices.DeleteFunc(slices.Clone(v.pairs), func(q pair) bool { return q.key == p.key })
	w.pairs = append(w.pairs, p)
	return w.nested()
}

// maxNesting bounds lists and dicts in lists and dicts: names of models stand higher, and
// programs build endless ones.
const maxNesting = 6

// nested counts how deep the lists and dicts in v go, and drops what goes too deep.
func (v *value) nested() *value {
	v.nesting = 1
	for i := range v.elts {
		v.elts[i] = v.shallow(v.elts[i])
	}
	for i := range v.pairs {
		v.pairs[i].value = v.shallow(v.pairs[i].value)
	}
	return v
}

func (v *value) shallow(s set) set {
	for _, w := range s {
		if w.kind != list && w.kind != dict {
			continue
		}
		if w.nesting >= maxNesting {
			v.partial = true
			return nil
		}
		v.nesting = max(v.nesting, w.nesting+1)
	}
	return s
}
