package lookalike

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func hub(ns, name string) *gate.Subject {
	return &gate.Subject{
		Model:      gate.ModelID{Source: "hf", Namespace: ns, Name: name},
		References: []gate.Reference{{At: gate.Location{Path: "b.py", Line: 9}}, {At: gate.Location{Path: "app.py", Line: 3}}},
		Now:        now,
	}
}

func audit(t *testing.T, s *gate.Subject) *checktest.Record {
	t.Helper()
	r := &checktest.Record{}
	Auditor{}.Audit(context.Background(), s, r)
	for _, e := range r.Evidence {
		if want := (Auditor{}).Spec().Emits[e.Kind]; reflect.TypeOf(want) != reflect.TypeOf(e.Data) {
			t.Errorf("%s is stated with %T", e.Kind, e.Data)
		}
		if len(s.References) > 0 && e.At != (gate.Location{Path: "app.py", Line: 3}) {
			t.Errorf("the place is %+v", e.At)
		}
	}
	return r
}

func match(t *testing.T, s *gate.Subject) Match {
	t.Helper()
	got := checktest.Of[Match](audit(t, s), KindMatch)
	if len(got) != 1 {
		return Match{}
	}
	return got[0]
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ ns, name, target, relation, tier string }{
		{"meta_llama", "Llama-3.1-8B", "meta-llama", "separator", "critical"},
		{"meta-Ilama", "Llama-3.1-8B", "meta-llama", "homoglyph", "critical"},
		{"metalllama", "Llama-3.1-8B", "meta-llama", "edit", "critical"},
		{"meta-llama-community", "Llama-3.1-8B", "meta-llama", "association", "critical"},
		{"rneta-llama", "Llama-3.1-8B", "meta-llama", "homoglyph", "critical"},
		{"rnistralai", "Mistral-7B-v0.1", "mistralai", "homoglyph", "critical"},
		{"meta_llama", "own-thing", "meta-llama", "separator", "high"},
		{"metalllama", "own-thing", "meta-llama", "edit", "high"},
		{"meta-llama-community", "own-thing", "meta-llama", "association", "medium"},
		{"tiuae", "Falcon-H1-1.5B-Deep-Base", "tiiuae", "edit", "critical"},
		{"ightonai", "LateOn-unsupervised", "lightonai", "edit", "critical"},
		{"mеta-llama", "Llama-3.1-8B", "meta-llama", "unicode", "critical"},
		{"meta\u200b-llama", "Llama-3.1-8B", "meta-llama", "unicode", "critical"},
		{"ｍeta‐llama", "x", "meta-llama", "unicode", "critical"},
		{"meta-llama", "Llаma-3.1-8B", "Llama-3.1-8B", "unicode", "critical"},
		{"", "gрt2", "gpt2", "unicode", "critical"},
		{"асme", "x", "acme", "unicode", "critical"},
	} {
		m := match(t, hub(c.ns, c.name))
		if m.Target != c.target || m.Relation != c.relation || m.Tier != c.tier {
			t.Errorf("%q/%q: %+v, want %+v", c.ns, c.name, m, c)
		}
	}
}

func TestSilence(t *testing.T) {
	for _, s := range []*gate.Subject{
		hub("meta-llama", "Llama-3.1-8B"),
		hub("Meta-Llama", "Llama-3.1-8B"),
		hub("decapoda-research", "llama-7b-hf"),
		hub("runwayml", "stable-diffusion-v1-5"),
		hub("somebody", "own-model"),
		hub("", "bert-base-uncased"),
		hub("通义", "模型"),
		{Model: gate.ModelID{Source: "torchhub", Namespace: "facebookresearch", Name: "dinov2"}},
		{Model: gate.ModelID{Source: "ollama", Namespace: "meta-Ilama", Name: "x"}},
		{Model: gate.ModelID{Source: "modelscope", Namespace: "LLM-Research", Name: "Meta-Llama-3-8B"}},
		{Model: gate.ModelID{Source: "modelscope", Namespace: "somebody", Name: "Meta-Llama-3-8B"}},
		{Dir: "models"},
	} {
		if r := audit(t, s); len(r.Evidence) != 0 {
			t.Errorf("%s: %+v", s.Model, r.Evidence)
		}
	}
}

func TestBorrowedName(t *testing.T) {
	s := hub("Open-OSS", "privacy-filter")
	s.Repository = &gate.Repository{Created: now.Add(-18 * time.Hour), Downloads: 244_000, Owner: &gate.Publisher{Created: now.Add(-3 * day)}}
	want := Association{
		Model: "Open-OSS/privacy-filter", Name: "Open-OSS", Target: "openai",
		Metadata: []string{"the repository is 0 days old", "it has 244000 downloads already", "the account is 3 days old"},
	}
	got := checktest.Of[Association](audit(t, s), KindAssociation)
	if len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("got %+v", got)
	}
	s.Repository.BaseModels = []string{"OpenAI/privacy-filter"}
	if got := checktest.Of[Association](audit(t, s), KindAssociation); len(got) != 1 || !got[0].Declared {
		t.Errorf("got %+v", got)
	}
	if got := audit(t, hub("Open-OSS", "test-model")); len(got.Evidence) != 0 {
		t.Errorf("got %+v", got.Evidence)
	}
}

func TestTrusted(t *testing.T) {
	trusted := []gate.Publisher{{Name: "meta_llama", ID: "aa"}, {Name: "acme-models", ID: "bb"}}
	for _, c := range []struct {
		name  string
		owner *gate.Repository
		tier  string
	}{
		{"not asked", nil, ""},
		{"no owner", &gate.Repository{}, ""},
		{"same id", &gate.Repository{Owner: &gate.Publisher{ID: "aa"}}, ""},
		{"other id", &gate.Repository{Owner: &gate.Publisher{ID: "cc"}}, "critical"},
	} {
		s := hub("meta_llama", "Llama-3.1-8B")
		s.Trusted, s.Repository = trusted, c.owner
		if m := match(t, s); m.Tier != c.tier {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
	s := hub("acrne-models", "x")
	if m := match(t, s); m.Tier != "" {
		t.Errorf("a publisher of nobody's: %+v", m)
	}
	s.Trusted = trusted
	if m := match(t, s); m.Tier != "critical" || m.Target != "acme-models" {
		t.Errorf("the policy's publishers are protected: %+v", m)
	}
}

func TestMetadata(t *testing.T) {
	old, young := now.Add(-3*365*day), now.Add(-20*day)
	for _, c := range []struct {
		name, ns, model string
		r               gate.Repository
		tier            string
		metadata        []string
	}{
		{"nothing known", "meta-llama-community", "x", gate.Repository{}, "medium", nil},
		{"verified", "meta-llama-community", "Llama-3.1-8B", gate.Repository{Created: young, Owner: &gate.Publisher{Verified: true, Created: young}}, "low", []string{"the owner is verified"}},
		{"old", "meta-llama-community", "Llama-3.1-8B", gate.Repository{Owner: &gate.Publisher{Created: old}}, "medium", []string{"the account is 3 years old"}},
		{"young account", "meta-llama-community", "x", gate.Repository{Created: old, Owner: &gate.Publisher{Created: young}}, "high", []string{"the account is 20 days old"}},
		{"young repository", "meta-llama-community", "x", gate.Repository{Created: young}, "high", []string{"the repository is 20 days old"}},
		{"critical stays", "meta-llama-community", "Llama-3.1-8B", gate.Repository{Created: young}, "critical", []string{"the repository is 20 days old"}},
		{"in between", "meta-llama-community", "x", gate.Repository{Created: now.Add(-200 * day), Owner: &gate.Publisher{Created: now.Add(-200 * day)}}, "medium", nil},
		{"later than now", "meta-llama-community", "x", gate.Repository{Created: now.Add(day)}, "high", []string{"the repository is 0 days old"}},
		{"no accident", "meta-Ilama", "x", gate.Repository{Owner: &gate.Publisher{Verified: true}}, "critical", nil},
		{"shared member", "meta-llama-community", "x", gate.Repository{Owner: &gate.Publisher{Members: []string{"a", "b"}}}, "low", []string{`"b" is a member of both`}},
	} {
		s := hub(c.ns, c.model)
		s.Repository = &c.r
		s.Trusted = []gate.Publisher{{Name: "Meta-Llama", Members: []string{"b"}}, {Name: "x"}}
		if m := match(t, s); m.Tier != c.tier || !reflect.DeepEqual(m.Metadata, c.metadata) {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
}

func TestWithoutReference(t *testing.T) {
	s := hub("meta-Ilama", "x")
	s.References = nil
	r := audit(t, s)
	if len(r.Evidence) != 1 || r.Evidence[0].At.Path != "meta-Ilama/x" {
		t.Errorf("got %+v", r.Evidence)
	}
}
