package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/config"
	"github.com/modelgate/gate/internal/lock"
	"github.com/modelgate/gate/internal/modeltest"
	"github.com/modelgate/gate/internal/scan"
)

// commit writes files, removes those without text, and commits.
func commit(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	r, err := git.PlainOpen(dir)
	if err != nil {
		if r, err = git.PlainInit(dir, false); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		os.Remove(path)
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			err = os.Symlink(target, path)
		} else if text != "" {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w, err := r.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.AddWithOptions(&git.AddOptions{All: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit("c", &git.CommitOptions{AllowEmptyCommits: true, Author: &object.Signature{Name: "a", Email: "a@b"}}); err != nil {
		t.Fatal(err)
	}
}

func model(t *testing.T, name string) string {
	t.Helper()
	data, err := modeltest.Build(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestReuse: a base of which only the folders are scanned that the change touches is what
// a scan of all of it finds.
func TestReuse(t *testing.T) {
	dir := t.TempDir()
	commit(t, dir, map[string]string{
		"app.py":                   "import torch\nm = torch.load('a.pt', weights_only=False)\n",
		"src/a.py":                 "from transformers import AutoModel\nAutoModel.from_pretrained('a/b')\n",
		"src/deep/b.py":            "from transformers import AutoModel\nAutoModel.from_pretrained('c/d')\n",
		"models/one/m.safetensors": model(t, "safetensors"),
		"models/one/config.json":   `{"auto_map": {"AutoModel": "x.Y"}}`,
		"models/two/m.pkl":         model(t, "pickle-system"),
		"models/two/m.bin":         model(t, "pickle-import"),
		"models/three/m.pkl":       model(t, "pickle-import"),
		"links/a.pkl":              "-> ../models/three/m.pkl",
		"odd!name/x%21y.pkl":       model(t, "pickle-import"),
		"gone/m.pkl":               model(t, "pickle-system"),
	})
	commit(t, dir, map[string]string{
		"src/a.py":               "print(1)\n",
		"models/one/config.json": `{}`,
		"models/two/m.pkl":       "",
		"models/three/m.pkl":     "",
		"new/m.pkl":              model(t, "pickle-system"),
		"odd!name/z.pkl":         model(t, "pickle-system"),
		"gone/m.pkl":             "",
	})
	c := &Command{Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}, Getenv: func(string) string { return "" }}
	repo, err := c.repository([]string{dir}, "check", "")
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	if repo.proposal, err = c.proposal(dir, &proposalFlags{base: "HEAD~1"}); err != nil {
		t.Fatal(err)
	}
	b := &baseline{cmd: c, repo: repo, files: repo.proposal.files(repo.proposal.fork)}
	if b.scanned, err = c.look(t.Context(), repo, repo.files); err != nil {
		t.Fatal(err)
	}
	b.head = c.findings(repo.files, b.scanned)
	kinds, err := repo.proposal.changed()
	if err != nil {
		t.Fatal(err)
	}
	b.touch(kinds)
	got, err := b.scan(t.Context(), kinds)
	if err != nil {
		t.Fatal(err)
	}
	want, err := c.look(t.Context(), repo, b.files)
	if err != nil {
		t.Fatal(err)
	}
	if g, w := facts(t, got), facts(t, want); !slices.Equal(g, w) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(g, "\n"), strings.Join(w, "\n"))
	}
}

// facts are all that a scan found, as sorted text.
func facts(t *testing.T, r *scan.Result) []string {
	t.Helper()
	var out []string
	add := func(v any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	for _, x := range r.References {
		add(x)
	}
	for _, x := range r.Bindings {
		add(x)
	}
	for _, x := range r.Evidence {
		add(x)
	}
	for _, x := range r.Files {
		add(x)
	}
	slices.Sort(out)
	return out
}

func TestTrustedLock(t *testing.T) {
	entry := func(key, commit, owner string) gate.Locked {
		return gate.Locked{Key: key, Commit: strings.Repeat(commit, 40), ID: strings.Repeat(owner, 24), Name: "a/b",
			Owner: gate.Publisher{Name: "a", ID: strings.Repeat(owner, 24)}, Reviewed: []string{strings.Repeat(owner, 64)}}
	}
	id := func(revision string) gate.ModelID {
		return gate.ModelID{Source: "hf", Namespace: "a", Name: "b", Revision: revision}
	}
	for name, c := range map[string]struct {
		base, head    []gate.Locked
		ask           string
		commit, owner string
		reviewed      bool
	}{
		"same commit":          {[]gate.Locked{entry("hf:a/b@main", "1", "c")}, []gate.Locked{entry("hf:a/b@main", "1", "d")}, "main", "1", "c", true},
		"moved":                {[]gate.Locked{entry("hf:a/b@main", "1", "c")}, []gate.Locked{entry("hf:a/b@main", "2", "d")}, "main", "2", "c", true},
		"removed":              {[]gate.Locked{entry("hf:a/b@main", "1", "c")}, nil, "main", "1", "c", true},
		"another revision":     {[]gate.Locked{entry("hf:a/b@main", "1", "c")}, []gate.Locked{entry("hf:a/b@v2", "2", "d")}, "v2", "2", "c", true},
		"a model that is new":  {nil, []gate.Locked{entry("hf:a/b@main", "2", "d")}, "main", "2", "d", false},
		"a model in neither":   {nil, nil, "main", "", "", false},
		"only in another name": {[]gate.Locked{entry("hf:a/c@main", "1", "c")}, nil, "main", "", "", false},
	} {
		trust := &lockTrust{base: locksOf(c.base), head: locksOf(c.head), compared: true}
		got, ok := trust.Lookup(id(c.ask))
		if ok != (c.commit != "") || got.Commit != strings.Repeat(c.commit, 40) || got.Owner.ID != strings.Repeat(c.owner, 24) || (len(got.Reviewed) > 0) != c.reviewed {
			t.Errorf("%s: %v %+v", name, ok, got)
		}
	}
}

func locksOf(entries []gate.Locked) *lock.File {
	f := lock.New(lock.Name)
	for _, e := range entries {
		if err := f.Put(e); err != nil {
			panic(err)
		}
	}
	return f
}

func TestIdentity(t *testing.T) {
	refs := []gate.Reference{
		{Model: gate.ModelID{Source: "hf", Namespace: "a", Name: "b", Revision: "v1"}, Resolution: gate.Literal},
		{Model: gate.ModelID{Source: "hf", Namespace: "a", Name: "b", Revision: "v1/2"}, Resolution: gate.Literal},
	}
	id := identities(refs, nil)
	key := func(rule, path, message string) string {
		k, ok := id.of(gate.Violation{Rule: rule, Model: "a/b", Message: message, At: gate.Location{Path: path}}, nil)
		return cmp.Or(k, map[bool]string{true: "ok"}[ok])
	}
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"revision":       {key("r", "hf:a/b@v1/m.bin", "a/b@v1 is bad"), key("r", "hf:a/b@v1/2/m.bin", "a/b@v1/2 is bad"), true},
		"lines":          {key("r", "x.py", "stops in line 3"), key("r", "x.py", "stops in line 14"), true},
		"another rule":   {key("r", "x.py", "m"), key("s", "x.py", "m"), false},
		"another file":   {key("r", "x.py", "m"), key("r", "y.py", "m"), false},
		"another number": {key("r", "x.py", "bert-1"), key("r", "x.py", "bert-2"), false},
	} {
		if (c.a == c.b) != c.same {
			t.Errorf("%s: %q and %q", name, c.a, c.b)
		}
	}
}

func TestMeanings(t *testing.T) {
	files := map[string][2]string{
		"config.json":            {`{"vocab_size": 1, "eos_token_id": 2}`, `{"vocab_size": 2, "eos_token_id": 3}`},
		"generation_config.json": {`{"top_p": 1, "transformers_version": "1"}`, `{"top_p": 0.5, "transformers_version": "2"}`},
		"tokenizer_config.json":  {`{"chat_template": "{{ a }}{{ b }}"}`, `{"chat_template": "{{ a }}Obey.{{ b }}", "added_tokens_decoder": {"7": {"content": "<x>"}}}`},
		"adapter_config.json":    {"broken", `{"base_model_name_or_path": "a/b"}`},
	}
	got := meanings(func(name string) (before, after []byte) { return []byte(files[name][0]), []byte(files[name][1]) })
	want := []gate.MeaningChange{
		{File: "config.json", Key: "eos_token_id", Before: "2", After: "3"},
		{File: "generation_config.json", Key: "top_p", Before: "1", After: "0.5"},
		{File: "tokenizer_config.json", Key: "added_tokens_decoder.7.content", After: "<x>"},
		{File: "tokenizer_config.json", Key: "chat_template", Before: "{{ a }}", After: "{{ a }}Obey."},
		{File: "adapter_config.json", Key: "base_model_name_or_path", After: "a/b"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

// TestHostileSettings: a settings file cannot cost more than its bounds.
func TestHostileSettings(t *testing.T) {
	wide := "{" + strings.Repeat(`"a":1,`, 10) + `"b":[` + strings.Repeat("1,", 200_000) + "1]}"
	deep := strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000)
	for _, text := range []string{wide, deep, strings.Repeat("x", maxSetting+1)} {
		n := len(meanings(func(string) (before, after []byte) { return nil, []byte(text) }))
		if n > maxMeanings {
			t.Errorf("%d changes", n)
		}
	}
	if len(valuesOf([]byte(wide))) > maxValues {
		t.Error("a document has more values than the limit")
	}
}

func TestRuleChanges(t *testing.T) {
	was, is := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{
		was + "/same.rego": "1", is + "/same.rego": "1", was + "/edited.rego": "1", is + "/edited.rego": "2",
		was + "/gone.rego": "1", is + "/new.rego": "1", is + "/new_test.rego": "1",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]string{}
	for _, e := range ruleChanges(os.DirFS(was), os.DirFS(is), &config.Policy{Rego: []string{"."}}) {
		got[e.At.Path] = e.Data.(config.Change).Direction
	}
	if len(got) != 3 || got["edited.rego"] != config.Looser || got["gone.rego"] != config.Looser || got["new.rego"] != config.Tighter {
		t.Errorf("got %v", got)
	}
}
