package policy

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/modelgate/gate"
)

func (e *Engine) judgeBuiltin(ctx context.Context, s *settings, f *facts) ([]gate.Violation, error) {
	rules := s.asked(f.kinds, false)
	modules, err := builtinModules(rules, e.capabilities)
	if err != nil {
		return nil, err
	}
	compiler, err := compile(modules, e.capabilities, true)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, e.options.Timeout)
	defer cancel()
	return evaluateParts(ctx, compiler, s, f, rules)
}

// evaluateParts asks about a share of the rules on each core: rules do not depend on each
// other. What the facts have in common is computed once a share.
func evaluateParts(ctx context.Context, compiler *ast.Compiler, s *settings, f *facts, rules []gate.Rule) ([]gate.Violation, error) {
	n := min(runtime.GOMAXPROCS(0), max(1, len(rules)))
	shares := make([][]gate.Rule, n)
	for i, rule := range rules {
		shares[i%n] = append(shares[i%n], rule)
	}
	found, errs := make([][]gate.Violation, n), make([]error, n)
	var wg sync.WaitGroup
	for i, share := range shares {
		wg.Go(func() { found[i], errs[i] = evaluate(ctx, compiler, s, f, share) })
	}
	wg.Wait()
	return slices.Concat(found...), errors.Join(errs...)
}

// evaluate asks main for the verdicts of rules. Whatever is undefined, missing or odd in
// the answer is an error, since silence would pass.
func evaluate(ctx context.Context, compiler *ast.Compiler, s *settings, f *facts, rules []gate.Rule) ([]gate.Violation, error) {
	data, err := s.data(rules)
	if err != nil {
		return nil, err
	}
	answer, err := query(ctx, compiler, data, f.input)
	if err != nil {
		return nil, err
	}
	var out []gate.Violation
	for _, rule := range rules {
		judged := answer.Get(ast.StringTerm(rule.ID))
		if judged == nil {
			return nil, fmt.Errorf("rule %q gave no answer", rule.ID)
		}
		found, err := violations(rule.ID, judged)
		if err != nil {
			return nil, fmt.Errorf("rule %q: %w", rule.ID, err)
		}
		out = append(out, found...)
	}
	return out, nil
}

// query evaluates data.main.violations.
func query(ctx context.Context, compiler *ast.Compiler, data map[string]any, input ast.Value) (*ast.Term, error) {
	value, err := ast.InterfaceToValue(data)
	if err != nil {
		return nil, err
	}
	store := inmem.NewFromASTObject(value.(ast.Object))
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	defer store.Abort(ctx, txn)
	results, err := run(ctx, compiler, store, txn, input)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("the rules took too long or too much memory: %w", context.Cause(ctx))
	}
	if err != nil {
		return nil, err
	}
	if len(results) != 1 || results[0]["violations"] == nil {
		return nil, errors.New("the rules gave no answer")
	}
	return results[0]["violations"], nil
}

func run(ctx context.Context, c *ast.Compiler, store storage.Store, txn storage.Transaction, input ast.Value) (topdown.QueryResultSet, error) {
	body, err := c.QueryCompiler().Compile(ast.MustParseBody("violations = data.main.violations"))
	if err != nil {
		return nil, err
	}
	stop := topdown.NewCancel()
	defer context.AfterFunc(ctx, stop.Cancel)()
	return topdown.NewQuery(body).
		WithCompiler(c).
		WithStore(store).
		WithTransaction(txn).
		WithInput(ast.NewTerm(input)).
		WithCancel(stop).
		WithStrictBuiltinErrors(true).
		Run(ctx)
}

// violations reads the answer of one rule: findings of one level, or verdicts that have
// each their own. Ignored ones are dropped.
func violations(rule string, answer *ast.Term) ([]gate.Violation, error) {
	if found := answer.Get(findingKeys.found); found != nil {
		return findings(rule, found, answer)
	}
	judged := answer.Get(findingKeys.judged)
	if judged == nil {
		return nil, errors.New("the answer has no verdicts")
	}
	list, ok := judged.Value.(*ast.Array)
	if !ok {
		return nil, errors.New("the verdicts are not a list")
	}
	var out []gate.Violation
	for i := range list.Len() {
		verdict := list.Elem(i)
		v, err := violation(rule, gate.Level(text(verdict, "level")), verdict)
		if err != nil {
			return nil, err
		}
		if err := waived(verdict, &v); err != nil {
			return nil, err
		}
		if v.Level != gate.Ignore {
			out = append(out, v)
		}
	}
	return out, nil
}

// findings reads what has one level, or another one where it is unsure, and no waiver.
func findings(rule string, found, answer *ast.Term) ([]gate.Violation, error) {
	set, ok := found.Value.(ast.Set)
	if !ok {
		return nil, errors.New("the findings are not a set")
	}
	levels := map[bool]gate.Level{false: gate.Level(text(answer, "level")), true: gate.Level(text(answer, "unsure"))}
	out := make([]gate.Violation, 0, set.Len())
	for _, f := range set.Slice() {
		v, err := violation(rule, levels[text(f, "at_most") == string(gate.Warn)], f)
		if err != nil {
			return nil, err
		}
		if v.Level != gate.Ignore {
			out = append(out, v)
		}
	}
	return out, nil
}

// findingKeys are what the rules say of a finding.
var findingKeys = struct{ found, judged, on, at, related, waived *ast.Term }{
	ast.StringTerm("found"), ast.StringTerm("judged"), ast.StringTerm("on"), ast.StringTerm("at"),
	ast.StringTerm("related"), ast.StringTerm("waived"),
}

func violation(rule string, level gate.Level, finding *ast.Term) (gate.Violation, error) {
	v := gate.Violation{Rule: rule, Level: level, Message: printable(text(finding, "message")), Related: []gate.Location{}}
	if !slices.Contains([]gate.Level{gate.Ignore, gate.Warn, gate.Deny}, level) {
		return v, fmt.Errorf("a verdict has the level %q", level)
	}
	on := finding.Get(findingKeys.on)
	if on == nil || v.Message == "" {
		return v, errors.New("a verdict has no item or no message")
	}
	v.Model = text(on, "model")
	var err error
	if v.At, err = location(on.Get(findingKeys.at)); err != nil {
		return v, err
	}
	related := finding.Get(findingKeys.related)
	if list, ok := arrayOf(related); related == nil || ok && list.Len() == 0 {
		return v, nil
	}
	return v, into(related, "related", &v.Related)
}

// location reads a place by hand: there is one in each of many findings.
func location(t *ast.Term) (gate.Location, error) {
	var l gate.Location
	var object ast.Object
	if t != nil {
		object, _ = t.Value.(ast.Object)
	}
	if object == nil {
		return l, errors.New("a verdict has no place")
	}
	if path := object.Get(locationKeys.path); path != nil {
		text, ok := path.Value.(ast.String)
		if !ok {
			return l, errors.New("a verdict has an odd path")
		}
		l.Path = string(text)
	}
	offset := 0
	for _, field := range []struct {
		key  *ast.Term
		into *int
	}{
		{locationKeys.line, &l.Line},
		{locationKeys.column, &l.Column},
		{locationKeys.endLine, &l.EndLine},
		{locationKeys.endColumn, &l.EndColumn},
		{locationKeys.offset, &offset},
	} {
		value := object.Get(field.key)
		if value == nil {
			continue
		}
		number, _ := value.Value.(ast.Number)
		n, ok := number.Int()
		if !ok {
			return l, fmt.Errorf("a verdict has an odd place: %v", value)
		}
		*field.into = n
	}
	l.Offset = int64(offset)
	return l, nil
}

var locationKeys = struct{ path, line, column, endLine, endColumn, offset *ast.Term }{
	ast.StringTerm("path"), ast.StringTerm("line"), ast.StringTerm("column"),
	ast.StringTerm("end_line"), ast.StringTerm("end_column"), ast.StringTerm("offset"),
}

func waived(verdict *ast.Term, v *gate.Violation) error {
	w := verdict.Get(findingKeys.waived)
	if w != nil && w.Value.Compare(ast.NullValue) == 0 {
		return nil
	}
	return into(w, "waived", &v.Waived)
}

func arrayOf(t *ast.Term) (*ast.Array, bool) {
	if t == nil {
		return nil, false
	}
	a, ok := t.Value.(*ast.Array)
	return a, ok
}

// printable escapes what a terminal or a reader would not show as it is: messages quote
// names from hostile files.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

func into(t *ast.Term, name string, v any) error {
	if t == nil {
		return fmt.Errorf("a verdict has no %q", name)
	}
	// Not by the text of the value, which writes control characters as JSON does not.
	plain, err := ast.JSON(t.Value)
	if err == nil {
		var text []byte
		if text, err = json.Marshal(plain); err == nil {
			err = json.Unmarshal(text, v)
		}
	}
	if err != nil {
		return fmt.Errorf("a verdict has an odd %q: %w", name, err)
	}
	return nil
}

// arrange sorts violations by place and drops those that say the same twice.
func arrange(list []gate.Violation) []gate.Violation {
	slices.SortStableFunc(list, func(a, b gate.Violation) int {
		return cmp.Or(
			strings.Compare(a.At.Path, b.At.Path),
			cmp.Compare(a.At.Line, b.At.Line),
			cmp.Compare(a.At.Column, b.At.Column),
			cmp.Compare(a.At.Offset, b.At.Offset),
			strings.Compare(a.Rule, b.Rule),
			strings.Compare(a.Message, b.Message),
			strings.Compare(a.Model, b.Model),
			cmp.Compare(len(a.Related), len(b.Related)),
		)
	})
	return slices.CompactFunc(list, func(a, b gate.Violation) bool {
		return a.At == b.At && a.Rule == b.Rule && a.Message == b.Message && a.Model == b.Model && a.Level == b.Level
	})
}
