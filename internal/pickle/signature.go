package pickle

import (
	"fmt"
	"strings"
)

// param is one word of a signature: alternatives, then ? where it may be missing or *
// where it may be repeated.
type param struct {
	words          []string
	optional, rest bool
}

// parseSignature reads the words of a signature. The words are:
//
//	any plain                     listed values; constants only
//	none bool int uint num str    constants; uint is not negative, num an int or a float
//	bytes latin buffer            bytes; bytes that an old pickler wrote as text; bytes or
//	                              a bytearray or a buffer outside
//	list tuple dict set instance  values of that kind
//	ints uints emptyshape pairs   a tuple of ints; of an array that is filled later; what
//	                              a dict is made from
//	latin1 device name            the name of that codec; a torch device; an attribute
//	                              without _ in front
//	storage tensor dtype layout   what torch makes tensors of
//	hooks metadata rebuild        an empty OrderedDict; None or a dict; a function that
//	                              rebuilds a tensor, called with the third argument
//	npdtype npscalar arrayclass   what numpy makes arrays of
//	enum factory tensorclass samepackage pandasclass ufuncmodule class:PKG
//	                              listed globals
func parseSignature(s string) ([]param, error) {
	var out []param
	for _, f := range strings.Fields(s) {
		p := param{}
		if t, ok := strings.CutSuffix(f, "?"); ok {
			f, p.optional = t, true
		} else if t, ok := strings.CutSuffix(f, "*"); ok {
			f, p.rest = t, true
		}
		p.words = strings.Split(f, "|")
		for _, w := range p.words {
			if _, ok := words[w]; !ok && !strings.HasPrefix(w, "class:") {
				return nil, fmt.Errorf("signature %q: unknown word %q", s, w)
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// mismatch says how the arguments of a listed call differ from its signature.
func (m *machine) mismatch(g *global, shape string, args value) string {
	if args.kind != kTuple {
		return "no tuple of arguments but " + kindNames[args.kind]
	}
	o := m.object(args)
	if o == nil {
		if m.impure(args) || len(g.entry.params) > 0 {
			m.spent("values", int64(m.opts.Limits.Values), "more values than are kept")
		}
		return ""
	}
	if bad := m.unlistedArguments(g, o); bad != "" {
		return bad
	}
	if len(g.entry.params) == 0 || shape == shapeNew && o.count == 0 {
		return ""
	}
	return m.compare(g, o)
}

func (m *machine) unlistedArguments(g *global, o *object) string {
	for i, v := range o.kids {
		if i == 0 && len(g.entry.params) > 0 && g.entry.params[0].words[0] == "rebuild" {
			continue
		}
		if bad := m.unlisted(v); bad != "" {
			return bad
		}
	}
	return ""
}

func (m *machine) compare(g *global, o *object) string {
	i := 0
	for _, p := range g.entry.params {
		if p.rest {
			for i < len(o.kids) && m.fits(p.words, o.kids[i], g) {
				i++
			}
			continue
		}
		switch {
		case i < len(o.kids) && m.fits(p.words, o.kids[i], g):
			i++
		case p.optional:
		case i == len(o.kids):
			return fmt.Sprintf("%d arguments", o.count)
		default:
			return fmt.Sprintf("argument %d is %s", i+1, m.describe(o.kids[i]))
		}
	}
	if i < len(o.kids) {
		return fmt.Sprintf("argument %d is %s", i+1, m.describe(o.kids[i]))
	}
	if o.count != int64(i) {
		return fmt.Sprintf("%d arguments", o.count)
	}
	return ""
}

func (m *machine) fits(alternatives []string, v value, g *global) bool {
	for _, w := range alternatives {
		if pkg, ok := strings.CutPrefix(w, "class:"); ok {
			if v.kind == kGlobal && within(m.globals[v.x].module, pkg) {
				return true
			}
		} else if words[w](m, v, g) {
			return true
		}
	}
	return false
}

func within(module, pkg string) bool {
	return module == pkg || strings.HasPrefix(module, pkg+".")
}

// describe names a value and its type.
func (m *machine) describe(v value) string {
	return kindNames[v.kind] + " " + m.show(v)
}

// words are the words of signatures.
var words = map[string]func(m *machine, v value, g *global) bool{
	"any":      func(*machine, value, *global) bool { return true },
	"plain":    func(m *machine, v value, _ *global) bool { return !m.impure(v) && !m.late },
	"none":     isKind(kNone),
	"bool":     isKind(kBool),
	"int":      isKind(kInt, kBool),
	"uint":     func(_ *machine, v value, _ *global) bool { return v.kind == kInt && !v.long && v.a >= 0 },
	"num":      isKind(kInt, kBool, kFloat),
	"str":      isKind(kStr),
	"list":     isKind(kList),
	"tuple":    isKind(kTuple),
	"dict":     isKind(kDict),
	"set":      isKind(kSet, kFrozenSet),
	"instance": isKind(kInstance),
	"bytes": func(m *machine, v value, _ *global) bool {
		return v.kind == kBytes || v.kind == kByteArray || m.product(v) == "bytes"
	},
	"latin": func(m *machine, v value, _ *global) bool { return v.kind == kStr },
	"buffer": func(m *machine, v value, _ *global) bool {
		return v.kind == kBytes || v.kind == kByteArray || v.kind == kBuffer || m.product(v) == "bytes"
	},
	"ints":  func(m *machine, v value, _ *global) bool { return m.numbers(v, false) != nil },
	"uints": func(m *machine, v value, _ *global) bool { return m.numbers(v, true) != nil },
	"pairs": func(m *machine, v value, _ *global) bool {
		return v.kind == kList || v.kind == kTuple || v.kind == kDict
	},
	"emptyshape": func(m *machine, v value, _ *global) bool {
		n := m.numbers(v, true)
		return n != nil && elements(n) >= 0 && elements(n) <= 1
	},
	"latin1":  func(m *machine, v value, _ *global) bool { return m.oneOf(v, "latin1", "latin-1") },
	"device":  func(m *machine, v value, _ *global) bool { return v.kind == kStr && IsDevice(m.str(v)) },
	"name":    func(m *machine, v value, _ *global) bool { return m.isName(v) },
	"storage": isStorage,
	"tensor":  isProduct("tensor"),
	"dtype": func(m *machine, v value, _ *global) bool {
		return v.kind == kGlobal && strings.HasPrefix(m.product(v), "dtype:")
	},
	"layout":   isProduct("layout"),
	"hooks":    func(m *machine, v value, _ *global) bool { return m.isEmptyDict(v) },
	"metadata": isKind(kNone, kDict),
	"rebuild": func(m *machine, v value, _ *global) bool {
		return v.kind == kGlobal && m.product(v) == "tensor" && m.globals[v.x].name != "_rebuild_from_type_v2"
	},
	"npdtype": isProduct("npdtype"),
	"npscalar": func(m *machine, v value, _ *global) bool {
		return v.kind == kGlobal && (m.product(v) == "npscalar" || m.globals[v.x].module == "builtins") || m.product(v) == "npscalar"
	},
	"arrayclass": func(m *machine, v value, _ *global) bool { return v.kind == kGlobal && m.product(v) == "arrayclass" },
	"enum":       func(m *machine, v value, _ *global) bool { return v.kind == kGlobal && m.product(v) == "enum" },
	"factory": func(m *machine, v value, _ *global) bool {
		return v.kind == kGlobal && m.globals[v.x].mayBeReferenced()
	},
	"tensorclass": func(m *machine, v value, _ *global) bool {
		return v.kind == kGlobal && within(m.globals[v.x].module, "torch")
	},
	"samepackage": func(m *machine, v value, g *global) bool {
		return v.kind == kGlobal && firstPart(m.globals[v.x].module) == firstPart(g.module)
	},
	"pandasclass": func(m *machine, v value, _ *global) bool {
		return v.kind == kGlobal && within(m.globals[v.x].module, "pandas")
	},
	"ufuncmodule": func(m *machine, v value, _ *global) bool {
		return m.oneOf(v, "numpy", "numpy.core._multiarray_umath", "numpy._core._multiarray_umath", "scipy.special", "scipy.special._ufuncs")
	},
}

func isKind(kinds ...kind) func(*machine, value, *global) bool {
	return func(_ *machine, v value, _ *global) bool {
		for _, k := range kinds {
			if v.kind == k {
				return true
			}
		}
		return false
	}
}

func isProduct(name string) func(*machine, value, *global) bool {
	return func(m *machine, v value, _ *global) bool { return m.product(v) == name && !v.impure }
}

func isStorage(m *machine, v value, _ *global) bool {
	if v.kind == kPersistent {
		p := &m.res.Persistent[v.x]
		return p.Class == "storage" && p.Problem == ""
	}
	return v.kind == kInstance && m.product(v) == "storage"
}

func firstPart(module string) string {
	first, _, _ := strings.Cut(module, ".")
	return first
}

// IsDevice tells whether a text names a device of torch: "cpu", "cuda:1".
func IsDevice(s string) bool {
	kind, number, numbered := strings.Cut(s, ":")
	return kind != "" && strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz_") == "" && len(kind) <= 16 &&
		(!numbered || number != "" && len(number) <= 4 && strings.Trim(number, "0123456789") == "")
}

func (m *machine) isName(v value) bool {
	if v.kind != kStr || m.length(v) > 256 {
		return false
	}
	s := m.str(v)
	return identifier(s) && s[0] != '_' && !strings.Contains(s, ".")
}

func (m *machine) oneOf(v value, want ...string) bool {
	if v.kind != kStr || m.length(v) > 64 {
		return false
	}
	s := m.str(v)
	for _, w := range want {
		if s == w {
			return true
		}
	}
	return false
}

// isEmptyDict tells whether v is OrderedDict() or OrderedDict([]) with nothing added,
// and stays so: what a tensor was built with may not be filled later.
func (m *machine) isEmptyDict(v value) bool {
	o := m.object(v)
	if o == nil || v.kind != kInstance || m.product(v) != "dict" || o.count != 0 || o.built || len(o.kids) < 1 {
		return false
	}
	args := m.object(o.kids[0])
	if args == nil || args.count > 1 {
		return false
	}
	for _, k := range args.kids {
		if inner := m.object(k); inner == nil || inner.count != 0 {
			return false
		}
	}
	o.frozen = true
	return true
}

// numbers are the ints of a tuple, not nil even where it is empty; nil where it is no
// tuple of ints, or has one below zero where none may be.
func (m *machine) numbers(v value, unsigned bool) []int64 {
	o := m.object(v)
	if o == nil || v.kind != kTuple || o.count != int64(len(o.kids)) || o.count > 64 {
		return nil
	}
	out := make([]int64, len(o.kids))
	for i, k := range o.kids {
		if k.kind != kInt || k.long || unsigned && k.a < 0 {
			return nil
		}
		out[i] = k.a
	}
	return out
}

// unlisted walks what a call takes and names the first thing in it that is not listed
// for data, or nothing.
func (m *machine) unlisted(v value) string {
	if !m.impure(v) && !m.late {
		return ""
	}
	m.heap.walk++
	budget := 1 << 16
	return m.walk(v, 0, &budget)
}

// mostWalked bounds the values that all walks of a stream look at.
const mostWalked = 1 << 26

func (m *machine) walk(v value, depth int, budget *int) string {
	switch {
	case v.kind == kGlobal:
		if g := &m.globals[v.x]; !g.mayBeReferenced() {
			return "the unlisted " + g.String()
		}
		return ""
	case v.kind == kUnknown:
		return "a computed value"
	case v.kind == kPersistent:
		if p := &m.res.Persistent[v.x]; p.Class != "storage" && p.Class != "number" {
			return "a persistent id"
		}
		return ""
	case !m.impure(v) && !m.late:
		return ""
	}
	o := m.object(v)
	if o == nil {
		if v.kind == kInstance && v.impure {
			return "the result of an unlisted call"
		}
		return ""
	}
	if v.kind == kInstance && !o.safe {
		return "the result of " + m.show(v)
	}
	m.walked++
	if *budget--; *budget < 0 || depth > deepest || m.walked > mostWalked {
		m.spent("values", 1<<16, "an argument is larger or deeper than is walked")
		return "a tree too large to judge"
	}
	if o.visit == m.heap.walk {
		return ""
	}
	o.visit = m.heap.walk
	for _, k := range o.kids {
		if bad := m.walk(k, depth+1, budget); bad != "" {
			return bad
		}
	}
	return ""
}
