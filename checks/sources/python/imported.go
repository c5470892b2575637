package python

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/modelgate/gate/internal/modelid"
)

// maxAsked bounds the names under which one sink asks for its model, and the star imports
// that one of them may come from.
const maxAsked = 8

// maxBound bounds the constants that one file binds.
const maxBound = 4096

// imported notes a name that another module gives. Of a relative import the path from the
// root is known.
func (m *machine) imported(name string, relative bool) {
	if old, ok := m.imports[name]; !ok || old != relative {
		m.kept.writes(keptImport, name, nil, absent)
	}
	m.imports[name] = relative
}

// asked are the names, separated by spaces, by which what a set is may be found elsewhere:
// a variable, a key, and constants of other modules.
func (m *machine) asked(v set) string {
	var names []string
	if name := v.variable(); name != "" {
		names = append(names, name)
	}
	for _, w := range v {
		p := w.member
		if w.kind == symbol && !strings.HasSuffix(w.text, "()") && (w.args == nil || len(w.args.pos)+len(w.args.kw) == 0) {
			p = strings.ReplaceAll(w.text, "()", "") // an instance has what its class has
		}
		for _, name := range m.constantNames(p) {
			if len(names) < maxAsked && !slices.Contains(names, name) && !strings.Contains(name, " ") {
				names = append(names, name)
			}
		}
	}
	return strings.Join(names, " ")
}

// askedBy are the names by which an argument asks for its model. Constants are read as ids
// of the Hub or addresses, so that those of other registries are not asked for.
func (m *machine) askedBy(id *arg, v set) string {
	if model, ok := id.read("org/name"); ok && model.Source != "hf" {
		return v.variable()
	}
	return m.asked(v)
}

// doubtful are those of the names that are constants of other modules, after a "?": the
// reference is to be forgotten where none of them stands for a model, since the argument
// may as well be an object, or has other values that are known.
func doubtful(names string) string {
	var out []string
	for name := range strings.FieldsSeq(strings.TrimPrefix(names, "?")) {
		if strings.HasPrefix(name, "py:") {
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "?" + strings.Join(out, " ")
}

// joinAsked are the names of two calls of the function that a sink is in. One that is not
// doubtful makes the reference certain.
func joinAsked(a, b string) string {
	certain := !strings.HasPrefix(a, "?") || !strings.HasPrefix(b, "?")
	names := strings.Fields(strings.TrimPrefix(a, "?"))
	for name := range strings.FieldsSeq(strings.TrimPrefix(b, "?")) {
		first := len(names) == 0 || strings.HasPrefix(name, "py:")
		if first && len(names) < maxAsked && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if certain {
		return strings.Join(names, " ")
	}
	return "?" + strings.Join(names, " ")
}

// constantNames are the names that a dotted path may be of a constant of another module:
// "py:" and the path, after a further "." where it begins at the root.
func (m *machine) constantNames(p string) []string {
	if p == "" {
		return nil
	}
	for i := 0; i < len(p); i++ {
		if p[i] != '.' {
			continue
		}
		m.kept.reads(keptImport, p[:i])
		if relative, ok := m.imports[p[:i]]; ok {
			return []string{constantName(p, relative)}
		}
	}
	m.kept.reads(keptImport, p)
	if relative, ok := m.imports[p]; ok {
		return []string{constantName(p, relative)}
	}
	var out []string
	for _, s := range m.stars[:min(len(m.stars), maxAsked)] {
		out = append(out, constantName(s+"."+p, m.imports[s]))
	}
	return out
}

func constantName(p string, relative bool) string {
	if relative {
		return "py:." + strings.TrimPrefix(p, ".")
	}
	return "py:" + p
}

// bindConstants states the names of the module that stand for models, for the files that
// import them: "py:pkg.module:NAME", and what one level of a dict or class has as
// "py:pkg.module:NAME.key".
func (m *machine) bindConstants() {
	module := moduleOf(m.path)
	if module == "" || m.report.src.Language != "" {
		return
	}
	for _, a := range m.globals.vars.list {
		if !strings.Contains(a.name, ".") {
			m.bindConstant("py:"+module+":"+a.name, a.value, false)
		}
	}
}

func (m *machine) bindConstant(name string, values set, inner bool) {
	for _, v := range values {
		if !m.step() || m.bound > maxBound {
			return
		}
		switch {
		case v.kind == text:
			if v.partial || !namesModel(v.text) || builtPath(name, v) {
				continue
			}
			if m.bound++; m.bound > maxBound {
				m.cut = true
				return
			}
			m.report.binds[bindKey{name, v.text, span{v.start, v.end}}] = true
		case inner:
		case v.kind == dict:
			for _, p := range v.pairs {
				m.bindConstant(name+"."+p.key, p.value, true)
			}
		case v.kind == class:
			m.bindClass(name, v.class, map[string]bool{}, map[*classInfo]bool{})
		case v.kind == instance:
			own := map[string]bool{}
			for _, attr := range slices.Sorted(maps.Keys(v.attrs)) {
				own[attr] = true
				m.bindConstant(name+"."+attr, v.attrs[attr], true)
			}
			m.bindClass(name, v.class, own, map[*classInfo]bool{})
		}
	}
}

// bindClass binds the attributes of a class and of its bases but for those that are hidden
// by others. The members of an enumeration are asked for their values.
func (m *machine) bindClass(name string, c *classInfo, hidden map[string]bool, done map[*classInfo]bool) {
	if done[c] || len(done) > maxBases || m.stopped != "" || m.bound > maxBound {
		return
	}
	done[c] = true
	enum := c.enumeration()
	for _, attr := range slices.Sorted(maps.Keys(c.attrs)) {
		if hidden[attr] {
			continue
		}
		hidden[attr] = true
		m.bindConstant(name+"."+attr, c.attrs[attr], true)
		if enum {
			m.bindConstant(name+"."+attr+".value", c.attrs[attr], true)
		}
	}
	for _, b := range c.bases {
		for _, v := range b {
			if v.kind == class {
				m.bindClass(name, v.class, hidden, done)
			}
		}
	}
}

// enumeration tells whether a class has the members of an enumeration.
func (c *classInfo) enumeration() bool {
	for _, b := range c.bases {
		for _, v := range b {
			if v.kind == symbol && strings.HasSuffix(v.text, "Enum") {
				return true
			}
		}
	}
	return false
}

// moduleOf is the dotted path of a file from the root, "" for what cannot be imported.
func moduleOf(file string) string {
	name, ok := strings.CutSuffix(file, ".py")
	if !ok {
		return ""
	}
	if path.Base(name) == "__init__" {
		name = strings.TrimSuffix(name, "__init__")
	}
	return strings.Trim(strings.ReplaceAll(name, "/", "."), ".")
}

// namesModel tells whether a constant may be the name of a model or a file of weights.
func namesModel(s string) bool {
	if _, ok := modelid.Any(s); ok {
		return true
	}
	return modelid.WeightsFile(s) && modelid.IsLocal(s) && !strings.ContainsAny(s, "{$*\n")
}
