package python_test

import (
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/sources/python"
	"github.com/modelgate/gate/internal/checktest"
)

func TestWants(t *testing.T) {
	tests := []struct {
		path, head string
		want       bool
	}{
		{"a.py", "", true}, {"A.PYI", "", true}, {"bin/run", "#!/usr/bin/env python3\n", true},
		{"bin/run", "#!/bin/sh\npython", false}, {"a.txt", "", false},
	}
	for _, tt := range tests {
		if got := (python.Finder{}).Wants(tt.path, []byte(tt.head)); got != tt.want {
			t.Errorf("Wants(%q, %q) = %v", tt.path, tt.head, got)
		}
	}
}

func TestUnparsedIsSaid(t *testing.T) {
	r := find(t, "import torch\ntorch.load(p\nx = = 1\n")
	if len(checktest.Of[gate.Unparsed](r, gate.KindUnparsed)) != 1 {
		t.Errorf("kinds %v", r.Kinds())
	}
	if len(checktest.Of[gate.Load](r, gate.KindLoad)) != 1 {
		t.Errorf("the load in the broken file is lost: %v", r.Kinds())
	}
}

func TestEncodings(t *testing.T) {
	for text, want := range map[string]int{
		"# coding: utf-7\nx = 1\n":                          1,
		"#!/usr/bin/python\r# coding: unicode_escape\rx\r":  1,
		"# coding: utf-8\nx = 1\n":                          0,
		"# -*- coding: iso-8859-15 -*-\nx = 1\n":            0,
		"x = 1\ny = 2\n# the encoding: utf-7 is not read\n": 0,
	} {
		if got := len(checktest.Of[gate.Unparsed](find(t, text), gate.KindUnparsed)); got != want {
			t.Errorf("%q: %d facts, want %d", text, got, want)
		}
	}
}

// TestEncodingInDocuments has a program below a folder of documents, which may run, and a
// piece of one, which does not.
func TestEncodingInDocuments(t *testing.T) {
	for lang, want := range map[string]int{"": 1, "py": 0} {
		r := checktest.Find(t, python.Finder{}, "docs/a.py", lang, "# coding: utf-7\n")
		if got := len(checktest.Of[gate.Unparsed](r, gate.KindUnparsed)); got != want {
			t.Errorf("language %q: %d facts, want %d", lang, got, want)
		}
	}
}

// TestCarriageReturns has what stands behind a comment that only a carriage return ends.
func TestCarriageReturns(t *testing.T) {
	for _, text := range []string{
		"# x\rfrom transformers import AutoModel\rm = AutoModel.from_pretrained('org/x')\r",
		"# x\rfrom transformers import AutoModel\nm = AutoModel.from_pretrained('org/x')\r\n",
		"# x\rBACKBONE = 'hf://org/x'\r",
	} {
		r := find(t, text)
		if len(r.References) == 0 && len(r.Bindings) == 0 {
			t.Errorf("nothing found in %q", text)
		}
	}
}

// TestHostile has files that grow exponentially where they are followed without a bound.
func TestHostile(t *testing.T) {
	const head = "import torch\nfrom transformers import AutoModel\n"
	var calls, branches, chain, sum strings.Builder
	for i := range 60 {
		n := string(rune('a'+i%26)) + strings.Repeat("x", i/26)
		calls.WriteString("def f_" + n + "(v):\n  g(v)\n  g(v)\n  f_a(v)\n  f_b(v)\n  f_c(v)\n")
		branches.WriteString("if c:\n  d['k" + n + "'] = 'org/" + n + "'\n  s += 'x'\n")
	}
	chain.WriteString("x" + strings.Repeat(".f(1)", 900))
	sum.WriteString("l = ['a']\n" + strings.Repeat("l = l + l\nd = [d, d]\n", 60))
	for name, code := range map[string]string{
		"calls":    calls.String(),
		"branches": "d = {}\ns = ''\n" + branches.String() + "AutoModel.from_pretrained(s)\n",
		"chain":    chain.String(),
		"sum":      sum.String(),
		"loops":    strings.Repeat("for a, b in [(1, 2), (3, 4), (5, 6), (7, 8)]:\n", 1) + nested(40),
		"recursion": "class A(A):\n  def f(self):\n    return self.f().f()\n  @property\n  def x(self):\n    return self.x\n" +
			"A().f().x\n",
		"brackets": strings.Repeat("(", 3000),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			find(t, head+code)
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

func nested(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i+1) + "for a, b in [(1, 2), (3, 4), (5, 6), (7, 8)]:\n")
	}
	b.WriteString(strings.Repeat(" ", depth+1) + "f(a)\n")
	return b.String()
}

func TestSpentBudgetIsSaid(t *testing.T) {
	r := find(t, "import torch\ntorch.load(p)\nx = ["+strings.Repeat("'',", 210_000)+"]\n")
	found := checktest.Of[gate.Incomplete](r, gate.KindIncomplete)
	if len(found) != 1 || found[0].Budget != "entries" {
		t.Errorf("%+v", found)
	}
}

func FuzzFind(f *testing.F) {
	checktest.FuzzFind(f, python.Finder{}, "a.py", "",
		"import torch\ntorch.load(f'{x}', **k)\nfor a, b in zip(x, [1]):\n  os.system('a' % (b,))\n",
		"from transformers import *\nclass A(B):\n  x: int = 'org/a'\n  def f(self, *a, **k):\n    self.y = {**k, 'a': [1]}['a'][0]\n    return AutoModel.from_pretrained(self.y)\nA(1).f(2)",
		"import subprocess\nsubprocess.run(['vllm', f\"{a!r:>{w}}\", *b] + [x for x in y])\nwith pytest.raises(E): x = lambda q: q",
	)
}
