package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/run"
	"github.com/modelgate/gate/internal/usage"
	"github.com/modelgate/gate/rego"
)

// rules lists the rules with the levels of the built-in policy.
func (c *Command) rules(_ context.Context, args []string) (bool, error) {
	if rest, err := parse(c.flags("rules", ""), args); err != nil || len(rest) > 0 {
		return false, firstError(err, usage.Errorf("rules takes no arguments"))
	}
	catalogue, err := rego.Catalogue()
	if err != nil {
		return false, err
	}
	w := tabwriter.NewWriter(c.Stdout, 0, 0, 2, ' ', 0)
	section := ""
	for _, r := range catalogue {
		if r.Section != section {
			section = r.Section
			fmt.Fprintf(w, "%s\t\t\n", section)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", r.ID, r.Level, r.Title)
	}
	return false, w.Flush()
}

// explain says what a rule is about.
func (c *Command) explain(_ context.Context, args []string) (bool, error) {
	rest, err := parse(c.flags("explain", "RULE"), args)
	if err != nil {
		return false, err
	}
	if len(rest) != 1 {
		return false, usage.Errorf("explain takes the name of one rule: `gate rules` lists them")
	}
	catalogue, err := rego.Catalogue()
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(catalogue, func(r gate.Rule) bool { return r.ID == rest[0] })
	if i < 0 {
		return false, run.UnknownRule(rest[0])
	}
	r := catalogue[i]
	kinds := make([]string, len(r.Evidence))
	for i, k := range r.Evidence {
		kinds[i] = string(k)
	}
	fmt.Fprintf(c.Stdout, "%s (%s)\n%s\n\n%s\n\nWhat to do: %s\n\nLevel without a policy: %s\nSeverity: %s, precision %s\nReads: %s\nServes: %s\n",
		r.ID, r.Section, r.Title, r.Description, r.Remediation, r.Level, r.Severity, r.Precision,
		strings.Join(kinds, ", "), strings.Join(r.Standards, ", "))
	return false, nil
}

// version prints the version and what identifies the rules.
func (c *Command) version(context.Context, []string) (bool, error) {
	_, err := fmt.Fprintf(c.Stdout, "gate %s\nrules %s\n", c.Version, rego.Digest())
	return false, err
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
