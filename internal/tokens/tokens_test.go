package tokens

import (
	"strings"
	"testing"
)

func show(list []Token) string {
	var b strings.Builder
	for _, t := range list {
		switch t.Kind {
		case String:
			b.WriteString("<" + t.Text + "> ")
		case Partly:
			b.WriteString("<…> ")
		default:
			b.WriteString(t.Text + " ")
		}
	}
	return strings.TrimSpace(b.String())
}

func TestScan(t *testing.T) {
	for _, c := range []struct {
		syntax     Syntax
		text, want string
	}{
		{JavaScript, "f('a\\'b', \"c\") // x 'y'\n/* 'z' */ `t` `u${v({})}w`", "f ( <a'b> , <c> ) <t> <…>"},
		{JavaScript, "x = /a'b[/']/.test(y) / 2", "x = . test ( y ) / 2"},
		{JavaScript, "<p>it's</p>\nf('a/b')", "< p > it ' s < / p > f ( <a/b> )"},
		{Rust, "let x: &'static str = \"a/b\"; r#\"c\"d\"#; 'x' '\\n' /* a /* b */ c */ e", "let x : & static str = <a/b> ; <c\"d> ; e"},
		{Java, "x(\"\"\"\na\"b\"\"\", 'c', \"d\")", "x ( <\na\"b> , , <d> )"},
		{Go, "f(`a`, \"b\")", "f ( <a> , <b> )"},
		{JavaScript, "'unclosed\n\"", "' unclosed \""},
	} {
		if got := show(Scan(c.text, c.syntax)); got != c.want {
			t.Errorf("%q: got %s, want %s", c.text, got, c.want)
		}
	}
}

func TestArguments(t *testing.T) {
	list := Scan("f(a, {b: [1, 2]}, 'c')", JavaScript)
	args := Arguments(list, Pairs(list), 1)
	if len(args) != 3 || list[args[2][0]].Text != "c" {
		t.Errorf("got %v", args)
	}
}

func TestHostile(t *testing.T) {
	for _, unit := range []string{`"\\"`, "/[", "`${", "r#\"", "'", "/*", "'\\", "${{"} {
		text := strings.Repeat(unit, 300_000)
		for _, syntax := range []Syntax{JavaScript, Rust, Java, Go} {
			Scan(text, syntax)
		}
	}
}

func TestAt(t *testing.T) {
	list := Scan("a b", Go)
	for i, want := range map[int]string{-1: "", 0: "a", 1: "b", 2: ""} {
		if got := At(list, i).Text; got != want {
			t.Errorf("token %d is %q, not %q", i, got, want)
		}
	}
}

func FuzzScan(f *testing.F) {
	f.Add("a'b`${`${x}`}`/x/ \"\\", true)
	f.Add("r##\"x\"## '\\u{1}' 'a /*/*", false)
	f.Fuzz(func(t *testing.T, text string, js bool) {
		syntax := Rust
		if js {
			syntax = JavaScript
		}
		last := 0
		list := Scan(text, syntax)
		pairs := Pairs(list)
		for i, tok := range list {
			if tok.Start < last || tok.End < tok.Start || tok.End > len(text) {
				t.Fatalf("token %+v after %d of %d bytes", tok, last, len(text))
			}
			last = tok.End
			if !tok.Is("(") {
				continue
			}
			for _, a := range Arguments(list, pairs, i) {
				if a[0] <= i || a[1] < a[0] || a[1] > len(list) {
					t.Fatalf("argument %v of the group at %d", a, i)
				}
			}
		}
	})
}
