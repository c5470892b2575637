package fix

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/link"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

func known(m gate.ModelID) (string, bool) { return commit, m.Name != "unknown" }

// judged is a report that has a violation for all that fixes are known for.
func judged(path, text string) *gate.Report {
	found := read(context.Background(), path, []byte(text))
	r := &gate.Report{References: link.Join(found.references, nil, func(string) bool { return false })}
	for _, ref := range r.References {
		if !ref.Immutable && ref.Resolution != gate.Dynamic {
			r.Violations = append(r.Violations, gate.Violation{Rule: pinning, At: ref.At, Model: ref.Model.Key()})
		}
	}
	for _, e := range found.evidence {
		for rule, unsafe := range dangers {
			if l, ok := e.Data.(gate.Load); ok && l.Unsafe == unsafe {
				r.Violations = append(r.Violations, gate.Violation{Rule: rule, At: e.At, Model: l.Model})
			}
		}
	}
	return r
}

// fixed applies all fixes and says how many violations have none.
func fixed(t *testing.T, path, text string) (after string, open int) {
	t.Helper()
	r, fsys := judged(path, text), fstest.MapFS{path: {Data: []byte(text)}}
	if err := Attach(context.Background(), r, fsys, known); err != nil {
		t.Fatal(err)
	}
	for _, v := range r.Violations {
		if v.Fix == nil {
			open++
			continue
		}
		one, err := Apply([]byte(text), v.Fix.Edits)
		if err != nil || string(one) == text || v.Fix.Description == "" {
			t.Errorf("the fix of %s alone: %v: %+v", v.Rule, err, v.Fix)
		}
		if left := len(judged(path, string(one)).Violations); left >= len(r.Violations) {
			t.Errorf("the fix of %s alone leaves %d violations of %d", v.Rule, left, len(r.Violations))
		}
		for _, e := range v.Fix.Edits {
			if l := newLines([]byte(text)); e.At.Path != path || e.At.Offset != int64(must(l.offset(e.At.Line, e.At.Column))) {
				t.Errorf("the edit is at %+v", e.At)
			}
		}
	}
	files, err := Files(fsys, r.Violations)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		return text, open
	}
	if left := len(judged(path, string(files[0].New)).Violations); left != open {
		t.Errorf("after the fixes %d violations are left, want %d:\n%s", left, open, files[0].New)
	}
	return string(files[0].New), open
}

func must(n int, ok bool) int {
	if !ok {
		return -1
	}
	return n
}

func TestFixes(t *testing.T) {
	const tf, th, ld = "from transformers import AutoModel, AutoTokenizer, pipeline\n", "from huggingface_hub import hf_hub_download\n", "import torch\n"
	tests := []struct{ name, path, before, after string }{
		{"pin", "a.py", tf + `AutoModel.from_pretrained("org/m")`, tf + `AutoModel.from_pretrained("org/m", revision="` + commit + `")`},
		{"pin, single quotes", "a.py", tf + `AutoModel.from_pretrained('org/m')`, tf + `AutoModel.from_pretrained('org/m', revision='` + commit + `')`},
		{"pin, another revision", "a.py", tf + `AutoModel.from_pretrained("org/m", revision="main", a=1)`, tf + `AutoModel.from_pretrained("org/m", revision="` + commit + `", a=1)`},
		{"pin, None", "a.py", tf + `AutoModel.from_pretrained("org/m", revision=None)`, tf + `AutoModel.from_pretrained("org/m", revision="` + commit + `")`},
		{"pin, on lines", "a.py", tf + "AutoModel.from_pretrained(\n    \"org/m\",\n    device_map=\"auto\",  # a, (comment)\n)\n",
			tf + "AutoModel.from_pretrained(\n    \"org/m\",\n    device_map=\"auto\",  # a, (comment)\n    revision=\"" + commit + "\",\n)\n"},
		{"pin, on lines without a comma", "a.py", tf + "AutoModel.from_pretrained(\r\n    \"org/m\"\r\n)\r\n",
			tf + "AutoModel.from_pretrained(\r\n    \"org/m\",\r\n    revision=\"" + commit + "\"\r\n)\r\n"},
		{"pin a constant", "a.py", tf + "ID = \"org/m\"\nAutoModel.from_pretrained(ID)\nAutoTokenizer.from_pretrained(ID)\n",
			tf + "ID = \"org/m\"\nAutoModel.from_pretrained(ID, revision=\"" + commit + "\")\nAutoTokenizer.from_pretrained(ID, revision=\"" + commit + "\")\n"},
		{"pin a download", "a.py", th + `hf_hub_download("org/m", "m.bin")`, th + `hf_hub_download("org/m", "m.bin", revision="` + commit + `")`},
		{"pin a pipeline", "a.py", tf + `p = pipeline("ner", model="org/m",)`, tf + `p = pipeline("ner", model="org/m", revision="` + commit + `",)`},
		{"pin an address", "a.py", "import torch\ntorch.hub.load_state_dict_from_url('https://huggingface.co/org/m/resolve/main/m.bin', weights_only=True)\n",
			"import torch\ntorch.hub.load_state_dict_from_url('https://huggingface.co/org/m/resolve/" + commit + "/m.bin', weights_only=True)\n"},

		{"tensors only", "a.py", ld + "torch.load(f, (x))\n", ld + "torch.load(f, (x), weights_only=True)\n"},
		{"tensors only, at last", "a.py", ld + "torch.load(f, weights_only=False)\n", ld + "torch.load(f, weights_only=True)\n"},
		{"tensors only, behind a comment", "a.py", ld + "torch.load(f # a, b)\n  )\n", ld + "torch.load(f, weights_only=True # a, b)\n  )\n"},
		{"two on a line", "a.py", ld + "a, b = torch.load(f), torch.load(g)\n", ld + "a, b = torch.load(f, weights_only=True), torch.load(g, weights_only=True)\n"},
		{"arrays only", "a.py", "import numpy as np\nnp.load(f, allow_pickle=True)\n", "import numpy as np\nnp.load(f)\n"},
		{"arrays only, first", "a.py", "import numpy as np\nnp.load(allow_pickle=True, file=f)\n", "import numpy as np\nnp.load(file=f)\n"},
		{"keras", "a.py", "import keras\nkeras.models.load_model(p, safe_mode=False, compile=False)\n", "import keras\nkeras.models.load_model(p, compile=False)\n"},
		{"yaml", "a.py", "import yaml\nyaml.load(f)\nyaml.load(f, Loader=yaml.FullLoader)\nyaml.unsafe_load(f)\nyaml.load(f, yaml.CLoader)\n",
			"import yaml\nyaml.load(f, Loader=yaml.SafeLoader)\nyaml.load(f, Loader=yaml.SafeLoader)\nyaml.safe_load(f)\nyaml.load(f, yaml.CSafeLoader)\n"},
		{"safetensors", "a.py", tf + "AutoModel.from_pretrained(x, use_safetensors=False)\n", tf + "AutoModel.from_pretrained(x, use_safetensors=True)\n"},
		{"trust", "a.py", tf + "AutoModel.from_pretrained(x, trust_remote_code=True)\n", tf + "AutoModel.from_pretrained(x)\n"},
		{"trust, on its line", "a.py", tf + "AutoModel.from_pretrained(\n    x,\n    trust_remote_code=True,  # needed\n    y=1,\n)\n", tf + "AutoModel.from_pretrained(\n    x,\n    y=1,\n)\n"},
		{"trust, last on its line", "a.py", tf + "AutoModel.from_pretrained(\n    x,\n    trust_remote_code=True\n)\n", tf + "AutoModel.from_pretrained(\n    x,\n)\n"},
		{"trust in a mapping", "a.py", tf + "k = {'trust_remote_code': True, 'a': 1}\nAutoModel.from_pretrained(x, **k)\n", tf + "k = {'trust_remote_code': False, 'a': 1}\nAutoModel.from_pretrained(x, **k)\n"},
		{"trust by default", "a.py", tf + "def f(trust_remote_code=True):\n    AutoModel.from_pretrained(x, trust_remote_code=trust_remote_code)\n",
			tf + "def f(trust_remote_code=False):\n    AutoModel.from_pretrained(x, trust_remote_code=trust_remote_code)\n"},
		{"pin and distrust", "a.py", tf + `AutoModel.from_pretrained("org/m", trust_remote_code=True)`, tf + `AutoModel.from_pretrained("org/m", revision="` + commit + `")`},

		{"notebook", "a.ipynb", notebook(`"from transformers import AutoModel\n",
    "AutoModel.from_pretrained(\n",
    "    \"org/m\",\n",
    "    trust_remote_code=True,\n",
    ")"`), notebook(`"from transformers import AutoModel\n",
    "AutoModel.from_pretrained(\n",
    "    \"org/m\",\n",
    "    revision=\"` + commit + `\",\n)"`)},
		{"notebook in one string", "a.ipynb", notebook(`"from transformers import AutoModel\nAutoModel.from_pretrained('org/m')"`),
			notebook(`"from transformers import AutoModel\nAutoModel.from_pretrained('org/m', revision='` + commit + `')"`)},
		{"document", "a.md", "```python\nimport torch\ntorch.load(f)\n```\n", "```python\nimport torch\ntorch.load(f, weights_only=True)\n```\n"},
		{"here document", "a.sh", "python - <<EOF\nimport torch\ntorch.load('f')\nEOF\n", "python - <<EOF\nimport torch\ntorch.load('f', weights_only=True)\nEOF\n"},
		{"workflow", ".github/workflows/a.yml", "jobs:\n  a:\n    steps:\n      - run: |\n          hf download org/m --revision main\n          vllm serve org/n --trust-remote-code\n",
			"jobs:\n  a:\n    steps:\n      - run: |\n          hf download org/m --revision " + commit + "\n          vllm serve org/n --revision " + commit + "\n"},
		{"shell", "a.sh", "huggingface-cli download \"org/m\" --local-dir x\nvllm serve org/n \\\n  --trust-remote-code \\\n  --port 1\n",
			"huggingface-cli download \"org/m\" --revision " + commit + " --local-dir x\nvllm serve org/n --revision " + commit + " \\\n  --port 1\n"},
		{"Dockerfile", "Dockerfile", "FROM x\nRUN hf download org/m\n", "FROM x\nRUN hf download org/m --revision " + commit + "\n"},
		{"axolotl", "a.yml", "base_model: org/m  # base\ntrust_remote_code: true\nadapter: lora\n", "base_model: org/m  # base\nrevision_of_model: " + commit + "\ntrust_remote_code: false\nadapter: lora\n"},
		{"a revision beside the key", "a.yaml", "models:\n  - model_id: org/m\n    revision: main\n", "models:\n  - model_id: org/m\n    revision: " + commit + "\n"},
		{"TRL in JSON", "a.json", "{\n  \"model_name_or_path\": \"org/m\",\n  \"x\": 1\n}\n", "{\n  \"model_name_or_path\": \"org/m\",\n  \"model_revision\": \"" + commit + "\",\n  \"x\": 1\n}\n"},
		{"Truss", "config.yaml", "model_name: x\nmodel_cache:\n- repo_id: org/m\n", "model_name: x\nmodel_cache:\n- repo_id: org/m\n  revision: " + commit + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			after, open := fixed(t, tt.path, tt.before)
			if after != tt.after || open > 0 {
				t.Errorf("%d are open; got\n%s\nwant\n%s", open, after, tt.after)
			}
			if again, _ := fixed(t, tt.path, after); again != after {
				t.Errorf("the fixes are not at rest:\n%s", again)
			}
		})
	}
}

func notebook(lines string) string {
	return `{
 "cells": [
  {
   "cell_type": "code",
   "source": [
    ` + lines + `
   ]
  }
 ],
 "nbformat": 4
}
`
}

func TestWhatIsNotUnderstoodIsLeftAlone(t *testing.T) {
	const tf = "from transformers import AutoModel\n"
	for name, text := range map[string]string{
		"unknown keywords":      tf + "AutoModel.from_pretrained('org/m', **kwargs)\n",
		"a revision of a name":  tf + "AutoModel.from_pretrained('org/m', revision=rev)\n",
		"two models":            tf + "AutoModel.from_pretrained('org/m' if x else 'org/n')\n",
		"a default":             tf + "AutoModel.from_pretrained(x or 'org/m')\n",
		"a parameter":           tf + "def f(m='org/m'):\n    AutoModel.from_pretrained(m)\n",
		"a name of two values":  tf + "m = 'org/m'\nAutoModel.from_pretrained(m)\nm = input()\n",
		"no commit":             tf + "AutoModel.from_pretrained('org/unknown')\n",
		"no revision parameter": "import whisper\nwhisper.load_model('small')\n",
		"broken":                tf + "AutoModel.from_pretrained('org/m')\nif if\n",
		"another reader":        "import torch\ntorch.load(f, pickle_module=p)\n",
		"given by name":         "import torch\ntorch.load(f, weights_only=w)\n",
		"spread":                "import torch\ntorch.load(*a)\n",
		"a loader by name":      "import yaml\nfrom yaml import FullLoader\nyaml.load(f, FullLoader)\n",
		"a hub of code":         "import torch\ntorch.hub.load('o/r', 'm')\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := judged("a.py", text)
			if err := Attach(context.Background(), r, fstest.MapFS{"a.py": {Data: []byte(text)}}, known); err != nil {
				t.Fatal(err)
			}
			for _, v := range r.Violations {
				if v.Fix != nil {
					t.Errorf("%s: %+v", v.Rule, v.Fix)
				}
			}
		})
	}
}

func TestWhatIsWaivedIsNotFixed(t *testing.T) {
	const text = "import torch\ntorch.load(f)\n"
	r := judged("a.py", text)
	r.Violations[0].Waived = &gate.Waiver{}
	fixes, err := Plan(context.Background(), fstest.MapFS{"a.py": {Data: []byte(text)}}, r, nil)
	if err != nil || fixes[0] != nil {
		t.Errorf("got %+v, %v", fixes[0], err)
	}
}

func TestApply(t *testing.T) {
	at := func(line, column, endLine, endColumn int) gate.Location {
		return gate.Location{Line: line, Column: column, EndLine: endLine, EndColumn: endColumn}
	}
	tests := []struct {
		name  string
		edits []gate.Edit
		want  string
	}{
		{"none", nil, "ab\ncd\n"},
		{"insert twice the same", []gate.Edit{{At: at(1, 2, 1, 2), Text: "x"}, {At: at(1, 2, 1, 2), Text: "x"}}, "axb\ncd\n"},
		{"insert two", []gate.Edit{{At: at(1, 2, 1, 2), Text: "y"}, {At: at(1, 2, 1, 2), Text: "x"}}, "axyb\ncd\n"},
		{"replace over lines, out of order", []gate.Edit{{At: at(2, 3, 3, 1), Text: ""}, {At: at(1, 2, 2, 2), Text: "-"}}, "a-d"},
		{"overlap", []gate.Edit{{At: at(1, 1, 1, 3)}, {At: at(1, 2, 2, 1)}}, ""},
		{"outside", []gate.Edit{{At: at(9, 1, 9, 1)}}, ""},
		{"outside of a line", []gate.Edit{{At: at(1, 9, 1, 9)}}, ""},
		{"backwards", []gate.Edit{{At: at(2, 1, 1, 1)}}, ""},
	}
	for _, tt := range tests {
		got, err := Apply([]byte("ab\ncd\n"), tt.edits)
		if string(got) != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: got %q, %v", tt.name, got, err)
		}
	}
}

// TestDiffIsWhatGitTakes applies diffs with git, where that is installed.
func TestDiffIsWhatGitTakes(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git")
	}
	pad := strings.Repeat("x = 1\n", 9)
	for name, text := range map[string]string{
		"one":              "import torch\ntorch.load(f)\n",
		"no end of line":   "import torch\ntorch.load(f)",
		"far apart":        "import torch\n" + pad + "torch.load(f)\n" + pad + "torch.load(g)\n" + pad,
		"near":             "import torch\n" + pad + "torch.load(f)\n\n\ntorch.load(g)\ny = 2",
		"lines go":         "import numpy\nnumpy.load(\n  f,\n  allow_pickle=True,\n)\n" + pad + "numpy.load(\n  f,\n  allow_pickle=True,\n)\n",
		"carriage returns": "import torch\r\ntorch.load(\r\n  f\r\n)\r\n",
	} {
		for _, path := range []string{"a.py", "d/a b.py", "d/\u00e9.py"} {
			t.Run(name+" "+path, func(t *testing.T) {
				dir := t.TempDir()
				fsys := fstest.MapFS{path: {Data: []byte(text)}}
				r := judged(path, text)
				if err := Attach(context.Background(), r, fsys, known); err != nil {
					t.Fatal(err)
				}
				files, err := Files(fsys, r.Violations)
				if err != nil || len(files) != 1 {
					t.Fatalf("%d files, %v", len(files), err)
				}
				full := filepath.Join(dir, path)
				if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				cmd := exec.Command(git, "apply", "--whitespace=nowarn", "-")
				cmd.Dir, cmd.Stdin = dir, strings.NewReader(files[0].Diff())
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%v: %s\n%s", err, out, files[0].Diff())
				}
				if got, _ := os.ReadFile(full); string(got) != string(files[0].New) {
					t.Errorf("git made\n%s\nof\n%s\nwant\n%s", got, files[0].Diff(), files[0].New)
				}
			})
		}
	}
}
