package python

import (
	"slices"

	"github.com/modelgate/gate/internal/pysyntax"
)

// smallBody is the size of functions that are followed whatever is in them: they may pick
// a name, which they return.
const smallBody = 80

// bodies has what is known of the functions of a module before it is run.
type bodies map[*pysyntax.FunctionDef]*body

// body is what is counted of one function.
type body struct {
	def     *pysyntax.FunctionDef
	parent  *body
	end     int
	size    int
	telling bool // has something of interest, or uses the names of functions that have
	worth   bool // to be followed at a call
	needed  bool // to be run by itself
	spreads bool // hands mappings on as arguments
	class   string
	inner   []*body
	uses    []string // names and attributes
	keys    []string // strings that may be names of attributes
	sets    []string // attributes and global names
}

// maxRounds bounds how far interest spreads from a function to its callers.
const maxRounds = maxCalls

// spreadInterest tells which functions are worth to be followed at a call: small ones,
// those with something of interest in them, and those that use the names of such
// functions.
func spreadInterest(all []*body) bodies {
	out := bodies{}
	names := map[string]bool{} // of functions; true for those of interest
	for _, b := range all {
		names[b.def.Name] = names[b.def.Name] || b.telling
	}
	for _, b := range all {
		b.uses = slices.DeleteFunc(b.uses, func(u string) bool { _, ok := names[u]; return !ok })
	}
	for range maxRounds {
		for _, b := range all {
			for p := b; p.def != nil && (b.telling || names[b.def.Name]); p = p.parent {
				p.telling = true
				names[p.def.Name] = true
				if p.parent.telling {
					break
				}
			}
		}
		for _, b := range all {
			if b.telling {
				continue
			}
			b.telling = slices.ContainsFunc(b.uses, func(u string) bool { return names[u] })
		}
	}
	for _, b := range all {
		b.worth = b.telling || b.size <= smallBody
		out[b.def] = b
	}
	return out
}
