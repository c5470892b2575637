package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/modelgate/gate"
)

// setting is what the policy says of a rule, everywhere or for an approved source.
type setting struct {
	Level   map[string]gate.Level `json:"level"`
	Options map[string]any        `json:"options"`
	Sources map[string]*setting   `json:"sources"`
	Section string                `json:"section,omitempty"`
	Custom  bool                  `json:"custom"`
}

// source is an approved source of models.
type source struct {
	Name string   `json:"name"`
	URLs []string `json:"urls"`
}

// settings are the policy, with the built-in levels and options where it is silent.
type settings struct {
	Rules       map[string]*setting `json:"rules"`
	Sources     []source            `json:"sources"`
	Waivers     []waiverFact        `json:"waivers"`
	Reviews     []review            `json:"reviews"`
	Environment struct {
		Default string `json:"default"`
	} `json:"environment"`

	catalogue []gate.Rule    // built-in and custom
	document  map[string]any // data.config but its rules
}

// environments are where a model may run; a level is given for each.
var environments = []string{"production", "research"}

func (e *Engine) settings(config map[string]any, custom []customRule) (*settings, error) {
	text, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	var s settings
	if err := decode(text, &s); err != nil {
		return nil, err
	}
	if err := decode(text, &s.document); err != nil {
		return nil, err
	}
	s.complete()
	s.catalogue = slices.Clone(e.catalogue)
	for _, c := range custom {
		s.catalogue = append(s.catalogue, c.Rule)
	}
	known := map[string]bool{}
	for i, rule := range s.catalogue {
		known[rule.ID] = true
		base := &setting{Level: everywhere(rule.Level), Options: e.defaults[rule.ID].Options}
		merged := s.Rules[rule.ID].over(base)
		merged.Section, merged.Custom = rule.Section, i >= len(e.catalogue)
		s.Rules[rule.ID] = merged
		if err := merged.check(); err != nil {
			return nil, fmt.Errorf("rule %q: %w", rule.ID, err)
		}
	}
	for id := range s.Rules {
		if !known[id] {
			return nil, fmt.Errorf("no rule is named %q", id)
		}
	}
	return &s, nil
}

// complete gives the document what the rules read of it in any case.
func (s *settings) complete() {
	if s.Rules == nil {
		s.Rules = map[string]*setting{}
	}
	if s.document == nil {
		s.document = map[string]any{}
	}
	environment, _ := s.document["environment"].(map[string]any)
	if environment == nil {
		environment = map[string]any{}
	}
	if s.Environment.Default == "" {
		s.Environment.Default = environments[0]
	}
	environment["default"] = s.Environment.Default
	s.document["environment"] = environment
}

// over is the setting s where it says something and base where it does not; its sources
// are completed likewise.
func (s *setting) over(base *setting) *setting {
	merged := &setting{Level: maps.Clone(base.Level), Options: map[string]any{}, Sources: map[string]*setting{}}
	maps.Copy(merged.Options, base.Options)
	if s == nil {
		return merged
	}
	maps.Copy(merged.Level, s.Level)
	maps.Copy(merged.Options, s.Options)
	for name, own := range s.Sources {
		merged.Sources[name] = own.over(merged)
	}
	return merged
}

func (s *setting) check() error {
	for environment, level := range s.Level {
		if !slices.Contains(environments, environment) {
			return fmt.Errorf("no environment is named %q", environment)
		}
		if level != gate.Ignore && level != gate.Warn && level != gate.Deny {
			return fmt.Errorf("no level is named %q", level)
		}
	}
	for _, own := range s.Sources {
		if err := own.check(); err != nil {
			return err
		}
	}
	return nil
}

// on tells whether a finding could matter anywhere.
func (s *setting) on() bool {
	for _, level := range s.Level {
		if level != gate.Ignore {
			return true
		}
	}
	for _, own := range s.Sources {
		if own.on() {
			return true
		}
	}
	return false
}

// level is the strongest level of the rule in an environment.
func (s *setting) level(environment string) gate.Level {
	strongest := s.Level[environment]
	for _, own := range s.Sources {
		if rank(own.level(environment)) > rank(strongest) {
			strongest = own.level(environment)
		}
	}
	return strongest
}

func rank(l gate.Level) int { return slices.Index([]gate.Level{gate.Ignore, gate.Warn, gate.Deny}, l) }

func everywhere(l gate.Level) map[string]gate.Level {
	levels := map[string]gate.Level{}
	for _, environment := range environments {
		levels[environment] = l
	}
	return levels
}

// enforced lists the rules that are on, with their levels in the default environment.
func (s *settings) enforced() []gate.Rule {
	rules := []gate.Rule{}
	for _, rule := range s.catalogue {
		if own := s.Rules[rule.ID]; own.on() {
			rule.Level = own.level(s.Environment.Default)
			rules = append(rules, rule)
		}
	}
	slices.SortFunc(rules, func(a, b gate.Rule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}

// data is the document under which the rules find the policy, with the rules that are
// asked.
func (s *settings) data(asked []gate.Rule) (map[string]any, error) {
	rules := map[string]*setting{}
	for _, rule := range asked {
		rules[rule.ID] = s.Rules[rule.ID]
	}
	text, err := json.Marshal(rules)
	if err != nil {
		return nil, err
	}
	var plain map[string]any
	if err := decode(text, &plain); err != nil {
		return nil, err
	}
	document := maps.Clone(s.document)
	document["rules"] = plain
	return map[string]any{"config": document}, nil
}

// decode reads JSON and keeps its numbers as they are written.
func decode(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}
