package watch

import (
	"maps"

	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/option"
	"github.com/modelgate/gate/rego"
)

// Rule judges the alerts. Its options say how bad each type is.
const Rule = "watch-alert"

// SeveritiesOf are the options of the rule, as the policy sets them.
func SeveritiesOf(pol *config.Policy) (*Severities, error) {
	defaults, err := rego.Defaults()
	if err != nil {
		return nil, err
	}
	options := option.PlainAll(defaults[Rule].Options)
	rules, _ := pol.Document()["rules"].(map[string]any)
	rule, _ := rules[Rule].(map[string]any)
	set, _ := rule["options"].(map[string]any)
	maps.Copy(options, set)
	words := func(name string) (out []string) {
		items, _ := options[name].([]any)
		for _, item := range items {
			word, _ := item.(string)
			out = append(out, word)
		}
		return out
	}
	s := &Severities{Critical: words("critical"), High: words("high"), Medium: words("medium"), Low: words("low")}
	switch n := options["escalate_after"].(type) {
	case int:
		s.Escalate = n
	case int64:
		s.Escalate = int(n)
	case float64:
		s.Escalate = int(n)
	}
	return s, nil
}
