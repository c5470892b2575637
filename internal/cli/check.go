package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/baseline"
	"github.com/modelgate/gate/internal/fix"
	"github.com/modelgate/gate/internal/proposal"
	"github.com/modelgate/gate/internal/review"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/usage"
)

// check judges a repository: the models that it uses and those that it holds.
func (c *Command) check(ctx context.Context, args []string) (denied bool, err error) {
	started := c.now()
	f := c.flags("check", "[DIR]")
	var reports reportFlags
	var shared runFlags
	var change proposalFlags
	reports.register(f)
	shared.register(f)
	change.register(f)
	from := f.String("from", "", "judge again what the JSON report `FILE` found, without scanning")
	all := f.Bool("all-findings", false, "fail on findings that are in the base too")
	rest, err := parse(f, args)
	if err != nil {
		return false, err
	}
	out, err := c.outputs(&reports)
	if err != nil {
		return false, err
	}
	repo, err := c.repository(rest, "check", shared.policy)
	if err != nil {
		return false, err
	}
	defer repo.Close()
	if err := c.trusted(repo, &shared, &change); err != nil {
		return false, err
	}
	if limit := repo.Policy.Limits.Time; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, fmt.Errorf("the run took longer than the policy's limit of %v", limit))
		defer cancel()
	}
	j := &run.Judgement{Session: c.session(), Policy: repo.Policy, Custom: repo.Custom, Only: reports.only, Started: started, Root: repo.name}
	report, err := c.judged(ctx, j, repo, &shared, *from, *all || c.setting("", "ALL_FINDINGS") == "true")
	if err != nil {
		return false, err
	}
	return denies(report), out.write(report, repo.Files)
}

// judged judges a repository, or what an earlier report found in it, beside its base.
func (c *Command) judged(ctx context.Context, j *run.Judgement, repo *repository, shared *runFlags, from string, all bool) (*gate.Report, error) {
	found, base, err := c.compared(ctx, repo, shared, from)
	if err != nil {
		return nil, cmp.Or(context.Cause(ctx), err)
	}
	j.Root = cmp.Or(found.Root, j.Root)
	j.Compare = func(ctx context.Context, violations []gate.Violation) error {
		switch {
		case all:
		case base != nil:
			return base.Mark(ctx, j, violations)
		default:
			baseline.Mark(violations, found.Old, found.References)
		}
		return nil
	}
	report, err := j.Decide(ctx, found)
	if err != nil {
		return nil, err
	}
	if base != nil {
		if report.Review, err = reviewed(ctx, base, repo, report); err != nil {
			return nil, err
		}
	}
	return report, fix.Attach(ctx, report, repo.Files, commits(report, repo.locks))
}

// compared gathers what is to be judged, and compares a proposed change with its base; the
// base is nil where there is none.
func (c *Command) compared(ctx context.Context, repo *repository, shared *runFlags, from string) (*run.Findings, *baseline.Baseline, error) {
	if from != "" {
		found, err := c.readReport(from)
		return found, nil, err
	}
	g, err := c.gather(ctx, repo, shared)
	if err != nil {
		return nil, nil, err
	}
	p := repo.proposal
	if p == nil || !p.Compared {
		return g.All(), nil, nil
	}
	kinds, err := p.Changed()
	if err != nil {
		return nil, nil, err
	}
	base, err := baseline.Compare(ctx, baseline.Options{
		Session: c.session(), Repo: &repo.Repository, Head: g, Files: p.Files(p.Fork), Kinds: kinds, Objects: p.Objects,
		Commit: p.Files(p.Head), Whole: p.Head.FS(), Prefix: p.Repo.Prefix, Locked: repo.locks.Base.Lookup, Changes: p.Changes,
	})
	return g.All(), base, err
}

// reviewed is the review of a change.
func reviewed(ctx context.Context, base *baseline.Baseline, repo *repository, r *gate.Report) (*gate.Review, error) {
	before, err := base.Moved(ctx)
	if err != nil {
		return nil, err
	}
	return review.Change{
		Base:    repo.proposal.Fork.Hash(),
		Before:  review.State{Files: base.Files, Found: base.Was, Asked: before},
		After:   review.State{Files: repo.Files, Found: base.Head.Found, Asked: base.Head.Asked},
		Touched: base.Touched, Registries: base.Head.Online.Registries, Judged: r.Violations,
	}.Review(ctx), nil
}

// readReport takes the findings of an earlier JSON report.
func (c *Command) readReport(file string) (*run.Findings, error) {
	text, err := os.ReadFile(c.path(file))
	if err != nil {
		return nil, usage.Errorf("reading the report: %w", err)
	}
	return run.ParseReport(file, text)
}

func denies(r *gate.Report) bool { return r.Verdict == gate.Fail }

// ChangeSpec declares the kinds that a comparison with the base states.
func ChangeSpec() gate.Spec {
	emits := proposal.Emits()
	maps.Copy(emits, baseline.Emits())
	return gate.Spec{Name: "change", Doc: "Compares what is proposed with the state that it departs from.", Emits: emits}
}
