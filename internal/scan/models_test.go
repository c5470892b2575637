package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks"
)

// shelf is a registry in memory: the files of its models by name.
type shelf struct {
	models map[string]map[string]string
	err    error // of Repository
	broken map[string]string
}

func (s shelf) Repository(_ context.Context, id gate.ModelID) (*gate.Repository, error) {
	if s.err != nil {
		return nil, s.err
	}
	files, ok := s.models[id.Key()]
	if !ok {
		return nil, fmt.Errorf("asking: %w", &gate.Unavailable{ID: id.Key(), Reason: gate.ReasonNotFound, Detail: "there is no such model"})
	}
	r := &gate.Repository{Model: id, Name: id.Key(), Commit: strings.Repeat("a", 40)}
	for name, text := range files {
		r.Files = append(r.Files, gate.RemoteFile{Path: name, Size: int64(len(text)), SHA256: "of " + name})
	}
	return r, nil
}

func (s shelf) Open(_ context.Context, r *gate.Repository, f gate.RemoteFile) (gate.RemoteReader, error) {
	if why := s.broken[f.Path]; why == "open" {
		return nil, errors.New("no way")
	}
	return &book{Reader: *bytes.NewReader([]byte(s.models[r.Model.Key()][f.Path])), why: s.broken[f.Path]}, nil
}

type book struct {
	bytes.Reader
	why  string
	read int64
}

func (b *book) ReadAt(p []byte, off int64) (int, error) {
	if b.why == "read" {
		return 0, errors.New("the line was cut")
	}
	n, err := b.Reader.ReadAt(p, off)
	b.read += int64(n)
	return n, err
}

func (b *book) Close() error { return nil }

func (b *book) Fetched() (int64, int) { return b.read, 1 }

func (b *book) Odd() []string {
	if b.why == "odd" {
		return []string{"ignored the range"}
	}
	return nil
}

// facts is an auditor that states what it was given.
type facts struct{}

func (facts) Spec() gate.Spec { return gate.Spec{Name: "facts"} }

func (facts) Audit(_ context.Context, s *gate.Subject, out gate.Recorder) {
	out.Emit("facts.subject", s.References[0].At, fmt.Sprint(s.Model, s.Repository != nil, s.Locked != nil, s.FirstSeen.Year()))
}

func use(id string, line int, context gate.Context) gate.Reference {
	namespace, name, _ := strings.Cut(id, "/")
	return gate.Reference{
		Model: gate.ModelID{Source: "hf", Namespace: namespace, Name: name}, Loader: "transformers.AutoModel.from_pretrained",
		At: gate.Location{Path: "app.py", Line: line}, Context: context, Resolution: gate.Literal,
	}
}

func TestModels(t *testing.T) {
	registry := shelf{
		models: map[string]map[string]string{
			"acme/tiny": {"model.zip": "box\nmodel.safetensors text\n", "pytorch_model.bin": "box\n", "model.safetensors": "x", "photo.png": "\x89PNG"},
			"acme/bad":  {"a.zip": "box\nx y\n", "b.zip": "box\nx y\n", "c.zip": "box\nx y\n"},
		},
		broken: map[string]string{"a.zip": "open", "b.zip": "read", "c.zip": "odd"},
	}
	refs := []gate.Reference{use("acme/tiny", 1, gate.InCode), use("acme/none", 2, gate.InCode), use("acme/tiny", 3, gate.InConfig), use("acme/doc", 4, gate.InDoc), use("acme/bad", 5, gate.InCI)}
	found, err := Models(t.Context(), refs, Online{
		Inspectors: []checks.Inspector{box{}}, Auditors: []checks.Auditor{facts{}}, Registries: map[string]gate.Registry{"hf": registry},
		Locked:    func(id gate.ModelID) (gate.Locked, bool) { return gate.Locked{}, id.Name == "tiny" },
		FirstSeen: map[string]time.Time{"acme/tiny": time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range found.Evidence {
		got = append(got, fmt.Sprintf("%s %s:%d %s %v", e.Kind, e.At.Path, e.At.Line, e.Model, summary(e.Data)))
	}
	want := []string{
		"artifact.file hf:acme/tiny/model.safetensors:0 acme/tiny text unknown of model.safetensors",
		"file.type-mismatch hf:acme/tiny/model.safetensors:0 acme/tiny {.safetensors text}",
		"artifact.file hf:acme/tiny/model.zip:0 acme/tiny zip unknown of model.zip",
		"artifact.file hf:acme/tiny/model.zip!model.safetensors:0 acme/tiny text unknown ",
		"file.type-mismatch hf:acme/tiny/model.zip!model.safetensors:0 acme/tiny {.safetensors text}",
		"artifact.file hf:acme/tiny/pytorch_model.bin:0 acme/tiny zip no of pytorch_model.bin",
		"facts.subject app.py:1 acme/tiny acme/tiny true true 2024",
		"hub.unavailable app.py:2 acme/none not_found_or_private",
		"facts.subject app.py:2 acme/none acme/none false false 1",
		"scan.incomplete hf:acme/bad/a.zip:0 acme/bad no way",
		"scan.incomplete hf:acme/bad/b.zip:0 acme/bad cannot be read to its end: the line was cut",
		"artifact.file hf:acme/bad/c.zip:0 acme/bad zip unknown of c.zip",
		"hub.server hf:acme/bad/c.zip:0 acme/bad {acme/bad ignored the range}",
		"facts.subject app.py:5 acme/bad acme/bad true false 1",
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("lacks %s", w)
		}
	}
	if t.Failed() {
		t.Log(strings.Join(got, "\n"))
	}
	if len(found.Artifacts) != 2 || found.Artifacts[0].Mode != "range" || found.Artifacts[0].Fetched == 0 {
		t.Errorf("artifacts: %+v", found.Artifacts)
	}
	for _, f := range found.Artifacts[1].Files {
		if f.State == gate.Verified && f.Path != "hf:acme/bad/c.zip" {
			t.Errorf("%s is verified", f.Path)
		}
	}
}

func summary(data any) any {
	switch d := data.(type) {
	case gate.FileFact:
		return d.Format + " " + d.Loaded + " " + strings.TrimSuffix(d.SHA256, strings.TrimPrefix(d.SHA256, "of "+strings.TrimPrefix(d.SHA256, "of ")))
	case gate.Incomplete:
		return d.Reason
	case gate.Unavailable:
		return d.Reason
	default:
		return data
	}
}

func TestNoNetworkIsSaidOnce(t *testing.T) {
	registry := shelf{err: &gate.Unavailable{Reason: gate.ReasonNetwork, Detail: "no network"}}
	found, err := Models(t.Context(), []gate.Reference{use("a/b", 1, gate.InCode), use("c/d", 2, gate.InCode)}, Online{Registries: map[string]gate.Registry{"hf": registry}})
	if err != nil || len(found.Evidence) != 1 || found.Evidence[0].Kind != gate.KindUnavailable {
		t.Errorf("%v %v", found, err)
	}
}

func TestLoads(t *testing.T) {
	files := []gate.RemoteFile{{Path: "pytorch_model.bin"}, {Path: "model.safetensors"}, {Path: "old/pytorch_model.bin"}, {Path: "x.ckpt"}}
	with := func(loader string, args map[string]string) gate.Reference {
		return gate.Reference{Model: gate.ModelID{Source: "hf", Namespace: "o", Name: "m"}, Loader: loader, Args: args}
	}
	tests := []struct {
		name string
		refs []gate.Reference
		want string // for the files in their order: y, n or ?
	}{
		{"transformers", []gate.Reference{with("transformers.AutoModel.from_pretrained", nil)}, "n??n"},
		{"safetensors refused", []gate.Reference{with("transformers.AutoModel.from_pretrained", map[string]string{"use_safetensors": "false"})}, "????"},
		{"a file", []gate.Reference{with("huggingface_hub.hf_hub_download", map[string]string{"filename": "x.ckpt"})}, "nnny"},
		{"patterns", []gate.Reference{with("huggingface_hub.snapshot_download", map[string]string{"allow_patterns": "['*.bin']"})}, "ynyn"},
		{"unknown file", []gate.Reference{with("huggingface_hub.hf_hub_download", map[string]string{"filename": "?"})}, "????"},
		{"two", []gate.Reference{with("transformers.AutoModel.from_pretrained", nil), with("huggingface_hub.hf_hub_download", map[string]string{"filename": "x.ckpt"})}, "n??y"},
	}
	for _, tt := range tests {
		got := ""
		for _, f := range files {
			answer := loads(tt.refs, files)[Remote(tt.refs[0].Model, f.Path)]
			got += map[string]string{"yes": "y", "no": "n", "unknown": "?"}[answer]
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
