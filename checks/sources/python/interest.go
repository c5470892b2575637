package python

import "github.com/modelgate/gate/internal/pysyntax"

// smallBody is the size of functions that are followed whatever is in them: they may pick
// a name, which they return.
const smallBody = 80

// bodies tells which functions are worth to be followed at a call: small ones, those with
// something of interest in them, and those that use the names of such functions.
type bodies map[*pysyntax.FunctionDef]bool

// body is what is counted of one function.
type body struct {
	def     *pysyntax.FunctionDef
	parent  *body
	end     int
	size    int
	telling bool
	uses    map[string]bool
}

func worthFollowing(mod *pysyntax.Module, file string) bodies {
	f := filter{text: mod.Source, file: file, libs: map[string]bool{}}
	var all []*body
	var top *body
	pysyntax.Inspect(mod, func(n pysyntax.Node) bool {
		start, end := n.Range()
		for top != nil && start >= top.end {
			top = top.parent
		}
		if d, ok := n.(*pysyntax.FunctionDef); ok {
			top = &body{def: d, parent: top, end: end, uses: map[string]bool{}}
			all = append(all, top)
		}
		if top != nil {
			top.count(n, &f)
		}
		return true
	})
	return spreadInterest(all)
}

func (b *body) count(n pysyntax.Node, f *filter) {
	b.size++
	b.telling = b.telling || f.node(n)
	switch n := n.(type) {
	case *pysyntax.Name:
		b.uses[n.ID] = true
	case *pysyntax.Attribute:
		b.uses[n.Attr] = true
	}
}

// maxRounds bounds how far interest spreads from a function to its callers.
const maxRounds = maxCalls

func spreadInterest(all []*body) bodies {
	out := bodies{}
	names := map[string]bool{}
	for _, b := range all {
		if b.telling {
			names[b.def.Name] = true
		}
	}
	for range maxRounds {
		for _, b := range all {
			for p := b; p != nil && (b.telling || names[b.def.Name]); p = p.parent {
				p.telling = true
				names[p.def.Name] = true
				if p.parent != nil && p.parent.telling {
					break
				}
			}
		}
		for _, b := range all {
			if b.telling {
				continue
			}
			for u := range b.uses {
				if names[u] {
					b.telling = true
					break
				}
			}
		}
	}
	for _, b := range all {
		out[b.def] = b.telling || b.size <= smallBody
	}
	return out
}
