package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

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
	j := &judgement{cmd: c, policy: pol, only: common.only, started: started, root: dir, files: root.FS()}
	found, err := c.gather(ctx, root, *from)
	if err != nil {
		return false, err
	}
	return j.deliver(ctx, found, out)
}

// gather scans a repository, or reads what a report says of it.
func (c *Command) gather(ctx context.Context, root *os.Root, from string) (*findings, error) {
	if from != "" {
		return c.readReport(from)
	}
	fsys := root.FS()
	progress := c.progress("files")
	res, err := scan.Tree(ctx, fsys, scan.Options{
		Finders: checks.Finders(), Inspectors: checks.Inspectors(), Auditors: checks.Auditors(), Progress: progress.step,
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
		Evidence:   append(append(res.Evidence, referenceFacts(refs)...), committed(res.Evidence)...),
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

// committed states the weights that lie in the repository itself.
func committed(evidence []gate.Evidence) []gate.Evidence {
	var out []gate.Evidence
	for _, e := range evidence {
		if d, ok := e.Data.(gate.FileFact); ok && d.Role == "weights" && !d.Nested {
			out = append(out, gate.Evidence{Kind: gate.KindCommitted, At: e.At, Data: gate.CommittedFact{Format: d.Format, Size: d.Size}})
		}
	}
	return out
}

// unjudged says what a run did not look at, so that a pass is not taken for more.
func unjudged(res *scan.Result, refs []gate.Reference) []string {
	var out []string
	remote := 0
	for _, r := range refs {
		if r.Resolution != gate.Dynamic && r.Model.Source != "local" {
			remote++
		}
	}
	if remote > 0 {
		out = append(out, fmt.Sprintf("the registries: who published the %d models that are referenced, and what their files hold", remote))
	}
	for _, f := range res.Foreign {
		out = append(out, fmt.Sprintf("references in the installed packages under %s (their files were inspected)", f))
	}
	for _, f := range res.Skipped {
		out = append(out, fmt.Sprintf("the git data under %s", f))
	}
	return out
}
