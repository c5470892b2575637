package fix

import (
	"bytes"
	"maps"
	"path"
	"strings"

	"github.com/modelgate/gate"
)

// proven tells whether candidates do together what they are for and nothing else: it
// reads the file as it would be.
func (p *planner) proven(list []candidate) bool {
	p.trials++
	if p.trials > maxTrial || p.ctx.Err() != nil || p.old.cut {
		return false
	}
	var edits []edit
	for _, c := range list {
		edits = append(edits, c.edits...)
	}
	edits, err := ordered(edits)
	if err != nil {
		return false
	}
	changed, err := apply(p.old.text, edits)
	if err != nil {
		return false
	}
	now := read(p.ctx, p.old.path, changed)
	return !now.cut && p.texts(now, list) && p.facts(now, list, edits)
}

// texts tells whether the texts inside of the file are as they were but for the edits, and
// whether what was Python still is.
func (p *planner) texts(now *reading, list []candidate) bool {
	if len(now.texts) != len(p.old.texts) {
		return false
	}
	want, err := p.expected(list)
	if err != nil {
		return false
	}
	for i, t := range now.texts {
		before := p.old.texts[i]
		if want[i] != nil && !bytes.Equal(want[i], t.src.Text) || before.src.Language != t.src.Language {
			return false
		}
		if t.python && !bytes.Equal(before.src.Text, t.src.Text) && len(t.parsed().Errors) > 0 {
			return false
		}
	}
	return true
}

// expected are the texts that inner edits are of, and those around them, as they should
// be. None are known where edits of the file alone, which may be in any of them, stand
// beside the inner ones.
func (p *planner) expected(list []candidate) (map[int][]byte, error) {
	edits := map[int][]edit{}
	for _, c := range list {
		if c.inner == nil {
			return nil, nil
		}
		at, own := c.inner.text, c.inner.edits
		edits[at] = append(edits[at], own...)
		for t := p.old.texts[at]; t.parent >= 0; t = p.old.texts[at] {
			own = lift(own, len(t.src.Text), t.places, p.quote(t.parent))
			at = t.parent
			edits[at] = append(edits[at], own...)
		}
	}
	out := map[int][]byte{}
	for at, own := range edits {
		var err error
		if out[at], err = apply(p.old.texts[at].src.Text, own); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// quote is how text is written in a text that holds another.
func (p *planner) quote(at int) func(string) string {
	if p.old.texts[at].parent < 0 && strings.EqualFold(path.Ext(p.old.path), ".ipynb") {
		return inJSON
	}
	return asWritten
}

// fact is what is compared of a reference or of other evidence.
type fact struct {
	at                                int
	what, loader, model, rev, setting string
	immutable                         bool
}

// facts tells whether the finders state of the edited file what they stated before, but
// that the targets are pinned, or gone.
func (p *planner) facts(now *reading, list []candidate, edits []edit) bool {
	want := map[fact]int{}
	for _, ref := range p.old.references {
		f := p.old.reference(ref)
		for _, c := range list {
			if c.target.commit != "" && c.target.at == f.at && c.target.model == f.model && !f.immutable {
				f.rev, f.immutable = c.target.commit, true
			}
		}
		f.at = shifted(f.at, edits)
		want[f]++
	}
	for _, e := range p.old.evidence {
		f := p.old.other(e)
		gone := false
		for _, c := range list {
			gone = gone || c.target.unsafe != "" && c.target.at == f.at && c.target.unsafe == f.model
		}
		if !gone {
			f.at = shifted(f.at, edits)
			want[f]++
		}
	}
	got := map[fact]int{}
	for _, ref := range now.references {
		got[now.reference(ref)]++
	}
	for _, e := range now.evidence {
		got[now.other(e)]++
	}
	return maps.Equal(want, got)
}

func (r *reading) reference(ref gate.Reference) fact {
	f := fact{what: string(ref.Resolution), at: r.start(ref.At), loader: ref.Loader,
		model: ref.Model.Source + ":" + ref.Model.Key() + ":" + ref.Model.File, rev: ref.Model.Revision, immutable: ref.Immutable}
	if ref.Model.Namespace == "" && ref.Model.Name == "" {
		f.model = modelOf(ref.Model) // its address, which has the revision in it
	}
	return f
}

// modelOf is a model without its revision, which may stand in its address.
func modelOf(m gate.ModelID) string {
	key := m.Key()
	if m.Revision != "" {
		key = strings.ReplaceAll(key, m.Revision, "?")
	}
	return m.Source + ":" + key + ":" + m.File
}

func (r *reading) other(e gate.Evidence) fact {
	f := fact{what: string(e.Kind), at: r.start(e.At)}
	if l, ok := e.Data.(gate.Load); ok {
		f.model, f.loader, f.setting = l.Unsafe, l.Callee, l.Flag+"="+l.Value
	}
	return f
}
