package fix

import (
	"cmp"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/pysyntax"
)

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
