package policy

import (
	"cmp"
	"fmt"
	"reflect"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/modelgate/gate"
)

const (
	kindWaiver gate.Kind = "policy.waiver"
	kindReview gate.Kind = "review.approval"
	kindModel  gate.Kind = "hub.model" // stated by an auditor
)

// waiverFact is a waiver of the policy and how long it still holds.
type waiverFact struct {
	gate.Waiver
	Number      int    `json:"number"`
	Environment string `json:"environment,omitempty"`
	Line        int    `json:"line,omitempty"`
	DaysLeft    int    `json:"days_left"` // below zero: expired
}

// review is an entry of the policy's reviews.
type review struct {
	Kind       string   `json:"kind"` // code or card
	Model      string   `json:"model"`
	SHA256     []string `json:"sha256"`
	ApprovedBy string   `json:"approved_by"`
	Expires    string   `json:"expires"`
	Line       int      `json:"line"`
}

// reviewFact is the approval of one file, by its digest.
type reviewFact struct {
	Kind       string `json:"kind"`
	Model      string `json:"model,omitempty"`
	SHA256     string `json:"sha256"`
	ApprovedBy string `json:"approved_by"`
	DaysLeft   *int   `json:"days_left,omitempty"` // absent: does not expire
}

// facts are the evidence as the rules read it.
type facts struct {
	kinds byKind
	input ast.Value
}

func newFacts(in Input, s *settings) (*facts, error) {
	evidence, err := derived(in, s)
	if err != nil {
		return nil, err
	}
	f := &facts{kinds: byKind{}}
	b := builder{encoder: newEncoder(), origins: newOrigins(s.Sources), about: map[string]map[string]byKind{}}
	for _, list := range [][]gate.Evidence{in.Evidence, evidence} {
		for _, e := range list {
			data, err := b.encoder.term(reflect.ValueOf(e.Data), 0)
			if err != nil {
				return nil, fmt.Errorf("%s at %q: %w", e.Kind, e.At.Path, err)
			}
			b.items = append(b.items, item{e, data, cmp.Or(e.Model, b.origins.model(e.Kind, data))})
		}
	}
	if err := b.index(f); err != nil {
		return nil, err
	}
	f.input = b.input(f.kinds, in)
	return f, nil
}

// derived are the facts that the policy itself holds.
func derived(in Input, s *settings) ([]gate.Evidence, error) {
	var out []gate.Evidence
	for _, w := range s.Waivers {
		left, err := daysLeft(w.Expires, in.Now)
		if err != nil {
			return nil, fmt.Errorf("waiver %d: %w", w.Number, err)
		}
		w.DaysLeft = left
		out = append(out, gate.Evidence{Kind: kindWaiver, At: gate.Location{Path: in.PolicyPath, Line: w.Line}, Data: w})
	}
	for i, r := range s.Reviews {
		fact := reviewFact{Kind: r.Kind, Model: r.Model, ApprovedBy: r.ApprovedBy}
		if r.Expires != "" {
			left, err := daysLeft(r.Expires, in.Now)
			if err != nil {
				return nil, fmt.Errorf("review %d: %w", i, err)
			}
			fact.DaysLeft = &left
		}
		for _, fact.SHA256 = range r.SHA256 {
			out = append(out, gate.Evidence{Kind: kindReview, At: gate.Location{Path: in.PolicyPath, Line: r.Line}, Data: fact})
		}
	}
	return out, nil
}

// daysLeft counts the days from now to the end of a day in UTC: 0 on that day.
func daysLeft(day string, now time.Time) (int, error) {
	end, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0, fmt.Errorf("the day %q is not YYYY-MM-DD", day)
	}
	today := now.UTC().Truncate(24 * time.Hour)
	return int(end.Sub(today) / (24 * time.Hour)), nil
}

type item struct {
	gate.Evidence
	data  *ast.Term
	model string
}

// builder makes the input document of the rules.
type builder struct {
	encoder *encoder
	origins origins
	items   []item
	about   map[string]map[string]byKind // facts about models, by registry and model
}

type byKind map[gate.Kind][]*ast.Term

var itemKeys = struct{ kind, at, data, model, source *ast.Term }{
	ast.StringTerm("kind"), ast.StringTerm("at"), ast.StringTerm("data"), ast.StringTerm("model"), ast.StringTerm("source"),
}

// index groups the items by kind, and those about models by model, so that a rule that
// joins references with facts looks up and does not search. References go first, since
// they tell the source and the registry of a model.
func (b *builder) index(f *facts) error {
	for _, i := range b.items {
		if i.Kind == kindModel {
			b.origins.moved(i.model, i.data)
		}
	}
	for _, i := range b.items {
		if i.Kind == gate.KindReference {
			b.origins.learn(i.model, i.data)
		}
	}
	for _, i := range b.items {
		at, err := b.encoder.term(reflect.ValueOf(i.At), 0)
		if err != nil {
			return err
		}
		registries := b.origins.registries(i)
		o := ast.NewObjectWithCapacity(5)
		o.Insert(itemKeys.kind, ast.StringTerm(string(i.Kind)))
		o.Insert(itemKeys.at, at)
		o.Insert(itemKeys.data, i.data)
		o.Insert(itemKeys.model, ast.StringTerm(i.model))
		o.Insert(itemKeys.source, ast.StringTerm(b.origins.of(i, registries)))
		term := ast.NewTerm(o)
		f.kinds[i.Kind] = append(f.kinds[i.Kind], term)
		if i.model != "" && i.Kind != gate.KindReference {
			for _, registry := range registries {
				b.add(registry, i.model, i.Kind, term)
			}
		}
	}
	return nil
}

func (b *builder) add(registry, model string, kind gate.Kind, term *ast.Term) {
	models := b.about[registry]
	if models == nil {
		models = map[string]byKind{}
		b.about[registry] = models
	}
	if models[model] == nil {
		models[model] = byKind{}
	}
	models[model][kind] = append(models[model][kind], term)
}

func (b *builder) input(kinds byKind, in Input) ast.Value {
	about := ast.NewObjectWithCapacity(len(b.about))
	for registry, models := range b.about {
		m := ast.NewObjectWithCapacity(len(models))
		for model, kinds := range models {
			m.Insert(ast.StringTerm(model), kinds.term())
		}
		about.Insert(ast.StringTerm(registry), ast.NewTerm(m))
	}
	return ast.NewObject(
		ast.Item(ast.StringTerm("now"), ast.StringTerm(in.Now.UTC().Format(time.RFC3339))),
		ast.Item(ast.StringTerm("policy"), ast.StringTerm(in.PolicyPath)),
		ast.Item(ast.StringTerm("evidence"), kinds.term()),
		ast.Item(ast.StringTerm("about"), ast.NewTerm(about)),
	)
}

func (k byKind) term() *ast.Term {
	o := ast.NewObjectWithCapacity(len(k))
	for kind, items := range k {
		o.Insert(ast.StringTerm(string(kind)), ast.ArrayTerm(items...))
	}
	return ast.NewTerm(o)
}
