package fix

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/modelgate/gate"
)

// pinning is the rule that a commit satisfies.
const pinning = "unpinned-revision"

// dangers are the loads that the other rules are about.
var dangers = map[string]string{
	"unsafe-torch-load":    "torch-pickle",
	"safetensors-disabled": "safetensors-disabled",
	"remote-code-enabled":  "remote-code",
	"unsafe-numpy-load":    "numpy-pickle",
	"unsafe-keras-load":    "keras-code",
	"unsafe-yaml-load":     "yaml",
}

// candidates are the ways to fix a violation, the best first.
func (p *planner) candidates(v gate.Violation) []candidate {
	if v.Rule == pinning {
		return p.pins(v)
	}
	unsafe, at := dangers[v.Rule], p.old.start(v.At)
	for _, e := range p.old.evidence {
		l, ok := e.Data.(gate.Load)
		if !ok || l.Unsafe != unsafe || p.old.start(e.At) != at || e.At.EndLine != v.At.EndLine || e.At.EndColumn != v.At.EndColumn {
			continue
		}
		out := p.loads(e.At, l)
		for i := range out {
			out[i].target = target{at: at, unsafe: unsafe}
		}
		return out
	}
	return nil
}

// loads are the ways to make a load safe.
func (p *planner) loads(at gate.Location, l gate.Load) []candidate {
	if strings.HasPrefix(l.Callee, "kernels.") {
		return nil // it runs the code of a kernel whatever it is told
	}
	s := p.old.index()
	if c, ok := s.calls[at]; ok {
		return p.safer(c, l)
	}
	if v, ok := s.values[at]; ok {
		return p.flag(v, l)
	}
	if l.Unsafe == "remote-code" && l.Flag == "trust_remote_code" {
		return p.trustOff(at)
	}
	return nil
}

var fullCommit = regexp.MustCompile(`^[0-9a-f]{40}$`)

// pins are the ways to pin the model of a violation to its commit.
func (p *planner) pins(v gate.Violation) []candidate {
	i := slices.IndexFunc(p.refs, func(r gate.Reference) bool {
		return r.At == v.At && r.Model.Key() == v.Model && !r.Immutable && r.Resolution != gate.Dynamic && r.Resolution != gate.Alternative
	})
	if i < 0 || p.refs[i].Args["revision"] == "?" {
		return nil
	}
	ref := p.refs[i]
	if ref.Model.Source != "hf" && ref.Model.Source != "modelscope" {
		return nil
	}
	commit, ok := p.commits(ref.Model)
	if !ok || !fullCommit.MatchString(commit) {
		return nil
	}
	var out []candidate
	switch {
	case ref.Finder == "python":
		out = p.pinCalls(ref, commit)
	case ref.Finder == "config":
		out = p.pinKey(ref, commit)
	case ref.Finder == "shell":
		out = p.pinOption(ref, commit)
	}
	out = append(p.pinAddress(ref, commit), out...)
	for i := range out {
		out[i].description = fmt.Sprintf("Pin %s to the commit %s", ref.Model.Key(), commit)
		out[i].target = target{at: p.old.start(ref.At), model: p.old.reference(ref).model, commit: commit}
	}
	return out
}

// pinAddress pins a model whose revision is a part of its address.
func (p *planner) pinAddress(ref gate.Reference, commit string) []candidate {
	start, end := p.old.start(ref.At), p.old.end(ref.At)
	rev := ref.Model.Revision
	if start < 0 || end < start || rev == "" {
		return nil
	}
	written := string(p.old.text[start:end])
	for _, form := range []string{"/resolve/%s/", "/raw/%s/", "/blob/%s/", "@%s"} {
		piece := fmt.Sprintf(form, rev)
		i := strings.Index(written, piece)
		if i < 0 || strings.Count(written, piece) > 1 || form == "@%s" && !strings.Contains(written, "hf://") {
			continue
		}
		i += start + strings.Index(piece, rev)
		return []candidate{{edits: []edit{{i, i + len(rev), commit}}}}
	}
	return nil
}
