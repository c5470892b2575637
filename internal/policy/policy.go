// Package policy judges evidence by the rules under rego/ and an organisation's policy.
// It is the only package that knows the Open Policy Agent, whose language is described
// at https://www.openpolicyagent.org/docs/policy-language.
package policy

import (
	"context"
	"fmt"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/rego"
)

//go:generate go run ./gen ../../rego/catalogue.json

// Options bound the work of an engine; zero values mean the defaults.
type Options struct {
	Timeout       time.Duration // for the built-in rules, one minute
	CustomTimeout time.Duration // for an organisation's own rules, two seconds
	CustomMemory  uint64        // bytes that those may add to the heap, 256 MiB
}

// Engine judges evidence. It may be used by several goroutines.
type Engine struct {
	options      Options
	catalogue    []gate.Rule
	defaults     map[string]rego.Default
	capabilities *ast.Capabilities
}

// Input is what a decision depends on, and nothing else.
type Input struct {
	// Config is the document that the rules read as data.config. A rule that it does not
	// set has its built-in level and options.
	Config   map[string]any
	Evidence []gate.Evidence
	Now      time.Time
	// Custom has an organisation's own modules by file name.
	Custom map[string][]byte
	// PolicyPath is the file that Config comes from, for findings about the policy itself.
	PolicyPath string
}

// Spec declares the kinds of evidence that Decide itself derives from the policy.
func Spec() gate.Spec {
	return gate.Spec{
		Name:  "policy",
		Doc:   "States the waivers and the reviews that a policy holds.",
		Emits: map[gate.Kind]any{kindWaiver: waiverFact{}, kindReview: reviewFact{}},
	}
}

// New returns an engine for the built-in rules.
func New(options Options) (*Engine, error) {
	catalogue, err := rego.Catalogue()
	if err != nil {
		return nil, err
	}
	defaults, err := rego.Defaults()
	if err != nil {
		return nil, err
	}
	if options.Timeout == 0 {
		options.Timeout = time.Minute
	}
	if options.CustomTimeout == 0 {
		options.CustomTimeout = 2 * time.Second
	}
	if options.CustomMemory == 0 {
		options.CustomMemory = 256 << 20
	}
	return &Engine{options, catalogue, defaults, pureCapabilities()}, nil
}

// Decide returns what breaks the policy, sorted by place, and the rules that were
// enforced with their levels in the policy's default environment. An error means that
// nothing was decided.
func (e *Engine) Decide(ctx context.Context, in Input) ([]gate.Violation, []gate.Rule, error) {
	custom, err := e.parseCustom(in.Custom)
	if err != nil {
		return nil, nil, fmt.Errorf("reading custom rules: %w", err)
	}
	settings, err := e.settings(in.Config, custom)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the policy: %w", err)
	}
	facts, err := newFacts(in, settings)
	if err != nil {
		return nil, nil, fmt.Errorf("preparing the evidence: %w", err)
	}
	violations, err := e.judgeBuiltin(ctx, settings, facts)
	if err != nil {
		return nil, nil, fmt.Errorf("judging: %w", err)
	}
	own, err := e.judgeCustom(ctx, settings, facts, custom)
	if err != nil {
		return nil, nil, fmt.Errorf("judging by custom rules: %w", err)
	}
	return arrange(append(violations, own...)), settings.enforced(), nil
}
