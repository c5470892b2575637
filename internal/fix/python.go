package fix

import (
	"cmp"
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

// revisionCalls are the functions that take a revision, and the names of their models'
// libraries, of which one begins the callee.
var revisionCalls = wordSet(`from_pretrained pipeline hf_hub_download snapshot_download hf_hub_url cached_file
	SentenceTransformer CrossEncoder SparseEncoder LLM EngineArgs AsyncEngineArgs load_lora_weights load_ip_adapter
	load_textual_inversion lora_state_dict from_single_file get_kernel HuggingFaceModel`)

var revisionLibraries = wordSet(`transformers diffusers peft huggingface_hub sentence_transformers vllm optimum kernels
	bentoml trl unsloth tokenizers modelscope load_lora_weights load_ip_adapter load_textual_inversion`)

func wordSet(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// revisionNames are the keywords for the revision of a call's models.
func revisionNames(loader string) []string {
	switch root, _, _ := strings.Cut(loader, "."); {
	case root == "modelscope" && strings.HasSuffix(loader, "pipeline"):
		return []string{"model_revision"}
	case root == "vllm":
		return []string{"revision", "tokenizer_revision"}
	}
	return []string{"revision"}
}

// pinCalls gives all calls that load a model its commit.
func (p *planner) pinCalls(ref gate.Reference, commit string) []candidate {
	root, _, _ := strings.Cut(ref.Loader, ".")
	if !revisionLibraries[root] || len(ref.LoadedAt) == 0 {
		return nil
	}
	var out []candidate
	for _, name := range revisionNames(ref.Loader) {
		if c, ok := p.pinAll(ref, name, commit); ok {
			out = append(out, c)
		}
	}
	return out
}

func (p *planner) pinAll(ref gate.Reference, name, commit string) (candidate, bool) {
	at := -1
	var edits []edit
	for _, place := range ref.LoadedAt {
		c, ok := p.old.index().calls[place]
		if !ok || at >= 0 && c.text != at || !p.alone(ref, place) || !p.names(c, ref) || !revisionCalls[lastName(c.call.Func)] {
			return candidate{}, false
		}
		e, ok := p.revision(c, name, commit)
		if !ok {
			return candidate{}, false
		}
		at, edits = c.text, append(edits, e)
	}
	return p.within(at, "", edits...), true
}

// alone tells whether a call loads this model only, as far as it is known.
func (p *planner) alone(ref gate.Reference, place gate.Location) bool {
	for _, r := range p.old.references {
		if r.At == place && r.Resolution == gate.Dynamic || slices.Contains(r.LoadedAt, place) && (r.Model.Key() != ref.Model.Key() || r.At != ref.At) {
			return false
		}
	}
	return true
}

// names tells whether an argument of a call is the name of the model itself, or a name
// that stands for nothing else in the file.
func (p *planner) names(c site, ref gate.Reference) bool {
	args := slices.Clone(c.call.Args)
	for i := range c.call.Keywords {
		args = append(args, c.call.Keywords[i].Value)
	}
	t := p.old.texts[c.text]
	here := func(e pysyntax.Expr) bool {
		s, ok := e.(*pysyntax.Str)
		if !ok {
			return false
		}
		start, end := s.Range()
		return t.src.At(start, end) == ref.At
	}
	return slices.ContainsFunc(args, func(e pysyntax.Expr) bool {
		if n, ok := e.(*pysyntax.Name); ok {
			bound, value := bindings(t.parsed(), n.ID)
			return bound == 1 && value != nil && here(value)
		}
		return here(e)
	})
}

// bindings counts how often a name is bound in a module, and gives what it is assigned.
func bindings(m *pysyntax.Module, name string) (n int, value pysyntax.Expr) {
	var visit func(pysyntax.Node)
	visit = func(node pysyntax.Node) {
		switch node := node.(type) {
		case *pysyntax.Assign:
			for _, t := range node.Targets {
				if isName(t, name) {
					n, value = n+1, node.Value
				} else {
					n += targets(t, name)
				}
			}
			visit(node.Value)
			return
		case *pysyntax.AnnAssign:
			if isName(node.Target, name) {
				n, value = n+1, node.Value
			}
		case *pysyntax.AugAssign:
			n += targets(node.Target, name)
		case *pysyntax.For:
			n += targets(node.Target, name)
		case *pysyntax.Generator:
			n += targets(node.Target, name)
		case *pysyntax.WithItem:
			n += targets(node.Vars, name)
		case *pysyntax.NamedExpr:
			n += targets(node.Target, name)
		case *pysyntax.ExceptHandler:
			n += targets(node.Target, name)
		case *pysyntax.Delete:
			for _, t := range node.Targets {
				n += targets(t, name)
			}
		default:
			n += defined(node, name)
		}
		pysyntax.Children(node, visit)
	}
	visit(m)
	return n, value
}

// defined counts the bindings of a name by what is no assignment. A star import may bind
// any name.
func defined(node pysyntax.Node, name string) int {
	same := false
	switch node := node.(type) {
	case *pysyntax.Param:
		same = node.Name == name
	case *pysyntax.FunctionDef:
		same = node.Name == name
	case *pysyntax.ClassDef:
		same = node.Name == name
	case *pysyntax.Alias:
		first, _, _ := strings.Cut(node.Name, ".")
		same = cmp.Or(node.AsName, first) == name || node.Name == "*"
	case *pysyntax.Pattern:
		same = node.Name == name
	case *pysyntax.Global:
		same = slices.Contains(node.Names, name)
	}
	if same {
		return 1
	}
	return 0
}

func isName(e pysyntax.Expr, name string) bool {
	n, ok := e.(*pysyntax.Name)
	return ok && n.ID == name
}

// targets counts a name among the targets of an assignment.
func targets(e pysyntax.Expr, name string) int {
	if e == nil {
		return 0
	}
	n := 0
	pysyntax.Inspect(e, func(node pysyntax.Node) bool {
		if x, ok := node.(*pysyntax.Name); ok && x.ID == name {
			n++
		}
		return true
	})
	return n
}

// revision is the edit that gives a call a commit: of the revision that is written there,
// or of a further keyword.
func (p *planner) revision(c site, name, commit string) (edit, bool) {
	src := p.old.texts[c.text].src.Text
	if k := keyword(c.call, name); k != nil {
		start, end := k.Value.Range()
		quote := quoteOf(src[start:end])
		switch v := k.Value.(type) {
		case *pysyntax.Str:
			if v.Bytes || len(v.Raw) == 0 || strings.IndexByte(`"'`, v.Raw[0]) < 0 {
				return edit{}, false
			}
		case *pysyntax.Constant:
			if v.Kind != pysyntax.None {
				return edit{}, false
			}
			quote = p.quoteMark(c)
		default:
			return edit{}, false
		}
		return edit{start, end, quote + commit + quote}, true
	}
	quote := p.quoteMark(c)
	return p.addition(c, name+"="+quote+commit+quote)
}

// quoteMark is the quote that a call uses.
func (p *planner) quoteMark(c site) string {
	start, end := c.call.Range()
	return quoteOf(p.old.texts[c.text].src.Text[start:end])
}

func quoteOf(text []byte) string {
	double, single := strings.IndexByte(string(text), '"'), strings.IndexByte(string(text), '\'')
	if single >= 0 && double < 0 {
		return "'"
	}
	return `"`
}
