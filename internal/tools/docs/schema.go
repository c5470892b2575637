package main

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/modelgate/gate/internal/config"
)

// schema is the JSON Schema of a policy, for editors.
func (b *book) schema() (string, error) {
	rules := map[string]config.Rule{}
	for _, r := range b.rules {
		severity, err := strconv.ParseFloat(r.Severity, 64)
		if err != nil {
			return "", fmt.Errorf("the severity of %s: %w", r.ID, err)
		}
		d := b.defaults[r.ID]
		rules[r.ID] = config.Rule{Level: d.Level, Options: d.Options, Stricter: d.Stricter, Section: r.Section, Severity: severity}
	}
	text, err := json.MarshalIndent(config.Schema(rules), "", " ")
	return string(text) + "\n", err
}
