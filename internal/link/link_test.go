package link

import (
	"reflect"
	"testing"

	"github.com/modelgate/gate"
)

func at(path string, line int) gate.Location { return gate.Location{Path: path, Line: line, Column: 1} }

func hub(org, name string) gate.ModelID {
	return gate.ModelID{Source: "hf", Namespace: org, Name: name}
}

func none(string) bool { return false }

func TestNamesOfOtherFilesAreResolved(t *testing.T) {
	refs := []gate.Reference{{Loader: "pipeline", At: at("app.py", 4), Resolution: gate.Dynamic, Variable: "env:MODEL_ID"}}
	one := []gate.Binding{{Name: "env:MODEL_ID", Value: "org/model", At: at(".env", 2)}, {Name: "env:OTHER", Value: "org/other", At: at(".env", 3)}}
	got := Join(refs, one, none)
	if len(got) != 1 || got[0].Model != hub("org", "model") || got[0].At != at(".env", 2) || got[0].Resolution != gate.Resolved {
		t.Errorf("one value: %+v", got)
	}
	if !reflect.DeepEqual(got[0].LoadedAt, []gate.Location{at("app.py", 4)}) {
		t.Errorf("the sink is lost: %+v", got[0].LoadedAt)
	}
	two := append(one, gate.Binding{Name: "env:MODEL_ID", Value: "org/large", At: at("prod.env", 1)})
	if got := Join(refs, two, none); len(got) != 2 || got[0].Resolution != gate.Alternative || got[1].Resolution != gate.Alternative {
		t.Errorf("two values: %+v", got)
	}
	noModel := []gate.Binding{{Name: "env:MODEL_ID", Value: "not a model!", At: at(".env", 2)}}
	if got := Join(refs, noModel, none); len(got) != 1 || got[0].Resolution != gate.Dynamic {
		t.Errorf("a value that is no model: %+v", got)
	}
}

func TestFoldersOfTheRepositoryAreLocal(t *testing.T) {
	refs := []gate.Reference{{Model: hub("out", "final"), At: at("a.py", 1)}, {Model: hub("org", "m"), At: at("a.py", 2)}}
	got := Join(refs, nil, func(p string) bool { return p == "out/final" })
	if got[0].Model.Source != "local" || got[1].Model.Source != "hf" {
		t.Errorf("got %+v", got)
	}
}

func TestOneModelAtOnePlaceIsOneReference(t *testing.T) {
	ref := gate.Reference{Model: hub("org", "m"), At: at("a.py", 1), LoadedAt: []gate.Location{at("a.py", 5)}, Immutable: true, Args: map[string]string{"revision": "x"}}
	ref.Model.Revision = "x"
	other := gate.Reference{Model: hub("org", "m"), At: at("a.py", 1), LoadedAt: []gate.Location{at("a.py", 9)}, Args: map[string]string{"trust_remote_code": "true"}}
	got := Join([]gate.Reference{ref, other, {Model: hub("org", "n"), At: at("a.py", 1)}}, nil, none)
	if len(got) != 2 {
		t.Fatalf("got %+v", got)
	}
	if m := got[0]; m.Immutable || m.Model.Revision != "" || len(m.LoadedAt) != 2 || m.Args["revision"] != "x" || m.Args["trust_remote_code"] != "true" {
		t.Errorf("a use that does not pin is hidden by one that does: %+v", m)
	}
}
