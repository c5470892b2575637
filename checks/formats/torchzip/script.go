package torchzip

import (
	"io"
	"regexp"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/pickle"
	"github.com/modelgate/gate/internal/zipfile"
)

const maxScript = 16 << 20

// calls are the operators of TorchScript that touch files, as its code writes them, and
// the ones that run Python.
var calls = []struct {
	name    string
	pattern *regexp.Regexp
}{
	{"aten::save", regexp.MustCompile(`\b(?:torch|ops\.aten)\.save\s*\(`)},
	{"aten::from_file", regexp.MustCompile(`\b(?:torch|ops\.aten)\.from_file\s*\(`)},
	{"prim::PythonOp", regexp.MustCompile(`\bops\.prim\.PythonOp\b|(?:^|[\s(=,])\^\w+\s*\(`)},
}

// scriptLists are the known globals with those of TorchScript: its own unpickler knows
// no classes but those of the code beside, and functions that only make lists.
func scriptLists() *pickle.Lists {
	entries := []pickle.Entry{{Module: "__torch__*", Name: "*", Shape: "N=", Source: "TorchScript"}}
	for _, name := range []string{"build_intlist", "build_tensorlist", "build_doublelist", "build_boollist", "build_tensor_from_id", "restore_type_tag"} {
		entries = append(entries, pickle.Entry{Module: "torch.jit._pickle", Name: name, Shape: "R=", Source: "TorchScript"})
	}
	lists, err := pickle.DefaultLists().With(entries...)
	if err != nil {
		return pickle.DefaultLists() // less is known, and nothing more is let through
	}
	return lists
}

// script looks for operators in the code of a TorchScript archive, which looks like
// Python and is none.
func (c *checkpoint) script(e *zipfile.Entry) {
	c.doubt("there is code", e.Header)
	var text []byte
	handed := c.a.Hand(e, func(_ string, _ int64, r io.Reader) { text, _ = io.ReadAll(io.LimitReader(r, maxScript+1)) })
	c.rested(e, handed)
	switch {
	case handed.Err != nil:
		c.incomplete(e, handed.Err.Error(), "")
	case len(text) > maxScript:
		c.incomplete(e, "code larger than the limit", "bytes")
	}
	for _, call := range calls {
		if at := call.pattern.FindIndex(text); at != nil {
			c.out.Emit(KindCall, gate.Location{Path: c.inside(e), Offset: int64(at[0])}, Call{Name: call.name})
		}
	}
}
