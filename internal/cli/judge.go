package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/fix"
	"github.com/modelgate/gate/internal/policy"
	"github.com/modelgate/gate/internal/scan"
	"github.com/modelgate/gate/rego"
)

// findings is what a run found, before it is judged.
type findings struct {
	Root       string // what was judged, where it is not what this run names
	References []gate.Reference
	Artifacts  []gate.Artifact
	Evidence   []gate.Evidence
	Stats      gate.Stats
	Unjudged   []string
	// Old and Review are what an earlier report says of a change.
	Old    []gate.Violation
	Review *gate.Review

	baseline *baseline // nil: nothing to compare with
}

func (f *findings) add(o *findings) {
	f.References = append(f.References, o.References...)
	f.Artifacts = append(f.Artifacts, o.Artifacts...)
	f.Evidence = append(f.Evidence, o.Evidence...)
	f.Stats.Files += o.Stats.Files
	f.Stats.Sources += o.Stats.Sources
	f.Stats.Inspected += o.Stats.Inspected
	f.Stats.Bytes += o.Stats.Bytes
	f.Unjudged = append(f.Unjudged, o.Unjudged...)
}

// judgement is one decision about findings.
type judgement struct {
	cmd     *Command
	policy  *config.Policy
	custom  map[string][]byte // the organisation's own rules by file
	only    []string          // rules; empty means all
	started time.Time
	root    string
	files   fs.FS
	all     bool       // what was there before a proposed change counts as well
	locks   *lockTrust // of a repository whose source can be fixed; nil where nothing can
}

// deliver judges and reports.
func (j *judgement) deliver(ctx context.Context, found *findings, out *outputs) (denied bool, err error) {
	r, err := j.decide(ctx, found)
	if err != nil {
		return false, err
	}
	if err := out.write(r, j.files); err != nil {
		return false, err
	}
	return r.Verdict == gate.Fail, nil
}

func (j *judgement) decide(ctx context.Context, found *findings) (*gate.Report, error) {
	engine, err := policy.New(policy.Options{})
	if err != nil {
		return nil, err
	}
	violations, rules, err := j.judge(ctx, engine, found.Evidence)
	if err != nil {
		return nil, err
	}
	if err := j.compare(ctx, engine, found, violations); err != nil {
		return nil, err
	}
	anchor(violations, found.References)
	found.Stats.Millis = j.cmd.now().Sub(j.started).Milliseconds()
	r := &gate.Report{
		Schema:     gate.Schema,
		Verdict:    verdict(violations),
		Engine:     gate.Engine{Version: j.cmd.Version, RulesDigest: rego.Digest()},
		Policy:     j.policy.Info(),
		Root:       j.root,
		References: notNil(found.References),
		Artifacts:  notNil(found.Artifacts),
		Evidence:   notNil(found.Evidence),
		Rules:      notNil(rules),
		Violations: notNil(violations),
		Unjudged:   notNil(found.Unjudged),
		Stats:      found.Stats,
		Review:     found.Review,
	}
	if found.baseline != nil {
		if r.Review, err = found.baseline.review(ctx, r); err != nil {
			return nil, err
		}
	}
	if j.locks != nil {
		err = fix.Attach(ctx, r, j.files, commits(r, j.locks))
	}
	return r, err
}

// judge asks the rules about evidence.
func (j *judgement) judge(ctx context.Context, engine *policy.Engine, evidence []gate.Evidence) ([]gate.Violation, []gate.Rule, error) {
	violations, rules, err := engine.Decide(ctx, policy.Input{
		Config: j.policy.Document(), Evidence: evidence, Now: j.cmd.now(), PolicyPath: j.policy.Info().Path,
		Custom: j.custom,
	})
	if err != nil {
		return nil, nil, err
	}
	violations, err = j.selected(violations, rules)
	return violations, rules, err
}

// compare marks the violations that were there before the change.
func (j *judgement) compare(ctx context.Context, engine *policy.Engine, found *findings, violations []gate.Violation) error {
	open := func(v gate.Violation) bool { return v.Waived == nil }
	if j.all || !slices.ContainsFunc(violations, open) {
		return nil
	}
	was, refs := found.Old, found.References
	if found.baseline != nil {
		before, err := found.baseline.evidence(ctx)
		if err != nil {
			return err
		}
		if was, _, err = j.judge(ctx, engine, before.Evidence); err != nil {
			return fmt.Errorf("judging the base: %w", err)
		}
		refs = slices.Concat(refs, before.References)
	}
	markOld(violations, was, identities(refs, found.baseline))
	return nil
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
			if lockable(r) && (v.At.Path == name || strings.HasPrefix(v.At.Path, name+"/")) {
				asking = append(asking, r.At)
			}
		}
		violations[i].Related = append(asking, v.Related...)
	}
}

// selected keeps the violations of the rules that the user asked for.
func (j *judgement) selected(violations []gate.Violation, rules []gate.Rule) ([]gate.Violation, error) {
	if len(j.only) == 0 {
		return violations, nil
	}
	catalogue, err := rego.Catalogue()
	if err != nil {
		return nil, err
	}
	for _, id := range j.only {
		named := func(r gate.Rule) bool { return r.ID == id }
		if !slices.ContainsFunc(rules, named) && !slices.ContainsFunc(catalogue, named) {
			return nil, unknownRule(id)
		}
	}
	return slices.DeleteFunc(violations, func(v gate.Violation) bool { return !slices.Contains(j.only, v.Rule) }), nil
}

func verdict(violations []gate.Violation) gate.Verdict {
	for _, v := range violations {
		if v.Level == gate.Deny && v.Waived == nil && !v.Old {
			return gate.Fail
		}
	}
	return gate.Pass
}

// notNil makes an empty list of none: the JSON report has no null lists.
func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// byFolder takes the files of each folder as one artifact.
func byFolder(files []gate.File) []gate.Artifact {
	var out []gate.Artifact
	at := map[string]int{}
	for _, f := range files {
		outer, _, _ := strings.Cut(f.Path, "!")
		dir := path.Dir(outer)
		i, ok := at[dir]
		if !ok {
			i, at[dir] = len(out), len(out)
			out = append(out, gate.Artifact{Model: gate.ModelID{Source: "local", Name: dir}})
		}
		out[i].Files = append(out[i].Files, f)
	}
	return out
}

// readReport takes the findings of an earlier JSON report.
func (c *Command) readReport(file string) (*findings, error) {
	text, err := os.ReadFile(c.path(file))
	if err != nil {
		return nil, usagef("reading the report: %w", err)
	}
	var r gate.Report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, usagef("reading the report %q: %w", file, err)
	}
	if r.Schema != gate.Schema {
		return nil, usagef("the report %q has the schema %q: this gate reads %q", file, r.Schema, gate.Schema)
	}
	old := slices.DeleteFunc(r.Violations, func(v gate.Violation) bool { return !v.Old })
	return &findings{
		Root: r.Root, References: r.References, Artifacts: r.Artifacts, Evidence: r.Evidence, Stats: r.Stats, Unjudged: r.Unjudged,
		Old: old, Review: r.Review,
	}, nil
}

func unknownRule(id string) error {
	return usageError{fmt.Errorf("%w %q: `gate rules` lists them", errUnknownRule, id)}
}

var errUnknownRule = errors.New("there is no rule")
