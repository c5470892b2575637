package python_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate/checks/sources/python"
	"github.com/modelgate/gate/internal/checktest"
)

// filler makes a body too large to be followed for its size alone.
var filler = strings.Repeat("    v = [a.b(c) + 1, {'k': d}]\n", 20)

// TestNeededFunctionsAreRun has values that pass through functions in which nothing tells
// that they matter.
func TestNeededFunctionsAreRun(t *testing.T) {
	const load = "from transformers import AutoModel, pipeline as pipe\n"
	for _, c := range []struct {
		name, code string
		want       []string
	}{
		{"an attribute set from a parameter", load + "class A:\n  def a(self, x):\n" + filler + "    self.x = x\n  def b(self):\n    AutoModel.from_pretrained(self.x)\ndef main():\n  A().a(ID)\nID = 'org/a'\n",
			[]string{"org/a:29 resolved"}},
		{"a global", load + "def a():\n  global x\n" + filler + "    x = ID\ndef b():\n  AutoModel.from_pretrained(x)\nID = 'org/a'\n", []string{"org/a:27 resolved"}},
		{"an imported name under another", load + "def a(x):\n" + filler + "    pipe(model=x)\ndef main():\n" + filler + "    a(ID)\nID = 'org/a'\n", []string{"org/a:46 resolved"}},
		{"a name for a method", load + "get = AutoModel.from_pretrained\ndef a(x):\n" + filler + "    get(x)\ndef main():\n" + filler + "    a(ID)\nID = 'org/a'\n", []string{"?:24 dynamic", "org/a:47 resolved"}},
		{"a table of functions", load + "table = {'a': pipe}\ndef a(x):\n" + filler + "    table['a'](model=x)\ndef main():\n" + filler + "    a(ID)\nID = 'org/a'\n", []string{"org/a:47 resolved"}},
		{"a method for a class", load + "class A:\n  def __init__(self, x):\n" + filler + "    AutoModel.from_pretrained(x)\nclass B(A): pass\ndef main():\n" + filler + "    B(ID)\nID = 'org/a'\n", []string{"?:24 dynamic", "org/a:48 resolved"}},
		{"a function in a function", load + "def a():\n  def b(x):\n" + filler + "    AutoModel.from_pretrained(x)\n  b(ID)\nID = 'org/a'\n", []string{"org/a:26 resolved"}},
		{"a property", load + "class A:\n  @property\n  def x(self):\n    return ID\n  def b(self):\n    AutoModel.from_pretrained(self.x)\nID = 'org/a'\n", []string{"org/a:8 resolved"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := told(find(t, c.code)); !slices.Equal(got, c.want) {
				t.Errorf("found %v, want %v", got, c.want)
			}
		})
	}
}

func TestCommandFromAnotherFunction(t *testing.T) {
	r := find(t, "import subprocess\nclass A:\n  def a(self):\n    self.cmd = ['vllm', 'serve', 'org/a']\n  def b(self):\n    subprocess.run(self.cmd)\n")
	if len(r.Embeds) != 1 {
		t.Errorf("handed on %d commands, want 1", len(r.Embeds))
	}
}

// TestBareNamesOfLibraries holds that a word of everyday Python is not taken for the
// function of a library that has the same name.
func TestBareNamesOfLibraries(t *testing.T) {
	r := find(t, "import torch\nx = list(range(3))\npipeline(x)\n")
	if len(r.References) > 0 || len(r.Evidence) > 0 {
		t.Errorf("found %v %v", r.References, r.Evidence)
	}
}

// TestTimeIsBounded holds files of a quarter of a megabyte that take quadratic time or memory
// where branches are merged, or dicts copied, one by one.
func TestTimeIsBounded(t *testing.T) {
	const head = "from transformers import pipeline\npipeline(model='org/a')\n"
	many := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < 250_000; i++ {
			b.WriteString(strings.NewReplacer("%i", strconv.Itoa(i), "%j", strconv.Itoa(i+1)).Replace(format))
		}
		return b.String()
	}
	for name, code := range map[string]string{
		"branches":       head + "if a:\n pass\n" + many("elif a%i:\n v%i = 'org/m%i'\n"),
		"copies":         head + "d0 = {}\n" + many("d%j = dict(d%i, k%i='o/m%i')\n"),
		"items":          head + "d = {}\n" + many("if a%i: d['k%i'] = 'org/m%i'\n"),
		"dicts":          head + many("if a%i: d = {'k%i': ['org/m%i']}\n"),
		"chain of calls": head + many("def f%i(x):\n return f%j(x)\n"),
		"attributes":     head + "class A:\n" + many(" def m%i(self):\n  self.a%i = self.a%j\n"),
		"classes":        head + many("class C%j(C%i):\n  x = pipeline\n"),
		"further names":  head + "x = " + strings.Repeat("a.b = ", 10_000) + "pipeline\n" + many("def f%i():\n a.c()\n"),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			checktest.Find(t, python.Finder{}, "pkg/app.py", "", code)
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}
