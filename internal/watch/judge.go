package watch

import (
	"context"
	"slices"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/scan"
)

// The bounds for the new files of a model, and for the bytes of one of those.
const (
	lookTime  = time.Minute
	lookBytes = 32 << 20
)

// Judge reads files of a registry by ranges and judges them by a policy.
func Judge(ctx context.Context, s *run.Session, registry gate.Registry, pol *config.Policy, r *gate.Repository, files []gate.RemoteFile) (look Look, err error) {
	id := r.Model
	id.Revision = r.Commit
	ref := gate.Reference{Model: id, Loader: "gate watch", At: gate.Location{Path: scan.Remote(id, "")}, Context: gate.InCode, Resolution: gate.Literal, Immutable: true}
	limits := run.LimitsOf(pol)
	limits.Online, limits.Fetched = lookTime, lookBytes
	found, err := scan.Models(ctx, []gate.Reference{ref}, scan.Online{
		Inspectors: checks.Inspectors(), Registries: map[string]gate.Registry{"hf": subset{registry, r, files}}, Limits: limits, Now: s.Now(),
	})
	if err != nil {
		return look, err
	}
	names := map[string]string{}
	for _, f := range files {
		names[scan.Remote(id, f.Path)] = f.Path
	}
	outer := func(at gate.Location) string {
		return names[place.Outermost(at.Path)]
	}
	for _, e := range found.Evidence {
		switch d := e.Data.(type) {
		case gate.Unavailable:
			return look, &d
		case gate.Incomplete:
			look.Unread = append(look.Unread, outer(e.At))
		}
	}
	slices.Sort(look.Unread)
	look.Unread = slices.Compact(look.Unread)
	j := &run.Judgement{Session: s, Policy: pol, Started: s.Now()}
	report, err := j.Decide(ctx, &run.Findings{Evidence: found.Evidence})
	if err != nil {
		return look, err
	}
	look.Denied = contentDenied(report, outer)
	return look, nil
}

// contentDenied are the files whose content the policy denies, each with the reason.
func contentDenied(r *gate.Report, file func(gate.Location) string) map[string]string {
	content := map[string]bool{}
	for _, rule := range r.Rules {
		content[rule.ID] = rule.Section == "content" || rule.Section == "execution"
	}
	out := map[string]string{}
	for _, v := range r.Violations {
		name := file(v.At)
		if v.Level == gate.Deny && v.Waived == nil && content[v.Rule] && name != "" && out[name] == "" {
			out[name] = v.Rule + ": " + v.Message
		}
	}
	return out
}

// subset is a registry of which some files of one model are seen.
type subset struct {
	gate.Registry
	repo  *gate.Repository
	files []gate.RemoteFile
}

// Repository implements gate.Registry.
func (s subset) Repository(_ context.Context, model gate.ModelID) (*gate.Repository, error) {
	r := *s.repo
	r.Model, r.Files = model, s.files
	return &r, nil
}
