package chattemplate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/checktest"
)

func TestEscapes(t *testing.T) {
	for name, test := range map[string]struct{ text, kinds string }{
		"attribute":      {`{{ x.__class__ }}`, "template.attribute"},
		"item":           {`{{ x['__class__'] }}`, "template.attribute"},
		"hex":            {`{{ x['\x5f\x5fclass\137_'] }}`, "template.attribute"},
		"named":          {`{{ x['\N{LOW LINE}_class__'] }}`, "template.attribute"},
		"attr":           {`{{ x|attr('__class__') }}`, "template.attribute"},
		"attr of any":    {`{{ x|attr(y) }}`, "template.attribute"},
		"map attribute":  {`{{ [x]|map(attribute='__class__')|list }}`, "template.attribute"},
		"map attr":       {`{{ [x]|map('attr', '__class__')|list }}`, "template.attribute"},
		"path":           {`{{ y|selectattr('a.__class__') }}`, "template.attribute"},
		"sum":            {`{{ x['__cl' + 'ass__'] }}`, "template.attribute"},
		"tilde":          {`{{ x['__cl' ~ 'ass__'] }}`, "template.attribute"},
		"half of a sum":  {`{{ x['__cl' ~ y] }}`, "template.attribute"},
		"adjacent":       {`{{ x['__cl' 'ass__'] }}`, "template.attribute"},
		"join":           {`{{ x[['__', 'class', '__']|join] }}`, "template.attribute"},
		"join method":    {`{{ x[''.join(['__', 'class'])] }}`, "template.attribute"},
		"replace":        {`{{ x['|_class'|replace('|', '_')] }}`, "template.attribute"},
		"slice":          {`{{ x['__ssalc__'[::-1]] }}`, "template.attribute"},
		"format":         {`{{ x['%c%cclass'|format(95, 95)] }}`, "template.attribute template.call"},
		"percent":        {`{{ x['%s_class' % '_'] }}`, "template.attribute"},
		"set":            {`{% set a = '__cl' %}{% set b = 'ass__' %}{{ x[a ~ b] }}`, "template.attribute"},
		"set block":      {`{% set a %}__class__{% endset %}{{ x[a] }}`, "template.attribute"},
		"filtered block": {`{% set a | replace('|', '_') | join %}||class||{% endset %}{{ x[a] }}`, "template.attribute"},
		"loop":           {`{% for a in ['__class__'] %}{{ x[a] }}{% endfor %}`, "template.attribute"},
		"macro":          {`{% macro m(a) %}{{ x[a] }}{% endmacro %}{{ m('__class__') }}`, "template.attribute"},
		"default":        {`{% macro m(a='__class__') %}{{ x[a] }}{% endmacro %}{{ m() }}`, "template.attribute"},
		"namespace":      {`{% set ns = namespace() %}{% set ns.k = '__class__' %}{{ x[ns.k] }}`, "template.attribute"},
		"dict":           {`{% set d = {'k': '__class__'} %}{{ x[d['k']] }}`, "template.attribute"},
		"format field":   {`{{ '{0.__class__}'.format(x) }}`, "template.attribute"},
		"engine object":  {`{{ lipsum }}`, "template.attribute"},
		"web object":     {`{{ request.application }}`, "template.attribute"},
		"old function":   {`{{ f.func_globals }}`, "template.attribute"},
		"include":        {`{% include '/etc/passwd' %}`, "template.tag"},
		"do":             {`{% do x.__class__ %}`, "template.tag template.attribute"},
		"behind a fault": {`{% if %}{{ x.__class__ }}{% endif %}`, "template.attribute template.malformed"},
		"inside a macro": {`{% call(u) m(x.__class__) %}{% endcall %}`, "template.call template.attribute"},
		"condition":      {`{{ 'a' if x.__class__ else 'b' }}`, "template.attribute"},
		"test argument":  {`{% if a is equalto x.__class__ %}{% endif %}`, "template.attribute"},
		"filter tag":     {`{% filter replace('a', x.__class__) %}a{% endfilter %}`, "template.attribute"},
		"urlencode":      {`{{ x|urlencode }}`, "template.call"},
		"method":         {`{{ x.popen('id') }}`, "template.call"},
		"function":       {`{{ open('f') }}`, "template.call"},
		"item called":    {`{{ x['f']('id') }}`, "template.call"},
		"huge range":     {`{% for i in range(999999999) %}{% endfor %}`, "template.call"},
		"power":          {`{% for i in range(9**9) %}{% endfor %}`, "template.call"},
		"nested ranges":  {`{% for i in range(9) %}{% for j in range(9) %}{% for k in range(9) %}{% endfor %}{% endfor %}{% endfor %}`, "template.call"},
		"unfinished":     {`{{ x`, "template.malformed"},
		"no end":         {`{% if x %}`, "template.malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			r := checktest.Inspect(t, Inspector{}, "chat_template.jinja", []byte(test.text))
			var kinds []string
			for _, k := range r.Kinds() {
				kinds = append(kinds, string(k))
			}
			if got := strings.Join(kinds, " "); got != test.kinds {
				t.Errorf("kinds %q, want %q\n%s", got, test.kinds, checktest.JSON(r.Evidence))
			}
		})
	}
}

func TestOrdinary(t *testing.T) {
	for _, text := range []string{
		"",
		"plain text with { and } and os.system('x')",
		`{# a comment with __class__ #}{% raw %}{{ x.__class__ }}{% endraw %}`,
		`{{ bos_token }}{% for m in messages if m.role != 'system' %}{{ loop.index0 }}{% else %}none{% endfor %}`,
		`{%- set ns = namespace(found=false, n=messages|length - 1) -%}{% set ns.found = true %}`,
		`{% for message in messages[::-1] %}{{ message.content[:10].strip() }}{% endfor %}`,
		`{% macro tool(t, depth=0) %}{{ t | tojson(indent=4) }}{% endmacro %}{{ tool(x, depth=1) }}`,
		`{% generation %}{{ '__start__' + m['content'] }}{% endgeneration %}`,
		`{{ messages | map(attribute='role') | join(', ') }}{{ x | map('upper') | list }}`,
		`{% if x is defined and x is not none and x is iterable and not (y is string) %}{% elif z is in ['a'] %}{% endif %}`,
		`{{ {'a': {'b': 1}}['a'] }}{{ x[key] }}{{ x['role' ~ n] }}`,
		`{% for i in range(messages|length - 1, -1, -1) %}{% break %}{% endfor %}{{ strftime_now('%d %b %Y') }}`,
		`{% call m() %}text{% endcall %}{% macro m() %}{{ caller() }}{% endmacro %}`,
		`{% set a | join %}b{% endset %}{{ x[a] }}{% filter join | list %}b{% endfilter %}`,
		`{% set config = {'a': 1} %}{{ config.a }}`,
	} {
		r := checktest.Inspect(t, Inspector{}, "chat_template.jinja", []byte(text))
		if len(r.Evidence) > 0 || r.State != gate.Unproven {
			t.Errorf("%s\n%s", text, checktest.JSON(r))
		}
	}
}

func TestPlace(t *testing.T) {
	r := checktest.Inspect(t, Inspector{}, "chat_template.jinja", []byte("line\n  {{ x.__class__ }}\n"))
	want := gate.Location{Line: 2, Column: 6, EndLine: 2, EndColumn: 17}
	if len(r.Evidence) != 1 || r.Evidence[0].At != want {
		t.Errorf("evidence is %s", checktest.JSON(r.Evidence))
	}
}

func TestBudget(t *testing.T) {
	text := strings.Repeat("{% set a = a ~ a ~ b %}{% set b = b ~ a %}", 50) + strings.Repeat("{{ x[a] }}", 500)
	r := checktest.Inspect(t, Inspector{}, "chat_template.jinja", []byte(text))
	if r.State != gate.Unread || r.Kinds()[0] != gate.KindIncomplete {
		t.Errorf("state %q, kinds %q", r.State, r.Kinds())
	}
}

func TestCorpus(t *testing.T) {
	dir := os.Getenv("GATE_SHARED")
	if dir == "" {
		t.Skip("GATE_SHARED is not set")
	}
	paths, _ := filepath.Glob(filepath.Join(dir, "corpus/own/fmt/jinja/*/*.jinja"))
	more, _ := filepath.Glob(filepath.Join(dir, "corpus/own/extra/*.jinja"))
	for _, path := range append(paths, more...) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := checktest.Inspect(t, Inspector{}, path, data)
		benign := strings.Contains(path, "benign") || strings.Contains(path, "_ok")
		if benign != (len(r.Evidence) == 0) {
			t.Errorf("%s: %s", path, checktest.JSON(r.Evidence))
		}
	}
}

func FuzzInspect(f *testing.F) {
	for _, seed := range []string{
		`{% for m in messages if m.role %}{{ m['__a' ~ x]|attr("b") }}{% endfor %}`,
		`{%- set ns = namespace(a=[1, 2]) -%}{% raw %}{{{% endraw %}{# c #}`,
		`{% macro m(a='b') %}{{ a[::-1] if a is not none else {'x': 1} }}{% endmacro %}{% call(u) m() %}{% endcall %}`,
	} {
		f.Add([]byte(seed))
	}
	checktest.FuzzInspect(f, Inspector{}, "chat_template.jinja")
}
