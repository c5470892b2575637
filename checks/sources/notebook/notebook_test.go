package notebook_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/sources/notebook"
	"github.com/modelgate/gate/internal/checktest"
)

// file renders a notebook with one line of source to a line of the file.
func file(t *testing.T, cells ...[]string) string {
	t.Helper()
	var out []map[string]any
	for _, c := range cells {
		out = append(out, map[string]any{"cell_type": "code", "source": c, "outputs": []any{map[string]string{"text": "AutoModel.from_pretrained('no/model')"}}})
	}
	b, err := json.MarshalIndent(map[string]any{"cells": out, "nbformat": 4}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func embeds(t *testing.T, text string) map[string][]checktest.Embedded {
	t.Helper()
	r := checktest.Find(t, notebook.Finder{}, "a.ipynb", "", text)
	out := map[string][]checktest.Embedded{}
	for _, e := range r.Embeds {
		out[e.Language] = append(out[e.Language], e)
	}
	return out
}

func TestCellsAreOneProgram(t *testing.T) {
	text := file(t, []string{"name = \"org/a\"\n", "é = 'ü'"}, []string{"if x:\n", "    %matplotlib inline\n", "load(name)"})
	got := embeds(t, text)
	if len(got["python"]) != 1 {
		t.Fatalf("%d programs", len(got["python"]))
	}
	e := got["python"][0]
	want := "name = \"org/a\"\né = 'ü'\nif x:\n    None\nload(name)\n"
	if string(e.Source.Text) != want {
		t.Fatalf("program %q, want %q", e.Source.Text, want)
	}
	for _, s := range []string{"org/a", "load(name)"} {
		i := strings.Index(want, s)
		at := e.Source.At(i, i+len(s))
		line := strings.Split(text, "\n")[at.Line-1]
		if !strings.HasPrefix(line[at.Column-1:], s) || at.EndColumn-at.Column != len(s) {
			t.Errorf("%q is said to be at %+v: %q", s, at, line)
		}
	}
}

func TestMagics(t *testing.T) {
	tests := []struct {
		name            string
		cell            []string
		language, embed string
		program         string
	}{
		{"command", []string{"!hf download org/a \\\n", "  --quiet\n", "x = 1"}, "shell", "hf download org/a \\\n  --quiet\n", "None\nx = 1\n"},
		{"pip", []string{"%pip install x"}, "shell", "pip install x", "None\n"},
		{"bash", []string{"%%bash\n", "vllm serve org/a"}, "shell", "vllm serve org/a", ""},
		{"python file", []string{"%%writefile a.py\n", "x = 1"}, "python", "x = 1", ""},
		{"properties file", []string{"%%writefile code/serving.properties\n", "option.model_id=org/a"}, "properties", "option.model_id=org/a", ""},
		{"script", []string{"%%script bash\n", "ls"}, "shell", "ls", ""},
		{"timed cell", []string{"%%time\n", "f()"}, "", "", "f()\n"},
		{"timed line", []string{"%time f()"}, "", "", "f()\n"},
		{"other language", []string{"%%html\n", "<p>"}, "", "", ""},
		{"assigned", []string{"x = !ls -l"}, "shell", "ls -l", "x = None\n"},
		{"interpolated", []string{"if a:\n", "  !vllm serve {m.id} $dir \"q\" {{}}\n"}, "", "", "if a:\n  get_ipython().system(f\"vllm serve {m.id} {dir} \\\"q\\\" {{{{}}}}\\n\")\n"},
		{"no field", []string{"!kubectl -o jsonpath='{.status.url}'"}, "shell", "kubectl -o jsonpath='{.status.url}'", "None\n"},
		{"environment", []string{"%env MODEL_ID=org/a"}, "", "", "import os; os.environ[\"MODEL_ID\"] = \"org/a\"\n"},
		{"help", []string{"load?\n", "?load\n", "x = 'a?'"}, "", "", "None\nNone\nx = 'a?'\n"},
		{"magic behind a form", []string{"#@title A { form }\n", "\n", "%%bash\n", "vllm serve org/a"}, "shell", "vllm serve org/a", ""},
		{"comment before code", []string{"# %%bash\n", "x = 1"}, "", "", "# %%bash\nx = 1\n"},
		{"automagic", []string{"pip install x[y]==1\n", "x = 1"}, "shell", "pip install x[y]==1\n", "None\nx = 1\n"},
		{"no automagic", []string{"pip = 1\n", "ls (1)\n", "cp.x = 2"}, "", "", "pip = 1\nls (1)\ncp.x = 2\n"},
		{"modulo", []string{"x = (a\n", "  % b)\n", "s = '''\n", "!ls\n", "'''"}, "", "", "x = (a\n  % b)\ns = '''\n!ls\n'''\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := embeds(t, file(t, tt.cell))
			if tt.embed != "" {
				found := false
				for _, e := range got[tt.language] {
					found = found || string(e.Source.Text) == tt.embed
				}
				if !found {
					t.Errorf("no %s %q in %s", tt.language, tt.embed, checktest.JSON(got))
				}
			}
			if tt.program != "" {
				if len(got["python"]) != 1 || string(got["python"][0].Source.Text) != tt.program {
					t.Errorf("program %s, want %q", checktest.JSON(got["python"]), tt.program)
				}
			} else if tt.language != "python" && len(got["python"]) != 0 {
				t.Errorf("unexpected program %q", got["python"][0].Source.Text)
			}
		})
	}
}

func TestOtherKernelsAndShapes(t *testing.T) {
	r := `{"metadata":{"kernelspec":{"language":"R"}},"cells":[{"cell_type":"code","source":"x <- 1"}]}`
	if got := embeds(t, r); len(got) != 0 {
		t.Errorf("R is handed back as %v", got)
	}
	sh := `{"cells":[{"cell_type":"code","metadata":{"vscode":{"languageId":"shellscript"}},"source":"hf download a/b"},
		{"cell_type":"code","metadata":{"vscode":{"languageId":"python"}},"source":"a = 1"}]}`
	if got := embeds(t, sh); len(got["shell"]) != 1 || len(got["python"]) != 1 {
		t.Errorf("languages of cells: %v", got)
	}
	old := `{"worksheets":[{"cells":[{"cell_type":"code","input":["a = 1"]},{"cell_type":"markdown","source":"!no"}]}]}`
	if got := embeds(t, old); len(got["python"]) != 1 || string(got["python"][0].Source.Text) != "a = 1\n" {
		t.Errorf("version 3: %v", got)
	}
}

func TestBroken(t *testing.T) {
	r := checktest.Find(t, notebook.Finder{}, "a.ipynb", "", `{"cells":[{"cell_type":"code","source":["a = 1\n"]},`)
	if k := r.Kinds(); len(k) != 1 || k[0] != gate.KindUnparsed {
		t.Errorf("kinds %v", k)
	}
	if len(r.Embeds) != 1 || string(r.Embeds[0].Source.Text) != "a = 1\n" {
		t.Errorf("what stands before the break is lost: %v", r.Embeds)
	}
}

func TestWants(t *testing.T) {
	f := notebook.Finder{}
	if !f.Wants("x/A.IPYNB", nil) || f.Wants("a.py", nil) {
		t.Error("wrong files")
	}
}

func FuzzFind(f *testing.F) {
	checktest.FuzzFind(f, notebook.Finder{}, "a.ipynb", "",
		`{"cells":[{"cell_type":"code","source":["!x {a}\n","%env A=b\n","\u00e9\ud83d\ude00"]}]}`, `{"cells":[{"source":"%%bash\nls"`)
}
