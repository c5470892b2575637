package python

import (
	"testing"

	"github.com/modelgate/gate/internal/pysyntax"
)

var skimmed = []string{
	"", "x = 1\n", "from transformers import AutoModel\nAutoModel.from_pretrained(x)\n", "import torch\ntorch.load(f)\n",
	"M = 'org/model'\n", "M = 'org/' 'model'\n", "M = ('org/'\n  'model')\n", "M = 'org\\x2fmodel'\n", "M = f'org/{x}'\n", "M = f'a{b}' 'org/model'\n",
	"def f():\n  '''docs org/model'''\n  return 1\n", "f(model_path=x)\n", "f(trust_remote_code = True)\n", "os.environ['A'] = '1'\n",
	"x = \"python -m a --b\"\n", "x = r'a/b'\n", "f(x['trust_remote_code'])\n", "async def f(): return torch.load(x)\nimport torch",
	"class A(B):\n  m = 'gpt2'\n", "x = f'{torch.load(a)}'\nimport torch\n", "import torchvision.models\n", "from x import *\nSentenceTransformer(a)\n",
	"\"a\" \"/b\"\n", "'a/b'; 'c/d'\n", "x = 'a' \\\n 'b/c'\n", "x = '''\nhf download a/b\n'''\n", "f(\n  # x\n  'a/b')\n", "(", "'", "x = 'a\n",
	"# x\rAutoModel.from_pretrained('a/b')\r", "import x\r'a/b'.c", "x = \\\r\n'a/b'\r\n", "f\"{x!r:>{y}}\"\n",
	"m = f' 0''0/0'\n", "x = f'0/00\"'\n",
}

// surveyed tells whether the survey of a text finds anything, and whether it is Python.
func surveyed(text string) (relevant, whole bool) {
	mod := pysyntax.Parse([]byte(text))
	_, relevant = look(mod, "a.py")
	return relevant, len(mod.Errors) == 0
}

func TestSkimMissesNothing(t *testing.T) {
	for _, text := range skimmed {
		if relevant, whole := surveyed(text); relevant && whole && !skim(text, "a.py") {
			t.Errorf("missed %q", text)
		}
	}
}

func TestSkimIsWorthIt(t *testing.T) {
	for _, text := range []string{
		"import torch\nfrom transformers import logging\n\"\"\"AutoModel.from_pretrained('org/model')\"\"\"\nx = torch.zeros(3)\n",
		"def from_pretrained(cls):\n  '''from_pretrained('a/b')'''\n  raise ValueError(f'see {x}, and/or \\n {y[\"a\"]}')\n",
		"# AutoModel.from_pretrained('org/model')\nx = 'it is either/or that'\n",
	} {
		if skim(text, "a.py") {
			t.Errorf("kept %q", text)
		}
	}
}

func FuzzSkim(f *testing.F) {
	for _, text := range skimmed {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if relevant, whole := surveyed(text); relevant && whole && !skim(text, "a.py") {
			t.Errorf("missed %q", text)
		}
	})
}
