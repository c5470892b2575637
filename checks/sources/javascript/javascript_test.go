package javascript

import (
	"fmt"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

const head = "import { pipeline, AutoModel } from '@huggingface/transformers';\n"

func brief(refs []gate.Reference) string {
	var lines []string
	for _, r := range refs {
		id := r.Model.String()
		if r.Resolution == gate.Dynamic {
			id = "?"
		}
		lines = append(lines, fmt.Sprintf("%d %s [%s] %s", r.At.Line, id, r.Loader, r.Resolution))
	}
	return strings.Join(lines, "\n")
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"literal", head + "await pipeline('task', 'org/name', { revision: 'v1' });", "2 org/name@v1 [pipeline] literal"},
		{"constant", head + "const id = \"org/name\";\nconst m = await AutoModel.from_pretrained(id, {});", "2 org/name [AutoModel.from_pretrained] resolved"},
		{"static field", head + "class P {\n static model_id = 'org/name';\n static f() { return AutoModel.from_pretrained(this.model_id); } }",
			"3 org/name [AutoModel.from_pretrained] resolved"},
		{"ternary", head + "x = AutoModel.from_pretrained(gpu ? 'a/b' : 'c/d');", "2 a/b [AutoModel.from_pretrained] alternative\n2 c/d [AutoModel.from_pretrained] alternative"},
		{"implicit", "const { pipeline } = require('@xenova/transformers');\npipeline('feature-extraction');", "2 Xenova/all-MiniLM-L6-v2 [pipeline (default of the task)] resolved"},
		{"dynamic", head + "const x = await AutoModel.from_pretrained(e.data.id);", "2 ? [AutoModel.from_pretrained] dynamic"},
		{"worker", "const w = new Worker(new URL('./worker.js', x));\nconst MODELS = { 'org/name': 'a/b text' };\nconst s = 'x/y';", "2 org/name [transformers.js] resolved"},
		{"input", "<input id=\"model-id\" type=\"text\" value=\"org/name\">", "1 org/name [input] alternative"},
		{"web-llm", "import { CreateMLCEngine } from '@mlc-ai/web-llm';\nCreateMLCEngine('Llama-3-8B-MLC');", "2 web-llm/Llama-3-8B-MLC [CreateMLCEngine] literal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := checktest.Find(t, Finder{}, "a.js", "", c.text)
			if got := brief(r.References); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestSilent(t *testing.T) {
	for _, text := range []string{
		"pipeline('task', 'org/name')",
		head + "// pipeline('task', 'org/name')",
		head + "import x from 'org/name'; const u = new URL('a/b', c);",
		head + "<div className=\"bg-red-900/20\"><img src=\"a/b\"/></div>",
		head + "const t = { type: 'audio/wav' };",
		head + "class A { static async from_pretrained(model_id) { return 1 } }",
		"const w = new Worker('w.js'); const mime = 'foo/bar';",
		"import { HfInference } from '@huggingface/inference';\nhf.x({ model: 'org/name' });",
	} {
		if r := checktest.Find(t, Finder{}, "a.jsx", "", text); len(r.References) > 0 {
			t.Errorf("%q: %s", text, brief(r.References))
		}
	}
}

func TestWants(t *testing.T) {
	for path, want := range map[string]bool{"a.tsx": true, "b.svelte": true, "c.min.js": false, "d.py": false} {
		if (Finder{}).Wants(path, nil) != want {
			t.Errorf("%s", path)
		}
	}
}

func FuzzFind(f *testing.F) {
	checktest.FuzzFind(f, Finder{}, "a.js", "", head+"pipeline('a', x ?? 'b/c')", head+"from_pretrained(", "new Worker(\nconst MODEL={'a/b':1}", "<input value=\"a/b\" id=model>")
}
