package pysource

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

// stated lists the calls of a source: the callee, "!" where it runs on import, "*" where
// it stands in decoded code.
func stated(t testing.TB, src string) []string {
	t.Helper()
	r := checktest.Inspect(t, Inspector{}, "modeling.py", []byte(src))
	for _, m := range checktest.Of[gate.Malformed](r, "python.malformed") {
		t.Errorf("malformed: %s", m.Reason)
	}
	var out []string
	for _, c := range checktest.Of[Call](r, "python.call") {
		s := c.Callee
		if c.Scope == onImport {
			s += "!"
		}
		if c.Decoded {
			s += "*"
		}
		if len(c.Text) == 0 || len(c.Text) > maxText {
			t.Errorf("text of %d bytes", len(c.Text))
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func zipped(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

const evil = "import os\nos.system('true')"

func TestCalls(t *testing.T) {
	b64 := base64.StdEncoding.EncodeToString([]byte(evil))
	var escaped, numbers, xored strings.Builder
	for _, c := range []byte(evil) {
		fmt.Fprintf(&escaped, `\x%02x`, c)
		fmt.Fprintf(&numbers, "%d, ", c)
		fmt.Fprintf(&xored, "%d, ", c^7)
	}
	tests := []struct{ name, src, want string }{
		// The twelve patterns.
		{"os.system", "import os\nos.system('x')", "os.system!"},
		{"subprocess", "import subprocess\nsubprocess.run([])\nsubprocess.call([])\nsubprocess.Popen([])",
			"subprocess.Popen! subprocess.call! subprocess.run!"},
		{"exec", "exec('1')", "exec!"},
		{"eval", "def f(x):\n  return eval(x)", "eval"},
		{"__import__", "__import__('os')", "__import__!"},
		{"socket", "import socket\ns = socket.socket()\ns.connect(('h', 1))", "socket.socket!"},
		{"requests", "import requests\nrequests.get(u)\nrequests.post(u)\nrequests.put(u)",
			"requests.get! requests.post! requests.put!"},
		{"urllib", "import urllib.request\nurllib.request.urlopen(u)", "urllib.request.urlopen!"},
		{"pickle", "import pickle\npickle.load(f)\npickle.loads(b)", "pickle.load! pickle.loads!"},
		{"base64", "import base64\nbase64.b64decode(x)", "base64.b64decode!"},
		{"escapes", `exec("` + escaped.String() + `")`, "exec! os.system!*"},
		{"compile", "c = compile(x, '', 'exec')", "compile!"},
		// Aliases.
		{"import as", "import os as o\no.system('x')", "os.system!"},
		{"from import as", "from os import system as s\ns('x')", "os.system!"},
		{"star", "from subprocess import *\nrun('x')", "subprocess.run!"},
		{"getattr", "import os\ngetattr(os, 'sys' + 'tem')('x')", "os.system!"},
		{"getattr of what is not known", "import os\ngetattr(os, name)('x')", "getattr!"},
		{"__import__ and attribute", "__import__('os').system('x')", "__import__! os.system!"},
		{"importlib", "import importlib\nimportlib.import_module('os').system('x')", "importlib.import_module! os.system!"},
		{"sys.modules", "import sys\nsys.modules['os'].system('x')", "os.system!"},
		{"namespace", "import os\nos.__dict__['system']('x')\nvars(os)['popen']('x')", "os.popen! os.system!"},
		{"builtins", "import builtins as b\nb.eval('1')\n__builtins__['exec']('1')\ngetattr(__builtins__, 'e' 'val')('1')",
			"eval! eval! exec!"},
		{"globals", "globals()['ev' + 'al']('1')", "eval!"},
		{"assigned", "import os\nrun = os.system\nrun('x')", "os.system! os.system!"},
		{"assigned in a tuple", "import os\na, b = 1, os.popen\nb('x')", "os.popen! os.popen!"},
		{"conditional", "import os\nf = os.system if x else None\nf('x')", "os.system! os.system!"},
		{"default argument", "import os\ndef f(x=os.system):\n  x('x')", "os.system os.system!"},
		{"handed on", "import os\nlist(map(os.system, ['x']))", "os.system!"},
		{"partial", "import os, functools\nfunctools.partial(os.system, 'x')()", "os.system!"},
		{"attrgetter", "import os, operator\noperator.attrgetter('system')(os)('x')", "os.system!"},
		{"heir", "import subprocess\nclass P(subprocess.Popen): pass\nP('x')", "subprocess.Popen!"},
		{"fullwidth letters", "ｅｖａｌ('1')", "eval!"},
		{"subclasses", "().__class__.__base__.__subclasses__()", "object.__subclasses__!"},
		{"borrowed module", "import os.path as p, random\np.os.system('x')\nrandom._os.popen('x')", "os.popen! os.system!"},
		{"namespace of builtins", "(__builtins__ if isinstance(__builtins__, dict) else __builtins__.__dict__)['eval']('1')", "eval!"},
		{"getattribute", "import os\nos.__getattribute__('system')('x')", "os.system!"},
		{"keyword", "import importlib\nimportlib.import_module(name='os').system('x')", "importlib.import_module! os.system!"},
		{"decorator that evaluates", "@exec\n@x.format\nclass A: pass", "exec!"},
		{"names of frames", "f.__globals__['os'].system('x')", "os.system!"},
		{"lambda", "import os\n(lambda: os.system('x'))()", "os.system!"},
		{"f-string", "import os\nf'{os.system(\"x\")}'", "os.system!"},
		{"shadowed later", "eval('1')\ndef eval(x): pass", "eval!"},
		{"shadowed and deleted", "def eval(x): pass\ndel eval\neval('1')", "eval!"},
		{"Python 2", "exec 'import os; os.system(1)'", "exec! os.system!*"},
		{"yaml", "import yaml\nyaml.load(f)\nyaml.load(f, Loader=yaml.SafeLoader)\nyaml.safe_load(f)", "yaml.load!"},
		{"torch.load", "import torch\ntorch.load(f)\ntorch.load(f, weights_only=True)", "torch.load!"},
		{"native", "import ctypes, torch\nctypes.CDLL('x')\nctypes.cdll.LoadLibrary('x')\ntorch.ops.load_library('x')",
			"ctypes.CDLL! ctypes.cdll.LoadLibrary! torch.ops.load_library!"},
		// Scopes.
		{"class body", "import os\nclass A:\n  os.system('x')\n  def f(self): os.popen('x')", "os.popen os.system!"},
		{"decorator, default, annotation", "import os\n@os.system('a')\ndef f(x: os.popen('x') = os.fork()): pass",
			"os.fork! os.popen! os.system!"},
		{"called on import", "import os\ndef f(): g()\ndef g(): os.system('x')\nf()", "os.system!"},
		{"constructed on import", "import os\nclass A:\n  def __init__(self): os.system('x')\na = A()", "os.system!"},
		{"method called on import", "import os\nclass A:\n  def run(self): os.system('x')\nA().run()", "os.system!"},
		{"decorated by a function of the file", "import os\ndef run(f): f()\n@run\ndef g(): os.system('x')", "os.system!"},
		{"subclass hook", "import os\nclass A:\n  def __init_subclass__(cls): os.system('x')\nclass B(A): pass", "os.system!"},
		{"at exit", "import os, atexit\n@atexit.register\ndef g(): os.system('x')", "os.system!"},
		{"program", "import os\nif __name__ == '__main__':\n  os.system('x')\nelse:\n  os.popen('x')", "os.popen! os.system"},
		{"program by its own word", "import os\n__name__ = '__main__'\nif __name__ == '__main__':\n  os.system('x')", "os.system!"},
		// Decoded code.
		{"base64 code", "import base64\nexec(base64.b64decode('" + b64 + "'))", "base64.b64decode! exec! os.system!*"},
		{"base64 code in steps", "from base64 import b64decode as d\nx = '" + b64[:8] + "'\nx += '" + b64[8:] + "'\ny = d(x).decode()\nexec(y)",
			"base64.b64decode! exec! os.system!*"},
		{"hex", "exec(bytes.fromhex('" + hex.EncodeToString([]byte(evil)) + "'))", "exec! os.system!*"},
		{"numbers", "exec(bytes([" + numbers.String() + "]).decode())", "exec! os.system!*"},
		{"chr", "exec(''.join(chr(x ^ 7) for x in [" + xored.String() + "]))", "exec! os.system!*"},
		{"map chr", "exec(''.join(map(chr, [" + numbers.String() + "])))", "exec! os.system!*"},
		{"zlib", "import zlib, base64\nexec(zlib.decompress(base64.b64decode('" + zipped(evil) + "')))",
			"base64.b64decode! exec! os.system!*"},
		{"twice", "import base64 as b\nexec(b.b64decode('" + base64.StdEncoding.EncodeToString(
			[]byte("import base64\nexec(base64.b64decode('"+b64+"'))")) + "'))",
			"base64.b64decode! base64.b64decode!* exec! exec!* os.system!*"},
		{"rot13", "import codecs\neval(codecs.decode('__vzcbeg__(\"bf\").flfgrz(\"k\")', 'rot13'))", "__import__!* eval! os.system!*"},
		{"backwards", "eval(')\"x\"(metsys.)\"so\"(__tropmi__'[::-1])", "__import__!* eval! os.system!*"},
		{"in a function", "import base64\ndef f():\n  exec(base64.b64decode('" + b64 + "'))", "base64.b64decode exec os.system*"},
		{"decoded and kept", "import base64\nx = base64.b64decode('" + b64 + "')", "base64.b64decode! os.system!*"},
		// What is none of that.
		{"comments and strings", "# os.system('x')\n\"\"\"exec('x') \\x65\"\"\"\nx = 'import os; os.system(1)'\nlog('eval(%s)', x)", ""},
		{"evaluation of models", "import torch, re\nmodel.eval()\ntorch.compile(model)\nre.compile('x')\nself.exec(x)\ndef f(eval=True):\n  if eval: pass", ""},
		{"names of one's own", "def eval(m): pass\neval(m)\nclass exec: pass\nexec()", ""},
		{"types", "import subprocess, socket, types, pickle\ntry: pass\nexcept subprocess.CalledProcessError: pass\n" +
			"isinstance(x, (socket.socket, types.FunctionType, subprocess.Popen))\ndef f(p: subprocess.Popen) -> socket.socket: pass\npickle.dumps(x)", ""},
		{"other modules", "import os\nfrom . import system\nfrom .os import system as s\nsystem('x')\ns('x')\nos.path.join('a')\nos.environ.get('b')\nos.makedirs('c')", ""},
		{"lazy imports", "import importlib\nimportlib.import_module('.' + name, __name__)\nimportlib.import_module('flash_attn')", ""},
		{"data that is no code", "import zlib\nx = bytes.fromhex('89504e470d0a1a0a')\ny = ''.join(chr(c) for c in [104, 105, 40, 41])", ""},
		{"targets", "import x\neval = None\nfor compile in (1, 2): pass", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(stated(t, tt.src), " "); got != tt.want {
				t.Errorf("states %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPatches(t *testing.T) {
	tests := []struct{ src, want string }{
		{"import collections\ncollections.OrderedDict = D", "collections.OrderedDict"},
		{"import torch\ntorch._utils._rebuild_tensor_v2 = f", "torch._utils._rebuild_tensor_v2"},
		{"import sys\nsys.modules['collections'] = m", "sys.modules[collections]"},
		{"import pickle\npickle.Unpickler.find_class = f", "pickle.Unpickler.find_class"},
		{"import torch._utils as u\nsetattr(u, '_rebuild_' + 'tensor', f)", "torch._utils._rebuild_tensor"},
		{"import collections as c\nc.__dict__['OrderedDict'] = D", "collections.OrderedDict"},
		{"import builtins\nbuiltins.getattr, x = f, 1", "builtins.getattr"},
		{"import torch\nclass M:\n  def __init__(self): torch.FloatStorage = S", "torch.FloatStorage"},
		{"import sys\nsys.modules.update(x)", "sys.modules[?]"},
		{"import torch, sys\ntorch.backends.cudnn.benchmark = True\nsys.modules[__name__] = L()\nself.load = torch.load\ntorch.nn.functional.f = g", ""},
		{"import sys\nsys.modules[f'{__name__}.x'] = y\nos.environ['A'] = 'b'\ncollections = {}\ncollections.OrderedDict = 1", ""},
	}
	for _, tt := range tests {
		r := checktest.Inspect(t, Inspector{}, "m.py", []byte(tt.src))
		var got []string
		for _, p := range checktest.Of[Patch](r, "python.patch") {
			got = append(got, p.Target)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%q: patches %q, want %q", tt.src, got, tt.want)
		}
	}
}

func TestFile(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "m.py", []byte("\nimport os\n\nos.system(\n  'x')\n"))
	if f := checktest.Of[File](r, "python.file"); len(f) != 1 || len(f[0].SHA256) != 64 {
		t.Errorf("files %+v", f)
	}
	if r.FormatName != "pysource" || r.State != gate.Unproven {
		t.Errorf("format %q, %q", r.FormatName, r.State)
	}
	for _, e := range r.Evidence {
		if c, ok := e.Data.(Call); ok && (e.At.Line != 4 || e.At.EndLine != 5 || c.Text != "os.system( 'x')") {
			t.Errorf("call at %+v: %q", e.At, c.Text)
		}
	}
}

func TestUnread(t *testing.T) {
	tests := []struct {
		name, src string
		kind      gate.Kind
	}{
		{"utf-7", "# -*- coding: utf-7 -*-\n# +AAo-exec(x)", gate.KindIncomplete},
		{"escapes", "#!/usr/bin/python\n# coding=unicode_escape\n", gate.KindIncomplete},
		{"utf-16", "\xff\xfea\x00", gate.KindIncomplete},
		{"broken", "def f(:\n  x\n", "python.malformed"},
		{"zero byte", "x = 1\x00\n", "python.malformed"},
	}
	for _, tt := range tests {
		r := checktest.Inspect(t, Inspector{}, "m.py", []byte(tt.src))
		if !slices.Contains(r.Kinds(), tt.kind) {
			t.Errorf("%s: states %v", tt.name, r.Kinds())
		}
	}
	for _, src := range []string{"# coding: latin-1\n", "# vim: set fileencoding=utf_8 :\n", "x\ny\n# coding: utf-7"} {
		if r := checktest.Inspect(t, Inspector{}, "m.py", []byte(src)); r.State != gate.Unproven {
			t.Errorf("%q is %s: %s", src, r.State, r.Reason)
		}
	}
}

func TestPickleInSource(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "m.py", []byte(`import pickle; pickle.loads(b"cos\nsystem\n(S'true'\ntR.")`))
	if len(r.Children) != 1 || !bytes.HasPrefix(r.Children[0].Data, []byte("cos\nsystem")) {
		t.Errorf("children %+v", r.Children)
	}
}

func TestWants(t *testing.T) {
	for path, want := range map[string]bool{"a/modeling.py": true, "A.PY": true, "x.pyc": false, "x.json": false} {
		if got := checktest.Wants(Inspector{}, path, []byte("x")); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
	if !checktest.Wants(Inspector{}, "run", []byte("#!/usr/bin/env python3\nx")) {
		t.Error("a script without an extension")
	}
}

// TestTime holds sources that make following names costly to linear work.
func TestTime(t *testing.T) {
	const n = 20_000
	var chain, many, rebound strings.Builder
	chain.WriteString("import os\nx0 = os.system\n")
	for i := range n {
		fmt.Fprintf(&chain, "x%d = x%d or x%d\n", i+1, i, i)
		fmt.Fprintf(&many, "def f():\n  f()\n  g.f(f)\n")
		fmt.Fprintf(&rebound, "x = x + chr(x)\n")
	}
	for name, src := range map[string]string{
		"chain": chain.String(), "functions": many.String(), "rebound": rebound.String(),
		"joined": "x = 'a'" + strings.Repeat(" + chr(97)", n), "nested": "x = " + strings.Repeat("chr(ord(", 150) + "'a'" + strings.Repeat("))", 150),
		"repeated": "x = 'a' * 1000000\n" + strings.Repeat("y = x[::-1]\n", n),
		"indexed":  "x = '" + strings.Repeat("a", 1000000) + "'\ny = [x[i] for i in (" + strings.Repeat("1,", n) + ")]",
		"fields":   "y = f'" + strings.Repeat("{1}", 300000) + "'",
		"bomb":     "x = ['a'] * 9\n" + strings.Repeat("x = x + x\n", n) + "exec(''.join(x))",
	} {
		t.Run(name, func(t *testing.T) { checktest.Inspect(t, Inspector{}, "m.py", []byte(src)) })
	}
}

// TestLibraries reads the model code of installed libraries, named by GATE_PYTHON_TREE:
// next to none of it may be suspected.
func TestLibraries(t *testing.T) {
	dir := os.Getenv("GATE_PYTHON_TREE")
	if dir == "" {
		t.Skip("no GATE_PYTHON_TREE")
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*", "modeling_*.py"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no model code", err)
	}
	alarms := 0
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := checktest.Inspect(t, Inspector{}, filepath.Base(path), src)
		for _, e := range r.Evidence {
			if c, ok := e.Data.(Call); e.Kind != "python.file" && (!ok || c.Scope == onImport) {
				alarms++
				t.Logf("%s:%d: %+v", path, e.At.Line, e.Data)
			}
		}
	}
	if alarms*200 > len(paths) {
		t.Errorf("%d alarms in %d files", alarms, len(paths))
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, Inspector{}, "m.py", []byte("import os as o\ngetattr(o, 'sys' 'tem')('x')\n"),
		[]byte("exec(''.join(chr(x ^ 7) for x in [1, 2]))\n"), []byte("def f(x=eval):\n  x(bytes.fromhex('61')[::-1] * 3)\n"),
		[]byte("import sys\nsys.modules['a'] = b\nx = '%s%c' % ('a', 98)\nif __name__ == '__main__': f()\n"))
}
