package jinja

import (
	"errors"
	"strings"
	"testing"
)

// sketch writes a tree in one line.
func sketch(n *Node) string {
	if n == nil {
		return "nil"
	}
	s := string(n.Kind)
	if n.Name != "" {
		s += " " + n.Name
	}
	for _, list := range [][]*Node{n.Kids, n.Body, n.Else} {
		if len(list) == 0 {
			continue
		}
		parts := make([]string, len(list))
		for i, kid := range list {
			parts[i] = sketch(kid)
		}
		s += "(" + strings.Join(parts, ", ") + ")"
	}
	return s
}

func TestParse(t *testing.T) {
	for source, want := range map[string]string{
		`a{# b #}c`:                       `text a{# b #}c`,
		`{{ a }}`:                         `output(name a)`,
		`{{- a -}}`:                       `output(name a)`,
		`{{ a.b[0]("c", d=1) }}`:          `output(call(index(attr b(name a), number 0), string c, keyword d(number 1)))`,
		`{{ a[1:-1] }}`:                   `output(slice(name a, number 1, unary -(number 1)))`,
		`{{ a | f(1) | g }}`:              `output(filter g(filter f(name a, number 1)))`,
		`{{ a is not b and not c in d }}`: `output(binary and(unary not(test b(name a)), unary not(binary in(name c, name d))))`,
		`{{ a not in b }}`:                `output(binary not in(name a, name b))`,
		`{{ 1 + 2 * 3 ~ 'x' }}`:           `output(binary +(number 1, binary ~(binary *(number 2, number 3), string x)))`,
		`{{ a if b else c }}`:             `output(cond(name b, name a, name c))`,
		`{{ {'a': {'b': 1}} }}`:           `output(dict(string a, dict(string b, number 1)))`,
		`{{ 'a' "\x62\n" }}`:              "output(string ab\n)",
		`{{ a is divisibleby 3 }}`:        `output(test divisibleby(name a, number 3))`,
		`{{ -a|abs }}`:                    `output(filter abs(unary -(name a)))`,
		`{% for k, v in a if b %}c{% else %}d{% endfor %}`: `tag for(list(name k, name v), name a, name b)(text c)(text d)`,
		`{% if a %}b{% elif c %}d{% else %}e{% endif %}`:   `tag if(name a)(text b)(tag if(name c)(text d)(text e))`,
		`{% set a.b, c = 1, 2 %}`:                          `tag set(list(attr b(name a), name c), list(number 1, number 2))`,
		`{% set a | upper %}b{% endset %}`:                 `tag set(name a, filter upper(nil))(text b)`,
		`{% macro m(a, b=1) %}c{% endmacro m %}`:           `tag macro(name m, name a, keyword b(number 1))(text c)`,
		`{% call(u) m(a) %}b{% endcall %}`:                 `tag call(call(name m, name a), name u)(text b)`,
		`{% filter upper|trim %}b{% endfilter %}`:          `tag filter(filter trim(filter upper(nil)))(text b)`,
		`{% generation %}b{% endgeneration %}`:             `tag generation(text b)`,
		`{% raw %}{{ a {% b %}{% endraw %}`:                `tag raw(text {{ a {% b %})`,
		`{% break %}{% include 'f' %}`:                     `tag break, tag include(string f)`,
	} {
		root, err := Parse(source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
		}
		if got := strings.TrimSuffix(strings.TrimPrefix(sketch(root), "template("), ")"); got != want {
			t.Errorf("%s\n got %s\nwant %s", source, got, want)
		}
	}
}

func TestFaults(t *testing.T) {
	for source, want := range map[string]string{
		"{{ a":                          "line 1: a tag without end",
		"\n{{ ) }}{{ b }}":              `line 2: ")" where an expression belongs`,
		"{% endif %}{{ b }}":            `line 1: "endif" without its beginning`,
		"{% if a %}{% endfor %}{{ b }}": `line 1: "if" is ended by "endfor"`,
		"{{ 'a }}":                      "line 1: a string without end",
		"{{ a ! }}{{ b }}":              `line 1: unexpected character '!'`,
		"{# a":                          "line 1: a comment without end",
		"{% raw %}a":                    "line 1: raw without end",
	} {
		root, err := Parse(source)
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", source, err, want)
		}
		if strings.Contains(source, "{{ b }}") && !strings.Contains(sketch(root), "output(name b)") {
			t.Errorf("%q: what follows the fault is not read: %s", source, sketch(root))
		}
	}
}

func TestLimits(t *testing.T) {
	for _, source := range []string{
		"{{ " + strings.Repeat("(", 100_000),
		"{{ " + strings.Repeat("-", 100_000) + "a }}",
		"{{ " + strings.Repeat("not ", 100_000) + "a }}",
		"{{ " + strings.Repeat("a if ", 100_000) + "a }}",
		strings.Repeat("{% if a %}", 100_000),
		strings.Repeat("{{ a }}", 100_000),
		"{{ a" + strings.Repeat(".a", 200_000) + " }}",
		"{{ {" + strings.Repeat("a:{", 100_000),
	} {
		if _, err := Parse(source); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%.20s…: %v", source, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{% for m in messages if m.role %}{{ m['a' ~ x]|attr("b") }}{% endfor %}`)
	f.Add(`{% macro m(a='b') %}{{ a[::-1] if a is not none else {'x': 1} }}{% endmacro %}{# c #}`)
	f.Fuzz(func(t *testing.T, source string) {
		root, _ := Parse(source)
		root.Walk(func(n *Node) {
			if n.Start < 0 || n.Start > n.End && n.Kind != Text || n.End > len(source) {
				t.Errorf("%s %q takes [%d, %d) of %d bytes", n.Kind, n.Name, n.Start, n.End, len(source))
			}
		})
	})
}
