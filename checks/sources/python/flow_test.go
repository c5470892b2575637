package python_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/sources/python"
	"github.com/modelgate/gate/internal/checktest"
)

func find(t *testing.T, code string) *checktest.Record {
	t.Helper()
	return checktest.Find(t, python.Finder{}, "pkg/app.py", "", code)
}

// told is a reference in short: "id:line resolution", and its revision after "@".
func told(r *checktest.Record) []string {
	var out []string
	for _, ref := range r.References {
		id := ref.Model.String()
		if ref.Resolution == gate.Dynamic {
			id = "?" + ref.Variable
		}
		out = append(out, fmt.Sprintf("%s:%d %s", id, ref.At.Line, ref.Resolution))
	}
	return out
}

func TestFlow(t *testing.T) {
	const load = "from transformers import AutoModel\n"
	tests := []struct {
		name, code string
		want       []string
	}{
		{"literal", load + `AutoModel.from_pretrained("org/a")`, []string{"org/a:2 literal"}},
		{"keyword", load + `AutoModel.from_pretrained(pretrained_model_name_or_path="org/a")`, []string{"org/a:2 literal"}},
		{"adjacent strings", load + "AutoModel.from_pretrained(\"org/\"\n \"a\")", []string{"org/a:2 literal"}},
		{"legacy name", load + `AutoModel.from_pretrained("gpt2")`, []string{"gpt2:2 literal"}},
		{"bare name", load + `AutoModel.from_pretrained("my-model")`, nil},
		{"local folder", load + `AutoModel.from_pretrained("./out/model")`, nil},
		{"module alias", "import transformers as hf\nhf.AutoModel.from_pretrained('org/a')", []string{"org/a:2 literal"}},
		{"name alias", "from transformers import AutoModel as M\nM.from_pretrained('org/a')", []string{"org/a:2 literal"}},
		{"star import", "from transformers import *\nx = pipeline('fill-mask', 'org/a')", []string{"org/a:2 literal"}},
		{"constant", load + "ID = 'org/a'\ndef f():\n  return AutoModel.from_pretrained(ID)", []string{"org/a:2 resolved"}},
		{"constant further down", load + "def f():\n  return AutoModel.from_pretrained(ID)\nID = 'org/a'", []string{"org/a:4 resolved"}},
		{"last assignment", load + "x = 'org/a'\nx = 'org/b'\nAutoModel.from_pretrained(x)\nx = 'org/c'", []string{"org/b:3 resolved"}},
		{"branches", load + "if a:\n  x = 'org/a'\nelif b:\n  x = 'org/b'\nelse:\n  raise E\nAutoModel.from_pretrained(x)", []string{"org/a:3 alternative", "org/b:5 alternative"}},
		{"conditional expression", load + "AutoModel.from_pretrained('org/a' if x else 'org/b')", []string{"org/a:2 alternative", "org/b:2 alternative"}},
		{"try", load + "try:\n  x = f()\nexcept E:\n  x = 'org/a'\nAutoModel.from_pretrained(x)", []string{"org/a:5 resolved"}},
		{"or", load + "def f(x=None):\n  AutoModel.from_pretrained(x or 'org/a')", []string{"org/a:3 literal"}},
		{"default parameter", load + "def f(x='org/a'):\n  AutoModel.from_pretrained(x)", []string{"org/a:2 resolved"}},
		{"parameter", load + "def f(x):\n  AutoModel.from_pretrained(x)", []string{"?:3 dynamic"}},
		{"self", load + "class A:\n  def __init__(self):\n    self.x = 'org/a'\n  def f(self):\n    AutoModel.from_pretrained(self.x)", []string{"org/a:4 resolved"}},
		{"self, set further down", load + "class A:\n  def f(self):\n    AutoModel.from_pretrained(self.x)\n  def setup(self):\n    self.x = 'org/a'", []string{"org/a:6 resolved"}},
		{"class attribute", load + "class A:\n  x = 'org/a'\n  def f(self):\n    AutoModel.from_pretrained(self.x)", []string{"org/a:3 resolved"}},
		{"inherited attribute", load + "class B:\n  x = 'org/a'\nclass A(B):\n  def f(self):\n    AutoModel.from_pretrained(self.x)", []string{"org/a:3 resolved"}},
		{"instance", load + "class A:\n  def __init__(self, x):\n    self.x = x\n  def f(self):\n    AutoModel.from_pretrained(self.x)\nA('org/a').f()", []string{"org/a:7 resolved"}},
		{"data class", load + "@dataclass\nclass C:\n  x: str = field(default='org/a')\n  y: int = 1\ndef f(c):\n  AutoModel.from_pretrained(c.x)", []string{"org/a:4 resolved"}},
		{"data class, given", load + "@dataclass\nclass C:\n  x: str\nAutoModel.from_pretrained(C(x='org/a').x)\nAutoModel.from_pretrained(C('org/b').x)", []string{"org/a:5 literal", "org/b:6 literal"}},
		{"argparse", load + "import argparse\np = argparse.ArgumentParser()\np.add_argument('-m', '--the-model', default='org/a')\nargs = p.parse_args()\ndef f(m):\n  AutoModel.from_pretrained(m)\nf(args.the_model)", []string{"org/a:4 resolved", "?:7 dynamic"}},
		{"argparse as dict", load + "p.add_argument('--m', default='org/a')\na = p.parse_args().__dict__\nAutoModel.from_pretrained(a.pop('m'))", []string{"org/a:2 resolved"}},
		{"click", load + "@click.option('--m', default='org/a')\ndef f(m):\n  AutoModel.from_pretrained(m)", []string{"org/a:2 resolved"}},
		{"typer", load + "def f(m: str = typer.Option('org/a')):\n  AutoModel.from_pretrained(m)", []string{"org/a:2 resolved"}},
		{"environment", load + "import os\nAutoModel.from_pretrained(os.getenv('M', 'org/a'))", []string{"org/a:3 literal"}},
		{"environment without default", load + "import os\nAutoModel.from_pretrained(os.environ['M'])", []string{"?env:M:3 dynamic"}},
		{"environment that is set", load + "import os\nos.environ['M'] = 'org/a'\nAutoModel.from_pretrained(os.getenv('M'))", []string{"org/a:3 resolved"}},
		{"configuration key", load + "AutoModel.from_pretrained(cfg['model']['name'])\nAutoModel.from_pretrained(self.config.model.name)", []string{"?key:model.name:2 dynamic", "?key:model.name:3 dynamic"}},
		{"dict", load + "T = {'a': 'org/a', 'b': {'id': 'org/b'}}\nAutoModel.from_pretrained(T['a'])\nAutoModel.from_pretrained(T['b']['id'])", []string{"org/a:2 resolved", "org/b:2 resolved"}},
		{"dict, unknown key", load + "T = {'a': 'org/a',\n 'b': 'org/b'}\nAutoModel.from_pretrained(T[k])", []string{"org/a:2 alternative", "org/b:3 alternative"}},
		{"dict.get", load + "T = {'a': 'org/a'}\nAutoModel.from_pretrained(T.get(k, 'org/b'))", []string{"org/a:2 alternative", "org/b:3 alternative"}},
		{"loop", load + "for m in ['org/a', 'org/b']:\n  AutoModel.from_pretrained(m)", []string{"org/a:2 alternative", "org/b:2 alternative"}},
		{"loop over pairs", load + "for m, r in [('org/a', 'v1'), ('org/b', 'v2')]:\n  AutoModel.from_pretrained(m, revision=r)", []string{"org/a@v1:2 resolved", "org/b@v2:2 resolved"}},
		{"comprehension", load + "x = {n: AutoModel.from_pretrained(n) for n in ('org/a',)}", []string{"org/a:2 resolved"}},
		{"enumeration", load + "class E(str, Enum):\n  A = 'org/a'\n  B = 'org/b'\nAutoModel.from_pretrained(E.B.value)", []string{"org/b:4 resolved"}},
		{"enumeration parameter", load + "class E(Enum):\n  A = 'org/a'\n  B = 'org/b'\ndef f(e: E):\n  AutoModel.from_pretrained(e.value)", []string{"org/a:3 alternative", "org/b:4 alternative"}},
		{"f-string", load + "o = 'org'\nAutoModel.from_pretrained(f'{o}/a')", []string{"org/a:3 resolved"}},
		{"f-string, unknown", load + "def f(o):\n  AutoModel.from_pretrained(f'{o}/a')", []string{"?:3 dynamic"}},
		{"format", load + "AutoModel.from_pretrained('org/{}'.format('a'))\nAutoModel.from_pretrained('org/%s' % 'b')", []string{"org/a:2 resolved", "org/b:3 resolved"}},
		{"wrapper", load + "def dl(*a, **k):\n  return AutoModel.from_pretrained(*a, **k)\ndl('org/a', revision='v1')", []string{"?:3 dynamic", "org/a@v1:4 resolved"}},
		{"private wrapper", load + "def _dl(x):\n  return AutoModel.from_pretrained(x)\n_dl('org/a')", []string{"org/a:4 resolved"}},
		{"returned", load + "def pick():\n  return 'org/a'\nAutoModel.from_pretrained(pick())", []string{"org/a:3 resolved"}},
		{"partial", load + "from functools import partial\nf = partial(AutoModel.from_pretrained, revision='v1')\nf('org/a')", []string{"org/a@v1:4 literal"}},
		{"splat", load + "kw = {'revision': 'v1'}\nAutoModel.from_pretrained('org/a', **kw)", []string{"org/a@v1:3 literal"}},
		{"dict(...)", load + "kw = dict(revision='v1')\nkw['subfolder'] = 's'\nAutoModel.from_pretrained('org/a', **kw)", []string{"org/a@v1:4 literal"}},
		{"walrus", load + "if (m := 'org/a'):\n  AutoModel.from_pretrained(m)", []string{"org/a:2 resolved"}},
		{"lambda", load + "f = lambda m='org/a': AutoModel.from_pretrained(m)", []string{"org/a:2 resolved"}},
		{"match", load + "match x:\n  case 1:\n    m = 'org/a'\n  case _:\n    m = 'org/b'\nAutoModel.from_pretrained(m)", []string{"org/a:4 alternative", "org/b:6 alternative"}},
		{"global", load + "def init():\n  global M\n  M = 'org/a'\ndef f():\n  AutoModel.from_pretrained(M)\ninit()", []string{"org/a:4 resolved"}},
		{"comment and docstring", load + "\"\"\"AutoModel.from_pretrained('org/a')\"\"\"\n# AutoModel.from_pretrained('org/a')", nil},
		{"shadowed", "def pipeline(*a): pass\npipeline('x', 'org/a')", nil},
		{"own from_pretrained", "import transformers\nclass M:\n  @classmethod\n  def from_pretrained(cls, x): return cls()\nM.from_pretrained('org/a')", nil},
		{"inherited from_pretrained", "from transformers import PreTrainedModel\nclass M(PreTrainedModel): pass\nM.from_pretrained('org/a')", []string{"org/a:3 literal"}},
		{"called object", "from transformers import pipeline\np = pipeline('fill-mask', model='org/a')\np('org/b', 'org/c')", []string{"org/a:2 literal"}},
		{"object as model", "from transformers import pipeline\ndef f(m):\n  pipeline('fill-mask', model=m)", nil},
		{"expected failure", load + "with pytest.raises(E):\n  AutoModel.from_pretrained('org/a', trust_remote_code=True)", nil},
		{"broken file", load + "x = (\nAutoModel.from_pretrained('org/a')\ndef f(:\n", []string{"org/a:3 literal"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := told(find(t, tt.code)); !slices.Equal(got, tt.want) {
				t.Errorf("\n got %q\nwant %q\nin\n%s", got, tt.want, tt.code)
			}
		})
	}
}

func TestReferenceIsJoinedAtTheSink(t *testing.T) {
	r := find(t, `from transformers import AutoModel, AutoTokenizer
REV = "0123456789abcdef0123456789abcdef01234567"
ID = "org/a"
AutoModel.from_pretrained(ID, revision=REV, trust_remote_code=True)
AutoTokenizer.from_pretrained(ID, revision=REV)
`)
	if len(r.References) != 1 {
		t.Fatalf("%d references", len(r.References))
	}
	ref := r.References[0]
	if ref.At.Line != 3 || len(ref.LoadedAt) != 2 || ref.LoadedAt[0].Line != 4 || ref.LoadedAt[1].Line != 5 {
		t.Errorf("at %v, loaded at %v", ref.At, ref.LoadedAt)
	}
	if !ref.Immutable || ref.Args["trust_remote_code"] != "true" || ref.Loader != "transformers.AutoModel.from_pretrained" {
		t.Errorf("%+v", ref)
	}
}

func TestUnknownRevisionPinsNothing(t *testing.T) {
	r := find(t, "from transformers import AutoModel\ndef f(rev, **kw):\n  AutoModel.from_pretrained('org/a', revision=rev)\n  AutoModel.from_pretrained('org/b', revision=kw.get('revision', 'main'))\n"+
		"  SHA = '0123456789abcdef0123456789abcdef01234567'\n  AutoModel.from_pretrained('org/c', revision=SHA if rev else None)\n"+
		"  a = {}\n  if rev:\n    a['revision'] = SHA\n  AutoModel.from_pretrained('org/d', **a)\n"+
		"  b = {'revision': SHA} if rev else {}\n  AutoModel.from_pretrained('org/e', **b)\n")
	for _, ref := range r.References {
		if ref.Immutable || ref.Args["revision"] != "?" || ref.Model.Revision != "" {
			t.Errorf("%+v", ref)
		}
	}
	if len(r.References) != 5 {
		t.Errorf("%d references", len(r.References))
	}
}

func TestChecksumOfDownload(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	code := `import hashlib, urllib.request
MODELS = {"tiny": "https://example.org/%s/tiny.pt"}
def _download(url):
    want = url.split("/")[-2]
    data = urllib.request.urlopen(url).read()
    if hashlib.sha256(data).hexdigest() %s want:
        raise RuntimeError
_download(MODELS["tiny"])
`
	r := find(t, fmt.Sprintf(code, sum, "!="))
	if len(r.References) != 1 || !r.References[0].Immutable || r.References[0].Args["sha256"] != sum {
		t.Errorf("%s", checktest.JSON(r.References))
	}
	r = find(t, strings.Replace(fmt.Sprintf(code, sum, "!="), "hexdigest", "digest", 1))
	if len(r.References) != 1 || r.References[0].Immutable {
		t.Errorf("nothing is compared: %s", checktest.JSON(r.References))
	}
}

func TestRelativeImport(t *testing.T) {
	code := "from . import load_model\nload_model('turbo')\n"
	r := checktest.Find(t, python.Finder{}, "whisper/transcribe.py", "", code)
	if got := told(r); !slices.Equal(got, []string{"whisper/turbo:2 literal"}) {
		t.Errorf("got %q", got)
	}
}

func TestBindings(t *testing.T) {
	r := find(t, "import os\nos.environ['MODEL_ID'] = 'org/a'\nos.environ.setdefault('B', 'c')\n")
	var got []string
	for _, b := range r.Bindings {
		got = append(got, fmt.Sprintf("%s=%s:%d", b.Name, b.Value, b.At.Line))
	}
	if !slices.Equal(got, []string{"env:MODEL_ID=org/a:2", "env:B=c:3"}) {
		t.Errorf("got %q", got)
	}
}
