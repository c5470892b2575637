package policy

import (
	"context"
	"fmt"
	"runtime/metrics"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/modelgate/gate"
)

// customRoot is the package under which an organisation's own rules stand.
const customRoot = "custom.rules"

// customRule is a rule of the organisation's own.
type customRule struct {
	gate.Rule
	file   string
	module *ast.Module
}

// parseCustom reads an organisation's own modules, sorted by file: each is one rule with
// complete metadata, and none takes the id of a built-in rule.
func (e *Engine) parseCustom(files map[string][]byte) ([]customRule, error) {
	taken := map[string]string{}
	for _, rule := range e.catalogue {
		taken[rule.ID] = "the built-in rules"
	}
	var out []customRule
	for file, text := range files {
		module, err := parse(file, text, e.capabilities, true)
		if err != nil {
			return nil, err
		}
		entry, err := metadata(module, customRoot)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if entry.Level == "" {
			entry.Level = gate.Deny
		}
		if by, ok := taken[entry.ID]; ok {
			return nil, fmt.Errorf("%s: the id %q is taken by %s", file, entry.ID, by)
		}
		taken[entry.ID] = file
		out = append(out, customRule{entry.Rule, file, module})
	}
	slices.SortFunc(out, func(a, b customRule) int { return strings.Compare(a.file, b.file) })
	return out, nil
}

// judgeCustom asks an organisation's own rules, apart from the built-in ones: what they
// cost or break is theirs.
func (e *Engine) judgeCustom(ctx context.Context, s *settings, f *facts, custom []customRule) ([]gate.Violation, error) {
	rules := s.asked(f.kinds, true)
	if len(rules) == 0 && len(custom) == 0 {
		return nil, nil
	}
	modules, err := builtinModules(nil, e.capabilities)
	if err != nil {
		return nil, err
	}
	for _, c := range custom {
		modules["custom/"+c.file] = c.module // a name of ours is not theirs to take
	}
	compiler, err := compile(modules, e.capabilities, false)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, e.options.CustomTimeout)
	defer cancel()
	go watchHeap(ctx, e.options.CustomMemory, cancel)
	return evaluate(ctx, compiler, s, f, rules)
}

// watchHeap cancels where the heap grows by more than a limit: the policy language has
// no bound of its own.
func watchHeap(ctx context.Context, limit uint64, cancel context.CancelFunc) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	start := heap()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if now := heap(); now > start && now-start > limit {
				cancel()
			}
		}
	}
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
