package baseline

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/scan"
)

// Mark marks the violations that were there before the change, if some are open at all. A
// comment waives only what it waived before.
func (b *Baseline) Mark(ctx context.Context, j *run.Judgement, violations []gate.Violation) error {
	if !slices.ContainsFunc(violations, func(v gate.Violation) bool { return v.Waived == nil || byComment(v) }) {
		return nil
	}
	before, err := b.evidence(ctx)
	if err != nil {
		return err
	}
	was, _, err := j.Judge(ctx, before.Evidence)
	if err != nil {
		return fmt.Errorf("judging the base: %w", err)
	}
	b.uncover(violations, was)
	markOld(violations, was, identities(slices.Concat(b.Head.Found.References, before.References), b))
	return nil
}

// Mark marks the violations that an earlier report has as old. References are those of
// both.
func Mark(violations, old []gate.Violation, refs []gate.Reference) {
	markOld(violations, old, identities(refs, nil))
}

// evidence is all that is known of the state before the change. Models for which both
// states ask are not asked for again, unless what is locked of them differs.
func (b *Baseline) evidence(ctx context.Context) (*run.Findings, error) {
	before, err := b.Moved(ctx)
	if err != nil {
		return nil, err
	}
	head, base := placesOf(b.Head.Found.References), placesOf(b.Was.References)
	again, names := b.relocked(head)
	relocked, err := b.session.Models(ctx, again, b.online())
	if err != nil {
		return nil, err
	}
	out := &run.Findings{References: b.Was.References, Evidence: slices.Concat(b.Was.Evidence, before.Evidence, relocked.Evidence)}
	for _, e := range b.Head.Asked.Evidence {
		name := head.name(e)
		if at, ok := base.first[name]; ok && !names[name] {
			if e.At == head.first[name] {
				e.At = at
			}
			out.Evidence = append(out.Evidence, e)
		}
	}
	return out, nil
}

// Moved asks for the models of the base that the head has at another revision.
func (b *Baseline) Moved(ctx context.Context) (*run.Findings, error) {
	if b.before != nil {
		return b.before, nil
	}
	head := placesOf(b.Head.Found.References)
	keys := map[string]bool{}
	for _, r := range b.Head.Found.References {
		keys[r.Model.Source+":"+r.Model.Key()] = true
	}
	var ask []gate.Reference
	for _, r := range b.Was.References {
		_, known := head.first[scan.Remote(r.Model, "")]
		if run.Lockable(r) && !known && keys[r.Model.Source+":"+r.Model.Key()] {
			ask = append(ask, r)
		}
	}
	var err error
	b.before, err = b.session.Models(ctx, ask, b.online())
	return b.before, err
}

// online is how registries are asked about the state before the change.
func (b *Baseline) online() scan.Online {
	opt := b.Head.Online
	if b.locked != nil {
		opt.Locked = b.locked
	}
	return opt
}

// relocked are the references of the base to models that both states name and of which
// they lock something else, and the names of the models: what was found under the lock of
// the head says nothing of the base.
func (b *Baseline) relocked(head *places) (ask []gate.Reference, names map[string]bool) {
	names = map[string]bool{}
	if b.locked == nil || b.Head.Online.Locked == nil {
		return nil, names
	}
	for _, r := range b.Was.References {
		name := scan.Remote(r.Model, "")
		if _, known := head.first[name]; !known || !run.Lockable(r) {
			continue
		}
		was, before := b.locked(r.Model)
		is, now := b.Head.Online.Locked(r.Model)
		was.At, is.At = gate.Location{}, gate.Location{}
		if before != now || !reflect.DeepEqual(was, is) {
			names[name] = true
			ask = append(ask, r)
		}
	}
	return ask, names
}

// places are where the models of registries are named first, by their names in locations.
type places struct {
	first map[string]gate.Location
	keys  map[string][]string // names by the id without the revision
}

func placesOf(refs []gate.Reference) *places {
	p := &places{first: map[string]gate.Location{}, keys: map[string][]string{}}
	for _, r := range refs {
		name := scan.Remote(r.Model, "")
		if _, ok := p.first[name]; !ok && run.Lockable(r) {
			p.first[name] = r.At
			p.keys[r.Model.Key()] = append(p.keys[r.Model.Key()], name)
		}
	}
	return p
}

// name is the model that a fact is about, or nothing where that is not sure.
func (p *places) name(e gate.Evidence) string {
	names := p.keys[e.Model]
	for _, n := range names {
		if e.At == p.first[n] || e.At.Path == n || strings.HasPrefix(e.At.Path, n+"/") {
			return n
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	return ""
}
