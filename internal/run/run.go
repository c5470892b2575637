// Package run is the pipeline that all commands share: files and references are looked at,
// what is found is judged by a policy, and the report is a value. It prints nothing.
package run

import (
	"context"
	"io/fs"
	"slices"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/gitrepo"
	"github.com/modelgate/gate/internal/link"
	"github.com/modelgate/gate/internal/scan"
)

// Session is what a run has from its surroundings.
type Session struct {
	Version string
	Now     func() time.Time
	Getenv  func(string) string
	// Progress begins to show how far some long work is.
	Progress func(what string) (step func(done, all int), done func())
}

// Repository is what is judged, with what judges it.
type Repository struct {
	Dir    string // on disk
	Files  fs.FS  // the checkout, or the files of a commit
	Policy *config.Policy
	Custom map[string][]byte // the organisation's own rules by file
	Locked func(gate.ModelID) (gate.Locked, bool)
	// Own tells which files a proposed change brings in; nil without one.
	Own func(path string) bool
	// History is the repository whose commit Reviewed is reviewed; nil for that of Dir.
	History  *gitrepo.Repo
	Reviewed gitrepo.Commit
}

// Gathered is what a run found, in its parts.
type Gathered struct {
	Scanned *scan.Result // of the files
	Found   *Findings    // of the files
	Online  scan.Online  // how the registries were asked
	Asked   *Findings    // of the registries
}

// All joins the parts.
func (g *Gathered) All() *Findings {
	g.Found.Add(g.Asked)
	return g.Found
}

// Gather scans a repository, and asks registries about the models that it uses: none
// offline.
func (s *Session) Gather(ctx context.Context, repo *Repository, registries map[string]gate.Registry) (*Gathered, error) {
	res, err := s.Look(ctx, repo, repo.Files)
	if err != nil {
		return nil, err
	}
	g := &Gathered{Scanned: res, Found: s.Findings(repo.Files, res)}
	g.Online = scan.Online{
		Inspectors: checks.Inspectors(), Registries: registries, Locked: repo.Locked, Trusted: Trusted(repo.Policy), Limits: LimitsOf(repo.Policy),
	}
	if registries != nil {
		g.Online.FirstSeen = firstSeen(ctx, repo, g.Found.References)
	}
	g.Asked, err = s.Models(ctx, g.Found.References, g.Online)
	return g, err
}

// Look scans a state of the repository.
func (s *Session) Look(ctx context.Context, repo *Repository, files fs.FS) (*scan.Result, error) {
	var places []string
	for _, p := range repo.Policy.Places {
		places = append(places, p.Glob)
	}
	return s.Tree(ctx, files, scan.Options{
		Finders: checks.Finders(), Inspectors: checks.Inspectors(), Auditors: checks.Auditors(),
		Limits: LimitsOf(repo.Policy), Digests: needsDigests(repo.Policy), Own: repo.Own, Places: places,
	})
}

// Tree scans files and shows the progress.
func (s *Session) Tree(ctx context.Context, files fs.FS, opt scan.Options) (*scan.Result, error) {
	step, done := s.Progress("files")
	defer done()
	opt.Progress = step
	return scan.Tree(ctx, files, opt)
}

// Models looks at the models that references name, as far as the run may ask for them.
func (s *Session) Models(ctx context.Context, refs []gate.Reference, opt scan.Online) (*Findings, error) {
	step, done := s.Progress("models")
	defer done()
	opt.Progress = step
	opt.Finders = checks.Finders()
	opt.Auditors = checks.Auditors()
	opt.Now = s.Now()
	found, err := scan.Models(ctx, refs, opt)
	if err != nil {
		return nil, err
	}
	return &Findings{Followed: found.Followed, Artifacts: found.Artifacts, Evidence: found.Evidence, Stats: found.Stats}, nil
}

// References are those of a repository, joined over its files.
func (s *Session) References(ctx context.Context, repo *Repository) ([]gate.Reference, error) {
	res, err := s.Tree(ctx, repo.Files, scan.Options{Finders: checks.Finders(), Limits: LimitsOf(repo.Policy), Own: repo.Own})
	if err != nil {
		return nil, err
	}
	return join(repo.Files, res), nil
}

// join resolves the references over the files of a repository.
func join(fsys fs.FS, res *scan.Result) []gate.Reference {
	exists := func(p string) bool { _, err := fs.Stat(fsys, p); return err == nil }
	return link.Join(res.References, res.Bindings, exists)
}

// LimitsOf are the limits of a policy, as the engine has them.
func LimitsOf(pol *config.Policy) scan.Limits {
	l := pol.Limits
	return scan.Limits{
		Depth: l.Depth, Children: l.Entries, Ratio: int64(l.Ratio), Inflated: l.Bytes,
		Models: l.Models, Fetched: l.Fetched, Online: l.Online,
	}
}

// needsDigests tells whether a policy excuses files by their digests.
func needsDigests(pol *config.Policy) bool {
	return slices.ContainsFunc(pol.Waivers, func(w config.Waiver) bool { return w.Digest != "" })
}

// Trusted are the publishers that a policy trusts, by name and id.
func Trusted(pol *config.Policy) []gate.Publisher {
	var out []gate.Publisher
	for _, p := range pol.Publishers {
		name, _ := p["name"].(string)
		id, _ := p["id"].(string)
		out = append(out, gate.Publisher{Name: name, ID: id})
	}
	return out
}
