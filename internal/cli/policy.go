package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/policy"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/strictyaml"
	"github.com/modelgate/gate/internal/usage"
)

// policy runs the command on policies that its first argument names.
func (c *Command) policy(ctx context.Context, args []string) (bool, error) {
	verbs := map[string]func(context.Context, []string) (bool, error){
		"explain": c.policyExplain, "test": c.policyTest, "init": c.policyInit, "schema": c.policySchema,
	}
	// Flags may stand before the name.
	i := slices.IndexFunc(args, func(a string) bool { return verbs[a] != nil })
	if i < 0 {
		_, err := parse(c.flags("policy", "explain [FILE] | test [FILE] [DIR] | init [DIR] | schema"), args)
		return false, firstError(err, usage.Errorf("usage: gate policy explain [FILE], test [FILE] [DIR], init [DIR] or schema"))
	}
	return verbs[args[i]](ctx, slices.Concat(args[:i], args[i+1:]))
}

// policyExplain explains a policy file line by line.
func (c *Command) policyExplain(_ context.Context, args []string) (bool, error) {
	f := c.flags("policy explain", "[FILE]")
	all := f.Bool("all", false, "list the rules that no line names, too")
	rest, err := parse(f, args)
	if err != nil {
		return false, err
	}
	if len(rest) > 1 {
		return false, usage.Errorf("usage: gate policy explain [FILE]")
	}
	named := c.setting("", "POLICY")
	if len(rest) == 1 {
		named = rest[0]
	}
	root, err := c.openFolder(".")
	if err != nil {
		return false, err
	}
	defer root.Close()
	p, err := c.loadPolicy(named, root)
	if err != nil {
		return false, err
	}
	return false, config.Explain(c.Stdout, p, *all)
}

// policySchema prints the JSON Schema of policies, for editors.
func (c *Command) policySchema(_ context.Context, args []string) (bool, error) {
	if rest, err := parse(c.flags("policy schema", ""), args); err != nil || len(rest) > 0 {
		return false, firstError(err, usage.Errorf("policy schema takes no arguments"))
	}
	rules, err := run.DefaultRules()
	if err != nil {
		return false, err
	}
	text, err := json.MarshalIndent(config.Schema(rules), "", " ")
	if err != nil {
		return false, err
	}
	_, err = fmt.Fprintf(c.Stdout, "%s\n", text)
	return false, err
}

// policyTest runs the tests of the organisation's own rules.
func (c *Command) policyTest(ctx context.Context, args []string) (failed bool, err error) {
	rest, err := parse(c.flags("policy test", "[FILE] [DIR]"), args)
	if err != nil {
		return false, err
	}
	named, dir, err := c.testArguments(rest)
	if err != nil {
		return false, err
	}
	root, err := c.openFolder(".")
	if err != nil {
		return false, err
	}
	defer root.Close()
	pol, err := c.loadPolicy(named, root)
	if err != nil {
		return false, err
	}
	rules, tests, err := run.RuleTests(root.FS(), pol, dir)
	if err != nil {
		return false, err
	}
	if len(tests) == 0 {
		return false, usage.Errorf("there is no test: a file *_test.rego beside the rules that the policy names under custom.rego, or in a folder that you name")
	}
	engine, err := policy.New(policy.Options{})
	if err != nil {
		return false, err
	}
	result, err := engine.Test(ctx, policy.Input{Config: pol.Document(), Custom: rules, Now: c.now(), PolicyPath: pol.Info().Path}, tests)
	if err != nil {
		return false, usage.Error{Err: err}
	}
	return c.showTests(result)
}

// testArguments tells the policy file from the folder of tests.
func (c *Command) testArguments(rest []string) (named, dir string, err error) {
	named = c.setting("", "POLICY")
	files := 0
	for _, arg := range rest {
		info, err := os.Stat(c.path(arg))
		switch {
		case err != nil:
			return "", "", usage.Errorf("policy test: %w", err)
		case info.IsDir() && dir == "":
			if dir = filepath.ToSlash(filepath.Clean(arg)); !filepath.IsLocal(arg) {
				return "", "", usage.Errorf("the folder of tests %q must be below the working directory", arg)
			}
		case !info.IsDir() && files == 0:
			named = arg
			files++
		default:
			return "", "", usage.Errorf("usage: gate policy test [FILE] [DIR]")
		}
	}
	return named, dir, nil
}

// showTests prints a run of tests, and tells whether one did not pass.
func (c *Command) showTests(result *policy.TestRun) (failed bool, err error) {
	var out bytes.Buffer
	counts := map[policy.Outcome]int{}
	for _, t := range result.Tests {
		counts[t.Outcome]++
		fmt.Fprintf(&out, "%-5s  %s  %s\n", strings.ToUpper(string(t.Outcome)), show(t.At), strings.TrimPrefix(t.Name, "data."))
		if t.Expression != "" {
			fmt.Fprintf(&out, "       not true at %s:%d: %s\n", show(t.FailedAt), t.FailedAt.Column, t.Expression)
		}
		if t.Detail != "" {
			fmt.Fprintf(&out, "       %s\n", t.Detail)
		}
	}
	fmt.Fprintf(&out, "%d tests:", len(result.Tests))
	for _, outcome := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(&out, " %d %s", counts[outcome], outcome)
	}
	fmt.Fprintf(&out, "\ncoverage of the rules: %.0f %%\n", result.Coverage)
	for _, l := range result.NotCovered {
		fmt.Fprintf(&out, "       no test evaluates %s\n", show(l))
	}
	_, err = out.WriteTo(c.Stdout)
	return counts[policy.Failed]+counts[policy.Broken] > 0, err
}

// show is a place as editors take it.
func show(l gate.Location) string {
	if l.EndLine > l.Line {
		return fmt.Sprintf("%s:%d-%d", strictyaml.Printable(l.Path), l.Line, l.EndLine)
	}
	return fmt.Sprintf("%s:%d", strictyaml.Printable(l.Path), l.Line)
}
