package report

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/modelgate/gate"
)

const (
	commit = "304b621a8c33f241cb5b334c9c76b3b64fb36c1c"
	sum    = "975a4054e53a19a7084e700ec868f7741674a5b05bd1a5102454a71b8dae6b74"
)

// asking is a report with every sort of model: one of a registry by two names of a commit,
// one that no registry has, one in the repository, one of tests, one of documents, one
// that is known only at run time.
func asking() *gate.Report {
	tiny := gate.ModelID{Source: "hf", Namespace: "acme", Name: "tiny"}
	gone := gate.ModelID{Source: "hf", Namespace: "acme", Name: "gone", Revision: commit}
	at := func(path string, line int) gate.Location { return gate.Location{Path: path, Line: line, Column: 5} }
	ref := func(m gate.ModelID, revision, path string, line int, in gate.Context) gate.Reference {
		m.Revision = revision
		return gate.Reference{Model: m, Loader: "from_pretrained", At: at(path, line), Context: in, Resolution: gate.Literal, Immutable: revision == commit}
	}
	repository := &gate.Repository{
		Model: tiny, Name: "acme/tiny", ID: "66944f1f24794dc192000007", Commit: commit, Downloads: 1234567,
		Created: time.Date(2024, 7, 14, 0, 0, 0, 0, time.UTC), License: "mit", BaseModels: []string{"acme/base"},
		Owner: &gate.Publisher{Name: "acme", Type: "org", Verified: true}, Tags: []string{"text-generation", "dataset:acme/words", "llama"},
		Files: []gate.RemoteFile{{Path: "README.md"}},
	}
	files := func(prefix string) []gate.File {
		return []gate.File{
			{Path: prefix + "README.md", Size: 28, Format: "text", State: gate.Unproven},
			{Path: prefix + "model.safetensors", Size: 4168, Format: "safetensors", SHA256: sum, State: gate.Verified},
			{Path: prefix + "m.zip", Size: 10, Format: "archive", State: gate.Unread, Reason: "the budget is spent"},
			{Path: prefix + "m.zip!a.pkl", Size: 1, Format: "pickle", State: gate.Unread},
		}
	}
	main := tiny
	main.Revision = "main"
	weights := gate.FileFact{Format: "safetensors", Role: "weights", State: gate.Verified}
	r := sample()
	r.References = []gate.Reference{
		ref(tiny, "", "app.py", 2, gate.InCode), ref(tiny, "main", "b.py", 9, gate.InTest), ref(gone, commit, "app.py", 3, gate.InCode),
		ref(gate.ModelID{Source: "local", Name: "./models/m.pkl"}, "", "app.py", 4, gate.InCode),
		ref(gate.ModelID{Source: "hf", Name: "bert"}, "", "test_a.py", 1, gate.InTest), ref(gate.ModelID{Source: "hf", Name: "gpt2"}, "", "README.md", 1, gate.InDoc),
		{Loader: "load", At: at("app.py", 7), Resolution: gate.Dynamic, Context: gate.InCode},
	}
	r.Artifacts = []gate.Artifact{
		{Model: gate.ModelID{Source: "local", Name: "models"}, Files: []gate.File{{Path: "models/m.pkl", Size: 70, Format: "pickle", SHA256: sum, State: gate.Unproven}}},
		{Model: gate.ModelID{Source: "local", Name: "conf"}, Files: []gate.File{{Path: "conf/config.json", State: gate.Unproven}}},
		{Model: tiny, Repository: repository, Publisher: repository.Owner, Mode: "range", Fetched: 5691, Requests: 10, Files: files("hf:acme/tiny/")},
		{Model: main, Repository: repository, Publisher: repository.Owner, Mode: "range", Files: files("hf:acme/tiny@main/")},
	}
	r.Evidence = []gate.Evidence{
		{Kind: gate.KindFile, At: gate.Location{Path: "hf:acme/tiny/model.safetensors"}, Data: weights},
		{Kind: gate.KindFile, At: gate.Location{Path: "models/m.pkl"}, Data: weights},
		{Kind: "license.found", Data: map[string]any{"model": "acme/tiny", "registry": "hf", "id": "mit", "spdx": "MIT", "source": "registry"}},
		{Kind: "license.found", At: gate.Location{Path: "models/README.md"}, Data: map[string]any{"id": "acme 1", "spdx": "LicenseRef-acme-1"}},
		{Kind: gate.KindUnavailable, Data: gate.Unavailable{ID: gone.String(), Reason: gate.ReasonNotFound, Detail: "the Hub has no such model"}},
	}
	return r
}

func TestInventory(t *testing.T) {
	check := func(name string, r *gate.Report) {
		uses := inventory(r)
		var got []string
		for _, u := range uses {
			got = append(got, u.model.Key())
		}
		want := []string{"acme/tiny", "acme/gone", "bert", "gpt2", "models"}
		if len(got) != len(want) {
			t.Fatalf("%s: got %q, want %q", name, got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%s: got %q, want %q", name, got, want)
			}
		}
		tiny, gone, models := uses[0], uses[1], uses[4]
		if len(tiny.references) != 2 || tiny.commit != commit || tiny.weights != gate.Verified || tiny.immutable() || len(tiny.licenses) != 1 {
			t.Errorf("%s: two names of a commit are one model, got %+v", name, tiny)
		}
		if gone.commit != commit || gone.artifact != nil || gone.reason == "" || !gone.immutable() {
			t.Errorf("%s: got %+v of a model that no registry has", name, gone)
		}
		if len(models.references) != 1 || models.weights != gate.Unproven || len(models.licenses) != 1 || models.licenses[0].ID != "acme 1" {
			t.Errorf("%s: got %+v of the model in the repository", name, models)
		}
		if !uses[2].only(gate.InTest) || !uses[3].only(gate.InDoc) || tiny.only(gate.InTest) {
			t.Errorf("%s: the contexts of references are mixed up", name)
		}
		if files := tiny.outerFiles(); len(files) != 3 || tiny.inside(files[1].Path) != "model.safetensors" {
			t.Errorf("%s: got the files %+v", name, files)
		}
	}
	check("as it was stated", asking())
	check("read again", again(t, asking()))
}

// again is a report as it is read from its own JSON.
func again(t *testing.T, r *gate.Report) *gate.Report {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	out := &gate.Report{}
	if err := json.Unmarshal(text, out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPinned(t *testing.T) {
	for revision, want := range map[string]string{
		commit: commit, "main": "", "": "", "sha256:" + sum: "sha256:" + sum, commit[:12]: "", "zz4b621a8c33f241cb5b334c9c76b3b64fb36c1c": "",
	} {
		if got := pinned(gate.ModelID{Revision: revision}); got != want {
			t.Errorf("%q: got %q, want %q", revision, got, want)
		}
	}
}
