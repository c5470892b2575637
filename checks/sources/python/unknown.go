package python

import (
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// unknownOf is an unknown value named after its expression: a key of a configuration
// where it looks like one.
func (m *machine) unknownOf(e pysyntax.Expr, base set) set {
	start, end := e.Range()
	v := m.keep(value{kind: unknown, text: expression(e), start: start, end: end})
	if k, ok := configKey(e); ok {
		v.variable = "key:" + k
	}
	for _, b := range base {
		if b.kind == unknown && strings.HasPrefix(b.variable, "env:") {
			v.variable = b.variable
		}
		if s, ok := e.(*pysyntax.Subscript); ok && b.kind == symbol && b.args == nil {
			if key, ok := s.Index.(*pysyntax.Str); ok && len(b.text)+len(key.Raw) < maxPath {
				v.member = b.text + "." + key.Value()
			}
		}
	}
	return one(v)
}

// configKey reads cfg.a.b and config["a"]["b"] as "a.b".
func configKey(e pysyntax.Expr) (string, bool) {
	key := ""
	for range 8 {
		part, value := "", pysyntax.Expr(nil)
		switch x := e.(type) {
		case *pysyntax.Attribute:
			part, value = x.Attr, x.Value
		case *pysyntax.Subscript:
			s, ok := x.Index.(*pysyntax.Str)
			if !ok {
				return "", false
			}
			part, value = s.Value(), x.Value
		case *pysyntax.Name:
			return key, configRoots[strings.ToLower(strings.TrimLeft(x.ID, "_"))] && key != ""
		default:
			return "", false
		}
		if configRoots[strings.ToLower(strings.TrimLeft(part, "_"))] && key != "" {
			return key, true
		}
		if key != "" {
			part += "." + key
		}
		key, e = part, value
	}
	return "", false
}

// expression renders names, attributes and subscripts for a message.
func expression(e pysyntax.Expr) string {
	if d := pysyntax.Dotted(e); d != "" {
		return d
	}
	switch e := e.(type) {
	case *pysyntax.Subscript:
		if s, ok := e.Index.(*pysyntax.Str); ok {
			return expression(e.Value) + "[" + s.Value() + "]"
		}
		return expression(e.Value) + "[]"
	case *pysyntax.Attribute:
		return expression(e.Value) + "." + e.Attr
	case *pysyntax.Call:
		return expression(e.Func) + "()"
	}
	return ""
}

// configRoots are names under which programs keep their configuration.
var configRoots = map[string]bool{"cfg": true, "config": true, "conf": true, "settings": true, "hparams": true,
	"params": true, "opts": true, "options": true, "app_config": true, "model_config": true, "configs": true}
