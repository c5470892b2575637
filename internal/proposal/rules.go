package proposal

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/place"
	"github.com/modelgate/gate/internal/run"
)

// ruleChanges states the edits of the organisation's own rules. They are in force when they
// are in the base.
func ruleChanges(before, after fs.FS, pol *config.Policy) []gate.Evidence {
	was, err := run.CustomRules(before, pol)
	if err != nil {
		was = nil // the policy names them since
	}
	is, err := run.CustomRules(after, pol)
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
		out = append(out, gate.Evidence{Kind: kindPolicyChange, At: gate.Location{Path: place.Of(name)}, Data: change})
	}
	return out
}
