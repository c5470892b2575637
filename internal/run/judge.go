package run

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/policy"
	"github.com/modelgate/gate/internal/scan"
	"github.com/modelgate/gate/internal/usage"
	"github.com/modelgate/gate/rego"
)

// Judgement is one decision about findings.
type Judgement struct {
	Session *Session
	Policy  *config.Policy
	Custom  map[string][]byte // the organisation's own rules by file
	Only    []string          // rules; empty means all
	Started time.Time
	Root    string
	// Compare marks the violations that were there before a proposed change; nil where
	// there is nothing to compare with.
	Compare func(ctx context.Context, violations []gate.Violation) error

	engine *policy.Engine
}

// Decide judges findings.
func (j *Judgement) Decide(ctx context.Context, found *Findings) (*gate.Report, error) {
	violations, rules, err := j.Judge(ctx, found.Evidence)
	if err != nil {
		return nil, err
	}
	if j.Compare != nil {
		if err := j.Compare(ctx, violations); err != nil {
			return nil, err
		}
	}
	anchor(violations, slices.Concat(found.References, found.Followed))
	found.Stats.Millis = j.Session.Now().Sub(j.Started).Milliseconds()
	return &gate.Report{
		Schema:     gate.Schema,
		Verdict:    Verdict(violations),
		Engine:     gate.Engine{Version: j.Session.Version, RulesDigest: rego.Digest()},
		Policy:     j.Policy.Info(),
		Root:       j.Root,
		References: notNil(found.References),
		Artifacts:  notNil(found.Artifacts),
		Evidence:   notNil(found.Evidence),
		Rules:      notNil(rules),
		Violations: notNil(violations),
		Unjudged:   notNil(found.Unjudged),
		Stats:      found.Stats,
		Review:     found.Review,
	}, nil
}

// Judge asks the rules about evidence.
func (j *Judgement) Judge(ctx context.Context, evidence []gate.Evidence) (violations []gate.Violation, rules []gate.Rule, err error) {
	if j.engine == nil {
		if j.engine, err = policy.New(policy.Options{}); err != nil {
			return nil, nil, err
		}
	}
	violations, rules, err = j.engine.Decide(ctx, policy.Input{
		Config: j.Policy.Document(), Evidence: evidence, Now: j.Session.Now(), PolicyPath: j.Policy.Info().Path,
		Custom: j.Custom,
	})
	if err != nil {
		return nil, nil, err
	}
	violations, err = j.selected(violations, rules)
	return violations, rules, err
}

// Verdict is that of violations: any that denies fails, unless it is waived or old.
func Verdict(violations []gate.Violation) gate.Verdict {
	for _, v := range violations {
		if v.Level == gate.Deny && v.Waived == nil && !v.Old {
			return gate.Fail
		}
	}
	return gate.Pass
}

// anchor names, for what is wrong with a file of a registry, the references that ask for
// the model: the places of the repository where that can be changed.
func anchor(violations []gate.Violation, refs []gate.Reference) {
	for i, v := range violations {
		if !v.At.Remote() {
			continue
		}
		var asking []gate.Location
		for _, r := range refs {
			name := scan.Remote(r.Model, "")
			if Lockable(r) && (v.At.Path == name || strings.HasPrefix(v.At.Path, name+"/")) {
				asking = append(asking, r.At)
			}
		}
		violations[i].Related = append(asking, v.Related...)
	}
}

// selected keeps the violations of the rules that the user asked for.
func (j *Judgement) selected(violations []gate.Violation, rules []gate.Rule) ([]gate.Violation, error) {
	if len(j.Only) == 0 {
		return violations, nil
	}
	catalogue, err := rego.Catalogue()
	if err != nil {
		return nil, err
	}
	for _, id := range j.Only {
		named := func(r gate.Rule) bool { return r.ID == id }
		if !slices.ContainsFunc(rules, named) && !slices.ContainsFunc(catalogue, named) {
			return nil, UnknownRule(id)
		}
	}
	return slices.DeleteFunc(violations, func(v gate.Violation) bool { return !slices.Contains(j.Only, v.Rule) }), nil
}

// UnknownRule says that a rule is not there.
func UnknownRule(id string) error {
	return usage.Errorf("there is no rule %q: `gate rules` lists them", id)
}

// notNil makes an empty list of none: the JSON report has no null lists.
func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
