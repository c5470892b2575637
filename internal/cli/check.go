package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/link"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/scan"
	"github.com/modelgate/gate/rego"
)

// policyFiles are where a repository keeps its policy, in the order of preference.
var policyFiles = []string{"model-repository-policy.yaml", ".github/model-repository-policy.yaml"}

// check judges a repository: the models that it uses and those that it holds.
func (c *Command) check(ctx context.Context, args []string) (denied bool, err error) {
	started := c.now()
	f := c.flags("check", "[DIR]")
	var reports reportFlags
	var run runFlags
	var change proposalFlags
	reports.register(f)
	run.register(f)
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
	repo, err := c.repository(rest, "check", run.policy)
	if err != nil {
		return false, err
	}
	defer repo.Close()
	if err := c.trusted(repo, &run, &change); err != nil {
		return false, err
	}
	j := &judgement{cmd: c, policy: repo.policy, custom: repo.custom, only: reports.only, started: started, root: repo.dir, files: repo.files, locks: repo.locks}
	if limit := repo.policy.Limits.Time; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, fmt.Errorf("the run took longer than the policy's limit of %v", limit))
		defer cancel()
	}
	found, err := c.gather(ctx, repo, &run, *from)
	if err != nil {
		return false, cmp.Or(context.Cause(ctx), err)
	}
	j.all = *all || c.setting("", "ALL_FINDINGS") == "true"
	j.root = cmp.Or(found.Root, j.root)
	return j.deliver(ctx, found, out)
}

// runFlags are the flags of the commands that look at a repository.
type runFlags struct {
	policy, lock string
	offline      bool
}

func (r *runFlags) register(f *flag.FlagSet) {
	f.StringVar(&r.policy, "policy", "", "the policy `FILE` (default: "+policyFiles[0]+" in DIR or its .github folder)")
	f.StringVar(&r.lock, "lock", "", "the lock `FILE` (default: "+lock.Name+" in DIR)")
	f.BoolVar(&r.offline, "offline", false, "ask no registry; HF_HUB_OFFLINE=1 does the same")
}

// repository is what is judged, with what judges it.
type repository struct {
	dir    string
	root   *os.Root
	files  fs.FS // the checkout, or the files of a commit
	policy *config.Policy
	custom map[string][]byte // the organisation's own rules by file
	locks  *lockTrust

	proposal *proposal       // nil: nothing to compare with
	changes  []gate.Evidence // what the change does to policy, rules and lock
}

// repository opens the folder that the arguments of a command name.
func (c *Command) repository(args []string, command, policyFile string) (*repository, error) {
	if len(args) > 1 {
		return nil, usagef("%s takes one folder, got %d: use `gate scan` for single models", command, len(args))
	}
	repo := &repository{dir: "."}
	if len(args) == 1 {
		repo.dir = args[0]
	}
	var err error
	if repo.root, err = c.openFolder(repo.dir); err != nil {
		return nil, err
	}
	repo.files = repo.root.FS()
	if repo.policy, err = c.loadPolicy(c.setting(policyFile, "POLICY"), repo.root); err != nil {
		repo.root.Close()
		return nil, err
	}
	return repo, nil
}

// Close closes what is open.
func (r *repository) Close() {
	r.root.Close()
	if r.proposal != nil {
		r.proposal.repo.Close()
	}
}

// trusted completes what judges the repository: on a proposed change all of it is that of
// the base.
func (c *Command) trusted(repo *repository, run *runFlags, change *proposalFlags) error {
	head, err := c.readLock(run.lock, repo.root)
	if err != nil {
		return err
	}
	repo.locks = &lockTrust{head: head}
	if err := c.trust(repo, run, change); err != nil {
		return err
	}
	p := repo.proposal
	if p == nil || !p.compared {
		repo.custom, err = customRules(repo.files, repo.policy)
		return err
	}
	if repo.custom, err = customRules(p.files(p.base), repo.policy); err == nil {
		repo.changes = append(repo.changes, ruleChanges(p.files(p.fork), repo.files, repo.policy)...)
	}
	return err
}

// ruleChanges states the edits of the organisation's own rules. They are in force when they
// are in the base.
func ruleChanges(before, after fs.FS, pol *config.Policy) []gate.Evidence {
	was, err := customRules(before, pol)
	if err != nil {
		was = nil // the policy names them since
	}
	is, err := customRules(after, pol)
	if err != nil {
		is = nil // what is removed or cannot be read
	}
	names := maps.Clone(is)
	if names == nil {
		names = map[string][]byte{}
	}
	maps.Copy(names, was)
	var out []gate.Evidence
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if bytes.Equal(was[name], is[name]) {
			continue
		}
		change := config.Change{Path: "custom.rego", Before: name, After: "an edited " + name, Direction: config.Looser}
		switch {
		case is[name] == nil:
			change.After = ""
		case was[name] == nil:
			change.Before, change.After, change.Direction = "", name, config.Tighter
		}
		out = append(out, gate.Evidence{Kind: kindPolicyChange, At: gate.Location{Path: located(name)}, Data: change})
	}
	return out
}

// customRules reads the organisation's own Rego that a policy names: files, or folders of
// them.
func customRules(files fs.FS, pol *config.Policy) (map[string][]byte, error) {
	modules := map[string][]byte{}
	for _, p := range pol.Rego {
		err := fs.WalkDir(files, path.Clean(p), func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(p) != ".rego" || strings.HasSuffix(p, "_test.rego") {
				return err
			}
			modules[p], err = readFile(files, p)
			return err
		})
		if err != nil {
			return nil, usagef("reading the rules that the policy names under custom.rego: %w", err)
		}
	}
	return modules, nil
}

// limitsOf are the limits of a policy, as the engine has them.
func limitsOf(pol *config.Policy) scan.Limits {
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

// gather scans a repository, or reads what a report says of it.
func (c *Command) gather(ctx context.Context, repo *repository, run *runFlags, from string) (*findings, error) {
	if from != "" {
		return c.readReport(from)
	}
	if repo.locks == nil {
		head, err := c.readLock(run.lock, repo.root)
		if err != nil {
			return nil, err
		}
		repo.locks = &lockTrust{head: head}
	}
	registries, err := c.registries(run.offline, false)
	if err != nil {
		return nil, err
	}
	res, err := c.look(ctx, repo, repo.files)
	if err != nil {
		return nil, err
	}
	found := c.findings(repo.files, res)
	opt := scan.Online{
		Inspectors: checks.Inspectors(), Registries: registries, Locked: repo.locks.Lookup, Trusted: trusted(repo.policy), Limits: limitsOf(repo.policy),
	}
	if registries != nil {
		opt.FirstSeen = c.firstSeen(ctx, repo, found.References)
	}
	online, err := c.models(ctx, found.References, opt)
	if err != nil {
		return nil, err
	}
	if registries == nil && slices.ContainsFunc(found.References, lockable) {
		found.Unjudged = append(found.Unjudged, offlineSentence(run.offline))
	}
	if repo.proposal != nil && repo.proposal.compared {
		found.baseline = &baseline{cmd: c, repo: repo, online: opt, scanned: res, head: found, asked: online}
		if err := found.baseline.compare(ctx); err != nil {
			return nil, err
		}
	}
	found.add(online)
	return found, nil
}

// look scans a state of the repository.
func (c *Command) look(ctx context.Context, repo *repository, files fs.FS) (*scan.Result, error) {
	progress := c.progress("files")
	defer progress.done()
	return scan.Tree(ctx, files, scan.Options{
		Finders: checks.Finders(), Inspectors: checks.Inspectors(), Auditors: checks.Auditors(),
		Limits: limitsOf(repo.policy), Digests: needsDigests(repo.policy), Progress: progress.step,
	})
}

// findings joins what a scan found over the files.
func (c *Command) findings(files fs.FS, res *scan.Result) *findings {
	refs := join(files, res)
	return &findings{
		References: refs,
		Artifacts:  byFolder(res.Files),
		Evidence:   slices.Concat(link.Versions(res.Evidence, res.Bindings), referenceFacts(refs), committed(res.Evidence), c.running()),
		Stats:      res.Stats,
		Unjudged:   unjudged(res),
	}
}

// join resolves the references over the files of a repository.
func join(fsys fs.FS, res *scan.Result) []gate.Reference {
	exists := func(p string) bool { _, err := fs.Stat(fsys, p); return err == nil }
	return link.Join(res.References, res.Bindings, exists)
}

func (c *Command) openFolder(dir string) (*os.Root, error) {
	root, err := os.OpenRoot(c.path(dir))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("there is no folder %q", dir)
	case err != nil:
		return nil, usagef("opening %q: %w", dir, err)
	}
	return root, nil
}

// loadPolicy reads the policy of a file, else that of the repository, else the built-in.
func (c *Command) loadPolicy(named string, root *os.Root) (*config.Policy, error) {
	if named == "" {
		found, err := sideOf(root.FS(), policyFiles)
		if err != nil {
			return nil, err
		}
		return c.parsePolicy(found)
	}
	text, err := os.ReadFile(c.path(named))
	if err != nil {
		return nil, usagef("reading the policy: %w", err)
	}
	return c.parsePolicy(&side{filepath.ToSlash(named), text})
}

func policyDefaults() (map[string]config.Rule, error) {
	rules, err := rego.Defaults()
	if err != nil {
		return nil, err
	}
	catalogue, err := rego.Catalogue()
	if err != nil {
		return nil, err
	}
	out := map[string]config.Rule{}
	for _, rule := range catalogue {
		d := rules[rule.ID]
		severity, err := strconv.ParseFloat(rule.Severity, 64)
		if err != nil {
			return nil, fmt.Errorf("the rule %s has the severity %q: %w", rule.ID, rule.Severity, err)
		}
		out[rule.ID] = config.Rule{Level: d.Level, Options: d.Options, Stricter: d.Stricter, Section: rule.Section, Severity: severity}
	}
	return out, nil
}

func referenceFacts(refs []gate.Reference) []gate.Evidence {
	out := make([]gate.Evidence, len(refs))
	for i, r := range refs {
		out[i] = gate.Evidence{Kind: gate.KindReference, At: r.At, Data: gate.ReferenceFact{Reference: r, ID: r.Model.Key()}}
	}
	return out
}

// running states that this very run enforces the policy, where a CI system started it.
func (c *Command) running() []gate.Evidence {
	if c.Getenv("CI") == "" && c.Getenv("GITHUB_ACTIONS") == "" {
		return nil
	}
	fact := gate.WorkflowGate{Running: true, Events: []string{}}
	if event := c.Getenv("GITHUB_EVENT_NAME"); event != "" {
		fact.Events = append(fact.Events, event)
	}
	return []gate.Evidence{{Kind: gate.KindWorkflowGate, At: gate.Location{Path: "."}, Data: fact}}
}

// committed states the weights that lie in the repository itself.
func committed(evidence []gate.Evidence) []gate.Evidence {
	var out []gate.Evidence
	for _, e := range evidence {
		if d, ok := e.Data.(gate.FileFact); ok && d.Role == "weights" && !d.Nested {
			out = append(out, gate.Evidence{Kind: gate.KindCommitted, At: e.At, Data: gate.CommittedFact{Format: d.Format, Size: d.Size, SHA256: d.SHA256}})
		}
	}
	return out
}

// unjudged says what a run did not look at, so that a pass is not taken for more.
func unjudged(res *scan.Result) []string {
	out := []string{"how models behave: nothing was run"}
	for _, f := range res.Foreign {
		out = append(out, fmt.Sprintf("references in the installed packages under %s (their files were inspected)", f))
	}
	for _, f := range res.Skipped {
		out = append(out, fmt.Sprintf("the git data under %s", f))
	}
	return out
}
