package fix

import (
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/pysyntax"
)

// sites are the places of a file's Python that edits may be for.
type sites struct {
	calls  map[gate.Location]site
	values map[gate.Location]setting
}

// site is a call in a text.
type site struct {
	text int
	call *pysyntax.Call
}

// setting is a value, or a keyword with one, and what it is given to.
type setting struct {
	text    int
	value   pysyntax.Expr
	call    *pysyntax.Call    // of a keyword
	keyword *pysyntax.Keyword // of that call
	name    string
}

// index finds the sites when they are first asked for.
func (r *reading) index() *sites {
	if r.sites == nil {
		r.sites = &sites{map[gate.Location]site{}, map[gate.Location]setting{}}
		for i, t := range r.texts {
			if t.python && len(t.parsed().Errors) == 0 {
				v := visitor{reading: r, text: i}
				v.visit(t.parsed(), setting{text: i})
			}
		}
	}
	return r.sites
}

type visitor struct {
	*reading
	text int
}

// visit notes calls, and the constants and strings that are given to a name.
func (v visitor) visit(n pysyntax.Node, to setting) {
	start, end := n.Range()
	src := v.texts[v.text].src
	switch n := n.(type) {
	case *pysyntax.Call:
		v.sites.calls[src.At(start, end)] = site{v.text, n}
		v.visit(n.Func, setting{text: v.text})
		for _, a := range n.Args {
			v.visit(a, setting{text: v.text})
		}
		for i := range n.Keywords {
			k := &n.Keywords[i]
			to := setting{v.text, k.Value, n, k, k.Name}
			start, end := k.Range()
			v.sites.values[src.At(start, end)] = to
			v.visit(k.Value, to)
		}
		return
	case *pysyntax.Constant, *pysyntax.Str:
		if to.name != "" {
			to.value = n.(pysyntax.Expr)
			v.sites.values[src.At(start, end)] = to
		}
		return
	case *pysyntax.Assign:
		to = setting{text: v.text}
		if len(n.Targets) == 1 {
			to.name = lastName(n.Targets[0])
		}
	case *pysyntax.AnnAssign:
		to = setting{text: v.text, name: lastName(n.Target)}
	case *pysyntax.Param:
		to = setting{text: v.text, name: n.Name}
	case *pysyntax.DictItem:
		to = setting{text: v.text}
		if key, ok := n.Key.(*pysyntax.Str); ok {
			to.name = key.Value()
		}
	default:
		to = setting{text: v.text}
	}
	pysyntax.Children(n, func(c pysyntax.Node) { v.visit(c, to) })
}

// lastName is the last part of a dotted name, or the key of a subscript.
func lastName(e pysyntax.Expr) string {
	switch e := e.(type) {
	case *pysyntax.Name:
		return e.ID
	case *pysyntax.Attribute:
		return e.Attr
	case *pysyntax.Subscript:
		if key, ok := e.Index.(*pysyntax.Str); ok {
			return key.Value()
		}
	}
	return ""
}

// within is a candidate that edits a text of the file.
func (p *planner) within(at int, description string, edits ...edit) candidate {
	c := candidate{description: description, inner: &inner{at, edits}, edits: edits}
	for t := p.old.texts[at]; t.parent >= 0; t = p.old.texts[t.parent] {
		c.edits = lift(c.edits, len(t.src.Text), t.places, p.quote(t.parent))
	}
	return c
}

// safer are the ways to make a call safe that runs code by what it is given, or not given.
func (p *planner) safer(c site, l gate.Load) []candidate {
	k := keyword(c.call, l.Flag)
	switch {
	case l.Unsafe == "yaml":
		return p.safeYAML(c, l)
	case l.Flag == "weights_only" && l.Value == "absent" && k == nil:
		return p.add(c, "Read only tensors: weights_only=True", "weights_only=True")
	case l.Flag == "weights_only" && isConstant(k, pysyntax.False):
		start, end := k.Value.Range()
		return []candidate{p.within(c.text, "Read only tensors: weights_only=True", edit{start, end, "True"})}
	case l.Flag == "allow_pickle" && isConstant(k, pysyntax.True), l.Flag == "safe_mode" && isConstant(k, pysyntax.False):
		return p.drop(c.text, c.call, k, "Drop "+l.Flag+", whose default is safe")
	}
	return nil
}

func keyword(c *pysyntax.Call, name string) *pysyntax.Keyword {
	for i := range c.Keywords {
		if c.Keywords[i].Name == name && name != "" {
			return &c.Keywords[i]
		}
	}
	return nil
}

func isConstant(k *pysyntax.Keyword, want pysyntax.ConstantKind) bool {
	if k == nil {
		return false
	}
	c, ok := k.Value.(*pysyntax.Constant)
	return ok && c.Kind == want
}

// safeNames are the functions of yaml that read only plain data, for those that do not.
var safeNames = map[string]string{"unsafe_load": "safe_load", "unsafe_load_all": "safe_load_all", "full_load": "safe_load", "full_load_all": "safe_load_all"}

// safeYAML makes a call of yaml read plain data.
func (p *planner) safeYAML(c site, l gate.Load) []candidate {
	const why = "Read plain data: SafeLoader"
	f, ok := c.call.Func.(*pysyntax.Attribute)
	if !ok || pysyntax.Dotted(f.Value) == "" {
		return nil
	}
	rename := func(a *pysyntax.Attribute, name string) []candidate {
		_, end := a.Range()
		return []candidate{p.within(c.text, why, edit{int(a.AttrStart), end, name})}
	}
	if name := safeNames[f.Attr]; name != "" {
		return rename(f, name)
	}
	if l.Flag != "Loader" {
		return nil
	}
	var given pysyntax.Expr
	if k := keyword(c.call, "Loader"); k != nil {
		given = k.Value
	} else if len(c.call.Args) > 1 {
		given = c.call.Args[1]
	}
	if given == nil {
		return p.add(c, why, "Loader="+pysyntax.Dotted(f.Value)+".SafeLoader")
	}
	if a, ok := given.(*pysyntax.Attribute); ok && pysyntax.Dotted(a.Value) == pysyntax.Dotted(f.Value) {
		name := "SafeLoader"
		if strings.HasPrefix(a.Attr, "C") && a.Attr != "CoreLoader" {
			name = "CSafeLoader"
		}
		return rename(a, name)
	}
	return nil
}

// flag are the ways to take back an argument that makes a call unsafe.
func (p *planner) flag(s setting, l gate.Load) []candidate {
	start, end := s.value.Range()
	write := func(why, text string) candidate { return p.within(s.text, why, edit{start, end, text}) }
	c, ok := s.value.(*pysyntax.Constant)
	switch {
	case l.Unsafe == "safetensors-disabled" && s.name == "use_safetensors" && ok && c.Kind == pysyntax.False:
		return []candidate{write("Load safetensors: use_safetensors=True", "True")}
	case l.Unsafe == "torch-pickle" && s.name == "weights_only" && ok && c.Kind == pysyntax.False:
		return []candidate{write("Read only tensors: weights_only=True", "True")}
	case l.Unsafe == "yaml" && s.name == "typ" && l.Value == "unsafe":
		return []candidate{write("Read plain data", `"safe"`)}
	case l.Unsafe == "remote-code" && l.Flag == "trust_remote_code" && ok && c.Kind == pysyntax.True:
		return p.distrust(s, write("Do not run code from the model's repository", "False"))
	}
	return nil
}

// distrust drops the argument that runs code of the model, or sets what it is made of.
func (p *planner) distrust(s setting, off candidate) []candidate {
	switch {
	case s.name == "trust_remote_code" && s.keyword != nil:
		return append(p.drop(s.text, s.call, s.keyword, "Drop trust_remote_code=True: code from the model's repository is not run"), off)
	case s.name == "trust_remote_code", strings.HasSuffix(s.name, "_trust_remote_code"):
		return []candidate{off}
	case s.name == "default" && s.call != nil && slices.ContainsFunc(s.call.Args, isTrustOption):
		return []candidate{off}
	}
	return nil
}

func isTrustOption(e pysyntax.Expr) bool {
	s, ok := e.(*pysyntax.Str)
	return ok && strings.HasSuffix(strings.ReplaceAll(s.Value(), "-", "_"), "trust_remote_code")
}
