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

// asked are the names by which the references of a file ask for their models.
func asked(r *checktest.Record) []string {
	var out []string
	for _, ref := range r.References {
		if ref.Resolution == gate.Dynamic {
			out = append(out, ref.Variable)
		}
	}
	return out
}

func TestConstantsOfOtherModulesAreAskedFor(t *testing.T) {
	const load = "from transformers import AutoModel, pipeline\n"
	tests := []struct {
		name, code string
		want       []string
	}{
		{"from import", load + "from constants import M\nAutoModel.from_pretrained(M)", []string{"py:constants.M"}},
		{"renamed", load + "from a.b import M as N\nAutoModel.from_pretrained(N)", []string{"py:a.b.M"}},
		{"module", load + "import constants as c\nAutoModel.from_pretrained(c.M)", []string{"py:constants.M"}},
		{"package", load + "import a.b\nAutoModel.from_pretrained(a.b.M)", []string{"py:a.b.M"}},
		{"relative", load + "from .names import M\nAutoModel.from_pretrained(M)", []string{"py:.pkg.names.M"}},
		{"relative module", load + "from . import names\nAutoModel.from_pretrained(names.M)", []string{"py:.pkg.names.M"}},
		{"relative, above", load + "from ..names import M\nAutoModel.from_pretrained(M)", []string{"py:.names.M"}},
		{"settings", load + "from .config import settings\nAutoModel.from_pretrained(settings.name)", []string{"key:settings.name py:.pkg.config.settings.name"}},
		{"class", load + "from names import A\nAutoModel.from_pretrained(A().m)", []string{"py:names.A.m"}},
		{"item", load + "from names import D\nAutoModel.from_pretrained(D['m'])", []string{"py:names.D.m"}},
		{"star", load + "from names import *\nAutoModel.from_pretrained(M)", []string{"py:names.M"}},
		{"alternatives", load + "import c\nAutoModel.from_pretrained(c.M if x else c.N)", []string{"py:c.M py:c.N"}},
		{"default of a variable", load + "import os, c\nAutoModel.from_pretrained(os.getenv('X', c.M))", []string{"env:X py:c.M"}},
		{"parameter", load + "import c\ndef f(m=c.M):\n  AutoModel.from_pretrained(m)", []string{"py:c.M"}},
		{"two calls", load + "import c\ndef _f(m):\n  AutoModel.from_pretrained(m)\n_f(c.M)\n_f(c.N)", []string{"py:c.M py:c.N"}},
		{"beside what is known", load + "import c\nAutoModel.from_pretrained('org/a' if x else c.M)", []string{"?py:c.M"}},
		{"perhaps an object", load + "import c\npipeline('x', model=c.M)", []string{"?py:c.M"}},

		{"perhaps an object of this file", load + "def f(m):\n  pipeline('x', model=m)", nil},
		{"a parameter", load + "def f(c):\n  AutoModel.from_pretrained(c.M)", []string{""}},
		{"not imported", load + "AutoModel.from_pretrained(c.M)", []string{""}},
		{"a result", load + "from c import f\nAutoModel.from_pretrained(f())", []string{""}},
		{"a class with arguments", load + "from c import A\nAutoModel.from_pretrained(A(x).m)", []string{""}},
		{"part of an id", load + "from c import M\nAutoModel.from_pretrained(f'{M}-large')", []string{""}},
		{"another registry", "import torch\nfrom c import R\ntorch.hub.load(R, 'm')", []string{""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := asked(find(t, tt.code)); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestConstantsAreBound(t *testing.T) {
	tests := []struct {
		name, path, code string
		want             []string
	}{
		{"constant", "src/a/names.py", "M = 'org/a'", []string{"py:src.a.names:M=org/a"}},
		{"annotated", "names.py", "M: str = 'org/a'", []string{"py:names:M=org/a"}},
		{"legacy name", "names.py", "M = 'gpt2'", []string{"py:names:M=gpt2"}},
		{"weights", "names.py", "M = './w/best.pt'", []string{"py:names:M=./w/best.pt"}},
		{"package", "a/__init__.py", "M = 'org/a'", []string{"py:a:M=org/a"}},
		{"branches", "names.py", "if x:\n  M = 'org/a'\nelse:\n  M = 'org/b'\nN = 'org/n'", []string{"py:names:M=org/a", "py:names:M=org/b", "py:names:N=org/n"}},
		{"dict", "names.py", "D = {\n  'a': 'org/a',\n  'deep': {'b': 'org/b'},\n  'c': 1,\n}", []string{"py:names:D.a=org/a"}},
		{"class", "names.py", "class S(BaseSettings):\n  m: str = 'org/a'\n  n: str = Field(default='org/b')\ns = S()\n",
			[]string{"py:names:S.m=org/a", "py:names:s.m=org/a", "py:names:S.n=org/b", "py:names:s.n=org/b"}},
		{"inherited and hidden", "names.py", "class A:\n  m = 'org/a'\n  n = 'org/n'\nclass B(A):\n  m = 'org/b'\n",
			[]string{"py:names:A.m=org/a", "py:names:A.n=org/n", "py:names:B.n=org/n", "py:names:B.m=org/b"}},
		{"instance", "names.py", "class A:\n  m: str = 'org/a'\na = A(m='org/b')\n", []string{"py:names:A.m=org/a", "py:names:a.m=org/b"}},
		{"enumeration", "names.py", "class K(str, Enum):\n  A = 'org/a'\n", []string{"py:names:K.A=org/a", "py:names:K.A.value=org/a"}},

		{"after an apostrophe", "names.py", "class K:\n  # don't\n  A = \"org/a\"\n", []string{"py:names:K.A=org/a"}},
		{"default of a variable", "names.py", "M = os.getenv('X', 'org/a')", []string{"py:names:M=org/a"}},

		{"no model", "names.py", "M = 'hello'\nN = 'a/b/c/d'\nO = 'text/plain.txt'", nil},
		{"local name", "names.py", "def f():\n  M = 'org/a'", nil},
		{"joined path", "names.py", "BASE = 'runs'\nMODEL_PATH = BASE + '/last'", nil},
		{"broken", "names.py", "M = 'org/a'\n)(", nil},
		{"not importable", "names.txt", "M = 'org/a'", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := checktest.Find(t, python.Finder{}, tt.path, "", tt.code)
			var got []string
			for _, b := range r.Bindings {
				got = append(got, b.Name+"="+b.Value)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if len(r.Evidence) > 0 {
				t.Errorf("evidence %+v", r.Evidence)
			}
		})
	}
}

func TestExportsAreBound(t *testing.T) {
	const code = "from .names import A, B as C  # why\nfrom ..up import (\n    D,  # one\n    E as F,\n)\nfrom .all import *\nfrom . import sub\nfrom other import G\nif x:\n    from .names import H\n"
	bound := func(path string) []string {
		var got []string
		for _, b := range checktest.Find(t, python.Finder{}, path, "", code).Bindings {
			got = append(got, b.Name+"="+b.Value)
		}
		return got
	}
	want := []string{"export:a.b:A=a.b.names:A", "export:a.b:C=a.b.names:B", "export:a.b:D=a.up:D", "export:a.b:F=a.up:E",
		"export:a.b:*=a.b.all:*", "export:a.b:sub=a.b:sub"}
	if got := bound("a/b/__init__.py"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := bound("a/b/c.py"); len(got) > 0 {
		t.Errorf("of a module: %q", got)
	}
}

func TestTooManyConstantsAreStated(t *testing.T) {
	var code strings.Builder
	code.WriteString("class A:\n  x = 1\n")
	for i := range 100 {
		fmt.Fprintf(&code, "  m%d = 'org/m%d'\n", i, i)
	}
	for i := range 100 {
		fmt.Fprintf(&code, "a%d = A()\n", i)
	}
	r := checktest.Find(t, python.Finder{}, "names.py", "", code.String())
	if len(r.Bindings) > 5000 || len(r.Evidence) != 1 || r.Evidence[0].Kind != gate.KindIncomplete {
		t.Errorf("%d bindings, evidence %+v", len(r.Bindings), r.Evidence)
	}
}
