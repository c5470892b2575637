package bypass

import (
	"encoding/json"
	"strings"

	"github.com/modelgate/gate/internal/modeltest"
)

// templates has recipes in chat templates.
func templates() []Recipe {
	var out []Recipe
	for _, t := range [][2]string{
		{"class by attribute", `{{ messages.__class__ }}`},
		{"mro", escape},
		{"by item", `{{ messages['__class__'] }}`},
		{"attr filter", `{{ messages|attr('__class__') }}`},
		{"attr filter, escaped", `{{ messages|attr('\x5f\x5fclass\x5f\x5f') }}`},
		{"map attribute", `{{ messages|map(attribute='__class__')|list }}`},
		{"concatenated", `{{ messages|attr('__cla' ~ 'ss__') }}`},
		{"added", `{{ messages['__cla' + 'ss__'] }}`},
		{"joined", `{{ messages|attr(['__','class','__']|join) }}`},
		{"replaced", `{{ messages|attr('xxclassxx'|replace('x','_')) }}`},
		{"formatted", `{{ messages|attr('%sclass%s'|format('__','__')) }}`},
		{"reversed", `{{ messages|attr('__ssalc__'|reverse) }}`},
		{"format method", `{{ messages|attr('{0}class{0}'.format('__')) }}`},
		{"variable", `{% set a = '__class__' %}{{ messages[a] }}`},
		{"through a macro", `{% macro f(x) %}{{ messages[x] }}{% endmacro %}{{ f('__class__') }}`},
		{"cycler", `{{ cycler.__init__.__globals__.os.popen('true').read() }}`},
		{"joiner", `{{ joiner.__init__.__globals__ }}`},
		{"lipsum", `{{ lipsum.__globals__['os'].popen('true') }}`},
		{"self", `{{ self._TemplateReference__context }}`},
		{"request", `{{ request.application }}`},
		{"config", `{{ config.items() }}`},
		{"url_for", `{{ url_for.func_globals }}`},
		{"include", `{% include '/etc/passwd' %}`},
		{"import", `{% import 'x' as y %}`},
		{"from import", `{% from 'x' import y %}`},
		{"extends", `{% extends 'x' %}`},
		{"in a condition", `{% if messages.__class__ %}{% endif %}`},
		{"in a loop", `{% for x in messages.__class__.__mro__ %}{% endfor %}`},
		{"in a filter's argument", `{{ messages|join(messages.__class__) }}`},
		{"in a test", `{{ messages is sameas messages.__class__ }}`},
		{"line breaks", "{{ messages\n  .\n  __class__ }}"},
		{"selectattr", `{{ messages|selectattr('__class__')|list }}`},
		{"groupby", `{{ messages|groupby('__class__') }}`},
		{"behind raw", `{% raw %}{{ x }}{% endraw %}{{ messages.__class__ }}`},
		{"attribute of a dictionary", `{% set d = {'a': '__class__'} %}{{ messages[d.a] }}`},
		{"name of Python's own", `{{ __builtins__['eval']('1') }}`},
		{"namespace", `{% set ns = namespace(a='__class__') %}{{ messages[ns.a] }}`},
	} {
		out = append(out, one("Jinja", t[0], "chat_template.jinja", []byte(t[1]), Denied))
	}
	out = append(out,
		one("Jinja", "huge range", "chat_template.jinja", []byte(`{% for i in range(999999999) %}{% for j in range(999999999) %}x{% endfor %}{% endfor %}`), Warned),
		one("Jinja", "urldecode", "chat_template.jinja", []byte(`{{ messages|urldecode }}`), Warned),
		one("Jinja", "cannot be parsed", "chat_template.jinja", []byte(`{{ messages | `), Warned),
	)
	quoted, err := json.Marshal(escape)
	if err != nil {
		panic("encoding a text: " + err.Error())
	}
	for _, place := range [][2]string{
		{"tokenizer_config.json", `{"chat_template": %s}`}, {"tokenizer_config.json", `{"chat_template": [{"name": "a", "template": "x"}, {"name": "tool_use", "template": %s}]}`},
		{"chat_template.json", `{"chat_template": %s}`}, {"processor_config.json", `{"chat_template": %s}`}, {"preprocessor_config.json", `{"chat_template": %s}`},
		{"train.yaml", "base_model: x\nchat_template: %s\n"},
	} {
		out = append(out, one("template places", place[0]+" "+strings.ReplaceAll(place[1][:min(len(place[1]), 24)], "\n", " "), place[0], []byte(strings.Replace(place[1], "%s", string(quoted), 1)), Denied))
	}
	return append(out,
		one("template places", "additional templates", "additional_chat_templates/tool_use.jinja", []byte(escape), Denied),
		one("template places", "in a zip", "m.zip", []byte(zipOf(member{name: "chat_template.jinja", data: escape})), Denied),
		Recipe{Technique: "template places", Name: "beside the weights", Want: Denied, Files: []modeltest.Entry{
			{Name: "model.safetensors", Data: modeltest.Safetensors(`{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`, 16)}, {Name: "chat_template.jinja", Data: []byte(escape)},
		}},
	)
}
