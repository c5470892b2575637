package pickle

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"testing"

	cursor "github.com/modelgate/gate/internal/binary"
)

// su is SHORT_BINUNICODE.
func su(s string) string { return "\x8c" + string(rune8(len(s))) + s }

// sb is SHORT_BINBYTES.
func sb(s string) string { return "C" + string(rune8(len(s))) + s }

func rune8(n int) []byte { return []byte{byte(n)} }

// sg is STACK_GLOBAL of two strings.
func sg(module, name string) string { return su(module) + su(name) + "\x93" }

// gl is GLOBAL.
func gl(module, name string) string { return "c" + module + "\n" + name + "\n" }

// facts says what a stream does in short: import!class, call!class and so on.
func facts(r *Result) []string {
	var out []string
	for _, i := range r.Imports {
		if i.Class != Safe {
			out = append(out, fmt.Sprintf("import %s.%s %s", i.Module, i.Name, i.Class))
		}
	}
	for _, c := range r.Calls {
		if c.Class != Safe {
			out = append(out, fmt.Sprintf("call %s %s", c.Text, c.Class))
		}
	}
	for _, b := range r.Builds {
		out = append(out, fmt.Sprintf("build %s %s", b.Target, b.Class))
	}
	for _, a := range r.Arguments {
		out = append(out, "argument of "+a.Callee)
	}
	for _, e := range r.Extensions {
		out = append(out, fmt.Sprintf("extension %d", e.Code))
	}
	for _, f := range r.Frames {
		out = append(out, "frame "+f.Problem)
	}
	for _, u := range r.Unusual {
		out = append(out, "form "+u.Form)
	}
	for _, p := range r.Persistent {
		if p.Class != "storage" || p.Problem != "" {
			out = append(out, "persistent "+p.Class+p.Problem)
		}
	}
	for _, n := range r.Nested {
		out = append(out, "nested "+n.Encoding+" "+n.Content+" "+string(n.Class))
	}
	if r.Malformed != "" {
		out = append(out, "malformed")
	}
	for _, i := range r.Incomplete {
		out = append(out, "incomplete "+i.Budget)
	}
	return out
}

const (
	storage = "(" + "X\x07\x00\x00\x00storage" + "ctorch\nFloatStorage\n" + "X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQ"
	hooks   = "ccollections\nOrderedDict\n)R"
)

// rebuild is a tensor of 2 by 3 over that storage.
func rebuild(offset, size, stride, hooks string) string {
	return gl("torch._utils", "_rebuild_tensor_v2") + "(" + storage + offset + size + stride + "\x89" + hooks + "tR"
}

var cases = []struct {
	name, stream string
	want         []string // facts besides the safe ones
	proven       bool
}{
	{"list", "\x80\x04]\x94(K\x01K\x02e.", nil, true},
	{"call", "\x80\x04" + sg("os", "system") + su("true") + "\x85R.",
		[]string{"import os.system dangerous", "call os.system('true') dangerous"}, false},
	{"protocol 0", gl("posix", "system") + "(S'true'\ntR.",
		[]string{"import posix.system dangerous", "call posix.system('true') dangerous"}, false},
	{"import only", gl("os", "system") + ".", []string{"import os.system dangerous"}, false},
	{"Python 2 name", "\x80\x02" + gl("commands", "getoutput") + "U\x04true\x85R.",
		[]string{"import subprocess.getoutput dangerous", "call subprocess.getoutput('true') dangerous"}, false},
	{"Python 2 name of a safe one", "\x80\x02" + gl("__builtin__", "set") + "]q\x00\x85q\x01R.", nil, true},
	{"unlisted call", "\x80\x04" + sg("evil", "f") + ")R.", []string{"import evil.f unknown", "call evil.f() unknown"}, false},
	{"unlisted class made", "\x80\x04" + sg("my", "Model") + ")\x81}" + su("a") + "K\x01sb.",
		[]string{"import my.Model unknown", "call my.Model() constructed"}, false},
	{"unlisted class made below protocol 2", gl("copy_reg", "_reconstructor") + "(" + gl("my", "Model") + gl("__builtin__", "object") + "NtR.",
		[]string{"import my.Model unknown", "call copyreg._reconstructor(my.Model, builtins.object, None) constructed"}, false},
	{"base that is no base", gl("copy_reg", "_reconstructor") + "(" + gl("my", "Model") + gl("evil", "Base") + "I1\ntR.",
		[]string{"import my.Model unknown", "import evil.Base unknown", "call copyreg._reconstructor(my.Model, evil.Base, 1) unknown"}, false},
	{"dotted", "\x80\x04" + sg("collections", "abc.sys.modules") + ".", []string{"import collections.abc.sys.modules dangerous"}, false},
	{"computed name", "\x80\x04" + sg("collections", "OrderedDict") + ")R" + su("system") + "\x93.",
		[]string{"import collections.OrderedDict().'system' dangerous"}, false},
	{"call of a result", "\x80\x04" + sg("collections", "OrderedDict") + ")R)R.",
		[]string{"call collections.OrderedDict()() computed"}, false},
	{"INST", "(S'true'\nios\nsystem\n.", []string{"import os.system dangerous", "call os.system('true') dangerous"}, false},
	{"OBJ", "(" + gl("os", "system") + "S'true'\no.", []string{"import os.system dangerous", "call os.system('true') dangerous"}, false},
	{"NEWOBJ_EX", "\x80\x04" + sg("subprocess", "Popen") + su("true") + "\x85}\x92.",
		[]string{"import subprocess.Popen dangerous", "call subprocess.Popen('true', **{}) dangerous"}, false},
	{"name cut by the end", "c" + "os\nsystemX",
		[]string{"import os.system dangerous", "malformed"}, false},
	{"INST cut by the end", "(S'true'\nios\nsystemX",
		[]string{"import os.system dangerous", "call os.system('true') dangerous", "malformed"}, false},
	{"INST without a mark", "ios\nsystem\n.", []string{"import os.system dangerous", "malformed"}, false},
	{"index up to a NUL", "Np0\x00x\ng0\x00y\n0" + gl("os", "system") + ".", []string{"import os.system dangerous"}, false},
	{"number up to a NUL", "I\x00x\n0" + gl("os", "system") + ".", []string{"import os.system dangerous", "form number-text"}, false},
	{"BUILD on a list", "\x80\x04]]b0" + sg("os", "system") + ".",
		[]string{"import os.system dangerous", "build [] mistyped"}, false},
	{"frame that cuts a name", "\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00csafeos\nsystem\nU\x04true\x85R.",
		[]string{"import safeos.system unknown", "import os.system dangerous", "call safeos.system('true') unknown",
			"call os.system('true') dangerous", "frame crossing"}, false},
	{"frame without end in another", "\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x95\x00\x00\x00\x00\x00\x00\x00\x40Ix", []string{"frame too-long", "malformed"}, false},
	{"result popped", "\x80\x04" + sg("os", "system") + su("true") + "\x85R0N.",
		[]string{"import os.system dangerous", "call os.system('true') dangerous"}, false},
	{"memo is overwritten", "\x80\x02U\x01aq\x00U\x01bq\x00h\x00.", []string{"form memo-overwritten"}, false},
	{"memo after POP", "\x80\x02" + gl("os", "system") + "q\x00" + "0h\x00U\x04true\x85R.",
		[]string{"import os.system dangerous", "call os.system('true') dangerous"}, false},
	{"MEMOIZE counts slots", "\x80\x04" + su("os") + "q\x07" + su("system") + "\x940" + "0h\x07h\x01\x93.",
		[]string{"import os.system dangerous"}, false},
	{"marks hide the stack", "\x80\x04" + su("os") + su("system") + "(K\x011\x93.", []string{"import os.system dangerous"}, false},
	{"build on a function", "\x80\x04" + sg("numpy", "prod") + "}b.", []string{"build numpy.prod global"}, false},
	{"item on a module's dict", "\x80\x04" + sg("numpy", "prod") + su("a") + "K\x01s.", []string{"build numpy.prod global"}, false},
	{"state overrides a method", "\x80\x04" + sg("argparse", "Namespace") + ")\x81}" + su("append") + sg("numpy", "sin") + "sb.",
		[]string{"build argparse.Namespace() mistyped"}, false},
	{"state with such a key and data", "\x80\x04" + sg("argparse", "Namespace") + ")\x81}" + su("append") + "\x88sb.", nil, true},
	{"extension", "\x80\x02\x82\x01.", []string{"extension 1"}, false},
	{"global in an argument", "\x80\x04" + sg("collections", "defaultdict") + sg("evil", "f") + "\x85R.",
		[]string{"import evil.f unknown", "argument of collections.defaultdict"}, false},
	{"defaultdict(list)", "\x80\x04" + sg("collections", "defaultdict") + sg("builtins", "list") + "\x85R.", nil, true},
	{"text where a dict must be", "\x80\x04" + sg("collections", "OrderedDict") + su("cmd") + "\x85R.", []string{"argument of collections.OrderedDict"}, false},
	{"late item in an argument", "\x80\x04]\x94" + sg("collections", "deque") + "h\x00\x85R0h\x00" + sg("evil", "f") + "a0" + sg("collections", "deque") + "h\x00\x85R.",
		[]string{"import evil.f unknown", "argument of collections.deque"}, false},
	{"enum member", "\x80\x02" + gl("__builtin__", "getattr") + gl("re", "RegexFlag") + "U\x05ASCII\x86R.", nil, true},
	{"attribute of a function", "\x80\x02" + gl("__builtin__", "getattr") + gl("numpy", "sin") + "U\x05ASCII\x86R.",
		[]string{"import builtins.getattr dangerous", "call builtins.getattr(numpy.sin, 'ASCII') dangerous"}, false},
	{"private attribute", "\x80\x02" + gl("__builtin__", "getattr") + gl("re", "RegexFlag") + "U\x09__class__\x86R.",
		[]string{"import builtins.getattr dangerous", "call builtins.getattr(re.RegexFlag, '__class__') dangerous"}, false},
	{"sklearn class made", "\x80\x04" + sg("sklearn.preprocessing._function_transformer", "FunctionTransformer") + ")\x81.", nil, true},
	{"sklearn class called", "\x80\x04" + sg("sklearn.preprocessing._function_transformer", "FunctionTransformer") + ")R.",
		[]string{"call sklearn.preprocessing._function_transformer.FunctionTransformer() unknown"}, false},
	{"sklearn data sets", "\x80\x04" + sg("sklearn.datasets._openml", "OpenML") + ")\x81.",
		[]string{"import sklearn.datasets._openml.OpenML dangerous", "call sklearn.datasets._openml.OpenML() dangerous"}, false},
	{"tensor", "\x80\x02" + rebuild("K\x00", "K\x02K\x03\x86", "K\x03K\x01\x86", hooks) + ".", nil, true},
	{"tensor outside its storage", "\x80\x02" + rebuild("K\x01", "K\x02K\x03\x86", "K\x03K\x01\x86", hooks) + ".", nil, false},
	{"tensor with a negative offset", "\x80\x02" + rebuild("J\xff\xff\xff\xff", "K\x02K\x03\x86", "K\x03K\x01\x86", hooks) + ".",
		[]string{"argument of torch._utils._rebuild_tensor_v2"}, false},
	{"hooks filled after the call", "\x80\x02" + hooks + "q\x00" + gl("torch._utils", "_rebuild_tensor_v2") + "(" + storage + "K\x00))\x89h\x00tR0h\x00K\x01K\x02s.",
		[]string{"argument of "}, false},
	{"item on a tensor", "\x80\x02" + rebuild("K\x00", ")", ")", hooks) + "K\x01K\x02s.",
		[]string{"build torch._utils._rebuild_tensor_v2(torch.FloatStorage(key=0, numel=6), 0, (), (), False, collections.OrderedDict()) mistyped"}, false},
	{"storage of another class", "\x80\x02(U\x07storage" + gl("collections", "OrderedDict") + "U\x010U\x03cpuK\x01tQ.",
		[]string{"persistent storageits class is collections.OrderedDict"}, false},
	{"storage with a path for a key", "\x80\x02(U\x07storage" + gl("torch", "FloatStorage") + "U\x02..U\x03cpuK\x01tQ.",
		[]string{"persistent storageits key is '..'"}, false},
	{"persistent id in text", "Pfile\n.", []string{"persistent unknown"}, false},
	{"module beside a class", "\x80\x02(U\x06module" + gl("torch.nn.modules.linear", "Linear") + "U\x01fU\x01stQ)\x81.", []string{"persistent module"}, true},
	{"number in C", "I0x10\n.", []string{"form number-text"}, false},
	{"number up to a NUL", "I1\x00junk\n.", []string{"form number-text"}, false},
	{"octal number", "L010L\n.", []string{"form number-text"}, false},
	{"no number", "Ione\n.", []string{"malformed"}, false},
	{"text with escapes as names", "S'\\x6fs'\nS'sys\\164em'\n\x93.", []string{"import os.system dangerous"}, false},
	{"unicode escapes as names", "V\\u006fs\nVsystem\n\x93.", []string{"import os.system dangerous"}, false},
	{"breaks after the call", "\x80\x04" + sg("os", "system") + su("true") + "\x85R\xff",
		[]string{"import os.system dangerous", "call os.system('true') dangerous", "malformed"}, false},
	{"frame that is too long", "\x80\x04\x95\xff\x00\x00\x00\x00\x00\x00\x00N.", []string{"frame too-long"}, false},
	{"frame that ends in an opcode", "\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00" + su("text") + ".", []string{"frame crossing"}, false},
	{"frame in a frame", "\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x95\x02\x00\x00\x00\x00\x00\x00\x00N.", []string{"frame nested"}, false},
	{"frame that fits", "\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00N.", nil, true},
	{"protocol twice", "\x80\x02\x80\x04N.", []string{"form proto-misplaced"}, false},
	{"protocol 6", "\x80\x06N.", []string{"malformed"}, false},
	{"memo moved far up", "\x80\x02Nr\xff\xff\x00\x00.", []string{"form splice"}, false},
	{"nested pickle", "\x80\x04" + sb("\x80\x04"+sg("os", "system")+".") + ".", []string{"nested raw pickle dangerous"}, false},
	{"nested pickle in base64", "\x80\x04" + su(base64.StdEncoding.EncodeToString([]byte("\x80\x04"+sg("os", "system")+"."))) + ".",
		[]string{"nested base64 pickle dangerous"}, false},
	{"bytes that only begin like one", "\x80\x04" + sb("\x80\x04 and then nothing of it") + ".", nil, true},
	{"object scalar", "\x80\x04" + sg("numpy.core.multiarray", "scalar") + sg("numpy", "dtype") + su("O8") + "\x89\x88\x87R" + sb("\x80\x04"+sg("os", "system")+")R.") + "\x86R.",
		[]string{"import os.system dangerous", "call os.system() dangerous", "nested raw pickle dangerous"}, false},
	{"number scalar", "\x80\x04" + sg("numpy.core.multiarray", "scalar") + sg("numpy", "dtype") + su("f8") + "\x89\x88\x87R" + sb("12345678") + "\x86R.", nil, true},
	{"memmap for an array", "\x80\x04" + sg("numpy.core.multiarray", "_reconstruct") + sg("numpy", "memmap") + "K\x00\x85" + sb("b") + "\x87R.",
		[]string{"import numpy.memmap dangerous", "argument of numpy.core.multiarray._reconstruct"}, false},
	{"strings that only sound bad", "\x80\x04](" + su("os.system('rm -rf /')") + su("eval") + su("__import__") + "e.", nil, true},
	{"getattr alone", "\x80\x02" + gl("builtins", "getattr") + ".", []string{"import builtins.getattr dangerous"}, false},
	{"odd items", "\x80\x02}(NNNu.", []string{"malformed"}, false},
	{"underflow", "\x80\x02N(.", []string{"malformed"}, false},
	{"no STOP", "\x80\x02N", []string{"malformed"}, false},
	{"length beyond the end", "\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.", []string{"malformed"}, false},
	{"statsmodels evaluates a formula", "\x80\x04" + sg("statsmodels.base.data", "PandasData") + ")\x81}" + su("restore_design_info") + "K\x01sb.",
		[]string{"build statsmodels.base.data.PandasData() mistyped"}, false},
}

func TestRun(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := run([]byte(c.stream))
			if got := facts(r); !reflect.DeepEqual(got, c.want) {
				t.Errorf("facts\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if r.Grammar.OK != c.proven {
				t.Errorf("proven %v (%s), want %v", r.Grammar.OK, r.Grammar.Reason, c.proven)
			}
			if r.Malformed == "" && r.End != int64(len(c.stream)) {
				t.Errorf("ends at %d of %d", r.End, len(c.stream))
			}
		})
	}
}

func TestWeightsOnly(t *testing.T) {
	for stream, want := range map[string]string{
		"\x80\x02" + rebuild("K\x00", ")", ")", hooks) + ".": "",
		"\x80\x04" + su("a") + ".":                           "opcode SHORT_BINUNICODE",
		"\x80\x02" + gl("my", "Model") + ".":                 "GLOBAL my.Model",
	} {
		if r := run([]byte(stream)); r.WeightsOnly.Reason != want || r.WeightsOnly.OK != (want == "") {
			t.Errorf("%q: %+v, want %q", stream, r.WeightsOnly, want)
		}
	}
}

func TestTensor(t *testing.T) {
	r := run([]byte("\x80\x02" + rebuild("K\x00", "K\x02K\x03\x86", "K\x03K\x01\x86", hooks) + "."))
	want := []Tensor{{Storage: "0", StorageNumel: 6, StorageItem: 4, Size: []int64{2, 3}, Stride: []int64{3, 1}, Itemsize: 4}}
	r.Tensors[0].At = 0
	if !reflect.DeepEqual(r.Tensors, want) {
		t.Errorf("tensors %+v", r.Tensors)
	}
	p := PersistentID{Class: "storage", Type: "torch.FloatStorage", Key: "0", Device: "cpu", Numel: 6, Itemsize: 4, Offset: r.Persistent[0].Offset}
	if len(r.Persistent) != 1 || r.Persistent[0] != p {
		t.Errorf("persistent ids %+v", r.Persistent)
	}
}

func TestLimits(t *testing.T) {
	small := Limits{Opcodes: 5000, Stack: 1000, Marks: 1000, Memo: 1000, Values: 4096, Facts: 8, Line: 64, Digits: 64}
	streams := map[string]string{
		"opcodes": "\x80\x02" + strings.Repeat("N0", 10000) + ".",
		"stack":   "\x80\x02" + strings.Repeat("N", 3000) + ".",
		"marks":   "\x80\x02" + strings.Repeat("(", 3000) + ".",
		"memo":    "\x80\x04N" + strings.Repeat("\x94", 3000) + ".",
		"line":    "c" + strings.Repeat("x", 100) + "\nf\n.",
		"facts":   "\x80\x04" + distinct(20) + "N.",
	}
	for budget, s := range streams {
		r := Run(context.Background(), cursor.NewCursor(strings.NewReader(s), 0, int64(len(s))), Options{Limits: small})
		if len(r.Incomplete) == 0 || r.Incomplete[0].Budget != budget || r.Grammar.OK {
			t.Errorf("%s: incomplete %+v, grammar %+v", budget, r.Incomplete, r.Grammar)
		}
	}
}

// distinct looks up n names.
func distinct(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(sg("m", fmt.Sprintf("f%d", i)) + "0")
	}
	return b.String()
}

// TestSpentValues holds that a container which is no longer kept hides no global.
func TestSpentValues(t *testing.T) {
	s := "\x80\x04" + strings.Repeat("]0", 5000) + "](" + sg("evil", "f") + "e\x94" + sg("collections", "deque") + "h\x00\x85R."
	r := Run(context.Background(), cursor.NewCursor(strings.NewReader(s), 0, int64(len(s))), Options{Limits: Limits{Values: 4096}})
	if len(r.Incomplete) == 0 || r.Grammar.OK {
		t.Errorf("incomplete %v, grammar %v", r.Incomplete, r.Grammar)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	data := table(1000)
	r := Run(ctx, cursor.NewCursor(bytes.NewReader(data), 0, int64(len(data))), Options{})
	if len(r.Incomplete) != 1 || r.Incomplete[0].Budget != "time" || r.Stopped {
		t.Errorf("%+v", r.Incomplete)
	}
}

// TestDates holds that values which need no object cost none.
func TestDates(t *testing.T) {
	s := "\x80\x04]\x94" + sg("datetime", "date") + "\x940(" + strings.Repeat("h\x01"+sb("1234")+"\x85\x94R\x94", 20000) + "e."
	r := Run(context.Background(), cursor.NewCursor(strings.NewReader(s), 0, int64(len(s))), Options{Limits: Limits{Values: 1 << 16}})
	if !r.Grammar.OK || len(r.Calls) != 1 || r.Calls[0].Count != 20000 {
		t.Errorf("grammar %+v, calls %+v", r.Grammar, r.Calls)
	}
}

// TestVectors holds the same for arrays of numbers.
func TestVectors(t *testing.T) {
	array := "h\x01h\x02K\x00\x85\x94C\x01b\x94\x87\x94R\x94(K\x01K\x01\x85\x94h\x03\x89C\x0812345678\x94t\x94b"
	s := "\x80\x04]\x94" + sg("numpy.core.multiarray", "_reconstruct") + "\x940" + sg("numpy", "ndarray") + "\x940" +
		sg("numpy", "dtype") + su("f8") + "\x89\x88\x87R\x940(" + strings.Repeat(array, 20000) + "e."
	r := Run(context.Background(), cursor.NewCursor(strings.NewReader(s), 0, int64(len(s))), Options{Limits: Limits{Values: 1 << 16}})
	if !r.Grammar.OK || len(r.Incomplete) > 0 || r.Malformed != "" {
		t.Errorf("grammar %+v, incomplete %+v", r.Grammar, r.Incomplete)
	}
}

func FuzzRun(f *testing.F) {
	for _, c := range cases {
		f.Add([]byte(c.stream))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, b := run(data), run(data)
		if !reflect.DeepEqual(a, b) {
			t.Error("two runs differ")
		}
		if a.End < a.Start || a.End > int64(len(data)) {
			t.Errorf("ends at %d of %d", a.End, len(data))
		}
		if !a.Stopped && a.Malformed == "" && len(a.Incomplete) == 0 {
			t.Error("neither stopped nor malformed nor given up")
		}
		if a.Grammar.OK && len(a.Calls) > 0 {
			for _, c := range a.Calls {
				if c.Class != Safe {
					t.Errorf("proven with %v", c)
				}
			}
		}
	})
}
