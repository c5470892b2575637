package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
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
	"github.com/modelgate/gate/internal/scan"
	"github.com/modelgate/gate/rego"
)

// policyFiles are where a repository keeps its policy, in the order of preference.
var policyFiles = []string{"model-repository-policy.yaml", ".github/model-repository-policy.yaml"}

// check judges a repository: the models that it uses and those that it holds.
func (c *Command) check(ctx context.Context, args []string) (denied bool, err error) {
	started := c.now()
	f := c.flags("check", "[DIR]")
	var common commonFlags
	common.register(f)
	policyPath := f.String("policy", "", "the policy `FILE` (default: "+policyFiles[0]+" in DIR or its .github folder)")
	from := f.String("from", "", "judge again what the JSON report `FILE` found, without scanning")
	rest, err := parse(f, args)
	if err != nil {
		return false, err
	}
	if len(rest) > 1 {
		return false, usagef("check takes one folder, got %d: use `gate scan` for single models", len(rest))
	}
	dir := "."
	if len(rest) == 1 {
		dir = rest[0]
	}
	out, err := c.outputs(&common)
	if err != nil {
		return false, err
	}
	root, err := c.openFolder(dir)
	if err != nil {
		return false, err
	}
	defer root.Close()
	pol, err := c.loadPolicy(c.setting(*policyPath, "POLICY"), root)
	if err != nil {
		return false, err
	}
	custom, err := customRules(root, pol)
	if err != nil {
		return false, err
	}
	j := &judgement{cmd: c, policy: pol, custom: custom, only: common.only, started: started, root: dir, files: root.FS()}
	if limit := pol.Limits.Time; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, fmt.Errorf("the run took longer than the policy's limit of %v", limit))
		defer cancel()
	}
	found, err := c.gather(ctx, root, pol, *from)
	if err != nil {
		return false, cmp.Or(context.Cause(ctx), err)
	}
	j.root = cmp.Or(found.Root, j.root)
	return j.deliver(ctx, found, out)
}

// customRules reads the organisation's own Rego that a policy names: files, or folders of
// them.
func customRules(root *os.Root, pol *config.Policy) (map[string][]byte, error) {
	modules := map[string][]byte{}
	for _, p := range pol.Rego {
		err := fs.WalkDir(root.FS(), path.Clean(p), func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(p) != ".rego" || strings.HasSuffix(p, "_test.rego") {
				return err
			}
			modules[p], err = fs.ReadFile(root.FS(), p)
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
func (c *Command) gather(ctx context.Context, root *os.Root, pol *config.Policy, from string) (*findings, error) {
	if from != "" {
		return c.readReport(from)
	}
	fsys := root.FS()
	progress := c.progress("files")
	res, err := scan.Tree(ctx, fsys, scan.Options{
		Finders: checks.Finders(), Inspectors: checks.Inspectors(), Auditors: checks.Auditors(),
		Limits: limitsOf(pol), Digests: needsDigests(pol), Progress: progress.step,
	})
	progress.done()
	if err != nil {
		return nil, err
	}
	exists := func(p string) bool { _, err := fs.Stat(fsys, p); return err == nil }
	refs := link.Join(res.References, res.Bindings, exists)
	return &findings{
		References: refs,
		Artifacts:  byFolder(res.Files),
		Evidence:   slices.Concat(res.Evidence, referenceFacts(refs), committed(res.Evidence), c.running()),
		Stats:      res.Stats,
		Unjudged:   unjudged(res, refs),
	}, nil
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
	defaults, err := policyDefaults()
	if err != nil {
		return nil, err
	}
	if named != "" {
		text, err := os.ReadFile(c.path(named))
		if err != nil {
			return nil, usagef("reading the policy: %w", err)
		}
		return config.Parse(filepath.ToSlash(named), text, defaults, c.now())
	}
	for _, p := range policyFiles {
		text, err := root.ReadFile(filepath.FromSlash(p))
		if err == nil {
			return config.Parse(p, text, defaults, c.now())
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, usagef("reading the policy %q: %w", p, err)
		}
	}
	return config.Default(defaults), nil
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
func unjudged(res *scan.Result, refs []gate.Reference) []string {
	out := []string{"how models behave: nothing was run"}
	if slices.ContainsFunc(refs, func(r gate.Reference) bool { return r.Resolution != gate.Dynamic && r.Model.Source != "local" }) {
		out = append(out, "the registries: who published the models that are referenced, and what their files hold")
	}
	for _, f := range res.Foreign {
		out = append(out, fmt.Sprintf("references in the installed packages under %s (their files were inspected)", f))
	}
	for _, f := range res.Skipped {
		out = append(out, fmt.Sprintf("the git data under %s", f))
	}
	return out
}
