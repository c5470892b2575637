package pysyntax

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// called lists the callees of a source in order, with the number of arguments and
// keywords where there are any.
func called(m *Module) string {
	var out []string
	Inspect(m, func(n Node) bool {
		if c, ok := n.(*Call); ok {
			s := callee(c.Func)
			if len(c.Args) > 0 {
				s += fmt.Sprint(len(c.Args))
			}
			out = append(out, s+keywords(c))
		}
		return true
	})
	return strings.Join(out, " ")
}

func TestSyntax(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"call", "a.b(1, *c, k=d(), **e)", "a.b2k,** d"},
		{"parenthesised callee", "(a)(1)(x for x in b())", "?1 a1 b"},
		{"number attributes", "1..x(); 1 .y(); 1if a() else b()", "?.x ?.y a b"},
		{"lambda", "f(lambda x=a(), *y, **z: b())", "f1 a b"},
		{"comprehensions", "[a(x) for x in b() if c() if d()]; {e(): f() for y in g()}; {h() for z in i()}",
			"a1 b c d e f g h i"},
		{"slices", "x[a():b():c(), ..., d()]", "a b c d"},
		{"walrus", "if (n := a()) and f(y := b()): pass", "a f1 b"},
		{"ternary", "a() if b() else c() if d() else e()", "a b c d e"},
		{"decorators", "@a\n@b(1)\nclass C(d(), metaclass=e()):\n  @f()\n  def g(x: h() = i()) -> j(): k()", "b1 d e f h i j k"},
		{"async", "async def f():\n  async with a() as b, c(): await d()\n  async for x in e(): await x.g()\n  return [await h() async for y in i()]",
			"a c d e x.g h i"},
		{"parenthesised with", "with (a() as b, c() as d,):\n  e()", "a c e"},
		{"with a tuple", "with (a(), b()):\n  c()\nwith (d()).e() as f, g(): h()", "a b c ?.e d g h"},
		{"positional only", "def f(a, b=x(), /, c=y(), *, d=z()): pass", "x y z"},
		{"f-string", `f"{a(1)!r:>{b()}} {{c()}} {d()=} {'e()'} {x:%H:%M}"`, "a1 b d"},
		{"f-string in f-string", `f"{a(f'{b(f"{c()}")}')}"`, "a1 b1 c"},
		{"f-string with the same quotes", `f"{a["x"]} {b("y")}"`, "b1"},
		{"f-string over lines", "f'''{\na()  # }\n}'''", "a"},
		{"f-string joined", `x = "a()" f"{b()}" 'c()' rf"\{d()}"`, "b d"},
		{"f-string with backslashes", `f"\N{DIGIT ONE}{a()}\"{b()}"`, "a b"},
		{"strings and comments", "'a()' # b()\n\"\"\"c()\n'd()'\"\"\"", ""},
		{"continuation", "a\\\n  (\n)\n", "a"},
		{"form feed and returns", "\fa()\rb()\r\nc() # d()\re()", "a b c e"},
		{"byte order mark", "\ufeffa()", "a"},
		{"634 match", "match a(x):\n  case B(c, d=E()) | [f, *_] if g(): h()\n  case {'k': v, **r}: i()\n  case -1+2j: j()\n  case (x.y): k()\n  case {1: Q(z)} as w: l()",
			"a1 g h i j k l"},
		{"634 names", "match = a(1)\nmatch(b())\nmatch.c()\ncase = d()\nmatch[e()]: int = 1\nprint(match, case)\ntype = type(f())",
			"a1 match1 b match.c d e print2 type1 f"},
		{"646 stars", "def f(*args: *Ts): a[*b(), c()] = d()\nfor x in *e(), g(): pass", "b c d e g"},
		{"654 groups", "try: a()\nexcept* B as e: c()\nelse: d()\nfinally: f()", "a c d f"},
		{"695 generics", "def f[T: a(), *Ts, **P](x: T) -> T: b()\nclass C[T](d()): pass\ntype A[T] = e(T)\ntype B = f()",
			"a b d e1 f"},
		{"696 defaults", "class C[T = a()]: b()", "a b"},
		{"701 nesting", `f'{f'{f'{a()}'}'}' f'{x:{y:{b()}}}' f"{'\n'.join(c())}"`, "a b ?.join1 c"},
		{"750 templates", `a(t"{b()!s:{c()}}", rt'{d()}')`, "a2 b c d"},
		{"758 except", "try: a()\nexcept B, C: d()\nexcept* E, F, G: h()", "a d h"},
		{"keywords as names of arguments", "f(print=a(), match=b(), async_=c(), exec=d)", "fprint,match,async_,exec a b c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := Parse([]byte(tt.src))
			if got := called(m); got != tt.want {
				t.Errorf("calls %q, want %q", got, tt.want)
			}
			if len(m.Errors) > 0 {
				t.Errorf("errors %v", m.Errors)
			}
		})
	}
}

func TestPython2(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"print", "print a(), 'x' % b(),\nprint\nprint >>c(), d()\nprint(e())\nprint 'a' if f() else g()", "a b c d print1 e f g"},
		{"exec", "exec a() in b(), c()\nexec 'x'\nexec(d())", "a b c exec1 d"},
		{"backquotes", "x = `a(), b()` + `c`", "a b"},
		{"raise", "raise E, a(), b()\nraise E, 'x'", "a b"},
		{"except", "try: pass\nexcept (E, F), e: a(e)\nexcept G, h: b()", "a1 b"},
		{"operators and numbers", "if a() <> 0777: b(10L, 0xFFL, ur'x', 1e5j)", "a b4"},
		{"tuple parameters", "def f(a, (b, c)=d(), *e): g()\nh(lambda (x, y): i())", "d g h1 i"},
		{"bare tuple in a comprehension", "[a(x) for x in 1, b(), 3]", "a1 b"},
		{"async and await as names", "async = a()\nawait = async.b()\nfoo(async=1)\nawait.c()", "a async.b fooasync await.c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := Parse([]byte(tt.src))
			if got := called(m); got != tt.want {
				t.Errorf("calls %q, want %q", got, tt.want)
			}
			if len(m.Errors) > 0 {
				t.Errorf("errors %v", m.Errors)
			}
		})
	}
}

func TestBroken(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"bracket never closed", "a(b(1)\nimport os\nc()", "a1 b1 c"},
		{"bracket never closed before a def", "x = a(1,\ndef f():\n  b()\nc()", "a1 b c"},
		{"bracket too many", "a())\nb()", "a b"},
		{"wrong bracket", "a([1)\nb()", "a1 b"},
		{"quote never closed", "a('x)\nb()", "a1 b"},
		{"quote closes nothing", "a(x')\nb()", "a2 b"},
		{"triple quotes never closed", "a()\n\"\"\"x\nb()", "a b"},
		{"triple quotes missing", "def f():\n  '''x\n  a()\n\ndef g():\n  '''y'''\n  b()", "a b"},
		{"conflict", "a(\n<<<<<<< HEAD\n1)\n=======\nb(2)\n>>>>>>> x\nc()", "a b1 c"},
		{"cut off", "def f():\n  a()\n  b(c(", "a b1 c"},
		{"stray indent", "a()\n    b()\nc()\ndef f():\n  d()\n      e()\n  g()\nh()", "a b c d e g h"},
		{"wrong unindent", "if x:\n    a()\n  b()\nc()", "a b c"},
		{"no colon", "if a()\n  b()\nc()", "a b c"},
		{"no body", "def f():\na()", "a"},
		{"clause alone", "else:\n  a()\nelif b(): c()\nexcept D: e()", "a b c e"},
		{"missing comma", "a(b() c(), d=e() f())", "a3d b c f e"},
		{"rubbish on a line", "a() b() ? $ c()\nd()", "a b c d"},
		{"shell in a notebook", "!pip install x\n%matplotlib inline\na()", "a"},
		{"f-string never closed", "a(f'{b()')\nc()", "a1 c"},
		{"only an operator", "a() +\nb()", "a b"},
		{"decorator alone", "@a()\nx = b()", "a b"},
		{"match without case", "match x:\n  a()\nb()", "a b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := Parse([]byte(tt.src))
			if got := called(m); got != tt.want {
				t.Errorf("calls %q, want %q", got, tt.want)
			}
			if len(m.Errors) == 0 {
				t.Error("no errors")
			}
		})
	}
}

func TestLimits(t *testing.T) {
	many := func(s string) string { return strings.Repeat(s, 100_000) }
	tests := []struct{ name, src string }{
		{"parentheses", many("(")}, {"brackets", many("[") + many("]")}, {"calls", many("f(")},
		{"rows of calls", "f" + many("()")}, {"attributes", "a" + many(".b")}, {"sum", "a" + many("+a")},
		{"power", "a" + many("**a")}, {"not", many("not ") + "a"}, {"minus", many("-") + "a"},
		{"lambda", many("lambda:") + "a"}, {"ternary", many("a if b else ") + "c"}, {"await", many("await ") + "a"},
		{"f-strings", many("f'{")}, {"formats", "f'" + many("{a:")}, {"triple quotes", many(`"""\`)},
		{"formatted triple quotes", many(`f"""{`)}, {"stars", "f(" + many("*") + "a)"}, {"walrus", many("(a:=")},
		{"patterns", "match x:\n case " + many("[") + ": pass"}, {"one line", many("if a:")},
		{"assignments", many("a=") + "b"}, {"elif", "if a: b\n" + many("elif a: b\n")}, {"yield", many("yield ")},
		{"yield in parentheses", many("(yield ")}, {"classes", many("class a:")}, {"tries", many("try:")},
		{"compare", "a" + many("<a")}, {"dicts", many("{a:")}, {"slices", many("a[:")}, {"else", many("else:")},
		{"rows in rows", strings.Repeat("(", 300) + "a" + strings.Repeat(strings.Repeat(".b", 900)+")", 300)},
		{"rows in arguments", strings.Repeat("a"+strings.Repeat(".b", 900)+"(", 300)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			deep, deepest := 0, 0
			var visit func(Node)
			visit = func(n Node) {
				deep++
				deepest = max(deepest, deep)
				Children(n, visit)
				deep--
			}
			visit(Parse([]byte(tt.src)))
			if deepest > 3*maxDepth+maxChain {
				t.Errorf("depth %d", deepest)
			}
		})
	}
	var blocks strings.Builder
	for i := range 400 {
		blocks.WriteString(strings.Repeat(" ", i) + "if a:\n")
	}
	m := Parse([]byte(blocks.String() + strings.Repeat(" ", 400) + "b()\nc()"))
	if got := called(m); got != "b c" || len(m.Errors) == 0 {
		t.Errorf("in 400 blocks: calls %q, errors %v", got, m.Errors)
	}
}

func TestValue(t *testing.T) {
	tests := []struct{ src, want string }{
		{`'a'`, "a"}, {`"a\n\t\\\x41\101\u00e9\U0001F600\q"`, "a\n\t\\AAé😀\\q"}, {`r'\n'`, `\n`},
		{`b'\xff\u0041'`, "\xff\\u0041"}, {`rb'\x41'`, `\x41`}, {`'a' "b" '''c'''`, "abc"},
		{"('a' # 'x'\n 'b')", "ab"}, {"'a\\\nb'", "ab"}, {"'''a\r\nb'''", "a\nb"}, {`'\N{LATIN SMALL LETTER O}s'`, "os"},
		{`'\x4'`, `\x4`}, {`'\'"'`, `'"`}, {`u'é'`, "é"}, {`''`, ""}, {`""""a"""`, `"a`}, {`'\0'`, "\x00"},
	}
	for _, tt := range tests {
		s, ok := Parse([]byte(tt.src)).Body[0].(*ExprStmt).Value.(*Str)
		if !ok || s.Value() != tt.want {
			t.Errorf("%s is %q, want %q", tt.src, s.Value(), tt.want)
		}
	}
	j := Parse([]byte(`f'a{{\x41{x}}}b' '{{c'`)).Body[0].(*ExprStmt).Value.(*JoinedStr)
	var got []string
	for _, v := range j.Values {
		if s, ok := v.(*Str); ok {
			got = append(got, s.Value())
		}
	}
	if strings.Join(got, "|") != "a{A|}b|{{c" {
		t.Errorf("pieces %q", got)
	}
}

func TestInt(t *testing.T) {
	for src, want := range map[string]int64{"1_000": 1000, "0x1F": 31, "0777": 511, "10L": 10, "00": 0, "0b11": 3, "0o17": 15} {
		if v, ok := (&Number{Raw: src}).Int(); !ok || v != want {
			t.Errorf("%s is %d, want %d", src, v, want)
		}
	}
	if _, ok := (&Number{Raw: "1.5"}).Int(); ok {
		t.Error("1.5 is no integer")
	}
}

func TestShapes(t *testing.T) {
	m := Parse([]byte("from ..a.b import (c as d, e)\nimport f.g as h, i\nx: int = 1\ny = z = 2\nx += 3\n𝐞𝐯𝐚𝐥(1)\nexcept_ = 1\n"))
	from := m.Body[0].(*ImportFrom)
	if from.Module != "a.b" || from.Level != 2 || len(from.Names) != 2 || from.Names[0].AsName != "d" {
		t.Errorf("from: %+v", from)
	}
	imp := m.Body[1].(*Import)
	if imp.Names[0].Name != "f.g" || imp.Names[0].AsName != "h" || imp.Names[1].Name != "i" {
		t.Errorf("import: %+v", imp)
	}
	if a := m.Body[3].(*Assign); len(a.Targets) != 2 {
		t.Errorf("assign: %+v", a)
	}
	if a := m.Body[4].(*AugAssign); a.Op != Add {
		t.Errorf("augmented: %v", a.Op)
	}
	if c := m.Body[5].(*ExprStmt).Value.(*Call); Dotted(c.Func) != "eval" {
		t.Errorf("identifiers are compared in NFKC: %q", Dotted(c.Func))
	}
	h := Parse([]byte("try: pass\nexcept A, e: pass\nexcept A, B: pass\nexcept A as f: pass")).Body[0].(*Try).Handlers
	if h[0].Target == nil || h[1].Target != nil || h[2].Target == nil {
		t.Errorf("handlers: %+v", h)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a(b, *c, d=e, **f)\n", "def f[T](a, (b, c)=1, /, *d: *Ts, **e) -> g:\n  yield x\n",
		"match x:\n  case A(b=1) | {'c': [*d], **e} if f: pass\n", `f"{a!r:>{b}} {c=}" rt'{d}' b"x"` + "\n",
		"with (a as b, c): pass\ntry: a\nexcept* B, c: d\nelse: e\nfinally: f\n", "@a\nasync def b(): await c\n",
		"print >>a, b\nexec c in d\nraise E, `f`\n", "x[a:b, *c, ::d] = lambda *e: [i async for i in j if k]\n",
		"type A[T: B = C] = D; global a, b; del c, d; assert e, f\n", "<<<<<<< HEAD\n(a]\n'''b\n", "{**a, b: c}; {d for e in f}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) { checkTree(t, string(src)) })
}

// TestSoup parses random rows of tokens, which reach further than mutated text.
func TestSoup(t *testing.T) {
	words := strings.Split("a b1 1 'x' f' f\"{ }\" {x} \" ' \"\"\" ( ) [ ] { } , : ; . ... = := == += ! != -> * ** + - @ / % < << > <> & "+
		"| ^ ~ ` if else elif for in while match case type print exec async await def class lambda not is or and with as "+
		"try except finally import from return raise del global nonlocal pass yield assert None # \\", " ")
	words = append(words, "\n", "\n", "\n ", "\n  ", "\n    ", "\n\n", "\r", "\t", "match x:\n case ")
	r := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		var b strings.Builder
		for range 1 + r.IntN(25) {
			b.WriteString(words[r.IntN(len(words))])
			b.WriteString(strings.Repeat(" ", r.IntN(2)))
		}
		checkTree(t, b.String())
	}
}

// checkTree parses a source and holds the tree to what every tree promises.
func checkTree(t *testing.T, src string) {
	var visit func(n Node)
	visit = func(n Node) {
		s, e := n.Range()
		if s > e || e > len(src) {
			t.Fatalf("%q: %T is [%d, %d)", src, n, s, e)
		}
		if v, ok := n.(*Str); ok && len(v.Value()) > 2*len(v.Raw) {
			t.Fatalf("%q is longer decoded", v.Raw)
		}
		Children(n, func(c Node) {
			if cs, ce := c.Range(); cs < s || ce > e {
				t.Fatalf("%q: %T [%d, %d) has %T [%d, %d)", src, n, s, e, c, cs, ce)
			}
			visit(c)
		})
	}
	visit(Parse([]byte(src)))
}
